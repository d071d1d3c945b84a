"""Where the outcome of a mechanism can change its form: breakpoints of prices and energies, and limits beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np

from gametrade.mechanisms import OrderBook
from gametrade.typing import ArrayLike, BoolArray, FloatArray, IntArray

SAME = 1e-9
"""Share of the largest limit or energy below which two of them are one breakpoint."""


@dataclass(frozen=True, eq=False)
class Axis:
    """Values to try along one dimension, and how the gains there give the limits at every breakpoint.

    Parameters
    ----------
    values : ndarray of shape (N,)
        Values to try: every breakpoint and two points inside every interval between two of them.
    limits : ndarray of shape (M, N)
        Takes gains at the values to gains at breakpoints and to one-sided limits, which for a linear function
        are extrapolated from the two inner points.
    """

    values: FloatArray
    limits: FloatArray

    @classmethod
    def between(cls, points: Sequence[float] | FloatArray, top: float) -> Axis:
        """From breakpoints, up to a value beyond the last one."""
        ends = np.unique(np.concatenate([np.asarray(points, dtype=float), [top]]))
        kept = np.concatenate([[True], np.diff(ends) > SAME * max(top, np.finfo(float).tiny)])
        ends = ends[kept]
        low, width = ends[:-1], np.diff(ends)
        values = np.concatenate([ends, low + width / 3, low + 2 * width / 3])
        one, step = len(ends), len(low)
        near = np.eye(len(values))
        first, second = near[one : one + step], near[one + step :]
        return cls(values, np.vstack([near[:one], 2 * first - second, 2 * second - first]))

    @classmethod
    def single(cls, value: float) -> Axis:
        """Only the truth."""
        return cls(np.array([value]), np.eye(1))

    def thinned(self, most: int) -> Axis:
        """At most so many values, evenly spread, for a search that proves nothing."""
        if len(self.values) <= most:
            return self
        values = np.sort(self.values)[np.linspace(0, len(self.values) - 1, max(2, most)).astype(int)]
        return Axis(values, np.eye(len(values)))


@dataclass(frozen=True, eq=False)
class Plane:
    """Two prices to try at once, and how gains there give the limits at every corner of every region.

    Parameters
    ----------
    points : ndarray of shape (N, 2)
        Pairs of prices: breakpoints, and inner points of every region between them.
    corners : ndarray of shape (M, N)
        Takes gains at the points to values and limits at corners, for a function that is affine in each region.
    edge : float
        Highest price tried; the outermost regions go on beyond it. [money/kWh]
    outer : ndarray of bool, shape (M,)
        Limits at the edge.
    inner : ndarray of int, shape (M,)
        Limit at the corner of the same region from which a ray leads through the one at the edge.
    """

    points: FloatArray
    corners: FloatArray
    edge: float
    outer: ArrayLike = ()
    inner: ArrayLike = ()

    @classmethod
    def between(cls, marks: FloatArray, edge: float) -> Plane:
        """Cut the plane at marks, 0 among them, up to an edge beyond the last one, and along its diagonal."""
        ends = [*marks.tolist(), edge]
        last = ends[-2]
        sides = [(a, a) for a in ends[:-1]] + list(pairwise(ends))
        regions = [_box(one, other) for one, other in product(sides, sides) if one != other or one[0] == one[1]]
        regions += [part for a, b in pairwise(ends) for part in _diagonal(a, b)]
        points: dict[tuple[float, float], int] = {}
        rows: list[tuple[list[int], FloatArray]] = []
        outer, inner = [], []
        for corners in regions:
            inside, weights = _inner_points(corners)
            columns = [points.setdefault(point, len(points)) for point in inside]
            first = len(rows)
            for corner, row in zip(corners, weights, strict=True):
                rows.append((columns, row))
                outer.append(max(corner) == edge)
                inner.append(first + corners.index((min(corner[0], last), min(corner[1], last))))
        matrix = np.zeros((len(rows), len(points)))
        for k, (columns, row) in enumerate(rows):
            matrix[k, columns] += row
        return cls(np.array(list(points)), matrix, edge, np.array(outer), np.array(inner))

    def grows(self, limits: FloatArray, tolerance: float) -> bool:
        """Whether a gain grows along some ray beyond the edge: along a side of the plane or its diagonal."""
        outer, inner = np.asarray(self.outer), np.asarray(self.inner)
        rows = np.flatnonzero(outer)
        return bool((limits[rows] > limits[inner[rows]] + tolerance).any())


Point = tuple[float, float]


def _box(one: Point, other: Point) -> list[Point]:
    """Corners of a rectangle, each once: a point, the two ends of a segment, or four."""
    return [(p, q) for p in dict.fromkeys(one) for q in dict.fromkeys(other)]


def _diagonal(a: float, b: float) -> list[list[Point]]:
    """A square cut along p = q: the segment and the two triangles."""
    return [[(a, a), (b, b)], [(a, a), (a, b), (b, b)], [(a, a), (b, a), (b, b)]]


def _inner_points(corners: list[Point]) -> tuple[list[Point], FloatArray]:
    """A point inside a region near each corner, and the weights that take values there to limits at the corners.

    Points are half a corner and half the middle of all corners, so an affine function at a corner is twice its value
    at the point less the mean of all.
    """
    n = len(corners)
    middle = tuple(sum(corner[axis] for corner in corners) / n for axis in (0, 1))
    points = [((p + middle[0]) / 2, (q + middle[1]) / 2) for p, q in corners]
    return points, 2 * np.eye(n) - np.full((n, n), 1 / n)


def price_axis(book: OrderBook, order: int, kind: str) -> Axis:
    """Limits of the others, with midpoints and reflections where the mechanism uses midpoints."""
    rest = np.delete(np.arange(book.n_orders), order)
    marks = np.concatenate([[book.prices[order]], _marks(book, rest, bool(book.buys[order]), kind)])
    return Axis.between(marks, 2 * float(marks.max()) or 1.0)


def _marks(book: OrderBook, rows: IntArray, buys: bool, kind: str) -> FloatArray:
    """Prices at which an order of a side changes its rank among some orders, or McAfee's price one of its tests.

    His middle is that of a bid and an ask. An order that is one of the two at the price p, its partner at q, moves the
    middle past a limit L at p = 2 L - q; one that is such a limit itself meets the middle of two others.
    """
    limits, sides = np.unique(book.prices[rows]), book.buys[rows]
    points = [np.zeros(1), limits]
    if kind == "midpoints":
        bids, asks = (np.unique(book.prices[rows][sides == side]) for side in (True, False))
        points.append(((bids[:, None] + asks) / 2).ravel())
        points.append((2 * limits[:, None] - (asks if buys else bids)).ravel())
    marks = np.concatenate(points)
    return np.unique(marks[marks >= 0])


def energy_axis(book: OrderBook, order: int, *, anywhere: bool = True) -> Axis:
    """Where a cumulative energy of the order's side that includes it meets one of the other side, its own, and none.

    The order keeps its place in the queue unless it may be anywhere, because its price is another.
    """
    own, other = (
        np.flatnonzero((book.buys == side) & (np.arange(book.n_orders) != order)) for side in _sides(book, order)
    )
    before = 0 if anywhere else int(_first(book, own, order).sum())
    here, there = _cumulative(book, own)[before:], _cumulative(book, other)
    points = (there[:, None] - here).ravel()
    marks = np.concatenate([[0.0, book.energies[order]], points[points > 0]])
    top = 2 * float(marks.max()) or 1.0
    return Axis.between(marks, top)


def _first(book: OrderBook, rows: IntArray, order: int) -> BoolArray:
    """Which of some orders of its side trade before an order."""
    worth = book.signs * book.prices
    keys = [(-worth[k], book.times[k], k) for k in (*rows.tolist(), order)]
    return np.array([key < keys[-1] for key in keys[:-1]], dtype=bool)


def _sides(book: OrderBook, order: int) -> tuple[bool, bool]:
    return bool(book.buys[order]), not book.buys[order]


def _cumulative(book: OrderBook, rows: np.ndarray) -> FloatArray:
    """Energies of a side added up from its best price."""
    queue = rows[np.lexsort((rows, book.times[rows], -book.signs[rows] * book.prices[rows]))]
    return np.concatenate([[0.0], book.energies[queue].cumsum()])


def split_axes(book: OrderBook, order: int, kind: str) -> tuple[Axis, Axis]:
    """Prices of a second account and energies that it takes over from an order that keeps its limit.

    Energies: where a cumulative energy of the order's side, with what is left of the order, with what was moved, with
    both or neither, meets one of the other side.
    """
    marks = _marks(book, np.arange(book.n_orders), bool(book.buys[order]), kind)
    prices = Axis.between(marks, 2 * float(marks.max()) or 1.0)
    whole = float(book.energies[order])
    own, other = (
        np.flatnonzero((book.buys == side) & (np.arange(book.n_orders) != order)) for side in _sides(book, order)
    )
    met = (_cumulative(book, other)[:, None] - _cumulative(book, own)).ravel()
    inside = np.concatenate([[0.0], met, whole - met])
    return prices, Axis.between(inside[(inside >= 0) & (inside < whole)], whole)
