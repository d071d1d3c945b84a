"""The best choice of a single leader with one variable, whatever its followers are."""

from __future__ import annotations

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.games.stackelberg import StackelbergGame
from gametrade.registry import solvers
from gametrade.solvers.leader_reply import Reply, leader_reply


@solvers.register(plays=("StackelbergGame",), source="Piyavskii 1972, 10.1016/0041-5553(72)90115-2")
def leader_scan(game: StackelbergGame, *, gap: float = 1e-6) -> Solution:
    r"""Find the best choice of a leader over its interval, with a bound on what any other choice could bring.

    Parameters
    ----------
    game : StackelbergGame
        One leader with one variable between finite bounds.
    gap : float, default=1e-6
        Share of the payoff's range at which branch and bound stops.

    Returns
    -------
    Solution
        One equilibrium for each tied global optimum; the trace lists local optima. Complete if the optimum is
        proved: the payoff is quadratic or concave between known kinks, or bounded on intervals by the game. A mere
        scan of points is told as such.

    Raises
    ------
    InvalidInputError
        If there are several leaders, several variables or no bounds.

    Examples
    --------
    A leading firm and one that follows; price 100 - Q, cost 10 a unit:

    >>> import gametrade as gt
    >>> from gametrade.games.stackelberg import StackelbergGame
    >>> firms = StackelbergGame(("firm",), (("quantity",),), (gt.Polyhedron.of([0.0], [90.0]),),
    ...     (lambda x, y: x[0] * (90 - x[0] - y[0]),), lambda x: (90 - x) / 2, between="quadratic")
    >>> answer = leader_scan(firms)
    >>> [strategy.tolist() for strategy in answer[0].strategies]
    [[45.0], [22.5]]
    """
    if game.n_leaders != 1:
        raise InvalidInputError(f"leader_scan is for one leader; diagonalisation for several. Got {game.n_leaders}.")
    reply = leader_reply(game, 0, game.start, gap=gap)
    equilibria = tuple(stackelberg_point(game, np.array([point]), (reply,)) for point in reply.points[reply.tied])
    order = np.argsort(-reply.values, kind="stable")
    trace = tuple(
        {"choice": float(reply.points[k]), "payoff": float(reply.values[k]), "global": bool(reply.tied[k])}
        for k in order
    )
    told = f"Best of {reply.pieces} intervals by {reply.method}" + ("." if reply.proved else "; not proved.")
    return Solution(game, "leader_scan", equilibria, complete=reply.proved, finding=told, trace=trace)


def stackelberg_point(game: StackelbergGame, x: np.ndarray, replies: tuple[Reply, ...]) -> Equilibrium:
    """Choices of the leaders with the followers' answer, regrets bounded by the leaders' best replies.

    Parameters
    ----------
    game : StackelbergGame
        The game.
    x : ndarray
        Choices of all leaders.
    replies : tuple of Reply
        Best reply of each leader to the others' choices.

    Returns
    -------
    Equilibrium
        The followers' payoff is not stated (not a number); their regret is the largest gap, infinite if unknown.
    """
    answer = game.response(x)
    own = np.array([game.payoff(x, leader) for leader in range(game.n_leaders)])
    gaps = game.gaps(x, answer)
    follower = float(gaps.max()) if np.isfinite(gaps).all() else np.inf
    regrets = np.array([max(0.0, reply.bound - payoff) for reply, payoff in zip(replies, own, strict=True)])
    certificate = {
        "kind": "leader_replies",
        "leaders": {label: reply.to_dict() for label, reply in zip(game.leaders, replies, strict=True)},
        "follower_gap": follower if np.isfinite(follower) else None,
    }
    notes = [f"regret of {label} comes from a scan: not proved." for label, reply in _open(game, replies)]
    notes.extend(game.caveats)
    if game.follower_gaps is None:
        notes.append("The followers' answer is taken as given: their regret has no bound.")
    strategies = tuple(x[part] for part in game.slices) + (answer,)
    return Equilibrium(
        game, strategies, np.append(own, np.nan), np.append(regrets, follower), "Stackelberg", certificate, tuple(notes)
    )


def _open(game: StackelbergGame, replies: tuple[Reply, ...]) -> list[tuple[str, Reply]]:
    return [(label, reply) for label, reply in zip(game.leaders, replies, strict=True) if not reply.proved]
