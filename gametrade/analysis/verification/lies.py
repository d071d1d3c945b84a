"""Re-prove what lies gain: the lie is told again to the mechanism by its definition, in exact rationals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from gametrade.analysis.properties.lie_arguments import argument_against
from gametrade.analysis.properties.lies import lie_statement
from gametrade.analysis.verification.case import MALFORMED, Refuted
from gametrade.analysis.verification.comparing import at_most, close, equal, expect_verdict
from gametrade.analysis.verification.exact_crossing import ZERO, Order, exact_orders
from gametrade.analysis.verification.exact_lies import best_exact_lie, runner, true_gain
from gametrade.analysis.verification.lie_bounds import check_bound
from gametrade.mechanisms import OrderBook
from gametrade.tolerance import BALANCE_TOLERANCE

ROUNDED = 10
"""How many tolerances a gain in floats may be off."""

LIES = {
    "strategyproofness": ("price", "energy", "both"),
    "quantity_truthfulness": ("energy",),
    "false_name_proofness": ("accounts",),
    "pair_strategyproofness": ("pair",),
}
"""Properties that a lie refutes, and what it may be about."""


def check_lie(book: OrderBook, mechanism: str, verdict: Mapping[str, Any]) -> str:
    r"""Check a verdict about lies against its book, without the code that found it.

    Parameters
    ----------
    book : OrderBook
        The honest orders: limits and energies are the truth.
    mechanism : str
        Registered mechanism with its options, one that draws no lots.
    verdict : mapping
        ``property``, ``statement``, ``holds``, ``margin`` and ``certificate`` of kind ``lie``, ``enumeration``,
        ``theorem``, ``bound`` or ``none``.

    Returns
    -------
    str
        What was proved.

    Raises
    ------
    Refuted
        If the lie gains something else than stated, does not pay, or pays where none is said to.

    Notes
    -----
    Every float is a fraction; the mechanism is run by its definition on the truth and on the lie, and gains are counted
    at the true limits. A claim that no lie pays, of whatever kind, is proved by trying every region between breakpoints
    again, in each as many points as fix an affine function, or a bilinear one, and so its limits at the corners.

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(20, 1), (17, 1), (14, 1)], asks=[(4, 1), (7, 1), (11, 1)])
    >>> verdict = gt.check(gt.clear(book, "uniform_price"), "strategyproofness", about="price").to_dict()
    >>> check_lie(book, "uniform_price", verdict)
    'the lie of b0 gains 1.5 money'
    """
    try:
        return _check(book, mechanism, verdict)
    except MALFORMED as reason:
        raise Refuted(f"the certificate cannot be read: {reason}") from reason


def _check(book: OrderBook, mechanism: str, verdict: Mapping[str, Any]) -> str:
    """By the kind of the certificate."""
    certificate, kind = verdict["certificate"], verdict["certificate"]["kind"]
    if certificate["about"] not in LIES.get(verdict["property"], ()):
        raise Refuted(f"{verdict['property']} is not refuted by a lie about {certificate['about']!r}")
    tolerance = Fraction(BALANCE_TOLERANCE) * sum((order.price * order.energy for order in exact_orders(book)), ZERO)
    said = lie_statement(certificate["about"], float(tolerance), book.unit, certificate["tried"])
    equal("the statement", verdict["statement"], said)
    bound = check_bound(book, mechanism, verdict, ROUNDED * tolerance)
    if kind == "bound":
        return bound
    if kind == "theorem":
        equal("the argument", certificate["why"], argument_against(mechanism, book, certificate["about"]))
        expect_verdict(verdict, {True})
        close("margin", verdict["margin"], ZERO, ROUNDED * tolerance)
        return f"no lie gains, because {certificate['why']}"
    if kind == "none":
        expect_verdict(verdict, {None})
        return "not proved: a search among lies"
    if kind == "lie":
        return _check_gain(book, mechanism, verdict, tolerance)
    if kind != "enumeration":
        raise Refuted(f"a certificate of kind {kind!r} says nothing about lies")
    if list(certificate["orders"]):
        raise Refuted("a lie stands beside the claim that none pays")
    most = best_exact_lie(book, mechanism, certificate["about"])
    if most is None:
        return "not repeated: an enumeration of this kind or size is computed, not certified"
    if at_most(most, ROUNDED * tolerance) == {False}:
        raise Refuted(f"a lie gains {float(most):.9g}, though none is said to pay")
    expect_verdict(verdict, {True})
    close("margin", verdict["margin"], ZERO, ROUNDED * tolerance)
    return f"no lie gains more than {float(max(most, ZERO)):.3g} {book.unit}, every one tried"


def _check_gain(book: OrderBook, mechanism: str, verdict: Mapping[str, Any], tolerance: Fraction) -> str:
    """Tell the lie again."""
    certificate = verdict["certificate"]
    honest, lying = told_again(book, mechanism, certificate)
    close("the honest gain", certificate["honest"], honest, ROUNDED * tolerance)
    close("the gain with the lie", certificate["lying"], lying, ROUNDED * tolerance)
    gain = lying - honest
    close("margin", verdict["margin"], -gain, ROUNDED * tolerance)
    expect_verdict(verdict, {False})
    if at_most(gain, tolerance) == {True}:
        raise Refuted(f"the lie gains {float(gain):.3g}, which counts as nothing")
    liars = set(certificate["behind"].values()) or {certificate["trader"]}
    if set(verdict["witness"]) != liars:
        raise Refuted(f"the witness is {sorted(liars)}, the report says {list(verdict['witness'])}")
    for row in certificate["orders"]:
        if certificate["behind"].get(row["owner"], row["owner"]) not in liars:
            raise Refuted(f"an order of {row['owner']} is changed, who is not among those that lie")
    _check_family(book, verdict)
    return f"the lie of {' and '.join(sorted(liars))} gains {float(gain):.6g} {book.unit}"


def _check_family(book: OrderBook, verdict: Mapping[str, Any]) -> None:
    """The lie is one of those that the property speaks of."""
    about, rows = verdict["certificate"]["about"], verdict["certificate"]["orders"]
    known = {key: k for k, key in enumerate(book.ids)}
    old = [(row, known[row["id"]]) for row in rows if row["id"] in known]
    prices = any(row["price"] != float(book.prices[k]) for row, k in old)
    energies = any(row["energy"] != float(book.energies[k]) for row, k in old)
    new = len(old) < len(rows)
    allowed = {
        "price": not (energies or new),
        "energy": not (prices or new),
        "both": not new,
        "accounts": not prices and _keeps_the_total(book, verdict["certificate"]),
        "pair": not (energies or new) and len(rows) <= 2,
    }
    if not allowed[about]:
        raise Refuted(f"the lie is not one about {about}")


def _keeps_the_total(book: OrderBook, certificate: Mapping[str, Any]) -> bool:
    """Whether two accounts together ask or offer what the order behind them did."""
    rows, known = certificate["orders"], dict(zip(book.ids, book.energies.tolist(), strict=True))
    said = sum((Fraction(float(row["energy"])) for row in rows), ZERO)
    had = sum((Fraction(known[row["id"]]) for row in rows if row["id"] in known), ZERO)
    return abs(said - had) <= Fraction(BALANCE_TOLERANCE) * had


def told_again(book: OrderBook, mechanism: str, certificate: Mapping[str, Any]) -> tuple[Fraction, Fraction]:
    """True gains of those who lie, honest and lying, without rounding."""
    honest = exact_orders(book)
    lied, place = list(honest), {key: k for k, key in enumerate(book.ids)}
    for row in certificate["orders"]:
        price, energy = (Fraction(float(row[name])) for name in ("price", "energy"))
        if price < 0 or energy < 0:
            raise Refuted(f"order {row['id']!r} of the lie is negative")
        if row["id"] in place:
            old = lied[place[row["id"]]]
            stated = row["owner"], row["side"], Fraction(float(row["time"]))
            equal("owner, side and time", stated, (old.owner, "bid" if old.buys else "ask", old.time))
            lied[place[row["id"]]] = replace(lied[place[row["id"]]], price=price, energy=energy)
        else:
            time = Fraction(float(row["time"]))
            lied.append(Order(len(lied), row["owner"], row["side"] == "bid", price, energy, time))
    behind = dict(certificate["behind"])
    liars = frozenset(behind.values()) or frozenset({certificate["trader"]})
    accounts = {owner: behind.get(owner, owner) for owner in {order.owner for order in lied}}
    run = runner(mechanism, frozenset(o for o, who in accounts.items() if who in liars))
    before, after = run(honest), run(lied)
    return (
        sum((true_gain(honest, honest, before, {who}) for who in liars), ZERO),
        sum((true_gain(honest, lied, after, {o for o, w in accounts.items() if w == who}, who) for who in liars), ZERO),
    )
