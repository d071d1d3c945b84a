"""How fast equilibria of continuous games are found, and how exact they are.

Run ``python experiments/benchmarks/continuous_games.py``; it writes continuous_games.csv beside itself. Times are
seconds of the processor. Every row asserts the answer that it times.
"""

from __future__ import annotations

import csv
import time
from pathlib import Path

import numpy as np
from scipy.sparse import block_diag, csc_matrix, diags, identity, vstack

import gametrade as gt
from gametrade.errors import SolverError
from gametrade.games.building_game import Storage, building_game
from gametrade.games.sparse_quadratic import SparseQuadraticGame
from gametrade.solvers.highs_quadratic import minimise_quadratic

RESULTS = Path(__file__).with_suffix(".csv")


def timed(function):
    """Answer and seconds of the processor."""
    start = time.process_time()
    answer = function()
    return answer, time.process_time() - start


def buildings(n, steps, seed=0):
    """Homes with photovoltaics and batteries, an evening peak price."""
    rng, hour = np.random.default_rng(seed), np.arange(steps) % 24
    daily = 1 + 0.5 * np.sin((hour - 14) / 24 * 2 * np.pi)
    demand = rng.uniform(0.3, 1.5, (n, 1)) * daily + rng.uniform(0, 0.5, (n, steps))
    sun = np.clip(np.sin((hour - 6) / 12 * np.pi), 0, None)
    generation = sun * rng.choice([0, 2, 4, 6], (n, 1)) * rng.uniform(0.7, 1, (n, steps))
    buy = np.where((hour >= 17) & (hour < 21), 0.4, 0.28)
    storage = Storage(rng.choice([0, 5, 10], n), rng.uniform(1, 3, n))
    return building_game(demand, generation, buy, np.full(steps, 0.08), storage=storage)


def central_program(game):
    """The same problem whole, sparse, for Clarabel; None without it (``pip install clarabel``)."""
    try:
        import clarabel
    except ImportError:
        return None
    cost = (-game.interaction).tocsc()
    rows = block_diag([csc_matrix(points.equal_rows) for points in game.sets], format="csc")
    rows = vstack([rows, csc_matrix(game.shared.equal_rows)], format="csc")
    levels = np.concatenate([*(points.equal_limits for points in game.sets), game.shared.equal_limits])
    low, high = game.bounds
    unit = identity(game.dimension, format="csc")
    matrix = vstack([rows, unit[np.isfinite(high)], -unit[np.isfinite(low)]], format="csc")
    limits = np.concatenate([levels, high[np.isfinite(high)], -low[np.isfinite(low)]])
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    cones = [clarabel.ZeroConeT(len(levels)), clarabel.NonnegativeConeT(len(limits) - len(levels))]
    answer = clarabel.DefaultSolver(cost, -game.slope, matrix, limits, cones, settings).solve()
    assert "Solved" in str(answer.status)
    return np.array(answer.x)


def exchange(n, steps, seconds):
    """Exchange ADMM against one central quadratic program, if it gets time."""
    game = buildings(n, steps)
    solution, spent = timed(lambda: gt.solve(game, "exchange_admm", tolerance=1e-6))
    assert max(solution.trace[-1]["primal"], solution.trace[-1]["dual"]) <= 1e-6
    yield f"exchange ADMM, {n} buildings x {steps} h", spent, f"payoff {solution[0].payoffs.sum():.4f}"
    whole, spent = timed(lambda: central_program(game))
    if whole is not None:
        payoff = game.payoff(whole).sum()
        assert abs(payoff - solution[0].payoffs.sum()) <= 1e-4 * max(1, abs(payoff))
        yield f"one central program (Clarabel), {n} x {steps}", spent, f"payoff {payoff:.4f}"
    if not seconds:
        return
    try:
        best, spent = timed(lambda: minimise_quadratic(game.jacobian, game.offset, game.feasible, seconds=seconds))
    except SolverError as reason:
        yield f"one central program (HiGHS), {n} x {steps}", float("nan"), f"{reason.status} after {seconds:g} s"
        return
    payoff = game.payoff(best.x).sum()
    assert abs(payoff - solution[0].payoffs.sum()) <= 1e-4 * max(1, abs(payoff))
    yield f"one central program (HiGHS), {n} x {steps}", spent, f"payoff {payoff:.4f}"


def sellers(n=10_000, rivals=10, seed=0):
    """Prices of sellers each of whom competes with some neighbours and with the average price."""
    rng = np.random.default_rng(seed)
    shifts = [k for k in range(-rivals, rivals + 1) if k]
    near = diags([0.5 / len(shifts)] * len(shifts), shifts, shape=(n, n))
    cost, size = rng.uniform(5, 15, n), rng.uniform(40, 60, n)
    interaction = near - diags([4.0], [0], shape=(n, n))
    ones = np.ones((n, 1))
    sets = [gt.Polyhedron.of([0.0], [200.0])] * n
    names = [f"s{i}" for i in range(n)]
    low_rank = (0.5 / n * ones, ones)
    game, made = timed(lambda: SparseQuadraticGame.of(names, interaction, size + 2 * cost, sets, low_rank=low_rank))
    solution, spent = timed(lambda: gt.solve(game, "best_response", simultaneous=True))
    assert solution[0].regret < 1e-9
    yield f"best replies, {n} sellers (game made in {made:.2f} s)", spent, f"regret {solution[0].regret:.1e}"


def main():
    rows = [*sellers(), *exchange(20, 24, 30.0), *exchange(50, 24, 30.0), *exchange(200, 24, 0.0)]
    with RESULTS.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["what", "processor seconds", "answer"])
        writer.writerows((what, f"{seconds:.3f}", answer) for what, seconds, answer in rows)
    for what, seconds, answer in rows:
        print(f"{what:<75} {seconds:8.3f} s  {answer}")


if __name__ == "__main__":
    main()
