"""Whether the auctioneer keeps or adds money."""

from __future__ import annotations

from gametrade.analysis.properties.market import market_verdict, money_tolerance
from gametrade.analysis.verdict import Verdict
from gametrade.mechanisms import MarketOutcome
from gametrade.registry import properties


@properties.register(of="market")
def budget_balance(outcome: MarketOutcome, *, weak: bool = False) -> Verdict:
    r"""Buyers pay what sellers receive; weakly: they pay at least that.

    Parameters
    ----------
    outcome : MarketOutcome
        A cleared book.
    weak : bool, default=False
        Whether a surplus that the auctioneer keeps is allowed.

    Returns
    -------
    Verdict
        Margin: minus the size of the imbalance, or weakly the surplus itself, negative if somebody has to add
        money. [money]

    Notes
    -----
    ``certificate["surplus"]`` is the amount :math:`\sum_i p_i` of all payments.

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(20, 1), (17, 1)], asks=[(4, 1), (7, 1)])
    >>> verdict = gt.check(gt.clear(book, "vickrey_clarke_groves"), "budget_balance:weak=true")
    >>> verdict.holds, verdict.margin
    (False, -20.0)
    """
    surplus, tolerance = outcome.surplus, money_tolerance(outcome.book)
    slack = surplus if weak else 0.0 - abs(surplus)
    claim = "buyers pay at least what sellers receive" if weak else "buyers pay what sellers receive"
    return market_verdict(
        outcome,
        "budget_balance",
        f"{claim}, to {tolerance:.3g} {outcome.book.unit}",
        slack >= -tolerance,
        slack,
        certificate={"kind": "recompute", "surplus": surplus},
    )
