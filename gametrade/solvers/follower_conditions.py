"""A leader over a follower's program as one problem with complementary pairs, in fractions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gametrade.games.definite import is_definite
from gametrade.games.stackelberg.bilevel import BilevelGame
from gametrade.solvers.complementarity import fractions

Vector = Sequence[Fraction]


@dataclass(frozen=True, eq=False)
class FollowerConditions:
    r"""Choices, answers and multipliers :math:`v = (x, y, \lambda)` that satisfy the follower's conditions.

    Parameters
    ----------
    rows, limits : ndarray of Fraction, shape (r + m, d + m) and (r + m,)
        Constraints :math:`R v \le s`, those of the leader first.
    equal, levels : ndarray of Fraction, shape (q, d + m) and (q,)
        The follower's slope is 0: :math:`G z + B_y^T \lambda = -g`.
    hessian, linear, constant : ndarray of Fraction and Fraction
        The leader's cost as :math:`\tfrac12 v^T Q v + c^T v + k`, convex.
    d, m : int
        Numbers of variables of both, and of rows of the follower.

    Notes
    -----
    Where :math:`\lambda_i (b - B z)_i = 0` for all rows, :math:`C(v) = y^T (G z + g) + \lambda^T (b - B_x x) = 0`, so
    that a multiple of C can be added to the leader's cost. It turns a revenue :math:`p^T y`, bilinear in price and
    answer, into a linear function of y and the multipliers.
    """

    rows: np.ndarray
    limits: np.ndarray
    equal: np.ndarray
    levels: np.ndarray
    hessian: np.ndarray
    linear: np.ndarray
    constant: Fraction
    d: int
    m: int

    @classmethod
    def of(cls, game: BilevelGame) -> FollowerConditions | None:
        """Write down the conditions of a game; None if no multiple of C makes the leader's cost convex."""
        d, m, r = game.dimension, len(game.follower_rows), len(game.leader_rows)
        width = d + m
        rows = _zeros(r + m, width)
        rows[:, :d] = fractions(np.vstack([game.leader_rows, game.follower_rows]))
        limits = fractions(np.concatenate([game.leader_limits, game.follower_limits]))
        square, slope, gradients = (fractions(part) for part in game.stationarity())
        equal = np.concatenate([square, gradients], axis=1)
        hessian, linear = _zeros(width, width), np.array([Fraction(0)] * width, dtype=object)
        hessian[:d, :d], linear[:d] = fractions(game.leader.hessian), fractions(game.leader.linear)
        if not is_definite(hessian.tolist(), strict=False):
            extra, more = _vanishing(game, square, slope)
            times = _multiple(hessian, extra, game.n_leader, d)
            hessian, linear = hessian + times * extra, linear + times * more
            if not is_definite(hessian.tolist(), strict=False):
                return None
        return cls(rows, limits, equal, -slope, hessian, linear, Fraction(game.leader.constant), d, m)

    @property
    def n_leader_rows(self) -> int:
        """Number of constraints of the leader."""
        return len(self.rows) - self.m

    def cost(self, v: Vector) -> Fraction:
        """The leader's cost, exactly."""
        point = np.array(v, dtype=object)
        value: Fraction = point @ (self.hessian @ point) / 2 + self.linear @ point + self.constant
        return value

    def slacks(self, v: Vector) -> list[Fraction]:
        """Room that is left in every row of the follower."""
        r = self.n_leader_rows
        return list(self.limits[r:] - self.rows[r:] @ np.array(v, dtype=object))

    def bound(
        self, binding: frozenset[int], idle: frozenset[int], multipliers: Vector, point: Vector | None
    ) -> Fraction | None:
        r"""Least cost where some rows bind and others have no multiplier, as these multipliers prove it.

        Parameters
        ----------
        binding, idle : frozenset of int
            Rows of the follower that bind, and rows whose multiplier is 0.
        multipliers : sequence of Fraction, shape (r + m + q,)
            Of the rows, and of the equations.
        point : sequence of Fraction, shape (d + m,), or None
            Where the cost is replaced by its tangent, which is below it. None: the multipliers prove that there is no
            such v.

        Returns
        -------
        Fraction or None
            A bound that no v of the kind is below; None if the multipliers prove nothing, infinity being an empty kind.

        Notes
        -----
        With tangent slope t, :math:`t + R^T u + E^T w` has to be 0 at free variables and at least 0 at multipliers, and
        u at least 0 except at binding rows: then :math:`t^T v \ge -u^T s - w^T h` for every v. Farkas' lemma is the
        case t = 0.
        """
        given = np.array(multipliers, dtype=object)
        u, w = given[: len(self.rows)], given[len(self.rows) :]
        if point is None:
            tangent = np.array([Fraction(0)] * (self.d + self.m), dtype=object)
        else:
            at = np.array(point, dtype=object)
            tangent = self.hessian @ at + self.linear
        left = tangent + self.rows.T @ u + self.equal.T @ w
        r = self.n_leader_rows
        signs = all(value >= 0 for k, value in enumerate(u) if k - r not in binding)
        free = all(value == 0 for value in left[: self.d])
        rest = all(value >= 0 for k, value in enumerate(left[self.d :]) if k not in idle)
        if not (signs and free and rest):
            return None
        least: Fraction = -(u @ self.limits) - w @ self.levels
        if point is None:
            return INFINITE if least > 0 else None
        bound: Fraction = self.cost(point) - tangent @ at + least
        return bound


INFINITE = Fraction(10) ** 400
"""Stands for a bound where there is nothing: above every float."""


def _vanishing(game: BilevelGame, square: np.ndarray, slope: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hessian and slope of C."""
    p, d, m = game.n_leader, game.dimension, len(game.follower_rows)
    half, linear = _zeros(d + m, d + m), np.array([Fraction(0)] * (d + m), dtype=object)
    half[p:d, :d] = square
    half[d:, :p] = -fractions(game.follower_rows[:, :p])
    linear[p:d], linear[d:] = slope, fractions(game.follower_limits)
    return half + half.T, linear


def _multiple(hessian: np.ndarray, extra: np.ndarray, p: int, d: int) -> Fraction:
    """How much of C takes the products of choices and answers out of the cost."""
    mine, other = hessian[:p, p:d].ravel(), extra[:p, p:d].ravel()
    size = other @ other
    return -(mine @ other) / size if size else Fraction(0)


def _zeros(rows: int, columns: int) -> np.ndarray:
    return np.array([[Fraction(0)] * columns for _ in range(rows)], dtype=object).reshape(rows, columns)
