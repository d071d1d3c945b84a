"""The core of the game is not empty, or it is."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from gametrade.analysis.verification.balance import expect_heaviest, reached_by, slack, weighted_gains
from gametrade.analysis.verification.case import Case, Certificate, Claim, Refuted
from gametrade.analysis.verification.comparing import close, equal, expect_verdict
from gametrade.analysis.verification.dispatch import proven_costs
from gametrade.analysis.verification.supporting import read_path
from gametrade.games.coalitional import AssignmentGame, DispatchGame
from gametrade.registry import checks
from gametrade.solvers.saddle_point import PRICE_GRID


@checks.register()
def balanced(case: Case, claim: Claim, certificate: Certificate) -> str:
    """Prices or payoffs show that there is a core, balancing weights that there is none."""
    kind, tolerance = certificate["kind"], Fraction(case.game.tolerance)
    expect_heaviest(case, claim, certificate)
    if kind in ("price_path", "dispatch_dual"):
        over = _at_prices(case, certificate) if kind == "price_path" else _at_duals(case)
        if over > max(tolerance, slack(case)):
            raise Refuted(f"at these prices all gain {float(over):.9g} more than there is to share")
        expect_verdict(claim, {True})
        equal("margin", claim["margin"], 0.0)
        return f"payoffs at prices are in the core, to {float(max(over, Fraction(0))):.2g}"
    if kind == "pairs":
        short = _short_of_pairs(case, certificate)
        if short > slack(case):
            raise Refuted(f"under these payoffs some pairs gain {float(short):.9g}")
        expect_verdict(claim, {True})
        equal("margin", claim["margin"], 0.0)
        return f"no pair gains at these payoffs, to {float(short):.2g}"
    margin, weight, _ = weighted_gains(case.exact, certificate)
    close("margin", claim["margin"], -margin / weight, slack(case))
    if kind == "balancing_weights":
        if margin / weight <= tolerance / 2:
            raise Refuted(f"the weighted coalitions gain only {float(margin):.9g} more than all players")
        expect_verdict(claim, {False})
        return f"weighted coalitions gain {float(margin):.9g} more than all players: the core is empty"
    reached = reached_by(case, certificate, case.exact.value(np.ones(case.game.n_players, dtype=bool)))
    if reached > 2 * slack(case):
        raise Refuted(f"under these payoffs a coalition gains {float(reached):.9g}")
    expect_verdict(claim, {True})
    return f"a payoff vector leaves every coalition {float(-reached):.9g} or more"


def _short_of_pairs(case: Case, certificate: Certificate) -> Fraction:
    """What a coalition of an assignment game can gain at most: it falls apart into pairs and single players. [money]"""
    game = case.game
    if not isinstance(game, AssignmentGame):
        raise Refuted("pairs prove a core only of an assignment game")
    payoffs = [Fraction(float(x)) for x in certificate["payoffs"]]
    if len(payoffs) != game.n_players:
        raise Refuted(f"payoffs must be {game.n_players} numbers")
    close("sum of the payoffs", float(sum(payoffs)), case.exact.value(np.ones(len(payoffs), dtype=bool)), slack(case))
    sellers, buyers = payoffs[: len(game.sellers)], payoffs[len(game.sellers) :]
    gains = [[Fraction(float(gain)) for gain in row] for row in game.gains]
    worst = max(Fraction(0), *(-x for x in payoffs))
    for x, row in zip(sellers, gains, strict=True):
        worst = max(worst, *(gain - x - y for gain, y in zip(row, buyers, strict=True)))
    return worst * len(payoffs)


def _at_prices(case: Case, certificate: Certificate) -> Fraction:
    """What all homes gain at a price path above what there is to share. [money]"""
    path = read_path(certificate, len(case.exact.priced.steps))
    gains = case.exact.priced.price_values(path, PRICE_GRID)
    return sum(gains, Fraction(0)) - case.exact.value(np.ones(case.game.n_players, dtype=bool))


def _at_duals(case: Case) -> Fraction:
    """The same for the dual prices of all homes together: what their bracket leaves open. [money]"""
    if not isinstance(case.game, DispatchGame) or case.game.terms.limited or not case.document.get("evidence"):
        raise Refuted("dual prices prove a core only without a joint connection, and need their evidence")
    alone, grand = proven_costs(case)
    return sum((high - low for low, high in alone), Fraction(0)) + grand[1] - grand[0]
