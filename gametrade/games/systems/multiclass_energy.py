"""Homes that trade green, subsidised and grid energy, each class at a price of its own."""

from __future__ import annotations

from collections.abc import Sequence

from gametrade.games.contracts.energy_classes import energy_classes
from gametrade.games.pricing import market_numbers
from gametrade.games.sparse_quadratic import SparseQuadraticGame
from gametrade.registry import systems
from gametrade.typing import ArrayLike


@systems.register(
    source="Morstyn and McCulloch 2019, IEEE Trans. Power Syst. 34",
    example={
        "homes": ["roof", "farm", "flat"],
        "classes": ["green", "subsidised"],
        "supply": [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]],
        "demand": [0.0, 0.0, 8.0],
        "premium": [[0.0, 0.0], [0.0, 0.0], [0.5, 0.1]],
        "value": [0.0, 0.0, 4.0],
        "import_price": 2.0,
        "subsidy": [0.0, 0.3],
    },
    of_step=market_numbers.solar_homes,
)
def multiclass_energy(
    *,
    homes: Sequence[str],
    classes: Sequence[str],
    supply: ArrayLike,
    demand: ArrayLike,
    premium: ArrayLike,
    value: ArrayLike,
    import_price: float,
    export_price: float = 0.0,
    subsidy: ArrayLike = 0.0,
    unit: str = "money",
) -> SparseQuadraticGame:
    """Build the market of homes that care where their energy comes from, with the grid as last resort.

    Parameters
    ----------
    homes, classes, supply, demand, premium, value, import_price, export_price, subsidy, unit
        As in :func:`~gametrade.games.contracts.energy_classes.energy_classes`.

    Returns
    -------
    SparseQuadraticGame
        Players: the homes and the grid; strategies: energy sold and bought in each class; payoffs without payments.

    Notes
    -----
    Players: the homes and the grid. Strategies: energy sold and bought in each class [kWh]. Payoffs: utility,
    premiums and subsidies less forgone feed-in and the cost of the grid, without payments [money]. Source: Morstyn
    and McCulloch 2019. Interpretation: one step, quadratic utilities and linear premiums.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = multiclass_energy(**systems.get("multiclass_energy").traits["example"])
    >>> prices = gt.solve(game, "exchange_admm")[0].certificate["shared_equal_prices"]
    >>> [round(price, 4) for price in prices]
    [2.5, 2.4, 2.0]
    """
    return energy_classes(
        homes,
        classes,
        supply=supply,
        demand=demand,
        premium=premium,
        value=value,
        import_price=import_price,
        export_price=export_price,
        subsidy=subsidy,
        unit=unit,
    )
