"""A simplex tableau in whole numbers: the slow, exact way out where floats cannot tell two levels apart."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from gametrade.errors import SolverError
from gametrade.solvers.integer_span import Integers

PATIENCE = 200
"""Pivots with the best column before Bland's rule, which cannot cycle, takes over."""


class WholeTableau:
    r"""Maximise :math:`c \lambda` subject to :math:`A \lambda = b`, :math:`\lambda \ge 0`, in whole numbers.

    Parameters
    ----------
    matrix : ndarray of int, shape (m, k)
        A.
    right : sequence of int, length m
        b, not negative.

    Notes
    -----
    Pivots without fractions (Edmonds): the tableau is kept as whole numbers over one common denominator, the
    determinant of the basis. O(m k) products of whole numbers a pivot. Artificial columns stand at the end; they
    never enter, and their reduced costs are the dual prices.
    """

    def __init__(self, matrix: Integers, right: Sequence[int]) -> None:
        m, k = matrix.shape
        identity, column = np.eye(m, dtype=int).astype(object), np.array(right, dtype=object)[:, None]
        self._table = np.hstack([matrix.astype(object), identity, column])
        self._columns, self._rows, self._unit = k, m, 1
        self._basis = np.arange(k, k + m)
        start = np.zeros(k + m, dtype=object)
        start[k:] = -1
        self._climb(start)
        if (start[self._basis] @ self._table[:, -1]) != 0:
            raise SolverError("An exact linear program has no solution.", "infeasible")
        for row in np.flatnonzero(self._basis >= k):
            used = np.flatnonzero(self._table[row, :k])
            if len(used):
                self._pivot(int(row), int(used[0]))

    def maximise(self, gains: Sequence[int]) -> tuple[dict[int, Fraction], list[Fraction]]:
        """Positive variables by position, and dual prices of the m rows."""
        padded = np.concatenate([np.array(gains, dtype=object), np.zeros(self._rows, dtype=object)])
        self._climb(padded)
        ends = zip(self._basis.tolist(), self._table[:, -1], strict=True)
        positive = {b: Fraction(int(end), self._unit) for b, end in ends if end > 0}
        prices = padded[self._basis] @ self._table[:, self._columns : -1]
        return positive, [Fraction(int(price), self._unit) for price in prices]

    def _climb(self, gains: Integers) -> None:
        """Pivot until no column is worth entering."""
        step = 0
        while True:
            reduced = self._unit * gains - gains[self._basis] @ self._table[:, :-1]
            better = np.flatnonzero(reduced[: self._columns] > 0)
            if not len(better):
                return
            column = int(better[0] if step > PATIENCE else better[np.argmax(reduced[better])])
            self._pivot(self._leaving(column), column)
            step += 1

    def _leaving(self, column: int) -> int:
        rows = np.flatnonzero(self._table[:, column] > 0)
        if not len(rows):
            raise SolverError("An exact linear program has no largest value.", "unbounded")
        ratios = [(Fraction(self._table[r, -1], self._table[r, column]), int(self._basis[r]), int(r)) for r in rows]
        return min(ratios)[2]

    def _pivot(self, row: int, column: int) -> None:
        number = self._table[row, column]
        kept = self._table[row].copy()
        self._table = (self._table * number - np.outer(self._table[:, column], kept)) // self._unit
        self._table[row] = kept
        self._unit = number
        if number < 0:
            self._table, self._unit = -self._table, -number
        self._basis[row] = column
