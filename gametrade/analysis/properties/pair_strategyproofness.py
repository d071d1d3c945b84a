"""Whether two traders gain by lying together."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np

from gametrade.analysis.properties.breakpoints import breakpoints_of
from gametrade.analysis.properties.cells import Cells
from gametrade.analysis.properties.lies import MOST_LIES, Found, better, lie_verdict
from gametrade.analysis.properties.market import Mechanism, Truth, many_of, mechanism_of, money_tolerance
from gametrade.analysis.verdict import Verdict
from gametrade.mechanisms import MarketOutcome, OrderBook
from gametrade.registry import properties
from gametrade.typing import FloatArray

FEWEST = 4
"""Lies that a search tries for a pair at least."""


@properties.register(of="market")
def pair_strategyproofness(
    outcome: MarketOutcome, *, mechanism: Mechanism | str | None = None, most: int = MOST_LIES
) -> Verdict:
    """No two traders gain together by agreeing on false prices, one passing money to the other if need be.

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
        Margin: minus the largest joint gain found; witness: the pair. [money]

    Notes
    -----
    A pair that includes a single liar counts too. The price that the members of a pair name shifts what the others
    pay, also where each alone cannot: Vickrey-Clarke-Groves, for one, is open to pairs.

    Decided exactly where every trader has one order, the mechanism has its breakpoints at the limits of the others
    and `most` allows all regions. The plane of the two prices (p, q) is cut at those limits, and the squares on
    its diagonal along p = q, where the ranking of the two changes. In each region fills are constant and money is
    affine, so the least upper bound of the joint gain is a limit at a corner; if it still grows where both prices are
    twice the highest limit, nothing is proved. :math:`O(m^2)` regions for each of :math:`m (m - 1) / 2` pairs.
    Otherwise a search over some prices, which can refute and never prove.

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(9, 1), (8, 1)], asks=[(2, 1), (4, 1)])
    >>> verdict = gt.check(gt.clear(book, "vickrey_clarke_groves"), "pair_strategyproofness")
    >>> verdict.holds, len(verdict.witness)
    (False, 2)
    """
    book, run, truth = outcome.book, many_of(outcome, mechanism), Truth(outcome.book)
    honest = dict(zip(book.traders, truth.gains(mechanism_of(outcome, mechanism)(book)).tolist(), strict=True))
    pairs = [(i, j) for i, j in itertools.combinations(range(book.n_orders), 2) if book.owners[i] != book.owners[j]]
    points, cells = _plane(book, max(FEWEST, most // max(1, len(pairs))))
    sure = len(set(book.owners)) == book.n_orders and breakpoints_of(outcome, mechanism).joint and cells is not None
    best, behind = Found(0.0, 0.0, "", book, 0.0, 0, sure), {}
    for pair in pairs[: max(1, most // FEWEST)]:
        both = tuple(book.owners[k] for k in pair)
        before = sum(honest[trader] for trader in both)
        prices, energies = (np.tile(column, (len(points), 1)) for column in (book.prices, book.energies))
        prices[:, list(pair)] = points
        masks = [np.array([owner == trader for owner in book.owners]) for trader in both]
        made = run(book, prices, energies, masks[0] | masks[1])
        gains = sum(truth.gains_of(who, book, made, mask) for who, mask in zip(both, masks, strict=True)) - before
        k = int(np.argmax(gains))
        supremum, whole = float(gains[k]), sure
        if cells is not None:
            limits = cells.limits(gains)
            supremum, whole = float(limits.max()), sure and not cells.grows(limits, money_tolerance(book))
        here = Found(
            float(gains[k]), supremum, both[0], book.changed(prices=prices[k]), before, len(points), whole
        )  # fmt: skip
        if here.gain > best.gain:
            behind = {trader: trader for trader in both}
        best = better(best, here)
    if len(pairs) > max(1, most // FEWEST):
        best = replace(best, exhaustive=False)
    named = replace(best, trader=" + ".join(behind) or best.trader)
    return lie_verdict(outcome, "pair_strategyproofness", "pair", named, behind)


def _plane(book: OrderBook, most: int) -> tuple[FloatArray, Cells | None]:
    """All regions of the plane of two prices if they are few enough, else some pairs of prices."""
    marks = np.unique([0.0, *book.prices])
    if Cells.size(len(marks)) <= most:
        cells = Cells.between(marks, 2 * float(marks[-1]) or 1.0)
        return cells.points, cells
    few = marks[np.linspace(0, len(marks) - 1, max(2, min(len(marks), int(most**0.5)))).astype(int)]
    return np.array(list(itertools.product(few, few))), None
