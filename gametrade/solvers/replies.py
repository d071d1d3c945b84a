"""Best replies of one player, or of all at once, in a continuous game."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError, SolverError
from gametrade.games.continuous import ContinuousGame
from gametrade.games.sparse_quadratic import SparseQuadraticGame, is_quadratic
from gametrade.solvers.affine_variational import AffineProblem
from gametrade.solvers.degenerate_variational import solve_sturdy
from gametrade.solvers.regret_bounds import interval
from gametrade.typing import FloatArray

GRID = 401


class Replies:
    """Best replies in a game, with what is computed once kept.

    Parameters
    ----------
    game : ContinuousGame
        Concave payoffs, or one variable a player.
    """

    def __init__(self, game: ContinuousGame) -> None:
        self.game = game

    def all(self, x: FloatArray) -> FloatArray:
        """Everybody's best reply to the others in a profile, shape (d,)."""
        if self._diagonal is not None:
            low, high = self.game.bounds
            return np.asarray(np.clip(x - self.game.pseudo_gradient(x) / self._diagonal, low, high))
        return np.concatenate([self.one(player, x) for player in range(self.game.n_players)])

    def one(self, player: int, x: FloatArray) -> FloatArray:
        """One player's best reply, shape (d_i,)."""
        game, part = self.game, self.game.slices[player]
        if self._diagonal is not None:
            rate = self._rate(part, x)
            return np.asarray(np.clip(x[part] + rate / self._diagonal[part], *(b[part] for b in game.bounds)))
        points = game.deviations(player, x)
        if is_quadratic(game) and game.concave:
            block = game.own_block(player)
            slope = game.gradient(player, x) + block @ x[part]
            return solve_sturdy(AffineProblem(block, -slope, points)).x
        if points.dimension == 1 and not len(points.equal_rows):
            return np.array([_one_variable(game, player, x, interval(points))])
        return _many_variables(game, player, x, points)

    def _rate(self, part: slice, x: FloatArray) -> FloatArray:
        if isinstance(self.game, SparseQuadraticGame):
            game = self.game
            return np.asarray(game.interaction[part] @ x + game.left[part] @ (game.right.T @ x) + game.slope[part])
        return -(self.game.jacobian[part] @ x + self.game.offset[part])  # type: ignore[attr-defined, no-any-return]

    @cached_property
    def _diagonal(self) -> FloatArray | None:
        """Own curvature of each variable where best replies are clipped quotients."""
        game = self.game
        if not is_quadratic(game) or game.shared is not None or not all(points.is_box for points in game.sets):
            return None
        if isinstance(game, SparseQuadraticGame):
            diagonal = game.own_diagonal
        else:
            own = np.equal.outer(game.owner, game.owner)
            diagonal = np.diag(game.jacobian).copy()
            diagonal = None if (game.jacobian * own - np.diag(diagonal)).any() else diagonal
        return diagonal if diagonal is not None and (diagonal > 0).all() else None


def _one_variable(game: ContinuousGame, player: int, x: FloatArray, ends: tuple[float, float]) -> float:
    """Best value of a single variable: by the zero of the slope where concave, by a scan otherwise."""
    from scipy.optimize import brentq, minimize_scalar

    part = game.slices[player]
    low, high = (float(np.clip(end, -1e9, 1e9)) for end in ends)

    def moved(value: float) -> FloatArray:
        other = x.copy()
        other[part] = value
        return other

    def slope(value: float) -> float:
        found = float(game.gradient(player, moved(value))[0])
        if np.isnan(found):
            game.payoff(moved(value))
            at = moved(value).tolist()
            raise InvalidInputError(f"slope of {game.players[player]} must be a number. Got nan at the profile {at}.")
        return found

    def payoff(value: float) -> float:
        found = game.payoff_of(player, moved(value))
        if np.isnan(found):
            at = moved(value).tolist()
            raise InvalidInputError(f"payoff of {game.players[player]} must be finite. Got nan at the profile {at}.")
        return found

    if not game.concave:
        grid = np.linspace(low, high, GRID)
        values = [payoff(value) for value in grid]
        best = int(np.argmax(values))
        low, high = grid[max(0, best - 1)], grid[min(GRID - 1, best + 1)]
        if slope(low) <= 0 or slope(high) >= 0:
            options = {"xatol": 1e-13 * max(1.0, abs(high))}
            search: Any = minimize_scalar
            found = search(
                lambda v: -payoff(v),
                bounds=(float(low), float(high)),
                method="bounded",
                options=options,
            )
            candidates = [float(found.x), float(low), float(high)]
            return max(candidates, key=payoff)
    first, last = slope(low), slope(high)
    if not np.isfinite(first):
        low, first = np.nextafter(low, high), np.inf
    if first <= 0:
        return low
    if last >= 0:
        return high
    # Where the slope is flat at its zero the method falls back on halving, which takes its time.
    return float(brentq(slope, low, high, xtol=1e-15 * max(1.0, high - low), rtol=8.9e-16, maxiter=10_000))


def _many_variables(game: ContinuousGame, player: int, x: FloatArray, points: Any) -> FloatArray:
    """Best value of several variables of a concave payoff."""
    from scipy.optimize import minimize

    part = game.slices[player]

    def moved(own: FloatArray) -> FloatArray:
        other = x.copy()
        other[part] = own
        return other

    constraints: Any = []
    options: Any = {"ftol": 1e-15, "maxiter": 500}
    if len(points.rows):
        rule = {"fun": lambda y: points.limits - points.rows @ y, "jac": lambda _: -points.rows}
        constraints.append({"type": "ineq", **rule})
    if len(points.equal_rows):
        rule = {"fun": lambda y: points.equal_limits - points.equal_rows @ y, "jac": lambda _: -points.equal_rows}
        constraints.append({"type": "eq", **rule})
    search: Any = minimize
    found = search(
        lambda y: -game.payoff_of(player, moved(y)),
        np.clip(x[part], points.lower, points.upper),
        jac=lambda y: -game.gradient(player, moved(y)),
        bounds=list(zip(points.lower, points.upper, strict=True)),
        constraints=constraints,
        method="SLSQP",
        options=options,
    )
    if not np.isfinite(found.x).all():
        raise SolverError(f"the best reply of {game.players[player]} was not found.", str(found.message))
    return np.asarray(np.clip(found.x, points.lower, points.upper))
