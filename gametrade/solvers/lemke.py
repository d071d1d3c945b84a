"""One equilibrium of a quadratic game by Lemke's complementary pivots, in exact arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from gametrade.games.concavity import need_concave
from gametrade.games.equilibrium import Solution
from gametrade.games.feasibility import need_feasible
from gametrade.games.quadratic import QuadraticGame
from gametrade.games.sparse_quadratic import AnyQuadratic
from gametrade.registry import solvers
from gametrade.solvers.complementarity import Conditions, lemke_path
from gametrade.solvers.linear_quadratic import is_monotone, priced
from gametrade.solvers.unbounded import need_bounded

Back = Callable[[list[Fraction]], tuple[list[Fraction], list[Fraction], list[Fraction]]]


@solvers.register(plays=("QuadraticGame", "SparseQuadraticGame"), source="Lemke 1965, 10.1287/mnsc.11.7.681")
def lemke(game: QuadraticGame) -> Solution:
    r"""Solve a small quadratic game by complementary pivots without rounding.

    Parameters
    ----------
    game : QuadraticGame or SparseQuadraticGame
        Concave in each player's own variables.

    Returns
    -------
    Solution
        One equilibrium, the variational one with shared constraints, whose exact coordinates are in the certificate
        as fractions; or none, if the path ends on a ray.

    Raises
    ------
    InvalidInputError
        If payoffs are not concave, a set is empty, or payoffs rise without limit.

    Notes
    -----
    The optimality conditions of all players as one linear complementarity problem: variables measured from a bound,
    free ones split in two. Every float is taken as the fraction it is and ties are broken lexicographically, so the
    path ends [1]_. In monotone games it ends at an equilibrium if there is one; otherwise a ray says nothing. A
    pivot costs :math:`O(n^2)` operations on integers that grow with n: for up to about a hundred conditions.

    References
    ----------
    .. [1] C. E. Lemke, "Bimatrix equilibrium points and mathematical programming", Manag. Sci. 11 (1965) 681-689.
       :doi:`10.1287/mnsc.11.7.681`

    Examples
    --------
    >>> import gametrade as gt
    >>> duopoly = gt.ContinuousGame.from_expressions({"a": "(10 - x - y) * x", "b": "(11 - x - y) * y"},
    ...     {"a": {"x": (0, 10)}, "b": {"y": (0, 10)}})
    >>> gt.solve(duopoly, "lemke")[0].certificate["exact"]
    ['3', '4']
    """
    need_concave(game, "lemke")
    conditions = Conditions.of(game)
    matrix, right, back = _complementarity(conditions, game)
    found = lemke_path(matrix, right)
    if found is None:
        need_bounded(game, need_feasible(game))
        told = "there is no equilibrium" if is_monotone(game, np.ones(game.n_players)) else "it proves nothing here"
        return Solution(game, "lemke", (), finding=f"The path ends on a ray: {told}.")
    x, rows, equal = back(found)
    answer = conditions.answer(game, x, rows, equal)
    exact = {"exact": [str(value) for value in x]}
    return Solution(game, "lemke", (priced(game, answer, np.ones(game.n_players), evidence=exact),))


def _complementarity(conditions: Conditions, game: AnyQuadratic) -> tuple[np.ndarray, np.ndarray, Back]:
    r"""Matrix and vector of the problem in :math:`z \ge 0`, and the way back from z to x and multipliers.

    With :math:`x = T y + t`: :math:`M = [[T'JT, T'G'], [-GT, 0]]`, the equations as two inequalities each. A bound
    from which a variable is measured is no row of G.
    """
    low, high = game.feasible.lower.tolist(), game.feasible.upper.tolist()
    columns: list[tuple[int, int]] = []
    start = np.array([Fraction(0)] * game.dimension, dtype=object)
    for k, (a, b) in enumerate(zip(low, high, strict=True)):
        start[k] = Fraction(a) if np.isfinite(a) else Fraction(b) if np.isfinite(b) else Fraction(0)
        columns += [(k, sign) for sign in ([1] if np.isfinite(a) else [-1] if np.isfinite(b) else [1, -1])]
    turn = _zeros(game.dimension, len(columns))
    for j, (k, sign) in enumerate(columns):
        turn[k, j] = Fraction(sign)
    origin = {(k, -sign) for k, sign in columns}
    kept = [*range(conditions.n_rows)]
    kept += [j for j, bound in enumerate(conditions.bounds, conditions.n_rows) if bound not in origin]
    held = np.concatenate([conditions.rows[kept], conditions.equal, -conditions.equal])
    limits = np.concatenate([conditions.limits[kept], conditions.levels, -conditions.levels])
    p, m, r, e = len(columns), len(limits), conditions.n_rows, len(conditions.levels)
    matrix = _zeros(p + m, p + m)
    matrix[:p, :p] = turn.T @ conditions.jacobian @ turn
    matrix[:p, p:] = turn.T @ held.T
    matrix[p:, :p] = -(held @ turn)
    slope = turn.T @ (conditions.jacobian @ start + conditions.offset)

    def back(z: list[Fraction]) -> tuple[list[Fraction], list[Fraction], list[Fraction]]:
        x = turn @ np.array(z[:p], dtype=object) + start
        plus, minus = z[p + len(kept) : p + len(kept) + e], z[p + len(kept) + e :]
        levels = [a - b for a, b in zip(plus, minus, strict=True)]
        return list(x), z[p : p + r], levels[: conditions.n_equal]

    return matrix, np.concatenate([slope, limits - held @ start]), back


def _zeros(rows: int, columns: int) -> np.ndarray:
    return np.array([[Fraction(0)] * columns for _ in range(rows)], dtype=object).reshape(rows, columns)
