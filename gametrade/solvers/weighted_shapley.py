"""The weighted Shapley value: players with weights for size, risk or effort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from gametrade.errors import InvalidInputError, TooManyPlayersError, UnknownNameError
from gametrade.games.coalitional import Allocation, CoalitionalGame, integer_table, subset_sums
from gametrade.games.coalitional.game import check_game
from gametrade.games.coalitional.integer_table import over_one_denominator
from gametrade.solvers.table_guard import table_of
from gametrade.typing import FloatArray

EXACT_PLAYERS = 14
"""Most players for which the value is computed in fractions."""


def weighted_shapley(
    game: CoalitionalGame,
    *,
    weights: Mapping[str, float] | Sequence[float] | None = None,
    priority: Sequence[Sequence[str]] = (),
    exact: bool = False,
) -> Allocation:
    r"""Share what every coalition adds in proportion to given weights of its members.

    Parameters
    ----------
    game : CoalitionalGame
        At most 25 players.
    weights : mapping of str to float, or sequence of n floats, optional
        Positive weight of each player, by label or in player order; only their ratios count. Equal if not given.
    priority : sequence of sequences of str, optional
        Classes of players by label, first class first; players left out form the last class. What a coalition adds
        goes to its members of the first class present alone. At most 14 players.
    exact : bool, default=False
        Whether to compute in fractions, which ``Allocation.fractions`` then holds; at most 14 players.

    Returns
    -------
    Allocation
        Payoffs; equal weights give the Shapley value. [money]

    Raises
    ------
    InvalidInputError
        If a weight is missing or not above 0, or a player is in two priority classes.
    TooManyPlayersError
        If there are too many players.

    Notes
    -----
    With the Harsanyi dividends :math:`d_S` (:math:`v(S) = \sum_{R \subseteq S} d_R`),
    :math:`x_i = \sum_{S \ni i} d_S\, w_i / w(S)` [1]_. Floats use the weighted potential [2]_

    .. math:: P(S) = \frac{v(S) + \sum_{i \in S} w_i P(S \setminus i)}{w(S)}, \qquad
              x_i = w_i \bigl(P(N) - P(N \setminus i)\bigr),

    which adds averages and so loses no digits, in O(n 2^n); fractions and priorities use the dividends, exactly.
    Weights and ordered classes together are the weight systems of [1]_.

    References
    ----------
    .. [1] E. Kalai and D. Samet, "On weighted Shapley values", Int. J. Game Theory 16 (1987) 205-222.
    .. [2] S. Hart and A. Mas-Colell, "Potential, value, and consistency", Econometrica 57 (1989) 589-614.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("a", "b"): 6.0})
    >>> weighted_shapley(game, weights={"a": 1, "b": 2}).payoffs
    array([2., 4.])
    >>> weighted_shapley(game, priority=[["b"]]).payoffs
    array([0., 6.])
    """
    check_game(game, "weighted_shapley")
    ratio, rank = _checked(game, weights), _ranks(game, priority)
    if exact or priority:
        answer = Allocation.of_fractions(game, "weighted_shapley", _by_dividends(game, ratio, rank))
        return answer if exact else Allocation(game, "weighted_shapley", answer.payoffs)
    table = table_of(game, "weighted_shapley")
    return Allocation(game, "weighted_shapley", _by_potential(table, np.array(ratio, dtype=float)))


def _ranks(game: CoalitionalGame, priority: Sequence[Sequence[str]]) -> list[int]:
    """Class of each player, 0 first."""
    rank = dict.fromkeys(game.players, len(priority))
    for place, labels in enumerate(priority):
        for label in game.labels(game.members(labels)):
            if rank[label] < len(priority):
                raise InvalidInputError(f"priority of weighted_shapley must list a player once. Got {label!r} twice.")
            rank[label] = place
    return [rank[label] for label in game.players]


def _checked(game: CoalitionalGame, weights: Mapping[str, float] | Sequence[float] | None) -> list[float]:
    weights = [1.0] * game.n_players if weights is None else weights
    if isinstance(weights, Mapping):
        for label in weights:
            if label not in game.players:
                raise UnknownNameError("player", label, game.players)
        weights = [weights.get(label, 0.0) for label in game.players]
    if len(weights) != game.n_players or not all(0 < weight < float("inf") for weight in weights):
        raise InvalidInputError(
            f"weights of weighted_shapley must be {game.n_players} finite numbers above 0. Got {list(weights)}."
        )
    return list(weights)


def _by_potential(table: FloatArray, weights: FloatArray) -> FloatArray:
    """Potential of every coalition, smaller coalitions first."""
    n = len(weights)
    weights = weights / weights.max()
    order = np.argsort(np.bitwise_count(np.arange(table.size)), kind="stable")
    bounds = np.searchsorted(np.bitwise_count(order), np.arange(n + 2))
    whole, potential = subset_sums(weights), np.zeros(table.size)
    for size in range(1, n + 1):
        masks = order[bounds[size] : bounds[size + 1]]
        gathered = table[masks].copy()
        for player, weight in enumerate(weights):
            inside = (masks >> player & 1).astype(bool)
            gathered[inside] += weight * potential[masks[inside] ^ (1 << player)]
        potential[masks] = gathered / whole[masks]
    return np.asarray(weights * (potential[-1] - potential[(table.size - 1) ^ (1 << np.arange(n))]))


def _by_dividends(game: CoalitionalGame, ratio: list[float], rank: list[int]) -> list[Fraction]:
    """Harsanyi dividends in whole numbers, shared by exact weights within the first class present."""
    n = game.n_players
    if n > EXACT_PLAYERS:
        raise TooManyPlayersError(
            f"weighted_shapley in fractions or with priority stops at {EXACT_PLAYERS} players. Got {n}; "
            "weights alone reach 25."
        )
    whole, _ = over_one_denominator(ratio)
    numbers, denominator = integer_table(game)
    dividends = numbers.astype(object)
    for player in range(n):
        pairs = dividends.reshape(-1, 2, 1 << player)
        pairs[:, 1] -= pairs[:, 0]
    shares = [Fraction(0)] * n
    for mask in range(1, 2**n):
        if dividends[mask]:
            members = [i for i in range(n) if mask >> i & 1]
            first = min(rank[i] for i in members)
            members = [i for i in members if rank[i] == first]
            unit = Fraction(dividends[mask], denominator * sum(whole[i] for i in members))
            for i in members:
                shares[i] += whole[i] * unit
    return shares
