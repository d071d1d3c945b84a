"""Largest payoff of a player with one variable whose payoff need not be concave."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np

from gametrade.games.continuous import ContinuousGame
from gametrade.games.sparse_quadratic import is_quadratic
from gametrade.typing import FloatArray

POINTS = 2001

MOST_POINTS = 50_000
"""Points at which a payoff of bounded slope is looked at."""

GAP = 1e-6
"""Share of the range of the payoff by which its bound may exceed the best value found."""


def global_scan(
    game: ContinuousGame, player: int, x: FloatArray, ends: tuple[float, float], lipschitz: float | None = None
) -> dict[str, Any]:
    r"""Bound the regret of a player with one variable by a scan of its interval.

    Parameters
    ----------
    game : ContinuousGame
        The game.
    player : int
        Position of the player.
    x : ndarray of shape (d,)
        The profile.
    ends : tuple of float
        Least and largest value of the variable.
    lipschitz : float, optional
        A bound on the slope of the payoff. Without one the scan is evidence, not proof, except for quadratic
        payoffs, whose largest value is at an end or at the vertex.

    Returns
    -------
    dict
        ``bound`` on the regret and whether it is ``proved``.

    Notes
    -----
    With slope at most L, between neighbours a < b the payoff is at most
    :math:`\tfrac12 (f(a) + f(b) + L (b - a))` (Piyavskii); where that is too much the interval is halved.
    """
    low, high = ends
    part = game.slices[player]

    def payoff(value: float) -> float:
        moved = x.copy()
        moved[part] = value
        return float(game.payoff(moved)[player])

    here = payoff(float(x[part][0]))
    if is_quadratic(game):
        bend = float(game.own_block(player)[0, 0])
        if bend < 0 and not (np.isfinite(low) and np.isfinite(high)):
            return {"method": "none", "bound": float("inf"), "why": "the payoff grows without end"}
        best = max((payoff(value), value) for value in _candidates(low, high, bend, game, player, x))
        return _told("vertices", best, here, proved=True)
    if not (np.isfinite(low) and np.isfinite(high)):
        return {"method": "none", "bound": float("inf"), "why": "the interval has no end"}
    grid = np.linspace(low, high, POINTS)
    values = np.array([payoff(value) for value in grid])
    peak = _refined(payoff, grid, values)
    if lipschitz is None:
        return {**_told("scan", peak, here, proved=False), "points": POINTS}
    ceiling, where, points = _cones(payoff, grid, values, peak, lipschitz)
    return {**_told("lipschitz", (ceiling, where), here, proved=True), "points": points, "lipschitz": lipschitz}


def _cones(
    payoff: Any, grid: FloatArray, values: FloatArray, peak: tuple[float, float], slope: float
) -> tuple[float, float, int]:
    """Halve the interval under the highest cone until none is above the best value by more than a share of the range.

    Returns the bound, where the best value is, and the number of points.
    """
    best, where = peak
    gap = GAP * max(float(np.ptp(values)), 1e-300)
    heap = [
        (-(u + v + slope * (b - a)) / 2, a, b, u, v)
        for a, b, u, v in zip(*(part.tolist() for part in (grid[:-1], grid[1:], values[:-1], values[1:])), strict=True)
    ]
    heapq.heapify(heap)
    points = grid.size
    while points < MOST_POINTS and -heap[0][0] > best + gap:
        _, a, b, u, v = heapq.heappop(heap)
        middle, points = (a + b) / 2, points + 1
        value = payoff(middle)
        if value > best:
            best, where = value, middle
        for left, right, p, q in ((a, middle, u, value), (middle, b, value, v)):
            heapq.heappush(heap, (-(p + q + slope * (right - left)) / 2, left, right, p, q))
    return max(best, -heap[0][0]), where, points


def _told(method: str, best: tuple[float, float], here: float, *, proved: bool) -> dict[str, Any]:
    return {"method": method, "bound": max(0.0, best[0] - here), "reply": [best[1]], "proved": proved}


def _candidates(low: float, high: float, bend: float, game: ContinuousGame, player: int, x: FloatArray) -> list[float]:
    """Ends and vertex of a quadratic payoff."""
    ends = [end for end in (low, high) if np.isfinite(end)]
    if bend > 0:
        own = float(x[game.slices[player]][0])
        ends.append(float(np.clip(own + game.gradient(player, x)[0] / bend, low, high)))
    return ends


def _refined(payoff: Any, grid: FloatArray, values: FloatArray) -> tuple[float, float]:
    """Best point of a grid, improved by golden sections around the three best."""
    from scipy.optimize import minimize_scalar

    best = (float(values.max()), float(grid[values.argmax()]))
    for k in np.argsort(values)[-3:]:
        low, high = grid[max(0, k - 1)], grid[min(grid.size - 1, k + 1)]
        found = minimize_scalar(lambda v: -payoff(v), bounds=(low, high), method="bounded", options={"xatol": 1e-12})
        best = max(best, (float(-found.fun), float(found.x)))
    return best
