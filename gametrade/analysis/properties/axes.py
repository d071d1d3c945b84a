"""Where the outcome of a mechanism can change its form: breakpoints of prices and energies, and limits beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gametrade.analysis.properties.breakpoints import Breakpoints, price_marks
from gametrade.mechanisms import OrderBook
from gametrade.typing import BoolArray, FloatArray, IntArray

CLOSE = 1e-6
"""Share of an interval by which a value lies inside its ends, to come near to a limit there."""

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

    def closer(self) -> Axis:
        """With values just inside both ends of every interval, where a limit that is not attained is nearly met."""
        ends = self.values[: (len(self.values) + 2) // 3]
        low, width = ends[:-1], np.diff(ends)
        near = np.concatenate([low + CLOSE * width, low + (1 - CLOSE) * width])
        return Axis(
            np.concatenate([self.values, near]), np.hstack([self.limits, np.zeros((len(self.limits), near.size))])
        )

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


def price_axis(book: OrderBook, order: int, form: Breakpoints) -> Axis:
    """Limits of the others, with whatever else the mechanism compares prices with."""
    rest = np.delete(np.arange(book.n_orders), order)
    marks = np.append(price_marks(book, rest, bool(book.buys[order]), form), book.prices[order])
    return Axis.between(marks, 2 * float(marks.max()) or 1.0)


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
    return np.concatenate([[0.0], book.energies[first_in_line(book, rows)].cumsum()])


def first_in_line(book: OrderBook, rows: IntArray) -> IntArray:
    """Some orders of one side in the order in which they trade."""
    order: IntArray = rows[np.lexsort((rows, book.times[rows], -book.signs[rows] * book.prices[rows]))]
    return order


def prefix_marks(book: OrderBook, rows: IntArray) -> FloatArray:
    """Where energies of a trader's orders, added up in the order in which they trade, can change an outcome's form.

    With sums of the others of their side they meet a sum of the other side; and their own true sums, at which value
    per kWh changes.
    """
    own, other = (np.setdiff1d(np.flatnonzero(book.buys == side), rows) for side in _sides(book, int(rows[0])))
    met = (_cumulative(book, other)[:, None] - _cumulative(book, own)).ravel()
    marks = np.concatenate([[0.0], book.energies[rows].cumsum(), met[met > 0]])
    ends = np.unique(marks)
    return np.asarray(ends[np.append(True, np.diff(ends) > SAME * ends[-1])])


def split_axes(book: OrderBook, order: int, form: Breakpoints) -> tuple[Axis, Axis]:
    """Prices of a second account and energies that it takes over from an order that keeps its limit.

    Energies: where a cumulative energy of the order's side, with what is left of the order, with what was moved, with
    both or neither, meets one of the other side.
    """
    marks = price_marks(book, np.arange(book.n_orders), bool(book.buys[order]), form)
    prices = Axis.between(marks, 2 * float(marks.max()) or 1.0)
    whole = float(book.energies[order])
    own, other = (
        np.flatnonzero((book.buys == side) & (np.arange(book.n_orders) != order)) for side in _sides(book, order)
    )
    met = (_cumulative(book, other)[:, None] - _cumulative(book, own)).ravel()
    inside = np.concatenate([[0.0], met, whole - met])
    return prices, Axis.between(inside[(inside >= 0) & (inside < whole)], whole)
