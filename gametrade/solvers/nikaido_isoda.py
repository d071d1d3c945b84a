"""Equilibria by moving towards everybody's best joint answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.concavity import need_concave
from gametrade.games.equilibrium import Solution
from gametrade.games.feasibility import need_feasible
from gametrade.games.quadratic import QuadraticGame
from gametrade.games.sparse_quadratic import AnyQuadratic
from gametrade.registry import solvers
from gametrade.solvers.affine_variational import AffineAnswer, AffineProblem
from gametrade.solvers.best_response import started
from gametrade.solvers.degenerate_variational import solve_sturdy
from gametrade.solvers.price_taking import shared_answer
from gametrade.solvers.regret_bounds import certified
from gametrade.typing import ArrayLike, FloatArray


@solvers.register(
    plays=("QuadraticGame", "SparseQuadraticGame"),
    first_choice_for=("TwoStageClearing",),
    source="Krawczyk and Uryasev 2000",
)
def nikaido_isoda(
    game: QuadraticGame,
    *,
    relaxation: float = 0.5,
    start: ArrayLike | None = None,
    tolerance: float = 1e-10,
    max_rounds: int = 2000,
) -> Solution:
    r"""Move part of the way to the profile of largest joint gain, until there is no gain.

    Parameters
    ----------
    game : QuadraticGame or SparseQuadraticGame
        Concave payoffs; shared constraints bind the joint answer.
    relaxation : float, default=0.5
        Share a of the way, in (0, 1].
    start : array_like of shape (d,), optional
        First profile; a feasible one if not given.
    tolerance : float, default=1e-10
        Move, relative to the size of the profile, that counts as none.
    max_rounds : int, default=2000
        Rounds after which the iteration gives up, and says so.

    Returns
    -------
    Solution
        The normalised equilibrium of equal weights, variational; or the gain that is left. The trace holds the
        value of the Nikaido-Isoda function, 0 at an equilibrium.

    Raises
    ------
    InvalidInputError
        If payoffs are not concave, a set is empty, or the relaxation is out of range.

    Notes
    -----
    :math:`\Psi(x, y) = \sum_i u_i(y_i, x_{-i}) - u_i(x)`, :math:`Z(x) = \arg\max_y \Psi(x, y)` over all
    constraints, :math:`x \leftarrow (1 - a) x + a Z(x)` [1]_. Two-stage energy sharing clears this way.

    References
    ----------
    .. [1] J. B. Krawczyk and S. Uryasev, "Relaxation algorithms to find Nash equilibria with economic
       applications", Environ. Model. Assess. 5 (2000) 63-73.

    Examples
    --------
    >>> import gametrade as gt
    >>> harker = gt.ContinuousGame.from_expressions(
    ...     {"a": "-(x**2 + 8*x*y/3 - 34*x)", "b": "-(y**2 + 5*x*y/4 - 97*y/4)"},
    ...     {"a": {"x": (0, 10)}, "b": {"y": (0, 10)}}, constraints=["x + y <= 15"])
    >>> [float(s[0].round(6)) for s in gt.solve(harker, "nikaido_isoda")[0].strategies]
    [5.0, 9.0]
    """
    if not 0 < relaxation <= 1:
        raise InvalidInputError(f"relaxation of nikaido_isoda must be in (0, 1]. Got {relaxation}.")
    need_concave(game, "nikaido_isoda")
    feasible = need_feasible(game)
    x = feasible if start is None else started(game, start)
    own, trace, answer = _own_blocks(game), list[Mapping[str, Any]](), None
    for k in range(1, max_rounds + 1):
        slope = game.pseudo_gradient(x)
        answer = _joint(game, own, x, slope)
        way = answer.x - x
        trace.append({"round": k, "gain": float(-slope @ way - 0.5 * way @ own @ way)})
        x = x + relaxation * way
        if np.abs(way).max() <= tolerance * max(1.0, float(np.abs(x).max())):
            return _told(game, x, answer, trace)
    said = f"No end after {max_rounds} rounds: the joint gain is {trace[-1]['gain']:.3g}."
    return Solution(game, "nikaido_isoda", (), finding=said, trace=tuple(trace[-200:]))


def _own_blocks(game: AnyQuadratic) -> FloatArray:
    """Minus the own Hessians on the diagonal, shape (d, d)."""
    matrix = np.zeros((game.dimension, game.dimension))
    for player, part in enumerate(game.slices):
        matrix[part, part] = game.own_block(player)
    return matrix


def _joint(game: AnyQuadratic, own: FloatArray, x: FloatArray, slope: FloatArray) -> AffineAnswer:
    """Profile of largest joint gain over a profile, with multipliers."""
    return solve_sturdy(AffineProblem(own, slope - own @ x, game.feasible))


def _told(game: AnyQuadratic, x: FloatArray, answer: AffineAnswer, trace: list[Mapping[str, Any]]) -> Solution:
    evidence = {"gain": trace[-1]["gain"]}
    if game.shared is None:
        found = certified(game, x, "Nash", evidence=evidence)
    else:
        m, k = len(game.shared.rows), len(game.shared.equal_rows)
        prices = answer.rows[answer.rows.size - m :], answer.equal[answer.equal.size - k :]
        found = shared_answer(game, x, prices, evidence=evidence)
    finding = f"Stopped after {len(trace)} rounds."
    return Solution(game, "nikaido_isoda", (found,), finding=finding, trace=tuple(trace[-200:]))
