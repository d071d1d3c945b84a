"""Players of a game of equals who are promoted to leaders over the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.quadratic import QuadraticGame
from gametrade.games.stackelberg.game import StackelbergGame
from gametrade.typing import FloatArray

Answer = Callable[[QuadraticGame], FloatArray]
"""From the game that followers play to the profile at which they play it."""

FINE = 1e-11
"""Share of a leader's interval at which the search for a kink ends."""


def promoted(game: QuadraticGame, leaders: Sequence[str], answer: Answer) -> StackelbergGame:
    r"""Let some players of a quadratic game move first; the others answer by the equilibrium among themselves.

    Parameters
    ----------
    game : QuadraticGame
        Boxes, no shared constraints; leaders have one variable each, between finite bounds.
    leaders : sequence of str
        Players who lead.
    answer : callable
        Equilibrium of the followers' game, which has to be unique, from a solver.

    Returns
    -------
    StackelbergGame
        Quadratic between kinks that are found: wherever the same followers are at bounds for two choices of a
        leader, they are for all choices in between, so halving intervals finds every change.

    Raises
    ------
    UnknownNameError
        If a leader is no player.
    InvalidInputError
        If nobody or everybody leads, or the game has other constraints.

    Notes
    -----
    With linear Cournot competition, m leaders and n followers of cost c: each leader sells
    :math:`(a - c) / (b (m + 1))`, each follower its part of the rest, :math:`1 / (n + 1)` of a leader's.
    """
    for name in leaders:
        if name not in game.players:
            raise UnknownNameError("player of the game", name, game.players)
    ahead = [game.players.index(name) for name in leaders]
    behind = [k for k in range(game.n_players) if k not in ahead]
    if not ahead or not behind or len(set(ahead)) < len(ahead):
        raise InvalidInputError("leaders of promoted must be some players, each once, and leave a follower.")
    if game.shared is not None or not all(points.is_box for points in game.sets):
        raise InvalidInputError("promoted takes games whose players have bounds only. Got other constraints.")
    own, rest = (np.concatenate([np.arange(game.slices[k].start, game.slices[k].stop) for k in side])
                 for side in (ahead, behind))  # fmt: skip

    def inner(x: FloatArray) -> QuadraticGame:
        hessians, linear = game.hessians[behind], game.linear[behind]
        constants = game.constants[behind] + linear[:, own] @ x + 0.5 * hessians[:, own][:, :, own] @ x @ x
        return QuadraticGame.of(
            [game.players[k] for k in behind],
            hessians[:, rest][:, :, rest],
            linear[:, rest] + hessians[:, rest][:, :, own] @ x,
            [game.sets[k] for k in behind],
            constants=constants,
            variables=[game.variables[k] for k in behind],
            unit=game.unit,
        )

    def payoff(leader: int, x: FloatArray, y: FloatArray) -> float:
        whole = np.empty(game.dimension)
        whole[own], whole[rest] = x, y
        return float(game.payoffs[leader](whole))

    base = StackelbergGame.over(
        inner,
        answer,  # type: ignore[arg-type]
        leaders=list(leaders),
        sets=[game.sets[k] for k in ahead],
        payoffs=[lambda x, y, k=k: payoff(k, x, y) for k in ahead],  # type: ignore[misc]
        unit=game.unit,
    )
    names = tuple(f"{game.players[k]}: {name}" for k in behind for name in game.variables[k])
    low, high = (np.concatenate([side[game.slices[k]] for k in behind]) for side in game.bounds)
    return replace(
        base,
        variables=tuple(game.variables[k] for k in ahead),
        followers=names,
        kinks=lambda i, x: _kinks(base, i, x, (low, high)),
        between="quadratic",
    )


def _kinks(base: StackelbergGame, leader: int, x: FloatArray, bounds: tuple[FloatArray, FloatArray]) -> FloatArray:
    """Choices of a leader at which another follower reaches a bound or leaves it."""
    low, high = bounds
    place = base.slices[leader].start
    start, end = float(base.sets[leader].lower[0]), float(base.sets[leader].upper[0])

    def held(value: float) -> tuple[bool, ...]:
        moved = x.copy()
        moved[place] = value
        y = base.response(moved)
        near = 1e-9 * (1 + np.abs(y))
        return (*(y <= low + near).tolist(), *(y >= high - near).tolist())

    kinks: list[float] = []
    open_parts = [(start, end, held(start), held(end))]
    while open_parts:
        a, b, left, right = open_parts.pop()
        if left == right:
            continue
        middle = (a + b) / 2
        if b - a <= FINE * (end - start) or not a < middle < b:
            kinks.append(middle)
            continue
        between = held(middle)
        open_parts += [(a, middle, left, between), (middle, b, between, right)]
    return np.array(sorted(kinks))
