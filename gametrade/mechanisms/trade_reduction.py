"""Trade reduction: the marginal pair never trades and sets the prices."""

from __future__ import annotations

from gametrade.mechanisms.crossing import Crossing
from gametrade.mechanisms.many_books import ManyBooks, ManyCrossings, ManyOutcomes
from gametrade.mechanisms.market_outcome import MarketOutcome
from gametrade.mechanisms.order_book import OrderBook
from gametrade.mechanisms.reduction import equal_units, many_reduced, reduced
from gametrade.registry import mechanisms


def _many(books: ManyBooks) -> ManyOutcomes:
    """As :func:`trade_reduction`, of many books at once."""
    return many_reduced(ManyCrossings.of(books))


@mechanisms.register(
    promises=("individual_rationality", "weak_budget_balance", "strategyproof_for_units"),
    many=_many,
    source="McAfee 1992, 10.1016/0022-0531(92)90091-u; Babaioff and Nisan 2004, 10.1613/jair.1316",
)
def trade_reduction(book: OrderBook) -> MarketOutcome:
    """Give up the marginal trade; buyers pay the marginal bid, sellers receive the marginal ask.

    Parameters
    ----------
    book : OrderBook
        Bids and asks.

    Returns
    -------
    MarketOutcome
        Two prices, with a surplus for the auctioneer.

    Notes
    -----
    Truth is a dominant strategy where every trader has one order and all orders have the same energy; the
    loss is at most the least valuable trade [1]_. Otherwise the rule is applied to energy: the orders of the
    last kWh do not trade at all, and the longer side is rationed by price and time. Cost O(m log m).

    References
    ----------
    .. [1] M. Babaioff and N. Nisan, "Concurrent auctions across the supply chain", J. Artif. Intell. Res. 21
       (2004) 595-629. :doi:`10.1613/jair.1316`

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(9, 1), (8, 1), (7, 1)], asks=[(2, 1), (4, 1), (6, 1)])
    >>> outcome = gt.clear(book, "trade_reduction")
    >>> outcome.volume, outcome.surplus, outcome.optimal_welfare - outcome.welfare
    (2.0, 2.0, 1.0)
    """
    crossing = Crossing.of(book)
    notes = () if equal_units(book) else ("Truthful for one order a trader of one size only; this book has others.",)
    return MarketOutcome.of_trades(book, "trade_reduction", reduced(crossing), interval=crossing.interval, notes=notes)
