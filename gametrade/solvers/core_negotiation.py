"""A core allocation of an assignment market found by talk among neighbours, without anybody in the middle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gametrade.display import Shown
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import Allocation, AssignmentGame
from gametrade.games.contracts import Talk
from gametrade.solvers.blocking_coalition import blocking_coalition
from gametrade.solvers.negotiation import checked_options
from gametrade.typing import ArrayLike, FloatArray

RELAXATION = 1.8
"""How far a correction goes beyond the claim it answers; below 2, so that it stays a paracontraction."""

Graph = Sequence[tuple[str, str]]


@dataclass(frozen=True, eq=False)
class CoreNegotiation(Shown):
    """Where a negotiation about payoffs ended.

    Parameters
    ----------
    allocation : Allocation
        Mean of what the players propose in the end.
    disagreement : float
        Largest distance of a proposal from the mean, for one player's payoff. [money]
    excess : float
        What the most profitable coalition gains over the mean, by matching: the certificate. [money]
    balance : float
        Sum of the payoffs less the value of all. [money]
    talk : Talk
        Messages and rounds, and whether all of these came below the tolerance.
    """

    allocation: Allocation
    disagreement: float
    excess: float
    balance: float
    talk: Talk

    def __str__(self) -> str:
        return f"{self.talk}\nlargest excess {self.excess:.3g}, disagreement {self.disagreement:.3g}\n{self.allocation}"


def core_negotiation(
    game: AssignmentGame,
    *,
    graphs: Sequence[Graph] | None = None,
    start: ArrayLike | None = None,
    tolerance: float = 1e-7,
    max_rounds: int = 20_000,
) -> CoreNegotiation:
    r"""Let players average their neighbours' proposals and correct them by their own claims, round after round.

    Parameters
    ----------
    game : AssignmentGame
        n players, m sellers and k buyers.
    graphs : sequence of sequences of pairs of str, optional
        Who talks to whom, one graph after the other, again and again; together they must connect all players. By
        default everybody meets everybody in turn, one other player a round.
    start : array_like of shape (n, n), optional
        First proposal of each player, one a row; by default everybody claims the value of all. [money]
    tolerance : float, default=1e-7
        Disagreement, excess and imbalance at which to stop, as a share of the value of all.
    max_rounds : int, default=20000
        Rounds after which the negotiation stops, and says so.

    Returns
    -------
    CoreNegotiation
        The mean proposal with its largest excess.

    Raises
    ------
    InvalidInputError
        If graphs do not connect the players together, or an option is out of range.

    Notes
    -----
    A model of the class described in [1]_. Player i knows the value of all and its own gains :math:`a_{ij}` only. It
    takes the average of the proposals of its neighbours of that round, with weights :math:`1 / (1 + \max(d_i, d_j))`,
    and projects it onto :math:`x_i + x_j \ge a_{ij}` for one partner after the other, 1.8 times as far as needed, onto
    :math:`x_i \ge 0` and onto
    :math:`\sum x = v(N)`. Each projection is a paracontraction whose fixed points are the set itself, the weights are
    doubly stochastic and the graphs are connected over every window, so all proposals converge to one common point of
    the intersection, which is the core. n numbers a message.

    References
    ----------
    .. [1] A. A. Raja and S. Grammatico, "Bilateral peer-to-peer energy trading via coalitional games",
       arXiv:2301.12271 (2023).

    Examples
    --------
    >>> found = core_negotiation(AssignmentGame(["s0", "s1"], ["b0", "b1"], [[8, 5], [6, 2]]))
    >>> found.talk.converged, found.excess < 1e-5
    (True, True)
    """
    checked_options("core_negotiation", max_rounds, {"tolerance": tolerance})
    n, total = game.n_players, game.grand_value
    weights, sent = _weights(game, graphs)
    x = np.eye(n) * total if start is None else np.array(start, dtype=float)
    if x.shape != (n, n) or not np.isfinite(x).all():
        raise InvalidInputError(f"start of core_negotiation must be finite numbers, shape {(n, n)}. Got {x.shape}.")
    claims = _claims(game)
    size = total or 1.0
    rounds, left = 0, np.inf
    while rounds < max_rounds and left > tolerance:
        x = weights[rounds % len(weights)] @ x
        _correct(x, claims, total)
        rounds += 1
        if rounds % 10 == 0 or rounds == max_rounds:
            mean = x.mean(axis=0)
            left = max(float(np.abs(x - mean).max()), _shortfall(game, mean), abs(float(mean.sum()) - total)) / size
    mean = x.mean(axis=0)
    messages = sum(sent[r % len(sent)] for r in range(rounds))
    residuals = {"disagreement": float(np.abs(x - mean).max()), "shortfall": _shortfall(game, mean)}
    allocation = Allocation(game, "core_negotiation", mean)
    excess = blocking_coalition(game, mean).excess
    talk = Talk(rounds, messages, messages * n, left <= tolerance, residuals)
    return CoreNegotiation(allocation, residuals["disagreement"], excess, float(mean.sum()) - total, talk)


def _claims(game: AssignmentGame) -> FloatArray:
    """Least joint payoff of each pair of players, shape (n, n): 0 for two of one side."""
    m, n = len(game.sellers), game.n_players
    claims = np.zeros((n, n))
    claims[:m, m:] = np.maximum(game.gains, 0.0)
    return claims + claims.T


def _correct(x: FloatArray, claims: FloatArray, total: float) -> None:
    """Project the proposal of every player onto its own half-spaces, one after the other, all players at once."""
    n = len(x)
    who = np.arange(n)
    for shift in range(1, n):
        partner = (who + shift) % n
        lack = np.where(claims[who, partner] > 0, claims[who, partner] - x[who, who] - x[who, partner], 0.0)
        lift = RELAXATION * np.maximum(lack, 0.0) / 2
        x[who, who] += lift
        x[who, partner] += lift
    x[who, who] = np.maximum(x[who, who], 0.0)
    x += (total - x.sum(axis=1, keepdims=True)) / n


def _shortfall(game: AssignmentGame, payoffs: FloatArray) -> float:
    """By how much the worst pair or single player is short of its claim."""
    m = len(game.sellers)
    pairs = game.gains - payoffs[:m, None] - payoffs[None, m:]
    return max(0.0, float(pairs.max()), -float(payoffs.min()))


def _weights(game: AssignmentGame, graphs: Sequence[Graph] | None) -> tuple[list[FloatArray], list[int]]:
    """Averaging weights of each graph, and the messages it takes."""
    n, place = game.n_players, {label: i for i, label in enumerate(game.players)}
    if graphs is None:
        pairs = _tournament(n)
    else:
        strangers = [label for graph in graphs for pair in graph for label in pair if label not in place]
        if strangers:
            raise InvalidInputError(f"graphs of core_negotiation must join players of the game. Got {strangers[0]!r}.")
        pairs = [[(place[a], place[b]) for a, b in graph] for graph in graphs]
    reached = {0}
    for _ in range(n):
        reached |= {i for edges in pairs for edge in edges if reached & {*edge} for i in edge}
    if len(reached) < n:
        lonely = next(label for label, i in place.items() if i not in reached)
        raise InvalidInputError(f"graphs of core_negotiation must together connect all players. {lonely!r} is apart.")
    return [_metropolis(n, edges) for edges in pairs], [2 * len(edges) for edges in pairs]


def _tournament(n: int) -> list[list[tuple[int, int]]]:
    """Rounds in which everybody meets everybody once, two at a time, by the circle method."""
    even = n + n % 2
    ring = list(range(1, even))
    rounds = []
    for _ in range(even - 1):
        table = [0, *ring]
        rounds.append(
            [(a, b) for a, b in zip(table[: even // 2], table[: even // 2 - 1 : -1], strict=True) if max(a, b) < n]
        )
        ring = ring[1:] + ring[:1]
    return rounds


def _metropolis(n: int, edges: Sequence[tuple[int, int]]) -> FloatArray:
    degree = np.bincount(np.array(edges, dtype=int).ravel(), minlength=n)
    weights = np.zeros((n, n))
    for i, j in edges:
        weights[i, j] = weights[j, i] = 1 / (1 + max(degree[i], degree[j]))
    weights[range(n), range(n)] = 1 - weights.sum(axis=1)
    return weights
