"""Re-prove what lies gain: the lie is told again to the mechanism by its definition, in exact rationals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

from gametrade.analysis.properties.lies import lie_statement
from gametrade.analysis.verification.case import MALFORMED, Refuted
from gametrade.analysis.verification.comparing import at_most, close, equal, expect_verdict
from gametrade.analysis.verification.exact_crossing import ZERO, Order, exact_orders
from gametrade.analysis.verification.exact_mechanisms import Cleared, exact_mechanism
from gametrade.analysis.verification.lie_bounds import check_bound
from gametrade.mechanisms import OrderBook
from gametrade.registry import mechanisms
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

BREAKS = {
    "uniform_price": "limits",
    "pay_as_bid": "limits",
    "trade_reduction": "limits",
    "vickrey_clarke_groves": "limits",
    "mcafee": "middles",
    "continuous_double_auction": "limits",
}
"""Where a price can change the form of an outcome; of the last one only the price, never the energy."""


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
        ``bound`` or ``none``.

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
    at the true limits. A claim that no lie pays is proved for one order a trader and one false price or energy
    at a time by trying every breakpoint and two points of every interval, from which the limits of a linear
    function follow exactly.

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
    if kind == "none":
        expect_verdict(verdict, {None})
        return "not proved: a search among lies"
    if kind == "lie":
        return _check_gain(book, mechanism, verdict, tolerance)
    if kind != "enumeration":
        raise Refuted(f"a certificate of kind {kind!r} says nothing about lies")
    if list(certificate["orders"]):
        raise Refuted("a lie stands beside the claim that none pays")
    most = best_exact_lie(book, mechanism, verdict)
    if most is None:
        return "not repeated: an enumeration of this kind is computed, not certified"
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
    run = _runner(mechanism, frozenset(o for o, who in accounts.items() if who in liars))
    before, after = run(honest), run(lied)
    return (
        sum((true_gain(honest, honest, before, {who}) for who in liars), ZERO),
        sum((true_gain(honest, lied, after, {o for o, w in accounts.items() if w == who}, who) for who in liars), ZERO),
    )


def _runner(mechanism: str, traders: frozenset[str]) -> Callable[[Sequence[Order]], Cleared]:
    entry, options = mechanisms.resolve(mechanism)
    run = exact_mechanism(entry.name, options, traders)
    if run is None:
        raise Refuted(f"{mechanism} has no second definition and cannot be checked")
    return run


def true_gain(
    truth: Sequence[Order], told: Sequence[Order], cleared: Cleared, accounts: set[str], trader: str | None = None
) -> Fraction:
    """Value of what some accounts buy less cost of what they sell, at one trader's true orders, less payments."""
    who = next(iter(accounts)) if trader is None else trader
    mine = [order for order in told if order.owner in accounts]
    paid = sum((cleared.payments.get(order.place, ZERO) for order in mine), ZERO)
    worth = ZERO
    for buys, sign in ((True, 1), (False, -1)):
        left = sum((cleared.fills.get(order.place, ZERO) for order in mine if order.buys == buys), ZERO)
        own = [order for order in truth if order.owner == who and order.buys == buys]
        for order in sorted(own, key=lambda order: -order.price if buys else order.price):
            used = min(order.energy, left)
            worth, left = worth + sign * used * order.price, left - used
        if not buys:
            worth -= left * max((order.price for order in truth), default=ZERO)
    return worth - paid


def best_exact_lie(book: OrderBook, mechanism: str, verdict: Mapping[str, Any]) -> Fraction | None:
    """Least upper bound of what one false price, or one false energy, gains; None for other kinds of lies."""
    name, orders, about = mechanisms.resolve(mechanism)[0].name, exact_orders(book), verdict["certificate"]["about"]
    energy = about == "energy"
    one_each = len({order.owner for order in orders}) == len(orders)
    if not one_each or name not in BREAKS or about not in ("price", "energy"):
        return None
    if energy and (name == "continuous_double_auction" or "pro_rata" in mechanism):
        return None
    most = ZERO
    for order in orders:
        run = _runner(mechanism, frozenset({order.owner}))
        honest = true_gain(orders, orders, run(orders), {order.owner})

        def gain(value: Fraction, order: Order = order, run: Any = run, honest: Fraction = honest) -> Fraction:
            changed = replace(order, energy=value) if energy else replace(order, price=value)
            told = [changed if other.place == order.place else other for other in orders]
            return true_gain(orders, told, run(told), {order.owner}) - honest

        points = energy_points(orders, order) if energy else price_points(orders, order, BREAKS[name])
        most = max(most, supremum(gain, points))
    return most


def supremum(gain: Callable[[Fraction], Fraction], points: Sequence[Fraction]) -> Fraction:
    """Largest value or one-sided limit of a function that is linear between points and constant beyond them."""
    best = max(gain(point) for point in points)
    for low, high in pairwise(points):
        first, second = (gain(low + (high - low) * k / 3) for k in (1, 2))
        best = max(best, 2 * first - second, 2 * second - first)
    return best


def price_points(orders: Sequence[Order], order: Order, breaks: str) -> list[Fraction]:
    """Limits of the others and, where a middle of two limits is compared with a third, what that can be."""
    others = [other for other in orders if other.place != order.place]
    limits = {other.price for other in others}
    points = {ZERO, order.price} | limits
    if breaks == "middles":
        points |= {(p + q) / 2 for p in limits for q in limits} | {2 * p - q for p in limits for q in limits}
    return _with_end(points)


def energy_points(orders: Sequence[Order], order: Order) -> list[Fraction]:
    """Where a sum of the best energies of the order's side, it included, is one of the other side."""
    sums = []
    for buys in (order.buys, not order.buys):
        side = [other for other in orders if other.buys == buys and other.place != order.place]
        side.sort(key=lambda other: (-other.price if buys else other.price, other.time, other.place))
        reached = [ZERO]
        for other in side:
            reached.append(reached[-1] + other.energy)
        sums.append(reached)
    return _with_end({ZERO, order.energy} | {there - here for there in sums[1] for here in sums[0]})


def _with_end(points: set[Fraction]) -> list[Fraction]:
    """The points that are prices or energies, in order, and one beyond."""
    kept = sorted(point for point in points if point >= 0)
    return [*kept, 2 * kept[-1] or Fraction(1)]
