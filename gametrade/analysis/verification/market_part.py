"""The section on mechanisms: totals are cleared again, verdicts by the mechanisms' definitions in exact rationals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.analysis.checking import check
from gametrade.analysis.market_section import (
    PROPERTIES,
    Hour,
    Total,
    market_hours,
    market_labels,
    total,
    trading_steps,
)
from gametrade.analysis.verification.case import Case, Refuted
from gametrade.analysis.verification.comparing import close, equal, expect_verdict, same
from gametrade.analysis.verification.exact_crossing import ZERO, ExactCrossing, exact_orders
from gametrade.analysis.verification.exact_lies import true_gain
from gametrade.analysis.verification.exact_mechanisms import exact_mechanism
from gametrade.analysis.verification.lie_bounds import check_bound
from gametrade.analysis.verification.lies import LIES, ROUNDED, check_lie
from gametrade.analysis.verification.meter_part import check_meters
from gametrade.games.coalitional import SharingGame
from gametrade.mechanisms import OrderBook, clear
from gametrade.mechanisms.community_market import books
from gametrade.mechanisms.valuation import retail
from gametrade.registry import mechanisms, properties
from gametrade.tolerance import BALANCE_TOLERANCE

EXACTLY = ("individual_rationality", "allocative_efficiency", "budget_balance")
"""Properties whose margin is computed without rounding."""


def check_market(case: Case) -> str:
    """Check the section on mechanisms.

    Returns
    -------
    str
        How many lies were told again, how many enumerations repeated, and what is not proved.

    Raises
    ------
    Refuted
        If a total is another, an hour is not the one that the rule chooses, or a verdict does not follow.
    """
    market = case.document["market"]
    if not isinstance(case.game, SharingGame):
        raise Refuted("auctions between homes need meter data")
    _check_totals(case.game, market)
    hours = _check_hours(case.game, market)
    wanted = [(label, name, k) for label in market_labels() for name in PROPERTIES for k in range(len(hours))]
    found = [(row["rule"], row["asked"], row["hour"]) for row in market["verdicts"]]
    if found != wanted:
        raise Refuted("the verdicts are not one for every mechanism, property and hour")
    meters = check_meters(case.game, [hour.step for hour in hours], market["meters"]) if hours else None
    if meters is None:
        equal("verdicts about meters", list(market["meters"]), [])
    told = Counter(check_verdict(hours[row["hour"]].book, row) for row in market["verdicts"])
    return (
        f"{len(market['totals'])} mechanisms cleared again in {market['counted']} steps; {told['lie']} lies told again "
        f"and {told['enumeration']} enumerations repeated exactly, {told['theorem']} follow from a mechanism's "
        f"definition, {told['recompute']} verdicts recomputed; "
        f"{told['none']} not proved, {told['loose']} computed, not certified"
        + ("" if meters is None else _about(meters))
    )


def _about(meters: Mapping[str, int]) -> str:
    """What was checked about meters, in words."""
    return (
        f"; of what homes do at their meters {meters['exact']} verdicts proved exactly, {meters['recomputed']} "
        f"recomputed, {meters['none']} not proved"
    )


def _check_totals(game: SharingGame, market: Mapping[str, Any]) -> None:
    """Every mechanism again in the same steps."""
    equal("bids of the market", market["bids"], "retail")
    community, stride = game.community, market["stride"]
    if isinstance(stride, bool) or not isinstance(stride, int) or stride < 1:
        raise Refuted(f"the stride is {stride!r}")
    trading = trading_steps(community)
    steps = trading[::stride]
    equal("steps with a buyer and a seller", market["trading"], int(trading.size))
    equal("steps that were cleared", market["counted"], int(steps.size))
    part = community.steps(steps)
    best = sum((ExactCrossing(exact_orders(book)).welfare for _, book, _ in books(retail(part))), ZERO)
    size = float(part.import_price @ part.deficit.sum(axis=0))
    same("largest welfare", market["optimum"], float(best), size)
    labels = market_labels()
    equal("mechanisms of the totals", [row["mechanism"] for row in market["totals"]], labels)
    for row in market["totals"]:
        again = total(row["mechanism"], clear(part, row["mechanism"]))
        if set(row) != set(Total._fields):
            raise Refuted(f"totals of {row['mechanism']} must be {', '.join(Total._fields)}")
        for name, scale in (("volume", again.volume), ("welfare", size), ("surplus", size)):
            same(f"{name} of {row['mechanism']}", row[name], getattr(again, name), scale)
        for name in ("buy_price", "sell_price"):
            number = getattr(again, name)
            if np.isnan(number):
                equal(f"{name} of {row['mechanism']}", row[name], None)
            else:
                same(f"{name} of {row['mechanism']}", row[name], number, float(np.abs(part.import_price).max()))


def _check_hours(game: SharingGame, market: Mapping[str, Any]) -> tuple[Hour, ...]:
    """The hours are those that the stated rule chooses."""
    hours, times = market_hours(game), game.community.local_times()
    again = [{"why": hour.why, "step": hour.step, "time": str(times[hour.step])} for hour in hours]
    equal("hours looked at", list(market["hours"]), again)
    return hours


def check_verdict(book: OrderBook, row: Mapping[str, Any]) -> str:
    """One verdict; says how it was checked."""
    name, certificate = row["property"], row["certificate"]
    equal("the id of a verdict", row["id"], f"{row['rule']}/{name}")
    equal("property of a verdict", name, row["asked"].partition(":")[0])
    if name in LIES:
        equal("unit of a verdict", row["unit"], book.unit)
        return _check_lie(book, row)
    entry, options = mechanisms.resolve(row["rule"])
    again = check(clear(book, row["rule"]), row["asked"]).to_dict()
    slack = ROUNDED * BALANCE_TOLERANCE * float(book.prices @ book.energies)
    equal("unit of a verdict", row["unit"], again["unit"])
    equal(f"statement of {row['id']}", row["statement"], again["statement"])
    equal(f"witness of {row['id']}", list(row["witness"]), list(again["witness"]))
    expect_verdict(row, {again["holds"]})
    if abs(row["margin"] - again["margin"]) > slack:
        raise Refuted(f"margin of {row['id']} is {again['margin']:.9g}, the report says {row['margin']:.9g}")
    equal(f"kind of certificate of {row['id']}", certificate["kind"], again["certificate"]["kind"])
    run = exact_mechanism(entry.name, options, frozenset(book.owners))
    if run is not None and name in EXACTLY and book.n_orders:
        orders = exact_orders(book)
        margin = _exact_margin(row["asked"], orders, run(orders))
        close(f"margin of {row['id']}", row["margin"], margin, Fraction(slack))
    return "recompute"


def _exact_margin(name: str, orders: Any, cleared: Any) -> Fraction:
    """Smallest gain, welfare that is missed, or money kept, without rounding."""
    owners = {order.owner for order in orders}
    gains = [true_gain(orders, orders, cleared, {owner}) for owner in owners]
    kept = sum(cleared.payments.values(), ZERO)
    if name == "individual_rationality":
        return min(gains)
    if name.startswith("budget_balance"):
        return kept if "weak=true" in name.lower() else -abs(kept)
    return min(ZERO, sum(gains, ZERO) + kept - ExactCrossing(orders).welfare)


def _check_lie(book: OrderBook, row: Mapping[str, Any]) -> str:
    """A lie told again where the mechanism has a second definition; with its lot where it draws one."""
    certificate = row["certificate"]
    options = properties.resolve(row["asked"])[1]
    about = LIES[row["property"]]
    equal("what a lie is about", certificate["about"], options.get("about", about[-1]))
    entry, options = mechanisms.resolve(row["rule"])
    if exact_mechanism(entry.name, options, frozenset()) is not None:
        said = check_lie(book, row["rule"], row)
        return "loose" if said.startswith("not repeated") else str(certificate["kind"])
    slack = ROUNDED * BALANCE_TOLERANCE * float(book.prices @ book.energies)
    check_bound(book, row["rule"], row, Fraction(slack))
    if row["holds"] is False:
        from gametrade.analysis.properties.lies import replay

        gain = replay(clear(book, row["rule"]), certificate)
        if abs(gain + row["margin"]) > slack or gain <= slack / ROUNDED or certificate["kind"] != "lie":
            raise Refuted(f"the lie of {row['id']} gains {gain:.9g}, the report says {-row['margin']:.9g}")
        return "recompute"
    if certificate["kind"] == "bound":
        return "recompute"
    expect_verdict(row, {None})
    equal(f"kind of certificate of {row['id']}", certificate["kind"], "none")
    return "none"
