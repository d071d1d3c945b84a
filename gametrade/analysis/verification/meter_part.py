"""What homes gain at their meters: rules of one local price by their definition, in exact rationals, others again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from gametrade.analysis.meter_section import meter_game, meter_rules
from gametrade.analysis.properties.meter_changes import WAYS, MeterChange
from gametrade.analysis.properties.meter_truthfulness import (
    ALL,
    MONOTONE,
    SOME,
    argument,
    change_statement,
    gain_of,
    most_of_any_change,
)
from gametrade.analysis.studies.market_allocation import split
from gametrade.analysis.verification.case import MALFORMED, Refuted
from gametrade.analysis.verification.comparing import at_most, close, equal, expect_verdict
from gametrade.analysis.verification.exact_crossing import ZERO
from gametrade.analysis.verification.exact_meters import ONE_PRICE, exact_gain, prove_nothing_gains
from gametrade.community import Community
from gametrade.games.coalitional import Allocation, SharingGame

SLACK = 10
"""Tolerances of the game that count as nothing."""


def check_meters(game: SharingGame, steps: Sequence[int], rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Check the verdicts about meters.

    Parameters
    ----------
    game : SharingGame
        All steps.
    steps : sequence of int
        The looked-at ones.
    rows : sequence of mapping
        Verdicts with their way.

    Returns
    -------
    dict
        How many were proved in rationals, recomputed, or are not proved.

    Raises
    ------
    Refuted
        If one does not follow.
    """
    part = meter_game(game, steps)
    wanted = [(rule, way) for rule in meter_rules(part) for way in WAYS]
    if [(row["rule"], row["way"]) for row in rows] != wanted:
        raise Refuted("the verdicts about meters are not one for every rule and way")
    counts = {"exact": 0, "recomputed": 0, "none": 0}
    for row in rows:
        try:
            counts[_check(split(part, row["rule"]), part, row)] += 1
        except MALFORMED as reason:
            raise Refuted(f"a verdict about meters cannot be read: {reason!r:.80}") from reason
    return counts


def _check(allocation: Allocation, game: SharingGame, row: Mapping[str, Any]) -> str:
    """One verdict."""
    certificate, way, slack = row["certificate"], row["way"], Fraction(SLACK * allocation.tolerance)
    equal("id of a verdict about meters", row["id"], f"{row['rule']}/meter_truthfulness")
    equal("property of a verdict about meters", row["property"], "meter_truthfulness")
    equal("unit of a verdict", row["unit"], game.unit)
    if certificate["why"] not in (ALL, SOME, MONOTONE):
        raise Refuted(f"a verdict about meters rests on {certificate['why']!r}")
    said = change_statement(way, SLACK * allocation.tolerance, game.unit, certificate["tried"])
    equal(f"statement of {row['id']}", row["statement"], said)
    kind = certificate["kind"]
    if row["holds"] is False:
        equal(f"kind of certificate of {row['id']}", kind, "recompute")
        return _check_change(allocation, game.community, row, slack)
    equal(f"witness of {row['id']}", list(row["witness"]), [])
    close("margin", row["margin"], ZERO, slack)
    if row["holds"] is True and kind == "enumeration":
        if row["rule"] not in ONE_PRICE or way not in ("waste", "burn", "accounts"):
            raise Refuted(f"{row['rule']} is not decided by an enumeration of {way}")
        prove_nothing_gains(game.community, row["rule"], way, slack)
        return "exact"
    if row["holds"] is True and kind == "theorem":
        equal("argument", certificate["why"], argument(allocation, way))
        return "exact"
    bound = most_of_any_change(allocation, way)
    if row["holds"] is True:
        equal(f"kind of certificate of {row['id']}", kind, "bound")
        if bound is None or at_most(Fraction(bound), slack) == {False}:
            raise Refuted(f"{row['id']} has no bound of nothing")
        return "recomputed"
    expect_verdict(row, {None})
    equal(f"kind of certificate of {row['id']}", kind, "none")
    if row["rule"] not in ONE_PRICE or way == "shift":
        _check_bound(certificate, bound, slack)
    return "none"


def _check_bound(certificate: Mapping[str, Any], bound: float | None, slack: Fraction) -> None:
    """What no change gains more than."""
    if bound is None:
        equal("bound of a change", certificate.get("bound"), None)
    else:
        close("bound of a change", certificate["bound"], Fraction(bound), slack)


def _check_change(allocation: Allocation, community: Community, row: Mapping[str, Any], slack: Fraction) -> str:
    """The change that pays, made again."""
    told = row["certificate"]["change"]
    equal("way of a change", told["way"], row["way"])
    equal(f"witness of {row['id']}", list(row["witness"]), [told["home"]])
    change = MeterChange(
        community.names.index(told["home"]), told["way"], told["step"], told["other"], float(told["energy"])
    )  # fmt: skip
    _check_possible(community, change)
    when = str(community.local_times()[change.step]) if change.step >= 0 else None
    equal("time of a change", told["time"], when)
    exactly = row["rule"] in ONE_PRICE and change.way in ("waste", "burn", "accounts") and change.step >= 0
    gain = exact_gain(community, row["rule"], change) if exactly else Fraction(gain_of(allocation, change))
    close("gain of a change", row["certificate"]["gain"], gain, slack)
    close("margin", row["margin"], -gain, slack)
    if at_most(gain, slack) == {True}:
        raise Refuted(f"the change gains {float(gain):.3g}, which counts as nothing")
    if not exactly:
        bound = most_of_any_change(allocation, row["way"])
        _check_bound(row["certificate"], bound, slack)
        if bound is not None and at_most(gain, Fraction(bound) + slack) == {False}:
            raise Refuted(f"the change gains {float(gain):.9g}, more than the bound {bound:.9g}")
    return "exact" if exactly else "recomputed"


def _check_possible(community: Community, change: MeterChange) -> None:
    """A home can do no more than its meter allows."""
    home, step, energy = change.home, change.step, change.energy
    if (change.other >= 0) != (change.way == "shift") or (step < 0 and change.way != "accounts") or step < -1:
        raise Refuted(f"a change by {change.way} is not one of step {step} and another, {change.other}")
    most = {
        "waste": float(community.generation[home, step]),
        "burn": float("inf"),
        "shift": float(community.demand[home, step]),
        "accounts": float(min(community.demand[home, step], community.generation[home, step])) if step >= 0 else 1.0,
    }[change.way]
    if not 0 <= energy <= most * (1 + 1e-9):
        raise Refuted(f"{community.names[home]} cannot change {energy:.6g} kWh by {change.way}")
