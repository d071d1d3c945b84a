"""The periodic double auction, or call market: orders gather and are cleared together at the end of each period."""

from __future__ import annotations

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.mechanisms.many_books import ManyBooks, ManyOutcomes
from gametrade.mechanisms.market_outcome import MarketOutcome
from gametrade.mechanisms.order_book import OrderBook
from gametrade.mechanisms.rounds import Rounds, many_rounds
from gametrade.registry import mechanisms


def _many(books: ManyBooks, *, length: float = 1.0, carry: bool = True, k: float = 0.5) -> ManyOutcomes:
    """As :func:`periodic_double_auction`, of many books at once."""
    period = np.floor(books.times / length)
    held = (period <= j if carry else period == j for j in np.unique(period))
    return many_rounds(books, ((present, books.prices) for present in held), k)


@mechanisms.register(
    promises=("individual_rationality", "budget_balance"),
    many=_many,
    variants=({"length": 2.0, "carry": False}, {"k": 1}),
    source="Friedman and Rust 1993, The Double Auction Market, ISBN 0-201-62459-0",
)
def periodic_double_auction(
    book: OrderBook, *, length: float = 1.0, carry: bool = True, k: float = 0.5
) -> MarketOutcome:
    r"""Clear the orders of each period together at one price of that period.

    Parameters
    ----------
    book : OrderBook
        Bids and asks with their times.
    length : float, default=1.0
        Length of a period, in the unit of the times. Period j holds the times from `length` j up to, but
        not including, `length` (j + 1), and is cleared at its end.
    carry : bool, default=True
        Whether what an order has left takes part in later periods; otherwise it expires.
    k : float, default=0.5
        0 sets the price that is best for buyers, 1 the one that is best for sellers.

    Returns
    -------
    MarketOutcome
        Trades of all periods in order, each logged as an event at the end of its period; `price` only if a
        single period trades.

    Raises
    ------
    InvalidInputError
        If the length is not positive or k is not from 0 to 1.

    Notes
    -----
    One period that holds every order is the k-double auction; very short ones give nearly the continuous
    auction, with its loss of efficiency. Each period trades as :func:`uniform_price` does, earlier orders
    first at equal limits. Cost O(P m log m) for P periods in which orders arrive; the others change nothing.

    References
    ----------
    .. [1] D. Friedman and J. Rust (eds), The Double Auction Market: Institutions, Theories, and Evidence,
       Addison-Wesley 1993.

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook(["b", "a", "c"], [True, False, False], [9, 7, 3], [2, 1, 1], times=[0, 0.5, 1])
    >>> outcome = gt.clear(book, "periodic_double_auction", length=1)
    >>> outcome.trades.to_frame(book)[["ask", "buy_price"]].values.tolist()
    [['a', 9.0], ['c', 6.0]]
    """
    if not (np.isfinite(length) and length > 0):
        raise InvalidInputError(f"length of periodic_double_auction must be positive. Got {length}.")
    rounds = Rounds(book, "periodic_double_auction", k)
    period = np.floor(book.times / length)
    for j in np.unique(period):
        present = period <= j if carry else period == j
        rounds.hold(np.flatnonzero(present & (rounds.left > 0)), float((j + 1) * length))
    return MarketOutcome.of_trades(
        book,
        "periodic_double_auction",
        rounds.trades,
        price=rounds.prices[0] if len(rounds.prices) == 1 else None,
        events=tuple(rounds.events),
        notes=(f"{len(rounds.prices)} of {np.unique(period).size} periods trade.",),
        options={"length": length, "carry": carry, "k": k},
    )
