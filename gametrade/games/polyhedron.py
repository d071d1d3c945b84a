"""Convex sets of strategies: bounds, linear inequalities and equalities."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.typing import ArrayLike, FloatArray


@dataclass(frozen=True, eq=False)
class Polyhedron:
    r"""Points with :math:`l \le x \le u`, :math:`A x \le b` and :math:`E x = h`.

    Parameters
    ----------
    lower, upper : ndarray of shape (d,)
        Bounds, infinite where there is none.
    rows, limits : ndarray of shape (m, d) and (m,)
        Inequalities.
    equal_rows, equal_limits : ndarray of shape (k, d) and (k,)
        Equalities.
    """

    lower: FloatArray
    upper: FloatArray
    rows: FloatArray
    limits: FloatArray
    equal_rows: FloatArray
    equal_limits: FloatArray

    @classmethod
    def of(
        cls,
        lower: ArrayLike,
        upper: ArrayLike,
        rows: ArrayLike | None = None,
        limits: ArrayLike | None = None,
        equal: tuple[ArrayLike, ArrayLike] | None = None,
    ) -> Polyhedron:
        """Check and copy the pieces; without rows there are bounds only."""
        low, high = np.array(lower, dtype=float), np.array(upper, dtype=float)
        d = low.size
        left = np.zeros((0, d)) if rows is None else np.array(rows, dtype=float).reshape(-1, d)
        right = np.zeros(0) if limits is None else np.array(limits, dtype=float).ravel()
        same = (np.zeros((0, d)), np.zeros(0)) if equal is None else equal
        equal_left, equal_right = np.array(same[0], dtype=float).reshape(-1, d), np.array(same[1], dtype=float).ravel()
        if low.shape != (d,) or high.shape != (d,) or len(left) != right.size or len(equal_left) != equal_right.size:
            raise InvalidInputError("bounds, rows and limits of a strategy set must fit each other.")
        for what, values in (("rows", left), ("limits", right), ("rows", equal_left), ("limits", equal_right)):
            if not np.isfinite(values).all():
                wrong = values[~np.isfinite(values)][0]
                raise InvalidInputError(f"{what} of a strategy set must be finite numbers. Got {wrong}.")
        if (low > high).any() or np.isnan(low).any() or np.isnan(high).any():
            k = int(np.flatnonzero(~(low <= high))[0])
            raise InvalidInputError(f"a strategy set must not be empty. Got bounds {low[k]:g} > {high[k]:g}.")
        return cls(low, high, left, right, equal_left, equal_right)

    @property
    def dimension(self) -> int:
        """Number of coordinates d."""
        return self.lower.size

    @property
    def is_box(self) -> bool:
        """Whether there are bounds only."""
        return not len(self.rows) and not len(self.equal_rows)

    def violation(self, x: FloatArray) -> float:
        """By how much a point misses the set at worst; 0 inside."""
        parts = [self.lower - x, x - self.upper, self.rows @ x - self.limits]
        parts.append(np.abs(self.equal_rows @ x - self.equal_limits))
        return max(0.0, max(float(part.max(initial=0.0)) for part in parts))

    def implied_bounds(self) -> tuple[FloatArray, FloatArray]:
        r"""Bounds of all variables that the rows imply where there are none, rounded outwards.

        Returns
        -------
        tuple of ndarray of shape (d,)
            Lower and upper; infinite where the rows, one after the other, leave a variable free.

        Notes
        -----
        A row :math:`\sum_j a_j x_j \le b` with :math:`a_k > 0` gives :math:`x_k \le (b - \sum_{j \ne k} \min a_j x_j) /
        a_k` once all others are bounded on the side that matters, in fractions; until nothing changes.

        Examples
        --------
        A temperature that follows from the heat put in:

        >>> room = Polyhedron.of([0.0, -np.inf], [2.0, np.inf], equal=([[-3.0, 1.0]], [15.0]))
        >>> [ends.round(9).tolist() for ends in room.implied_bounds()]
        [[0.0, 15.0], [2.0, 21.0]]
        """
        ends = [_ends(self.lower), _ends(self.upper)]
        rows = [
            ([(k, Fraction(a)) for k, a in enumerate(sign * row) if a], Fraction(sign * limit))
            for left, right, signs in (
                (self.rows, self.limits, (1.0,)),
                (self.equal_rows, self.equal_limits, (1.0, -1.0)),
            )
            for row, limit in zip(left, right.tolist(), strict=True)
            for sign in signs
        ]
        while any(_tightened(row, limit, ends) for row, limit in rows):
            pass
        low = [-np.inf if v is None else np.nextafter(float(v), -np.inf) for v in ends[0]]
        high = [np.inf if v is None else np.nextafter(float(v), np.inf) for v in ends[1]]
        return np.maximum(self.lower, low), np.minimum(self.upper, high)


def _ends(bounds: FloatArray) -> list[Fraction | None]:
    return [Fraction(v) if np.isfinite(v) else None for v in bounds.tolist()]


def _tightened(row: list[tuple[int, Fraction]], limit: Fraction, ends: list[list[Fraction | None]]) -> bool:
    """Give the only variable of a row that has no end on one side the end that the others imply."""
    least = [(k, a, ends[0 if a > 0 else 1][k]) for k, a in row]
    free = [k for k, _, end in least if end is None]
    changed = False
    for k, a in row:
        side = 1 if a > 0 else 0
        if ends[side][k] is None and not [j for j in free if j != k]:
            others = sum((b * end for j, b, end in least if j != k and end is not None), Fraction(0))
            ends[side][k], changed = (limit - others) / a, True
    return changed
