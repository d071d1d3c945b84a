"""How evenly the gains of a market are spread."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.fairness import gini, jain
from gametrade.analysis.properties.market import Truth, market_verdict, money_tolerance
from gametrade.analysis.verdict import Verdict
from gametrade.mechanisms import MarketOutcome
from gametrade.registry import properties


@properties.register(of="market")
def equal_gains(outcome: MarketOutcome) -> Verdict:
    """All traders gain the same; if not, the certificate says how unequal they are.

    Parameters
    ----------
    outcome : MarketOutcome
        A cleared book, whose limits are taken as the truth.

    Returns
    -------
    Verdict
        Margin: minus the largest less the smallest gain; witness: who gains least. The certificate has the
        Gini coefficient, Jain's index, and buyers' share of all gains, None where they are not
        defined. [money]

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(20, 1), (17, 1)], asks=[(4, 1), (7, 1)])
    >>> verdict = gt.check(gt.clear(book, "uniform_price"), "equal_gains")
    >>> verdict.margin, round(verdict.certificate["gini"], 4), verdict.certificate["buyers_share"]
    (-3.0, 0.1154, 0.5)
    """
    book, tolerance = outcome.book, money_tolerance(outcome.book)
    gains = Truth(book).gains(outcome)
    spread = float(gains.max() - gains.min()) if gains.size else 0.0
    total = float(gains.sum())
    buyers = np.array([bool(book.buys[book.owners.index(trader)]) for trader in book.traders], dtype=bool)
    certificate = {
        "kind": "recompute",
        "gini": _defined(gini(gains)) if gains.size else None,
        "jain": _defined(jain(gains)) if gains.size else None,
        "buyers_share": float(gains[buyers].sum()) / total if total > tolerance else None,
    }
    return market_verdict(
        outcome,
        "equal_gains",
        f"all traders gain the same, to {tolerance:.3g} {book.unit}",
        spread <= tolerance,
        0.0 - spread,
        witness=(book.traders[int(gains.argmin())],) if gains.size else (),
        certificate=certificate,
    )


def _defined(index: float) -> float | None:
    """An index, None where it is not a number."""
    return float(index) if np.isfinite(index) else None
