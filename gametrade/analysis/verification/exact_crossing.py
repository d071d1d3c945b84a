"""Where demand meets supply, by definition and without rounding: orders merged one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

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


def queue(orders: Sequence[Order], buys: bool) -> list[Order]:
    """Orders of a side that want anything: best limit first, then the earliest, then the first listed."""
    side = [order for order in orders if order.buys == buys and order.energy > 0]
    return sorted(side, key=lambda order: (-order.price if buys else order.price, order.time, order.place))


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
    def bids(self) -> list[Order]:
        """Bids from the dearest."""
        return queue(self.orders, True)

    @cached_property
    def asks(self) -> list[Order]:
        """Asks from the cheapest."""
        return queue(self.orders, False)

    @cached_property
    def _merged(self) -> tuple[list[tuple[Order, Order, Fraction]], int, int]:
        """Pairs with their energies, and the first bid and ask that are not filled."""
        bids, asks, pairs = self.bids, self.asks, []
        slack = SAME * max(sum((o.energy for o in side), ZERO) for side in (bids, asks))
        i = j = 0
        left = [side[0].energy if side else ZERO for side in (bids, asks)]
        while i < len(bids) and j < len(asks) and bids[i].price >= asks[j].price:
            traded = min(left)
            pairs.append((bids[i], asks[j], traded))
            left = [rest - traded for rest in left]
            if left[0] <= slack:
                i, left[0] = i + 1, bids[i + 1].energy if i + 1 < len(bids) else ZERO
            if left[1] <= slack:
                j, left[1] = j + 1, asks[j + 1].energy if j + 1 < len(asks) else ZERO
        return (pairs if sum((energy for _, _, energy in pairs), ZERO) > slack else []), i, j

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
        return sum(((bid.price - ask.price) * energy for bid, ask, energy in self.pairs), ZERO)

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
