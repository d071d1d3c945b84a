"""The operator of a microgrid leads, prosumers with storage and charging stations follow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.games.pricing import supplier_numbers
from gametrade.games.stackelberg.price_leader import PriceLeaderGame
from gametrade.registry import systems
from gametrade.typing import ArrayLike


@systems.register(
    source="Erol and Filik 2022",
    example={
        "stored_value": [0.1, 0.15],
        "wear": [0.02, 0.02],
        "power": [3.0, 3.0],
        "vehicles": [[0.5], [0.05], [8.0]],
        "grid_price": 0.25,
        "import_price": 0.35,
    },
    of_step=supplier_numbers.storing_homes,
)
def microgrid_operator(
    *,
    stored_value: ArrayLike,
    wear: ArrayLike,
    power: ArrayLike,
    vehicles: tuple[ArrayLike, ArrayLike, ArrayLike],
    grid_price: float,
    import_price: float,
    export_price: float = 0.0,
    prosumers: Sequence[str] | None = None,
    stations: Sequence[str] | None = None,
    unit: str = "money",
) -> PriceLeaderGame:
    r"""An operator sets one price; prosumers with storage buy or sell at it, charging stations buy.

    Parameters
    ----------
    stored_value, wear, power : array_like of shape (n,)
        What a kWh in storage is worth to prosumer i later [money/kWh], by how much each further kWh is worth less
        [money/kWh^2], and the most it can charge or discharge in the step [kWh].
    vehicles : tuple of three array_like of shape (m,)
        Value of the first kWh, slope and most energy of each charging station.
    grid_price : float
        Price at which the operator covers the balance. [money/kWh]
    import_price, export_price : float
        Bounds of the operator's price. [money/kWh]
    prosumers, stations : sequence of str, optional
        Labels.
    unit : str
        Money.

    Returns
    -------
    PriceLeaderGame
        Players: operator; prosumers, then stations. A negative energy is sold to the operator.

    Notes
    -----
    Players: the operator (leader), prosumers with storage and charging stations (followers). Strategies: a price
    [money/kWh]; energies, negative where sold to the operator [kWh]. Payoffs: profit on what is sold less what the
    balance costs; utility less payments [money]. Source: Erol and Filik 2022. Interpretation: the utilities, and
    one step of a problem over time.

    A model of the class described in Erol and Filik [1]_, one step of it; utilities are an interpretation.

    References
    ----------
    .. [1] O. Erol and U. B. Filik, "A Stackelberg game approach for energy sharing management of a microgrid
       providing flexibility to entities", Applied Energy 316 (2022).
    """
    value, slope, most = (np.atleast_1d(np.asarray(column, dtype=float)) for column in (stored_value, wear, power))
    first, steep, need = (np.atleast_1d(np.asarray(column, dtype=float)) for column in vehicles)
    n, m = value.size, first.size
    storing = [f"prosumer {k + 1}" for k in range(n)] if prosumers is None else prosumers
    charging = [f"station {k + 1}" for k in range(m)] if stations is None else stations
    return PriceLeaderGame(
        np.concatenate([value, first]),
        np.concatenate([np.broadcast_to(slope, n), np.broadcast_to(steep, m)]),
        np.concatenate([-np.broadcast_to(most, n), np.zeros(m)]),
        np.concatenate([np.broadcast_to(most, n), np.broadcast_to(need, m)]),
        unit_cost=grid_price,
        floor=export_price,
        cap=import_price,
        leader="operator",
        followers=[*storing, *charging],
        unit=unit,
    )
