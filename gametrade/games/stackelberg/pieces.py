"""Continuous functions of one variable that are quadratic between breakpoints, and all their maxima."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from gametrade.tolerance import ROUNDING
from gametrade.typing import BoolArray, FloatArray

EPS = float(np.finfo(float).eps)


@dataclass(frozen=True, eq=False)
class Maxima:
    """Where a piecewise quadratic is largest, and its other local maxima.

    Parameters
    ----------
    points, values : ndarray of shape (k,)
        Local maxima in ascending order of the variable; of a flat stretch both ends.
    tied : ndarray of bool, shape (k,)
        Which of them attain the global maximum, up to rounding.
    bound : float
        Upper bound on the function everywhere, rounding included; infinite if there is none.
    pieces : int
        Pieces that were compared.
    """

    points: FloatArray
    values: FloatArray
    tied: BoolArray
    bound: float
    pieces: int

    @property
    def bounded(self) -> bool:
        """Whether the function has a largest value."""
        return bool(np.isfinite(self.bound))


@dataclass(frozen=True, eq=False)
class PiecewiseQuadratic:
    r"""Functions :math:`c_0 + c_1 (z - z_k) + c_2 (z - z_k)^2` on pieces :math:`[l_k, u_k]`, joined without jumps.

    Parameters
    ----------
    lower, upper : ndarray of shape (m,)
        Ends of the pieces, ascending; ``upper[k]`` is ``lower[k + 1]``. The outermost may be infinite.
    origin : ndarray of shape (m,)
        Finite point :math:`z_k` of each piece around which its coefficients are meant.
    constant, slope, curve : ndarray of shape (m,)
        Coefficients :math:`c_0, c_1, c_2`.
    rounding : ndarray of shape (m,)
        Bound on the error of a value on each piece.
    """

    lower: FloatArray
    upper: FloatArray
    origin: FloatArray
    constant: FloatArray
    slope: FloatArray
    curve: FloatArray
    rounding: FloatArray

    def at(self, points: FloatArray) -> FloatArray:
        """Value of each piece's own quadratic at one point a piece, shape (m,)."""
        step = points - self.origin
        return np.asarray(self.constant + step * (self.slope + step * self.curve))

    def steepness(self, points: FloatArray) -> FloatArray:
        """Derivative of each piece's own quadratic at one point a piece, shape (m,)."""
        return np.asarray(self.slope + 2 * self.curve * (points - self.origin))

    @property
    def grows_without_bound(self) -> bool:
        """Whether an infinite outermost piece rises for ever."""
        first, last = (self.curve[0], -self.slope[0]), (self.curve[-1], self.slope[-1])
        ends = ((np.isinf(self.lower[0]), first), (np.isinf(self.upper[-1]), last))
        return any(bool(open_) and (curve > 0 or (curve == 0 and slope > 0)) for open_, (curve, slope) in ends)

    def maxima(self) -> Maxima:
        """Compare the ends and the vertex of every piece."""
        m = self.lower.size
        if self.grows_without_bound:
            return Maxima(np.zeros(0), np.zeros(0), np.zeros(0, bool), np.inf, m)
        low, high = self._finite_ends
        vertex, _ = self._vertices
        ends = [self.at(low), self.at(high), self.at(vertex)]
        bound = float(np.max(np.max(ends, axis=0) + self.rounding))
        points, values, errors = self._wide._locally_best()
        spread = float(values.max() - min(float(ends[0].min()), float(ends[1].min())))
        close = values + errors + ROUNDING * spread >= np.max(values - errors)
        return Maxima(points, values, close, bound, m)

    @property
    def _finite_ends(self) -> tuple[FloatArray, FloatArray]:
        """Ends of the pieces; a finite point of the piece where an end is infinite."""
        low = np.where(np.isinf(self.lower), np.minimum(self.origin, self.upper), self.lower)
        return low, np.where(np.isinf(self.upper), np.maximum(self.origin, low), self.upper)

    @property
    def _vertices(self) -> tuple[FloatArray, BoolArray]:
        """Vertex of each piece that has its largest value inside, a finite end of the others; and which have one."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            vertex = self.origin - self.slope / (2 * self.curve)
        inner = (self.curve < 0) & (vertex > self.lower) & (vertex < self.upper)
        return np.where(inner, vertex, self._finite_ends[0]), inner

    @property
    def _wide(self) -> PiecewiseQuadratic:
        """Without pieces that are a point, whose slopes say nothing of their neighbourhood; one if all are."""
        wide = self.lower < self.upper
        wide[0] |= not wide.any()
        return PiecewiseQuadratic(*(getattr(self, column.name)[wide] for column in fields(self)))

    def _locally_best(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Vertices inside their piece, and breakpoints from which the function falls, or is flat, to both sides."""
        (low, high), (vertex, inner) = self._finite_ends, self._vertices
        reach = np.maximum(np.abs(high - self.origin), np.abs(low - self.origin))
        level = 8 * EPS * (np.abs(self.slope) + 2 * np.abs(self.curve) * reach)
        falls_left = np.append(True, self.steepness(high) >= -level)
        falls_right = np.append(self.steepness(low) <= level, True)
        knots = np.append(low, high[-1])
        known = np.append(self.at(low), self.at(high)[-1])
        best = falls_left & falls_right
        points = np.concatenate([vertex[inner], knots[best]])
        values = np.concatenate([self.at(vertex)[inner], known[best]])
        joint = np.maximum(np.append(self.rounding[0], self.rounding), np.append(self.rounding, self.rounding[-1]))
        errors = np.concatenate([self.rounding[inner], joint[best]])
        points, first = np.unique(points, return_index=True)
        return points, values[first], errors[first]

    def to_dict(self, most: int = 2000) -> dict[str, Any]:
        """JSON-ready list of pieces with the largest value of each; the best ones only if there are very many."""
        low, high = self._finite_ends
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            vertex = np.clip(np.where(self.curve < 0, self.origin - self.slope / (2 * self.curve), low), low, high)
        best = np.max([self.at(low), self.at(high), self.at(vertex)], axis=0) + self.rounding
        shown = np.sort(np.argsort(-best, kind="stable")[:most])
        rows = np.column_stack([low, high, best])[shown]
        return {"n_pieces": int(low.size), "columns": ["from", "to", "at most"], "pieces": rows.tolist()}
