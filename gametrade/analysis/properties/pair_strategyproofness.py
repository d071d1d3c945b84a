"""Whether two traders gain by lying together."""

from __future__ import annotations

import itertools

import numpy as np

from gametrade.analysis.properties.lies import MOST_LIES, Found, lie_verdict, price_axis
from gametrade.analysis.properties.market import Mechanism, Truth, mechanism_of
from gametrade.analysis.verdict import Verdict
from gametrade.mechanisms import MarketOutcome
from gametrade.registry import properties


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
        Margin: minus the largest joint gain found; witness: the pair. Never decided in the positive: prices at
        the limits of the book and between them are tried for one order of each. [money]

    Notes
    -----
    A pair that includes a single liar counts too. The price that the members of a pair name shifts what the others
    pay, also where each alone cannot: Vickrey-Clarke-Groves, for one, is open to pairs.

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
    side = max(2, int((most / max(1, len(pairs))) ** 0.5))
    axes = [price_axis(book, k, "limits").thinned(side).values for k in range(book.n_orders)] if pairs else []
    best, behind, tried = Found(0.0, 0.0, "", book, 0.0, 0, False), {}, 0
    for i, j in pairs[:most]:
        both = (book.owners[i], book.owners[j])
        before = honest[both[0]] + honest[both[1]]
        for p, q in itertools.product(axes[i], axes[j]):
            prices = np.array(book.prices)
            prices[[i, j]] = p, q
            lie = book.changed(prices=prices)
            lied = run(lie)
            gain = sum(truth.gain(trader, lied) for trader in both) - before
            tried += 1
            if gain > best.gain:
                best = Found(gain, gain, both[0], lie, before, 0, False)
                behind = {trader: trader for trader in both}
    pair = " + ".join(behind) or best.trader
    found = Found(best.gain, best.supremum, pair, best.book, best.honest, tried, False)
    claim = "no two traders gain together by agreeing on false prices"
    return lie_verdict(outcome, "pair_strategyproofness", claim, found, behind)
