"""Several numbers that change at once: the regions between their breakpoints, and limits at the corners of these."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product
from typing import NamedTuple

import numpy as np

from gametrade.typing import BoolArray, FloatArray, IntArray


class Shape(NamedTuple):
    """Regions in units of the intervals between marks, whatever the marks are.

    Parameters
    ----------
    below : ndarray of int, shape (N, r)
        Mark at or below each coordinate of a point.
    above : ndarray of shape (N, r)
        How far above it, as a share of the interval.
    columns, weights : ndarray of shape (C, r + 1)
        Points of a region and the weights that take values there to the limit at one of its corners.
    outer : ndarray of bool, shape (C,)
        Whether a corner is at the edge.
    inner : ndarray of int, shape (C,)
        Corner of the same region from which a ray leads through the one at the edge.
    """

    below: IntArray
    above: FloatArray
    columns: IntArray
    weights: FloatArray
    outer: BoolArray
    inner: IntArray


@dataclass(frozen=True, eq=False)
class Cells:
    """Points to try, and how values there give the limits at every corner of every region.

    Parameters
    ----------
    points : ndarray of shape (N, r)
        Every breakpoint, and inner points of every region.
    shape : Shape
        How the points hang together.
    """

    points: FloatArray
    shape: Shape

    @classmethod
    def between(cls, marks: FloatArray, edge: float, r: int = 2, *, rising: bool = False) -> Cells:
        r"""Cut space at marks, 0 among them, up to an edge beyond the last one, and where two coordinates are equal.

        Parameters
        ----------
        marks : ndarray of shape (M,)
            Rising breakpoints, the same for every coordinate.
        edge : float
            Where points end; the outermost regions go on beyond it.
        r : int, default=2
            Number of coordinates.
        rising : bool, default=False
            Whether only :math:`x_1 \le x_2 \le \dots` is of interest.

        Returns
        -------
        Cells
            At most :func:`size` points.
        """
        shape = _shape(len(marks), r, rising)
        ends = np.append(marks, edge)
        widths = np.append(np.diff(ends), 0.0)
        return cls(ends[shape.below] + shape.above * widths[shape.below], shape)

    @staticmethod
    def size(n_marks: int, r: int = 2) -> int:
        """At most how many points so many marks lead to."""
        return int((1 + max(3, r + 1) * n_marks) ** r)

    def limits(self, values: FloatArray) -> FloatArray:
        """Limits at the corners of all regions, of a function that is affine in each, from its values at the points."""
        return np.asarray((values[self.shape.columns] * self.shape.weights).sum(axis=1))

    def grows(self, limits: FloatArray, tolerance: float) -> bool:
        """Whether the function grows along some ray beyond the edge."""
        rows = np.flatnonzero(self.shape.outer)
        return bool((limits[rows] > limits[self.shape.inner[rows]] + tolerance).any())


@lru_cache(maxsize=32)
def _shape(n_marks: int, r: int, rising: bool) -> Shape:
    """Every region: which mark or interval each coordinate has, and in which order those of one interval stand."""
    points: dict[tuple[tuple[int, float], ...], int] = {}
    columns: list[list[int]] = []
    weights: list[list[float]] = []
    outer: list[bool] = []
    inner: list[int] = []
    for region in _regions(n_marks, r, rising):
        moved, centre = sorted(set(region) - {(slot, 0) for slot, _ in region}), _point(region, None)
        inside = [centre, *(_point(region, block) for block in moved)]
        rows = [points.setdefault(point, len(points)) for point in inside]
        rows += [rows[0]] * (r + 1 - len(rows))
        first = len(columns)
        corners = list(product(*(range(_height(region, slot) + 1) for slot in _open_slots(region))))
        for corner in corners:
            up = dict(zip(_open_slots(region), corner, strict=True))
            shares = [3 * (_height(region, s) + 1) * ((b > _height(region, s) - up[s]) - _rank(region, s, b))
                      for s, b in moved]  # fmt: skip
            weights.append([1.0 - sum(shares), *shares, *[0.0] * (r - len(shares))])
            columns.append(rows)
            at_edge = up.get(n_marks - 1, 0) > 0
            down = tuple(0 if slot == n_marks - 1 else k for slot, k in up.items())
            outer.append(at_edge)
            inner.append(first + corners.index(down))
    place = np.array(list(points)).reshape(-1, r, 2)
    return Shape(
        place[:, :, 0].astype(np.int64), place[:, :, 1], np.array(columns), np.array(weights), np.array(outer),
        np.array(inner),
    )  # fmt: skip


Region = tuple[tuple[int, int], ...]
"""By coordinate: the mark or the interval above it, and 0 at the mark, else its rank inside the interval from 1."""


def _regions(n_marks: int, r: int, rising: bool) -> Iterator[Region]:
    """All of them; ranks inside an interval leave none out."""
    places = [(slot, rank) for slot in range(n_marks) for rank in range(r + 1)]
    for region in product(places, repeat=r):
        if all(_complete(region, slot) for slot in {slot for slot, _ in region}) and (
            not rising or all(one <= other for one, other in pairwise(region))
        ):
            yield region


def _complete(region: Region, slot: int) -> bool:
    """Whether the ranks inside an interval are 1, 2, ... without a gap."""
    ranks = {rank for s, rank in region if s == slot and rank}
    return ranks == set(range(1, len(ranks) + 1))


def _height(region: Region, slot: int) -> int:
    """Number of different places inside an interval."""
    return max(rank for s, rank in region if s == slot)


def _open_slots(region: Region) -> list[int]:
    """Intervals in which some coordinate is free."""
    return sorted({slot for slot, rank in region if rank})


def _rank(region: Region, slot: int, block: int) -> float:
    """Where a place lies in its interval at the centre of the region, as a share."""
    return block / (_height(region, slot) + 1)


def _point(region: Region, moved: tuple[int, int] | None) -> tuple[tuple[int, float], ...]:
    """The centre of a region, or with one place a third of the way up to the next."""
    return tuple(
        (s, (b + (1 / 3 if (s, b) == moved else 0.0)) / (_height(region, s) + 1) if b else 0.0) for s, b in region
    )
