"""What a follower's best answers cost a leader with one variable: exact curves of the leader's choice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from gametrade.games.stackelberg.bilevel import BilevelGame
from gametrade.typing import FloatArray

Row = list[Fraction]
Line = tuple[Fraction, Fraction]
"""Numbers a, b of the function :math:`a + b x`."""


@dataclass(frozen=True)
class Curve:
    r"""An answer :math:`y(x)`, a best one of the follower for x in an interval, and what it is worth.

    Parameters
    ----------
    low, high : Fraction
        The interval, with its ends.
    answer : tuple of (Fraction, Fraction)
        Each entry of y as :math:`\alpha + \beta x`.
    worth : tuple of three Fraction
        Cost :math:`c_0 + c_1 x + c_2 x^2`.
    """

    low: Fraction
    high: Fraction
    answer: tuple[Line, ...]
    worth: tuple[Fraction, Fraction, Fraction]

    def at(self, x: Fraction) -> Fraction:
        """Cost at a choice."""
        return self.worth[0] + x * (self.worth[1] + x * self.worth[2])

    def point(self, x: Fraction) -> list[float]:
        """Choice and answer."""
        return [float(x), *(float(a + b * x) for a, b in self.answer)]


@dataclass(frozen=True)
class ExactCost:
    """A quadratic of (x, y) without rounding: its own matrix, slope and constant."""

    hessian: list[Row]
    linear: Row
    constant: Fraction

    @classmethod
    def of(cls, hessian: FloatArray, linear: FloatArray, constant: float) -> ExactCost:
        """Every float is a fraction."""
        return cls(exact_rows(hessian), [Fraction(v) for v in linear.tolist()], Fraction(constant))

    def along(self, answer: Sequence[Line]) -> tuple[Fraction, Fraction, Fraction]:
        """Coefficients of the cost on the line (x, y(x))."""
        line = [(Fraction(0), Fraction(1)), *answer]
        worth = [self.constant, Fraction(0), Fraction(0)]
        for k, (a, b) in enumerate(line):
            worth[0] += self.linear[k] * a
            worth[1] += self.linear[k] * b
            for j, (c, d) in enumerate(line):
                half = self.hessian[k][j] / 2
                if half:
                    worth[0] += half * a * c
                    worth[1] += half * (a * d + b * c)
                    worth[2] += half * b * d
        return worth[0], worth[1], worth[2]


def reply_curves(game: BilevelGame, cost: ExactCost, low: Fraction, high: Fraction) -> list[Curve]:
    r"""Find curves among which, for every choice, the dearest and the cheapest best answer of the follower are.

    Parameters
    ----------
    game : BilevelGame
        Leader with one variable; the follower's answers are bounded.
    cost : ExactCost
        What is to be as large or as small as possible over the best answers; any quadratic.
    low, high : Fraction
        Choices looked at.

    Returns
    -------
    list of Curve
        In rational arithmetic.

    Notes
    -----
    The best answers to x form a polytope. A largest or smallest cost on it is at a stationary point of one of its
    faces, and of the smallest such face there is only one: rows that bind, A among them with multipliers, and no
    slope of the cost along the face are linear equations with one solution, :math:`y = \alpha + \beta x`. With m rows
    and q variables :math:`\sum_{k \le q} \binom{m}{k} 2^k` systems.
    """
    own = exact_rows(game.follower_rows[:, 1:])
    found: dict[tuple[Line, ...], Curve] = {}
    curves = []
    for count in range(game.n_follower + 1):
        for tight in combinations(range(len(own)), count):
            if count and len(reduced([own[k] for k in tight], game.n_follower)[1]) < count:
                continue
            for size in range(count + 1):
                for active in combinations(tight, size):
                    curve = _curve(game, cost, tight, active, (low, high))
                    old = found.get(curve.answer) if curve else None
                    if curve and not (old and old.low <= curve.low and curve.high <= old.high):
                        found[curve.answer] = curve
                        curves.append(curve)
    return curves


def _curve(
    game: BilevelGame, cost: ExactCost, tight: tuple[int, ...], active: tuple[int, ...], ends: Line
) -> Curve | None:
    """The answer with these rows binding, those active with multipliers, and where it is a best one."""
    q = game.n_follower
    rows, limits = exact_rows(game.follower_rows), [Fraction(v) for v in game.follower_limits.tolist()]
    slopes = [
        [*row[1:], -Fraction(c), -row[0]]
        for row, c in zip(exact_rows(game.follower.hessian[1:]), game.follower.linear[1:].tolist(), strict=True)
    ]
    free = null_space([rows[k][1:] for k in active], q)
    still = [combined(n, slopes) for n in free]
    binding = [[*rows[k][1:], limits[k], -rows[k][0]] for k in tight]
    rates = [[*cost.hessian[k][1:], -cost.linear[k], -cost.hessian[k][0]] for k in range(1, q + 1)]
    along = null_space([row[:q] for row in (*binding, *still)], q)
    solved, pivots = reduced([*binding, *still, *(combined(n, rates) for n in along)], q)
    if len(pivots) < q:
        return None
    answer = tuple((row[q], row[q + 1]) for row in solved[:q])
    signs = [(a, b) for row in solved[q:] for a, b in ((row[q], row[q + 1]), (-row[q], -row[q + 1]))]
    signs += [_value([-v for v in row[1:]], answer, limit, -row[0]) for row, limit in zip(rows, limits, strict=True)]
    push = [_value([-v for v in row[:q]], answer, row[q], row[q + 1]) for row in slopes]
    columns = [[*(rows[k][1 + j] for k in active), *push[j]] for j in range(q)]
    weights = reduced(columns, len(active))[0] if active else []
    signs += [(row[-2], row[-1]) for row in weights[: len(active)]]
    low, high = _interval(signs, ends)
    return None if low is None or high is None else Curve(low, high, answer, cost.along(answer))


def _interval(signs: Sequence[Line], ends: Line) -> tuple[Fraction | None, Fraction | None]:
    """Where all of :math:`a + b x` are at least 0; (None, None) if nowhere."""
    low, high = ends
    for a, b in signs:
        if b > 0:
            low = max(low, -a / b)
        elif b < 0:
            high = min(high, -a / b)
        elif a < 0:
            return None, None
    return (low, high) if low <= high else (None, None)


def _value(row: Sequence[Fraction], answer: Sequence[Line], constant: Fraction, slope: Fraction) -> Line:
    """``constant + slope x + row . y(x)``."""
    return (
        constant + sum((v * a for v, (a, _) in zip(row, answer, strict=True)), Fraction(0)),
        slope + sum((v * b for v, (_, b) in zip(row, answer, strict=True)), Fraction(0)),
    )


def combined(weights: Row, rows: Sequence[Row]) -> Row:
    """Sum of rows with weights."""
    return [sum((w * row[k] for w, row in zip(weights, rows, strict=True)), Fraction(0)) for k in range(len(rows[0]))]


def null_space(rows: Sequence[Row], width: int) -> list[Row]:
    """A basis of the vectors that all rows take to 0."""
    solved, pivots = reduced([list(row) for row in rows], width)
    basis = []
    for k in (k for k in range(width) if k not in pivots):
        vector = [Fraction(int(j == k)) for j in range(width)]
        for row, pivot in zip(solved, pivots, strict=False):
            vector[pivot] = -row[k]
        basis.append(vector)
    return basis


def reduced(rows: Sequence[Row], width: int) -> tuple[list[Row], list[int]]:
    """Reduced row echelon form over the first columns, and the columns of its pivots.

    Examples
    --------
    >>> reduced([[Fraction(2), Fraction(4)], [Fraction(1), Fraction(3)]], 1)
    ([[Fraction(1, 1), Fraction(2, 1)], [Fraction(0, 1), Fraction(1, 1)]], [0])
    """
    left, pivots = [list(row) for row in rows], list[int]()
    for column in range(width):
        done = len(pivots)
        chosen = next((k for k in range(done, len(left)) if left[k][column]), None)
        if chosen is None:
            continue
        left[done], left[chosen] = left[chosen], left[done]
        head = left[done][column]
        left[done] = [value / head for value in left[done]]
        for k, row in enumerate(left):
            if k != done and row[column]:
                factor = row[column]
                left[k] = [a - factor * b for a, b in zip(row, left[done], strict=True)]
        pivots.append(column)
    return left, pivots


def exact_rows(matrix: Any) -> list[Row]:
    """A matrix of floats as the fractions they are."""
    return [[Fraction(value) for value in row] for row in matrix.tolist()]


def breaks(curves: Sequence[Curve], others: Sequence[Fraction]) -> list[Fraction]:
    """Choices at which a curve begins or ends, and others, ascending."""
    return sorted({*others, *(c.low for c in curves), *(c.high for c in curves)})


def crossings(curves: Sequence[Curve], low: Fraction, high: Fraction) -> Iterator[Fraction]:
    """Choices inside an interval at which two curves cross or one is level; crossings to the nearest float."""
    for first in curves:
        if first.worth[2]:
            yield -first.worth[1] / (2 * first.worth[2])
    for first, second in combinations(curves, 2):
        c, b, a = (u - v for u, v in zip(first.worth, second.worth, strict=True))
        if not a:
            if b:
                yield -c / b
            continue
        inside = b * b - 4 * a * c
        if inside >= 0:
            root = _root(inside)
            yield (-b - root) / (2 * a)
            yield (-b + root) / (2 * a)


def _root(value: Fraction) -> Fraction:
    """Square root, exact of squares, else to 2^-80 of itself."""
    from math import isqrt

    scale = 1 << 160
    return Fraction(isqrt(value.numerator * value.denominator * scale), value.denominator * (1 << 80))
