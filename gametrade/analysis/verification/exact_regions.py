"""Least upper bounds of piecewise linear gains in exact rationals: every piece is tried, limits follow from inside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import groupby, pairwise, product

from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.exact_crossing import ZERO

Point = tuple[Fraction, ...]
Gain = Callable[[Point], Fraction]


def on_grid(gain: Gain, first: Sequence[Fraction], second: Sequence[Fraction]) -> Fraction:
    """Largest value or one-sided limit of a function that is linear in each of two numbers between points."""
    table = [[gain((p, e)) for e in _with_thirds(second)] for p in _with_thirds(first)]
    rows = [_limits(row) for row in table]
    return max(max(_limits(column)) for column in zip(*rows, strict=True))


def _with_thirds(points: Sequence[Fraction]) -> list[Fraction]:
    """The points, and two more inside every interval between two."""
    inside = [low + (high - low) * k / 3 for low, high in pairwise(points) for k in range(3)]
    return [*inside, points[-1]]


def _limits(values: Sequence[Fraction]) -> list[Fraction]:
    """Values at points and limits beside them, from values at the points and at thirds."""
    limits = [values[-1]]
    for k in range(0, len(values) - 1, 3):
        at, one, two = values[k : k + 3]
        limits += [at, 2 * one - two, 2 * two - one]
    return limits


def in_regions(gain: Gain, marks: Sequence[Fraction], r: int, *, rising: bool = False) -> Fraction:
    """Largest limit of a function that is affine wherever r numbers keep their ranks among marks and each other.

    Parameters
    ----------
    gain : callable
        The function.
    marks : sequence of Fraction
        Rising, 0 first; beyond the last one regions have no end.
    r : int
        How many numbers.
    rising : bool, default=False
        Whether each number is at least the one before.

    Raises
    ------
    Refuted
        If it grows without bound.
    """
    widths = [high - low for low, high in pairwise(marks)] + [marks[-1] or Fraction(1)]
    places = [(slot, rank) for slot in range(len(marks)) for rank in range(r + 1)]
    best = None
    for region in product(places, repeat=r):
        if rising and any(one > other for one, other in pairwise(region)):
            continue
        inner = sorted({place for place in region if place[1]})
        heights = {slot: len(list(group)) for slot, group in groupby(inner, key=lambda place: place[0])}
        if any(rank > heights[slot] for slot, rank in inner):
            continue
        most = _largest_limit(gain, region, inner, heights, (marks, widths))
        best = most if best is None else max(best, most)
    assert best is not None
    return best


def _largest_limit(
    gain: Gain,
    region: tuple[tuple[int, int], ...],
    inner: list[tuple[int, int]],
    heights: dict[int, int],
    scale: tuple[Sequence[Fraction], Sequence[Fraction]],
) -> Fraction:
    """Of one region: from its centre and the slope of each free place in it to its corners."""
    marks, widths = scale
    step = {place: widths[place[0]] / (3 * (heights[place[0]] + 1)) for place in inner}

    def at(moved: tuple[int, int] | None) -> Point:
        return tuple(
            marks[s] + (b * 3 * step[s, b] if b else ZERO) + (step[s, b] if (s, b) == moved else ZERO)
            for s, b in region
        )  # fmt: skip

    centre = gain(at(None))
    slopes = {place: (gain(at(place)) - centre) / step[place] for place in inner}
    best = centre
    for slot, height in heights.items():
        ups = []
        for raised in range(height + 1):
            ups.append(sum(
                (slopes[slot, b] * ((widths[slot] if b > height - raised else ZERO) - b * 3 * step[slot, b])
                 for b in range(1, height + 1)), ZERO,
            ))  # fmt: skip
        if slot == len(marks) - 1 and max(ups) > ups[0]:
            raise Refuted("a lie gains without bound")
        best += max(ups)
    return best
