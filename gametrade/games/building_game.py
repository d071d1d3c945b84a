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
HEATED = ("heated", "temperature")


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


@dataclass(frozen=True, eq=False)
class Heating:
    r"""Heating (or cooling) of n buildings as flexible demand.

    Parameters
    ----------
    outdoor : array_like of shape (T,)
        Outdoor temperature. [degC]
    first, reference : array_like of shape (n,)
        Indoor temperature before the first step, and the one that is liked best. [degC]
    resistance, capacitance : array_like of shape (n,)
        Thermal resistance R [degC/kW] and capacitance C [kWh/degC] of each building.
    power : array_like of shape (n,)
        Most electric energy used in a step. [kWh]
    efficiency : float, default=3.0
        Heat of a kWh; negative for cooling.
    discomfort : float, default=0.01
        :math:`\alpha`, cost of a squared degree off the reference in a step. [money/degC^2]
    step_hours : float, default=1.0
        Length of a step. [h]
    """

    outdoor: ArrayLike
    first: ArrayLike
    reference: ArrayLike
    resistance: ArrayLike
    capacitance: ArrayLike
    power: ArrayLike
    efficiency: float = 3.0
    discomfort: float = 0.01
    step_hours: float = 1.0

    def of(self, n: int, steps: int) -> dict[str, FloatArray]:
        """Numbers of every building, checked."""
        told = {"outdoor": np.array(self.outdoor, dtype=float).ravel()}
        for name in ("first", "reference", "resistance", "capacitance", "power"):
            told[name] = np.broadcast_to(np.asarray(getattr(self, name), dtype=float), n)
        fits = told["outdoor"].shape == (steps,) and all(np.isfinite(column).all() for column in told.values())
        positive = min(told["resistance"].min(), told["capacitance"].min(), self.step_hours) > 0
        if not fits or not positive or told["power"].min() < 0 or self.discomfort < 0:
            raise InvalidInputError("numbers of Heating must be finite, fit buildings and steps and have their signs.")
        if (self.step_hours > told["resistance"] * told["capacitance"]).any():
            raise InvalidInputError("step_hours of Heating must be at most resistance times capacitance.")
        return told


def building_game(
    demand: ArrayLike,
    generation: ArrayLike,
    import_price: ArrayLike,
    export_price: ArrayLike,
    *,
    storage: Storage,
    heating: Heating | None = None,
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
    heating : Heating, optional
        Heating with comfort as a cost; nothing but the given demand if not given.
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
        stored in each step [kWh], with heating also heated [kWh] and temperature [degC]; payoff: minus the cost
        without payments among buildings [money]; shared: :math:`\sum_n e_{nt} = 0` for every step.

    Raises
    ------
    InvalidInputError
        If shapes differ or a price sells above the price of buying.

    Notes
    -----
    A model of the class described in [1]_: cost of building n
    :math:`\sum_t (p_t b_{nt} - f_t s_{nt} + w (c_{nt}^2 + d_{nt}^2) + \tfrac12 a e_{nt}^2 +
    \alpha (T_{nt} - T^{ref}_n)^2)`, with indoor temperatures
    :math:`T_{nt} = T_{n,t-1} + \Delta t\,[(T^{out}_t - T_{n,t-1}) / RC] + \eta P_{nt} / C`. Regret proves nothing
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
    if not all(np.isfinite(array).all() for array in (load, made, buy, sell)):
        raise InvalidInputError("demand, generation and prices of building_game must be finite.")
    if (sell > buy).any():
        raise InvalidInputError("export_price of building_game must be at most import_price in every step.")
    n, steps = load.shape
    capacity, power = (np.broadcast_to(np.asarray(v, dtype=float), n) for v in (storage.capacity, storage.power))
    warm = None if heating is None else heating.of(n, steps)
    most = float((load + made).sum(axis=0).max() + power.sum() + (warm["power"].sum() if warm else 0.0)) or 1.0
    sets = [_building(load[i], made[i], (capacity[i], power[i], storage.efficiency), most) for i in range(n)]
    zero = np.zeros(steps)
    slope = np.tile(np.concatenate([zero, -buy, sell, zero, zero, zero]), (n, 1))
    bend = np.repeat([-flexibility, 0.0, 0.0, -2 * storage.wear, -2 * storage.wear, 0.0], steps)
    constants = np.zeros(n)
    names: tuple[str, ...] = NAMES
    if heating is not None and warm is not None:
        sets = [
            _heated(sets[i], heating, {k: v[i] if k != "outdoor" else v for k, v in warm.items()}) for i in range(n)
        ]
        liked = 2 * heating.discomfort * np.repeat(warm["reference"][:, None], steps, axis=1)
        slope = np.hstack([slope, np.zeros((n, steps)), liked])
        bend = np.concatenate([bend, zero, np.full(steps, -2 * heating.discomfort)])
        constants, names = -heating.discomfort * steps * warm["reference"] ** 2, NAMES + HEATED
    return SparseQuadraticGame.of(
        [f"b{i}" for i in range(n)] if players is None else players,
        _diagonal(np.tile(bend, n)),
        slope.ravel(),
        sets,
        constants=constants,
        variables=[[f"{name} {t}" for name in names for t in range(steps)]] * n,
        shared=_balance(n, steps, len(names)),
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


def _heated(points: Polyhedron, heating: Heating, one: dict[str, FloatArray]) -> Polyhedron:
    """A building with heating: it draws energy, and the temperature remembers."""
    steps = one["outdoor"].size
    eye, zero = np.eye(steps), np.zeros((steps, steps))
    share = float(heating.step_hours / (one["resistance"] * one["capacitance"]))
    start = np.zeros(steps)
    start[0] = (1 - share) * one["first"]
    use = np.hstack([points.equal_rows[:steps], -eye, zero])
    memory = np.hstack([points.equal_rows[steps:], zero, zero])
    heat = np.zeros((steps, points.dimension + 2 * steps))
    heat[:, points.dimension :] = np.hstack(
        [-heating.efficiency / float(one["capacitance"]) * eye, eye - (1 - share) * np.eye(steps, k=-1)]
    )
    levels = np.concatenate([points.equal_limits, start + share * one["outdoor"]])
    coldest, warmest = _reach(one, share, heating.efficiency * float(one["power"]) / float(one["capacitance"]))
    lower = np.concatenate([points.lower, np.zeros(steps), coldest])
    upper = np.concatenate([points.upper, np.full(steps, float(one["power"])), warmest])
    return Polyhedron.of(lower, upper, equal=(np.vstack([use, memory, heat]), levels))


def _reach(one: dict[str, FloatArray], share: float, most: float) -> tuple[FloatArray, FloatArray]:
    """Temperatures that no heating and full heating could lead to, and a degree more: bounds that never bind."""
    low = high = float(one["first"])
    ends = []
    for outdoor in one["outdoor"].tolist():
        kept = sorted([(1 - share) * low, (1 - share) * high])
        low, high = kept[0] + share * outdoor, kept[1] + share * outdoor + most
        ends.append((low - 1, high + 1))
    coldest, warmest = np.array(ends).T
    return coldest, warmest


def _balance(n: int, steps: int, kinds: int) -> Polyhedron:
    """What is received is given, in every step."""
    row = np.hstack([np.eye(steps), np.zeros((steps, (kinds - 1) * steps))])
    d = kinds * n * steps
    return Polyhedron.of(np.full(d, -np.inf), np.full(d, np.inf), equal=(np.tile(row, n), np.zeros(steps)))


def _diagonal(values: FloatArray):  # type: ignore[no-untyped-def]
    from scipy.sparse import diags

    return diags(values)
