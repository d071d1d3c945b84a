"""Boxes that hold every equilibrium of followers while a leader is anywhere in an interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from gametrade.games.continuous import ContinuousGame
from gametrade.games.formula_bounds import BoundedFormula
from gametrade.games.intervals import Intervals, NoBounds
from gametrade.games.polyhedron import Polyhedron

Box = list[tuple[float, float]]

HALVINGS, SWEEPS, SHRINKS = 24, 12, 0.9
"""Halvings of a follower's interval, rounds over all followers, and the share of its width that is worth another."""


class ReplyBoxes:
    r"""Bounds on a leader's payoff whatever equilibrium its followers reach.

    Parameters
    ----------
    game : ContinuousGame
        With formulas; one variable a player between finite bounds, payoffs concave, no shared constraints.
    leader : int
        Position of the leader.

    Notes
    -----
    A concave payoff whose slope at v is positive, whatever the others do inside their intervals, is largest above v;
    below v where it is negative. So intervals shrink around all best replies, one follower after the other, and hold
    every equilibrium. Slopes are evaluated in interval arithmetic, rounding included. With one follower v there is a
    second bound: its reply moves by :math:`-v_{yx} / v_{yy}`, or not at all at an end, so the leader's payoff changes
    by :math:`u_x - u_y v_{yx} / v_{yy}`, which is small near the best choice.
    """

    def __init__(self, game: ContinuousGame, leader: int) -> None:
        import sympy

        if game.formulas is None:
            raise ValueError("game of ReplyBoxes must have formulas")
        self.symbols, self.leader = list(game.formulas.symbols), leader
        self.slopes = [sympy.diff(u, s) for u, s in zip(game.formulas.payoffs, self.symbols, strict=True)]
        pair = (self.symbols[leader], self.symbols[1 - leader]) if len(self.symbols) == 2 else ()
        self.curves = [sympy.diff(self.slopes[1 - leader], s) for s in pair]
        self.own = [sympy.diff(game.formulas.payoffs[leader], s) for s in pair]
        low, high = game.bounds
        self.ends: Box = list(zip(low.tolist(), high.tolist(), strict=True))
        self.intervals = Intervals()
        middle = (low + high) / 2
        self.payoff = BoundedFormula(game.formulas.payoffs[leader], self.symbols, Polyhedron.of(low, high), middle)

    def ceiling(self, low: float, high: float) -> float:
        """What the leader gets at most between two choices; infinite where nothing is known."""
        box = self.answers(low, high)
        first = self.payoff.over(tuple(box))
        if len(box) != 2 or not low < high:
            return first
        try:
            steep = self._steep(box)
        except NoBounds:
            return first
        middle = (low + high) / 2
        rise = self.intervals.exact(steep) * self.intervals.exact(max(high - middle, middle - low))
        over = self.payoff.over(tuple(self.answers(middle, middle)))
        return min(first, float(np.nextafter(over + float(np.nextafter(float(rise.b), np.inf)), np.inf)))

    def answers(self, low: float, high: float) -> Box:
        """Intervals of all players that hold every equilibrium of the followers, the leader's as given."""
        box = list(self.ends)
        box[self.leader] = (low, high)
        for _ in range(SWEEPS):
            before = sum(end - start for start, end in box)
            for k in range(len(box)):
                if k != self.leader:
                    box[k] = self._shrunk(k, box)
            if sum(end - start for start, end in box) >= SHRINKS * before:
                break
        return box

    def _steep(self, box: Box) -> float:
        """How fast the leader's payoff changes at most in a box of its choices and the one follower's replies."""
        where: dict[Any, Any] = {s: self.intervals.box(*ends) for s, ends in zip(self.symbols, box, strict=True)}
        bend = self.intervals(self.curves[1], where)
        if not bend.b < 0:
            return np.inf
        moves = -self.intervals(self.curves[0], where) / bend
        own, other = (self.intervals(slope, where) for slope in self.own)
        (low, high), (least, most) = box[1 - self.leader], self.ends[1 - self.leader]
        ends = [own + other * moves, *([] if least < low and high < most else [own])]
        return float(np.nextafter(max(abs(float(end)) for part in ends for end in (part.a, part.b)), np.inf))

    def _shrunk(self, k: int, box: Box) -> tuple[float, float]:
        """The part of a follower's interval in which its best replies are."""
        low, high = box[k]
        below, above = low, high
        for _ in range(HALVINGS):
            middle = (below + above) / 2
            if not low < middle < high:
                break
            if self._slope(k, box, middle)[0] > 0:
                below = middle
            else:
                above = middle
        start, below, above = below, below, high
        for _ in range(HALVINGS):
            middle = (below + above) / 2
            if not start < middle < high:
                break
            if self._slope(k, box, middle)[1] < 0:
                above = middle
            else:
                below = middle
        if self._slope(k, box, low)[1] < 0:
            return low, low
        if self._slope(k, box, high)[0] > 0:
            return high, high
        return start, max(start, above)

    def _slope(self, k: int, box: Box, value: float) -> tuple[float, float]:
        """Least and largest slope of a follower's payoff at a value of its own."""
        where: dict[Any, Any] = {s: self.intervals.box(*ends) for s, ends in zip(self.symbols, box, strict=True)}
        where[self.symbols[k]] = self.intervals.exact(value)
        try:
            found = self.intervals(self.slopes[k], where)
        except NoBounds:
            return -np.inf, np.inf
        return float(found.a), float(found.b)


def bounded_by_formulas(game: ContinuousGame, leader: int, sets: Sequence[Polyhedron]) -> ReplyBoxes | None:
    """The bounds, if the game has what they need."""
    single = all(points.dimension == 1 and points.is_box for points in sets)
    if game.formulas is None or not game.concave or not single or game.shared is not None:
        return None
    if not all(np.isfinite([points.lower[0], points.upper[0]]).all() for points in sets):
        return None
    return ReplyBoxes(game, leader)
