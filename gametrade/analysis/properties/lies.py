"""Lies of a trader about its order: which ones can matter, what they gain, and how to check one again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gametrade.analysis.properties.lie_arguments import argument_against
from gametrade.analysis.properties.lie_bounds import most_of_any_lie
from gametrade.analysis.properties.market import Mechanism, Truth, market_verdict, mechanism_of, money_tolerance
from gametrade.analysis.verdict import Verdict
from gametrade.mechanisms import MarketOutcome, OrderBook

MOST_LIES = 20_000
"""Lies that a search tries unless told otherwise."""


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
    reason = None if found.exhaustive or pays else argument_against(outcome.mechanism, outcome.book, about)
    most = None if found.exhaustive or reason else most_of_any_lie(outcome, liars=2 if about == "pair" else 1)
    if most is not None:
        certificate["bound"] = most
    proved = listed or reason is not None or (most is not None and most <= tolerance)
    if not pays:
        kind = "enumeration" if listed else "theorem" if reason else "bound" if proved else "none"
        certificate |= {"kind": kind, "orders": [], "lying": found.honest}
        if reason or not proved:
            certificate["why"] = reason or "a search among lies, without proof that no other one pays"
    return market_verdict(
        outcome,
        property,
        lie_statement(about, tolerance, outcome.book.unit, found.tried),
        False if pays else True if proved else None,
        0.0 - max(found.gain, 0.0),
        witness=tuple(found.trader.split(" + ")) if found.trader else (),
        certificate=certificate,
    )
