"""A continuous game as one monotone map over bounds: strategies, and prices of all other constraints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.concavity import need_concave
from gametrade.games.continuous import ContinuousGame
from gametrade.games.equilibrium import Solution
from gametrade.games.feasibility import need_feasible
from gametrade.solvers.best_response import started
from gametrade.solvers.price_taking import shared_answer
from gametrade.solvers.regret_bounds import certified
from gametrade.typing import ArrayLike, FloatArray

KEPT = 200
"""Entries of a trace."""


class VariationalMap:
    r"""The map :math:`T(x, \lambda, \mu) = (F(x) + A^T\lambda + E^T\mu,\; b - Ax,\; h - Ex)` over bounds.

    Its solutions over :math:`l \le x \le u, \lambda \ge 0` are the variational equilibria with their prices.

    Parameters
    ----------
    game : ContinuousGame
        Concave payoffs.
    """

    def __init__(self, game: ContinuousGame) -> None:
        self.game, self.d = game, game.dimension
        self.points = game.feasible
        self.scale_rows, self.scale_equal = _norms(self.points.rows), _norms(self.points.equal_rows)
        self.rows = self.points.rows / self.scale_rows[:, None]
        self.limits = self.points.limits / self.scale_rows
        self.equal_rows = self.points.equal_rows / self.scale_equal[:, None]
        self.equal_limits = self.points.equal_limits / self.scale_equal
        m, k = self.limits.size, self.equal_limits.size
        self.lower = np.concatenate([self.points.lower, np.zeros(m), np.full(k, -np.inf)])
        self.upper = np.concatenate([self.points.upper, np.full(m + k, np.inf)])

    def start(self, x: FloatArray) -> FloatArray:
        """A first point: a profile, and prices of nothing."""
        return np.concatenate([x, np.zeros(self.lower.size - self.d)])

    def project(self, z: FloatArray) -> FloatArray:
        """Nearest point of the bounds."""
        return np.asarray(np.clip(z, self.lower, self.upper))

    def __call__(self, z: FloatArray) -> FloatArray:
        """The map.

        Raises
        ------
        InvalidInputError
            If a payoff has no finite slope there; the profile is named.
        """
        d, m = self.d, self.limits.size
        x, prices, equal = z[:d], z[d : d + m], z[d + m :]
        slope = self.game.pseudo_gradient(x)
        if not np.isfinite(slope).all():
            player = self.game.players[int(self.game.owner[np.flatnonzero(~np.isfinite(slope))[0]])]
            raise InvalidInputError(
                f"payoff of {player} must have a finite slope. Got {slope} at the profile {x.tolist()}."
            )
        return np.concatenate(
            [
                slope + self.rows.T @ prices + self.equal_rows.T @ equal,
                self.limits - self.rows @ x,
                self.equal_limits - self.equal_rows @ x,
            ]
        )

    def residual(self, z: FloatArray, value: FloatArray) -> float:
        """Largest entry of z - P(z - T(z)), relative to the size of z or T."""
        gap = np.abs(z - self.project(z - value)).max(initial=0.0)
        return float(gap) / max(1.0, float(np.abs(z[: self.d]).max(initial=0.0)))

    def answer(self, solver: str, z: FloatArray, ended: bool, trace: list[Mapping[str, Any]]) -> Solution:
        """The profile with certificate, or why there is none."""
        kept = tuple(trace[:: max(1, len(trace) // KEPT)])
        last = trace[-1]
        if not ended:
            said = f"No end after {last['step']} steps: the residual is {last['residual']:.3g}."
            return Solution(self.game, solver, (), finding=said, trace=kept)
        m = self.limits.size
        prices = z[self.d : self.d + m] / self.scale_rows
        equal = z[self.d + m :] / self.scale_equal
        x, evidence = z[: self.d], {"residual": last["residual"]}
        if self.game.shared is None:
            found = (certified(self.game, x, "Nash", evidence=evidence),)
        else:
            shared, same = len(self.game.shared.rows), len(self.game.shared.equal_rows)
            found = (
                shared_answer(self.game, x, (prices[m - shared :], equal[equal.size - same :]), evidence=evidence),
            )
        return Solution(self.game, solver, found, finding=f"Stopped after {last['step']} steps.", trace=kept)


def prepared(game: ContinuousGame, solver: str, start: ArrayLike | None) -> tuple[VariationalMap, FloatArray]:
    """The map of a concave game with a point to start from."""
    need_concave(game, solver)
    first = need_feasible(game)
    chart = VariationalMap(game)
    return chart, chart.start(first if start is None else started(game, start))


def _norms(rows: FloatArray) -> FloatArray:
    """Length of each row, 1 for empty ones."""
    sizes = np.linalg.norm(rows, axis=1)
    return np.where(sizes > 0, sizes, 1.0)
