"""What an equilibrium is called: the name follows from its regrets, or from common prices of shared constraints."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.analysis.uniqueness import positive_definite
from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.games.case import GameCase, NotCertified
from gametrade.analysis.verification.regrets import most, rates
from gametrade.games.continuous import ContinuousGame
from gametrade.games.equilibrium import Equilibrium
from gametrade.games.evolutionary import EvolutionaryGame
from gametrade.games.normal_form import NormalFormGame
from gametrade.games.sparse_quadratic import AnyQuadratic, is_quadratic
from gametrade.games.stackelberg import BilevelGame, PriceLeaderGame, StackelbergGame
from gametrade.solvers.regret_bounds import safe_curvature

GAP = Fraction(1, 10**6)
"""Share of the payoffs up to which a gap at common prices is taken for a residual of the solver."""


def prove_concept(game: Any, case: GameCase, equilibrium: Equilibrium) -> str:
    """Show that an equilibrium is of the concept that the report names.

    Parameters
    ----------
    game : StrategicGame
        The game.
    case : GameCase
        The report.
    equilibrium : Equilibrium
        As it states it.

    Returns
    -------
    str
        What was proved.

    Raises
    ------
    Refuted
        If the name is another.
    NotCertified
        If it rests on the solver.
    """
    concept = equilibrium.concept
    if isinstance(game, NormalFormGame | EvolutionaryGame):
        return _finite(equilibrium)
    if isinstance(game, PriceLeaderGame):
        return _named(concept, "Stackelberg", "leader and followers answer as proved")
    if isinstance(game, BilevelGame | StackelbergGame):
        return _leading(game, case, equilibrium)
    if not isinstance(game, ContinuousGame):
        if case.nearest(equilibrium).concept != concept:
            raise Refuted(f"solved again, the equilibrium is {case.nearest(equilibrium).concept}, not {concept}")
        raise NotCertified("solved again with the same concept")
    if game.shared is None:
        weaker = concept.removesuffix(" (approximate)") != concept
        return _named(concept, "Nash (approximate)" if weaker else "Nash", "no constraint is shared")
    if concept == "generalized Nash (arbitrary)":
        return "no common price is claimed"
    if not is_quadratic(game):
        raise NotCertified("common prices of payoffs that are not quadratic are not checked")
    weights = [Fraction(float(w)) for w in equilibrium.certificate["weights"]]
    if len(weights) != game.n_players or min(weights) <= 0:
        raise Refuted("weights are not one positive number a player")
    _named(concept, "variational" if len(set(weights)) == 1 else "normalised", "")
    if equilibrium.certificate.get("kind") == "price_taking_gap":
        return "the price-taking gaps at common prices are the regrets that are proved"
    return _common_prices(game, equilibrium, weights)


def _leading(game: BilevelGame | StackelbergGame, case: GameCase, equilibrium: Equilibrium) -> str:
    """Leaders and followers have the regrets that are proved; ties of a follower need a word of their own."""
    concept, certificate = equilibrium.concept, equilibrium.certificate
    if isinstance(game, StackelbergGame):
        if not np.isfinite(equilibrium.regrets).all():
            raise NotCertified("followers' answer is taken as given, or a leader's payoff is not bounded")
        return _named(concept, "Stackelberg", "leaders and followers have the regrets that are proved")
    own = game.follower.hessian[game.n_leader :, game.n_leader :]
    optimistic = certificate.get("kind") == "bilevel" and certificate["tree"] is not None
    if concept == "Stackelberg, optimistic" and optimistic:
        return "of all choices and best answers none costs the leader less, as proved"
    if concept == "Stackelberg" and optimistic and positive_definite(own):
        return "the follower's cost is strictly convex, so its answer is the only one, exactly"
    if case.nearest(equilibrium).concept != concept:
        raise Refuted(f"solved again, the equilibrium is {case.nearest(equilibrium).concept}, not {concept}")
    if certificate.get("kind") == "bilevel_pessimistic":
        return "decided again in fractions"
    raise NotCertified("solved again with the same concept")


def _finite(equilibrium: Equilibrium) -> str:
    concept, certificate = equilibrium.concept, equilibrium.certificate
    if certificate.get("kind") == "correlated":
        if "correlated" not in concept:
            raise Refuted(f"a lottery over profiles is a correlated equilibrium, the report says {concept}")
        return "a lottery over profiles"
    if certificate.get("kind") != "regret":
        raise NotCertified("no exact regret stands behind the name")
    if equilibrium.regret == 0 and not concept.startswith("epsilon"):
        return _named(concept, "Nash", "nobody has any regret")
    if not concept.startswith("epsilon"):
        raise Refuted(f"somebody has a regret, so this is an epsilon equilibrium, the report says {concept}")
    return "nobody's regret exceeds the one stated"


def _named(stated: str, found: str, why: str) -> str:
    if stated != found:
        raise Refuted(f"the equilibrium is {found}, the report says {stated}")
    return why


def _common_prices(game: AnyQuadratic, equilibrium: Equilibrium, weights: list[Fraction]) -> str:
    r"""Gaps at the prices of shared inequalities: each player on its box at :math:`\lambda / r_i`, and slackness."""
    shared = game.shared
    if shared is None or len(shared.equal_rows) or not all(points.is_box for points in game.sets):
        raise NotCertified("common prices are checked where strategy sets are boxes and inequalities are shared")
    x = np.concatenate(equilibrium.strategies)
    profile = [Fraction(float(value)) for value in x]
    prices = [Fraction(float(value)) for value in equilibrium.certificate["shared_prices"]]
    rows = [[Fraction(value) for value in row] for row in shared.rows.tolist()]
    if len(prices) != len(rows) or min(prices, default=Fraction(0)) < 0:
        raise Refuted("prices of shared constraints are negative or too few")
    worst = Fraction(0)
    for price, row, limit in zip(prices, rows, shared.limits.tolist(), strict=True):
        room = Fraction(limit) - sum((a * v for a, v in zip(row, profile, strict=True)), Fraction(0))
        worst += price * max(Fraction(0), room)
    low, high = game.bounds
    for player, part in enumerate(game.slices):
        block = game.own_block(player)
        bend = Fraction(safe_curvature(block))
        if not positive_definite(block, bend, strict=False):
            raise NotCertified("the curvature of a payoff is not bounded exactly")
        gap = Fraction(0)
        for k, rate in zip(range(part.start, part.stop), rates(game, player, x), strict=True):
            toll = sum((p * row[k] for p, row in zip(prices, rows, strict=True)), Fraction(0)) / weights[player]
            gap += most(rate - toll, bend, (float(low[k]), float(high[k])), profile[k])
        worst = max(worst, gap)
    size = max(Fraction(1), Fraction(float(np.abs(equilibrium.payoffs).max())))
    if worst > GAP * size:
        raise Refuted(f"at the prices stated somebody gains {float(worst):.6g}, so they support no such equilibrium")
    return f"at the common prices nobody gains more than {float(worst):.3g}, exactly"
