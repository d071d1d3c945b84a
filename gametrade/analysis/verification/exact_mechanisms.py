"""Mechanisms without lots by their definitions, in exact rationals: what a lie pays is computed a second way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from math import floor
from typing import Any

import numpy as np

from gametrade.analysis.verification.exact_crossing import (
    SAME,
    ZERO,
    ExactCrossing,
    Order,
    first_in_line,
)

Money = dict[int, Fraction]
"""By position of the order."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """Energy that each order trades, and what it pays (positive) or receives (negative)."""

    fills: Money
    payments: Money


def at_price(orders: Sequence[Order], fills: Money, buying: Fraction, selling: Fraction) -> Cleared:
    """Everybody on a side at one price."""
    kept = {order.place: order for order in orders}
    paid = {k: energy * (buying if kept[k].buys else -selling) for k, energy in fills.items()}
    return Cleared(fills, paid)


def uniform_price(orders: Sequence[Order], *, k: float = 0.5, ties: str = "time") -> Cleared:
    """One price, a share k of the way up the interval of clearing prices."""
    crossing = ExactCrossing(orders)
    if not crossing.pairs:
        return Cleared({}, {})
    low, high = crossing.interval
    price = Fraction(k) * high + (1 - Fraction(k)) * low
    fills = crossing.fills()
    if ties == "pro_rata":
        for side, last in zip((crossing.bids, crossing.asks), crossing.last, strict=True):
            equal = [order for order in side if order.price == last.price]
            share = sum((fills.get(o.place, ZERO) for o in equal), ZERO) / sum((o.energy for o in equal), ZERO)
            fills |= {order.place: share * order.energy for order in equal}
    return at_price(orders, fills, price, price)


def pay_as_bid(orders: Sequence[Order], *, k: float | None = None) -> Cleared:
    """Each order at its own limit, or each pair at a price between its two."""
    crossing = ExactCrossing(orders)
    paid: Money = {}
    for bid, ask, energy in crossing.pairs:
        middle = bid.price if k is None else Fraction(k) * bid.price + (1 - Fraction(k)) * ask.price
        paid[bid.place] = paid.get(bid.place, ZERO) + energy * middle
        paid[ask.place] = paid.get(ask.place, ZERO) - energy * (ask.price if k is None else middle)
    return Cleared(crossing.fills(), paid)


def trade_reduction(orders: Sequence[Order]) -> Cleared:
    """The marginal bid and ask are given up and set the prices of their sides."""
    crossing = ExactCrossing(orders)
    if not crossing.pairs:
        return Cleared({}, {})
    bid, ask = crossing.last
    kept = min(
        sum((order.energy for order in side[: side.index(last)]), ZERO)
        for side, last in ((crossing.bids, bid), (crossing.asks, ask))
    )
    fills = first_in_line(crossing.bids, kept) | first_in_line(crossing.asks, kept)
    return at_price(orders, fills, bid.price, ask.price)


def mcafee(orders: Sequence[Order]) -> Cleared:
    """The middle of the first pair that does not trade, or trade reduction."""
    crossing = ExactCrossing(orders)
    next_bid, next_ask = crossing.following
    if crossing.pairs and next_bid is not None and next_ask is not None:
        bid, ask = crossing.last
        middle = (next_bid + next_ask) / 2
        if ask.price <= middle <= bid.price:
            return at_price(orders, crossing.fills(), middle, middle)
    return trade_reduction(orders)


def vickrey_clarke_groves(orders: Sequence[Order], *, only: frozenset[str] | None = None) -> Cleared:
    """Each trader pays what it takes from the others; the payments of some traders only, where no more is asked."""
    crossing = ExactCrossing(orders)
    fills = crossing.fills()
    paid: Money = {}
    for owner in {order.owner for order in orders} if only is None else only:
        mine = [order for order in orders if order.owner == owner and order.place in fills]
        if not mine:
            continue
        others = ExactCrossing([order for order in orders if order.owner != owner]).welfare
        value = sum(((1 if o.buys else -1) * o.price * fills[o.place] for o in mine), ZERO)
        payment = value - (crossing.welfare - others)
        energy = sum((fills[order.place] for order in mine), ZERO)
        paid |= {order.place: payment * fills[order.place] / energy for order in mine}
    return Cleared(fills, paid)


def continuous_double_auction(orders: Sequence[Order]) -> Cleared:
    """Each order on arrival against the best standing ones, at their limits."""
    fills: Money = {}
    paid: Money = {}
    standing: list[tuple[Order, Fraction]] = []
    for order in sorted(orders, key=lambda order: (order.time, order.place)):
        sign, left = (1 if order.buys else -1), order.energy
        while left > 0:
            better = [
                (sign * other.price, rank) for rank, (other, _) in enumerate(standing)
                if other.buys != order.buys and sign * other.price <= sign * order.price
            ]  # fmt: skip
            if not better:
                standing.append((order, left))
                break
            other, rest = standing.pop(min(better)[1])
            traded = min(rest, left)
            for each, direction in ((order, sign), (other, -sign)):
                fills[each.place] = fills.get(each.place, ZERO) + traded
                paid[each.place] = paid.get(each.place, ZERO) + direction * traded * other.price
            left -= traded
            if rest > traded:
                standing.insert(min(better)[1], (other, rest - traded))
    return Cleared(fills, paid)


def periodic_double_auction(
    orders: Sequence[Order], *, length: float = 1.0, carry: bool = True, k: float = 0.5
) -> Cleared:
    """The orders of each period together at one price."""
    period = {order.place: floor(order.time / Fraction(length)) for order in orders}
    rounds = [
        [order.place for order in orders if period[order.place] == j or (carry and period[order.place] < j)]
        for j in sorted(set(period.values()))
    ]
    return _in_rounds(orders, [(rows, ZERO) for rows in rounds], k)


def multi_round_double_auction(
    orders: Sequence[Order], *, rounds: int = 4, margin: float = 0.3, k: float = 0.5
) -> Cleared:
    """Rounds at one price each; quotes concede to the limits by the last one."""
    everybody = [order.place for order in orders]
    steps = [Fraction(margin) * Fraction(rounds - 1 - r, rounds - 1) for r in range(rounds)] if rounds > 1 else [ZERO]
    return _in_rounds(orders, [(everybody, step) for step in steps], k)


def _in_rounds(orders: Sequence[Order], rounds: Sequence[tuple[list[int], Fraction]], k: float) -> Cleared:
    """Clear what is left of the listed orders, round after round, at quotes that keep a distance from the limits."""
    left = {order.place: order.energy for order in orders}
    fills: Money = {}
    paid: Money = {}
    for rows, distance in rounds:
        listed = set(rows)
        part = [
            replace(o, price=o.price * (1 - distance if o.buys else 1 + distance), energy=left[o.place])
            for o in orders
            if o.place in listed
        ]
        made = uniform_price(part, k=k)
        for order in part:
            traded = made.fills.get(order.place, ZERO)
            fills[order.place] = fills.get(order.place, ZERO) + traded
            paid[order.place] = paid.get(order.place, ZERO) + made.payments.get(order.place, ZERO)
            rest = left[order.place] - traded
            left[order.place] = ZERO if rest <= SAME * orders[order.place].energy else rest
    return Cleared(fills, paid)


def storage_sharing_auction(
    orders: Sequence[Order], *, burden: str = "proportional", reluctance: float = 0.0
) -> Cleared:
    """A price between Vickrey's and the highest bid; what is offered too much is a burden on all who offer."""
    crossing = ExactCrossing(orders)
    if not crossing.pairs:
        return Cleared({}, {})
    filled = crossing.fills()
    bids, asks = ([o for o in side if filled.get(o.place, ZERO) > 0] for side in (crossing.bids, crossing.asks))
    mean = sum((sum((o.price for o in side), ZERO) / len(side) for side in (bids, asks)), ZERO) / 2
    price = min(max(mean, crossing.interval[1]), max(order.price for order in bids))
    users = [order for order in crossing.bids if order.price >= price * (1 - SAME)]
    offers = {order.place: order.energy for order in asks}
    if reluctance > 0:
        offers = {o.place: min(o.energy, (price - o.price) / (2 * Fraction(reluctance))) for o in asks}
    need = sum((order.energy for order in users), ZERO)
    weights = {order.place: order.price if burden == "proportional" else Fraction(1) for order in asks}
    given = _carried(sum(offers.values(), ZERO) - need, offers, weights)
    fills = given | first_in_line(users, sum(given.values(), ZERO))
    return at_price(orders, fills, price, price)


def _carried(excess: Fraction, offers: Money, weights: Money) -> Money:
    """What homes share when they cut back by an excess in proportion to weights, nobody below nothing."""
    kept, rest = dict(offers), excess
    active = {k for k, offer in offers.items() if offer > 0}
    while rest > 0 and active:
        total = sum((weights[k] for k in active), ZERO)
        share = {k: rest * (weights[k] / total if total else Fraction(1, len(active))) for k in active}
        full = {k for k in active if share[k] >= offers[k]}
        for k in full or active:
            kept[k] = ZERO if full else offers[k] - share[k]
        if not full:
            break
        rest -= sum((offers[k] for k in full), ZERO)
        active -= full
    return kept


def random_matching(orders: Sequence[Order], *, rng: int, k: float = 0.5) -> Cleared:
    """Every bid meets the asks in the order of the lot and trades with those that it reaches."""
    source = np.random.default_rng(rng)
    sides = [[order for order in orders if order.buys == buys] for buys in (True, False)]
    bids, asks = ([side[k] for k in source.permutation(len(side))] for side in sides)
    left = {order.place: order.energy for order in orders}
    fills: Money = {}
    paid: Money = {}
    for bid, ask in ((bid, ask) for bid in bids for ask in asks if ask.price <= bid.price):
        energy = min(left[bid.place], left[ask.place])
        price = Fraction(k) * bid.price + (1 - Fraction(k)) * ask.price
        for order, sign in ((bid, 1), (ask, -1)):
            left[order.place] -= energy
            fills[order.place] = fills.get(order.place, ZERO) + energy
            paid[order.place] = paid.get(order.place, ZERO) + sign * energy * price
    return Cleared(fills, paid)


EXACT: Mapping[str, Callable[..., Cleared]] = {
    function.__name__: function
    for function in (
        uniform_price, pay_as_bid, trade_reduction, mcafee, vickrey_clarke_groves, continuous_double_auction,
        periodic_double_auction, multi_round_double_auction, storage_sharing_auction, random_matching,
    )
}  # fmt: skip
"""Mechanisms that can be run a second way, with the same lots; MUDA is in a file of its own."""


def exact_mechanism(name: str, options: Mapping[str, Any], traders: frozenset[str]) -> Callable[..., Cleared] | None:
    """The mechanism of a label, ready to run, if there is a definition for it here."""
    if name == "muda":
        from gametrade.analysis.verification.exact_muda import muda

        return partial(muda, **options)
    if name not in EXACT:
        return None
    only = {"only": traders} if name == "vickrey_clarke_groves" else {}
    return partial(EXACT[name], **options, **only)
