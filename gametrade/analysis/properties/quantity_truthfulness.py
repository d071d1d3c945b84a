"""Whether withholding or overstating energy pays."""

from __future__ import annotations

from gametrade.analysis.properties.lie_search import best_lie
from gametrade.analysis.properties.lies import MOST_LIES, lie_verdict
from gametrade.analysis.properties.market import Mechanism
from gametrade.analysis.verdict import Verdict
from gametrade.mechanisms import MarketOutcome
from gametrade.registry import properties


@properties.register(of="market")
def quantity_truthfulness(
    outcome: MarketOutcome, *, mechanism: Mechanism | str | None = None, most: int = MOST_LIES
) -> Verdict:
    """No trader gains by offering or asking for less energy than it has or wants, or for more.

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
        Margin: minus the largest gain found; witness: who lies. The certificate is that of
        ``strategyproofness``. [money]

    Notes
    -----
    Prices of the orders stay true. Where supply meets demand the clearing price jumps, so a seller that withholds
    just enough can move it from one end of the band to the other: the gain is a supremum just below that energy.

    Examples
    --------
    A seller that keeps a little of its surplus turns plenty into scarcity.

    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(0.30, 3)], asks=[(0.08, 3.1)])
    >>> verdict = gt.check(gt.clear(book, "uniform_price"), "quantity_truthfulness")
    >>> verdict.holds, verdict.witness, round(verdict.certificate["supremum"], 9)
    (False, ('a0',), 0.66)
    """
    found = best_lie(outcome, about="energy", mechanism=mechanism, most=most)
    return lie_verdict(outcome, "quantity_truthfulness", "energy", found)
