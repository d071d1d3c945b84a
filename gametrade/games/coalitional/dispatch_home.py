"""One home as a linear program: what its battery and flexible demand can do to its net load."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametrade.community import Community
from gametrade.community.flexibility import CurtailableLoad, Flexibility, ShiftableLoad
from gametrade.typing import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, eq=False)
class HomeProgram:
    r"""The choices of one home: columns :math:`0 \le x \le u` with rows :math:`A x \le a` or :math:`A x = a`.

    Its net load is :math:`\ell + N x` and its private cost :math:`k^T x`: wear of the battery, value of the
    demand given up.

    Parameters
    ----------
    load : ndarray of shape (T,)
        Net load if nothing is moved. [kWh]
    cost, upper : ndarray of shape (k,)
        Private cost [money/kWh] and largest value [kWh] of each column.
    net : sparse matrix of shape (T, k)
        What a unit of each column adds to the net load.
    rows : sparse matrix of shape (r, k)
        Constraints.
    limit : ndarray of shape (r,)
        Right-hand sides. [kWh]
    equal : ndarray of bool, shape (r,)
        Which rows are equations.
    derived : ndarray of int, shape (r,)
        Column that a state equation determines once the others are chosen; -1 for all other rows.
    steps_of_store : int
        T if the home has a battery, whose charge, discharge and state come first among the columns; else 0.
    spilled : int, default=0
        How many of the last columns are generation given up, at no cost.
    """

    load: FloatArray
    cost: FloatArray
    upper: FloatArray
    net: csr_matrix
    rows: csr_matrix
    limit: FloatArray
    equal: BoolArray
    derived: IntArray
    steps_of_store: int
    spilled: int = 0

    @property
    def rigid(self) -> bool:
        """Whether there is nothing to choose."""
        return self.cost.size == 0

    def least_cost(
        self, sell: FloatArray, buy: FloatArray, value: FloatArray, multipliers: FloatArray
    ) -> tuple[float, FloatArray]:
        r"""Bound the cost of the home against given prices from below by any dual values.

        .. math:: q^T \ell + y^T a + \sum_j u_j \min\bigl(0,\ (k + N^T q - A^T y)_j\bigr)

        Parameters
        ----------
        sell, buy : ndarray of shape (T,)
            What a kWh fed in earns and what a kWh drawn costs, sell <= buy. [money/kWh]
        value : ndarray of shape (T,)
            The home's own value q of a kWh, cut to [sell, buy]. [money/kWh]
        multipliers : ndarray of shape (r,)
            Dual values y of the rows, at most 0 where a row is no equation. [money/kWh]

        Returns
        -------
        bound : float
            No plan of the home costs less. [money]
        value : ndarray of shape (T,)
            The q that was used. [money/kWh]
        """
        if self.rigid:
            value = np.where(self.load > 0, buy, sell)
        value = np.minimum(np.maximum(value, sell), buy)
        y = np.where(self.equal, multipliers, np.minimum(multipliers, 0.0))
        reduced = self.cost + self.net.T @ value - self.rows.T @ y
        bound = value @ self.load + y @ self.limit + self.upper @ np.minimum(reduced, 0.0)
        return float(bound), value


def home_programs(
    community: Community,
    flexibility: tuple[Flexibility, ...],
    import_limit: FloatArray | None,
    export_limit: FloatArray | None,
    shared_connection: bool = False,
) -> tuple[HomeProgram, ...]:
    """Write every home of a community as a linear program.

    Parameters
    ----------
    community : Community
        Meter data and batteries.
    flexibility : tuple of ShiftableLoad or CurtailableLoad
        Flexible demand.
    import_limit, export_limit : ndarray of shape (n,), optional
        Limits of each home's own connection. [kWh per step]
    shared_connection : bool, default=False
        Whether coalitions share one limited connection. Behind any limit on export a home may give up generation.

    Returns
    -------
    tuple of HomeProgram
        One a home.
    """
    programs = []
    for home, name in enumerate(community.names):
        parts = _Parts(community.n_steps)
        _add_battery(parts, community, home)
        for load in flexibility:
            if load.home == name and isinstance(load, ShiftableLoad):
                _add_block(parts, load, community)
            elif load.home == name and isinstance(load, CurtailableLoad):
                _add_curtailment(parts, load, community.demand[home])
        if shared_connection or (export_limit is not None and np.isfinite(export_limit[home])):
            _add_spill(parts, community.generation[home])
        load_of_home = community.demand[home] - community.generation[home]
        for limits, sign in ((import_limit, 1.0), (export_limit, -1.0)):
            if limits is not None and np.isfinite(limits[home]):
                parts.limit_net(sign, limits[home] - sign * load_of_home)
        programs.append(parts.program(load_of_home))
    return tuple(programs)


class _Parts:
    """Columns and rows as they are added."""

    def __init__(self, n_steps: int) -> None:
        self.n_steps = n_steps
        self.cost: list[float] = []
        self.upper: list[float] = []
        self.net: list[tuple[int, int, float]] = []
        self.entries: list[tuple[int, int, float]] = []
        self.limit: list[float] = []
        self.equal: list[bool] = []
        self.derived: list[int] = []
        self.steps_of_store = 0
        self.spilled = 0
        self.net_limits: list[tuple[float, FloatArray]] = []

    def columns(self, cost: float, upper: FloatArray, steps: IntArray, effect: float) -> IntArray:
        """Add one column a step, each with an effect on the net load."""
        first = len(self.cost)
        added = np.arange(first, first + upper.size)
        self.cost += [cost] * upper.size
        self.upper += upper.tolist()
        if effect:
            self.net += [(int(t), int(j), effect) for t, j in zip(steps, added, strict=True)]
        return added

    def equation(self, entries: list[tuple[int, float]], limit: float, derived: int) -> None:
        """Add one equation."""
        self.entries += [(len(self.limit), column, value) for column, value in entries]
        self.limit.append(limit)
        self.equal.append(True)
        self.derived.append(derived)

    def limit_net(self, sign: float, limits: FloatArray) -> None:
        """Add rows that keep the net load below its limit: sign times what is added stays within `limits`."""
        self.net_limits.append((sign, limits))

    def program(self, load: FloatArray) -> HomeProgram:
        """Put the columns and rows together."""
        from scipy.sparse import csr_matrix, vstack

        k, r = len(self.cost), len(self.limit)
        net = _sparse(self.net, (self.n_steps, k))
        rows = [_sparse(self.entries, (r, k))] + [sign * net for sign, _ in self.net_limits]
        free = sum(limits.size for _, limits in self.net_limits)
        return HomeProgram(
            np.asarray(load, dtype=float),
            np.array(self.cost, dtype=float),
            np.array(self.upper, dtype=float),
            net,
            csr_matrix(vstack(rows)),
            np.concatenate([np.array(self.limit, dtype=float), *(limits for _, limits in self.net_limits)]),
            np.array(self.equal + [False] * free, dtype=bool),
            np.array(self.derived + [-1] * free, dtype=np.int64),
            self.steps_of_store,
            self.spilled,
        )


def _sparse(entries: list[tuple[int, int, float]], shape: tuple[int, int]) -> csr_matrix:
    from scipy.sparse import csr_matrix

    rows, columns, values = zip(*entries, strict=True) if entries else ((), (), ())
    return csr_matrix((np.array(values, dtype=float), (rows, columns)), shape=shape)


def _add_battery(parts: _Parts, community: Community, home: int) -> None:
    """Add charge, discharge (taken from the store) and state of charge, each step's state being an equation."""
    batteries = community.batteries
    if batteries is None:
        return
    energy, power = batteries.energy_kwh[home], batteries.power_kw[home] * community.step_hours
    start, end = batteries.start_kwh[home], batteries.end_kwh[home]
    end = start if np.isnan(end) else end
    if energy == 0 or (power == 0 and not abs(end - start) > 0):
        return
    n_steps, steps = community.n_steps, np.arange(community.n_steps)
    stored, given = batteries.charge_efficiency[home], batteries.discharge_efficiency[home]
    charge = parts.columns(0.0, np.full(n_steps, power), steps, 1.0)
    taken = parts.columns(batteries.wear_cost[home] * given, np.full(n_steps, power / given), steps, -given)
    free = np.isnan(start)
    state = parts.columns(0.0, np.full(n_steps if free else n_steps - 1, energy), steps, 0.0)
    for t in range(n_steps):
        entries = {int(charge[t]): -stored, int(taken[t]): 1.0}
        if t < state.size:
            entries[int(state[t])] = 1.0
        if t > 0 or free:
            before = int(state[t - 1])
            entries[before] = entries.get(before, 0.0) - 1.0
        limit = 0.0 if free else (start if t == 0 else 0.0) - (end if t == n_steps - 1 else 0.0)
        parts.equation([(j, v) for j, v in entries.items() if v], limit, int(taken[t]))
    parts.steps_of_store = n_steps


def _add_block(parts: _Parts, load: ShiftableLoad, community: Community) -> None:
    """Add a shiftable block: one column a step of the window, whose sum is its energy."""
    if load.energy_kwh == 0:
        return
    steps = load.steps(community)
    power = load.power_kw * community.step_hours
    columns = parts.columns(0.0, np.full(steps.size, power), steps, 1.0)
    parts.equation([(int(j), 1.0) for j in columns], load.energy_kwh, -1)


def _add_curtailment(parts: _Parts, load: CurtailableLoad, demand: FloatArray) -> None:
    """Add demand given up in each step with demand."""
    steps = np.flatnonzero(demand > 0)
    if load.share > 0 and steps.size:
        parts.columns(load.value, load.share * demand[steps], steps, -1.0)


def _add_spill(parts: _Parts, generation: FloatArray) -> None:
    """Add generation given up in each step with generation, as the last columns."""
    steps = np.flatnonzero(generation > 0)
    parts.columns(0.0, generation[steps], steps, 1.0)
    parts.spilled = steps.size
