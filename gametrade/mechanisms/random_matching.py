"""Random matching: orders meet by lot and trade if they agree. The baseline of every auction."""

from __future__ import annotations

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.mechanisms.lots import lot
from gametrade.mechanisms.many_books import ManyBooks, ManyOutcomes
from gametrade.mechanisms.market_outcome import MarketOutcome
from gametrade.mechanisms.order_book import OrderBook
from gametrade.mechanisms.trades import Trades
from gametrade.registry import mechanisms


def _many(books: ManyBooks, *, rng: int, k: float = 0.5) -> ManyOutcomes | None:
    """As :func:`random_matching`, of many books at once; only where all have the same bids, for the lots are theirs."""
    if (books.buys != books.buys[:1]).any():
        return None
    source = np.random.default_rng(rng)
    bids, asks = (source.permutation(np.flatnonzero(books.buys[0] == side)) for side in (True, False))
    left, payments = books.energies.copy(), np.zeros(books.energies.shape)
    for bid, ask in ((bid, ask) for bid in bids for ask in asks):
        agree = books.prices[:, ask] <= books.prices[:, bid]
        energy = np.where(agree, np.minimum(left[:, bid], left[:, ask]), 0.0)
        money = energy * (k * books.prices[:, bid] + (1 - k) * books.prices[:, ask])
        left[:, bid] -= energy
        left[:, ask] -= energy
        payments[:, bid] += money
        payments[:, ask] -= money
    return ManyOutcomes(books.energies - left, payments)


@mechanisms.register(
    promises=("individual_rationality", "budget_balance"),
    many=_many,
    variants=({"rng": 1}, {"rng": 2, "k": 0}),
    draws=True,
    source="baseline without a model of bidding",
)
def random_matching(book: OrderBook, *, rng: np.random.Generator | int | None = None, k: float = 0.5) -> MarketOutcome:
    r"""Let every bid meet the asks in random order and trade with those whose limit it reaches.

    Parameters
    ----------
    book : OrderBook
        Bids and asks.
    rng : numpy.random.Generator or int
        Source of the lots, required. A whole number gives the same lots again.
    k : float, default=0.5
        A trade between limits b and a is priced at k b + (1 - k) a.

    Returns
    -------
    MarketOutcome
        Trades in the order of their meeting.

    Raises
    ------
    InvalidInputError
        If no source of lots is given or k is not from 0 to 1.

    Notes
    -----
    Every trade gains, but a bid far above the market can use up an ask far below it: the volume lies between
    that of the efficient trades and the largest possible one, and welfare below the optimum. At the end no bid
    reaches an ask that still has energy. Cost O(m) draws and at most O(m^2) meetings.

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(9, 1), (6, 1)], asks=[(2, 1), (5, 1)])
    >>> outcome = gt.clear(book, "random_matching", rng=np.random.default_rng(1))
    >>> outcome.volume, outcome.welfare
    (2.0, 8.0)
    """
    if not 0 <= k <= 1:
        raise InvalidInputError(f"k of random_matching must be from 0 to 1. Got {k}.")
    drawn = lot(rng, "random_matching")
    source = np.random.default_rng(drawn)
    bids, asks = (source.permutation(np.flatnonzero(book.buys == side)) for side in (True, False))
    left = book.energies.copy()
    met = [pair for bid in bids.tolist() for pair in _meet(bid, asks, book, left)]
    columns = np.array(met, dtype=float).reshape(-1, 3)
    bid, ask = columns[:, 0].astype(np.int64), columns[:, 1].astype(np.int64)
    price = k * book.prices[bid] + (1 - k) * book.prices[ask]
    trades = Trades(bid, ask, columns[:, 2], price, price)
    return MarketOutcome.of_trades(book, "random_matching", trades, options={"rng": drawn, "k": k})


def _meet(bid: int, asks: np.ndarray, book: OrderBook, left: np.ndarray) -> list[tuple[int, int, float]]:
    """Trades of one bid with asks in their random order; takes the energy off `left`."""
    made = []
    for ask in asks[(book.prices[asks] <= book.prices[bid]) & (left[asks] > 0)].tolist():
        energy = min(left[bid], left[ask])
        if energy <= 0:
            break
        left[bid] -= energy
        left[ask] -= energy
        made.append((bid, ask, float(energy)))
    return made
