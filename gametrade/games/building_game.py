"""Energy buildings that share under one balance: a generalized Nash game."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.sparse_quadratic import SparseQuadraticGame
from gametrade.typing import ArrayLike, FloatArray

NAMES = ("received", "bought", "sold", "charged", "discharged", "stored")


@dataclass(frozen=True, eq=False)
class Storage:
    """Batteries of n buildings.

    Parameters
    ----------
    capacity : array_like of shape (n,)
        Energy that each holds. [kWh]
    power : array_like of shape (n,)
        Most energy charged or discharged in a step. [kWh]
    efficiency : float, default=0.95
        Share kept in each direction.
    wear : float, default=0.01
        Cost of charging or discharging one squared kWh. [money/kWh^2]
    """

    capacity: ArrayLike
    power: ArrayLike
    efficiency: float = 0.95
    wear: float = 0.01


def building_game(
    demand: ArrayLike,
    generation: ArrayLike,
    import_price: ArrayLike,
    export_price: ArrayLike,
    *,
    storage: Storage,
    flexibility: float = 0.0,
    players: Sequence[str] | None = None,
    unit: str = "money",
) -> SparseQuadraticGame:
    r"""Make the game of buildings that buy, sell, store and share, with energies shared in balance in every step.

    Parameters
    ----------
    demand, generation : array_like of shape (n, T)
        Energy used and produced. [kWh]
    import_price, export_price : array_like of shape (T,)
        Prices of the retailer. [money/kWh]
    storage : Storage
        Batteries; they end as they began.
    flexibility : float, default=0.0
        Quadratic cost of energy received from or given to others. [money/kWh^2]
    players : sequence of str, optional
        Labels; "b0", "b1", ... if not given.
    unit : str, default="money"
        Money.

    Returns
    -------
    SparseQuadraticGame
        One player a building with the variables received (negative: given), bought, sold, charged, discharged and
        stored in each step [kWh]; payoff: minus the cost without payments among buildings [money]; shared:
        :math:`\sum_n e_{nt} = 0` for every step.

    Raises
    ------
    InvalidInputError
        If shapes differ or a price sells above the price of buying.

    Notes
    -----
    A model of the class described in [1]_: cost of building n
    :math:`\sum_t (p_t b_{nt} - f_t s_{nt} + w (c_{nt}^2 + d_{nt}^2) + \tfrac12 a e_{nt}^2)`. Regret proves nothing
    here, because the others' energies fix what a building receives; the price-taking gap does.

    References
    ----------
    .. [1] S. Cui, Y.-W. Wang and J.-W. Xiao, "Peer-to-peer energy sharing among smart energy buildings by
       distributed transaction", IEEE Trans. Smart Grid 10 (2019) 6491-6501.

    Examples
    --------
    >>> import gametrade as gt
    >>> pair = building_game([[2.0], [0.0]], [[0.0], [3.0]], [0.3], [0.1], storage=Storage([0, 0], [0, 0]))
    >>> found = gt.solve(pair, "exchange_admm")[0]
    >>> round(float(found.payoffs.sum()), 6), round(found.certificate["shared_equal_prices"][0], 6)
    (0.1, 0.1)
    """
    load, made = np.array(demand, dtype=float), np.array(generation, dtype=float)
    buy, sell = np.array(import_price, dtype=float).ravel(), np.array(export_price, dtype=float).ravel()
    if load.ndim != 2 or load.shape != made.shape or buy.shape != (load.shape[1],) or sell.shape != buy.shape:
        raise InvalidInputError("demand, generation and prices of building_game must fit in buildings and steps.")
    if (sell > buy).any():
        raise InvalidInputError("export_price of building_game must be at most import_price in every step.")
    n, steps = load.shape
    capacity, power = (np.broadcast_to(np.asarray(v, dtype=float), n) for v in (storage.capacity, storage.power))
    most = float((load + made).sum(axis=0).max() + power.sum()) or 1.0
    sets = [_building(load[i], made[i], (capacity[i], power[i], storage.efficiency), most) for i in range(n)]
    zero = np.zeros(steps)
    slope = np.tile(np.concatenate([zero, -buy, sell, zero, zero, zero]), n)
    bend = np.repeat([-flexibility, 0.0, 0.0, -2 * storage.wear, -2 * storage.wear, 0.0], steps)
    return SparseQuadraticGame.of(
        [f"b{i}" for i in range(n)] if players is None else players,
        _diagonal(np.tile(bend, n)),
        slope,
        sets,
        variables=[[f"{name} {t}" for name in NAMES for t in range(steps)]] * n,
        shared=_balance(n, steps),
        unit=unit,
    )


def _building(load: FloatArray, made: FloatArray, battery: tuple[float, float, float], most: float) -> Polyhedron:
    """What one building can do: energy in equals energy out, and the battery remembers."""
    capacity, power, efficiency = battery
    steps = load.size
    one, zero = np.eye(steps), np.zeros((steps, steps))
    before = np.roll(one, -1, axis=1).T if steps > 1 else one
    use = np.hstack([one, one, -one, -one, one, zero])
    memory = np.hstack([zero, zero, zero, -efficiency * one, one / efficiency, one - before])
    upper = np.repeat([most, most, most, power, power, capacity], steps)
    lower = np.repeat([-most, 0.0, 0.0, 0.0, 0.0, 0.0], steps)
    equal = np.vstack([use, memory]), np.concatenate([load - made, np.zeros(steps)])
    return Polyhedron.of(lower, upper, equal=equal)


def _balance(n: int, steps: int) -> Polyhedron:
    """What is received is given, in every step."""
    row = np.hstack([np.eye(steps), np.zeros((steps, 5 * steps))])
    d = 6 * n * steps
    return Polyhedron.of(np.full(d, -np.inf), np.full(d, np.inf), equal=(np.tile(row, n), np.zeros(steps)))


def _diagonal(values: FloatArray):  # type: ignore[no-untyped-def]
    from scipy.sparse import diags

    return diags(values)
