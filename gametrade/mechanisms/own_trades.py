"""What a trader does with its own orders, given what it buys from or sells to the others."""

from __future__ import annotations

import numpy as np

from gametrade.mechanisms.crossing import Crossing
from gametrade.mechanisms.order_book import OrderBook
from gametrade.mechanisms.trades import Trades, matched
from gametrade.typing import FloatArray, IntArray


def within_trader(book: OrderBook, rows: IntArray, net: float) -> tuple[FloatArray, Trades]:
    """Spread a trader's net energy over its orders as is best for it.

    Parameters
    ----------
    book : OrderBook
        All orders.
    rows : ndarray of int
        Positions of the trader's orders.
    net : float
        What it buys (positive) from or sells (negative) to others. [kWh]

    Returns
    -------
    fills : ndarray of shape (len(rows),)
        Energy that each order trades with others. [kWh]
    own : Trades
        What its bids take from its own asks, priced half way between the two limits.
    """
    crossing = Crossing.of(_with_outside(book, rows, net))
    bid, ask, energy = matched(crossing.bids, crossing.asks, crossing.fills())
    inside = (bid < rows.size) & (ask < rows.size)
    fills = np.zeros(rows.size + 1)
    np.add.at(fills, np.where(net > 0, bid, ask)[~inside], energy[~inside])
    return fills[:-1], _trades(rows[bid[inside]], rows[ask[inside]], energy[inside], book)


def _with_outside(book: OrderBook, rows: IntArray, net: float) -> OrderBook:
    """The trader's own orders and, last, the rest of the market as an order that always trades first."""
    own = book.select(rows)
    return OrderBook(
        [*map(str, range(rows.size)), "others"],
        [*own.buys, net < 0],
        [*own.prices, own.prices.max() + 1 if net < 0 else 0.0],
        [*own.energies, abs(net)],
        times=[*own.times, own.times.min() - 1],
    )


def _trades(bids: IntArray, asks: IntArray, energies: FloatArray, book: OrderBook) -> Trades:
    """Trades half way between the limits."""
    price = (book.prices[bids] + book.prices[asks]) / 2
    return Trades(bids, asks, energies, price, price)
