"""Nobody is worse off than alone."""

from __future__ import annotations

from fractions import Fraction

from gametrade.analysis.verification.case import Case, Certificate, Claim, Refuted
from gametrade.analysis.verification.comparing import at_most, expect
from gametrade.registry import checks


@checks.register()
def individual_rationality(case: Case, claim: Claim, certificate: Certificate) -> str:
    """Compare each payoff with being alone."""
    alone = [Fraction(float(v)) for v in case.game.single_values]
    payoffs = case.payoffs(claim["rule"])
    gains, tolerance = [x - v for x, v in zip(payoffs, alone, strict=True)], case.tolerance(payoffs)
    expect(claim, {*at_most(-min(gains), tolerance)}, min(gains), tolerance)
    (witness,) = claim["witness"]
    if gains[case.game.players.index(witness)] - min(gains) > tolerance:
        raise Refuted("the witness is not the home that gains least")
    return f"smallest gain {float(min(gains)):+.6g}"
