"""Every buyer pays its own bid, or every pair splits its own difference."""

from __future__ import annotations

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.mechanisms.crossing import Crossing
from gametrade.mechanisms.many_books import ManyBooks, ManyCrossings, ManyOutcomes
from gametrade.mechanisms.market_outcome import MarketOutcome
from gametrade.mechanisms.order_book import OrderBook
from gametrade.mechanisms.trades import Trades, matched
from gametrade.registry import mechanisms


def _many(books: ManyBooks, *, k: float | None = None) -> ManyOutcomes:
    """As :func:`pay_as_bid`, of many books at once."""
    crossings = ManyCrossings.of(books)
    fills = crossings.fills()
    if k is None:
        return ManyOutcomes(fills, books.signs * books.prices * fills)
    payments = np.zeros(fills.shape)
    sides = (crossings.bids, crossings.asks)
    bought, sold = (np.take_along_axis(fills, side.rows, axis=1) for side in sides)
    to, upto = bought.cumsum(axis=1)[:, :, None], sold.cumsum(axis=1)[:, None, :]
    met = np.minimum(to, upto) - np.maximum(to - bought[:, :, None], upto - sold[:, None, :])
    bid, ask = (np.take_along_axis(books.prices, side.rows, axis=1) for side in sides)
    money = np.maximum(met, 0.0) * (k * bid[:, :, None] + (1 - k) * ask[:, None, :])
    for side, paid in zip(sides, (money.sum(axis=2), -money.sum(axis=1)), strict=True):
        some = np.zeros(fills.shape)
        np.put_along_axis(some, side.rows, paid, axis=1)
        payments += some
    return ManyOutcomes(fills, payments)


@mechanisms.register(
    promises=("individual_rationality", "weak_budget_balance", "efficiency"),
    many=_many,
    variants=({"k": 0.5},),
    source="discriminatory pricing, Nicolaisen, Petrov and Tesfatsion 2001, 10.1109/4235.956714",
)
def pay_as_bid(book: OrderBook, *, k: float | None = None) -> MarketOutcome:
    r"""Trade the efficient volume, each order at its own limit.

    Parameters
    ----------
    book : OrderBook
        Bids and asks.
    k : float, optional
        Without it the auctioneer keeps the difference of the two limits of every trade. With it the pair
        shares the difference and trades at :math:`k\,b + (1 - k)\,a`, money balanced.

    Returns
    -------
    MarketOutcome
        Trades with their own prices, the dearest bid paired with the cheapest ask.

    Raises
    ------
    InvalidInputError
        If k is not from 0 to 1.

    Notes
    -----
    Nobody gains anything at its own limit, so everybody gains by shading a bid: truth is a baseline here
    and not an equilibrium. Cost O(m log m).

    References
    ----------
    .. [1] J. Nicolaisen, V. Petrov and L. Tesfatsion, "Market power and efficiency in a computational
       electricity market with discriminatory double-auction pricing", IEEE Trans. Evol. Comput. 5 (2001)
       504-523. :doi:`10.1109/4235.956714`

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(20, 1), (17, 1)], asks=[(4, 1), (7, 1)])
    >>> gt.clear(book, "pay_as_bid").surplus, gt.clear(book, "pay_as_bid", k=0.5).trades.buy_prices
    (26.0, array([12., 12.]))
    """
    if k is not None and not 0 <= k <= 1:
        raise InvalidInputError(f"k of pay_as_bid must be from 0 to 1. Got {k}.")
    crossing = Crossing.of(book)
    bid, ask, energy = matched(crossing.bids, crossing.asks, crossing.fills())
    buying, selling = book.prices[bid], book.prices[ask]
    if k is not None:
        buying = selling = k * buying + (1 - k) * selling
    trades = Trades(bid, ask, energy, buying, selling)
    return MarketOutcome.of_trades(book, "pay_as_bid", trades, interval=crossing.interval, options={"k": k})
