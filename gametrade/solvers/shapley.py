"""The Shapley value, exact by table or sampled with standard errors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from math import factorial

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import Allocation, CoalitionalGame, SharingGame
from gametrade.games.coalitional.game import TABLE_PLAYERS
from gametrade.registry import rules
from gametrade.typing import FloatArray, IntArray

TABLE_WORK = 5e9
"""Coalitions times trade steps up to which the table is made without being asked for."""

BATCH = 16
"""Pairs of permutations drawn between two looks at the standard errors."""

BLOCK = 2**18
"""Numbers of one block of steps that is walked at once, small enough for the cache."""


@rules.register(
    promises=("efficiency", "symmetry", "null_player", "covariance", "additivity"),
    needs="any",
    kind="payoff",
    source="Shapley 1953, 10.1515/9781400881970-018",
)
def shapley(
    game: CoalitionalGame,
    *,
    exact: bool | None = None,
    relative_error: float = 0.01,
    max_permutations: int = 4000,
    rng: np.random.Generator | None = None,
) -> Allocation:
    r"""Pay each player its average marginal contribution over all orders of arrival.

    Parameters
    ----------
    game : CoalitionalGame
        Any game.
    exact : bool, optional
        True for all :math:`2^n` coalitions, False for sampling. By default exact for at most 25 players while
        :math:`2^n` times the number of trade steps is at most 5e9.
    relative_error : float, default=0.01
        Sampling stops when every standard error is at most this share of the mean payoff.
    max_permutations : int, default=4000
        Sampling stops at this number of permutations at the latest; at least 4.
    rng : numpy.random.Generator, optional
        Random source of the sample; ``numpy.random.default_rng(0)`` by default, so the answer is repeatable.

    Returns
    -------
    Allocation
        Payoffs [money], with standard errors if sampled. A note says how they were computed.

    Raises
    ------
    TooManyPlayersError
        If `exact` is True and there are more than 25 players.
    InvalidInputError
        If `relative_error` is not above 0 or `max_permutations` is below 4.

    Notes
    -----
    .. math:: x_i = \sum_{S \not\ni i} \frac{|S|!\,(n - |S| - 1)!}{n!} \bigl(v(S \cup i) - v(S)\bigr)

    Exact: O(n 2^n) after the table. Sampled: each random order is used together with its reverse, which costs
    little more and cancels much of the variance; a pair counts as one observation of the standard error.
    Every sampled order shares :math:`v(N)` in full and gives a null player 0, so these two properties hold
    exactly for the sample too; symmetry and covariance hold for the exact value only. The value of a sharing
    game is individually rational, since no marginal contribution is negative, and need not be in the core.

    References
    ----------
    .. [1] L. S. Shapley, "A value for n-person games", Contributions to the Theory of Games II (1953)
       307-317.
       :doi:`10.1515/9781400881970-018`
    .. [2] J. Castro, D. Gomez and J. Tejada, "Polynomial calculation of the Shapley value based on sampling",
       Comput. Oper. Res. 36 (2009) 1726-1730. :doi:`10.1016/j.cor.2008.04.004`

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("s1", "b"): 6, ("s2", "b"): 6, ("s1", "s2", "b"): 6})
    >>> gt.allocate(game, "shapley").payoffs
    array([1., 4., 1.])
    """
    if not relative_error > 0:
        raise InvalidInputError(f"relative_error of shapley must be above 0. Got {relative_error!r}.")
    if max_permutations < 4:
        raise InvalidInputError(f"max_permutations of shapley must be at least 4. Got {max_permutations!r}.")
    if exact is None:
        exact = exact_by_default(game)
    if exact:
        note = f"Exact: all {2**game.n_players} coalitions."
        return Allocation(game, "shapley", shapley_values(game.table()), notes=(note,))
    return _sampled(game, relative_error, max_permutations, rng or np.random.default_rng(0))


def exact_by_default(game: CoalitionalGame) -> bool:
    """Whether the table of all coalitions is small enough to be made without being asked for."""
    steps = max(1, game.trade_steps.size) if isinstance(game, SharingGame) else 1
    return game.n_players <= TABLE_PLAYERS and 2**game.n_players * steps <= TABLE_WORK


def shapley_values(table: FloatArray) -> FloatArray:
    """Shapley values of one table or of many.

    Parameters
    ----------
    table : ndarray of shape (2**n,) or (P, 2**n)
        Values of all coalitions in bitmask order; player 0 is bit 0. [money]

    Returns
    -------
    ndarray of shape (n,) or (P, n)
        Values of the players. [money]

    Raises
    ------
    InvalidInputError
        If the last axis is not a power of two.

    Notes
    -----
    The coalitions without player i, in order, have the sizes of all coalitions of n - 1 players, whatever i
    is: one vector of weights serves all players. Time O(P n 2^n), and half a table of working memory.

    Examples
    --------
    >>> shapley_values(np.array([0.0, 0.0, 0.0, 6.0]))
    array([3., 3.])
    """
    table = np.asarray(table, dtype=float)
    n = table.shape[-1].bit_length() - 1 if table.ndim else -1
    if n < 1 or table.shape[-1] != 2**n:
        raise InvalidInputError(
            f"table of shapley_values must have 2^n entries, n at least 1. Got shape {table.shape}."
        )
    by_size = np.array([factorial(size) * factorial(n - 1 - size) / factorial(n) for size in range(n)])
    weights = by_size[np.bitwise_count(np.arange(2 ** (n - 1)))]
    answer = np.empty((*table.shape[:-1], n))
    for player in range(n):
        pairs = table.reshape(*table.shape[:-1], 2 ** (n - 1 - player), 2, 2**player)
        added = pairs[..., 1, :] - pairs[..., 0, :]
        answer[..., player] = added.reshape(*table.shape[:-1], 2 ** (n - 1)) @ weights
    return answer


@dataclass(slots=True)
class _Running:
    """Mean and spread of observations that arrive in batches (Chan et al. update)."""

    count: int
    mean: FloatArray
    squares: FloatArray

    def add(self, batch: FloatArray) -> None:
        size, mean = len(batch), batch.mean(axis=0)
        total, shift = self.count + size, mean - self.mean
        self.squares += ((batch - mean) ** 2).sum(axis=0) + shift**2 * (self.count * size / total)
        self.mean = self.mean + shift * (size / total)
        self.count = total

    def standard_errors(self) -> FloatArray:
        return np.asarray(np.sqrt(self.squares / (self.count - 1) / self.count))


def _sampled(
    game: CoalitionalGame, relative_error: float, max_permutations: int, rng: np.random.Generator
) -> Allocation:
    """Sample until the standard errors are small enough or the permutations are used up."""
    n = game.n_players
    running = _Running(0, np.zeros(n), np.zeros(n))
    mean_payoff = abs(game.grand_value - float(game.single_values.sum())) / n
    error = np.inf
    while running.count < max_permutations // 2 and error > relative_error * mean_payoff:
        size = min(BATCH, max_permutations // 2 - running.count)
        running.add(_pair_means(game, np.stack([rng.permutation(n) for _ in range(size)])))
        error = float(running.standard_errors().max())
    reached = "reached" if error <= relative_error * mean_payoff else "NOT reached"
    size_told = f"{error / mean_payoff:.2%} of the mean payoff" if mean_payoff > 0 else f"{error:.3g} {game.unit}"
    note = (
        f"Sampled: {2 * running.count} permutations in antithetic pairs; largest standard error {size_told}; "
        f"target {relative_error:.2%} {reached}."
    )
    errors = running.standard_errors()
    return Allocation(game, "shapley:exact=False", running.mean, standard_errors=errors, notes=(note,))


@singledispatch
def _pair_means(game: CoalitionalGame, orders: IntArray) -> FloatArray:
    """Marginal contributions along each order and its reverse, averaged, shape (k, n). [money]"""
    k, n = orders.shape
    answer = np.empty((k, n))
    for row, order in enumerate(orders):
        inside = np.zeros((n + 1, n), dtype=bool)
        inside[1:, order] = np.tri(n, dtype=bool)
        forward, backward = np.diff(game.values(inside)), -np.diff(game.values(~inside))
        answer[row, order] = 0.5 * (forward + backward)
    return answer


@_pair_means.register
def _(game: SharingGame, orders: IntArray) -> FloatArray:
    """As min(a, b) = (a + b - |a - b|) / 2, only the running sums of net positions are needed."""
    k, n = orders.shape
    forward, backward = np.zeros((k, n + 1)), np.zeros((k, n + 1))
    columns = max(1, BLOCK // n)
    for start in range(0, game.position.shape[1], columns):
        block = np.ascontiguousarray(game.position[:, start : start + columns])
        running = np.zeros((n + 1, block.shape[1]))
        for row, order in enumerate(orders):
            np.cumsum(block[order], axis=0, out=running[1:])
            forward[row] += np.abs(running).sum(axis=1)
            backward[row] += np.abs(running[-1] - running).sum(axis=1)
    answer = np.empty((k, n))
    steps = 0.25 * (np.diff(backward, axis=1) - np.diff(forward, axis=1))
    np.put_along_axis(answer, orders, steps, axis=1)
    return np.asarray(answer + 0.5 * np.abs(game.position).sum(axis=1))
