"""The furthest point along a ray of gains, and beyond it for those who can go further."""

from __future__ import annotations

import numpy as np

from gametrade.games.bargaining.problem import BargainingProblem
from gametrade.typing import FloatArray

SURE_GAIN = 1e-9
"""Share of what is in play below which a gain counts as none."""

SLACK = 1e-9
"""By how much, as a share of its size, each program in a chain of programs may undercut the one before."""

NO_FURTHER = 1e-7
"""Share of what a player could gain at most below which it counts as unable to go further."""


def hopes(problem: BargainingProblem) -> FloatArray:
    """The most each player can gain while nobody loses, rounding left out, shape (n,). [money]

    Not a number where no agreement leaves everybody at least as well off.
    """
    ideal = problem.ideal
    hope = np.asarray(ideal - problem.disagreement)
    if problem.points is not None:
        return hope
    size = np.maximum(np.abs(problem.utilities).max(axis=1), np.maximum(np.abs(ideal), np.abs(problem.disagreement)))
    return np.where(hope <= SURE_GAIN * size, np.minimum(hope, 0.0), hope)


def along_ray(
    problem: BargainingProblem,
    direction: FloatArray,
    *,
    lexicographic: bool = False,
    at_least: tuple[FloatArray, float] | None = None,
) -> tuple[FloatArray, float]:
    """The largest t such that some agreement gives everybody d + t * direction.

    Parameters
    ----------
    problem : BargainingProblem
        What can be agreed on.
    direction : ndarray of shape (n,)
        Gains per unit of t, at least 0; players with 0 stay at the disagreement point.
    lexicographic : bool
        Whether those who can go further then do, by the same direction.
    at_least : (weights, sum), optional
        Only agreements whose weighted sum of utilities is at least this.

    Returns
    -------
    utilities : ndarray of shape (n,)
        Utilities. [money]
    t : float
        How far the first step goes.
    """
    if problem.points is not None:
        return _among_points(problem, direction)
    moving, level = direction > 0, np.zeros(problem.n_players)
    settled, first = ~moving, None
    while not settled.all():
        t = _furthest(problem, direction, settled, level, at_least)
        first = t if first is None else first
        level = np.where(settled, level, t)
        if not lexicographic:
            break
        settled = settled | _stuck(problem, direction, settled, level, at_least)
    return problem.disagreement + level * direction, float(first or 0.0)


def _among_points(problem: BargainingProblem, direction: FloatArray) -> tuple[FloatArray, float]:
    """The listed agreement whose smallest share is largest, ties by the next smallest."""
    assert problem.points is not None
    moving = direction > 0
    gains = problem.points - problem.disagreement
    shares = np.sort(np.where(moving, gains / np.where(moving, direction, 1.0), np.inf), axis=1)
    shares[(gains < 0).any(axis=1)] = -np.inf
    best = np.lexsort(shares.T[::-1])[-1]
    return problem.points[best], float(shares[best, 0])


def _floor(
    problem: BargainingProblem,
    direction: FloatArray,
    free: FloatArray,
    level: FloatArray,
    at_least: tuple[FloatArray, float] | None,
) -> tuple[FloatArray, FloatArray]:
    """Rows over (z, t): utilities of free players at least d + t * direction, of the others at their level."""
    size = problem.sizes
    rows = np.hstack([-problem.utilities, (direction * free)[:, None]]) / size[:, None]
    kept = np.where((free > 0) | (direction == 0), 0.0, level * direction - SLACK * size)
    limits = -(problem.disagreement + kept) / size
    if at_least is not None:
        weights, least = at_least
        row = weights @ problem.utilities
        scale = np.abs(row).max() or 1.0
        rows = np.vstack([rows, np.append(-row / scale, 0.0)])
        limits = np.append(limits, SLACK - least / scale)
    return rows, limits


def _furthest(
    problem: BargainingProblem,
    direction: FloatArray,
    settled: np.ndarray,
    level: FloatArray,
    at_least: tuple[FloatArray, float] | None,
) -> float:
    """The largest common t of the players that are not settled."""
    rows, limits = _floor(problem, direction, (~settled).astype(float), level, at_least)
    unit = 1 / rows[:, -1].max()  # t counts in what is large for somebody: a column of tiny numbers stops the solver
    rows[:, -1] *= unit
    wider = BargainingProblem(
        problem.players,
        problem.disagreement,
        np.hstack([problem.utilities, np.zeros((problem.n_players, 1))]),
        np.hstack([problem.rows, np.zeros((len(problem.rows), 1))]),
        problem.limits,
    )
    last = np.zeros(rows.shape[1])
    last[-1] = 1.0
    return float(unit * wider.decide(last, rational=False, rows=rows, limits=limits)[-1])


def _stuck(
    problem: BargainingProblem,
    direction: FloatArray,
    settled: np.ndarray,
    level: FloatArray,
    at_least: tuple[FloatArray, float] | None,
) -> np.ndarray:
    """Which players cannot have more while everybody keeps what it has."""
    rows, limits = _floor(problem, direction, np.zeros(problem.n_players), level, at_least)
    further, hope = np.full(problem.n_players, np.inf), problem.ideal - problem.disagreement
    for player in np.flatnonzero(~settled):
        best = problem.utilities @ problem.decide(
            problem.utilities[player], rational=False, rows=rows[:, :-1], limits=limits
        )
        ahead = (best[player] - problem.disagreement[player]) / direction[player] - level[player]
        further[player] = ahead * direction[player] / hope[player] if hope[player] > 0 else 0.0
    return np.asarray(settled | (further <= max(NO_FURTHER, further.min())))
