"""Any continuous game in which one player with one variable moves first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.continuous import ContinuousGame, Gradient, Payoff
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.stackelberg.game import StackelbergGame
from gametrade.games.stackelberg.reply_boxes import bounded_by_formulas
from gametrade.typing import FloatArray, IntArray

Answer = Callable[[ContinuousGame], FloatArray]
"""From the game that followers play to the profile at which they play it."""

Gaps = Callable[[ContinuousGame, FloatArray], FloatArray]
"""From that game and profile to what each follower could still gain at most."""


def led_game(game: ContinuousGame, leader: str, answer: Answer, gaps: Gaps) -> StackelbergGame:
    r"""Let one player of a continuous game move first; the others answer by their equilibrium.

    Parameters
    ----------
    game : ContinuousGame
        The leader has one variable; constraints may be shared.
    leader : str
        Who leads.
    answer : callable
        Equilibrium of the followers' game, from a solver.
    gaps : callable
        Bounds on the followers' regrets at it.

    Returns
    -------
    StackelbergGame
        The leader may choose whatever leaves the others a feasible answer. With formulas of concave payoffs in one
        variable each, its payoff is bounded over intervals, for every equilibrium of the followers; else by a scan.

    Raises
    ------
    UnknownNameError
        If the leader is no player.
    InvalidInputError
        If the leader has several variables or no bounds, or nobody follows.

    Notes
    -----
    Between what shared constraints allow, a leader's choice x leaves the followers the game with x put into payoffs
    and constraints; with shared constraints their answer is a variational equilibrium.
    """
    if leader not in game.players:
        raise UnknownNameError("player of the game", leader, game.players)
    k = game.players.index(leader)
    if game.sets[k].dimension != 1 or game.n_players < 2:
        got = f"{game.sets[k].dimension} variables of {leader} and {game.n_players} players"
        raise InvalidInputError(f"leader of led_game must have one variable and leave a follower. Got {got}.")
    place, rest = game.slices[k].start, np.delete(np.arange(game.dimension), game.slices[k].start)
    points = _choices(game, place, leader)
    behind = [i for i in range(game.n_players) if i != k]

    def whole(x: FloatArray, y: FloatArray) -> FloatArray:
        both = np.empty(game.dimension)
        both[place], both[rest] = x[0], y
        return both

    def inner(x: FloatArray) -> ContinuousGame:
        return _left(game, behind, place, rest, float(x[0]))

    boxes = bounded_by_formulas(game, k, game.sets)
    led = StackelbergGame.over(
        inner,
        answer,
        leaders=[leader],
        sets=[points],
        payoffs=[lambda x, y: game.payoff_of(k, whole(x, y))],
        unit=game.unit,
    )
    return replace(
        led,
        variables=(game.variables[k],),
        followers=tuple(f"{game.players[i]}: {name}" for i in behind for name in game.variables[i]),
        follower_gaps=lambda x, y: gaps(inner(x), y),
        caveats=() if len(behind) == 1 else ("Whether the followers have another equilibrium is not decided.",),
        ceiling=None if boxes is None else lambda i, low, high, x: boxes.ceiling(low, high),
    )


def _choices(game: ContinuousGame, place: int, leader: str) -> Polyhedron:
    """Ends of what the leader may choose so that the others still can keep all constraints."""
    low, high = (float(end[place]) for end in game.bounds)
    if game.shared is not None:
        low, high = _ends(game, place, low, high)
    if not np.isfinite([low, high]).all():
        raise InvalidInputError(f"choices of {leader} must be between finite bounds. Got {low} to {high}.")
    return Polyhedron.of([low], [max(low, high)])


def _ends(game: ContinuousGame, place: int, low: float, high: float) -> tuple[float, float]:
    """Least and largest value of a variable in the polyhedron of all constraints, by two linear programs."""
    from scipy.optimize import linprog

    points, found = game.feasible, []
    for sign in (1.0, -1.0):
        cost = np.zeros(game.dimension)
        cost[place] = sign
        end = linprog(
            cost,
            A_ub=points.rows,
            b_ub=points.limits,
            A_eq=points.equal_rows,
            b_eq=points.equal_limits,
            bounds=list(zip(points.lower, points.upper, strict=True)),
        )
        if end.status == 2:
            raise InvalidInputError("constraints of led_game must leave a feasible profile. Got none.")
        found.append(sign * end.fun if end.status == 0 else -sign * np.inf)
    return max(low, float(found[0])), min(high, float(found[1]))


def _left(game: ContinuousGame, behind: list[int], place: int, rest: IntArray, value: float) -> ContinuousGame:
    """The game of the followers once the leader has chosen."""

    def moved(y: FloatArray) -> FloatArray:
        return np.insert(y, place, value)

    def payoff(i: int) -> Payoff:
        return lambda y: game.payoffs[i](moved(y))

    def gradient(i: int) -> Gradient:
        return lambda y: game.gradient(i, moved(y))

    return ContinuousGame(
        tuple(game.players[i] for i in behind),
        tuple(game.variables[i] for i in behind),
        tuple(payoff(i) for i in behind),
        None if game.gradients is None else tuple(gradient(i) for i in behind),
        tuple(game.sets[i] for i in behind),
        _shared(game, place, rest, value),
        game.concave,
        game.unit,
        game.units,
    )


def _shared(game: ContinuousGame, place: int, rest: IntArray, value: float) -> Polyhedron | None:
    """What the shared constraints leave to the followers."""
    if game.shared is None:
        return None
    shared = game.shared
    rows, equal = shared.rows[:, rest], shared.equal_rows[:, rest]
    bound, fixed = np.any(rows != 0, axis=1), np.any(equal != 0, axis=1)
    return Polyhedron.of(
        shared.lower[rest],
        shared.upper[rest],
        rows[bound],
        (shared.limits - shared.rows[:, place] * value)[bound],
        (equal[fixed], (shared.equal_limits - shared.equal_rows[:, place] * value)[fixed]),
    )
