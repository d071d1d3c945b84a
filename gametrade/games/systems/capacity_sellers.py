"""Sellers of one and the same energy, each with a limited amount, name prices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.games.pricing import step_numbers
from gametrade.games.pricing.capacity_competition import CapacityCompetition
from gametrade.registry import systems
from gametrade.typing import ArrayLike


@systems.register(
    source="capacity variant of Paudel et al. 2019, IEEE Trans. Ind. Electron. 66; Kreps and Scheinkman 1983",
    example={"intercept": 0.6, "slope": 0.05, "capacities": [3.0, 2.5], "cost": 0.08},
    of_step=step_numbers.limited_sellers,
)
def capacity_sellers(
    *,
    intercept: float,
    slope: float,
    capacities: ArrayLike,
    cost: float = 0.0,
    cap: float = np.inf,
    sellers: Sequence[str] | None = None,
    unit: str = "money",
) -> CapacityCompetition:
    r"""Build the price game of sellers whose surplus is limited and whose energy is the same to every buyer.

    Parameters
    ----------
    intercept, slope, capacities, cost, cap, sellers, unit
        As in :class:`~gametrade.games.pricing.capacity_competition.CapacityCompetition`.

    Returns
    -------
    CapacityCompetition
        Players: the sellers; strategies: prices; payoffs: profits. It may have no equilibrium in pure prices.

    Notes
    -----
    Players: the sellers. Strategies: prices [money/kWh]. Payoffs: profits :math:`(p_i - c) \min(E_i, R_i)` [money],
    :math:`R_i` being what cheaper sellers leave. Source: Kreps and Scheinkman 1983; the capacity variant of Paudel
    et al. 2019. Interpretation: efficient rationing, linear demand and one cost for all.

    Examples
    --------
    >>> import gametrade as gt
    >>> gt.solve(capacity_sellers(intercept=10, slope=1, capacities=[12, 11]))[0].payoffs
    array([0., 0.])
    """
    return CapacityCompetition(intercept, slope, capacities, cost=cost, cap=cap, sellers=sellers, unit=unit)
