"""Regions price their energy for clusters of prosumers everywhere, with a fee across borders."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.pricing import supplier_numbers
from gametrade.games.stackelberg.budget_buyers import BudgetBuyersGame, RegionalMarket
from gametrade.registry import systems
from gametrade.typing import ArrayLike


@systems.register(
    source="Chen Y., Liu, Chen and Yu 2023, region-to-region trading",
    example={"supplies": [4.0, 9.0], "budgets": [10.0, 8.0], "fee": 0.1},
    of_step=supplier_numbers.two_regions,
)
def regional_market(
    *,
    supplies: ArrayLike,
    budgets: ArrayLike,
    satiations: ArrayLike = 1.0,
    fee: float,
    home: Sequence[int] | None = None,
    cap: float | None = None,
    regions: Sequence[str] | None = None,
    clusters: Sequence[str] | None = None,
    unit: str = "money",
) -> BudgetBuyersGame:
    """Build the game of regional operators who lead, and clusters whose demand answers prices and fees.

    Parameters
    ----------
    supplies : array_like of shape (K,)
        Energy of each region. [kWh]
    budgets, satiations : array_like of shape (n,)
        Of each cluster of prosumers, as in :class:`~gametrade.games.stackelberg.BudgetBuyersGame`.
    fee : float
        Charge on each kWh bought in another region. [money/kWh]
    home : sequence of int, optional
        Region of each cluster by position, -1 for one whose region sells nothing; cluster i is at home in region i if
        not given.
    cap : float, optional
        Highest price allowed. [money/kWh]
    regions, clusters : sequence of str, optional
        Labels.
    unit : str
        Money.

    Returns
    -------
    BudgetBuyersGame
        Leaders: regions, prices; followers: clusters, energies. With fees answered by turns of global best replies,
        without by the prices at which all is sold.

    Raises
    ------
    InvalidInputError
        If a cluster's home is no region, or the fee is negative.

    Notes
    -----
    Players: regional operators (leaders), clusters of prosumers (followers). Strategies: prices [money/kWh];
    energies from each region [kWh]. Payoffs: revenue [money]; logarithmic utility, a number without unit. Source:
    Chen Y., Liu, Chen and Yu 2023. Interpretation: logarithmic utilities within budgets as demand response; the
    formulas could not be read.

    Logarithmic utilities within budgets are an interpretation of clusters with demand response.

    Examples
    --------
    >>> game = regional_market(supplies=[4.0, 9.0], budgets=[10.0, 8.0], fee=0.1)
    >>> game.fees.tolist()
    [[0.0, 0.1], [0.1, 0.0]]
    """
    k, n = np.size(supplies), np.size(budgets)
    at = np.arange(n) if home is None else np.array(home, dtype=int).ravel()
    if at.shape != (n,) or (at < -1).any() or (at >= k).any() or fee < 0:
        raise InvalidInputError(
            f"home of regional_market must name one of the {k} regions, or -1, for each of {n} clusters."
        )
    fees = np.where(np.arange(k)[None, :] == at[:, None], 0.0, fee)
    named = [f"cluster {i + 1}" for i in range(n)] if clusters is None else clusters
    kind = RegionalMarket if fees.any() else BudgetBuyersGame
    return kind(supplies, budgets, satiations, fees=fees, cap=cap, sellers=regions, buyers=named, unit=unit)
