"""McAfee's double auction: the next pair's middle price, or the last trade is given up."""

from __future__ import annotations

import numpy as np

from gametrade.mechanisms.crossing import Crossing
from gametrade.mechanisms.many_books import ManyBooks, ManyCrossings, ManyOutcomes
from gametrade.mechanisms.market_outcome import MarketOutcome
from gametrade.mechanisms.order_book import OrderBook
from gametrade.mechanisms.reduction import equal_units, many_reduced, reduced
from gametrade.mechanisms.trades import at_prices
from gametrade.registry import mechanisms


def _many(books: ManyBooks) -> ManyOutcomes:
    """As :func:`mcafee`, of many books at once."""
    crossings = ManyCrossings.of(books)
    both = (crossings.volume > 0) & np.isfinite(crossings.next_bid) & np.isfinite(crossings.next_ask)
    middle = np.where(both, (np.where(both, crossings.next_bid, 0.0) + np.where(both, crossings.next_ask, 0.0)) / 2, 0)
    whole = both & (crossings.last_ask <= middle) & (middle <= crossings.last_bid)
    full, less = books.at_prices(crossings.fills(), middle, middle), many_reduced(crossings)
    return ManyOutcomes(*(np.where(whole[:, None], one, other) for one, other in zip(full, less, strict=True)))


@mechanisms.register(
    promises=("individual_rationality", "weak_budget_balance", "strategyproof_for_units"),
    many=_many,
    source="McAfee 1992, 10.1016/0022-0531(92)90091-u",
)
def mcafee(book: OrderBook) -> MarketOutcome:
    r"""Clear at the middle of the first pair that does not trade, or without the last pair that does.

    Parameters
    ----------
    book : OrderBook
        Bids and asks.

    Returns
    -------
    MarketOutcome
        One price, or two with a surplus for the auctioneer.

    Notes
    -----
    Let :math:`p_0 = (b_{k+1} + a_{k+1}) / 2`. If both exist and :math:`a_k \le p_0 \le b_k`, all efficient
    trades happen at :math:`p_0`. Otherwise the marginal bid and ask do not trade; buyers pay :math:`b_k`,
    sellers receive :math:`a_k`. Telling the truth is a dominant strategy **where every trader has one order
    and all orders have the same energy** [1]_; a note says so when the book is not like that, and the rule
    is then applied to energy: an order filled in part is its own successor, and the longer side is rationed
    by price and time. Cost O(m log m).

    References
    ----------
    .. [1] R. P. McAfee, "A dominant strategy double auction", J. Econ. Theory 56 (1992) 434-450.
       :doi:`10.1016/0022-0531(92)90091-U`

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(9, 1), (8, 1), (7, 1), (4, 1)], asks=[(2, 1), (4, 1), (6, 1), (7.5, 1)])
    >>> outcome = gt.clear(book, "mcafee")
    >>> outcome.trades.buy_prices, outcome.trades.sell_prices, outcome.surplus
    (array([7., 7.]), array([6., 6.]), 2.0)
    """
    crossing = Crossing.of(book)
    notes = () if equal_units(book) else ("Truthful for one order a trader of one size only; this book has others.",)
    middle = (crossing.next_bid + crossing.next_ask) / 2
    if crossing.volume > 0 and crossing.last_ask <= middle <= crossing.last_bid:
        trades = at_prices(crossing.bids, crossing.asks, crossing.fills(), middle, middle)
        return MarketOutcome.of_trades(book, "mcafee", trades, price=middle, interval=crossing.interval, notes=notes)
    trades = reduced(crossing)
    return MarketOutcome.of_trades(book, "mcafee", trades, interval=crossing.interval, notes=notes)
