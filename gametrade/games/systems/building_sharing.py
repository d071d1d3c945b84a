"""Buildings with batteries and heating share energy under one balance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gametrade.games.building_game import Heating, Storage, building_game
from gametrade.games.pricing import day_numbers
from gametrade.games.sparse_quadratic import SparseQuadraticGame
from gametrade.registry import systems
from gametrade.typing import ArrayLike


@systems.register(
    source="Cui, Wang, Shi and Xiao 2020; Cui and Xiao 2020",
    example={
        "demand": [[2.0, 1.0], [0.5, 3.0]],
        "generation": [[0.0, 0.0], [4.0, 1.0]],
        "import_price": [0.3, 0.4],
        "export_price": [0.08, 0.08],
        "capacity": [0.0, 2.0],
        "power": [0.0, 1.0],
    },
    of_step=day_numbers.shared_days,
    period="day",
    answered_by="exchange_admm",
)
def building_sharing(
    *,
    demand: ArrayLike,
    generation: ArrayLike,
    import_price: ArrayLike,
    export_price: ArrayLike,
    capacity: ArrayLike = 0.0,
    power: ArrayLike = 0.0,
    efficiency: float = 0.95,
    wear: float = 0.01,
    heating: Mapping[str, ArrayLike] | None = None,
    flexibility: float = 0.0,
    players: Sequence[str] | None = None,
    unit: str = "money",
) -> SparseQuadraticGame:
    """Build the generalized Nash game of buildings that buy, sell, store and share.

    Parameters
    ----------
    demand, generation, import_price, export_price, flexibility, players, unit
        As in :func:`~gametrade.games.building_game.building_game`.
    capacity, power, efficiency, wear
        Batteries, as in :class:`~gametrade.games.building_game.Storage`.

    heating : mapping, optional
        Numbers of :class:`~gametrade.games.building_game.Heating`.

    Returns
    -------
    SparseQuadraticGame
        Players: buildings; the shared balance makes it a generalized Nash game, answered by its variational
        equilibrium, whose one multiplier a step is the price of shared energy.

    Notes
    -----
    Players: the buildings. Strategies: energy received from others, bought, sold, charged, discharged, stored and
    heated in each step [kWh], and temperatures [degC]. Payoffs: minus cost of energy, wear, discomfort and sharing,
    without payments among buildings [money]. Source: Cui, Wang, Shi and Xiao 2020; Cui and Xiao 2020.
    Interpretation: quadratic wear and discomfort stand for the published terms; payments follow from one multiplier
    a step.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = building_sharing(demand=[[2], [0]], generation=[[0], [3]], import_price=[0.3], export_price=[0.1])
    >>> round(float(gt.solve(game)[0].payoffs.sum()), 6)
    0.1
    """
    return building_game(
        demand,
        generation,
        import_price,
        export_price,
        storage=Storage(capacity, power, efficiency, wear),
        heating=None if heating is None else Heating(**dict(heating)),  # type: ignore[arg-type]
        flexibility=flexibility,
        players=players,
        unit=unit,
    )
