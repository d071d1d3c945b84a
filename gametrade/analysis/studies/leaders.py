"""Price leaders over the homes of a community, one settlement step at a time."""

from __future__ import annotations

import numpy as np

from gametrade.community import Community
from gametrade.errors import InvalidInputError
from gametrade.games.stackelberg import PriceLeaderGame, QuadraticUtility, UsageChargeGame, buying_utility


def retailer(
    community: Community,
    step: int,
    *,
    elasticity: float = 0.3,
    unit_cost: float | None = None,
    welfare_weight: float = 0.0,
    capacity: float = np.inf,
) -> PriceLeaderGame:
    """A retailer who sets one price for all homes that import in a step.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff.
    step : int
        Settlement step.
    elasticity : float
        Of demand at the tariff, see :func:`buying_utility`.
    unit_cost : float, optional
        What a kWh costs the retailer; the export price if not given. [money/kWh]
    welfare_weight : float
        Weight of consumer surplus in what the retailer maximises.
    capacity : float
        Most energy that it can deliver. [kWh]

    Returns
    -------
    PriceLeaderGame
        Its price may not exceed the import price.

    Raises
    ------
    InvalidInputError
        If no home imports in the step.
    """
    utility = _utility(community, step, elasticity)
    return PriceLeaderGame(
        utility.intercepts,
        utility.slopes,
        unit_cost=float(community.export_price[step]) if unit_cost is None else unit_cost,
        welfare_weight=welfare_weight,
        capacity=capacity,
        floor=float(min(0.0, community.export_price[step])),
        cap=float(community.import_price[step]),
        leader="retailer",
        followers=[community.names[k] for k in utility.homes],
        unit=community.tariff.currency,
    )


def prosumer_leader(community: Community, step: int, home: str, *, elasticity: float = 0.3) -> UsageChargeGame:
    """A home with surplus who sets the price for all homes that import in a step, under the network charge.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff with its network charge.
    step : int
        Settlement step.
    home : str
        The home that sells.
    elasticity : float
        Of demand at the tariff, see :func:`buying_utility`.

    Returns
    -------
    UsageChargeGame
        The others may buy from the grid instead.

    Raises
    ------
    InvalidInputError
        If the home has no surplus in the step, or no home imports.
    """
    if home not in community.names:
        raise InvalidInputError(f"home of prosumer_leader must be in the community. Got {home!r}.")
    surplus = -float(community.net_load[list(community.names).index(home), step])
    if not surplus > 0:
        raise InvalidInputError(f"home of prosumer_leader must have a surplus. Got {home!r} with {surplus:g} kWh.")
    utility = _utility(community, step, elasticity)
    return UsageChargeGame(
        utility.intercepts,
        utility.slopes,
        float(community.network_charge[step]),
        import_price=float(community.import_price[step]),
        export_price=float(community.export_price[step]),
        surplus=surplus,
        leader=home,
        followers=[community.names[k] for k in utility.homes],
        unit=community.tariff.currency,
    )


def _utility(community: Community, step: int, elasticity: float) -> QuadraticUtility:
    utility = buying_utility(community, step, elasticity=elasticity)
    if not utility.homes.size:
        raise InvalidInputError(f"a price leader needs a home that imports. Got none in step {step}.")
    return utility
