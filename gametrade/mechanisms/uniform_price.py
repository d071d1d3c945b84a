"""The k-double auction: everybody trades at one price between the marginal limits."""

from __future__ import annotations

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.mechanisms.crossing import Crossing
from gametrade.mechanisms.many_books import ManyBooks, ManyCrossings, ManyOutcomes
from gametrade.mechanisms.market_outcome import MarketOutcome
from gametrade.mechanisms.order_book import OrderBook
from gametrade.mechanisms.trades import at_prices
from gametrade.registry import mechanisms


def _many(books: ManyBooks, *, k: float = 0.5, ties: str = "time") -> ManyOutcomes:
    """As :func:`uniform_price`, of many books at once."""
    crossings = ManyCrossings.of(books)
    low, high = (np.where(crossings.volume > 0, end, 0.0) for end in crossings.interval)
    price = k * high + (1 - k) * low
    return books.at_prices(crossings.fills(ties=ties), price, price)


@mechanisms.register(
    promises=("individual_rationality", "budget_balance", "efficiency"),
    variants=({"k": 0}, {"k": 1}),
    many=_many,
    source="Chatterjee and Samuelson 1983, 10.1287/opre.31.5.835; Wilson 1985, 10.2307/1911013",
)
def uniform_price(book: OrderBook, *, k: float = 0.5, ties: str = "time") -> MarketOutcome:
    r"""Clear at one price, a share k of the way up the interval of clearing prices.

    Parameters
    ----------
    book : OrderBook
        Bids and asks.
    k : float, default=0.5
        0 sets the price that is best for buyers, 1 the one that is best for sellers.
    ties : {"time", "pro_rata"}, default="time"
        Who trades among orders at the marginal limit when not all can: the earliest, or all in proportion
        to their energy.

    Returns
    -------
    MarketOutcome
        One price for all trades, with its interval.

    Raises
    ------
    InvalidInputError
        If k is not from 0 to 1 or there is no such rule for ties.

    Notes
    -----
    With the limits of the last kWh traded and of the first beyond (an order filled in part is its own
    successor), every price in

    .. math:: [\max(a_k, b_{k+1}),\ \min(b_k, a_{k+1})]

    clears the market, and :math:`p = k \cdot hi + (1 - k) \cdot lo`. Orders whose limits are equal do trade.
    A trader whose order can be marginal moves the price by lying, so nothing here is strategyproof. Cost
    O(m log m).

    References
    ----------
    .. [1] K. Chatterjee and W. Samuelson, "Bargaining under incomplete information", Oper. Res. 31 (1983)
       835-851. :doi:`10.1287/opre.31.5.835`
    .. [2] R. Wilson, "Incentive efficiency of double auctions", Econometrica 53 (1985) 1101-1115.
       :doi:`10.2307/1911013`

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(
    ...     bids=[(20, 1), (17, 1), (14, 1), (10, 1), (6, 1)], asks=[(4, 1), (7, 1), (11, 1), (15, 1), (18, 1)]
    ... )
    >>> outcome = gt.clear(book, "uniform_price")
    >>> outcome.interval, outcome.price, outcome.welfare
    ((11.0, 14.0), 12.5, 29.0)
    """
    if not 0 <= k <= 1:
        raise InvalidInputError(f"k of uniform_price must be from 0 to 1. Got {k}.")
    if ties not in ("time", "pro_rata"):
        raise InvalidInputError(f"ties of uniform_price must be 'time' or 'pro_rata'. Got {ties!r}.")
    crossing = Crossing.of(book)
    low, high = crossing.interval
    price = k * high + (1 - k) * low if crossing.volume > 0 else None
    fills = crossing.fills(ties=ties)
    trades = at_prices(crossing.bids, crossing.asks, fills, price or 0.0, price or 0.0)
    return MarketOutcome.of_trades(
        book,
        "uniform_price",
        trades,
        price=price,
        interval=(low, high),
        notes=_notes(crossing),
        options={"k": k, "ties": ties},
    )


def _notes(crossing: Crossing) -> tuple[str, ...]:
    """What is special about this crossing."""
    if crossing.volume > 0 and crossing.last_bid == crossing.last_ask:
        return ("The marginal bid and ask are equal: the price is unique and the last kWh gains nothing.",)
    return ()
