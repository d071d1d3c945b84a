"""No proper coalition gains by leaving."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.analysis.verification.case import Case, Certificate, Claim, Refuted
from gametrade.analysis.verification.comparing import at_most, close, equal, expect
from gametrade.analysis.verification.dispatch import dispatch_bracket
from gametrade.analysis.verification.scene import Scene, coalition_excess
from gametrade.analysis.verification.trees import upper_bound
from gametrade.registry import checks


@checks.register()
def core(case: Case, claim: Claim, certificate: Certificate) -> str:
    """The coalition bounds the largest excess from below, the price tree or enumeration from above."""
    if certificate["kind"] == "dispatch_dual":
        return _dispatch(case, claim, certificate)
    scene = Scene.of(case, claim, certificate)
    lower = coalition_excess(scene, certificate["coalition"])
    close("excess of the coalition", certificate["excess"], lower, scene.tolerance)
    equal("witness", list(claim["witness"]), list(certificate["coalition"]))
    equal("cost of leaving", certificate["cost_per_member"], 0.0)
    upper = upper_bound(scene, certificate, Fraction(0))
    if certificate["kind"] == "enumeration":
        close("largest excess", certificate["upper_bound"], upper, scene.tolerance)
    _check_exact(certificate["exact"], upper - lower, scene.tolerance)
    everyone = np.ones(len(scene.payoffs), dtype=bool)
    imbalance = abs(scene.exact.excess(everyone, scene.payoffs))
    margin = -lower if imbalance <= scene.tolerance else min(-lower, -imbalance)
    expect(claim, _verdicts(lower, upper, imbalance, scene.tolerance), margin, scene.tolerance)
    return f"largest excess in [{float(lower):.9g}, {float(upper):.9g}]"


def _check_exact(stated: Any, width: Fraction, tolerance: Fraction) -> None:
    """The largest excess is called exact if the bracket is not wider than the tolerance."""
    close_to = Fraction(1, 50) * tolerance
    if not isinstance(stated, bool) or (width > tolerance + close_to if stated else width < tolerance - close_to):
        raise Refuted(f"the bracket is {float(width):.3e} wide, so exact must not be {stated!r}")


def _dispatch(case: Case, claim: Claim, certificate: Certificate) -> str:
    """The plan of the coalition bounds the largest excess from below, the prices of the leaves from above."""
    tolerance = case.tolerance(case.payoffs(claim["rule"]))
    lower, upper, imbalance = dispatch_bracket(case, claim, certificate)
    close("excess of the coalition", certificate["excess"], lower, tolerance)
    equal("witness", list(claim["witness"]), list(certificate["coalition"]))
    equal("cost of leaving", certificate["cost_per_member"], 0.0)
    stated = Fraction(float(certificate["upper_bound"]))
    if upper > stated + tolerance:
        raise Refuted(f"the prices prove only {float(upper):.9g}")
    _check_exact(certificate["exact"], stated - lower, tolerance)
    margin = -lower if imbalance <= tolerance else min(-lower, -imbalance)
    expect(claim, _verdicts(lower, upper, imbalance, tolerance), margin, tolerance)
    return f"largest excess in [{float(lower):.9g}, {float(upper):.9g}]"


def _verdicts(lower: Fraction, upper: Fraction, imbalance: Fraction, tolerance: Fraction) -> set[bool | None]:
    """Verdicts that the bracket allows: one, or two at a border."""
    answers = at_most(lower, tolerance), at_most(imbalance, tolerance)
    allowed: set[bool | None] = set()
    if any(False in answer for answer in answers):
        allowed.add(False)
    if all(True in answer for answer in answers):
        if upper <= lower + 4 * tolerance or upper <= Fraction(101, 100) * tolerance:
            allowed.add(True)
        if upper > (1 - Fraction(1, 100)) * tolerance:
            allowed.add(None)
    return allowed
