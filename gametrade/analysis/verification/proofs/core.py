"""No proper coalition gains by leaving."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from gametrade.analysis.verification.case import (
    Case,
    Certificate,
    Claim,
    Refuted,
    Scene,
    close,
    coalition_excess,
    expect,
)
from gametrade.analysis.verification.trees import upper_bound
from gametrade.registry import checks


@checks.register()
def core(case: Case, claim: Claim, certificate: Certificate) -> str:
    """The coalition bounds the largest excess from below, the price tree or enumeration from above."""
    scene = Scene.of(case, claim, certificate)
    lower = coalition_excess(scene, certificate["coalition"])
    close("excess of the coalition", certificate["excess"], lower, scene.tolerance)
    if list(claim["witness"]) != list(certificate["coalition"]):
        raise Refuted("witness and coalition of the certificate differ")
    upper = upper_bound(scene, certificate, Fraction(0))
    everyone = np.ones(len(scene.payoffs), dtype=bool)
    imbalance = abs(scene.exact.excess(everyone, scene.payoffs))
    margin = -lower if imbalance <= scene.tolerance else min(-lower, -imbalance)
    decided = upper <= lower + 4 * scene.tolerance or upper <= scene.tolerance
    blocked = lower > scene.tolerance or imbalance > scene.tolerance
    expect(claim, False if blocked else True if decided else None, margin, scene.tolerance)
    return f"largest excess in [{float(lower):.9g}, {float(upper):.9g}]"
