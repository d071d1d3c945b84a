"""The exit cost per member at which nobody leaves."""

from __future__ import annotations

from fractions import Fraction

from gametrade.analysis.verification.case import Case, Certificate, Claim, Refuted
from gametrade.analysis.verification.comparing import close, equal, expect_width
from gametrade.analysis.verification.scene import Scene, proper_members
from gametrade.analysis.verification.trees import upper_bound
from gametrade.registry import checks


@checks.register()
def exit_cost(case: Case, claim: Claim, certificate: Certificate) -> str:
    """Nobody gains at the cost, and the named coalition gains at any smaller one."""
    scene = Scene.of(case, claim, certificate)
    lower, upper = (Fraction(float(end)) for end in certificate["bracket"])
    cost = Fraction(float(certificate["cost_per_member"]))
    if min(lower, cost) < 0:
        raise Refuted("a cost of leaving must not be negative")
    _check_need(scene, certificate, lower)
    equal("witness", list(claim["witness"]), list(certificate["needed_by"]))
    members = proper_members(scene, certificate["coalition"])
    net = scene.exact.excess(members, scene.payoffs) - cost * int(members.sum())
    close("excess at the cost", certificate["excess"], net, scene.tolerance)
    left = upper_bound(scene, certificate, cost)
    if certificate["kind"] == "enumeration":
        close("largest excess", certificate["upper_bound"], left, scene.tolerance)
    if cost + max(left, Fraction(0)) > upper + 4 * scene.tolerance:
        raise Refuted(f"at this cost a coalition may still gain {float(left):.9g}")
    close("cost", certificate["cost_per_member"], upper, scene.tolerance)
    close("margin", claim["margin"], lower, scene.tolerance)
    expect_width(claim, upper - lower, scene.tolerance)
    return f"exit cost per member in [{float(lower):.9g}, {float(upper):.9g}]"


def _check_need(scene: Scene, certificate: Certificate, lower: Fraction) -> None:
    """The coalition that needs the cost gains as much a member without it."""
    if certificate["needed_by"]:
        members = proper_members(scene, certificate["needed_by"])
        per_member = scene.exact.excess(members, scene.payoffs) / int(members.sum())
        if per_member < lower - scene.tolerance:
            raise Refuted(f"the coalition gains {float(per_member):.9g} a member, less than {float(lower):.9g}")
    elif lower > scene.tolerance:
        raise Refuted("a positive cost needs a coalition that gains without it")
