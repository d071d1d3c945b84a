"""The engine of a continuous auction: standing orders, price-time priority, partial fills and a log."""

from __future__ import annotations

from collections.abc import MutableSequence
from heapq import heappop, heappush
from typing import NamedTuple

from gametrade.mechanisms.crossing import SAME_ENERGY


class Event(NamedTuple):
    """One thing that happened in a continuous market.

    Parameters
    ----------
    time : float
        When.
    kind : {"order", "trade", "cancel"}
        An order came to rest in the book, two orders traded, or an order was withdrawn.
    order, against : int
        The order that acted and, for a trade, the standing one; -1 otherwise.
    price : float
        Limit of a standing order, price of a trade. [money/kWh]
    energy : float
        What rests, trades or is withdrawn. [kWh]
    """

    time: float
    kind: str
    order: int
    against: int
    price: float
    energy: float


class ContinuousMarket:
    """Standing orders of both sides; an arriving order trades at the limits of the standing ones.

    Parameters
    ----------
    log : mutable sequence, optional
        Events are appended to it as they happen, so whoever holds it has them when a run is interrupted.

    Notes
    -----
    The standing order with the best price trades first, at equal prices the one that has rested longest. What a
    trade leaves of an order by rounding, at most 1e-12 of the trade, neither rests nor trades. An order costs
    O(log m) and as much again for each trade it makes.

    Examples
    --------
    >>> market = ContinuousMarket()
    >>> market.submit(0, buys=False, price=4.0, energy=2.0, time=0.0)
    >>> market.submit(1, buys=True, price=9.0, energy=3.0, time=1.0)
    >>> market.log[-2].price, market.log[-2].energy, market.best_bid
    (4.0, 2.0, 9.0)
    """

    def __init__(self, log: MutableSequence[Event] | None = None) -> None:
        self.log: MutableSequence[Event] = [] if log is None else log
        self._left: dict[int, float] = {}
        self._bids: list[tuple[float, int, int]] = []
        self._asks: list[tuple[float, int, int]] = []
        self._arrivals = 0

    def submit(self, order: int, *, buys: bool, price: float, energy: float, time: float) -> None:
        """Trade an arriving order against standing ones as far as limits allow; what is left comes to rest."""
        if energy <= 0:
            return
        queue, sign = (self._asks, 1.0) if buys else (self._bids, -1.0)
        left, log = self._left, self.log
        while energy > 0 and queue:
            key, _, standing = queue[0]
            rest = left.get(standing, 0.0)
            if rest <= 0:
                heappop(queue)
                continue
            if sign * price < key:
                break
            traded = min(rest, energy)
            log.append(Event(time, "trade", order, standing, sign * key, traded))
            dust = SAME_ENERGY * traded
            energy = energy - traded if energy - traded > dust else 0.0
            left[standing] = rest - traded
            if rest - traded <= dust:
                heappop(queue)
                del left[standing]
        if energy > 0:
            self._rest(order, buys, price, energy, time)

    def cancel(self, order: int, *, time: float) -> None:
        """Withdraw what is left of a standing order."""
        energy = self._left.pop(order, 0.0)
        if energy > 0:
            self.log.append(Event(time, "cancel", order, -1, float("nan"), energy))

    def clear_standing(self) -> None:
        """Forget all standing orders, e.g. after a trade in markets that work so."""
        self._left.clear()
        self._bids.clear()
        self._asks.clear()

    @property
    def best_bid(self) -> float | None:
        """Highest limit of a standing bid. [money/kWh]"""
        key = self._best(self._bids)
        return None if key is None else -key

    @property
    def best_ask(self) -> float | None:
        """Lowest limit of a standing ask. [money/kWh]"""
        return self._best(self._asks)

    def _rest(self, order: int, buys: bool, price: float, energy: float, time: float) -> None:
        """Put an order among the standing ones."""
        self._left[order] = energy
        heappush(self._bids if buys else self._asks, (-price if buys else price, self._arrivals, order))
        self._arrivals += 1
        self.log.append(Event(time, "order", order, -1, price, energy))

    def _best(self, queue: list[tuple[float, int, int]]) -> float | None:
        """Sort key of the best standing order, those withdrawn left out."""
        while queue and queue[0][2] not in self._left:
            heappop(queue)
        return queue[0][0] if queue else None
