"""MUDA by its definition, in exact rationals: halves by lot, each at the price of the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from gametrade.analysis.verification.exact_crossing import ZERO, ExactCrossing, Order
from gametrade.analysis.verification.exact_mechanisms import Cleared, Money


def muda(orders: Sequence[Order], *, rng: int) -> Cleared:
    """Each half of the traders trades at the clearing price of the other half, rounded to a double.

    Parameters
    ----------
    orders : sequence of Order
        The book; the lots follow the traders in order of their first order.
    rng : int
        The lot.

    Returns
    -------
    Cleared
        Fills and payments; a trader on both sides first trades with itself, half way between its limits.
    """
    traders = list(dict.fromkeys(order.owner for order in orders))
    source = np.random.default_rng(rng)
    first = source.random(len(traders)) < 0.5
    turns = [traders[k] for k in source.permutation(len(traders))]
    halves = [{name for name, there in zip(traders, first, strict=True) if there == side} for side in (True, False)]
    fills: Money = {}
    paid: Money = {}
    for half, other in (halves, reversed(halves)):
        price = _price([order for order in orders if order.owner in other])
        granted = {} if price is None else _granted([o for o in orders if o.owner in half], price, turns)
        for trader in sorted(half):
            mine = [order for order in orders if order.owner == trader]
            for place, energy, money in _spread(mine, granted.get(trader, ZERO), price or ZERO):
                fills[place] = fills.get(place, ZERO) + energy
                paid[place] = paid.get(place, ZERO) + money
    return Cleared(fills, paid)


def _price(half: Sequence[Order]) -> Fraction | None:
    """The middle of what clears a half, or the end that there is."""
    crossing = ExactCrossing(half)
    if crossing.pairs:
        low, high = crossing.interval
    else:
        low, high = (side[0].price if side else None for side in (crossing.bids, crossing.asks))  # type: ignore[assignment]
    ends = [float(end) for end in (low, high) if end is not None]
    return Fraction(sum(ends) / len(ends)) if ends else None


def _granted(half: Sequence[Order], price: Fraction, turns: Sequence[str]) -> dict[str, Fraction]:
    """Net energy of each trader: its wish at the price, or what its turn leaves on the longer side."""
    wishes = dict.fromkeys(turns, ZERO)
    for order in half:
        if order.price >= price if order.buys else order.price <= price:
            wishes[order.owner] += order.energy if order.buys else -order.energy
    volume = min(sum((sign * w for w in wishes.values() if sign * w > 0), ZERO) for sign in (1, -1))
    granted = {}
    for sign in (1, -1):
        left = volume
        for trader in turns:
            if sign * wishes[trader] > 0:
                served = min(left, sign * wishes[trader])
                granted[trader], left = sign * served, left - served
    return granted


def _spread(mine: Sequence[Order], net: Fraction, price: Fraction) -> Iterable[tuple[int, Fraction, Fraction]]:
    """What each order of a trader trades and pays, given what it buys from or sells to the others."""
    if len(mine) == 1:
        yield mine[0].place, abs(net), net * price
        return
    highest = max(order.price for order in mine) + 1
    outside = Order(-1, "", net < 0, highest if net < 0 else ZERO, abs(net), min(o.time for o in mine) - 1)
    places = {k: order.place for k, order in enumerate(mine)} | {len(mine): -1}
    local = [replace(order, place=k) for k, order in enumerate([*mine, outside])]
    for bid, ask, energy in ExactCrossing(local).pairs:
        middle = price if -1 in (places[bid.place], places[ask.place]) else (bid.price + ask.price) / 2
        for order, sign in ((bid, 1), (ask, -1)):
            if places[order.place] >= 0:
                yield places[order.place], energy, sign * energy * middle
