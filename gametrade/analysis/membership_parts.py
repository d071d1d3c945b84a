"""Who joins whom as plain data, with all that its claims are proved from."""

from __future__ import annotations

from typing import Any

from gametrade.analysis.encoding import tree_to_dict
from gametrade.analysis.studies.formation import FormationStudy
from gametrade.analysis.studies.provider_study import ProviderStudy
from gametrade.solvers.blocking_answer import BlockingCoalition


def blocking_part(answer: BlockingCoalition) -> dict[str, Any]:
    """The most profitable coalition with the proof of its bound."""
    tree = answer.price_tree
    return {**answer.to_dict(), **({} if tree is None else {"tree": tree_to_dict(tree, answer.game.players)})}


def formation_part(study: FormationStudy) -> dict[str, Any]:
    """What was found about one rule, with the proof of the bound on coalitions."""
    told, proof = study.to_dict(), study.certificate
    if proof is not None and proof.blocking is not None:
        told["certificate"]["blocking"] = blocking_part(proof.blocking)
    return told


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
