"""Prosumers with generators and storage trade in pairs and buy at a grid price that rises with all they buy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.pricing import day_numbers
from gametrade.games.safe_market import Fleet, Grid, safe_market_game
from gametrade.games.sparse_quadratic import SparseQuadraticGame
from gametrade.registry import systems
from gametrade.typing import ArrayLike


@systems.register(
    source="Belgioioso, Ananduta, Grammatico and Ocampo-Martinez 2022, IEEE Trans. Smart Grid; authors' code",
    example={
        "demand": [[3.0, 4.0], [2.0, 2.0], [5.0, 3.0]],
        "generation": [[1.0, 0.0], [4.0, 0.0], [0.0, 0.0]],
        "most_dispatched": [2.0, 0.0, 1.0],
        "dispatch_bend": 0.5,
        "capacity": [0.0, 4.0, 0.0],
        "power": [0.0, 2.0, 0.0],
        "partners": [[0, 1], [1, 2]],
        "network": [[1.0, 1.0, 1.0]],
        "network_limits": [6.0],
    },
    of_step=day_numbers.safe_days,
    period="day",
)
def safe_market(
    *,
    demand: ArrayLike,
    generation: ArrayLike = 0.0,
    most_dispatched: ArrayLike = 0.0,
    dispatch_cost: float = 3.9,
    dispatch_bend: float = 0.0,
    capacity: ArrayLike = 0.0,
    power: ArrayLike = 0.0,
    charged_kept: float = 0.95,
    discharged_kept: float = 0.94,
    wear: float = 0.1,
    partners: Sequence[Sequence[int]] = (),
    tariff: float = 7.0,
    trade_cost: float = 1.0,
    most_traded: float = 30.0,
    passive: ArrayLike = 0.0,
    grid_slope: float | None = None,
    most_imported: float = 1000.0,
    network: ArrayLike | None = None,
    network_limits: ArrayLike | None = None,
    players: Sequence[str] | None = None,
    unit: str = "cent",
) -> SparseQuadraticGame:
    r"""Build the operationally safe market: an aggregative game whose trades the network must be able to bear.

    Parameters
    ----------
    demand, generation : array_like of shape (n, T)
        Energy that each prosumer uses and produces without a choice. [kWh]
    most_dispatched, dispatch_cost, dispatch_bend : array_like of shape (n,) and float
        Most that a dispatchable unit makes in a step [kWh], at a cost of :math:`c g + \tfrac q2 g^2`.
    capacity, power, charged_kept, discharged_kept, wear : array_like of shape (n,) and float
        Storage: energy between 20 and 100 % of the capacity [kWh], most charged or discharged in a step [kWh],
        efficiencies, and a cost of :math:`w (c^2 + d^2)`. It ends as it began.
    partners : sequence of pairs of int
        Who may trade with whom.
    tariff, trade_cost, most_traded : float
        A kWh bought from a partner costs the tariff and the trade cost, one sold earns the tariff less it; most
        energy of a pair in a step. [unit/kWh, unit/kWh, kWh]
    passive, grid_slope : array_like of shape (T,) and float, optional
        Imports of others [kWh] and :math:`\kappa`: the grid price is :math:`\kappa \sigma_t` with
        :math:`\sigma_t` the sum of all imports; 14.12 over the mean total demand if not given. [unit/kWh^2]
    most_imported : float
        Bound of a prosumer's import, and of its export. [kWh]
    network, network_limits : array_like of shape (L, n) and (L,), optional
        The operator's constraints as a linear network function: network times what each draws at its bus must not
        exceed the limits in any step. Voltage drops of a linear power flow for instance.
    players : sequence of str, optional
        Labels.
    unit : str
        Money.

    Returns
    -------
    SparseQuadraticGame
        Players: prosumers. Strategies in every step: dispatched, charged, discharged, stored, imported, and bought
        from and sold to each partner [kWh]. Payoffs: minus the cost. Shared: what one buys its partner sells
        (reciprocity), and the network's limits, whose multipliers are the operator's prices.

    Raises
    ------
    InvalidInputError
        If shapes do not fit, partners are not pairs of different players, or a number is out of range.

    Notes
    -----
    Players: the prosumers; the operator is in the shared constraints. Strategies: energy dispatched, charged,
    discharged, stored, imported and traded with each partner in each step [kWh]. Payoffs: minus the cost [money].
    Source: Belgioioso, Ananduta, Grammatico and Ocampo-Martinez 2022, model and numbers of the authors' code.
    Interpretation: a linear network function in place of a power flow, enforced as shared constraints.

    Model and numbers of the published code, in cents; the operator, a player there, appears as the shared
    constraints that it enforces, over a linear network function (an interpretation). The variational equilibrium
    asks one price of everybody for each shared constraint. One step without storage and trade, N equal slopes q,
    total fixed demand D: :math:`\sigma = (q D + N c) / (q + \kappa (N + 1))`, more than a planner would import.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = safe_market(
    ...     demand=[[4.0], [4.0]], most_dispatched=9.0, dispatch_bend=1.0, dispatch_cost=1.0, grid_slope=1.0)
    >>> round(sum(gt.solve(game)[0].strategy(name)["imported 0"] for name in game.players), 9)
    2.5
    """
    load = np.array(demand, dtype=float)
    if load.ndim != 2 or not load.size:
        raise InvalidInputError(f"demand of safe_market must have shape (prosumers, steps). Got {load.shape}.")
    n, steps = load.shape
    slope = 14.12 / max(load.sum(axis=0).mean(), 1e-9) if grid_slope is None else grid_slope
    used, made = _spread((load, generation), (n, steps), "demand and generation")
    units = _spread((most_dispatched, capacity, power), (n,), "most_dispatched, capacity and power")
    fleet = Fleet(
        used,
        made,
        units[0],
        units[1],
        units[2],
        dispatch_cost=dispatch_cost,
        dispatch_bend=dispatch_bend,
        kept=(charged_kept, discharged_kept),
        wear=wear,
        unbounded=most_imported,
    )
    grid = Grid(
        tuple((int(i), int(j)) for i, j in partners),
        tariff,
        trade_cost,
        most_traded,
        _spread((passive,), (steps,), "passive")[0],
        slope,
        np.zeros((0, n)) if network is None else np.array(network, dtype=float),
        np.zeros(0) if network_limits is None else np.array(network_limits, dtype=float),
    )
    names = [f"prosumer {k + 1}" for k in range(n)] if players is None else list(players)
    return safe_market_game(fleet, grid, names, unit)


def _spread(values: Sequence[ArrayLike], shape: tuple[int, ...], told: str) -> list[Any]:
    """Numbers of one shape, none negative."""
    try:
        arrays = [np.broadcast_to(np.asarray(value, dtype=float), shape) for value in values]
    except ValueError as error:
        raise InvalidInputError(f"{told} of safe_market must fit shape {shape}. {error}.") from None
    if not all(np.isfinite(array).all() and (array >= 0).all() for array in arrays):
        raise InvalidInputError(f"{told} of safe_market must be finite and at least 0.")
    return arrays
