"""The continuous double auction: orders trade as they arrive."""

from __future__ import annotations

from collections.abc import MutableSequence
from itertools import islice

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.mechanisms.continuous_market import ContinuousMarket, Event
from gametrade.mechanisms.many_books import ManyBooks, ManyOutcomes
from gametrade.mechanisms.market_outcome import MarketOutcome
from gametrade.mechanisms.order_book import OrderBook
from gametrade.mechanisms.trades import struck
from gametrade.registry import mechanisms


def _many(books: ManyBooks) -> ManyOutcomes:
    """As :func:`continuous_double_auction`, of many books at once: order after order, all books together."""
    shape = books.prices.shape
    left, fills, payments = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    signs = books.signs
    arrival = np.lexsort((np.arange(shape[1]), books.times))
    for k, order in enumerate(arrival):
        wanted = books.energies[:, order]
        standing = arrival[:k]
        sign = signs[:, [order]]
        keys = sign * books.prices[:, standing]
        meets = (signs[:, standing] != sign) & (keys <= sign * books.prices[:, [order]])
        best = np.argsort(np.where(meets, keys, np.inf), axis=1, kind="stable")
        there = np.take_along_axis(np.where(meets, left[:, standing], 0.0), best, axis=1)
        sorted_trades = np.clip(wanted[:, None] - (there.cumsum(axis=1) - there), 0.0, there)
        traded = np.zeros(sorted_trades.shape)
        np.put_along_axis(traded, best, sorted_trades, axis=1)
        money = sign * traded * books.prices[:, standing]
        left[:, standing] -= traded
        fills[:, standing] += traded
        payments[:, standing] -= money
        fills[:, order], payments[:, order] = traded.sum(axis=1), money.sum(axis=1)
        left[:, order] = np.maximum(wanted - fills[:, order], 0.0)
    return ManyOutcomes(fills, payments)


@mechanisms.register(
    promises=("individual_rationality", "budget_balance"),
    many=_many,
    source="Friedman and Rust 1993, The Double Auction Market, ISBN 0-201-62459-0",
)
def continuous_double_auction(book: OrderBook, *, log: MutableSequence[Event] | None = None) -> MarketOutcome:
    """Trade each order on arrival against the best standing ones, at their limits.

    Parameters
    ----------
    book : OrderBook
        Bids and asks with their times; at equal times the order listed first comes first.
    log : mutable sequence, optional
        Receives every event as it happens; whoever passes a list still holds it if the run is interrupted.

    Returns
    -------
    MarketOutcome
        Trades in the order in which they were struck, and the event log.

    Raises
    ------
    InvalidInputError
        If the log is no sequence that can grow.

    Notes
    -----
    Standing orders have price-time priority, orders are filled in part, and a trade is priced at the limit
    of the order that stood there first. What trades depends on the order of arrival and can be less, or
    more, than the efficient volume. Cost O(m log m).

    References
    ----------
    .. [1] D. Friedman and J. Rust (eds), The Double Auction Market: Institutions, Theories, and Evidence,
       Addison-Wesley 1993.

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook(["a", "b", "c"], [False, False, True], [5, 4, 6], [1, 1, 1.5])
    >>> outcome = gt.clear(book, "continuous_double_auction")
    >>> outcome.trades.to_frame(book)[["ask", "energy", "buy_price"]].values.tolist()
    [['b', 1.0, 4.0], ['a', 0.5, 5.0]]
    """
    if log is not None and not isinstance(log, MutableSequence):
        raise InvalidInputError(f"log of continuous_double_auction must be a list or the like. Got {log!r}.")
    market = ContinuousMarket(log)
    start = len(market.log)
    arrival = np.lexsort((np.arange(book.n_orders), book.times))
    columns = (book.buys[arrival], book.prices[arrival], book.energies[arrival], book.times[arrival])
    for order, buys, price, energy, time in zip(
        arrival.tolist(), *(column.tolist() for column in columns), strict=True
    ):
        market.submit(order, buys=buys, price=price, energy=energy, time=time)
    events = tuple(islice(market.log, start, None))
    return MarketOutcome.of_trades(book, "continuous_double_auction", struck(book, events), events=events)
