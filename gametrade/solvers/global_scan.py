"""Largest payoff of a player with one variable whose payoff need not be concave."""

from __future__ import annotations

from typing import Any

import numpy as np

from gametrade.games.continuous import ContinuousGame
from gametrade.games.sparse_quadratic import is_quadratic
from gametrade.typing import FloatArray

POINTS = 2001


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
    :math:`\tfrac12 (f(a) + f(b) + L (b - a))` (Piyavskii).
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
    ceiling = float((0.5 * (values[1:] + values[:-1] + lipschitz * np.diff(grid))).max())
    return {**_told("lipschitz", (ceiling, peak[1]), here, proved=True), "points": POINTS, "lipschitz": lipschitz}


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
