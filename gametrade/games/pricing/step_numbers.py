"""Numbers of one settlement step, or of some, of a community: what builders of named systems ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gametrade.community import Community
from gametrade.games.stackelberg.utility import QuadraticUtility, buying_utility
from gametrade.typing import FloatArray, IntArray

Numbers = dict[str, Any]
"""Keywords of a builder."""

SIMILAR = 0.8
"""Cross slope over own slope where energies of neighbours are taken as similar, not the same."""


@dataclass(frozen=True, eq=False)
class StepNumbers:
    """Some steps of a community; one step unless the system plays days.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff.
    steps : ndarray of int
        Positions of the steps.
    elasticity : float
        Of demand at the tariff, see :func:`~gametrade.games.stackelberg.buying_utility`.
    """

    community: Community
    steps: IntArray
    elasticity: float = 0.3

    @property
    def step(self) -> int:
        """The first step."""
        return int(self.steps[0])

    @property
    def buyers(self) -> QuadraticUtility:
        """Homes that import in the first step, with the utility that explains it."""
        return buying_utility(self.community, self.step, elasticity=self.elasticity)

    @property
    def surpluses(self) -> FloatArray:
        """What each home would feed in, shape (n,). [kWh]"""
        return np.asarray(self.community.surplus[:, self.step])

    @property
    def sellers(self) -> list[str]:
        """Homes that would feed in."""
        return [name for name, left in zip(self.community.names, self.surpluses, strict=True) if left > 0]

    @property
    def grid(self) -> Numbers:
        """Prices of the first step and the unit of money."""
        return {
            "import_price": float(self.community.import_price[self.step]),
            "export_price": float(self.community.export_price[self.step]),
            "unit": self.community.tariff.currency,
        }

    @property
    def traded(self) -> bool:
        """Whether somebody would sell and somebody buy, at grid prices that leave room between them."""
        grid = self.grid
        return bool(self.sellers) and bool(self.buyers.homes.size) and grid["import_price"] > grid["export_price"]

    def names(self, homes: IntArray) -> list[str]:
        """Labels of homes by position."""
        return [self.community.names[k] for k in homes]


def one_leader(numbers: StepNumbers) -> Numbers | None:
    """The home with the largest surplus leads all who import."""
    if not numbers.traded:
        return None
    utility = numbers.buyers
    return {
        "intercepts": utility.intercepts,
        "slopes": utility.slopes,
        "usage_charge": float(numbers.community.network_charge[numbers.step]),
        "surplus": float(numbers.surpluses.max()),
        "leader": numbers.community.names[int(numbers.surpluses.argmax())],
        "followers": numbers.names(utility.homes),
        **numbers.grid,
    }


def retailer(numbers: StepNumbers) -> Numbers | None:
    """A retailer who buys at the feed-in price leads all who import."""
    utility, grid = numbers.buyers, numbers.grid
    if not utility.homes.size:
        return None
    return {
        "intercepts": utility.intercepts,
        "slopes": utility.slopes,
        "unit_cost": grid["export_price"],
        "floor": min(0.0, grid["export_price"]),
        "cap": grid["import_price"],
        "followers": numbers.names(utility.homes),
        "unit": grid["unit"],
    }


def market_of_sellers(numbers: StepNumbers) -> Numbers | None:
    """All who would feed in sell to all who import."""
    if not numbers.traded:
        return None
    utility = numbers.buyers
    return {
        "surpluses": numbers.surpluses[numbers.surpluses > 0],
        "worth": utility.intercepts,
        "bends": utility.slopes,
        "sellers": numbers.sellers,
        "buyers": numbers.names(utility.homes),
        **numbers.grid,
    }


def keeping_sellers(numbers: StepNumbers) -> Numbers | None:
    """As the market of sellers, each keeping energy at half the steepness of the buyers' mean, worth the tariff."""
    found = market_of_sellers(numbers)
    if found is None:
        return None
    bend = float(np.mean(found["bends"])) / 2
    return {
        "energies": found.pop("surpluses"),
        "keep_worth": found["export_price"] + bend,
        "keep_bends": bend,
        **found,
    }


def traded_by_microgrids(numbers: StepNumbers) -> Numbers | None:
    """The same homes under a network operator."""
    found = keeping_sellers(numbers)
    if found is None:
        return None
    microgrids = [*found.pop("sellers"), *found.pop("buyers")]
    return {**found, "microgrids": microgrids}


def joint_demand_line(numbers: StepNumbers) -> tuple[float, float]:
    """Intercept and slope of what all importers want together, all having the same intercept."""
    utility = numbers.buyers
    return float(utility.intercepts[0]), float(1 / np.sum(1 / utility.slopes))


def limited_sellers(numbers: StepNumbers) -> Numbers | None:
    """Sellers limited by their surplus, whose alternative is the feed-in price; the grid sells at the import price."""
    if not numbers.traded:
        return None
    intercept, slope = joint_demand_line(numbers)
    return {
        "intercept": intercept,
        "slope": slope,
        "capacities": numbers.surpluses[numbers.surpluses > 0],
        "cost": numbers.grid["export_price"],
        "cap": numbers.grid["import_price"],
        "sellers": numbers.sellers,
        "unit": numbers.grid["unit"],
    }


def quantity_sellers(numbers: StepNumbers) -> Numbers | None:
    """The same sellers deciding on energies; buyers have no grid to turn to, so prices may exceed the tariff."""
    found = limited_sellers(numbers)
    if found is None:
        return None
    return {"costs": np.full(len(found["sellers"]), found.pop("cost")), **_without_cap(found)}


def _without_cap(found: Numbers) -> Numbers:
    return {name: value for name, value in found.items() if name != "cap"}


def similar_sellers(numbers: StepNumbers) -> Numbers | None:
    """Sellers of similar energies under prices between the grid's."""
    if not numbers.traded:
        return None
    intercept, slope = joint_demand_line(numbers)
    grid = numbers.grid
    return {
        "worth": np.full(len(numbers.sellers), intercept),
        "own": slope,
        "cross": SIMILAR * slope,
        "costs": grid["export_price"],
        "floor": grid["export_price"],
        "cap": grid["import_price"],
        "sellers": numbers.sellers,
        "unit": grid["unit"],
    }


def budgets(numbers: StepNumbers) -> Numbers | None:
    """Buyers who spend what they pay the grid and have no other use for it, so prices may exceed the tariff."""
    if not numbers.traded:
        return None
    utility, grid = numbers.buyers, numbers.grid
    return {
        "supplies": numbers.surpluses[numbers.surpluses > 0],
        "budgets": utility.observed * grid["import_price"],
        "satiations": utility.observed,
        "sellers": numbers.sellers,
        "buyers": numbers.names(utility.homes),
        "unit": grid["unit"],
    }


def offering_microgrids(numbers: StepNumbers) -> Numbers | None:
    """The homes with the largest surpluses, four at most, offer half or all of it at one of three prices.

    Prices are those of the grid and their middle; each importing home is a group of buyers.
    """
    if not numbers.traded:
        return None
    utility, grid = numbers.buyers, numbers.grid
    leading = np.sort(np.argsort(-numbers.surpluses, kind="stable")[: min(4, len(numbers.sellers))])
    prices = [float(p) for p in np.linspace(grid["export_price"], grid["import_price"], 3)]
    return {
        "prices": [prices] * leading.size,
        "quantities": [[float(numbers.surpluses[k]) / 2, float(numbers.surpluses[k])] for k in leading],
        "worth": utility.intercepts,
        "bends": utility.slopes,
        "charges": float(numbers.community.network_charge[numbers.step]),
        "export_price": grid["export_price"],
        "microgrids": numbers.names(leading),
        "unit": grid["unit"],
    }


def flexible_buyers(numbers: StepNumbers) -> Numbers | None:
    """The home with the largest surplus rewards importers for shifting up to a fifth of what they import.

    Assumed: shifting a kWh is as inconvenient as using one less, and worth the spread of grid prices to the seller.
    """
    if not numbers.traded:
        return None
    utility, grid = numbers.buyers, numbers.grid
    return {
        "intercepts": utility.intercepts,
        "slopes": utility.slopes,
        "discomfort": utility.slopes,
        "most_flexibility": utility.observed / 5,
        "flexibility_value": grid["import_price"] - grid["export_price"],
        "seller": numbers.community.names[int(numbers.surpluses.argmax())],
        "buyers": numbers.names(utility.homes),
        **grid,
    }


def facility_of_importers(numbers: StepNumbers) -> Numbers | None:
    """All who import buy as one from all who would feed in, who part with the first kWh at the feed-in price."""
    if not numbers.traded or not numbers.grid["export_price"] > 0:
        return None
    grid, left = numbers.grid, numbers.surpluses[numbers.surpluses > 0]
    return {
        "surpluses": left,
        "preferences": grid["export_price"] * (1 + left),
        "requirement": float(numbers.buyers.observed.sum()),
        "grid_price": grid["import_price"],
        "homes": numbers.sellers,
        "unit": grid["unit"],
    }


def short_homes(numbers: StepNumbers) -> Numbers | None:
    """Homes that import claim what the others would feed in."""
    if not numbers.traded:
        return None
    utility = numbers.buyers
    return {
        "needs": utility.observed,
        "surplus": float(numbers.surpluses.sum()),
        "microgrids": numbers.names(utility.homes),
        **numbers.grid,
    }


def peak_hour(numbers: StepNumbers) -> Numbers | None:
    """Importers bid and exporters ask the feed-in price; the threshold has to be given."""
    utility, grid = numbers.buyers, numbers.grid
    return {
        "intercepts": utility.intercepts,
        "slopes": utility.slopes,
        "deficits": utility.observed,
        "asks": np.full(len(numbers.sellers), grid["export_price"]),
        "surpluses": numbers.surpluses[numbers.surpluses > 0],
        "demand": float(numbers.community.demand[:, numbers.step].sum()),
        "regular_price": grid["import_price"],
        "export_price": grid["export_price"],
        "linear_cost": grid["import_price"],
        "buyers": numbers.names(utility.homes),
        "sellers": numbers.sellers,
        "unit": grid["unit"],
    }
