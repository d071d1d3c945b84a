"""A cleared book as a file that carries its orders and verdicts, and what verification makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from gametrade.analysis.verdict import Verdict
from gametrade.analysis.verification.case import MALFORMED, Refuted
from gametrade.analysis.verification.comparing import close, equal
from gametrade.analysis.verification.exact_crossing import ZERO, exact_orders
from gametrade.analysis.verification.exact_mechanisms import exact_mechanism
from gametrade.analysis.verification.guarding import guarded
from gametrade.analysis.verification.market_part import check_verdict
from gametrade.analysis.verification.outcome import Outcome
from gametrade.errors import InvalidInputError
from gametrade.mechanisms import MarketOutcome, OrderBook, clear
from gametrade.registry import mechanisms
from gametrade.tolerance import BALANCE_TOLERANCE

MARKET_SCHEMA = "gametrade-market/1"


def market_document(outcome: MarketOutcome, verdicts: Sequence[tuple[str, Verdict]]) -> dict[str, Any]:
    """Write a cleared book with all its orders, and verdicts about it by what was asked.

    Returns
    -------
    dict
        The outcome's own fields, ``schema``, ``rule`` (the mechanism with its options), ``book`` (one row an order) and
        ``verdicts``.
    """
    from gametrade.analysis.properties.market import label

    book = outcome.book
    columns = (book.ids, book.owners, book.buys, *(c.tolist() for c in (book.prices, book.energies, book.times)))
    rows = [
        {"id": key, "owner": owner, "side": "bid" if buys else "ask", "price": price, "energy": energy, "time": time}
        for key, owner, buys, price, energy, time in zip(*columns, strict=True)
    ]
    asked = [{"asked": name, **verdict.to_dict()} for name, verdict in verdicts]
    return {"schema": MARKET_SCHEMA, **outcome.to_dict(), "rule": label(outcome), "book": rows, "verdicts": asked}


def verify_market(document: Mapping[str, Any]) -> list[Outcome]:
    """Clear the book of a file again, by the mechanism's definition where it has one, and check each verdict.

    Parameters
    ----------
    document : mapping
        Of schema ``gametrade-market/1``.

    Returns
    -------
    list of Outcome
        One for the clearing and one for each verdict.

    Raises
    ------
    InvalidInputError
        If the orders cannot be read.

    Examples
    --------
    >>> import gametrade as gt
    >>> outcome = gt.clear(gt.OrderBook.of(bids=[(20, 1), (17, 1)], asks=[(4, 1), (7, 1)]), "uniform_price")
    >>> told = market_document(outcome, [("strategyproofness", gt.check(outcome, "strategyproofness"))])
    >>> [(each.id, each.outcome) for each in verify_market(told)]
    [('clearing', 'proved'), ('uniform_price/strategyproofness', 'proved')]
    """
    book = _book(document)
    outcomes = [guarded("clearing", lambda: _check_clearing(book, document))]
    return outcomes + [guarded(str(row.get("id")), partial(_said, book, document, row)) for row in document["verdicts"]]


def _book(document: Mapping[str, Any]) -> OrderBook:
    """The orders of the file."""
    try:
        rows = document["book"]
        side = {"bid": True, "ask": False}
        return OrderBook(
            [row["id"] for row in rows], [side[row["side"]] for row in rows], [row["price"] for row in rows],
            [row["energy"] for row in rows], times=[row["time"] for row in rows],
            owners=[row["owner"] for row in rows], unit=document["unit"],
        )  # fmt: skip
    except InvalidInputError:
        raise
    except MALFORMED as reason:
        raise InvalidInputError(f"book of the report cannot be read: {reason!r:.80}.") from None


def _check_clearing(book: OrderBook, document: Mapping[str, Any]) -> tuple[str, str]:
    """Trades and payments of every order."""
    label = document["rule"]
    entry, options = mechanisms.resolve(label)
    run = exact_mechanism(entry.name, options, frozenset(book.owners))
    if run is None:
        outcome = clear(book, label)
        fills, payments = ([Fraction(x) for x in column.tolist()] for column in (outcome.fills, outcome.payments))
    else:
        cleared = run(exact_orders(book))
        fills, payments = (
            [column.get(k, ZERO) for k in range(book.n_orders)] for column in (cleared.fills, cleared.payments)
        )
    equal("orders", [row["id"] for row in document["orders"]], list(book.ids))
    most = Fraction(BALANCE_TOLERANCE) * sum(map(Fraction, book.energies.tolist()), ZERO)
    money = most * Fraction(float(book.prices.max(initial=0.0)))
    for row, fill, payment, energy in zip(document["orders"], fills, payments, book.energies.tolist(), strict=True):
        close(f"energy of {row['id']}", row["traded"], fill, most)
        close(f"energy left of {row['id']}", row["unserved"], Fraction(energy) - fill, most)
        close(f"payment of {row['id']}", row["payment"], payment, money)
    signs = [Fraction(sign) for sign in book.signs.tolist()]
    worth = [Fraction(price) for price in book.prices.tolist()]
    volume = sum((fill for fill, sign in zip(fills, signs, strict=True) if sign > 0), ZERO)
    close("volume", document["volume"], volume, most)
    welfare = sum((s * w * fill for s, w, fill in zip(signs, worth, fills, strict=True)), ZERO)
    close("welfare", document["welfare"], welfare, money)
    close("surplus", document["surplus"], sum(payments, ZERO), money)
    if document["trades"] is not None:
        _check_trades(book, document, (most, money))
    how = "by its definition, exactly" if run is not None else "with the same lot"
    return "proved", f"{book.n_orders} orders cleared again by {label}, {how}"


def _check_trades(book: OrderBook, document: Mapping[str, Any], tolerances: tuple[Fraction, Fraction]) -> None:
    """Trades add up to what each order trades and pays, and those of the log are the same."""
    energy, money = (dict.fromkeys(book.ids, ZERO) for _ in range(2))
    for row in document["trades"]:
        traded = Fraction(row["energy"])
        for side, sign in (("bid", 1), ("ask", -1)):
            price = Fraction(row["buy_price" if sign > 0 else "sell_price"])
            energy[row[side]] += traded
            money[row[side]] += sign * traded * price
    for row in document["orders"]:
        close(f"energy of the trades of {row['id']}", row["traded"], energy[row["id"]], tolerances[0])
        close(f"money of the trades of {row['id']}", row["payment"], money[row["id"]], tolerances[1])
    struck = [e for e in document["events"] if e["kind"] == "trade"]
    if struck:
        logged = [({e["order"], e["against"]}, e["energy"], e["price"]) for e in struck]
        equal("log", logged, [({t["bid"], t["ask"]}, t["energy"], t["buy_price"]) for t in document["trades"]])


def _said(book: OrderBook, document: Mapping[str, Any], row: Mapping[str, Any]) -> tuple[str, str]:
    """One verdict."""
    if row["rule"] != document["rule"]:
        raise Refuted(f"the verdict is about {row['rule']}, the file about {document['rule']}")
    kind = check_verdict(book, row)
    if kind in ("none", "loose"):
        why = row["certificate"].get("why", "an enumeration that is not repeated here")
        return "not proved", f"computed, not certified ({why})"
    words = {"lie": "the lie gains {:.6g} {}", "enumeration": "every lie tried again, none pays"}
    words["theorem"] = "it follows from the definition of the mechanism"
    words["bound"] = "there is nothing that a lie could gain"
    return "proved", words.get(kind, "recomputed").format(-row["margin"], row["unit"])
