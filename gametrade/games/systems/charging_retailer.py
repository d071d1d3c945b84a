"""A retailer leads, charging stations and groups of vehicles follow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.games.pricing import step_numbers
from gametrade.games.stackelberg.price_leader import PriceLeaderGame
from gametrade.registry import systems
from gametrade.typing import ArrayLike


@systems.register(
    source="class described in reviews of vehicle charging; no single source",
    example={"intercepts": [10.0, 8.0], "slopes": [1.0, 1.0], "station_capacity": 6.0, "welfare_weight": 0.2},
    of_step=step_numbers.retailer,
)
def charging_retailer(
    *,
    intercepts: ArrayLike,
    slopes: ArrayLike,
    station_capacity: float = np.inf,
    unit_cost: float = 0.0,
    welfare_weight: float = 0.0,
    floor: float = 0.0,
    cap: float = np.inf,
    followers: Sequence[str] | None = None,
    unit: str = "money",
) -> PriceLeaderGame:
    r"""A retailer prices energy for groups of vehicles who share one station.

    Parameters
    ----------
    intercepts, slopes : array_like of shape (n,)
        Group i values x kWh at :math:`b_i x - s_i x^2 / 2`. [money/kWh, money/kWh^2]
    station_capacity : float
        Most energy that all groups may take, :math:`\sum x_i \le C`. [kWh]
    unit_cost : float
        What a kWh costs the retailer. [money/kWh]
    welfare_weight : float
        Penalty factor that enhances social welfare: the weight of consumer surplus in the retailer's objective.
    floor, cap : float
        Prices allowed. [money/kWh]
    followers : sequence of str, optional
        Labels of the groups.
    unit : str
        Money.

    Returns
    -------
    PriceLeaderGame
        Players: retailer; vehicle groups. Strategies: price; energies.

    Notes
    -----
    Players: the retailer (leader), groups of vehicles (followers). Strategies: a price [money/kWh]; energies [kWh].
    Payoffs: :math:`(1 - \mu)` profit :math:`+ \mu` consumer surplus; utility less payments [money]. Source: reviews
    of vehicle charging, which name no single source. Interpretation: all formulas: linear demand, a station that
    limits the sum, and a penalty as the weight of welfare.

    With everything interior, :math:`A = \sum b_i / s_i`, :math:`H = \sum 1 / s_i`: without cost
    :math:`p^* = \max(A / 2H, (A - C) / H)`; without capacity :math:`A / 2H + w / 2`; with a welfare weight
    :math:`\mu < 1/2`: :math:`[A (1 - 2 \mu) + (1 - \mu) H w] / [H (2 - 3 \mu)]`. A generic model of the class that
    reviews describe (retailer leads, stations and vehicles follow); no single source specifies it.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = charging_retailer(intercepts=[10.0, 8.0], slopes=1.0, station_capacity=6.0)
    >>> gt.solve(game)[0].strategies[0].tolist()
    [6.0]
    """
    return PriceLeaderGame(
        intercepts,
        slopes,
        capacity=station_capacity,
        unit_cost=unit_cost,
        welfare_weight=welfare_weight,
        floor=floor,
        cap=cap,
        leader="retailer",
        followers=followers,
        unit=unit,
    )
