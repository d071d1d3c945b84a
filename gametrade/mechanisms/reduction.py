"""Giving up the marginal trade, which two mechanisms share."""

from __future__ import annotations

import numpy as np

from gametrade.mechanisms.crossing import Crossing
from gametrade.mechanisms.many_books import ManyCrossings, ManyOutcomes
from gametrade.mechanisms.order_book import OrderBook
from gametrade.mechanisms.trades import Trades, at_prices


def equal_units(book: OrderBook) -> bool:
    """Whether every trader has one order and all orders have the same energy."""
    energies = book.energies[book.energies > 0]
    return len(set(book.owners)) == book.n_orders and bool((energies == energies[:1]).all())


def reduced(crossing: Crossing) -> Trades:
    """The efficient trades without the marginal bid and ask, at the limits of those two."""
    if crossing.volume == 0:
        return at_prices(crossing.bids, crossing.asks, crossing.fills(0.0), 0.0, 0.0)
    fills, energies = crossing.fills(), crossing.book.energies
    volumes = []
    for queue in (crossing.bids, crossing.asks):
        marginal = int(np.flatnonzero(fills[queue] > 0)[-1])
        volumes.append(float(energies[queue[:marginal]].sum()))
    kept = crossing.fills(min(volumes))
    return at_prices(crossing.bids, crossing.asks, kept, crossing.last_bid, crossing.last_ask)


def many_reduced(crossings: ManyCrossings) -> ManyOutcomes:
    """As :func:`reduced`, of many books at once."""
    fills = crossings.fills(crossings.without_marginal())
    return crossings.books.at_prices(fills, crossings.last_bid, crossings.last_ask)
