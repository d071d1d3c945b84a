"""Who joins whom as plain data, with all that its claims are proved from."""

from __future__ import annotations

from typing import Any

from gametrade.analysis.encoding import doubles, tree_to_dict
from gametrade.analysis.studies.formation import FormationStudy
from gametrade.analysis.studies.network_stability import NetworkStability
from gametrade.analysis.studies.provider_study import ProviderStudy
from gametrade.games.coalitional.network import NetworkGame
from gametrade.solvers.blocking_answer import BlockingCoalition
from gametrade.solvers.blocking_question import Question
from gametrade.solvers.certified_structure import SwitchingCertificate
from gametrade.solvers.network_blocking import bounding_prices, price_bound
from gametrade.solvers.network_prices import NetworkPrices, network_prices


def blocking_part(answer: BlockingCoalition) -> dict[str, Any]:
    """The most profitable coalition with the proof of its bound."""
    tree = answer.price_tree
    return {**answer.to_dict(), **({} if tree is None else {"tree": tree_to_dict(tree, answer.game.players)})}


def formation_part(study: FormationStudy) -> dict[str, Any]:
    """What was found about one rule, with the proof of the bound on coalitions."""
    proof = study.certificate
    return {**study.to_dict(), "certificate": None if proof is None else certificate_part(proof)}


def certificate_part(proof: SwitchingCertificate) -> dict[str, Any]:
    """The certificate of one structure, with the proof of the bound on coalitions."""
    return {**proof.to_dict(), "blocking": None if proof.blocking is None else blocking_part(proof.blocking)}


def competition_part(study: ProviderStudy) -> dict[str, Any]:
    """What was found about providers, with their rules and fees."""
    market = study.market
    offers = [
        {
            "name": offer.name,
            "rule": getattr(offer.rule, "name", None),
            "fee_per_member": offer.fee_per_member,
            "fee_per_kwh": offer.fee_per_kwh,
            "share_of_savings": offer.share_of_savings,
            "charged": offer.charged,
        }
        for offer in market.providers
    ]
    cost = {"switching_cost": market.switching_cost.tolist(), "tolerance": market.tolerance}
    return {"providers": offers, **cost, **study.to_dict()}


def network_part(study: NetworkStability) -> dict[str, Any]:
    """What was found about rules on a feeder, with the joint plan and the prices that bound it and every coalition."""
    game = study.game
    rules = [
        {
            "rule": rule,
            "payoffs": tight.payoffs.tolist(),
            "free_payoffs": wide.payoffs.tolist(),
            "without_limits": blocking_part(wide),
            "with_limits": _network_blocking(game, tight),
        }
        for rule, wide, tight in zip(study.rules, study.free, study.bound, strict=True)
    ]
    return {
        "bound_steps": game.bound_steps.size,
        "gains": game.grand_value,
        "lost": study.lost.tolist(),
        "plan": doubles(study.plan),
        "prices": _prices(network_prices(game)),
        "rules": rules,
    }


def _network_blocking(game: NetworkGame, answer: BlockingCoalition) -> dict[str, Any]:
    """The coalition with its own plan, and prices that bound what any coalition gains."""
    question = Question.of(game, answer.payoffs, 1, (), 1, None, 0.0, 0.0)
    prices = bounding_prices(question)
    return {
        "coalition": list(answer.coalition),
        "excess": answer.excess,
        "upper_bound": max(price_bound(prices, question), answer.excess),
        "plan": doubles(game.plan(answer.members)[1]),
        "prices": _prices(prices),
    }


def _prices(prices: NetworkPrices) -> dict[str, str]:
    """Prices of energy, of limits and in steps without limits, packed."""
    return {name: doubles(getattr(prices, name)) for name in ("energy", "limits", "free")}
