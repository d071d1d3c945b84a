"""MUDA: the market is halved by lot and each half trades at the price of the other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gametrade.mechanisms.crossing import Crossing
from gametrade.mechanisms.lots import lot
from gametrade.mechanisms.many_books import ManyBooks, ManyCrossings, ManyOutcomes
from gametrade.mechanisms.market_outcome import MarketOutcome
from gametrade.mechanisms.order_book import OrderBook
from gametrade.mechanisms.own_trades import within_trader
from gametrade.mechanisms.rounds import joined
from gametrade.mechanisms.trades import Trades, at_prices
from gametrade.registry import mechanisms
from gametrade.typing import BoolArray, FloatArray, IntArray


def _many(books: ManyBooks, *, rng: int) -> ManyOutcomes | None:
    """As :func:`muda`, of many books at once; only where every trader has one order."""
    n = len(books.owners)
    if np.unique(books.owners).size < n:
        return None
    source = np.random.default_rng(rng)
    first, turns = source.random(n) < 0.5, source.permutation(n)
    fills, payments = np.zeros(books.prices.shape), np.zeros(books.prices.shape)
    for half in (first, ~first):
        ends = np.array(ManyCrossings.of(books.told(energies=np.where(half, 0.0, books.energies))).interval)
        known = np.isfinite(ends)
        price = np.where(known, ends, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        away = books.signs * (books.prices - price[:, None])
        willing = half & known.any(axis=0, keepdims=True).T & (away >= 0)
        wishes = np.where(willing, books.energies, 0.0)
        sides = [np.where(books.buys == side, wishes, 0.0) for side in (True, False)]
        volume = np.minimum(*(side.sum(axis=1) for side in sides))[:, None]
        for side in sides:
            wish = side[:, turns]
            served = np.clip(volume - (wish.cumsum(axis=1) - wish), 0.0, wish)
            fills[:, turns] += np.where(wish.sum(axis=1, keepdims=True) <= volume, wish, served)
        payments += np.where(half, books.signs * fills * price[:, None], 0.0)
    return ManyOutcomes(fills, payments)


@mechanisms.register(
    promises=("individual_rationality", "budget_balance", "strategyproof"),
    many=_many,
    variants=({"rng": 1}, {"rng": 2}, {"rng": 5}),
    draws=True,
    source="Segal-Halevi, Hassidim and Aumann 2018, 10.1609/aaai.v32i1.11450",
)
def muda(book: OrderBook, *, rng: np.random.Generator | int | None = None) -> MarketOutcome:
    r"""Halve the traders by lot; each half trades at the clearing price of the other half.

    Parameters
    ----------
    book : OrderBook
        Bids and asks; a trader with several orders is one trader.
    rng : numpy.random.Generator or int
        Source of the lots, required. A whole number gives the same lots again.

    Returns
    -------
    MarketOutcome
        Trades, with the prices of the halves in a note.

    Raises
    ------
    InvalidInputError
        If no source of lots is given.

    Notes
    -----
    The price for a half is the middle of the other half's interval of clearing prices, or its finite end; if
    the other half is empty there is none. At that price every trader of the half has a net wish. The side
    that wishes less trades its wish, the other is served trader by trader in an order drawn by lot ("lottery").
    A trader that stands on both sides first nets its own orders against each other.

    Truth is a dominant strategy **for every outcome of the lots**, not only on average, for any number of
    units, as long as a trader's orders state its value kWh by kWh (decreasing marginal value) and it acts under one
    name: nobody moves its own price, and its turn does not depend on what it says. The money balances. Welfare
    is lost, because the halves do not trade with each other and a price of few orders is rough; the share lost
    vanishes in large markets [1]_. Cost O(m log m), and more for traders with many orders.

    References
    ----------
    .. [1] E. Segal-Halevi, A. Hassidim and Y. Aumann, "MUDA: a truthful multi-unit double-auction mechanism",
       AAAI Conference on Artificial Intelligence 32 (2018). :doi:`10.1609/aaai.v32i1.11450`

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(9, 1), (8, 1), (7, 1), (6, 1)], asks=[(1, 1), (2, 1), (3, 1), (4, 1)])
    >>> outcome = gt.clear(book, "muda", rng=np.random.default_rng(0))
    >>> outcome.surplus, outcome.welfare <= outcome.optimal_welfare
    (0.0, True)
    """
    drawn = lot(rng, "muda")
    source = np.random.default_rng(drawn)
    n = len(book.traders)
    first = source.random(n) < 0.5
    turns = source.permutation(n)
    halves = (first, ~first)
    prices = [_price(book.select(half[book.owner_positions])) for half in halves]
    parts = [
        trades
        for half, price in zip(halves, reversed(prices), strict=True)
        for trades in _half_trades(book, half, price, turns)
    ]
    shown = ["none" if price is None else f"{price:g}" for price in reversed(prices)]
    return MarketOutcome.of_trades(
        book,
        "muda",
        joined(parts),
        notes=(f"The halves trade at the prices {shown[0]} and {shown[1]}, each set by the other half.",),
        options={"rng": drawn},
    )


def _price(half: OrderBook) -> float | None:
    """A price that clears a half, if its orders bound one."""
    low, high = Crossing.of(half).interval
    ends = [end for end in (low, high) if np.isfinite(end)]
    return float(np.mean(ends)) if ends else None


def _half_trades(book: OrderBook, half: BoolArray, price: float | None, turns: IntArray) -> Iterator[Trades]:
    """Trades of one half at a given price: inside traders, and between them."""
    owner = book.owner_positions
    granted = np.zeros(half.size)
    if price is not None:
        willing = np.where(book.buys, book.prices >= price, book.prices <= price)
        wishes = np.bincount(owner, book.signs * book.energies * willing, half.size)
        granted = _granted(np.where(half, wishes, 0.0), turns)
    orders = np.bincount(owner, minlength=half.size)
    fills = np.where((half & (orders == 1))[owner], np.abs(granted)[owner], 0.0)
    by_owner = np.split(np.argsort(owner, kind="stable"), orders.cumsum()[:-1])
    for trader in np.flatnonzero(half & (orders > 1)):
        rows = by_owner[trader]
        fills[rows], own = within_trader(book, rows, float(granted[trader]))
        yield own
    bids, asks = (np.flatnonzero((fills > 0) & (book.buys == side)) for side in (True, False))
    yield at_prices(bids, asks, fills, price or 0.0, price or 0.0)


def _granted(wishes: FloatArray, turns: IntArray) -> FloatArray:
    """Net energy that each trader gets of its wish: the longer side is served in turn."""
    granted = np.zeros(wishes.size)
    volume = min(wishes[wishes > 0].sum(), -wishes[wishes < 0].sum())
    for sign in (1.0, -1.0):
        wish = np.maximum(sign * wishes[turns], 0.0)
        served = wish if wish.sum() <= volume else np.clip(volume - (wish.cumsum() - wish), 0.0, wish)
        granted[turns] += sign * served
    return granted
