"""Nobody is worse off than alone."""

from __future__ import annotations

from fractions import Fraction

from gametrade.analysis.verification.case import Case, Certificate, Claim, Refuted, expect
from gametrade.registry import checks


@checks.register()
def individual_rationality(case: Case, claim: Claim, certificate: Certificate) -> str:
    """Compare each payoff with being alone."""
    alone = [Fraction(float(v)) for v in case.game.single_values]
    payoffs = case.payoffs(claim["rule"])
    gains, tolerance = [x - v for x, v in zip(payoffs, alone, strict=True)], case.tolerance(payoffs)
    expect(claim, min(gains) >= -tolerance, min(gains), tolerance)
    if gains[case.game.players.index(claim["witness"][0])] - min(gains) > tolerance:
        raise Refuted("the witness is not the home that gains least")
    return f"smallest gain {float(min(gains)):+.6g}"
