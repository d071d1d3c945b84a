"""A second, slow and exact way to the nucleolus and the least core: Maschler's scheme in whole numbers.

Every level is one linear program solved by a tableau of whole numbers; a coalition is settled only if its
excess is the same at every optimum, which is decided by one more program each. Nothing is shared with the
package: no floats, no spans, no Kohlberg certificates.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np


class Unbounded(Exception):
    """The objective has no largest value."""


class Tableau:
    """Maximise gains x subject to matrix x = rhs >= 0, x >= 0, in whole numbers (Edmonds' pivots)."""

    def __init__(self, matrix, rhs):
        m, k = len(matrix), len(matrix[0])
        self.columns = k
        rows = [[*row, *(int(i == j) for j in range(m)), b] for i, (row, b) in enumerate(zip(matrix, rhs, strict=True))]
        self.rows = np.array(rows, dtype=object)
        self.basis = [k + i for i in range(m)]
        self.unit = 1
        if self.maximise([0] * k + [-1] * m, range(k + m)) != 0:
            raise ValueError("no feasible point")
        for i in range(m):
            if self.basis[i] >= k:
                column = next((j for j in range(k) if self.rows[i, j] != 0), None)
                if column is not None:
                    self.pivot(i, column)

    def pivot(self, row, column):
        number = self.rows[row, column]
        factors = self.rows[:, column].copy()
        changed = (self.rows * number - np.outer(factors, self.rows[row])) // self.unit
        changed[row] = self.rows[row]
        self.rows, self.unit = changed, number
        self.basis[row] = column
        if self.unit < 0:
            self.rows, self.unit = -self.rows, -self.unit

    def reduced(self, gains):
        padded = np.array([*gains, *[0] * (self.rows.shape[1] - 1 - len(gains))], dtype=object)
        return self.unit * padded - padded[self.basis] @ self.rows[:, :-1]

    def maximise(self, gains, allowed):
        """Optimal value; `allowed` are the columns that may enter."""
        allowed = list(allowed)
        for count in range(100_000):
            reduced = self.reduced(gains)
            better = [j for j in allowed if reduced[j] > 0]
            if not better:
                padded = [*gains, *[0] * (self.rows.shape[1] - 1 - len(gains))]
                return sum(Fraction(padded[b] * self.rows[i, -1], self.unit) for i, b in enumerate(self.basis))
            column = better[0] if count > 50 else max(better, key=lambda j: reduced[j])
            up = [i for i in range(len(self.rows)) if self.rows[i, column] > 0]
            if not up:
                raise Unbounded
            row = min(up, key=lambda i: (Fraction(self.rows[i, -1], self.rows[i, column]), self.basis[i]))
            self.pivot(row, column)
        raise ValueError("too many pivots")

    def can_be_positive(self, column, allowed):
        """Whether a column is positive in some solution of the allowed ones; a ray counts."""
        try:
            return self.maximise([int(j == column) for j in range(self.columns)], allowed) > 0
        except Unbounded:
            return True

    def positive(self):
        """Columns that are positive in the basic solution."""
        return {b for i, b in enumerate(self.basis) if self.rows[i, -1] > 0}


def proper_coalitions(n):
    return [c for size in range(1, n) for c in combinations(range(n), size)]


def solution(n, value, *, per_member=False, bounded=True, only_first=False):
    """Payoffs as fractions and the levels of excess; `value` maps sorted tuples to whole numbers.

    The dual of each level: maximise the weighted values of unsettled coalitions plus free multiples of what
    is settled, where weights balance to nothing and those of unsettled coalitions add up to one.
    """
    everyone = tuple(range(n))
    if bounded and value[everyone] < sum(value[(i,)] for i in range(n)):
        bounded = False
    settled, unsettled = {everyone: Fraction(value[everyone])}, proper_coalitions(n)
    held, levels = set(), []
    while unsettled and rank(n, [*settled, *((i,) for i in held)]) < n:
        floors = [i for i in range(n) if bounded and i not in held]
        level, tight, stuck = one_level(n, value, unsettled, floors, fixed_amounts(settled, held, value), per_member)
        levels.append(level)
        if only_first:
            return None, levels
        settled |= {c: value[c] - level * (len(c) if per_member else 1) for c in tight}
        held |= stuck
        unsettled = [c for c in unsettled if c not in settled]
    return solve(n, fixed_amounts(settled, held, value)), levels


def fixed_amounts(settled, held, value):
    return [*settled.items(), *(((i,), Fraction(value[(i,)])) for i in sorted(held))]


def one_level(n, value, unsettled, floors, fixed, per_member):
    """Lowest level, coalitions tight at every optimum, players at their bound at every optimum."""
    weights = [len(c) if per_member else 1 for c in unsettled]
    sets = [*unsettled, *((i,) for i in floors), *(c for c, _ in fixed), *(c for c, _ in fixed)]
    k, f = len(unsettled), len(floors)
    signs = [1] * (k + f + len(fixed)) + [-1] * len(fixed)
    amounts = [Fraction(value[c]) for c in unsettled] + [Fraction(value[(i,)]) for i in floors]
    amounts += [amount for _, amount in fixed] * 2
    scale = int(np.lcm.reduce([a.denominator for a in amounts], dtype=object))
    gains = [int(a * scale) * s for a, s in zip(amounts, signs, strict=True)]
    matrix = [[s * (i in c) for c, s in zip(sets, signs, strict=True)] for i in range(n)]
    matrix.append(weights + [0] * (len(sets) - k))
    tableau = Tableau(matrix, [0] * n + [1])
    level = tableau.maximise(gains, range(len(sets))) / scale
    reduced = tableau.reduced(gains)
    face = [j for j in range(len(sets)) if reduced[j] == 0]
    positive = tableau.positive()
    for j in face:
        if j < k + f and j not in positive and tableau.can_be_positive(j, face):
            positive |= {j} | tableau.positive()
    return level, [unsettled[j] for j in positive if j < k], {floors[j - k] for j in positive if k <= j < k + f}


def rank(n, sets):
    return sum(any(row) for row in echelon([[Fraction(int(i in c)) for i in range(n)] for c in sets]))


def echelon(rows):
    rows, done = [list(row) for row in rows], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((r for r in range(done, len(rows)) if rows[r][column] != 0), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        rows[done] = [a / rows[done][column] for a in rows[done]]
        for r in range(len(rows)):
            if r != done and rows[r][column] != 0:
                rows[r] = [a - rows[r][column] * b for a, b in zip(rows[r], rows[done], strict=True)]
        done += 1
    return rows


def solve(n, fixed):
    """The payoffs that give every settled coalition its amount."""
    rows = echelon([[*(Fraction(int(i in c)) for i in range(n)), amount] for c, amount in fixed])
    assert all(any(row[:n]) or row[n] == 0 for row in rows), "settled amounts contradict each other"
    return tuple(rows[i][n] for i in range(n))
