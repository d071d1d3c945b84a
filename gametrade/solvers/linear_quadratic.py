"""Equilibria of quadratic games, exactly, by the optimality conditions of all players at once."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gametrade.errors import InvalidInputError, SolverError
from gametrade.games.concavity import need_concave
from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.games.feasibility import need_feasible
from gametrade.games.quadratic import QuadraticGame
from gametrade.games.sparse_quadratic import AnyQuadratic, dense_jacobian
from gametrade.registry import solvers
from gametrade.solvers.affine_variational import AffineAnswer, AffineProblem
from gametrade.solvers.degenerate_variational import solve_sturdy
from gametrade.solvers.price_taking import Own, shared_answer
from gametrade.solvers.regret_bounds import certified
from gametrade.solvers.unbounded import need_bounded
from gametrade.typing import ArrayLike, FloatArray

SOLVED = 1e-9


@solvers.register(
    plays=("QuadraticGame", "SparseQuadraticGame"),
    first_choice_for=("QuadraticGame", "SparseQuadraticGame"),
    source="Facchinei and Kanzow 2010, 10.1007/s10479-009-0653-x",
)
def linear_quadratic(game: QuadraticGame, *, weights: ArrayLike | None = None) -> Solution:
    r"""Solve a quadratic game through the optimality conditions of all players, with one price a shared constraint.

    Parameters
    ----------
    game : QuadraticGame or SparseQuadraticGame
        Concave in each player's own variables.
    weights : array_like of shape (n,), optional
        Rosen's weights r: player i faces the multipliers :math:`\lambda / r_i`. Equal if not given: the
        variational equilibrium.

    Returns
    -------
    Solution
        One equilibrium, its concept, the common multipliers of the shared constraints and the residual of the
        optimality conditions. If the pseudo-gradient is strictly monotone there is no other of its kind, and
        without shared constraints no other at all.

    Raises
    ------
    InvalidInputError
        If payoffs are not concave, a set is empty, or the weights are not positive.
    SolverError
        If the conditions could not be met, as in games that are not monotone; the other solvers may still help.

    Notes
    -----
    The affine variational inequality of the weighted pseudo-gradient over all constraints [1]_, by a semismooth
    Newton method on its Fischer-Burmeister equations, then an interior point method; a step costs
    :math:`O(d^3)`, and 500 variables take less than half a second.

    References
    ----------
    .. [1] F. Facchinei and C. Kanzow, "Generalized Nash equilibrium problems", Ann. Oper. Res. 175 (2010)
       177-211. :doi:`10.1007/s10479-009-0653-x`

    Examples
    --------
    >>> import gametrade as gt
    >>> shared = gt.ContinuousGame.from_expressions({"a": "-(x-1)**2", "b": "-(y-1/2)**2"},
    ...     {"a": {"x": (-9, 9)}, "b": {"y": (-9, 9)}}, constraints=["x + y <= 1"])
    >>> found = gt.solve(shared)[0]
    >>> found.concept, [float(s[0].round(9)) for s in found.strategies], found.certificate["shared_prices"]
    ('variational', [0.75, 0.25], [0.5])
    """
    need_concave(game, "linear_quadratic")
    r = _weights(game, weights)
    answer = variational(game, r)
    if not answer.error <= SOLVED:
        need_bounded(game, need_feasible(game))
        raise SolverError(
            f"linear_quadratic could not meet the optimality conditions; their residual is {answer.error:.2g}.",
            "not monotone" if not is_monotone(game, r) else "stopped early",
        )
    equal = bool((r == r[0]).all())
    unique = is_monotone(game, r, strict=True)
    kind = f"{'variational' if equal else 'normalised'} equilibrium" if game.shared is not None else "equilibrium"
    finding = f"The pseudo-gradient is strictly monotone: there is no other {kind}." if unique else ""
    trace = tuple({"step": k, "residual": residual} for k, residual in enumerate(answer.steps))
    found = (priced(game, answer, r),)
    complete = unique and game.shared is None
    return Solution(game, "linear_quadratic", found, complete=complete, finding=finding, trace=trace)


def variational(game: AnyQuadratic, weights: FloatArray) -> AffineAnswer:
    """Solution of the variational inequality of the weighted pseudo-gradient, with multipliers."""
    scale = weights[game.owner]
    return solve_sturdy(AffineProblem(scale[:, None] * dense_jacobian(game), scale * game.offset, game.feasible))


def priced(
    game: AnyQuadratic, answer: AffineAnswer, weights: FloatArray, *, evidence: Mapping[str, object] | None = None
) -> Equilibrium:
    """The equilibrium of a solution with its concept and the prices of the shared constraints."""
    evidence = {"residual": answer.error, **(evidence or {})}
    shared = game.shared
    if shared is None:
        return certified(game, answer.x, "Nash", evidence=evidence)
    m, k = len(shared.rows), len(shared.equal_rows)
    prices = answer.rows[answer.rows.size - m :], answer.equal[answer.equal.size - k :]
    own = _own_multipliers(game, answer, weights)
    return shared_answer(game, answer.x, prices, weights=weights, evidence=evidence, own=own)


def _own_multipliers(game: AnyQuadratic, answer: AffineAnswer, weights: FloatArray) -> Own | None:
    """Multipliers of each player's own rows and equations; None where an equation is shared."""
    if game.shared is not None and len(game.shared.equal_rows):
        return None
    rows = np.cumsum([0, *(len(points.rows) for points in game.sets)])
    equal = np.cumsum([0, *(len(points.equal_rows) for points in game.sets)])
    return [
        (answer.rows[rows[i] : rows[i + 1]] / weights[i], answer.equal[equal[i] : equal[i + 1]] / weights[i])
        for i in range(game.n_players)
    ]


def is_monotone(game: AnyQuadratic, weights: FloatArray, *, strict: bool = False) -> bool:
    """Whether the weighted pseudo-gradient is monotone, strictly so by more than rounding."""
    matrix = weights[game.owner][:, None] * dense_jacobian(game)
    least = float(np.linalg.eigvalsh((matrix + matrix.T) / 2)[0])
    size = float(np.abs(matrix).max(initial=0.0))
    return least > 1e-9 * size if strict else least >= -1e-12 * size


def _weights(game: AnyQuadratic, weights: ArrayLike | None) -> FloatArray:
    if weights is None:
        return np.ones(game.n_players)
    r = np.array(weights, dtype=float)
    if r.shape != (game.n_players,) or not (np.isfinite(r) & (r > 0)).all():
        raise InvalidInputError(f"weights must be {game.n_players} positive numbers. Got {weights}.")
    return r
