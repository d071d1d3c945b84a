"""Convex sets of strategies: bounds, linear inequalities and equalities."""

from __future__ import annotations

from dataclasses import dataclass

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
