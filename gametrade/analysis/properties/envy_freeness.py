"""Whether somebody would rather have the trade of another."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.properties.market import Truth, market_verdict, money_tolerance
from gametrade.analysis.verdict import Verdict
from gametrade.mechanisms import MarketOutcome
from gametrade.registry import properties


@properties.register(of="market")
def envy_freeness(outcome: MarketOutcome) -> Verdict:
    r"""No trader would gain more with the energy and money of another one.

    Parameters
    ----------
    outcome : MarketOutcome
        A cleared book, whose limits and energies are taken as the truth.

    Returns
    -------
    Verdict
        Margin: own gain less the gain with another's trade, at its least; witness: who envies.
        ``certificate["envied"]`` is whose trade it wants. [money]

    Notes
    -----
    Trader i with the trade of j would buy :math:`q_j` for :math:`p_j`; beyond what i wants energy is worth nothing,
    and beyond what it has it buys at the highest limit of the book. One price for all leaves nobody with
    envy unless orders are rationed, except that traders of one side may want a smaller trade. Cost
    O(traders squared).

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(20, 1), (17, 1)], asks=[(4, 1), (7, 1)])
    >>> verdict = gt.check(gt.clear(book, "pay_as_bid"), "envy_freeness")
    >>> verdict.holds, verdict.margin, verdict.witness, verdict.certificate["envied"]
    (False, -3.0, ('b0',), 'b1')
    """
    book, tolerance, truth = outcome.book, money_tolerance(outcome.book), Truth(outcome.book)
    traders, buys = book.traders, book.buys
    bought = outcome.by_trader(np.where(buys, outcome.fills, 0.0)).tolist()
    sold = outcome.by_trader(np.where(buys, 0.0, outcome.fills)).tolist()
    paid = outcome.by_trader(outcome.payments).tolist()
    margins = np.full((len(traders), len(traders)), np.inf)
    for i, trader in enumerate(traders):
        own = truth.worth(trader, bought[i], sold[i]) - paid[i]
        for j in range(len(traders)):
            if j != i:
                margins[i, j] = own - (truth.worth(trader, bought[j], sold[j]) - paid[j])
    alone = len(traders) < 2
    i, j = (0, 0) if alone else divmod(int(margins.argmin()), len(traders))
    least = 0.0 if alone else float(margins[i, j])
    return market_verdict(
        outcome,
        "envy_freeness",
        f"no trader would gain more with the trade of another, to {tolerance:.3g} {book.unit}",
        least >= -tolerance,
        least,
        witness=() if alone else (traders[i],),
        certificate={"kind": "recompute", "envied": None if alone else traders[j]},
    )
