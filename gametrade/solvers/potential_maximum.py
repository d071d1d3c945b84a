"""Equilibria of games with an exact potential: the largest potential, by one central program."""

from __future__ import annotations

from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError, SolverError, UnknownNameError
from gametrade.games.concavity import need_concave
from gametrade.games.continuous import ContinuousGame
from gametrade.games.equilibrium import Solution
from gametrade.games.feasibility import need_feasible
from gametrade.games.potential import asymmetry, potential
from gametrade.games.sparse_quadratic import AnyQuadratic, dense_jacobian, is_quadratic
from gametrade.registry import solvers
from gametrade.solvers.affine_variational import AffineProblem, interior_point
from gametrade.solvers.highs_quadratic import QuadraticOptimum, minimise_quadratic
from gametrade.solvers.price_taking import shared_answer
from gametrade.solvers.regret_bounds import certified
from gametrade.typing import FloatArray

ALIKE = 1e-9
LARGE = 2000


@solvers.register(plays=("ContinuousGame",), source="Monderer and Shapley 1996, 10.1006/game.1996.0044")
def potential_maximum(game: ContinuousGame, *, program: str = "interior_point") -> Solution:
    r"""Maximise the potential of a game that has one; with shared constraints this is the variational equilibrium.

    Parameters
    ----------
    game : ContinuousGame
        Concave payoffs and symmetric cross-derivatives
        :math:`\partial^2 u_i / \partial x_i \partial x_j = \partial^2 u_j / \partial x_j \partial x_i`.
    program : {"interior_point", "highs"}, default="interior_point"
        Who solves the central quadratic program.

    Returns
    -------
    Solution
        The profile of largest potential with regrets bounded.

    Raises
    ------
    InvalidInputError
        If the game has no exact potential or no concave one.
    SolverError
        If the central program failed.

    Notes
    -----
    The potential of a quadratic game is :math:`-\tfrac12 x^T J x - c^T x` with the Jacobian J and offset c of the
    pseudo-gradient [1]_: one convex quadratic program. Other potentials are line integrals of the gradients,
    maximised by sequential quadratic programming.

    References
    ----------
    .. [1] D. Monderer and L. S. Shapley, "Potential games", Games Econ. Behav. 14 (1996) 124-143.
       :doi:`10.1006/game.1996.0044`

    Examples
    --------
    >>> import gametrade as gt
    >>> cournot = gt.ContinuousGame.from_expressions({"a": "x*(80-x-y)", "b": "y*(50-x-y)"},
    ...     {"a": {"x": (0, 90)}, "b": {"y": (0, 90)}})
    >>> [float(s[0].round(5)) for s in gt.solve(cournot, "potential_maximum")[0].strategies]
    [36.66667, 6.66667]
    """
    need_concave(game, "potential_maximum")
    start = need_feasible(game)
    uneven, where = asymmetry(game)
    if uneven > ALIKE:
        raise InvalidInputError(
            "potential_maximum needs an exact potential. "
            f"Got cross-derivatives of {where[0]} and {where[1]} that differ by {uneven:.3g} of their size."
        )
    if is_quadratic(game):
        return _central(game, program)
    x = _climb(game, start)
    concept = "Nash" if game.shared is None else "generalized Nash (arbitrary)"
    return Solution(game, "potential_maximum", (certified(game, x, concept),))


def _central(game: AnyQuadratic, program: str) -> Solution:
    """One quadratic program."""
    matrix: Any = game.jacobian
    even = (matrix + matrix.T) / 2
    if game.dimension <= LARGE and np.linalg.eigvalsh(dense_jacobian(game))[0] < -ALIKE * abs(matrix).max():
        raise InvalidInputError("potential_maximum needs a concave potential. Got one that is not.")
    if program == "highs":
        best = minimise_quadratic(even, game.offset, game.feasible)
    elif program == "interior_point":
        dense = even if isinstance(even, np.ndarray) else even.toarray()
        answer = interior_point(AffineProblem(dense, game.offset, game.feasible))
        if answer.error > ALIKE:
            raise SolverError(f"the central program has a residual of {answer.error:.2g}.", "stopped early")
        best = QuadraticOptimum(answer.x, answer.rows, answer.equal)
    else:
        raise UnknownNameError("program of potential_maximum", program, ["interior_point", "highs"])
    x = np.clip(best.x, *game.bounds)
    if game.shared is None:
        return Solution(game, "potential_maximum", (certified(game, x, "Nash"),))
    m, k = len(game.shared.rows), len(game.shared.equal_rows)
    prices = best.rows[best.rows.size - m :], best.equal[best.equal.size - k :]
    return Solution(game, "potential_maximum", (shared_answer(game, x, prices),))


def _climb(game: ContinuousGame, start: FloatArray) -> FloatArray:
    """Largest point of a potential that is not quadratic."""
    from scipy.optimize import LinearConstraint, minimize

    points = game.feasible
    rows = np.vstack([points.rows, points.equal_rows])
    low = np.concatenate([np.full(len(points.limits), -np.inf), points.equal_limits])
    high = np.concatenate([points.limits, points.equal_limits])
    search: Any = minimize
    found = search(
        lambda x: -potential(game, start, x),
        start,
        jac=game.pseudo_gradient,
        bounds=list(zip(points.lower, points.upper, strict=True)),
        constraints=[LinearConstraint(rows, low, high)] if len(rows) else [],
        method="SLSQP",
        options={"ftol": 1e-15, "maxiter": 1000},
    )
    return np.asarray(np.clip(found.x, points.lower, points.upper))
