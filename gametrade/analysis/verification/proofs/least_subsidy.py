"""The least subsidy: weights from below, a price tree from above."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.analysis.verification.case import Case, Certificate, Claim, Refuted
from gametrade.analysis.verification.comparing import BORDER, ROUNDING, close, expect_width
from gametrade.analysis.verification.scene import Scene
from gametrade.analysis.verification.trees import upper_bound
from gametrade.registry import checks


@checks.register()
def least_subsidy(case: Case, claim: Claim, certificate: Certificate) -> str:
    """The weights bound the subsidy from below, the tree shows that it is enough."""
    scene = Scene.of(case, claim, certificate)
    n = len(scene.payoffs)
    lower = _from_below(scene, certificate)
    stated_lower, stated_upper = (Fraction(float(end)) for end in certificate["bracket"])
    slack = n * max(scene.tolerance, ROUNDING * abs(lower))
    if max(lower, Fraction(0)) < stated_lower - slack:
        raise Refuted(f"the weights prove only {float(lower):.9g}, the report says {float(stated_lower):.9g}")
    subsidy = [Fraction(float(t)) for t in certificate["subsidy"]]
    if len(subsidy) != n or min(subsidy) < 0 or sum(subsidy) > stated_upper + slack:
        raise Refuted("the subsidy is negative or more than the report says")
    _check_enough(scene, certificate, subsidy)
    _check_receivers(scene, claim, subsidy)
    close("margin", claim["margin"], stated_upper, scene.tolerance)
    expect_width(claim, stated_upper - stated_lower, slack)
    return f"least subsidy in [{float(stated_lower):.9g}, {float(stated_upper):.9g}]"


def _from_below(scene: Scene, certificate: Certificate) -> Fraction:
    """Weighted excess over the largest weight on a home: no smaller subsidy is enough. [money]

    Weights that add up to more than 1 on a home are no solution of the dual as they stand. Divided by the largest
    sum they are one, and only what those prove counts; so rounding above 1 costs its share of the bound and no more.
    """
    weights = [Fraction(float(weight)) for weight in certificate["weights"]]
    rows = [scene.exact.game.members(labels) for labels in certificate["coalitions"]]
    if any(weight < 0 for weight in weights) or len(weights) != len(rows):
        raise Refuted("weights must be non-negative, one a coalition")
    loads = [
        sum((w for w, row in zip(weights, rows, strict=True) if row[i]), Fraction(0)) for i in range(len(scene.payoffs))
    ]
    excess = [scene.exact.excess(row, scene.payoffs) for row in rows]
    total = sum((w * e for w, e in zip(weights, excess, strict=True)), Fraction(0))
    return total / max(*loads, Fraction(1))


def _check_enough(scene: Scene, certificate: Certificate, subsidy: list[Fraction]) -> None:
    """With the subsidy nobody gains by leaving."""
    paid = Scene(scene.exact, [x + t for x, t in zip(scene.payoffs, subsidy, strict=True)], scene.tolerance)
    left = upper_bound(paid, _enough(scene, certificate), Fraction(0))
    everyone = paid.exact.excess(np.ones(len(subsidy), dtype=bool), paid.payoffs)
    if max(left, everyone) > 4 * scene.tolerance:
        raise Refuted(f"after the subsidy a coalition may still gain {float(max(left, everyone)):.9g}")


def _check_receivers(scene: Scene, claim: Claim, subsidy: list[Fraction]) -> None:
    """The witnesses are the homes that get more than the tolerance."""
    named = scene.exact.game.members(claim["witness"])
    if named.sum() != len(claim["witness"]):
        raise Refuted("a home is named twice")
    for home, (paid, inside) in enumerate(zip(subsidy, named, strict=True)):
        off = paid - scene.tolerance if inside else scene.tolerance - paid
        if off < -BORDER * scene.tolerance:
            word = "gets no" if inside else "gets a"
            raise Refuted(f"{scene.exact.game.players[home]} {word} subsidy above the tolerance")


def _enough(scene: Scene, certificate: Certificate) -> dict[str, Any]:
    """Certificate that nobody gains: the tree, or enumeration if there is none."""
    tree = {name: certificate[name] for name in ("tree", "upper_bound") if name in certificate}
    kind = "price_tree" if "tree" in tree else "enumeration"
    return {"kind": kind, "upper_bound": float(scene.tolerance), **tree}
