"""Whether appearing as two traders pays."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np

from gametrade.analysis.properties.axes import split_axes
from gametrade.analysis.properties.breakpoints import Breakpoints, breakpoints_of
from gametrade.analysis.properties.lies import MOST_LIES, Found, better, lie_verdict, with_account, with_order
from gametrade.analysis.properties.market import Mechanism, Truth, many_of, mechanism_of
from gametrade.analysis.verdict import Verdict
from gametrade.mechanisms import MarketOutcome, OrderBook
from gametrade.registry import properties
from gametrade.typing import BoolArray, FloatArray


@properties.register(of="market")
def false_name_proofness(
    outcome: MarketOutcome, *, mechanism: Mechanism | str | None = None, most: int = MOST_LIES
) -> Verdict:
    r"""No trader gains by moving a part of an order to a second account, which may state any price.

    Parameters
    ----------
    outcome : MarketOutcome
        A cleared book, whose limits and energies are taken as the truth.
    mechanism : callable or str, optional
        The mechanism, where it is not a registered one.
    most : int, default=20000
        Lies to try at most.

    Returns
    -------
    Verdict
        Margin: minus the largest gain found; witness: who splits. [money]

    Notes
    -----
    The first account keeps the limit, both together have the energy of the order. Moving all of it is a plain lie
    about the price, so a mechanism that is open to those is open to false names.

    Decided exactly where every trader has one order, the form of the mechanism between its breakpoints is known and
    `most` allows all cells: the gain is bilinear in the price p of the second account and its energy x between the
    limits of the book and the x at which :math:`S + x`, :math:`S + e - x` or S, a cumulative energy of the own side,
    meets one of the other side; its least upper bound is a value or a one-sided limit at a corner. That takes
    :math:`O(m)` prices times :math:`O(m^2)` energies for each of m orders. Otherwise a search over halves and
    the sizes of the other orders, which can refute and never prove.

    A mechanism that gives up the marginal order gives up less if that order is a small one under another name.
    Under Vickrey-Clarke-Groves false names pay only where goods are complements [1]_, which energies of one
    side are not.

    References
    ----------
    .. [1] M. Yokoo, Y. Sakurai and S. Matsubara, "The effect of false-name bids in combinatorial auctions", Games
       Econ. Behav. 46 (2004) 174-188. :doi:`10.1016/S0899-8256(03)00045-9`

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(9, 2)], asks=[(1, 1), (2, 1)])
    >>> verdict = gt.check(gt.clear(book, "trade_reduction"), "false_name_proofness")
    >>> verdict.holds, verdict.witness, verdict.margin
    (False, ('b0',), -7.0)
    """
    book, run, truth = outcome.book, many_of(outcome, mechanism), Truth(outcome.book)
    form, share = breakpoints_of(outcome, mechanism), max(1, most // max(1, book.n_orders))
    sure = len(set(book.owners)) == book.n_orders and form.prices != "" and form.energies
    first = book.traders[0] if book.traders else ""
    best, behind = Found(0.0, 0.0, first, book, 0.0, 0, sure), {}
    honest = dict(zip(book.traders, truth.gains(mechanism_of(outcome, mechanism)(book)).tolist(), strict=True))
    for order in np.flatnonzero(book.energies > 0).tolist():
        trader, alias = book.owners[order], _unused(book, book.owners[order])
        two = with_account(book, alias, bool(book.buys[order]), float(book.times[order]), (0.0, 0.0))
        mine = np.array([owner in (trader, alias) for owner in two.owners])

        def gain(
            moved: FloatArray, order: int = order, two: OrderBook = two, mine: BoolArray = mine, trader: str = trader
        ) -> FloatArray:
            prices, energies = (np.tile(column, (len(moved), 1)) for column in (two.prices, two.energies))
            prices[:, -1], energies[:, -1] = moved.T
            energies[:, order] = np.maximum(0.0, energies[:, order] - moved[:, 1])
            return np.asarray(truth.gains_of(trader, two, run(two, prices, energies, mine), mine) - honest[trader])

        here = _of_order(book, order, alias, form if sure else Breakpoints(), share, gain)
        found = Found(here.gain, here.supremum, trader, here.book, honest[trader], here.tried, here.exhaustive)
        if found.gain > best.gain:
            behind = {alias: trader, trader: trader}
        best = better(best, found)
    return lie_verdict(outcome, "false_name_proofness", "accounts", best, behind)


def _of_order(
    book: OrderBook, order: int, alias: str, form: Breakpoints, most: int, gain: Callable[[FloatArray], FloatArray]
) -> Found:
    """The best split of one order: over all cells if there are few enough, else over a list."""
    if form.prices:
        prices, parts = split_axes(book, order, form)
        if len(prices.values) * len(parts.values) <= most:
            moved = np.array(list(product(prices.values, parts.values)))
            gains = gain(moved)
            table = gains.reshape(len(prices.values), len(parts.values))
            supremum, k = float((prices.limits @ table @ parts.limits.T).max()), int(gains.argmax())
            return Found(float(gains[k]), supremum, "", _split(book, order, alias, moved[k]), 0.0, gains.size, True)
    some = _splits(book, order, most)
    if not some.size:
        return Found(0.0, 0.0, "", book, 0.0, 0, False)
    gains = gain(some)
    k = int(gains.argmax())
    return Found(float(gains[k]), float(gains[k]), "", _split(book, order, alias, some[k]), 0.0, len(some), False)


def _split(book: OrderBook, order: int, alias: str, moved: FloatArray) -> OrderBook:
    """The book in which a second account states a price for a part of an order's energy."""
    price, part = moved.tolist()
    limit, rest = float(book.prices[order]), float(book.energies[order]) - part
    side, time = bool(book.buys[order]), float(book.times[order])
    return with_account(with_order(book, order, limit, max(0.0, rest)), alias, side, time, (price, part))


def _unused(book: OrderBook, trader: str) -> str:
    """A name for the second account."""
    name = f"{trader} (second account)"
    while name in book.ids or name in book.owners:
        name += "'"
    return name


def _splits(book: OrderBook, order: int, most: int) -> FloatArray:
    """Prices and energies of a second account that has a part of an order: its limit, then others; shape (k, 2)."""
    whole, limit = float(book.energies[order]), float(book.prices[order])
    sizes = np.unique(book.energies)
    parts = {float(x) for x in [whole / 2, *sizes, *(whole - sizes)] if 0 < x < whole}
    prices = [limit, *(float(p) for p in np.unique(book.prices) if p != limit)]
    return np.array([(price, part) for price in prices for part in sorted(parts)][:most]).reshape(-1, 2)
