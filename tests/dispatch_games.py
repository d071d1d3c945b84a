"""Random communities with batteries and flexible demand, and their costs by an independent linear program."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.optimize import linprog

import gametrade as gt
from gametrade.community.flexibility import CurtailableLoad, ShiftableLoad
from gametrade.games.coalitional.dispatch import DispatchGame
from tests.strategies import LABELS, START

CHARGES = (0.0, 0.0, 0.02, 0.1, 0.5)


def make_dispatch(
    net, import_price=0.3, export_price=0.1, network_charge=0.0, batteries=None, flexibility=(), **options
):
    """A dispatch game with the given net loads (n, T)."""
    net = np.atleast_2d(np.asarray(net, dtype=float))
    tariff = gt.Tariff(import_price, export_price, network_charge)
    times = START + np.arange(net.shape[1]) * np.timedelta64(3600, "s")
    community = gt.Community(LABELS[: len(net)], np.maximum(net, 0), np.maximum(-net, 0), times, 1.0, tariff, batteries)
    return DispatchGame(community, flexibility, **options)


@st.composite
def dispatch_games(draw, min_homes=1, max_homes=4, max_steps=4, joint_peak=True):
    """Small dispatch games of every awkward kind: ties, duplicates, no capacity, no power, one side, scales."""
    n, n_steps = draw(st.integers(min_homes, max_homes)), draw(st.integers(1, max_steps))
    whole = st.integers(-4, 4).map(float)
    net = draw(hnp.arrays(float, (n, n_steps), elements=whole))
    if draw(st.integers(0, 5)) == 0:
        net = np.abs(net)
    levels = st.sampled_from([0.2, 0.3, 0.4])
    buy = draw(hnp.arrays(float, n_steps, elements=levels))
    sell = draw(hnp.arrays(float, n_steps, elements=st.sampled_from([0.0, 0.1, 0.2])))
    charge = draw(hnp.arrays(float, n_steps, elements=st.sampled_from(CHARGES)))
    if draw(st.booleans()):
        charge = np.zeros(n_steps)
    size = draw(st.sampled_from([1.0, 1.0, 1e-5, 1e5]))
    capacity = draw(hnp.arrays(float, n, elements=st.sampled_from([0.0, 0.0, 1.0, 3.0])))
    power = draw(hnp.arrays(float, n, elements=st.sampled_from([0.0, 1.0, 2.5])))
    losses = draw(hnp.arrays(float, n, elements=st.sampled_from([1.0, 0.81, 0.5])))
    wear = draw(st.sampled_from([0.0, 0.01, 0.3]))
    start = np.where(draw(hnp.arrays(bool, n)), capacity / 2, np.nan)
    if n > 1 and draw(st.booleans()):
        for array in (net, capacity, power, losses, start):
            array[1] = array[0]
    batteries = gt.Batteries(size * capacity, size * power, losses, wear, start_kwh=size * start)
    flexibility = []
    if draw(st.booleans()):
        first = draw(st.integers(0, n_steps - 1))
        last = draw(st.integers(first + 1, n_steps))
        flexibility.append(ShiftableLoad(LABELS[draw(st.integers(0, n - 1))], size * 1.0, size * 1.5, first, last))
    if draw(st.booleans()):
        flexibility.append(
            CurtailableLoad(LABELS[draw(st.integers(0, n - 1))], 0.5, draw(st.sampled_from([0.0, 0.25])))
        )
    peak = draw(st.sampled_from([0.0, 0.0, 0.5])) if joint_peak else 0.0
    return make_dispatch(size * net, buy, sell, charge, batteries, flexibility, peak_charge=peak)


def cost_by_linprog(game, members, *, burning=True):
    """Least cost of a coalition by a program written home by home and kWh by kWh, solved by SciPy.

    Without `burning` it is a mixed-integer program in which no battery charges and discharges in the same step.
    """
    community, model = game.community, _Model()
    homes = np.flatnonzero(members)
    steps = range(community.n_steps)
    buys = {(i, t): model.column(community.import_price[t]) for i in homes for t in steps}
    sells = {(i, t): model.column(-community.export_price[t]) for i in homes for t in steps}
    spread = community.import_price - community.export_price - community.network_charge
    shared = [model.column(-spread[t]) for t in steps]
    peak = model.column(game.peak_charge / community.step_hours)
    for i in homes:
        effects = _moves(model, game, i, burning)
        for t in steps:
            row = {buys[i, t]: 1.0, sells[i, t]: -1.0}
            for column, effect in effects.get(t, []):
                row[column] = row.get(column, 0.0) - effect
            model.equal(row, community.net_load[i, t])
    joint = np.inf if game.connection_limit is None else game.connection_limit * community.step_hours
    for t in steps:
        for i in homes if game.export_limit is not None else ():
            model.most({buys[i, t]: -1.0, sells[i, t]: 1.0}, game.export_limit[i] * community.step_hours)
        for flow in (buys, sells):
            model.most({shared[t]: 1.0, **{flow[i, t]: -1.0 for i in homes}}, 0.0)
            if np.isfinite(joint):
                model.most({shared[t]: -1.0, **{flow[i, t]: 1.0 for i in homes}}, joint)
        model.most({peak: -1.0, shared[t]: -1.0, **{buys[i, t]: 1.0 for i in homes}}, 0.0)
    return model.solve()


def _moves(model, game, i, burning):
    """Columns of a home by step: pairs of a column and its effect on the net load."""
    community, effects, batteries = game.community, {}, game.community.batteries
    steps = range(community.n_steps)
    if batteries is not None and batteries.energy_kwh[i] > 0:
        power = batteries.power_kw[i] * community.step_hours
        given, start, end = batteries.discharge_efficiency[i], batteries.start_kwh[i], batteries.end_kwh[i]
        level = [model.column(0.0, batteries.energy_kwh[i]) for _ in range(community.n_steps + 1)]
        for t in steps:
            put, out = model.column(0.0, power), model.column(batteries.wear_cost[i], power)
            effects.setdefault(t, []).extend([(put, 1.0), (out, -1.0)])
            if not burning:
                charges = model.column(0.0, 1.0, whole=True)
                model.most({put: 1.0, charges: -power}, 0.0)
                model.most({out: 1.0, charges: power}, power)
            model.equal({level[t + 1]: 1.0, level[t]: -1.0, put: -batteries.charge_efficiency[i], out: 1 / given}, 0.0)
        if np.isnan(start):
            model.equal({level[0]: 1.0, level[-1]: -1.0}, 0.0)
        else:
            model.equal({level[0]: 1.0}, start)
            model.equal({level[-1]: 1.0}, start if np.isnan(end) else end)
    for load in game.flexibility:
        if load.home != community.names[i]:
            continue
        if isinstance(load, ShiftableLoad):
            block = {model.column(0.0, load.power_kw * community.step_hours): t for t in load.steps(community)}
            model.equal(dict.fromkeys(block, 1.0), load.energy_kwh)
            for column, t in block.items():
                effects.setdefault(t, []).append((column, 1.0))
        else:
            for t in steps:
                column = model.column(load.value, load.share * community.demand[i, t])
                effects.setdefault(t, []).append((column, -1.0))
    if game.export_limit is not None or game.connection_limit is not None:
        for t in steps:
            given_up = model.column(0.0, community.generation[i, t])
            effects.setdefault(t, []).append((given_up, 1.0))
    return effects


class _Model:
    """A linear program as dictionaries."""

    def __init__(self):
        self.cost, self.upper, self.whole, self.equations, self.limits = [], [], [], [], []

    def column(self, cost, upper=np.inf, *, whole=False):
        self.cost.append(cost)
        self.upper.append(upper)
        self.whole.append(int(whole))
        return len(self.cost) - 1

    def equal(self, row, right):
        self.equations.append((row, right))

    def most(self, row, right):
        self.limits.append((row, right))

    def _matrix(self, rows):
        matrix = np.zeros((len(rows), len(self.cost)))
        for k, (row, _) in enumerate(rows):
            for column, value in row.items():
                matrix[k, column] += value
        return matrix, np.array([right for _, right in rows], dtype=float)

    def solve(self):
        left, right = self._matrix(self.equations)
        most, limit = self._matrix(self.limits)
        sizes = np.abs(
            np.concatenate([right, limit[np.isfinite(limit)], np.array(self.upper)[np.isfinite(self.upper)]])
        )
        unit = 1.0 if any(self.whole) else sizes.max(initial=0.0) or 1.0
        bounds = [(0, None if np.isinf(u) else u / unit) for u in self.upper]
        solver = {"method": "highs", "integrality": self.whole} if any(self.whole) else {"method": "highs-ipm"}
        answer = linprog(self.cost, most, limit / unit, left, right / unit, bounds, **solver)
        assert answer.status == 0, answer.message
        return answer.fun * unit
