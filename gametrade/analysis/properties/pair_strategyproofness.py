"""Whether two traders gain by lying together."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from gametrade.analysis.properties.axes import Plane
from gametrade.analysis.properties.lies import MOST_LIES, Found, better, breakpoints_of, lie_verdict
from gametrade.analysis.properties.market import Mechanism, Truth, mechanism_of, money_tolerance
from gametrade.analysis.verdict import Verdict
from gametrade.mechanisms import MarketOutcome, OrderBook
from gametrade.registry import properties

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
    book, run, truth = outcome.book, mechanism_of(outcome, mechanism), Truth(outcome.book)
    honest = dict(zip(book.traders, truth.gains(run(book)).tolist(), strict=True))
    pairs = [(i, j) for i, j in itertools.combinations(range(book.n_orders), 2) if book.owners[i] != book.owners[j]]
    sure = len(set(book.owners)) == book.n_orders and breakpoints_of(outcome, mechanism).prices == "limits"
    best, behind = Found(0.0, 0.0, "", book, 0.0, 0, sure), {}
    plane = _plane(book, max(FEWEST, most // max(1, len(pairs))))
    for pair in pairs[: max(1, most // FEWEST)]:
        both = tuple(book.owners[k] for k in pair)
        before = sum(honest[trader] for trader in both)

        def gain(
            p: float, q: float, pair: tuple[int, int] = pair, both: tuple[str, ...] = both, before: float = before
        ) -> float:
            lied = run(_told(book, pair, p, q))
            return sum(truth.gain(trader, lied) for trader in both) - before

        grown, supremum, lie, whole = _best(plane, gain, money_tolerance(book))
        tried = len(plane.points)
        here = Found(grown, supremum, both[0], _told(book, pair, *lie), before, tried, sure and whole)
        if here.gain > best.gain:
            behind = {trader: trader for trader in both}
        best = better(best, here)
    if len(pairs) > max(1, most // FEWEST):
        best = replace(best, exhaustive=False)
    named = replace(best, trader=" + ".join(behind) or best.trader)
    return lie_verdict(outcome, "pair_strategyproofness", "pair", named, behind)


def _told(book: OrderBook, pair: tuple[int, int], p: float, q: float) -> OrderBook:
    """The book with the prices of two orders changed."""
    prices = np.array(book.prices)
    prices[list(pair)] = p, q
    return book.changed(prices=prices)


def _plane(book: OrderBook, most: int) -> Plane:
    """All regions of the plane of two prices if they are few enough, else some pairs of prices."""
    marks = np.unique([0.0, *book.prices])
    edge = 2 * float(marks[-1]) or 1.0
    if (3 * len(marks)) ** 2 + 7 * len(marks) <= most:
        return Plane.between(marks, edge)
    few = marks[np.linspace(0, len(marks) - 1, max(2, min(len(marks), int(most**0.5)))).astype(int)]
    return Plane(np.array(list(itertools.product(few, few))), np.zeros((0, 0)), edge)


def _best(
    plane: Plane, gain: Callable[[float, float], float], tolerance: float
) -> tuple[float, float, tuple[float, float], bool]:
    """Largest gain met, least upper bound, the lie, and whether the bound is one of all lies of the pair."""
    gains = np.array([gain(p, q) for p, q in plane.points])
    k = int(gains.argmax())
    lie = float(plane.points[k, 0]), float(plane.points[k, 1])
    if not plane.corners.size:
        return float(gains[k]), float(gains[k]), lie, False
    limits = plane.corners @ gains
    return float(gains[k]), float(limits.max()), lie, not plane.grows(limits, tolerance)
