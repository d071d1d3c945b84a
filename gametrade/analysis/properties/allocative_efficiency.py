"""Whether the energy goes where it is worth most."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.properties.market import Truth, market_verdict, money_tolerance
from gametrade.analysis.verdict import Verdict
from gametrade.mechanisms import MarketOutcome, OrderBook
from gametrade.mechanisms.crossing import Crossing
from gametrade.registry import properties


@properties.register(of="market")
def allocative_efficiency(outcome: MarketOutcome) -> Verdict:
    r"""No other trade between these orders is worth more in all.

    Parameters
    ----------
    outcome : MarketOutcome
        A cleared book, whose limits are taken as the truth.

    Returns
    -------
    Verdict
        Margin: minus the welfare that is missed. [money]

    Notes
    -----
    Largest welfare is a linear program, :math:`\max \sum_i v_i q_i - \sum_j c_j q_j` with
    :math:`\sum_i q_i = \sum_j q_j` and :math:`0 \le q \le e`. Its optimum fills the dearest bids and the cheapest
    asks up to the crossing, and any price p of the crossing proves it by duality: no trade is worth more than
    :math:`\sum_i e_i \max(0, v_i - p) + \sum_j e_j \max(0, p - c_j)`. The certificate holds such a price and the
    bound. Cost O(m log m).

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(9, 1), (8, 1), (7, 1), (4, 1)], asks=[(2, 1), (4, 1), (6, 1), (7.5, 1)])
    >>> verdict = gt.check(gt.clear(book, "mcafee"), "allocative_efficiency")
    >>> verdict.holds, verdict.margin
    (False, -1.0)
    """
    book, tolerance = outcome.book, money_tolerance(outcome.book)
    best, price = Crossing.of(book).welfare, dual_price(book)
    bound = float(np.maximum(book.signs * (book.prices - price), 0.0) @ book.energies)
    reached = float((Truth(book).gains(outcome)).sum()) + outcome.surplus
    return market_verdict(
        outcome,
        "allocative_efficiency",
        f"no other trade between these orders is worth more in all, to {tolerance:.3g} {book.unit}",
        reached >= bound - tolerance,
        min(0.0, reached - best),
        certificate={"kind": "recompute", "welfare": reached, "optimum": best, "dual_price": price, "bound": bound},
    )


def dual_price(book: OrderBook) -> float:
    """A price that clears the book, for the bound by duality. [money/kWh]"""
    low, high = Crossing.of(book).interval
    if np.isfinite(low) and np.isfinite(high):
        return float(low + high) / 2
    return float(low) if np.isfinite(low) else float(high) if np.isfinite(high) else 0.0
