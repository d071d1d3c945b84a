"""How many coalitions gain by leaving."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from gametrade.analysis.verification.case import Case, Certificate, Claim, Refuted
from gametrade.analysis.verification.comparing import ROUNDING, equal, expect_nobody, expect_verdict
from gametrade.analysis.verification.scene import Scene
from gametrade.analysis.verification.trees import all_excesses
from gametrade.registry import checks


@checks.register()
def n_blocking(case: Case, claim: Claim, certificate: Certificate) -> str:
    """Enumerate."""
    scene = Scene.of(case, claim, certificate)
    numbers, unit = all_excesses(scene.exact, scene.payoffs)
    excesses, tolerance = numbers[1:-1], scene.tolerance
    near = ROUNDING * tolerance + Fraction(1, 10**12) * max(abs(v) for v in scene.exact.table)
    over, under = floor((tolerance + near) / unit), floor((tolerance - near) / unit)
    sure = sum(e > over for e in excesses)
    maybe = sum(e > under for e in excesses)
    if not sure <= certificate["count"] <= maybe:
        raise Refuted(f"{sure} coalitions gain, the report says {certificate['count']}")
    expect_verdict(claim, {True})
    expect_nobody(claim)
    equal("margin", claim["margin"], 0.0)
    return f"{sure} of {len(excesses)} coalitions gain"
