"""The most that a lie can gain, in exact rationals: every region between breakpoints is tried again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import accumulate, combinations, pairwise
from math import floor
from typing import NamedTuple

from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.exact_crossing import ZERO, Order, exact_orders
from gametrade.analysis.verification.exact_mechanisms import Cleared, exact_mechanism
from gametrade.analysis.verification.exact_regions import Gain, Point, in_regions, on_grid
from gametrade.mechanisms import OrderBook
from gametrade.registry import mechanisms

BREAKS = {
    "uniform_price": "limits",
    "pay_as_bid": "limits",
    "trade_reduction": "limits",
    "vickrey_clarke_groves": "limits",
    "mcafee": "middles",
    "continuous_double_auction": "limits",
    "periodic_double_auction": "limits",
    "random_matching": "limits",
    "muda": "middles",
    "multi_round_double_auction": "quotes",
}
"""Where a price can change the form of an outcome."""

ENERGIES = (
    "uniform_price", "pay_as_bid", "trade_reduction", "vickrey_clarke_groves", "mcafee", "periodic_double_auction",
    "multi_round_double_auction",
)  # fmt: skip
"""Mechanisms of which an energy changes the form of the outcome only where sums of the two sides meet."""

MOST_ORDERS = 3
"""Most orders of one trader whose joint lies are tried."""

MOST_RUNS = 40_000
"""Lies that are tried again at most; of larger enumerations it is said that they are not repeated."""


class Lies(NamedTuple):
    """One family of lies: what finds the least upper bound of its gains, and about how many runs that takes."""

    supremum: Callable[[], Fraction]
    runs: int


def best_exact_lie(book: OrderBook, mechanism: str, about: str) -> Fraction | None:
    """Least upper bound of what a lie gains, over all traders or pairs.

    Parameters
    ----------
    book : OrderBook
        The honest orders.
    mechanism : str
        Registered mechanism with its options.
    about : {"price", "energy", "both", "accounts", "pair"}
        What the lie is about.

    Returns
    -------
    Fraction or None
        None where the lies that can matter are not known, or too many to be tried again. [money]
    """
    entry, options = mechanisms.resolve(mechanism)
    orders = exact_orders(book)
    if not orders:
        return ZERO
    periods = {floor(order.time / Fraction(options.get("length", 1.0))) for order in orders}
    energies = entry.name in ENERGIES and options.get("ties") != "pro_rata" and options.get("margin", 0.3) < 1
    energies = energies and (entry.name != "periodic_double_auction" or len(periods) <= 1)
    if (about != "energy" and entry.name not in BREAKS) or (about not in ("price", "pair") and not energies):
        return None
    families = list(_families(orders, mechanism, about))
    if any(family is None for family in families) or sum(f.runs for f in families if f is not None) > MOST_RUNS:
        return None
    return max((family.supremum() for family in families if family is not None), default=ZERO)


def _families(orders: Sequence[Order], mechanism: str, about: str) -> Iterator[Lies | None]:
    """Lies of every trader, or of every pair; None where they are not known."""
    owners = list(dict.fromkeys(order.owner for order in orders))
    joint = BREAKS.get(mechanisms.resolve(mechanism)[0].name) == "limits"
    if about in ("accounts", "pair"):
        if len(owners) < len(orders) or (about == "pair" and not joint):
            yield None
        elif about == "pair":
            yield from (_joint(orders, mechanism, list(pair), "price") for pair in combinations(orders, 2))
        else:
            yield from (_accounts(orders, mechanism, order) for order in orders if order.energy > 0)
        return
    for owner in owners:
        mine = [order for order in orders if order.owner == owner]
        if len(mine) == 1:
            yield _alone(orders, mechanism, mine[0], about)
        elif (
            len(mine) > MOST_ORDERS
            or about == "both"
            or (about == "price" and not joint)
            or (about == "energy" and len({order.buys for order in mine}) > 1)
        ):
            yield None
        else:
            yield _joint(orders, mechanism, mine, about)


def runner(mechanism: str, traders: frozenset[str]) -> Callable[[Sequence[Order]], Cleared]:
    """The mechanism by its definition; payments of some traders are asked for."""
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


def _gain(
    orders: Sequence[Order], mechanism: str, owners: set[str], told: Callable[[Point], list[Order]], alias: str = ""
) -> Gain:
    """What some traders gain together over honesty if they tell what a point says; each point once."""
    run = runner(mechanism, frozenset({*owners, alias} - {""}))
    before = run(orders)
    honest = sum((true_gain(orders, orders, before, {owner}) for owner in owners), ZERO)

    @cache
    def gain(point: Point) -> Fraction:
        lied = told(point)
        after = run(lied)
        return sum((true_gain(orders, lied, after, {who, *({alias} - {""})}, who) for who in owners), ZERO) - honest

    return gain


def _alone(orders: Sequence[Order], mechanism: str, order: Order, about: str) -> Lies:
    """Lies about one order: its price, its energy, or both."""

    def told(point: Point) -> list[Order]:
        lie = replace(order, price=point[0], energy=point[1])
        return [lie if other.place == order.place else other for other in orders]

    gain = _gain(orders, mechanism, {order.owner}, told)
    prices = [order.price] if about == "energy" else price_points(orders, order, mechanism)
    energies = [order.energy] if about == "price" else energy_points(orders, order)
    runs = len(prices) * len(energies) * (9 if about == "both" else 3)
    return Lies(lambda: on_grid(gain, prices, energies), runs)


def _accounts(orders: Sequence[Order], mechanism: str, order: Order) -> Lies:
    """A second account that states a price for a part of an order."""
    alias = "\0second account"

    def told(point: Point) -> list[Order]:
        lie = replace(order, energy=order.energy - point[1])
        rest = [lie if other.place == order.place else other for other in orders]
        return [*rest, replace(order, place=len(orders), owner=alias, price=point[0], energy=point[1])]

    gain = _gain(orders, mechanism, {order.owner}, told, alias)
    prices = price_points(orders, order, mechanism, with_own=True)
    own, other = (_sums(orders, side, {order.place}) for side in (order.buys, not order.buys))
    met = {there - here for there in other for here in own}
    parts = {ZERO, order.energy} | met | {order.energy - part for part in met}
    inside = sorted(part for part in parts if 0 <= part <= order.energy)
    return Lies(lambda: on_grid(gain, prices, inside), 9 * len(prices) * len(inside))


def _joint(orders: Sequence[Order], mechanism: str, mine: list[Order], about: str) -> Lies:
    """Lies about several orders at once; of energies the coordinates are sums of those that trade first."""
    if about == "energy":
        mine = sorted(mine, key=lambda order: (-order.price if order.buys else order.price, order.time, order.place))
    rank = {order.place: k for k, order in enumerate(mine)}

    def told(point: Point) -> list[Order]:
        steps = [point[0], *(there - here for here, there in pairwise(point))]
        change = [{"price": p} if about == "price" else {"energy": e} for p, e in zip(point, steps, strict=True)]
        return [replace(o, **change[rank[o.place]]) if o.place in rank else o for o in orders]  # type: ignore[arg-type]

    if about == "price":
        marks = {ZERO} | {order.price for order in orders}
    else:
        own, other = (_sums(orders, side, set(rank)) for side in (mine[0].buys, not mine[0].buys))
        marks = {ZERO} | set(accumulate(order.energy for order in mine)) | {b - a for a in own for b in other if b > a}
    gain = _gain(orders, mechanism, {order.owner for order in mine}, told)
    ends = sorted(marks)
    rising = about == "energy"
    return Lies(lambda: in_regions(gain, ends, len(mine), rising=rising), (3 * len(ends)) ** len(mine))


def price_points(orders: Sequence[Order], order: Order, mechanism: str, *, with_own: bool = False) -> list[Fraction]:
    """Limits of the others and, where other numbers are compared with them, what these can be."""
    entry, options = mechanisms.resolve(mechanism)
    breaks = BREAKS[entry.name]
    others = [other for other in orders if with_own or other.place != order.place]
    limits = {other.price for other in others}
    points = {ZERO, order.price} | limits
    if breaks == "middles":
        points |= {(p + q) / 2 for p in limits for q in limits} | {2 * p - q for p in limits for q in limits}
    if breaks == "quotes":
        rounds, margin = options.get("rounds", 4), Fraction(options.get("margin", 0.3))
        shares = [margin * Fraction(rounds - 1 - r, rounds - 1) for r in range(rounds)] if rounds > 1 else [ZERO]
        scales = [(1 + share) / (1 - share) for share in shares if share < 1]
        across = {other.price for other in others if other.buys != order.buys}
        points |= {price * scale if order.buys else price / scale for price in across for scale in scales}
    return _with_end(points)


def energy_points(orders: Sequence[Order], order: Order) -> list[Fraction]:
    """Where a sum of the best energies of the order's side, it included, is one of the other side."""
    own, other = (_sums(orders, side, {order.place}) for side in (order.buys, not order.buys))
    return _with_end({ZERO, order.energy} | {there - here for there in other for here in own})


def _sums(orders: Sequence[Order], buys: bool, without: set[int]) -> list[Fraction]:
    """Energies of a side added up from its best limit, some orders left out."""
    side = [order for order in orders if order.buys == buys and order.place not in without]
    side.sort(key=lambda order: (-order.price if buys else order.price, order.time, order.place))
    return [ZERO, *accumulate(order.energy for order in side)]


def _with_end(points: set[Fraction]) -> list[Fraction]:
    """The points that are prices or energies, in order, and one beyond."""
    kept = sorted(point for point in points if point >= 0)
    return [*kept, 2 * kept[-1] or Fraction(1)]
