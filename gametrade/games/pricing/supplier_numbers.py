"""Numbers of a settlement step for systems in which suppliers, an operator or regions lead all who import."""

from __future__ import annotations

import numpy as np

from gametrade.games.pricing.step_numbers import SIMILAR, Numbers, StepNumbers, joint_demand_line
from gametrade.typing import FloatArray

HALVES = ("first half", "second half")
"""Regions of a community without a map."""


def coupled_suppliers(numbers: StepNumbers) -> Numbers | None:
    """Homes that would feed in name base prices between the grid's; all who import share the same preferences.

    Assumed: the price of a supplier who served all that is imported would rise by the spread of grid prices, and
    energies of suppliers are as similar as lets everybody stay with every one of them, four fifths at most. Buyers
    have no grid to turn to and suppliers no limit, as among similar sellers.
    """
    if not numbers.traded:
        return None
    grid, utility, sellers = numbers.grid, numbers.buyers, numbers.sellers
    intercept, slope = joint_demand_line(numbers)
    n, k = utility.homes.size, len(sellers)
    low, high = intercept - grid["import_price"], intercept - grid["export_price"]
    alike = min(SIMILAR, 0.9 * low / ((k - 1) * high - (k - 2) * low)) if k > 1 else 0.0
    return {
        "worth": utility.intercepts,
        "own": n * slope,
        "cross": alike * n * slope,
        "price_slope": (grid["import_price"] - grid["export_price"]) / float(utility.observed.sum()),
        "costs": np.full(k, grid["export_price"]),
        "floor": grid["export_price"],
        "cap": grid["import_price"],
        "suppliers": sellers,
        "prosumers": numbers.names(utility.homes),
        "unit": grid["unit"],
    }


def storing_homes(numbers: StepNumbers) -> Numbers | None:
    """An operator buys from homes that would feed in and sells to homes that import.

    A home with a surplus can sell or store as much as that. Assumed: to a home with a battery a stored kWh is worth
    the mean import price of the data less losses and wear, to one without the feed-in price, and the last kWh is
    parted with when the price exceeds that by the spread of grid prices; the operator covers the balance at the
    middle of the grid's prices, in both directions.
    """
    if not numbers.traded:
        return None
    grid, utility = numbers.grid, numbers.buyers
    homes = np.flatnonzero(numbers.surpluses > 0)
    left = numbers.surpluses[homes]
    spread = grid["import_price"] - grid["export_price"]
    return {
        "stored_value": _stored_value(numbers)[homes],
        "wear": spread / left,
        "power": left,
        "vehicles": (utility.intercepts, utility.slopes, utility.intercepts / utility.slopes),
        "grid_price": (grid["import_price"] + grid["export_price"]) / 2,
        "prosumers": numbers.sellers,
        "stations": numbers.names(utility.homes),
        **grid,
    }


def _stored_value(numbers: StepNumbers) -> FloatArray:
    """What a kWh kept is worth to each home, shape (n,). [money/kWh]"""
    feed_in = np.full(len(numbers.community.names), numbers.grid["export_price"])
    batteries = numbers.community.batteries
    if batteries is None:
        return feed_in
    later = float(numbers.community.import_price.mean()) * batteries.efficiency - batteries.wear_cost
    return np.where(batteries.energy_kwh > 0, np.maximum(feed_in, later), feed_in)


def two_regions(numbers: StepNumbers) -> Numbers | None:
    """Two regions sell what their homes would feed in to clusters of their homes that import.

    Assumed, as meter data know no map: the first half of the homes is one region, the second half the other; the fee
    across the border is the network charge. A cluster spends what it pays the grid and has no other use for it; one
    whose region has nothing to sell pays the fee everywhere.
    """
    if not numbers.traded:
        return None
    names, grid, utility = numbers.community.names, numbers.grid, numbers.buyers
    first = (len(names) + 1) // 2
    supply = np.array([numbers.surpluses[:first].sum(), numbers.surpluses[first:].sum()])
    need = np.array([utility.observed[utility.homes < first].sum(), utility.observed[utility.homes >= first].sum()])
    selling, buying = np.flatnonzero(supply > 0), np.flatnonzero(need > 0)
    place = {int(region): k for k, region in enumerate(selling)}
    return {
        "supplies": supply[selling],
        "budgets": need[buying] * grid["import_price"],
        "satiations": need[buying],
        "fee": float(numbers.community.network_charge[numbers.step]),
        "home": [place.get(int(region), -1) for region in buying],
        "regions": [HALVES[k] for k in selling],
        "clusters": [HALVES[k] for k in buying],
        "unit": grid["unit"],
    }
