"""Whether a strategy set has a point, with a proof that it has none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.continuous import ContinuousGame
from gametrade.games.polyhedron import Polyhedron
from gametrade.optimise import Program, maximise
from gametrade.typing import FloatArray


@dataclass(frozen=True, eq=False)
class Emptiness:
    r"""A proof that a polyhedron is empty (Farkas): multipliers whose combination of the rows cannot hold.

    Parameters
    ----------
    rows, equal : ndarray of shape (m,) and (k,)
        Multipliers :math:`\lambda \ge 0` and :math:`\mu`.
    gap : float
        Least value over the bounds of :math:`\lambda^T(Ax - b) + \mu^T(Ex - h)`: positive, while every point of
        the set would make it at most 0.
    """

    rows: FloatArray
    equal: FloatArray
    gap: float

    def __str__(self) -> str:
        terms = [f"{value:.6g} x row {k}" for k, value in enumerate(self.rows) if value]
        terms += [f"{value:.6g} x equation {k}" for k, value in enumerate(self.equal) if value]
        return f"{' + '.join(terms)} asks for 0 >= {self.gap:.6g}"


def farkas_gap(points: Polyhedron, rows: FloatArray, equal: FloatArray) -> float:
    """Least value over the bounds of the combination of the constraints; positive proves that there is no point."""
    slope = rows @ points.rows + equal @ points.equal_rows
    corner = np.where(slope > 0, points.lower, points.upper)
    moved = np.where(slope == 0, 0.0, slope * np.where(slope == 0, 0.0, corner))
    return float(moved.sum() - rows @ points.limits - equal @ points.equal_limits)


def feasible_point(points: Polyhedron) -> FloatArray | Emptiness:
    """A point of the set, or the proof that there is none.

    Examples
    --------
    >>> feasible_point(Polyhedron.of([0, 0], [1, 1], [[-1, -1]], [-3])).gap
    1.0
    """
    from scipy.sparse import csr_matrix

    d, m, k = points.dimension, len(points.rows), len(points.equal_rows)
    if points.is_box:
        nearest = np.where(np.isfinite(points.lower), points.lower, points.upper)
        return np.where(np.isfinite(nearest), nearest, 0.0)
    scale_rows, scale_equal = _sizes(points.rows), _sizes(points.equal_rows)
    left = np.vstack([points.rows / scale_rows[:, None], points.equal_rows / scale_equal[:, None]])
    miss = np.zeros((m + k, m + 2 * k))
    miss[:m, :m], miss[m:, m : m + k], miss[m:, m + k :] = -np.eye(m), np.eye(k), -np.eye(k)
    matrix = csr_matrix(np.hstack([left, miss]))
    limits, levels = points.limits / scale_rows, points.equal_limits / scale_equal
    program = Program(
        np.concatenate([np.zeros(d), -np.ones(m + 2 * k)]),
        matrix,
        np.concatenate([np.full(m, -np.inf), levels]),
        np.concatenate([limits, levels]),
        np.concatenate([points.lower, np.zeros(m + 2 * k)]),
        np.concatenate([points.upper, np.full(m + 2 * k, np.inf)]),
    )
    answer = maximise(program)
    size = max(1.0, float(np.abs(np.concatenate([limits, levels])).max(initial=0.0)))
    for sign in (1.0, -1.0):
        rows = np.clip(sign * answer.row_duals[:m], 0, None) / scale_rows
        equal = sign * answer.row_duals[m:] / scale_equal
        gap = farkas_gap(points, rows, equal)
        if gap > 1e-9 * size:
            return Emptiness(rows, equal, gap)
    return np.clip(answer.variables[:d], points.lower, points.upper)


def need_feasible(game: ContinuousGame) -> FloatArray:
    """A profile that all constraints admit.

    Raises
    ------
    InvalidInputError
        If a player has no strategy, or the shared constraints admit no profile; the proof is shown.
    """
    start = []
    for player, points in zip(game.players, game.sets, strict=True):
        found = feasible_point(points)
        if isinstance(found, Emptiness):
            raise InvalidInputError(f"strategy set of {player} must not be empty. Got constraints of which {found}.")
        start.append(found)
    if game.shared is None:
        return np.concatenate(start)
    low, high = game.bounds
    if (low > high).any():
        name = [name for names in game.variables for name in names][int(np.flatnonzero(low > high)[0])]
        raise InvalidInputError(f"shared constraints must admit a profile. Got bounds of {name} that exclude its set.")
    profile = feasible_point(game.feasible)
    if isinstance(profile, Emptiness):
        raise InvalidInputError(f"shared constraints must admit a profile. Got constraints of which {profile}.")
    return profile


def _sizes(rows: FloatArray) -> FloatArray:
    """Largest entry of each row, 1 where all are zero."""
    sizes = np.abs(rows).max(axis=1, initial=0.0)
    return np.where(sizes > 0, sizes, 1.0)
