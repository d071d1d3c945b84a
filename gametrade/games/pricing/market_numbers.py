"""Numbers of a settlement step for markets of all homes at once, and of a month for what is built to last."""

from __future__ import annotations

import numpy as np

from gametrade.games.pricing.step_numbers import Numbers, StepNumbers
from gametrade.typing import BoolArray

GRID = "grid"

HEATED = 0.2
"""Part of a home's demand that its water heater is taken to draw when on."""

MOST_HEATERS = 8
"""Homes that bid at most; a game of n homes has 2^n profiles."""

DEAR = 0.5
"""Steps are dear whose import price is above this part of the way from the lowest to the highest."""


def linked_homes(numbers: StepNumbers) -> Numbers | None:
    """Homes that would feed in trade with all who import, who may also buy from the grid.

    Sellers part with energy for the feed-in price; buyers have the utility that explains what they import. Either end
    of a link between homes owes half the network charge, which the grid's own price includes.
    """
    if not numbers.traded:
        return None
    utility, grid = numbers.buyers, numbers.grid
    sellers, buyers = numbers.sellers, numbers.names(utility.homes)
    left, most = numbers.surpluses[numbers.surpluses > 0], utility.intercepts / utility.slopes
    none, charge = np.zeros(len(sellers) + 1), float(numbers.community.network_charge[numbers.step])
    local = [[seller, buyer] for seller in sellers for buyer in buyers]
    free = [[GRID, buyer] for buyer in buyers]
    return {
        "homes": [*sellers, GRID, *buyers],
        "curvature": [*none, *utility.slopes],
        "slope": [*np.full(len(sellers), grid["export_price"]), grid["import_price"], *utility.intercepts],
        "lower": [*none, *-most],
        "upper": [*left, float(most.sum()), *np.zeros(len(buyers))],
        "links": [*local, *free],
        "charge": np.repeat([charge / 2, 0.0], [len(local), len(free)]),
        "resale": False,
        "unit": grid["unit"],
    }


def solar_homes(numbers: StepNumbers) -> Numbers | None:
    """What homes would feed in is sold as solar energy, the rest comes from the grid.

    Assumed: buyers who have panels themselves value a solar kWh by a tenth of the tariff above one from the grid;
    others do not mind. Sellers part with energy for the feed-in price.
    """
    if not numbers.traded:
        return None
    community, utility, grid = numbers.community, numbers.buyers, numbers.grid
    n = len(community.names)
    demand, value = np.zeros(n), np.zeros(n)
    demand[utility.homes] = utility.intercepts / utility.slopes
    value[utility.homes] = utility.intercepts
    panels = community.generation.any(axis=1)
    liked = np.where(panels & (demand > 0), grid["import_price"] / 10, 0.0)
    return {
        "homes": list(community.names),
        "classes": ["solar"],
        "supply": numbers.surpluses[:, None],
        "demand": demand,
        "premium": liked[:, None],
        "value": value,
        **grid,
    }


def heated_homes(numbers: StepNumbers) -> Numbers | None:
    """The homes that use most in the step, eight at most, bid their water heaters.

    Assumed: a fifth of what a home used was its heater, so that all on is what was metered; comfort either way.
    """
    community, at = numbers.community, numbers.step
    used = community.demand[:, at]
    homes = np.sort(np.argsort(-used, kind="stable")[:MOST_HEATERS])
    homes = homes[used[homes] > 0]
    if not homes.size:
        return None
    flexible = HEATED * used[homes]
    return {
        "base": flexible - community.net_load[homes, at],
        "flexible": flexible,
        "players": numbers.names(homes),
    }


def investing_homes(numbers: StepNumbers) -> Numbers | None:
    """Homes invest against what they draw in the dear steps of each day, its mean and covariance taken over the days.

    Dear are steps above the middle of the lowest and the highest import price; what is stored costs the lowest. Under
    one import price all steps are dear and what is stored is surplus, which costs the mean feed-in price. Assumed: a
    kWh of storage costs half the difference a day, so that it suffices on half the days.
    """
    community, steps = numbers.community, numbers.steps
    price = community.import_price[steps]
    lowest, highest = float(price.min()), float(price.max())
    dear = price > lowest + DEAR * (highest - lowest) if highest > lowest else np.ones(steps.size, dtype=bool)
    cheap = lowest if highest > lowest else float(community.export_price[steps].mean())
    high = float(price[dear].mean())
    drawn = _daily(numbers, dear)
    if len(drawn) < 2 or not high > cheap:
        return None
    covariance = np.atleast_2d(np.cov(drawn, rowvar=False))
    if not covariance.sum() > 0:
        return None
    return {
        "means": drawn.mean(axis=0),
        "covariance": covariance,
        "high_price": high,
        "low_price": cheap,
        "storage_cost": (high - cheap) / 2,
        "firms": list(community.names),
        "unit": community.tariff.currency,
    }


def _daily(numbers: StepNumbers, dear: BoolArray) -> np.ndarray:
    """What each home draws in the dear steps of each day, shape (days, n). [kWh]"""
    community, steps = numbers.community, numbers.steps[dear]
    day = np.unique(community.local_times()[steps].astype("datetime64[D]"), return_inverse=True)[1]
    total = np.zeros((int(day.max()) + 1, len(community.names)))
    np.add.at(total, day, community.deficit[:, steps].T)
    return total
