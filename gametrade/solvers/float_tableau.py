"""Pivoting in floats: fast, and only ever a proposal."""

from __future__ import annotations

import numpy as np

from gametrade.typing import FloatArray

SMALLEST_PIVOT = 1e-11
"""Entries below count as zero in the ratio test; the tables are scaled to entries between one and two."""


class FloatTableau:
    r"""A basis of :math:`M x + s = 1` with :math:`x, s \ge 0`, in floats.

    Parameters
    ----------
    matrix : ndarray of shape (k, d)
        M.

    Notes
    -----
    Rows, columns and variables are numbered as in :class:`~gametrade.solvers.integer_tableau.IntegerTableau`.
    """

    __slots__ = ("dimension", "inside", "outside", "rows")

    def __init__(self, matrix: FloatArray) -> None:
        k, self.dimension = matrix.shape
        self.rows = np.concatenate([matrix, np.ones((k, 1))], axis=1)
        self.inside = list(range(self.dimension, self.dimension + k))
        self.outside = list(range(self.dimension))

    def leaving(self, column: int) -> int | None:
        """Row that leaves when a non-basic variable enters, None if nothing limits it."""
        lane = self.rows[:, column]
        limits = np.full(len(lane), np.inf)
        np.divide(self.rows[:, -1], lane, out=limits, where=lane > SMALLEST_PIVOT)
        row = int(limits.argmin())
        return row if np.isfinite(limits[row]) else None

    def pivot(self, row: int, column: int) -> None:
        """Exchange a basic for a non-basic variable."""
        entry = self.rows[row, column]
        lane, line = self.rows[:, column].copy(), self.rows[row] / entry
        lane[row] = 0.0
        self.rows -= np.multiply.outer(lane, line)
        self.rows[:, column] = -lane / entry
        self.rows[row] = line
        self.rows[row, column] = 1 / entry
        self.inside[row], self.outside[column] = self.outside[column], self.inside[row]

    def used(self) -> list[int]:
        """Positions of x that are not zero."""
        weights = zip(self.inside, self.rows[:, -1].tolist(), strict=True)
        return sorted(variable for variable, value in weights if variable < self.dimension and value > 1e-12)
