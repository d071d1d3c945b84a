"""The best choice of one leader with one variable, when the other leaders' choices are known."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.stackelberg.game import StackelbergGame
from gametrade.games.stackelberg.pieces import EPS, PiecewiseQuadratic
from gametrade.tolerance import RELATIVE_TOLERANCE
from gametrade.typing import BoolArray, FloatArray

Function = Callable[[float], float]

POINTS = 2001
"""Points of a scan that proves nothing."""


@dataclass(frozen=True, eq=False)
class Reply:
    """A leader's best choices.

    Parameters
    ----------
    points, values : ndarray of shape (k,)
        Local maxima, ascending in the variable.
    tied : ndarray of bool, shape (k,)
        The global ones.
    bound : float
        What no choice exceeds.
    proved : bool
        Whether the bound is proved; a scan is not a proof.
    method : str
        quadratic, concave, branch_and_bound or scan.
    pieces : int
        Intervals compared.
    """

    points: FloatArray
    values: FloatArray
    tied: BoolArray
    bound: float
    proved: bool
    method: str
    pieces: int

    @property
    def value(self) -> float:
        """The largest payoff found."""
        return float(self.values.max())

    def nearest(self, point: float) -> float:
        """Of the tied best choices the one nearest to a point."""
        best = self.points[self.tied]
        return float(best[np.abs(best - point).argmin()])

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready evidence."""
        return {"method": self.method, "bound": self.bound, "proved": self.proved, "pieces": self.pieces}


def leader_reply(game: StackelbergGame, leader: int, x: FloatArray, *, gap: float = 1e-6) -> Reply:
    r"""Find the best choice of one leader over its whole interval.

    Parameters
    ----------
    game : StackelbergGame
        The leader has one variable in a bounded interval.
    leader : int
        Position of the leader.
    x : ndarray
        Choices of all leaders; the others' are kept.
    gap : float
        Share of the payoff's range at which branch and bound stops.

    Returns
    -------
    Reply
        Proved if the game says what its payoff is like between kinks, or bounds it on intervals.

    Raises
    ------
    InvalidInputError
        If the leader has several variables or no bounds, its payoff is not what the game declares, or the game
        has constraints that a scan of choices does not see.

    Notes
    -----
    Quadratic between kinks: three values a piece, a fourth one checks the declaration. Concave between kinks: a
    search in every piece, and the chords of its points bound the rest. With a ceiling, or a bound on the slope:
    branch and bound.
    """
    if game.only_solver is not None:
        raise InvalidInputError(f"{type(game).__name__} with these numbers must be solved by {game.only_solver}.")
    part, points = game.slices[leader], game.sets[leader]
    if points.dimension != 1 or not points.is_box or not np.isfinite([points.lower[0], points.upper[0]]).all():
        hint = "; leader_boxes takes a single leader with formulas of several" if points.dimension > 1 else ""
        raise InvalidInputError(f"choices of {game.leaders[leader]} must be one variable between finite bounds{hint}.")
    low, high = float(points.lower[0]), float(points.upper[0])

    def payoff(value: float) -> float:
        moved = x.copy()
        moved[part] = value
        return game.payoff(moved, leader)

    inner = np.zeros(0) if game.kinks is None else np.asarray(game.kinks(leader, x), dtype=float)
    ends = np.concatenate([[low], np.unique(inner[(inner > low) & (inner < high)]), [high]])
    if game.between == "quadratic":
        return _quadratic(payoff, ends, game.leaders[leader])
    if game.between == "concave":
        return _concave(payoff, ends, game.leaders[leader])
    roof = game.roof(leader, x)
    if roof is not None:
        return _branch_and_bound(payoff, roof, ends, gap)
    return _scan(payoff, ends)


def _quadratic(payoff: Function, ends: FloatArray, leader: str) -> Reply:
    """Three points a piece determine it."""
    low, width = ends[:-1], np.diff(ends)
    at_ends = np.array([payoff(end) for end in ends])
    first, last = at_ends[:-1], at_ends[1:]
    middle = np.array([payoff(a + w / 2) for a, w in zip(low, width, strict=True)])
    size = np.maximum(np.abs(first), np.maximum(np.abs(middle), np.abs(last)))
    with np.errstate(divide="ignore", invalid="ignore"):
        curve = np.where(width > 0, 2 * (first - 2 * middle + last) / width**2, 0.0)
        slope = np.where(width > 0, (4 * middle - 3 * first - last) / width, 0.0)
    level = 64 * EPS * (size + size.max())
    curve = np.where(np.abs(curve) * width**2 <= level, 0.0, curve)
    slope = np.where(curve == 0.0, np.where(width > 0, (last - first) / np.where(width > 0, width, 1.0), 0.0), slope)
    pieces = PiecewiseQuadratic(low, ends[1:], low, first, slope, curve, level)
    quarter = np.array([payoff(a + w / 4) for a, w in zip(low, width, strict=True)])
    if (np.abs(pieces.at(low + width / 4) - quarter) > 1e-7 * (size.max() + np.ptp(at_ends))).any():
        raise InvalidInputError(f"payoff of {leader} must be quadratic between kinks, as the game declares.")
    found = pieces.maxima()
    values = np.array([payoff(point) for point in found.points])
    return Reply(found.points, values, found.tied, max(found.bound, values.max()), True, "quadratic", low.size)


def _concave(payoff: Function, ends: FloatArray, leader: str) -> Reply:
    """A search in every piece; concavity turns its points into a bound."""
    points, values, bounds = [], [], []
    size = max(abs(payoff(end)) for end in ends.tolist())
    for low, high in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        grid, heights = _searched(payoff, low, high)
        _refuse_sag(payoff, low, high, leader, size)
        k = int(np.argmax(heights))
        points.append(grid[k])
        values.append(heights[k])
        bounds.append(_chords(grid, heights))
    best = _kept(np.array(points), np.array(values), max(bounds))
    return Reply(*best, max(bounds), True, "concave", ends.size - 1)


def _searched(payoff: Function, low: float, high: float) -> tuple[FloatArray, FloatArray]:
    """Ends of a piece, its best point, and points on both sides of it close enough to bound what is between."""
    from scipy.optimize import minimize_scalar

    width = high - low
    if width <= 4 * EPS * max(abs(low), abs(high)):
        grid = np.array([low])
        return grid, np.array([payoff(low)])
    best = minimize_scalar(lambda t: -payoff(t), bounds=(low, high), method="bounded", options={"xatol": 1e-10 * width})
    steps = width * np.array([-1e-3, -1e-5, -1e-7, 0.0, 1e-7, 1e-5, 1e-3])
    grid = np.unique(np.concatenate([[low, high], np.clip(float(best.x) + steps, low, high)]))
    return grid, np.array([payoff(t) for t in grid])


def _refuse_sag(payoff: Function, low: float, high: float, leader: str, size: float) -> None:
    """Nine points of a piece must not lie below the chords of their neighbours: a check, not a proof, of concavity."""
    grid = np.linspace(low, high, 9)
    heights = np.array([payoff(t) for t in grid])
    sag = (heights[:-2] + heights[2:]) / 2 - heights[1:-1]
    worst = int(sag.argmax())
    if sag[worst] > 1e-9 * max(size, float(np.abs(heights).max())):
        raise InvalidInputError(
            f"payoff of {leader} must be concave between kinks, as the game declares. "
            f"Got {heights[worst + 1]:g} below the chord at {grid[worst + 1]:g}."
        )


def _chords(grid: FloatArray, heights: FloatArray) -> float:
    """What a concave function with these values cannot exceed: neighbouring chords, prolonged until they meet."""
    if grid.size < 3:
        return float("inf") if grid.size == 2 and heights[0] != heights[1] else float(heights.max())
    slopes = np.diff(heights) / np.diff(grid)
    bound = float(heights.max())
    for k in range(grid.size - 1):
        rises = [heights[k] + slopes[k - 1] * (grid[k + 1] - grid[k])] if k > 0 else []
        falls = [heights[k + 1] - slopes[k + 1] * (grid[k + 1] - grid[k])] if k + 2 < grid.size else []
        if not rises or not falls:
            bound = max(bound, *(min(one) for one in (rises, falls) if one), heights[k], heights[k + 1])
            continue
        before, after = slopes[k - 1], slopes[k + 1]
        met = grid[k]
        if before != after:
            met = (heights[k + 1] - heights[k] + before * grid[k] - after * grid[k + 1]) / (before - after)
        met = min(max(met, grid[k]), grid[k + 1])
        bound = max(bound, min(heights[k] + before * (met - grid[k]), heights[k + 1] + after * (met - grid[k + 1])))
    return bound


def _branch_and_bound(
    payoff: Function, ceiling: Callable[[float, float], float], ends: FloatArray, gap: float
) -> Reply:
    """Halve the interval with the highest ceiling until no ceiling is above the best value found by more than gap."""
    grid = np.unique(np.concatenate([ends, np.linspace(ends[0], ends[-1], 65)]))
    values = np.array([payoff(t) for t in grid])
    points, heights = _refined(payoff, grid, values)
    leading, spread = float(points[heights.argmax()]), float(np.ptp(values)) or 1e-300
    best = float(heights.max())
    heap = [(-ceiling(a, b), a, b) for a, b in zip(grid[:-1].tolist(), grid[1:].tolist(), strict=True)]
    heapq.heapify(heap)
    for _ in range(200_000):
        top, low, high = heap[0]
        middle = (low + high) / 2
        if -top <= best + gap * spread or not low < middle < high:
            break
        heapq.heapreplace(heap, (-min(-top, ceiling(low, middle)), low, middle))
        heapq.heappush(heap, (-min(-top, ceiling(middle, high)), middle, high))
        here = payoff(middle)
        if here > best:
            best, leading = here, middle
    bound = max(best, -heap[0][0])
    if best > heights.max():
        points, heights = _refined(payoff, np.unique(np.append(grid, leading)), None)
    return Reply(*_kept(points, heights, float(heights.max())), bound, True, "branch_and_bound", len(heap))


def _scan(payoff: Function, ends: FloatArray) -> Reply:
    """Evidence only: a grid with the kinks, its local maxima refined."""
    grid = np.unique(np.concatenate([ends, np.linspace(ends[0], ends[-1], POINTS)]))
    points, heights = _refined(payoff, grid, None)
    top = float(heights.max())
    return Reply(*_kept(points, heights, top), top, False, "scan", grid.size - 1)


def _refined(payoff: Function, grid: FloatArray, known: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    """Local maxima of a grid, each improved between its neighbours."""
    from scipy.optimize import minimize_scalar

    values = np.array([payoff(t) for t in grid]) if known is None else known
    wall = np.concatenate([[-np.inf], values, [-np.inf]])
    points, heights = [], []
    for k in np.flatnonzero((values >= wall[:-2]) & (values >= wall[2:])):
        low, high = float(grid[max(0, int(k) - 1)]), float(grid[min(grid.size - 1, int(k) + 1)])
        found = minimize_scalar(lambda t: -payoff(t), bounds=(low, high), method="bounded", options={"xatol": 1e-13})
        better = -found.fun > values[k]
        points.append(float(found.x) if better else float(grid[k]))
        heights.append(float(-found.fun) if better else float(values[k]))
    return np.array(points), np.array(heights)


def _kept(points: FloatArray, values: FloatArray, bound: float) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Local maxima in order, those that tie with the best within the tolerance of the game."""
    order = np.argsort(points, kind="stable")
    points, values = points[order], values[order]
    spread = max(float(np.ptp(values)), abs(bound) * RELATIVE_TOLERANCE)
    return points, values, values >= values.max() - RELATIVE_TOLERANCE * spread
