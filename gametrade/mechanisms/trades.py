"""Who sells to whom: trades between orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametrade.mechanisms.continuous_market import Event
from gametrade.mechanisms.crossing import SAME_ENERGY
from gametrade.mechanisms.order_book import OrderBook
from gametrade.typing import ArrayLike, FloatArray, IntArray

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Trades:
    """Trades in the order in which they were struck.

    Parameters
    ----------
    bids, asks : array_like of int, shape (k,)
        Positions of the two orders in the book.
    energies : array_like of shape (k,)
        Energy that changes hands. [kWh]
    buy_prices, sell_prices : array_like of shape (k,)
        What the buyer pays and the seller receives; they differ where the auctioneer keeps or adds
        something. [money/kWh]
    """

    bids: IntArray
    asks: IntArray
    energies: FloatArray
    buy_prices: FloatArray
    sell_prices: FloatArray

    def __post_init__(self) -> None:
        for name in ("bids", "asks", "energies", "buy_prices", "sell_prices"):
            kind = np.int64 if name in ("bids", "asks") else np.float64
            column = np.array(getattr(self, name), dtype=kind)
            column.setflags(write=False)
            object.__setattr__(self, name, column)

    def __len__(self) -> int:
        return self.energies.size

    def fills(self, n_orders: int) -> FloatArray:
        """Energy that each order trades, shape (m,). [kWh]"""
        bought = np.bincount(self.bids, self.energies, n_orders)
        return np.asarray(bought + np.bincount(self.asks, self.energies, n_orders))

    def payments(self, n_orders: int) -> FloatArray:
        """What each order pays (positive) or receives (negative), shape (m,). [money]"""
        paid = np.bincount(self.bids, self.energies * self.buy_prices, n_orders)
        return np.asarray(paid - np.bincount(self.asks, self.energies * self.sell_prices, n_orders))

    def to_frame(self, book: OrderBook) -> pd.DataFrame:
        """One row a trade."""
        import pandas as pd

        return pd.DataFrame(
            {
                "bid": [book.ids[k] for k in self.bids],
                "ask": [book.ids[k] for k in self.asks],
                "energy": self.energies,
                "buy_price": self.buy_prices,
                "sell_price": self.sell_prices,
            }
        )


def matched(bids: IntArray, asks: IntArray, fills: FloatArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Pair the kWh of two queues one after the other.

    Parameters
    ----------
    bids, asks : ndarray of int
        Positions of the orders of each side, in their order of priority.
    fills : ndarray of shape (m,)
        Energy that each order trades; both queues trade the same total. [kWh]

    Returns
    -------
    bid, ask : ndarray of int, shape (k,)
        Who trades with whom.
    energy : ndarray of shape (k,)
        How much. [kWh]
    """
    bought, sold = fills[bids].cumsum(), fills[asks].cumsum()
    if not bought.size or not sold.size:
        nobody = np.zeros(0, dtype=np.int64)
        return nobody, nobody, np.zeros(0)
    ends = np.union1d(bought, sold)
    energy = np.diff(ends, prepend=0.0)
    middle = ends - energy / 2
    real = energy > SAME_ENERGY * ends[-1]
    bid = bids[np.minimum(np.searchsorted(bought, middle[real]), bids.size - 1)]
    ask = asks[np.minimum(np.searchsorted(sold, middle[real]), asks.size - 1)]
    return bid, ask, energy[real]


def at_prices(bids: IntArray, asks: IntArray, fills: FloatArray, buy_price: ArrayLike, sell_price: ArrayLike) -> Trades:
    """Trades of two queues at given prices: one for all, or one for each order of the book."""
    bid, ask, energy = matched(bids, asks, fills)
    buying, selling = np.asarray(buy_price, dtype=float), np.asarray(sell_price, dtype=float)
    return Trades(
        bid,
        ask,
        energy,
        buying[bid] if buying.ndim else np.full(energy.size, float(buying)),
        selling[ask] if selling.ndim else np.full(energy.size, float(selling)),
    )


def struck(book: OrderBook, events: Sequence[Event]) -> Trades:
    """The trades of an event log."""
    made = [event for event in events if event.kind == "trade"]
    acting = np.array([event.order for event in made], dtype=np.int64)
    standing = np.array([event.against for event in made], dtype=np.int64)
    buying = book.buys[acting]
    price = np.array([event.price for event in made])
    return Trades(
        np.where(buying, acting, standing),
        np.where(buying, standing, acting),
        np.array([event.energy for event in made]),
        price,
        price,
    )
