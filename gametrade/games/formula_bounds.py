"""Upper bounds of a formula over a polyhedron of few variables, proved by boxes in interval arithmetic."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.games.definite import is_definite
from gametrade.games.intervals import Intervals, NoBounds
from gametrade.games.polyhedron import Polyhedron
from gametrade.typing import FloatArray

MOST_BOXES = 4000
"""Boxes that are looked at before a proof gives up."""

Box = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Roof:
    """What a formula does not exceed, and the most that it was found to reach.

    Parameters
    ----------
    bound : float
        No point of the set has more; infinite where nothing is proved.
    best : float
        The most that was found.
    at : tuple of float
        Where.
    boxes : int
        Boxes looked at.
    """

    bound: float
    best: float
    at: tuple[float, ...]
    boxes: int


class BoundedFormula:
    r"""A formula with what bounds it on a box: its range, its slope, and the tangent where it is concave.

    Parameters
    ----------
    formula : sympy expression
        In these symbols only.
    symbols : sequence of sympy Symbol
        The variables.
    points : Polyhedron
        Where they may be, within finite bounds.
    near : ndarray of shape (d,)
        A point that is thought to be best.
    rows : ndarray of shape (m,), optional
        Multipliers of the rows of the set, none negative; any do, those of the maximum make bounds sharp there.

    Notes
    -----
    With c the point of a box B nearest to `near`, three bounds: the natural extension f(B);
    :math:`f(c) + \nabla f(B) (B - c)`; and, where the Hessian is negative semidefinite on B, the tangent
    :math:`f(c) + \nabla f(c) (B - c)`. Rows :math:`A y \le b` enter as
    :math:`g (y - c) \le (g - A^T u)(y - c) + u^T (b - A c)`. Definiteness on a box: the middle of the interval matrix,
    less the largest row sum of its radii, in fractions.
    """

    def __init__(
        self, formula: Any, symbols: Sequence[Any], points: Polyhedron, near: FloatArray, rows: FloatArray | None = None
    ) -> None:
        import sympy

        self.formula, self.symbols, self.points = formula, list(symbols), points
        self.near = np.clip(near, points.lower, points.upper)
        self.slopes = [sympy.diff(formula, s) for s in self.symbols]
        self.bends = [[sympy.diff(slope, s) for s in self.symbols[: k + 1]] for k, slope in enumerate(self.slopes)]
        self.intervals = Intervals()
        self.multipliers = np.zeros(len(points.rows)) if rows is None else np.maximum(0.0, rows)

    def at(self, point: Sequence[float]) -> Any:
        """Value at a point, as an interval around it."""
        return self.intervals(self.formula, self._exact(point))

    def roof(self, box: Box, limit: Any) -> Any:
        """A bound on a box, the first that is below the limit or else the least; minus infinity if the box is empty."""
        if self._outside(box):
            return self.intervals.exact(float("-inf"))
        c = tuple(min(max(float(x), low), high) for x, (low, high) in zip(self.near, box, strict=True))
        tries: tuple[Callable[[], Any], ...] = (
            lambda: self.intervals(self.formula, self._over(box)),
            lambda: self._linear(box, c, self._over(box)),
            lambda: self._linear(box, c, self._exact(c)) if self._concave(box) else self.intervals.exact(float("inf")),
        )
        best = self.intervals.exact(float("inf"))
        for bound in tries:
            try:
                found = self.intervals.exact(bound().b)
            except NoBounds:
                continue
            if not found.b >= best.a:
                best = found
            if best.b <= limit.a:
                break
        return best

    def over(self, box: Box) -> float:
        """The sharpest bound on a box with its middle for `near`; infinite where there is none."""
        near, self.near = self.near, np.array([(low + high) / 2 for low, high in box])
        found = _up(self.roof(box, self.intervals.exact(float("-inf"))))
        self.near = near
        return found

    def _exact(self, point: Sequence[float]) -> dict[Any, Any]:
        return {s: self.intervals.exact(float(x)) for s, x in zip(self.symbols, point, strict=True)}

    def _over(self, box: Box) -> dict[Any, Any]:
        return {s: self.intervals.box(*ends) for s, ends in zip(self.symbols, box, strict=True)}

    def _outside(self, box: Box) -> bool:
        """Whether a row is broken everywhere on the box."""
        return any(self._row(row, box).a > limit for row, limit in self._all_rows())

    def _all_rows(self) -> list[tuple[FloatArray, float]]:
        points = self.points
        rows = list(zip(points.rows, points.limits.tolist(), strict=True))
        for row, level in zip(points.equal_rows, points.equal_limits.tolist(), strict=True):
            rows += [(row, level), (-row, -level)]
        return rows

    def _row(self, row: FloatArray, box: Box) -> Any:
        parts = [
            self.intervals.exact(float(a)) * self.intervals.box(*ends)
            for a, ends in zip(row, box, strict=True)
            if a
        ]  # fmt: skip
        return sum(parts[1:], parts[0]) if parts else self.intervals.exact(0.0)

    def _linear(self, box: Box, c: Sequence[float], where: dict[Any, Any]) -> Any:
        """Value at c plus slopes times the way from there, rows taken off with their multipliers."""
        exact, total = self.intervals.exact, self.at(c)
        used = [(u, row, limit) for u, row, limit in zip(
            self.multipliers.tolist(), self.points.rows, self.points.limits.tolist(), strict=True) if u]  # fmt: skip
        for k, (slope, (low, high)) in enumerate(zip(self.slopes, box, strict=True)):
            rate = self.intervals(slope, where)
            for u, row, _ in used:
                rate -= exact(u) * exact(float(row[k]))
            total += rate * (self.intervals.box(low, high) - exact(c[k]))
        for u, row, limit in used:
            room = exact(limit)
            for a, value in zip(row.tolist(), c, strict=True):
                room -= exact(a) * exact(value)
            total += exact(u) * room
        return total

    def _concave(self, box: Box) -> bool:
        return concave_on(self.intervals, self.bends, self._over(box))


def concave_on(intervals: Intervals, bends: Sequence[Sequence[Any]], box: dict[Any, Any]) -> bool:
    """Whether the symmetric matrix whose lower triangle is given is negative semidefinite everywhere on a box."""
    d = len(bends)
    middle = [[Fraction(0)] * d for _ in range(d)]
    radius = [[Fraction(0)] * d for _ in range(d)]
    for i in range(d):
        for j in range(i + 1):
            low, high = ends_of(intervals(bends[i][j], box))
            if low is None or high is None:
                return False
            middle[i][j] = middle[j][i] = -(low + high) / 2
            radius[i][j] = radius[j][i] = (high - low) / 2
    most = max(sum(row, Fraction(0)) for row in radius)
    return is_definite(
        [[value - most * (i == j) for j, value in enumerate(row)] for i, row in enumerate(middle)], strict=False
    )


def ends_of(interval: Any) -> tuple[Fraction | None, Fraction | None]:
    """Ends of an interval without rounding; None where there is none."""
    return _fraction(interval.a), _fraction(interval.b)


def _fraction(number: Any) -> Fraction | None:
    """The lower end of an interval of one number, which is a dyadic one."""
    from mpmath import isfinite, mpf

    low = mpf(number._mpi_[0]) if hasattr(number, "_mpi_") else mpf(number)
    if not isfinite(low):
        return None
    sign, mantissa, exponent, _ = low._mpf_
    return Fraction((-1) ** sign * int(mantissa)) * Fraction(2) ** int(exponent)


def largest(bounded: BoundedFormula, *, gap: float, most: int = MOST_BOXES, enough: float = float("inf")) -> Roof:
    """Bound a formula by halving the box with the highest roof until no roof is above the best value by more than gap.

    Parameters
    ----------
    bounded : BoundedFormula
        With its set, whose bounds are finite.
    gap : float
        By how much the bound may exceed the best value that is found. [unit of the formula]
    most : int
        Boxes after which it stops with the bound it has.
    enough : float
        Value above which the search stops as soon as a point has it. [unit of the formula]

    Returns
    -------
    Roof
        Proved whenever it is finite.

    Examples
    --------
    >>> import sympy
    >>> y = sympy.Symbol("y")
    >>> interval = Polyhedron.of([0.0], [50.0])
    >>> roof = largest(BoundedFormula(sympy.log(1 + y) - y / 2, [y], interval, np.array([1.0])), gap=1e-9)
    >>> bool(abs(roof.bound - (np.log(2) - 0.5)) < 2e-9)
    True
    """
    points, exact = bounded.points, bounded.intervals.exact
    best, where = float("-inf"), tuple(bounded.near.tolist())
    start = tuple(zip(points.lower.tolist(), points.upper.tolist(), strict=True))
    counter, heap = itertools.count(), list[tuple[float, int, Box]]()

    def look(point: tuple[float, ...]) -> None:
        nonlocal best, where
        if points.violation(np.array(point)) > 0:
            return
        try:
            value = float(bounded.at(point).a)
        except NoBounds:
            return
        if value > best:
            best, where = value, point

    def push(box: Box, limit: float, above: float) -> None:
        found = min(above, _up(bounded.roof(box, exact(limit))))
        heapq.heappush(heap, (-found, next(counter), box))

    look(where)
    push(start, best + gap, float("inf"))
    looked = 1
    while heap and -heap[0][0] > best + gap and best <= enough and looked < most:
        roof, _, box = heap[0]
        parts = halves(box)
        if parts is None:
            break
        heapq.heappop(heap)
        for half in parts:
            look(tuple((a + b) / 2 for a, b in half))
        for half in parts:
            push(half, best + gap, -roof)
        looked += 2
    return Roof(max(best, -heap[0][0]) if heap else best, best, where, looked)


def proved_below(bounded: BoundedFormula, limit: float, most: int = MOST_BOXES) -> bool:
    r"""Whether a formula nowhere exceeds its value at `near` by more than a limit, proved.

    Parameters
    ----------
    bounded : BoundedFormula
        With its set, whose bounds are finite.
    limit : float
        By how much the formula may exceed its value there.
    most : int
        Boxes after which the proof is given up.

    Returns
    -------
    bool
        True is a proof; False means that a box stayed open.

    Examples
    --------
    >>> import sympy
    >>> y = sympy.Symbol("y")
    >>> curve, interval = sympy.log(1 + y) - y / 2, Polyhedron.of([0.0], [50.0])
    >>> proved_below(BoundedFormula(curve, [y], interval, np.array([1.0])), 1e-12)
    True
    >>> proved_below(BoundedFormula(curve, [y], interval, np.array([1.1])), 1e-12)
    False
    """
    points = bounded.points
    roof = bounded.at(bounded.near.tolist()).a + bounded.intervals.exact(limit)
    queue: list[Box] = [tuple(zip(points.lower.tolist(), points.upper.tolist(), strict=True))]
    looked = 0
    while queue:
        box = queue.pop()
        looked += 1
        if bounded.roof(box, roof).b <= roof.a:
            continue
        parts = halves(box)
        if looked > most or parts is None:
            return False
        queue += parts
    return True


def halves(box: Box) -> list[Box] | None:
    """Both halves of a box across its widest side; None if no float is between its ends."""
    k = max(range(len(box)), key=lambda j: box[j][1] - box[j][0])
    low, high = box[k]
    middle = low + (high - low) / 2
    if not low < middle < high:
        return None
    return [(*box[:k], ends, *box[k + 1 :]) for ends in ((low, middle), (middle, high))]


def _up(interval: Any) -> float:
    """A float that is not below the upper end of an interval."""
    value = float(interval.b)
    return value if not np.isfinite(value) else float(np.nextafter(value, np.inf))
