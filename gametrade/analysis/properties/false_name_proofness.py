"""Whether appearing as two traders pays."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.properties.lies import MOST_LIES, Found, lie_verdict, with_account, with_order
from gametrade.analysis.properties.market import Mechanism, Truth, mechanism_of
from gametrade.analysis.verdict import Verdict
from gametrade.mechanisms import MarketOutcome, OrderBook
from gametrade.registry import properties


@properties.register(of="market")
def false_name_proofness(
    outcome: MarketOutcome, *, mechanism: Mechanism | str | None = None, most: int = MOST_LIES
) -> Verdict:
    """No trader gains by splitting an order between two accounts.

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
        Margin: minus the largest gain found; witness: who splits. Never decided in the positive: the search
        is over halves and parts of the sizes of the other orders, and over the limits of the book for the second
        account. [money]

    Notes
    -----
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
    book, run, truth = outcome.book, mechanism_of(outcome, mechanism), Truth(outcome.book)
    first = book.traders[0] if book.traders else ""
    best, behind, tried = Found(0.0, 0.0, first, book, 0.0, 0, False), {}, 0
    gains = dict(zip(book.traders, truth.gains(run(book)), strict=True))
    for order in range(book.n_orders):
        trader, honest = book.owners[order], float(gains[book.owners[order]])
        alias = _unused(book, trader)
        for lie in _splits(book, order, alias, max(1, most // book.n_orders)):
            tried += 1
            mine = np.array([owner in (trader, alias) for owner in lie.owners])
            gain = truth.gain(trader, run(lie), mine) - honest
            if gain > best.gain:
                best, behind = Found(gain, gain, trader, lie, honest, 0, False), {alias: trader, trader: trader}
    found = Found(best.gain, best.supremum, best.trader, best.book, best.honest, tried, False)
    claim = "no trader gains by splitting an order between two accounts"
    return lie_verdict(outcome, "false_name_proofness", claim, found, behind)


def _unused(book: OrderBook, trader: str) -> str:
    """A name for the second account."""
    name = f"{trader} (second account)"
    while name in book.ids or name in book.owners:
        name += "'"
    return name


def _splits(book: OrderBook, order: int, alias: str, most: int) -> list[OrderBook]:
    """Books in which a part of an order's energy belongs to a second account, at the same limit or another."""
    whole, limit = float(book.energies[order]), float(book.prices[order])
    sizes = np.unique(book.energies)
    parts = {float(x) for x in [whole / 2, *sizes, *(whole - sizes)] if 0 < x < whole}
    prices = [limit, *(float(p) for p in np.unique(book.prices) if p != limit)]
    pairs = [(part, price) for price in prices for part in sorted(parts)][:most]
    side, time = bool(book.buys[order]), float(book.times[order])
    return [
        with_account(with_order(book, order, limit, whole - part), alias, side, time, (price, part))
        for part, price in pairs
    ]
