"""Where demand meets supply, by definition and without rounding: orders merged one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import floor, lcm

from gametrade.mechanisms import OrderBook
from gametrade.mechanisms.crossing import SAME_ENERGY

ZERO = Fraction(0)
SAME = Fraction(SAME_ENERGY)
"""Share of the energy on offer below which two cumulative energies are the same: a part of the rule."""


@dataclass(frozen=True, slots=True)
class Order:
    """One limit order: its position in the book, whose it is, its side, limit, energy and arrival."""

    place: int
    owner: str
    buys: bool
    price: Fraction
    energy: Fraction
    time: Fraction


def exact_orders(book: OrderBook) -> list[Order]:
    """Orders of a book; every float is the fraction that it is."""
    columns = (book.owners, book.buys.tolist(), book.prices.tolist(), book.energies.tolist(), book.times.tolist())
    return [
        Order(k, owner, buys, Fraction(price), Fraction(energy), Fraction(time))
        for k, (owner, buys, price, energy, time) in enumerate(zip(*columns, strict=True))
    ]


def whole(numbers: Sequence[Fraction]) -> tuple[list[int], int]:
    """Numbers times their common denominator, and that: sums and comparisons of whole numbers are many times faster."""
    scale = lcm(*(number.denominator for number in numbers))
    return [number.numerator * (scale // number.denominator) for number in numbers], scale


@dataclass(frozen=True, eq=False)
class ExactCrossing:
    """Both sides from their best limits, and the pairs that trade while a bid reaches an ask.

    Parameters
    ----------
    orders : sequence of Order
        The book.
    """

    orders: Sequence[Order]

    @cached_property
    def _limits(self) -> dict[int, int]:
        """Limits as whole numbers, by position of the order."""
        limits, _ = whole([order.price for order in self.orders])
        return {order.place: limit for order, limit in zip(self.orders, limits, strict=True)}

    def _queue(self, buys: bool) -> list[Order]:
        """Orders of a side that want anything: best limit first, then the earliest, then the first listed."""
        side = [order for order in self.orders if order.buys == buys and order.energy > 0]
        sign = -1 if buys else 1
        return sorted(side, key=lambda order: (sign * self._limits[order.place], float(order.time), order.place))

    @cached_property
    def bids(self) -> list[Order]:
        """Bids from the dearest."""
        return self._queue(True)

    @cached_property
    def asks(self) -> list[Order]:
        """Asks from the cheapest."""
        return self._queue(False)

    @cached_property
    def _merged(self) -> tuple[list[tuple[Order, Order, Fraction]], int, int]:
        """Pairs with their energies, and the first bid and ask that are not filled."""
        bids, asks, pairs, total = self.bids, self.asks, [], 0
        numbers, scale = whole([order.energy for order in (*bids, *asks)])
        wanted, offered = [*numbers[: len(bids)], 0], [*numbers[len(bids) :], 0]
        slack = floor(SAME * max(sum(wanted), sum(offered)))
        i = j = 0
        left = [wanted[0], offered[0]]
        while i < len(bids) and j < len(asks) and self._limits[bids[i].place] >= self._limits[asks[j].place]:
            traded = min(left)
            total += traded
            pairs.append((bids[i], asks[j], Fraction(traded, scale)))
            left = [rest - traded for rest in left]
            if left[0] <= slack:
                i, left[0] = i + 1, wanted[i + 1]
            if left[1] <= slack:
                j, left[1] = j + 1, offered[j + 1]
        return (pairs if total > slack else []), i, j

    @property
    def pairs(self) -> list[tuple[Order, Order, Fraction]]:
        """Who trades how much with whom."""
        return self._merged[0]

    @property
    def last(self) -> tuple[Order, Order]:
        """The marginal bid and ask; only where something trades."""
        bid, ask, _ = self.pairs[-1]
        return bid, ask

    @property
    def following(self) -> tuple[Fraction | None, Fraction | None]:
        """Limits of the first bid and ask beyond; an order filled in part is its own successor."""
        _, i, j = self._merged
        return (
            self.bids[i].price if i < len(self.bids) else None,
            self.asks[j].price if j < len(self.asks) else None,
        )

    @property
    def interval(self) -> tuple[Fraction, Fraction]:
        """Uniform prices that clear; only where something trades."""
        (bid, ask), (next_bid, next_ask) = self.last, self.following
        low = ask.price if next_bid is None else max(ask.price, next_bid)
        return low, bid.price if next_ask is None else min(bid.price, next_ask)

    @property
    def welfare(self) -> Fraction:
        """Value less cost of the pairs."""
        energies, scale = whole([energy for _, _, energy in self.pairs])
        gaps, unit = whole([bid.price - ask.price for bid, ask, _ in self.pairs])
        return Fraction(sum(gap * energy for gap, energy in zip(gaps, energies, strict=True)), scale * unit)

    def fills(self) -> dict[int, Fraction]:
        """Energy of each order that trades."""
        filled: dict[int, Fraction] = {}
        for bid, ask, energy in self.pairs:
            for order in (bid, ask):
                filled[order.place] = filled.get(order.place, ZERO) + energy
        return filled


def first_in_line(side: Sequence[Order], volume: Fraction) -> dict[int, Fraction]:
    """Energy of each order of a queue when its best ones trade a volume in all."""
    filled, left = {}, volume
    for order in side:
        if left <= 0:
            break
        filled[order.place] = min(order.energy, left)
        left -= order.energy
    return filled
