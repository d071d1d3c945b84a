"""Many books of the same traders at once, and where demand meets supply in each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from gametrade.mechanisms.crossing import SAME_ENERGY
from gametrade.mechanisms.order_book import OrderBook
from gametrade.typing import BoolArray, FloatArray, IntArray


class ManyOutcomes(NamedTuple):
    """Fills [kWh] and payments [money] of every order in every book, both of shape (B, m)."""

    fills: FloatArray
    payments: FloatArray


@dataclass(frozen=True, eq=False)
class ManyBooks:
    """B books whose m orders have the same owners and times, each with its own limits and energies.

    Parameters
    ----------
    owners : ndarray of int, shape (m,)
        Number of each order's owner.
    times : ndarray of shape (m,)
        Arrival of each order.
    buys : ndarray of bool, shape (B, m)
        True for a bid.
    prices, energies : ndarray of shape (B, m)
        Limits [money/kWh] and energies [kWh]; an order of no energy never trades.
    watched : ndarray of bool, shape (B, m)
        Orders whose payments are asked for; those of others need not be computed.
    """

    owners: IntArray
    times: FloatArray
    buys: BoolArray
    prices: FloatArray
    energies: FloatArray
    watched: BoolArray

    @classmethod
    def beside(
        cls, book: OrderBook, prices: FloatArray, energies: FloatArray, watched: BoolArray | None = None
    ) -> ManyBooks:
        """Books that differ from one in limits and energies, e.g. lies beside the truth."""
        seen = np.broadcast_to(True if watched is None else watched, prices.shape)
        return cls(
            book.owner_positions, book.times, np.broadcast_to(book.buys, prices.shape), prices, energies, seen
        )  # fmt: skip

    @property
    def signs(self) -> FloatArray:
        """+1 for a bid, -1 for an ask, shape (B, m)."""
        return np.where(self.buys, 1.0, -1.0)

    def told(self, prices: FloatArray | None = None, energies: FloatArray | None = None) -> ManyBooks:
        """The same orders with other limits or energies."""
        return ManyBooks(
            self.owners, self.times, self.buys, self.prices if prices is None else prices,
            self.energies if energies is None else energies, self.watched,
        )  # fmt: skip

    def part(self, rows: slice | IntArray) -> ManyBooks:
        """Some of the books."""
        columns = (self.buys[rows], self.prices[rows], self.energies[rows], self.watched[rows])
        return ManyBooks(self.owners, self.times, *columns)

    def at_prices(self, fills: FloatArray, buying: FloatArray, selling: FloatArray) -> ManyOutcomes:
        """Fills paid for at one price a side of each book, shape (B,)."""
        price = np.where(self.buys, buying[:, None], -selling[:, None])
        return ManyOutcomes(fills, np.where(fills > 0, fills * np.where(np.isfinite(price), price, 0.0), 0.0))


ManyClearing = Callable[[ManyBooks], ManyOutcomes | None]
"""Clears many books; None where these are not of a kind that it can clear at once."""


@dataclass(frozen=True, eq=False)
class ManyQueues:
    """One side of every book from its best limit; orders without energy come last.

    Parameters
    ----------
    rows : ndarray of int, shape (B, s)
        Positions of the orders.
    worths : ndarray of shape (B, s)
        Limits of bids, minus those of asks, so that more is better; minus infinity without energy. [money/kWh]
    energies, reached : ndarray of shape (B, s)
        Energy of each order, and of all up to it. [kWh]
    """

    rows: IntArray
    worths: FloatArray
    energies: FloatArray
    reached: FloatArray

    @classmethod
    def of(cls, books: ManyBooks, *, buying: bool) -> ManyQueues:
        """Sort one side: best limit, then earliest, then first listed."""
        columns = np.flatnonzero((books.buys == buying).any(axis=0))
        columns = columns[np.lexsort((columns, books.times[columns]))]
        there = (books.buys[:, columns] == buying) & (books.energies[:, columns] > 0)
        worths = np.where(there, (1.0 if buying else -1.0) * books.prices[:, columns], -np.inf)
        order = np.argsort(-worths, axis=1, kind="stable")
        energies = np.take_along_axis(np.where(there, books.energies[:, columns], 0.0), order, axis=1)
        sorted_worths = np.take_along_axis(worths, order, axis=1)
        return cls(columns[order], sorted_worths, energies, energies.cumsum(axis=1))

    @property
    def total(self) -> FloatArray:
        """All energy of the side, shape (B,). [kWh]"""
        return np.asarray(self.reached[:, -1] if self.reached.shape[1] else np.zeros(len(self.reached)))

    def limits(self, volume: FloatArray, slack: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Worth of the last kWh traded, infinite without trade, and of the first beyond."""
        padded = np.hstack([self.worths, np.full((len(volume), 1), -np.inf)])
        last = (self.reached < (volume - slack)[:, None]).sum(axis=1)
        following = (self.reached <= (volume + slack)[:, None]).sum(axis=1)
        rows = np.arange(len(volume))
        return np.where(volume > slack, padded[rows, last], np.inf), padded[rows, following]

    def filled(self, volume: FloatArray) -> FloatArray:
        """Energy of each order of the queue when the best ones trade a volume in all, shape (B, s). [kWh]"""
        slack = SAME_ENERGY * self.total[:, None]
        left = volume[:, None] - (self.reached - self.energies)
        left = np.where(left < slack, 0.0, left)
        return np.where(left > self.energies - slack, self.energies, left)


@dataclass(frozen=True, eq=False)
class ManyCrossings:
    """As :class:`Crossing`, of every book; limits and volumes have shape (B,)."""

    books: ManyBooks
    bids: ManyQueues
    asks: ManyQueues
    volume: FloatArray
    last_bid: FloatArray
    next_bid: FloatArray
    last_ask: FloatArray
    next_ask: FloatArray

    @classmethod
    def of(cls, books: ManyBooks) -> ManyCrossings:
        """Sort the books and find the volumes; cost O(m^2) a book, without a loop over books."""
        bids, asks = (ManyQueues.of(books, buying=side) for side in (True, False))
        acceptable = (asks.worths[:, None, :] >= -bids.worths[:, :, None]).sum(axis=2)
        offered = np.hstack([np.zeros((len(books.prices), 1)), asks.reached])
        at_least = np.take_along_axis(offered, acceptable, axis=1)
        volume = np.minimum(bids.reached, at_least).max(axis=1, initial=0.0)
        slack = SAME_ENERGY * np.maximum(bids.total, asks.total)
        volume = np.where(volume > slack, volume, 0.0)
        last_bid, next_bid = bids.limits(volume, slack)
        last_ask, next_ask = asks.limits(volume, slack)
        return cls(books, bids, asks, volume, last_bid, next_bid, -last_ask, -next_ask)

    @property
    def interval(self) -> tuple[FloatArray, FloatArray]:
        """Ends of the intervals of clearing prices. [money/kWh]"""
        return np.maximum(self.last_ask, self.next_bid), np.minimum(self.last_bid, self.next_ask)

    def fills(self, volume: FloatArray | None = None, *, ties: str = "time") -> FloatArray:
        """Energy that each order trades when the best of both sides trade a volume in all, shape (B, m). [kWh]"""
        filled = np.zeros(self.books.prices.shape)
        for queue in (self.bids, self.asks):
            traded = queue.filled(self.volume if volume is None else volume)
            if ties == "pro_rata":
                traded = _shared_at_the_margin(traded, queue)
            if traded.shape[1]:
                some = np.zeros(filled.shape)
                np.put_along_axis(some, queue.rows, traded, axis=1)
                filled += some
        return filled

    @cached_property
    def welfare(self) -> FloatArray:
        """Value less cost of the volumes at the limits of the books, shape (B,). [money]"""
        return np.asarray((self.books.signs * self.books.prices * self.fills()).sum(axis=1))

    def without_marginal(self) -> FloatArray:
        """Volume that is left when the last bid and ask that trade stay away, shape (B,). [kWh]"""
        kept = []
        for queue in (self.bids, self.asks):
            before = queue.reached - queue.energies
            traded = queue.filled(self.volume) > 0
            kept.append(np.where(traded, before, 0.0).max(axis=1, initial=0.0))
        return np.asarray(np.minimum(*kept))


def _shared_at_the_margin(traded: FloatArray, queue: ManyQueues) -> FloatArray:
    """Orders at the limit of the last one filled share what that limit gets in proportion to their energy."""
    last = np.where(traded > 0, queue.worths, np.inf).min(axis=1, initial=np.inf)
    marginal = queue.worths == last[:, None]
    energy = np.where(marginal, queue.energies, 0.0).sum(axis=1)
    share = np.where(marginal, traded, 0.0).sum(axis=1) / np.where(energy > 0, energy, 1.0)
    return np.where(marginal, queue.energies * share[:, None], traded)
