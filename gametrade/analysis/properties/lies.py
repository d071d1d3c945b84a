"""Lies of a trader about its order: which ones can matter, what they gain, and how to check one again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gametrade.analysis.properties.axes import Axis, energy_axis, price_axis
from gametrade.analysis.properties.lie_bounds import most_of_any_lie
from gametrade.analysis.properties.market import Mechanism, Truth, market_verdict, mechanism_of, money_tolerance
from gametrade.analysis.verdict import Verdict
from gametrade.mechanisms import MarketOutcome, OrderBook
from gametrade.registry import mechanisms

MOST_LIES = 20_000
"""Lies that a search tries unless told otherwise."""


@dataclass(frozen=True)
class Breakpoints:
    """Where the outcome of a mechanism can change its form when one order changes.

    Parameters
    ----------
    prices : {"limits", "midpoints", ""}
        Between the limits of the others, or between these, their midpoints and their reflections 2p - q, fills
        do not depend on an order's price and money depends on it linearly; empty if that is not known.
    energies : bool
        Whether fills are linear and prices constant in an order's energy between the differences of the
        cumulative energies of the two sides.
    """

    prices: str = ""
    energies: bool = False


KNOWN = {
    "uniform_price": Breakpoints("limits", True),
    "pay_as_bid": Breakpoints("limits", True),
    "trade_reduction": Breakpoints("limits", True),
    "vickrey_clarke_groves": Breakpoints("limits", True),
    "mcafee": Breakpoints("midpoints", True),
    "continuous_double_auction": Breakpoints("limits", False),
}
"""Of mechanisms that are a function of the sorted book alone; a mechanism's trait `breakpoints` adds to them."""


def breakpoints_of(outcome: MarketOutcome, mechanism: object = None) -> Breakpoints:
    """What is known about the form of a mechanism's outcome."""
    if mechanism is not None or outcome.mechanism.partition(":")[0] not in mechanisms:
        return Breakpoints()
    entry, written = mechanisms.resolve(outcome.mechanism)
    declared = entry.traits.get("breakpoints")
    known = KNOWN.get(entry.name, Breakpoints()) if declared is None else Breakpoints(*declared)
    shared = {**written, **outcome.options}.get("ties") == "pro_rata"
    return Breakpoints(known.prices, known.energies and not shared)


@dataclass(frozen=True, eq=False)
class Found:
    """The best lie of a search: its gain over honesty, the book with the lie, and how far the search went."""

    gain: float
    supremum: float
    trader: str
    book: OrderBook
    honest: float
    tried: int
    exhaustive: bool


def best_lie(
    outcome: MarketOutcome, *, about: str, mechanism: Mechanism | str | None = None, most: int = MOST_LIES
) -> Found:
    """Search the lies of every trader about one order at a time.

    Parameters
    ----------
    outcome : MarketOutcome
        Of the honest book.
    about : {"price", "energy", "both"}
        What is misreported.
    mechanism : callable or str, optional
        Where it is not a registered one.
    most : int
        Lies to try at most, in all.

    Returns
    -------
    Found
        Exhaustive if every trader has one order and the form of the outcome between breakpoints is known.
    """
    book, run = outcome.book, mechanism_of(outcome, mechanism)
    form, truth = breakpoints_of(outcome, mechanism), Truth(book)
    sure = len(set(book.owners)) == book.n_orders and (about == "energy" or form.prices != "")
    sure = sure and (about == "price" or form.energies)
    found = Found(0.0, 0.0, book.traders[0] if book.traders else "", book, 0.0, 0, sure)
    share = max(2, most // max(1, book.n_orders))
    for order in range(book.n_orders):
        found = better(found, _lies_of(book, order, about, form, (run, truth, share)))
    return found


def _lies_of(book: OrderBook, order: int, about: str, form: Breakpoints, tools: tuple[Mechanism, Truth, int]) -> Found:
    """The best lie about one order; both dimensions at once as far as the number of lies allows."""
    run, truth, most = tools
    prices = price_axis(book, order, form.prices) if about != "energy" else Axis.single(book.prices[order])
    energies = Axis.single(book.energies[order])
    if about != "price":
        energies = energy_axis(book, order, anywhere=about == "both")
    full = len(prices.values) * len(energies.values) <= most
    if full:
        grids = [(prices, energies)]
    else:
        half = max(2, most // 3)
        grids = [
            (prices.thinned(half), Axis.single(book.energies[order])),
            (Axis.single(book.prices[order]), energies.thinned(half)),
            (prices.thinned(int(half**0.5)), energies.thinned(int(half**0.5))),
        ]
    trader, best = book.owners[order], None
    honest = truth.gain(trader, run(book))
    for grid in grids:
        here = _on_grid(book, order, grid, (run, truth, honest))
        best = here if best is None else better(best, here)
    assert best is not None
    return Found(best.gain, best.supremum, trader, best.book, honest, best.tried, full)


def _on_grid(book: OrderBook, order: int, grid: tuple[Axis, Axis], tools: tuple[Mechanism, Truth, float]) -> Found:
    """Run the mechanism on every pair of price and energy."""
    run, truth, honest = tools
    prices, energies = grid
    trader = book.owners[order]
    gains = np.array(
        [
            [truth.gain(trader, run(with_order(book, order, p, e))) - honest for e in energies.values]
            for p in prices.values
        ]
    )
    supremum = float((prices.limits @ gains @ energies.limits.T).max())
    p, e = np.unravel_index(int(gains.argmax()), gains.shape)
    lie = with_order(book, order, float(prices.values[p]), float(energies.values[e]))
    return Found(float(gains[p, e]), supremum, trader, lie, honest, gains.size, True)


def better(first: Found, second: Found) -> Found:
    """The lie that gains more, counting the lies of both."""
    kept = second if second.gain > first.gain else first
    return Found(
        kept.gain,
        max(first.supremum, second.supremum),
        kept.trader,
        kept.book,
        kept.honest,
        first.tried + second.tried,
        first.exhaustive and second.exhaustive,
    )


def with_order(book: OrderBook, order: int, price: float, energy: float) -> OrderBook:
    """The book with one order changed."""
    prices, energies = book.prices.copy(), book.energies.copy()
    prices[order], energies[order] = price, energy
    return book.changed(prices=prices, energies=energies)


def lie_certificate(book: OrderBook, found: Found, behind: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The orders that a lie adds or changes, and both gains: what it takes to run the lie again."""
    told = found.book
    before = {key: (book.prices[k], book.energies[k]) for k, key in enumerate(book.ids)}
    changed = [
        {
            "id": key,
            "owner": told.owners[k],
            "side": "bid" if told.buys[k] else "ask",
            "price": float(told.prices[k]),
            "energy": float(told.energies[k]),
            "time": float(told.times[k]),
        }
        for k, key in enumerate(told.ids)
        if before.get(key) != (told.prices[k], told.energies[k])
    ]
    return {
        "kind": "lie",
        "trader": found.trader,
        "orders": changed,
        "behind": dict(behind or {}),
        "honest": found.honest,
        "lying": found.honest + found.gain,
        "supremum": found.honest + found.supremum,
        "tried": found.tried,
        "exhaustive": found.exhaustive,
    }


def replay(outcome: MarketOutcome, certificate: Mapping[str, Any], mechanism: Mechanism | str | None = None) -> float:
    """Run a mechanism on the lie of a certificate and return what it gains over honesty.

    Parameters
    ----------
    outcome : MarketOutcome
        Of the honest book.
    certificate : mapping
        Of kind ``"lie"``.
    mechanism : callable or str, optional
        Where it is not a registered one.

    Returns
    -------
    float
        True gain of the trader, or of the accounts behind it, lying less honest. [money]
    """
    run, truth = mechanism_of(outcome, mechanism), Truth(outcome.book)
    lied = run(told_book(outcome.book, certificate))
    behind = dict(certificate["behind"])
    liars = set(behind.values()) | {certificate["trader"]} if not behind else set(behind.values())
    owners = np.array([behind.get(owner, owner) for owner in lied.book.owners])
    honest = run(outcome.book)
    return sum(truth.gain(i, lied, owners == i) - truth.gain(i, honest) for i in sorted(liars))


def told_book(book: OrderBook, certificate: Mapping[str, Any]) -> OrderBook:
    """The book that a certificate of kind ``"lie"`` describes."""
    changed = {row["id"]: row for row in certificate["orders"]}
    prices, energies = book.prices.copy(), book.energies.copy()
    for k, key in enumerate(book.ids):
        if key in changed:
            prices[k], energies[k] = changed[key]["price"], changed[key]["energy"]
    told = book.changed(prices=prices, energies=energies)
    for row in (row for key, row in changed.items() if key not in book.ids):
        told = with_account(told, row["owner"], row["side"] == "bid", row["time"], (row["price"], row["energy"]))
    return told


def with_account(book: OrderBook, name: str, buys: bool, time: float, limit: tuple[float, float]) -> OrderBook:
    """The book with one more order, listed last, of a new trader: its name, side, time, price and energy."""
    price, energy = limit
    return OrderBook(
        [*book.ids, name],
        [*book.buys, buys],
        [*book.prices, price],
        [*book.energies, energy],
        times=[*book.times, time],
        owners=[*book.owners, name],
        unit=book.unit,
    )


CLAIMS = {
    "price": "no trader gains by misreporting its price",
    "energy": "no trader gains by misreporting its energy",
    "both": "no trader gains by misreporting its price, its energy or both",
    "accounts": "no trader gains by moving a part of an order to a second account",
    "pair": "no two traders gain together by agreeing on false prices",
}
"""What is said not to pay, by what the lie is about."""


def lie_statement(about: str, tolerance: float, unit: str, tried: int) -> str:
    """The claim in words, with its tolerance and how many lies were tried."""
    return f"{CLAIMS[about]}, to {tolerance:.3g} {unit} ({tried} lies tried)"


def lie_verdict(
    outcome: MarketOutcome, property: str, about: str, found: Found, behind: Mapping[str, str] | None = None
) -> Verdict:
    """A lie that pays refutes; an exhaustive search without one, or a bound of all lies, proves; else nothing does."""
    tolerance = money_tolerance(outcome.book)
    pays = found.gain > tolerance
    listed = found.exhaustive and found.supremum <= tolerance
    certificate = {**lie_certificate(outcome.book, found, behind), "about": about}
    most = None if found.exhaustive else most_of_any_lie(outcome, liars=2 if about == "pair" else 1)
    if most is not None:
        certificate["bound"] = most
    proved = listed or (most is not None and most <= tolerance)
    if not pays:
        kind = "enumeration" if listed else "bound" if proved else "none"
        certificate |= {"kind": kind, "orders": [], "lying": found.honest}
        if not proved:
            certificate["why"] = "a search among lies, without proof that no other one pays"
    return market_verdict(
        outcome,
        property,
        lie_statement(about, tolerance, outcome.book.unit, found.tried),
        False if pays else True if proved else None,
        0.0 - max(found.gain, 0.0),
        witness=tuple(found.trader.split(" + ")) if found.trader else (),
        certificate=certificate,
    )
