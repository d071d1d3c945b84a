"""What auctions held several times over share: one price a round, and the trades of all rounds in one list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.mechanisms.continuous_market import Event
from gametrade.mechanisms.crossing import SAME_ENERGY, Crossing
from gametrade.mechanisms.many_books import ManyBooks, ManyCrossings, ManyOutcomes
from gametrade.mechanisms.order_book import OrderBook
from gametrade.mechanisms.trades import Trades, at_prices
from gametrade.typing import ArrayLike, BoolArray, FloatArray, IntArray


@dataclass(eq=False)
class Rounds:
    """A book that is cleared again and again at one price each time, what is left going on.

    Parameters
    ----------
    book : OrderBook
        All orders.
    mechanism : str
        Who holds the rounds, for messages.
    k : float
        Where in the interval of clearing prices the price of a round lies, from 0 to 1.

    Raises
    ------
    InvalidInputError
        If k is not from 0 to 1.
    """

    book: OrderBook
    mechanism: str
    k: float
    left: FloatArray = field(init=False)
    events: list[Event] = field(init=False, default_factory=list)
    prices: list[float] = field(init=False, default_factory=list)
    _trades: list[Trades] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        if not 0 <= self.k <= 1:
            raise InvalidInputError(f"k of {self.mechanism} must be from 0 to 1. Got {self.k}.")
        self.left = self.book.energies.copy()

    def hold(self, rows: ArrayLike, time: float, quotes: FloatArray | None = None) -> None:
        """Clear what is left of some orders at one price.

        Parameters
        ----------
        rows : array_like of int
            Positions of the orders that take part.
        time : float
            When the round is held, for the log.
        quotes : ndarray of shape (m,), optional
            Prices that the orders say in this round; their limits if not given. [money/kWh]
        """
        live = np.asarray(rows, dtype=np.int64)
        said = self.book.prices if quotes is None else quotes
        part = self.book.select(live).changed(prices=said[live], energies=self.left[live])
        crossing = Crossing.of(part)
        if crossing.volume <= 0:
            return
        low, high = crossing.interval
        price = self.k * high + (1 - self.k) * low
        trades = at_prices(crossing.bids, crossing.asks, crossing.fills(), price, price)
        self._record(live[trades.bids], live[trades.asks], trades.energies, price, time)

    def _record(self, bids: IntArray, asks: IntArray, energies: FloatArray, price: float, time: float) -> None:
        """Keep the trades of a round and take their energy off the orders."""
        made = Trades(bids, asks, energies, np.full(energies.size, price), np.full(energies.size, price))
        left = self.left - made.fills(self.book.n_orders)
        self.left = np.where(left <= SAME_ENERGY * self.book.energies, 0.0, left)
        self._trades.append(made)
        self.prices.append(price)
        for bid, ask, energy in zip(bids.tolist(), asks.tolist(), energies.tolist(), strict=True):
            self.events.append(Event(time, "trade", bid, ask, price, energy))

    @property
    def trades(self) -> Trades:
        """Trades of all rounds so far."""
        return joined(self._trades)


def many_rounds(books: ManyBooks, rounds: Iterable[tuple[BoolArray, FloatArray]], k: float) -> ManyOutcomes:
    """Rounds of many books at once: the orders that take part in each, shape (m,), and what they quote, (B, m)."""
    left = books.energies.copy()
    fills, payments = np.zeros(left.shape), np.zeros(left.shape)
    for present, quotes in rounds:
        crossings = ManyCrossings.of(books.told(quotes, np.where(present, left, 0.0)))
        low, high = (np.where(crossings.volume > 0, end, 0.0) for end in crossings.interval)
        price = k * high + (1 - k) * low
        made = books.at_prices(crossings.fills(), price, price)
        fills, payments = fills + made.fills, payments + made.payments
        left = left - made.fills
        left = np.where(left <= SAME_ENERGY * books.energies, 0.0, left)
    return ManyOutcomes(fills, payments)


def joined(parts: Sequence[Trades]) -> Trades:
    """Trades of several lists, one after the other."""
    names = ("bids", "asks", "energies", "buy_prices", "sell_prices")
    columns = {name: np.concatenate([[], *(getattr(part, name) for part in parts)]) for name in names}
    return Trades(**columns)
