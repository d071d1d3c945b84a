"""The core allocations of a dispatch game that dual prices pay: the Owen set, and its point nearest to a rule."""

from __future__ import annotations

import numpy as np

from gametrade.errors import SolverError
from gametrade.games.coalitional.dispatch import DispatchGame
from gametrade.games.coalitional.dispatch_program import JointProgram
from gametrade.games.coalitional.dispatch_solving import Solver
from gametrade.games.polyhedron import Polyhedron
from gametrade.solvers.dispatch_prices import PriceBound, bound_of_duals, missing, supporting_prices
from gametrade.solvers.highs_quadratic import minimise_quadratic
from gametrade.solvers.middle_duals import AT_BOUND, optimal_moves
from gametrade.typing import FloatArray

ROWS = 20_000
"""Most rows of the program of all homes for which other dual prices than those of the rule are looked for."""

NUMBERS = 200_000
"""Most numbers of the matrix of homes and steps of the duals."""


def nearest_dual_prices(game: DispatchGame, start: FloatArray, norm: str) -> PriceBound:
    r"""Find the dual prices whose payoffs are nearest to given ones.

    .. math:: \min_{\lambda} \| w(\lambda) - x^0 \| \quad\text{s.t. } \lambda \text{ is an optimal dual}

    Parameters
    ----------
    game : DispatchGame
        A game whose members share no limited connection.
    start : ndarray of shape (n,)
        Payoffs :math:`x^0`. [money]
    norm : {"l1", "l2", "linf", "fee"}
        Which distance.

    Returns
    -------
    PriceBound
        Prices with payoffs in the core; those of :func:`~gametrade.solvers.dispatch_prices.supporting_prices` if no
        others are nearer, or above 20 000 rows.

    Notes
    -----
    What dual prices pay is the Owen set [1]_. By complementary slackness the optimal duals are one polyhedron, on
    which the cost of a home, its own right-hand sides and full columns priced at the duals, is linear: one linear
    program, for "l2" a quadratic one.

    References
    ----------
    .. [1] G. Owen, "On the core of linear production games", Math. Program. 9 (1975) 358-370.
       :doi:`10.1007/BF01681356`

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.Community(["Ada", "Bob"], [[0], [2]], [[2], [0]], ["2023-06-01T12:00"], 1.0, gt.Tariff(0.3, 0.1))
    >>> nearest_dual_prices(gt.DispatchGame(street), np.array([0.3, 0.1]), "l1").path.sell.round(9)
    array([0.25])
    """
    middle, program = supporting_prices(game), game.program
    if program.first_row[-1] > ROWS:
        return middle
    solver = Solver(program)
    solver.solve(np.ones(game.n_players, dtype=bool))
    columns, duals = solver.answer()
    directions, inside = optimal_moves(program, columns, duals)
    if not 0 < directions.shape[1] * game.n_players <= NUMBERS:
        return middle
    gains = bound_of_duals(game, duals).gains
    step = _nearest_step(-(_cost_slopes(program, columns) @ directions), start - gains, inside, norm)
    if step is None:
        return middle
    found = bound_of_duals(game, duals + directions @ step)
    return found if missing(found) <= game.tolerance / 4 else middle


def _cost_slopes(program: JointProgram, columns: FloatArray) -> FloatArray:
    """What the cost of each home changes by as the optimal duals change, shape (n, r). [money]"""
    template, first = program.arrays, program.first_column
    full = np.flatnonzero(np.isfinite(template.upper) & (columns >= template.upper - AT_BOUND) & (columns > AT_BOUND))
    home = np.searchsorted(first, full, side="right") - 1
    slopes = np.asarray(template.right.toarray().T)
    np.subtract.at(slopes, home, template.matrix[:, full].toarray().T * template.upper[full, None])
    return slopes * program.money_unit


def _nearest_step(slopes: FloatArray, target: FloatArray, inside: Polyhedron, norm: str) -> FloatArray | None:
    """Step inside that brings the slopes times it nearest to the target; None if the program fails."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_matrix, hstack, vstack

    scale = float(np.abs(slopes).max(initial=0.0))
    if scale == 0:
        return None
    slopes, target = slopes / scale, target / scale
    n, moves = slopes.shape
    if norm == "l2":
        return _least_squares(slopes, target, inside)
    gauge = np.eye(n) if norm == "l1" else np.ones((n, 1))
    below, above = np.hstack([-slopes, -gauge]), np.hstack([slopes, -gauge])
    rows = below if norm == "fee" else np.vstack([below, above])
    limits = -target if norm == "fee" else np.append(-target, target)
    matrix = vstack([hstack([inside.rows, csr_matrix((inside.limits.size, gauge.shape[1]))]), csr_matrix(rows)])
    cost = np.append(np.zeros(moves), np.ones(gauge.shape[1]))
    bounds = [(None, None)] * moves + [(0, None)] * gauge.shape[1]
    found = linprog(cost, matrix, np.append(inside.limits, limits), bounds=bounds)
    return None if found.x is None else np.asarray(found.x[:moves])


def _least_squares(slopes: FloatArray, target: FloatArray, inside: Polyhedron) -> FloatArray | None:
    from scipy.sparse import csr_matrix

    try:
        return np.asarray(minimise_quadratic(csr_matrix(slopes.T @ slopes), -(slopes.T @ target), inside).x)
    except SolverError:
        return None
