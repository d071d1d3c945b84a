"""Nobody gains by leaving for one month, day or step."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from gametrade.analysis.encoding import unpack
from gametrade.analysis.exact import ExactSharingGame
from gametrade.analysis.verification.case import Case, Certificate, Claim, Refuted
from gametrade.analysis.verification.comparing import close, equal, expect_verdict
from gametrade.analysis.verification.scene import Scene, coalition_excess
from gametrade.registry import checks
from gametrade.solvers.saddle_point import PRICE_GRID


@checks.register()
def core_of_periods(case: Case, claim: Claim, certificate: Certificate) -> str:
    """A coalition that gains in one period, or a price path that supports every period."""
    equal("contract of the certificate", certificate["contract"], claim["property"].removeprefix("core_"))
    if certificate["kind"] == "price_path":
        expect_verdict(claim, {True})
        return _check_all_periods(case, claim, certificate)
    expect_verdict(claim, {False})
    scene = Scene.of(case, claim, certificate)
    excess = coalition_excess(scene, certificate["coalition"])
    if excess <= Fraction(999, 1000) * case.tolerance(case.payoffs(claim["rule"])):
        raise Refuted("the coalition does not gain")
    equal("witness", list(claim["witness"]), list(certificate["coalition"]))
    close("excess of the coalition", certificate["excess"], excess, scene.tolerance)
    close("margin", claim["margin"], -excess, scene.tolerance)
    return f"blocked by {float(excess):.9g}"


def _check_all_periods(case: Case, claim: Claim, certificate: Certificate) -> str:
    """One price path bounds the excesses of every period."""
    periods = case.periods(certificate["contract"])
    sharing = case.exact.sharing
    path = np.zeros(sharing.community.n_steps, dtype=np.int64)
    path[sharing.steps] = np.frombuffer(unpack(certificate["path"]), dtype=np.uint8)
    if (path > PRICE_GRID).any():
        raise Refuted("price positions must be from 0 to 128")
    payoffs = case.period_payoffs(claim["rule"], certificate["contract"])
    worst = Fraction(0)
    for steps, game, x in zip(periods.steps, periods.games, payoffs, strict=True):
        exact = ExactSharingGame(game.community)
        gains = exact.price_values(path[steps][exact.steps], PRICE_GRID)
        above = [w - Fraction(float(y)) for w, y in zip(gains, x, strict=True)]
        worst = max(worst, sum((gain for gain in above if gain > 0), Fraction(0)))
    if worst > Fraction(1001, 1000) * case.tolerance(case.payoffs(claim["rule"])):
        raise Refuted(f"the prices leave room for a gain of {float(worst):.9g} in one period")
    return f"no coalition gains more than {float(worst):.3e} in any of {len(periods.games)} periods"
