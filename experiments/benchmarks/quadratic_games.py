"""Variational equilibria of linear-quadratic games with shared constraints, beside NashOpt.

Run ``python experiments/benchmarks/quadratic_games.py`` (half a minute); it writes quadratic_games.csv beside itself.
NashOpt takes part if it is installed (``pip install nashopt``). Seconds are of the processor, one instance after the
other in one process. Every row asserts the residuals of the Karush-Kuhn-Tucker conditions and the distance to the
equilibrium that is known by construction.
"""

from __future__ import annotations

import contextlib
import csv
import io
import time
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

import gametrade as gt
from gametrade.games.sparse_quadratic import SparseQuadraticGame
from gametrade.solvers.affine_variational import AffineProblem, interior_point, semismooth_newton

RESULTS = Path(__file__).with_suffix(".csv")
EACH, ROWS_A_PLAYER, MONOTONE = 5, 10, 1e-4
SHARES = (0.1, 0.5, 0.9)
"""Share of as many shared constraints as there are variables that bind at the equilibrium."""


def planted(n_players: int, share: float, seed: int) -> tuple[np.ndarray, np.ndarray, gt.Polyhedron, np.ndarray]:
    """A random game with a known equilibrium: of the class that NashOpt's generator describes, made anew.

    Pseudo-gradient Jx + c with a triangular root, skew coupling of different players and least eigenvalue 1e-4 of
    the symmetric part; rows of which some bind with prices between 1/2 and 3/2 and the others have such slacks.
    """
    rng, d, m = np.random.default_rng(seed), n_players * EACH, ROWS_A_PLAYER * n_players
    root = np.triu(rng.standard_normal((d, d)))
    player = np.repeat(np.arange(n_players), EACH)
    skew = np.where(player[:, None] < player[None, :], rng.standard_normal((d, d)), 0.0)
    square = root.T @ root
    jacobian = square + skew - skew.T + (MONOTONE - np.linalg.eigvalsh(square)[0]) * np.eye(d)
    exact, rows, binding = rng.standard_normal(d), rng.standard_normal((m, d)), int(share * d)
    prices, slacks = np.zeros(m), rng.uniform(0.5, 1.5, m)
    prices[:binding], slacks[:binding] = rng.uniform(0.5, 1.5, binding), 0.0
    infinite = np.full(d, np.inf)
    points = gt.Polyhedron.of(-infinite, infinite, rows, rows @ exact + slacks)
    return jacobian, -jacobian @ exact - rows.T @ prices, points, exact


def residual(jacobian, offset, points, x, prices):
    """Largest violation of stationarity, feasibility and complementarity, absolute."""
    slack = points.limits - points.rows @ x
    stationary = jacobian @ x + offset + points.rows.T @ prices
    return max(np.abs(stationary).max(), np.abs(np.minimum(slack, prices)).max())


def timed(function):
    """Answer and seconds of the processor."""
    start = time.process_time()
    answer = function()
    return answer, time.process_time() - start


def whole_game(jacobian, offset, points):
    """The same problem as a game of its players, for `gt.solve` with certificates."""
    d = offset.size
    free = gt.Polyhedron.of(np.full(EACH, -np.inf), np.full(EACH, np.inf))
    names = [f"p{k}" for k in range(d // EACH)]
    return SparseQuadraticGame.of(names, csr_matrix(-jacobian), -offset, [free] * len(names), shared=points)


def ours(jacobian, offset, points):
    """Both methods of gametrade, and the whole of `gt.solve` with prices and regret bounds."""
    problem = AffineProblem(jacobian, offset, points)
    for method in (semismooth_newton, interior_point):
        answer, seconds = timed(lambda method=method: method(problem))
        yield f"gametrade {method.__name__}", seconds, answer.x, answer.rows
    game = whole_game(jacobian, offset, points)
    solution, seconds = timed(lambda: gt.solve(game, "linear_quadratic"))
    assert solution[0].concept == "variational"
    prices = np.array(solution[0].certificate["shared_prices"])
    yield "gametrade solve, with certificate", seconds, np.concatenate(solution[0].strategies), prices


def theirs(jacobian, offset, points):
    """Two solvers of NashOpt, if it is installed."""
    try:
        from nashopt import GNEP_LQ
    except ImportError:
        return
    d, n = offset.size, offset.size // EACH
    costs, linear = [], []
    for k in range(n):
        own = slice(k * EACH, (k + 1) * EACH)
        cost = np.zeros((d, d))
        cost[own] = 2 * jacobian[own]
        cost[own, own] = jacobian[own, own]
        costs.append(cost)
        linear.append(np.where(np.arange(d) // EACH == k, offset, 0.0))
    for solver in ("dr_daqp", "lemke_dual"):
        problem = GNEP_LQ([EACH] * n, costs, linear, A=points.rows, b=points.limits, variational=True, solver=solver)
        with contextlib.redirect_stdout(io.StringIO()):
            answer, seconds = timed(problem.solve)
        yield f"NashOpt {solver}", seconds, np.asarray(answer.x), None


def rows(sizes=(10, 50, 100), seeds=(0, 1, 2)):
    """One row a size, a share of binding constraints, a tool: median and largest seconds over the instances."""
    for n in sizes:
        for share in SHARES:
            found: dict[str, list[tuple[float, float, float]]] = {}
            for seed in seeds:
                jacobian, offset, points, exact = planted(n, share, seed)
                for tool, seconds, x, prices in [*ours(jacobian, offset, points), *theirs(jacobian, offset, points)]:
                    if prices is None:
                        tight = points.limits - points.rows @ x < 1e-6
                        prices = np.zeros(len(points.limits))
                        gradient = jacobian @ x + offset
                        prices[tight] = np.linalg.lstsq(points.rows[tight].T, -gradient, rcond=None)[0]
                    error = residual(jacobian, offset, points, x, prices)
                    assert error < 1e-6, (tool, n, share, seed, error)
                    assert np.abs(x - exact).max() < 1e-6, (tool, n, share, seed)
                    found.setdefault(tool, []).append((seconds, error, float(np.abs(x - exact).max())))
            for tool, all_of in found.items():
                seconds, errors, distances = np.array(all_of).T
                yield [n * EACH, len(points.limits), share, tool, *_told(seconds, errors, distances)]


def _told(seconds, errors, distances):
    return [f"{np.median(seconds):.4f}", f"{seconds.max():.4f}", f"{errors.max():.1e}", f"{distances.max():.1e}"]


def main():
    header = ["variables", "rows", "share_binding", "tool", "median_s", "largest_s", "worst_kkt", "worst_distance"]
    table = [header, *rows()]
    with RESULTS.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows(table)
    for line in table:
        print("".join(f"{cell!s:<36}" if k == 3 else f"{cell!s:<15}" for k, cell in enumerate(line)))


if __name__ == "__main__":
    main()
