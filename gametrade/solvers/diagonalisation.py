"""Several leaders over common followers: each in turn makes its best choice against the others'."""

from __future__ import annotations

from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.games.stackelberg import StackelbergGame
from gametrade.games.stackelberg.pieces import EPS
from gametrade.registry import solvers
from gametrade.solvers.leader_reply import Reply, leader_reply
from gametrade.solvers.leader_scan import stackelberg_point
from gametrade.typing import ArrayLike, FloatArray

MEMORY = 20
"""Profiles that are kept to notice that the leaders walk in a circle."""

STILL, REPEATED, DISTINCT = 1e-8, 1e-9, 1e-5
"""Shares of the intervals: a step that counts as none, a return that counts as one, and equilibria that differ."""

COARSE = 0.05
"""Gap of the replies on the way; the last ones, which prove the regrets, are as exact as asked."""


@solvers.register(
    plays=("StackelbergGame",),
    first_choice_for=("StackelbergGame", "RegionalMarket"),
    source="Pang and Fukushima 2005, 10.1007/s10287-004-0010-0",
)
def diagonalisation(
    game: StackelbergGame,
    *,
    start: ArrayLike | None = None,
    rounds: int = 200,
    simultaneous: bool = False,
    gap: float = 1e-6,
) -> Solution:
    r"""Let leaders revise their choices one after the other until nobody gains by another revision.

    Parameters
    ----------
    game : StackelbergGame
        Leaders with one variable each, between finite bounds.
    start : array_like, optional
        First choices of all leaders. The middle, the lower and the upper ends of all intervals if not given.
    rounds : int, default=200
        Most revisions of everybody from one start.
    simultaneous : bool, default=False
        All revise at once, each against the choices before, instead of one after the other.
    gap : float, default=1e-6
        Share of the payoff's range at which branch and bound stops when it proves the regrets.

    Returns
    -------
    Solution
        Every equilibrium reached from the starts, each with all leaders' regrets; nothing says there are no
        others. If the choices repeat without settling, the profiles of the cycle.

    Raises
    ------
    InvalidInputError
        If a leader has several variables or no bounds.

    Notes
    -----
    Each reply is the global best one over the leader's interval, not a local one, so an end of the process is an
    equilibrium whose regrets the replies bound. The problem of each leader is not convex, an equilibrium need not
    exist [1]_, and where none does the process cycles; a cycle is evidence, not proof. Among tied replies a leader
    takes the nearest to its last choice. One leader: its global optimum.

    References
    ----------
    .. [1] J.-S. Pang and M. Fukushima, "Quasi-variational inequalities, generalized Nash equilibria, and
       multi-leader-follower games", Comput. Manag. Sci. 2 (2005) 21-56. :doi:`10.1007/s10287-004-0010-0`

    Examples
    --------
    Two leaders whose follower answers max(0, 1 - x1 - x2), without an equilibrium:

    >>> import gametrade as gt
    >>> from gametrade.games.stackelberg import StackelbergGame
    >>> unit = gt.Polyhedron.of([0.0], [1.0])
    >>> pair = StackelbergGame(("one", "two"), (("x1",), ("x2",)), (unit, unit),
    ...     (lambda x, y: -x[0] / 2 - y[0], lambda x, y: x[1] / 2 + y[0]),
    ...     lambda x: np.maximum(0.0, 1.0 - x.sum(keepdims=True)),
    ...     kinks=lambda i, x: 1.0 - x[[1 - i]], between="quadratic")
    >>> answer = diagonalisation(pair)
    >>> len(answer), [[part.tolist() for part in profile] for profile in answer.cycle]
    (0, [[[0.0], [0.0]], [[1.0], [1.0]]])
    """
    found: list[Equilibrium] = []
    trace: list[dict[str, Any]] = []
    cycle: tuple[tuple[FloatArray, ...], ...] = ()
    for begin in _starts(game, start):
        seen, replies = _walk(game, begin, rounds, simultaneous, gap)
        trace += [{"choices": x.tolist()} for x in seen]
        if replies is not None:
            if not any(_same(game, np.concatenate(old.strategies[:-1]), seen[-1], DISTINCT) for old in found):
                found.append(stackelberg_point(game, seen[-1], replies))
        elif not cycle:
            cycle = _cycle(game, seen)
    told = "Nothing says that there are no other equilibria." if found else "No equilibrium found"
    if not found:
        told += ": choices repeat in a cycle, which is evidence and no proof." if cycle else f" in {rounds} rounds."
    return Solution(game, "diagonalisation", tuple(found), finding=told, trace=tuple(trace), cycle=cycle)


def _starts(game: StackelbergGame, start: ArrayLike | None) -> list[FloatArray]:
    lower = np.concatenate([points.lower for points in game.sets])
    upper = np.concatenate([points.upper for points in game.sets])
    if start is None:
        return [game.start, lower, upper]
    given = np.array(start, dtype=float).ravel()
    if given.shape != lower.shape or not ((given >= lower) & (given <= upper)).all():
        raise InvalidInputError(f"start of diagonalisation must be {lower.size} choices within bounds. Got {given}.")
    return [given]


def _walk(
    game: StackelbergGame, x: FloatArray, rounds: int, simultaneous: bool, gap: float
) -> tuple[list[FloatArray], tuple[Reply, ...] | None]:
    """Revise until nothing changes; the replies at the end, or None if choices repeat or rounds are over."""
    seen = [x.copy()]
    for _ in range(rounds):
        moved = x.copy()
        for leader in range(game.n_leaders):
            against = x if simultaneous else moved
            _revise(game, leader, moved, against, leader_reply(game, leader, against, gap=COARSE))
        if _same(game, moved, x, STILL):
            final = tuple(leader_reply(game, leader, x, gap=gap) for leader in range(game.n_leaders))
            before = x.copy()
            for leader, reply in enumerate(final):
                _revise(game, leader, moved, before, reply)
            if _same(game, moved, x, 100 * STILL):
                return seen, final
        x = moved
        repeats = any(_same(game, x, old, REPEATED) for old in seen[-MEMORY:-1])
        stands = _same(game, x, seen[-1], 1000 * REPEATED)
        seen.append(x.copy())
        if repeats and not stands:
            return seen, None
    return seen, None


def _revise(game: StackelbergGame, leader: int, moved: FloatArray, against: FloatArray, reply: Reply) -> None:
    """Put the leader's best reply into the profile, unless what it has is as good up to rounding."""
    part = game.slices[leader]
    if reply.value > game.payoff(against, leader) + 8 * EPS * abs(reply.value):
        moved[part] = reply.nearest(float(against[part][0]))
    else:
        moved[part] = against[part]


def _same(game: StackelbergGame, one: FloatArray, two: FloatArray, share: float) -> bool:
    width = np.concatenate([points.upper - points.lower for points in game.sets])
    return bool((np.abs(one - two) <= share * width).all())


def _cycle(game: StackelbergGame, seen: list[FloatArray]) -> tuple[tuple[FloatArray, ...], ...]:
    """Profiles between the last one and its earlier visit."""
    for back in range(len(seen) - 2, -1, -1):
        if _same(game, seen[back], seen[-1], REPEATED):
            return tuple(tuple(x[part] for part in game.slices) for x in seen[back + 1 :])
    return ()
