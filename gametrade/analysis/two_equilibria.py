"""Two equilibria of a game of formulas, each proved to exist in a small box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gametrade.analysis.interval_jacobian import IntervalJacobian
from gametrade.errors import GametradeError
from gametrade.games.continuous import ContinuousGame
from gametrade.games.formula_bounds import Box, concave_on, halves
from gametrade.games.intervals import NoBounds
from gametrade.solvers.best_response import best_response
from gametrade.typing import FloatArray

STARTS = 9
"""Profiles from which best replies start: the lowest, the highest, the middle, others at random."""

RADII = (1e-9, 1e-7, 1e-5, 1e-3)
"""Half widths of boxes that are tried, as shares of the intervals."""

APART = 1e-2
"""Share of an interval by which two equilibria differ at least."""

MOST_BOXES = 200


@dataclass(frozen=True)
class Enclosure:
    """A box in which there is an equilibrium.

    Parameters
    ----------
    near : tuple of float
        Middle of the box; ends of intervals where a bound binds.
    radius : float
        Half width of the box as a share of each interval, 0 along variables at a bound.
    """

    near: tuple[float, ...]
    radius: float

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {"near": list(self.near), "radius": self.radius}


def two_equilibria(game: ContinuousGame, jacobian: IntervalJacobian) -> tuple[list[Enclosure], int]:
    """Look for two equilibria that are proved to exist, and count what best replies reached.

    Parameters
    ----------
    game : ContinuousGame
        On boxes, with formulas.
    jacobian : IntervalJacobian
        Of the game.

    Returns
    -------
    tuple of list of Enclosure and int
        Enclosures of equilibria that are different, and the number of different profiles that were reached.
    """
    reached: list[FloatArray] = []
    low, high = game.bounds
    for start in _starts(low, high):
        try:
            found = best_response(game, start=start, max_rounds=300)
        except GametradeError:
            continue
        for equilibrium in found:
            x = np.concatenate(equilibrium.strategies)
            if all((np.abs(x - old) > APART * (high - low)).any() for old in reached):
                reached.append(x)
    proved = [enclosure for x in reached if (enclosure := enclosed(game, jacobian, x)) is not None]
    return proved, len(reached)


def _starts(low: FloatArray, high: FloatArray) -> list[FloatArray]:
    rng = np.random.default_rng(0)
    return [low, high, (low + high) / 2, *(rng.uniform(low, high) for _ in range(STARTS - 3))]


def enclosed(game: ContinuousGame, jacobian: IntervalJacobian, x: FloatArray) -> Enclosure | None:
    """Prove that there is an equilibrium near a profile; None if no radius that is tried does."""
    low, high = game.bounds
    near = np.where(x - low <= 1e-9 * (high - low), low, np.where(high - x <= 1e-9 * (high - low), high, x))
    for radius in RADII:
        enclosure = Enclosure(tuple(near.tolist()), radius)
        if holds_one(game, jacobian, enclosure):
            return enclosure
    return None


def holds_one(game: ContinuousGame, jacobian: IntervalJacobian, enclosure: Enclosure) -> bool:
    r"""Whether a box is proved to hold an equilibrium.

    Parameters
    ----------
    game : ContinuousGame
        On boxes, with formulas.
    jacobian : IntervalJacobian
        Of the game.
    enclosure : Enclosure
        The box.

    Returns
    -------
    bool
        True is a proof.

    Notes
    -----
    With F the pseudo-gradient, variables at their bound fixed and Y near the inverse of its Jacobian by the others:
    if :math:`c - Y F(c) + (I - Y J(B))(B - c)` lies inside B, then F has a zero there [1]_. F points outwards at bounds
    all over B, and every payoff is concave in its owner's variables while the others stay within B, so the zero is an
    equilibrium.

    References
    ----------
    .. [1] R. Krawczyk, "Newton-Algorithmen zur Bestimmung von Nullstellen mit Fehlerschranken", Computing 4 (1969)
       187-201.
    """
    low, high = game.bounds
    c, width = np.array(enclosure.near), high - low
    at_low, at_high = c <= low, c >= high
    free = np.flatnonzero(~(at_low | at_high))
    step = np.where(at_low | at_high, 0.0, enclosure.radius * width)
    box = tuple(zip((c - step).tolist(), (c + step).tolist(), strict=True))
    if ((c < low) | (c > high) | (c - step < low) | (c + step > high)).any():
        return False
    try:
        values = jacobian.values(box)
        for k in np.flatnonzero(at_low | at_high):
            slope = jacobian.intervals(jacobian.slopes[k], values)
            if not (slope.a > 0 if at_low[k] else slope.b < 0):
                return False
        return _contracts(jacobian, box, c, free) and _concave(game, jacobian, box)
    except (NoBounds, np.linalg.LinAlgError):
        return False


def _contracts(jacobian: IntervalJacobian, box: Box, c: FloatArray, free: np.ndarray) -> bool:
    """Krawczyk's operator takes the box into its inside."""
    intervals, point = jacobian.intervals, tuple((value, value) for value in c.tolist())
    exact, over, at = intervals.exact, jacobian.values(box), jacobian.values(point)
    inverse = np.linalg.inv(jacobian.middle(point)[np.ix_(free, free)]) if free.size else np.zeros((0, 0))
    slopes = [intervals(jacobian.slopes[k], at) for k in free]
    entries = [[intervals(jacobian.entries[k][j], over) for j in free] for k in free]
    for i, k in enumerate(free):
        moved = exact(float(c[k]))
        for j in range(free.size):
            moved -= exact(float(inverse[i, j])) * slopes[j]
        for j, column in enumerate(free):
            left = exact(1.0 if i == j else 0.0)
            for m in range(free.size):
                left -= exact(float(inverse[i, m])) * entries[m][j]
            moved += left * (intervals.box(*box[column]) - exact(float(c[column])))
        if not (moved.a > box[k][0] and moved.b < box[k][1]):
            return False
    return True


def _concave(game: ContinuousGame, jacobian: IntervalJacobian, box: Box) -> bool:
    """Every payoff is concave in its owner's whole set while the others stay in the box."""
    for part in game.slices:
        own = range(part.start, part.stop)
        bends = [[-jacobian.entries[i][j] for j in own if j <= i] for i in own]
        queue, looked = [tuple(jacobian.box[k] if k in own else box[k] for k in range(len(box)))], 0
        while queue:
            whole = queue.pop()
            looked += 1
            if _concave_there(jacobian, bends, whole):
                continue
            parts = halves(tuple(whole[k] for k in own))
            if parts is None or looked > MOST_BOXES:
                return False
            queue += [(*whole[: part.start], *half, *whole[part.stop :]) for half in parts]
    return True


def _concave_there(jacobian: IntervalJacobian, bends: list[list[Any]], box: Box) -> bool:
    try:
        return concave_on(jacobian.intervals, bends, jacobian.values(box))
    except NoBounds:
        return False
