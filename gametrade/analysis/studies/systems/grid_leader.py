"""The grid leads in a peak hour, prosumers trade in a double auction first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.analysis.studies.auction_by import auction_by
from gametrade.games.pricing import step_numbers
from gametrade.games.stackelberg import GridLeaderGame
from gametrade.registry import systems
from gametrade.typing import ArrayLike


@systems.register(
    source="Tushar et al. 2020, arXiv:1908.09449",
    example={
        "intercepts": [1.2, 0.9],
        "slopes": [0.1, 0.1],
        "asks": [0.1, 0.15],
        "surpluses": [3.0, 4.0],
        "demand": 30.0,
        "threshold": 20.0,
        "regular_price": 0.3,
        "export_price": 0.08,
    },
    of_step=step_numbers.peak_hour,
)
def grid_leader(
    *,
    intercepts: ArrayLike,
    slopes: ArrayLike,
    asks: ArrayLike = (),
    surpluses: ArrayLike = (),
    deficits: ArrayLike = np.inf,
    demand: float,
    threshold: float,
    regular_price: float,
    export_price: float = 0.0,
    linear_cost: float = 1.0,
    quadratic_cost: float = 0.0,
    blocks: int = 20,
    mechanism: str = "uniform_price",
    buyers: Sequence[str] | None = None,
    sellers: Sequence[str] | None = None,
    unit: str = "money",
) -> GridLeaderGame:
    """Build the game of a grid that prices prosumers into trading with each other when demand exceeds a threshold.

    Parameters
    ----------
    intercepts, slopes, asks, surpluses, deficits, demand, threshold, regular_price, export_price, linear_cost
        As in :class:`~gametrade.games.stackelberg.GridLeaderGame`.
    quadratic_cost, blocks, buyers, sellers, unit
        As there.
    mechanism : str, default="uniform_price"
        The double auction by its registered name, with options as in ``"uniform_price:k=1"``.

    Returns
    -------
    GridLeaderGame
        Leader: the grid; followers: buyers and sellers, whose trading coalitions the auction forms.

    Notes
    -----
    Players: the grid (leader), buyers and sellers (followers, in trading coalitions). Strategies: a price
    [money/kWh]; bids and energies [kWh]. Payoffs: minus the cost of serving the residual; utility less payments,
    revenue over the feed-in tariff [money]. Source: Tushar et al. 2020. Interpretation: quasi-linear quadratic
    utilities; threshold, double auction and a cost that reduces to zero are stated there.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = grid_leader(intercepts=[1.0, 0.8], slopes=0.1, demand=9.0, threshold=5.0, regular_price=0.3)
    >>> float(gt.solve(game)[0].strategies[0][0])
    1.0
    """
    return GridLeaderGame(
        auction_by(mechanism),
        intercepts,
        slopes,
        asks=asks,
        surpluses=surpluses,
        deficits=deficits,
        demand=demand,
        threshold=threshold,
        regular_price=regular_price,
        export_price=export_price,
        linear_cost=linear_cost,
        quadratic_cost=quadratic_cost,
        blocks=blocks,
        buyers=buyers,
        sellers=sellers,
        unit=unit,
    )
