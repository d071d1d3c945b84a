"""Where demand meets supply: the largest volume at which every kWh is worth at least what it costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.mechanisms.order_book import OrderBook
from gametrade.typing import FloatArray, IntArray

SAME_ENERGY = 1e-12
"""Share of the energy on offer below which two cumulative energies are the same but for rounding."""


@dataclass(frozen=True, eq=False)
class Crossing:
    r"""Bids from the dearest, asks from the cheapest, and the volume at which they meet.

    Parameters
    ----------
    book : OrderBook
        The orders.
    bids, asks : ndarray of int
        Positions of the orders with energy, best price first, at equal prices the earliest first.
    volume : float
        Largest energy :math:`Q` such that the bid of every kWh up to :math:`Q` is at least its ask. [kWh]
    last_bid, next_bid, last_ask, next_ask : float
        Limits of the last kWh traded and of the first one beyond, :math:`b_k, b_{k+1}, a_k, a_{k+1}`; an
        order that is filled in part is its own successor. Without a further bid :math:`b_{k+1} = -\infty`,
        without a further ask :math:`a_{k+1} = +\infty`; without trade :math:`b_k = +\infty`,
        :math:`a_k = -\infty`. [money/kWh]

    Notes
    -----
    Bids and asks at one and the same price do trade: they lose nothing by it. Cost O(m log m).
    """

    book: OrderBook
    bids: IntArray
    asks: IntArray
    volume: float
    last_bid: float
    next_bid: float
    last_ask: float
    next_ask: float

    @classmethod
    def of(cls, book: OrderBook) -> Crossing:
        """Sort the book and find the volume."""
        bids, asks = _queue(book, buying=True), _queue(book, buying=False)
        wanted, offered = book.energies[bids].cumsum(), book.energies[asks].cumsum()
        acceptable = np.searchsorted(book.prices[asks], book.prices[bids], side="right")
        at_least = np.concatenate([[0.0], offered])[acceptable]
        volume = float(np.minimum(wanted, at_least).max(initial=0.0))
        slack = SAME_ENERGY * max(wanted[-1] if wanted.size else 0.0, offered[-1] if offered.size else 0.0)
        volume = volume if volume > slack else 0.0
        last_bid, next_bid = _limits(book.prices[bids], wanted, volume, slack)
        last_ask, next_ask = _limits(-book.prices[asks], offered, volume, slack)
        return cls(book, bids, asks, volume, last_bid, next_bid, -last_ask, -next_ask)

    @property
    def interval(self) -> tuple[float, float]:
        r"""Uniform prices that clear the market, :math:`[\max(a_k, b_{k+1}), \min(b_k, a_{k+1})]`.

        Without trade: from the best bid to the best ask, infinite where a side is empty. [money/kWh]
        """
        return max(self.last_ask, self.next_bid), min(self.last_bid, self.next_ask)

    @property
    def why_nothing_trades(self) -> str:
        """What to say of a market without trade."""
        for name, queue, listed in (("bids", self.bids, self.book.buys), ("asks", self.asks, ~self.book.buys)):
            if not queue.size:
                return f"Nothing trades: no {name}{' with energy' if listed.any() else ''}."
        prices = self.book.prices
        if prices[self.bids[0]] < prices[self.asks[0]]:
            return "Nothing trades: every bid is below every ask."
        lost = (
            "what could trade is dust beside what is on offer" if self.volume == 0 else "the rule gives up every trade"
        )
        return f"Nothing trades: {lost}."

    def fills(self, volume: float | None = None, *, ties: str = "time") -> FloatArray:
        """Energy that each order trades when the best orders of both sides trade `volume` in all, shape (m,)."""
        volume = self.volume if volume is None else volume
        filled = np.zeros(self.book.n_orders)
        for queue in (self.bids, self.asks):
            energy = self.book.energies[queue]
            reached = energy.cumsum()
            slack = SAME_ENERGY * (reached[-1] if reached.size else 0.0)
            left = volume - (reached - energy)
            left[left < slack] = 0.0
            filled[queue] = np.where(left > energy - slack, energy, left)
            if ties == "pro_rata":
                filled[queue] = _shared_at_the_margin(filled[queue], energy, self.book.prices[queue])
        return filled

    @property
    def welfare(self) -> float:
        """Value to buyers less cost to sellers of the volume, at the prices of the book. [money]"""
        return float(self.book.signs * self.book.prices @ self.fills())

    def welfare_without(self, groups: IntArray, left_out: IntArray) -> FloatArray:
        """Welfare of the best trades when one group of orders is not there, for several groups at once.

        Parameters
        ----------
        groups : ndarray of int, shape (m,)
            Group of each order, e.g. its owner.
        left_out : ndarray of int, shape (g,)
            Groups that are left out, one at a time.

        Returns
        -------
        ndarray of shape (g,)
            Largest welfare of the others. The orders stay sorted, so this costs O(m) a group. [money]
        """
        prices, energies = self.book.prices, self.book.energies
        there = [energies[queue] * (groups[queue] != left_out[:, None]) for queue in (self.bids, self.asks)]
        wanted, offered = (side.cumsum(axis=1) for side in there)
        acceptable = np.searchsorted(prices[self.asks], prices[self.bids], side="right")
        at_least = np.hstack([np.zeros((left_out.size, 1)), offered])[:, acceptable]
        volume = np.minimum(wanted, at_least).max(axis=1, initial=0.0)[:, None]
        worth, cost = (
            np.clip(volume - (reached - energy), 0.0, energy) @ prices[queue]
            for reached, energy, queue in zip((wanted, offered), there, (self.bids, self.asks), strict=True)
        )
        return np.asarray(worth - cost)


def _queue(book: OrderBook, *, buying: bool) -> IntArray:
    """Positions of one side's orders with energy: best price, then earliest, then first listed."""
    side = np.flatnonzero((book.buys == buying) & (book.energies > 0))
    price = -book.prices[side] if buying else book.prices[side]
    order: IntArray = side[np.lexsort((side, book.times[side], price))]
    return order


def _limits(prices: FloatArray, energy: FloatArray, volume: float, slack: float) -> tuple[float, float]:
    """Limit of the last kWh traded and of the next one of a side sorted from its best price."""
    last = int(np.searchsorted(energy, volume - slack, side="left"))
    following = int(np.searchsorted(energy, volume + slack, side="right"))
    traded = volume > slack
    return (
        float(prices[last]) if traded else np.inf,
        float(prices[following]) if following < prices.size else -np.inf,
    )


def _shared_at_the_margin(filled: FloatArray, energy: FloatArray, prices: FloatArray) -> FloatArray:
    """Orders at the price of the last one filled share what that price gets in proportion to their energy."""
    traded = np.flatnonzero(filled > 0)
    if not traded.size:
        return filled
    marginal = prices == prices[traded[-1]]
    return np.where(marginal, energy * (filled[marginal].sum() / energy[marginal].sum()), filled)
