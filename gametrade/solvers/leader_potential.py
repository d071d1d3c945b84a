"""Several leaders whose payoffs have a potential: its maximum, proved on the game with its followers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.games.potential import asymmetry
from gametrade.games.quadratic import QuadraticGame
from gametrade.games.stackelberg import StackelbergGame
from gametrade.games.stackelberg.leaders_game import leaders_game
from gametrade.registry import solvers
from gametrade.solvers.leader_reply import Reply, leader_reply
from gametrade.solvers.leader_scan import stackelberg_point
from gametrade.solvers.potential_maximum import potential_maximum
from gametrade.tolerance import ROUNDING
from gametrade.typing import ArrayLike, FloatArray

UNEVEN = 1e-6
"""Share of the cross-derivatives by which they may differ through rounding in the followers' answer."""

NO_GAIN = 1e-6
"""Share of the payoffs that a global reply may gain at an equilibrium."""


AT_REST = 1e-5
"""Share of an interval by which a choice may miss the best reply, if it gains more than rounding."""


@solvers.register(plays=("StackelbergGame",), source="Monderer and Shapley 1996, 10.1006/game.1996.0044")
def leader_potential(game: StackelbergGame, *, start: ArrayLike | None = None, regions: int = 20) -> Solution:
    r"""Maximise the potential of the game that leaders play among themselves, region by region of the answers.

    Parameters
    ----------
    game : StackelbergGame
        Leaders with one variable each, between finite bounds; payoffs quadratic where followers answer in one way.
    start : array_like, optional
        Choices in the first region; the middle of all intervals if not given.
    regions : int, default=20
        Most regions looked at.

    Returns
    -------
    Solution
        The choices of largest potential of a region that holds them, with every leader's regret bounded by its global
        best reply in the whole game; no equilibrium if a global reply gains, or regions repeat.

    Raises
    ------
    InvalidInputError
        If payoffs are not quadratic near the choices, or have no exact potential, or no concave one.

    Notes
    -----
    Where cross-derivatives of two leaders agree, one function changes by what the leader who moves gains [1]_:
    ``gt.check(leaders_game(game), "exact_potential")`` says it of the same quadratic game. Its concave maximum is
    one central program instead of turns of replies. The potential only proposes; the regrets come from replies over
    whole intervals, kinks included. Where payoffs turn out not to be quadratic, the quadratics are taken again at the
    last choices, as in Newton's method, until these are the leaders' best replies.

    References
    ----------
    .. [1] D. Monderer and L. S. Shapley, "Potential games", Games Econ. Behav. 14 (1996) 124-143.
       :doi:`10.1006/game.1996.0044`

    Examples
    --------
    Two leading firms and one that follows, price 12 - Q; each leader sells 12 / 3:

    >>> import gametrade as gt
    >>> sets = (gt.Polyhedron.of([0.0], [6.0]), gt.Polyhedron.of([0.0], [6.0]))
    >>> pair = StackelbergGame(("a", "b"), (("x",), ("y",)), sets,
    ...     (lambda x, y: x[0] * (12 - x.sum() - y[0]), lambda x, y: x[1] * (12 - x.sum() - y[0])),
    ...     lambda x: np.maximum(0.0, (12 - x.sum(keepdims=True)) / 2), between="quadratic")
    >>> [part.round(6).tolist() for part in gt.solve(pair, "leader_potential")[0].strategies]
    [[4.0], [4.0], [2.0]]
    """
    x = game.start if start is None else np.array(start, dtype=float).ravel()
    trace = list[dict[str, Any]]()
    for _ in range(regions):
        local, uneven = _with_potential(leaders_game(game, x))
        x = np.concatenate(potential_maximum(local)[0].strategies)
        trace.append({"choices": x.tolist(), "asymmetry": uneven})
        if not _same_region(game, local, x):
            continue
        replies = tuple(leader_reply(game, leader, x) for leader in range(game.n_leaders))
        point = stackelberg_point(game, x, replies)
        if point.regrets[:-1].max() > NO_GAIN * max(1e-300, float(np.abs(point.payoffs[:-1]).max())):
            who = game.leaders[int(point.regrets[:-1].argmax())]
            told = (
                f"The largest potential of a region is no equilibrium: {who} gains {point.regrets[:-1].max():g} "
                "by a reply in another region."
            )
            return Solution(game, "leader_potential", (), finding=told, trace=tuple(trace))
        if _settled(game, point, replies):
            told = "Nothing says that there are no other equilibria."
            return Solution(game, "leader_potential", (_told(point, local, uneven),), finding=told, trace=tuple(trace))
    told = f"No equilibrium found: the largest potential was in another region, or moved, {regions} times."
    return Solution(game, "leader_potential", (), finding=told, trace=tuple(trace))


def _settled(game: StackelbergGame, point: Equilibrium, replies: Sequence[Reply]) -> bool:
    """Whether every choice is its leader's best reply, and not only worth as much: payoffs may not be quadratic."""
    least = ROUNDING * float(np.abs(point.payoffs[:-1]).max())
    for own, reply, gain, points in zip(point.strategies, replies, point.regrets, game.sets, strict=False):
        far = abs(reply.nearest(float(own[0])) - float(own[0]))
        if gain > least and far > AT_REST * float(points.upper[0] - points.lower[0]):
            return False
    return True


def _same_region(game: StackelbergGame, local: QuadraticGame, x: FloatArray) -> bool:
    """Whether followers answer at x as where the payoffs come from."""
    return all(
        abs(game.payoff(x, k) - local.payoffs[k](x)) <= NO_GAIN * max(1e-300, abs(game.payoff(x, k)))
        for k in range(game.n_leaders)
    )


def _with_potential(local: QuadraticGame) -> tuple[QuadraticGame, float]:
    """The game with cross-derivatives that are equal, and by how much they were not."""
    uneven, (one, two) = asymmetry(local)
    if uneven > UNEVEN:
        raise InvalidInputError(
            "leader_potential needs an exact potential. "
            f"Got cross-derivatives of {one} and {two} that differ by {uneven:.3g} of their size."
        )
    even, hessians = -(local.jacobian + local.jacobian.T) / 2, local.hessians.copy()
    for k in range(local.n_players):
        hessians[k, k, :] = hessians[k, :, k] = even[k]
    equal = QuadraticGame.of(
        local.players, hessians, local.linear, local.sets,
        constants=local.constants, variables=local.variables, unit=local.unit,
    )  # fmt: skip
    return equal, uneven


def _told(point: Equilibrium, local: QuadraticGame, uneven: float) -> Equilibrium:
    """The equilibrium with the potential in its certificate."""
    found = {"hessian": (-local.jacobian).tolist(), "linear": (-local.offset).tolist(), "asymmetry": uneven}
    return replace(point, certificate={**point.certificate, "potential": found})
