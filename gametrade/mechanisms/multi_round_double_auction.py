"""The multi-round double auction: quotes start away from the limits and concede round by round."""

from __future__ import annotations

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.mechanisms.many_books import ManyBooks, ManyOutcomes
from gametrade.mechanisms.market_outcome import MarketOutcome
from gametrade.mechanisms.order_book import OrderBook
from gametrade.mechanisms.rounds import Rounds, many_rounds
from gametrade.registry import mechanisms


def _concessions(rounds: int, margin: float) -> list[float]:
    """Share by which quotes keep away from the limits in each round."""
    return np.linspace(margin, 0.0, rounds).tolist() if rounds > 1 else [0.0]


def _many(books: ManyBooks, *, rounds: int = 4, margin: float = 0.3, k: float = 0.5) -> ManyOutcomes:
    """As :func:`multi_round_double_auction`, of many books at once."""
    everybody = np.ones(len(books.times), dtype=bool)
    quotes = (books.prices * (1 - books.signs * each) for each in _concessions(rounds, margin))
    return many_rounds(books, ((everybody, quote) for quote in quotes), k)


@mechanisms.register(
    promises=("individual_rationality", "budget_balance", "efficiency"),
    many=_many,
    variants=({"rounds": 1}, {"rounds": 7, "margin": 0.9}),
    source="Friedman and Rust 1993, The Double Auction Market, ISBN 0-201-62459-0",
)
def multi_round_double_auction(
    book: OrderBook, *, rounds: int = 4, margin: float = 0.3, k: float = 0.5
) -> MarketOutcome:
    r"""Hold several rounds at one price each; quotes concede to the limits by the last one.

    Parameters
    ----------
    book : OrderBook
        Bids and asks.
    rounds : int, default=4
        Number of rounds R.
    margin : float, default=0.3
        Share by which the first quotes stay below the limits of bids and above those of asks, from 0 to below 1:
        at 1 all bids would be 0 and their ranking lost.
    k : float, default=0.5
        0 sets the price of a round that is best for buyers, 1 the one that is best for sellers.

    Returns
    -------
    MarketOutcome
        Trades in order, each logged as an event whose time is its round, from 1; `price` only if a single
        round trades.

    Raises
    ------
    InvalidInputError
        If there is no round, margin is not from 0 to below 1, or k is not from 0 to 1.

    Notes
    -----
    In round r a bid of limit b quotes :math:`b (1 - \mu_r)` and an ask of limit a quotes
    :math:`a (1 + \mu_r)` with :math:`\mu_r = \mu (R - r) / (R - 1)`, so the last round is held at the limits.
    What is left of an order goes on to the next round. Equal concessions keep the ranking of each side, so
    each round trades the best orders that are left and the last one completes the efficient volume; only the
    prices differ from a single round. Cost O(R m log m).

    References
    ----------
    .. [1] D. Friedman and J. Rust (eds), The Double Auction Market: Institutions, Theories, and Evidence,
       Addison-Wesley 1993.

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(20, 1), (12, 1)], asks=[(4, 1), (10, 1)])
    >>> outcome = gt.clear(book, "multi_round_double_auction", rounds=2, margin=0.5)
    >>> [(event.time, event.price) for event in outcome.events]
    [(1.0, 8.0), (2.0, 11.0)]
    """
    if not 0 <= margin < 1:
        raise InvalidInputError(f"margin of multi_round_double_auction must be from 0 to below 1. Got {margin}.")
    held = Rounds(book, "multi_round_double_auction", k)
    for r, concession in enumerate(_concessions(rounds, margin), 1):
        quotes = book.prices * (1 - book.signs * concession)
        held.hold(np.flatnonzero(held.left > 0), float(r), quotes)
    return MarketOutcome.of_trades(
        book,
        "multi_round_double_auction",
        held.trades,
        price=held.prices[0] if len(held.prices) == 1 else None,
        events=tuple(held.events),
        notes=(f"{len(held.prices)} of {rounds} rounds trade.",),
        options={"rounds": rounds, "margin": margin, "k": k},
    )
