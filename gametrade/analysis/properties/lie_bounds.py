"""The most that any lie can gain, from what a mechanism promises alone."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.properties.market import Truth
from gametrade.mechanisms import MarketOutcome
from gametrade.mechanisms.crossing import Crossing
from gametrade.registry import mechanisms

SOLVENT = ("budget_balance", "weak_budget_balance")
"""Promises that nobody has to add money."""


def bounded(mechanism: str) -> bool:
    """Whether a mechanism is registered and promises that nobody loses at its stated limits or has to add money."""
    if mechanism.partition(":")[0] not in mechanisms:
        return False
    promises = mechanisms.resolve(mechanism)[0].promises
    return "individual_rationality" in promises and any(promise in promises for promise in SOLVENT)


def most_of_any_lie(outcome: MarketOutcome, *, liars: int = 1) -> float | None:
    r"""What no lie of so many traders together gains more than over honesty.

    Parameters
    ----------
    outcome : MarketOutcome
        Of the honest book, by a registered mechanism.
    liars : int, default=1
        How many traders lie together.

    Returns
    -------
    float or None
        None if the mechanism does not promise enough. [money]

    Notes
    -----
    With :math:`W^*` the largest welfare of the honest book and :math:`h_i` the honest gain of trader i, a lie of the
    traders L gains at most :math:`W^* - \sum_{i \in L} h_i`, whatever it says about prices, energies or accounts.
    Gains of all traders at the truth and the money that is kept add up to the true welfare of what is traded; those who
    do not lie gain at least 0 and no money is added, so the liars gain at most that welfare. It is at most
    :math:`W^*`: energy that a liar buys beyond its use is worth 0, which is no more than it costs, and energy that it
    sells beyond what it has costs the highest limit of the book, which is no less than anybody values it. Cost
    O(m log m).

    Examples
    --------
    >>> import gametrade as gt
    >>> book = gt.OrderBook.of(bids=[(9, 1), (8, 1)], asks=[(2, 1), (4, 1)])
    >>> most_of_any_lie(gt.clear(book, "continuous_double_auction"))
    11.0
    """
    if not bounded(outcome.mechanism):
        return None
    honest = np.sort(Truth(outcome.book).gains(outcome))
    return max(0.0, Crossing.of(outcome.book).welfare - float(honest[:liars].sum()))
