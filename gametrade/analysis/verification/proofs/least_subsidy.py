"""The least subsidy: weights from below, a price tree from above."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.analysis.verification.case import ROUNDING, Case, Certificate, Claim, Refuted, Scene, close
from gametrade.analysis.verification.trees import upper_bound
from gametrade.registry import checks


@checks.register()
def least_subsidy(case: Case, claim: Claim, certificate: Certificate) -> str:
    """The weights bound the subsidy from below, the tree shows that it is enough."""
    scene = Scene.of(case, claim, certificate)
    n = len(scene.payoffs)
    weights = [Fraction(float(weight)) for weight in certificate["weights"]]
    rows = [scene.exact.game.members(labels) for labels in certificate["coalitions"]]
    if any(weight < 0 for weight in weights) or len(weights) != len(rows):
        raise Refuted("weights must be non-negative, one a coalition")
    load = max(sum((w for w, row in zip(weights, rows, strict=True) if row[i]), Fraction(0)) for i in range(n))
    excess = [scene.exact.excess(row, scene.payoffs) for row in rows]
    lower = sum((w * e for w, e in zip(weights, excess, strict=True)), Fraction(0)) / max(load, Fraction(1))
    stated_lower, stated_upper = (Fraction(float(end)) for end in certificate["bracket"])
    slack = n * max(scene.tolerance, ROUNDING * abs(lower))
    if max(lower, Fraction(0)) < stated_lower - slack:
        raise Refuted(f"the weights prove only {float(lower):.9g}, the report says {float(stated_lower):.9g}")
    subsidy = [Fraction(float(t)) for t in certificate["subsidy"]]
    if len(subsidy) != n or min(subsidy) < 0 or sum(subsidy) > stated_upper + slack:
        raise Refuted("the subsidy is negative or more than the report says")
    paid = Scene(scene.exact, [x + t for x, t in zip(scene.payoffs, subsidy, strict=True)], scene.tolerance)
    left = upper_bound(paid, {"upper_bound": float(scene.tolerance), **_tree_only(certificate)}, Fraction(0))
    everyone = paid.exact.excess(np.ones(n, dtype=bool), paid.payoffs)
    if max(left, everyone) > 4 * scene.tolerance:
        raise Refuted(f"after the subsidy a coalition may still gain {float(max(left, everyone)):.9g}")
    close("subsidy", claim["margin"], stated_upper, scene.tolerance)
    if claim["holds"] and stated_upper - stated_lower > 4 * slack:
        raise Refuted("the bracket is too wide for the claim")
    return f"least subsidy in [{float(stated_lower):.9g}, {float(stated_upper):.9g}]"


def _tree_only(certificate: Certificate) -> dict[str, Any]:
    return {name: certificate[name] for name in ("tree", "upper_bound") if name in certificate}
