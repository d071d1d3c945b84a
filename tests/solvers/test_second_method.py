"""The same question asked of a textbook model in PuLP, solved by CBC: another modeller, another solver."""

from __future__ import annotations

import numpy as np
import pytest

import gametrade as gt
from gametrade.solvers.least_subsidy import least_subsidy
from tests.solvers.brute_force import every_coalition
from tests.strategies import make_community

pulp = pytest.importorskip("pulp")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def largest_excess_by_pulp(game, payoffs, *, min_size=1, containing=()):
    """Textbook mixed-integer program from the meter data themselves."""
    community = game.community
    steps = range(community.n_steps)
    spread = np.maximum(0, community.import_price - community.export_price - community.network_charge)
    problem = pulp.LpProblem("leave", pulp.LpMaximize)
    inside = [pulp.LpVariable(f"z{i}", cat="Binary") for i in range(game.n_players)]
    shared = [pulp.LpVariable(f"y{t}", lowBound=0) for t in steps]
    leaving = pulp.lpSum(float(x) * z for x, z in zip(payoffs, inside, strict=True))
    problem += pulp.lpSum(float(spread[t]) * shared[t] for t in steps) - leaving
    for t in steps:
        for side in (community.surplus, community.deficit):
            problem += shared[t] <= pulp.lpSum(float(side[i, t]) * z for i, z in enumerate(inside))
    problem += pulp.lpSum(inside) >= min_size
    problem += pulp.lpSum(inside) <= game.n_players - 1
    for i in containing:
        problem += inside[i] == 1
    problem.solve(pulp.PULP_CBC_CMD(msg=False, gapRel=0.0))
    return pulp.value(problem.objective)


@pytest.mark.parametrize("seed", range(8))
def test_blocking_coalition(seed):
    rng = np.random.default_rng(100 + seed)
    n, steps = int(rng.integers(3, 11)), int(rng.integers(1, 9))
    kinds = [rng.normal(size=(n, steps)), rng.integers(-2, 3, size=(n, steps)).astype(float)]
    charge = [0.0, 0.05, 0.3][seed % 3]
    game = gt.SharingGame(make_community(kinds[seed % 2], 0.3, 0.08, charge))
    payoffs = gt.allocate(game, "equal_split").payoffs + rng.normal(size=n) * 0.05
    options = {"min_size": int(rng.integers(1, n))}
    other = largest_excess_by_pulp(game, payoffs, **options)
    for engine in ("tree", "milp", "table"):
        answer = gt.blocking_coalition(game, payoffs, engine=engine, **options)
        assert answer.excess == pytest.approx(other, abs=1e-6)
    member = int(rng.integers(n))
    inside = gt.blocking_coalition(game, payoffs, containing=[game.players[member]], engine="tree")
    assert inside.excess == pytest.approx(largest_excess_by_pulp(game, payoffs, containing=[member]), abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_least_subsidy(seed):
    rng = np.random.default_rng(200 + seed)
    n = 5
    game = gt.SharingGame(make_community(rng.integers(-3, 4, size=(n, 4)).astype(float), 0.3, 0.08))
    payoffs = gt.allocate(game, "bill_sharing").payoffs
    problem = pulp.LpProblem("pay", pulp.LpMinimize)
    pay = [pulp.LpVariable(f"t{i}", lowBound=0) for i in range(n)]
    problem += pulp.lpSum(pay)
    for members in every_coalition(n)[1:]:
        excess = game.value([game.players[i] for i in members]) - sum(payoffs[i] for i in members)
        problem += pulp.lpSum(pay[i] for i in members) >= float(excess)
    problem.solve(pulp.PULP_CBC_CMD(msg=False))
    assert least_subsidy(game, payoffs).upper_bound == pytest.approx(pulp.value(problem.objective), abs=1e-6)
