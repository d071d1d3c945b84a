"""Optimality conditions of quadratic games in fractions: what Lemke's path and the enumeration of active sets solve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.sparse_quadratic import AnyQuadratic, dense_jacobian
from gametrade.solvers.affine_variational import AffineAnswer, AffineProblem
from gametrade.solvers.integer_tableau import IntegerTableau
from gametrade.typing import FloatArray


@dataclass(frozen=True, eq=False)
class Conditions:
    r"""Stationarity :math:`J x + c + G^T \lambda + E^T \mu = 0` over :math:`G x \le g, E x = h`, in fractions.

    Parameters
    ----------
    jacobian, offset : ndarray of Fraction, shape (d, d) and (d,)
        Pseudo-gradient.
    rows, limits : ndarray of Fraction, shape (m, d) and (m,)
        Inequalities: rows of the sets, then upper bounds, then lower bounds, variables that cannot move left out.
    equal, levels : ndarray of Fraction, shape (e, d) and (e,)
        Equations, then variables that cannot move.
    bounds : tuple of (int, int)
        For the inequalities that are bounds: the variable, and 1 for the upper or -1 for the lower one.
    n_rows, n_equal : int
        How many of the inequalities and equations are rows of the sets.
    """

    jacobian: np.ndarray
    offset: np.ndarray
    rows: np.ndarray
    limits: np.ndarray
    equal: np.ndarray
    levels: np.ndarray
    bounds: tuple[tuple[int, int], ...]
    n_rows: int
    n_equal: int

    @classmethod
    def of(cls, game: AnyQuadratic) -> Conditions:
        """Conditions of all players of a game at once, one price a shared constraint; every float is a fraction."""
        points, d = game.feasible, game.dimension
        unit = np.eye(d)
        fixed = points.lower == points.upper
        above = np.flatnonzero(np.isfinite(points.upper) & ~fixed)
        below = np.flatnonzero(np.isfinite(points.lower) & ~fixed)
        bounds = (*((int(k), 1) for k in above), *((int(k), -1) for k in below))
        return cls(
            fractions(dense_jacobian(game)),
            fractions(game.offset),
            fractions(np.vstack([points.rows, unit[above], -unit[below]])),
            fractions(np.concatenate([points.limits, points.upper[above], -points.lower[below]])),
            fractions(np.vstack([points.equal_rows, unit[fixed]])),
            fractions(np.concatenate([points.equal_limits, points.lower[fixed]])),
            bounds,
            len(points.rows),
            len(points.equal_rows),
        )

    def answer(
        self, game: AnyQuadratic, x: Sequence[Fraction], rows: Sequence[Fraction], equal: Sequence[Fraction]
    ) -> AffineAnswer:
        """An exact solution as floats, with multipliers of the game's rows and equations; bounds carry what is left."""
        problem = AffineProblem(dense_jacobian(game), game.offset, game.feasible)
        point, prices, levels = (np.array([float(value) for value in part]) for part in (x, rows, equal))
        points = game.feasible
        left = problem.jacobian @ point + problem.offset + prices @ points.rows + levels @ points.equal_rows
        above, below = np.maximum(-left, 0.0)[problem.above], np.maximum(left, 0.0)[problem.below]
        error = problem.error(point, np.concatenate([prices, above, below]), levels)
        return AffineAnswer(point, prices, levels, error)


def fractions(values: FloatArray) -> np.ndarray:
    """Floats as the fractions they are."""
    whole = np.empty(values.shape, dtype=object)
    whole.ravel()[:] = [Fraction(value) for value in np.asarray(values, dtype=float).ravel().tolist()]
    return whole


def whole_rows(matrix: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each row with its right side times the least number that makes it whole.

    Examples
    --------
    >>> rows, right = whole_rows(fractions(np.array([[0.5, 0.25]])), fractions(np.array([1.0])))
    >>> rows.tolist(), right.tolist()
    ([[2, 1]], [4])
    """
    rows, sides = np.empty(matrix.shape, dtype=object), np.empty(len(matrix), dtype=object)
    for i, (row, side) in enumerate(zip(matrix, right, strict=True)):
        factor = lcm(*(value.denominator for value in [*row, side]))
        rows[i] = [int(value * factor) for value in row]
        sides[i] = int(side * factor)
    return rows, sides


def lemke_path(matrix: np.ndarray, right: np.ndarray, most_pivots: int = 10_000) -> list[Fraction] | None:
    r"""Find :math:`z \ge 0` with :math:`w = M z + q \ge 0` and :math:`z^T w = 0` by Lemke's pivots, in whole numbers.

    Parameters
    ----------
    matrix : ndarray of Fraction, shape (n, n)
        M.
    right : ndarray of Fraction, shape (n,)
        q.
    most_pivots : int
        Pivots after which the path is given up.

    Returns
    -------
    list of Fraction or None
        A solution; None if the path ends on a ray. For positive semidefinite M a ray proves that no :math:`z \ge 0`
        has :math:`M z + q \ge 0`.

    Raises
    ------
    InvalidInputError
        If the path is longer than allowed.

    Examples
    --------
    >>> one, two, five = Fraction(1), Fraction(2), Fraction(5)
    >>> lemke_path(np.array([[two, one], [one, two]], dtype=object), np.array([-five, -2 * five], dtype=object))
    [Fraction(0, 1), Fraction(5, 1)]
    """
    n = len(right)
    if all(value >= 0 for value in right):
        return [Fraction(0)] * n
    # The artificial variable must add the same to every row, so rows are made whole by one factor.
    factor = lcm(*(value.denominator for value in [*matrix.ravel(), *right]))
    whole = np.array([[int(value * factor) for value in row] for row in matrix], dtype=object).reshape(n, n)
    sides = np.array([int(value * factor) for value in right], dtype=object)
    artificial = np.full((n, 1), -1, dtype=object)
    tableau = IntegerTableau(np.concatenate([-whole, artificial], axis=1), sides)
    row = min(range(n), key=lambda i: (sides[i], -i))
    tableau.pivot(row, n)
    entering = row
    for _ in range(most_pivots):
        column = tableau.outside.index(entering)
        leaving = tableau.leaving(column)
        if leaving is None:
            return None
        gone = tableau.inside[leaving]
        tableau.pivot(leaving, column)
        if gone == n:
            return [Fraction(value, tableau.divisor) for value in tableau.numerators()[:n]]
        entering = gone + n + 1 if gone < n else gone - n - 1
    raise InvalidInputError(f"lemke must end within {most_pivots} pivots.")
