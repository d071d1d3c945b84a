"""Firms invest in storage and trade in a spot market."""

from __future__ import annotations

from collections.abc import Sequence

from gametrade.games.pricing import market_numbers
from gametrade.games.stackelberg.storage_investment import StorageInvestmentGame
from gametrade.registry import systems
from gametrade.typing import ArrayLike


@systems.register(
    source="Kalathil, Wu, Poolla and Varaiya 2019, arXiv:1608.06990",
    example={
        "means": [10.0, 6.0, 8.0],
        "covariance": [[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]],
        "high_price": 54.0,
        "low_price": 21.5,
        "storage_cost": 13.0,
    },
    of_step=market_numbers.investing_homes,
    period="month",
)
def storage_investment(
    *,
    means: ArrayLike,
    covariance: ArrayLike,
    high_price: float,
    low_price: float,
    storage_cost: float,
    firms: Sequence[str] | None = None,
    unit: str = "money",
) -> StorageInvestmentGame:
    """Build the game of firms whose stored energy is dear on days when all storage falls short.

    Parameters
    ----------
    means, covariance, high_price, low_price, storage_cost, firms, unit
        As in :class:`~gametrade.games.stackelberg.StorageInvestmentGame`.

    Returns
    -------
    StorageInvestmentGame
        Players: firms; strategies: capacities; payoffs: minus expected daily costs, not convex.

    Notes
    -----
    Players: the firms. Strategies: capacities [kWh]. Payoffs: minus expected cost a day, not concave and with the
    jump of the spot price [money]. Source: Kalathil, Wu, Poolla and Varaiya 2019. Interpretation: jointly normal
    demands; existence and uniqueness under alignment are theirs.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = storage_investment(means=[10.0], covariance=[[4.0]], high_price=3, low_price=1, storage_cost=1)
    >>> float(gt.solve(game)[0].strategies[0][0])
    10.0
    """
    return StorageInvestmentGame(
        means,
        covariance,
        high_price=high_price,
        low_price=low_price,
        storage_cost=storage_cost,
        firms=firms,
        unit=unit,
    )
