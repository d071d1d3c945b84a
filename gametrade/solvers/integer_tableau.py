"""Pivoting without rounding: a table of whole numbers over one common divisor, and linear systems solved in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction

import numpy as np


class IntegerTableau:
    r"""A basis of :math:`M x + s = b` with :math:`x, s \ge 0`, in whole numbers.

    Parameters
    ----------
    matrix : ndarray of Python integers, shape (k, d)
        M.
    right : ndarray of Python integers, shape (k,)
        b, none negative.
    gains : ndarray of Python integers, shape (d,), optional
        Objective c of :math:`\max c^T x`.

    Notes
    -----
    Variables 0 to d-1 are x, the others the slacks. ``rows[:, j]`` times the value of the non-basic variable
    ``outside[j]``, summed over j, plus `divisor` times the basic variable is the last column. Every entry is a minor of
    the data, so the division in a pivot leaves no remainder [1]_. Ties in the ratio test are broken as if the
    right-hand side were :math:`b + (\epsilon, \epsilon^2, ...)`, so no basis ever comes back [2]_. A pivot costs
    3 k d operations on integers.

    References
    ----------
    .. [1] J. Edmonds, "Systems of distinct representatives and linear algebra", J. Res. Nat. Bur. Standards 71B (1967)
       241-245.
    .. [2] G. B. Dantzig, A. Orden and P. Wolfe, "The generalized simplex method for minimizing a linear form under
       linear inequality restraints", Pacific J. Math. 5 (1955) 183-195. :doi:`10.2140/pjm.1955.5.183`
    """

    __slots__ = ("dimension", "divisor", "inside", "outside", "rows")

    def __init__(self, matrix: np.ndarray, right: np.ndarray, gains: np.ndarray | None = None) -> None:
        k, self.dimension = matrix.shape
        self.rows = np.concatenate([matrix, right[:, None]], axis=1).astype(object)
        if gains is not None:
            last = np.append(-gains, 0).astype(object)
            self.rows = np.concatenate([self.rows, last[None, :]])
        self.divisor = 1
        self.inside = list(range(self.dimension, self.dimension + k))
        self.outside = list(range(self.dimension))

    def copy(self) -> IntegerTableau:
        """The same basis, to be pivoted on its own."""
        other = object.__new__(IntegerTableau)
        other.rows, other.divisor, other.dimension = self.rows, self.divisor, self.dimension
        other.inside, other.outside = list(self.inside), list(self.outside)
        return other

    def pivot(self, row: int, column: int) -> None:
        """Exchange a basic for a non-basic variable."""
        old, entry = self.rows, self.rows[row, column]
        lane, line = old[:, column].copy(), old[row].copy()
        lane[row] = 0
        new = (old * entry - np.multiply.outer(lane, line)) // self.divisor
        new[:, column] = -lane
        new[row] = line
        new[row, column] = self.divisor
        if entry < 0:
            new, entry = -new, -entry
        self.rows, self.divisor = new, entry
        self.inside[row], self.outside[column] = self.outside[column], self.inside[row]

    def leaving(self, column: int) -> int | None:
        """Row that leaves when a non-basic variable enters, None if nothing limits it."""
        k, lane, right = len(self.inside), self.rows[:, column].tolist(), self.rows[:, -1].tolist()
        best: list[int] = []
        for i in range(k):
            if lane[i] <= 0:
                continue
            if best:
                ahead = right[i] * lane[best[0]] - right[best[0]] * lane[i]
                if ahead > 0:
                    continue
                if ahead == 0:
                    best.append(i)
                    continue
            best = [i]
        if len(best) > 1:
            return self._least(best, lane)
        return best[0] if best else None

    def _least(self, tied: list[int], lane: list[int]) -> int:
        """Break a tie by the perturbed right-hand side: the columns of the slacks, in order."""
        column_of = {variable: j for j, variable in enumerate(self.outside)}
        row_of = {variable: i for i, variable in enumerate(self.inside)}
        for slack in range(self.dimension, self.dimension + len(self.inside)):
            values = [
                self.rows[i, column_of[slack]] if slack in column_of else self.divisor * (row_of[slack] == i)
                for i in tied
            ]
            first = 0
            for j in range(1, len(tied)):
                if values[j] * lane[tied[first]] < values[first] * lane[tied[j]]:
                    first = j
            kept = [
                i for i, value in zip(tied, values, strict=True) if value * lane[tied[first]] == values[first] * lane[i]
            ]
            tied = kept
            if len(tied) == 1:
                break
        return tied[0]

    def drive(self, likely: Collection[int], unlikely: Collection[int]) -> bool:
        """Pivot towards a basis with some variables and without others; say whether no value is negative there."""
        k = len(self.inside)
        for variable in sorted(set(likely) - set(self.inside)):
            column = self.outside.index(variable)
            rows = [i for i in range(k) if self.rows[i, column] and self.inside[i] not in likely]
            if not rows:
                return False
            self.pivot(max(rows, key=lambda i: self.inside[i] in unlikely), column)
        for variable in sorted(set(unlikely) & set(self.inside)):
            row = self.inside.index(variable)
            columns = [j for j in range(len(self.outside)) if self.rows[row, j] and self.outside[j] not in unlikely]
            if columns:
                self.pivot(row, columns[0])
        return min(self.rows[:k, -1].tolist(), default=0) >= 0

    def improve(self) -> bool:
        """Pivot to an optimal basis by the rule of the least index, which never cycles; False if there is none."""
        k = len(self.inside)
        while True:
            costs = self.rows[-1, :-1].tolist()
            column = min((j for j in range(len(costs)) if costs[j] < 0), key=self.outside.__getitem__, default=None)
            if column is None:
                return True
            limits = {i: Fraction(self.rows[i, -1], self.rows[i, column]) for i in range(k) if self.rows[i, column] > 0}
            if not limits:
                return False
            self.pivot(min(limits, key=lambda i: (limits[i], self.inside[i])), column)

    def numerators(self) -> list[int]:
        """Values of x times the divisor, shape (d,)."""
        values = [0] * self.dimension
        for variable, value in zip(self.inside, self.rows[:, -1].tolist(), strict=False):
            if variable < self.dimension:
                values[variable] = value
        return values

    def tight(self) -> int:
        """Bitmask of the variables that are zero, basic ones included."""
        mask = 0
        for variable in self.outside:
            mask |= 1 << variable
        for variable, value in zip(self.inside, self.rows[:, -1].tolist(), strict=False):
            if value == 0:
                mask |= 1 << variable
        return mask


def integer_program(matrix: np.ndarray, right: np.ndarray, gains: np.ndarray) -> IntegerTableau | None:
    r"""Solve :math:`\max c^T x` subject to :math:`M x \le b, x \ge 0` without rounding.

    Parameters
    ----------
    matrix : ndarray of Python integers, shape (k, d)
        M.
    right : ndarray of Python integers, shape (k,)
        b, none negative, so that x = 0 is feasible.
    gains : ndarray of Python integers, shape (d,)
        Objective c.

    Returns
    -------
    IntegerTableau or None
        The optimal basis; None if the objective has no largest value.

    Notes
    -----
    The simplex method with the steepest column and the lexicographic ratio test, which ends on every input.

    Examples
    --------
    >>> as_whole = lambda rows: np.array(rows, dtype=object)
    >>> best = integer_program(as_whole([[1, 2], [3, 1]]), as_whole([4, 6]), as_whole([1, 1]))
    >>> [Fraction(value, best.divisor) for value in best.numerators()]
    [Fraction(8, 5), Fraction(6, 5)]
    """
    tableau = IntegerTableau(matrix, right, gains)
    while True:
        costs = tableau.rows[-1, :-1].tolist()
        column = min(range(len(costs)), key=costs.__getitem__, default=0)
        if not costs or costs[column] >= 0:
            return tableau
        row = tableau.leaving(column)
        if row is None:
            return None
        tableau.pivot(row, column)


def solve_whole(matrix: np.ndarray, right: Sequence[int]) -> list[Fraction] | None:
    """Solve a square system of whole numbers without rounding.

    Parameters
    ----------
    matrix : ndarray of Python integers, shape (k, k)
        Coefficients.
    right : sequence of int
        Right-hand side, shape (k,).

    Returns
    -------
    list of Fraction or None
        The solution; None if the matrix is singular.

    Notes
    -----
    Fraction-free elimination [1]_, :math:`k^3 / 3` multiplications of minors, then substitution from below.

    References
    ----------
    .. [1] E. H. Bareiss, "Sylvester's identity and multistep integer-preserving Gaussian elimination", Math. Comp. 22
       (1968) 565-578. :doi:`10.1090/S0025-5718-1968-0226829-0`

    Examples
    --------
    >>> solve_whole(np.array([[2, 1], [1, 3]], dtype=object), [1, 1])
    [Fraction(2, 5), Fraction(1, 5)]
    """
    k = len(matrix)
    rows = np.empty((k, k + 1), dtype=object)
    rows[:, :k], rows[:, k] = matrix, list(right)
    before = 1
    for c in range(k):
        lead = next((i for i in range(c, k) if rows[i, c]), None)
        if lead is None:
            return None
        if lead != c:
            rows[[c, lead]] = rows[[lead, c]]
        entry = rows[c, c]
        below = rows[c + 1 :, c:]
        rows[c + 1 :, c:] = (below * entry - np.multiply.outer(below[:, 0].copy(), rows[c, c:])) // before
        before = entry
    return _back_substitution(rows, k)


def _back_substitution(rows: np.ndarray, k: int) -> list[Fraction]:
    """Solve a triangle: the last pivot is the determinant, times which every unknown is a whole number."""
    determinant = rows[k - 1, k - 1] if k else 1
    scaled = np.zeros(k, dtype=object)
    for i in reversed(range(k)):
        known = rows[i, i + 1 : k] @ scaled[i + 1 :] if i + 1 < k else 0
        scaled[i] = (rows[i, k] * determinant - known) // rows[i, i]
    return [Fraction(value, determinant) for value in scaled.tolist()]
