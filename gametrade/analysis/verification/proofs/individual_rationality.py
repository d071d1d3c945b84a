"""Nobody is worse off than alone."""

from __future__ import annotations

from fractions import Fraction

from gametrade.analysis.verification.case import Case, Certificate, Claim, Refuted, expect
from gametrade.registry import checks


@checks.register()
def individual_rationality(case: Case, claim: Claim, certificate: Certificate) -> str:
    """Compare each payoff with being alone."""
    alone = [Fraction(float(v)) for v in case.game.single_values]
    gains = [x - v for x, v in zip(case.payoffs(claim["rule"]), alone, strict=True)]
    expect(claim, min(gains) >= -case.tolerance, min(gains), case.tolerance)
    _home_is(claim, case, gains)
    return f"smallest gain {float(min(gains)):+.6g}"


def _home_is(claim: Claim, case: Case, gains: list[Fraction]) -> None:
    witness = gains[case.game.players.index(claim["witness"][0])]
    if witness - min(gains) > case.tolerance:
        raise Refuted("the witness is not the home that gains least")
