"""The Shapley value of a sample of orders, with standard errors and a stopping rule."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch

import numpy as np

from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.coalitional import Allocation, CoalitionalGame, SharingGame
from gametrade.typing import FloatArray, IntArray

METHODS = {
    "antithetic": "in antithetic pairs",
    "permutation": "drawn independently",
    "stratified": "in full rotations, every player once in every place",
}
"""How orders are drawn, and how a note says it."""

BATCH = 16
"""Independent observations drawn between two looks at the standard errors."""

BLOCK = 2**18
"""Numbers of one block of steps that is walked at once, small enough for the cache."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How orders are drawn and when to stop.

    Parameters
    ----------
    method : {"antithetic", "permutation", "stratified"}
        A random order with its reverse, alone, or with all its rotations counts as one observation.
    relative_error : float
        Stop when every standard error is at most this share of the mean payoff,
    standard_error : float or None
        or, if given, at most this much money.
    max_permutations : int
        Stop at this number of orders at the latest.
    """

    method: str
    relative_error: float
    standard_error: float | None
    max_permutations: int

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise UnknownNameError("method of shapley", self.method, METHODS)
        if not self.relative_error > 0:
            raise InvalidInputError(f"relative_error of shapley must be above 0. Got {self.relative_error!r}.")
        if self.standard_error is not None and not self.standard_error > 0:
            raise InvalidInputError(f"standard_error of shapley must be above 0. Got {self.standard_error!r}.")
        if self.max_permutations < 4:
            raise InvalidInputError(f"max_permutations of shapley must be at least 4. Got {self.max_permutations!r}.")

    def orders_each(self, n_players: int) -> int:
        """Orders of one observation."""
        return {"antithetic": 2, "permutation": 1, "stratified": n_players}[self.method]

    def observations(self, n_players: int) -> int:
        """Most observations, at least the two that a standard error needs."""
        most = self.max_permutations // self.orders_each(n_players)
        if most < 2:
            raise InvalidInputError(
                f"max_permutations of shapley must be at least {2 * n_players}, two rotations of {n_players} players, "
                f"for method 'stratified'. Got {self.max_permutations}."
            )
        return most


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


def sampled_shapley(game: CoalitionalGame, effort: Effort, rng: np.random.Generator) -> Allocation:
    """Sample until the standard errors are small enough or the permutations are used up.

    Parameters
    ----------
    game : CoalitionalGame
        n players.
    effort : Effort
        Method and stopping rule.
    rng : numpy.random.Generator
        Random source.

    Returns
    -------
    Allocation
        Unbiased estimates that share :math:`v(N)`, with standard errors and a note. [money]

    Notes
    -----
    One observation is the mean of the marginal contributions over its orders; observations are independent,
    so the standard error is that of their mean. A rotation puts every player once in every place: each
    coalition size is a stratum with equal weight, and what remains is the spread inside the strata.
    """
    n, most = game.n_players, effort.observations(game.n_players)
    running = _Running(0, np.zeros(n), np.zeros(n))
    mean_payoff = abs(game.grand_value - float(game.single_values.sum())) / n
    target = effort.relative_error * mean_payoff if effort.standard_error is None else effort.standard_error
    error = np.inf
    while running.count < most and error > target:
        left = most - running.count
        size = left if left <= BATCH + 1 else BATCH
        running.add(_observations(game, effort.method, np.stack([rng.permutation(n) for _ in range(size)])))
        error = float(running.standard_errors().max())
    told = f"{error / mean_payoff:.2%} of the mean payoff" if mean_payoff > 0 else f"{error:.3g} {game.unit}"
    aim = f"{effort.relative_error:.2%}" if effort.standard_error is None else f"{target:.3g} {game.unit}"
    note = (
        f"Sampled: {running.count * effort.orders_each(n)} permutations {METHODS[effort.method]}; "
        f"largest standard error {told}; target {aim} {'reached' if error <= target else 'NOT reached'}."
    )
    label = "shapley:exact=False" + (f":method={effort.method}" if effort.method != "antithetic" else "")
    return Allocation(game, label, running.mean, standard_errors=running.standard_errors(), notes=(note,))


def _observations(game: CoalitionalGame, method: str, orders: IntArray) -> FloatArray:
    """One row of mean marginal contributions for each drawn order, shape (k, n). [money]"""
    if method == "antithetic":
        forward, backward = marginals_along(game, orders, reverse=True)
        return 0.5 * (forward + backward)
    if method == "permutation":
        return marginals_along(game, orders, reverse=False)[0]
    n = orders.shape[1]
    turns = (np.arange(n)[:, None] + np.arange(n)) % n
    return np.stack([marginals_along(game, order[turns], reverse=False)[0].mean(axis=0) for order in orders])


@singledispatch
def marginals_along(game: CoalitionalGame, orders: IntArray, *, reverse: bool) -> tuple[FloatArray, FloatArray]:
    """What each player adds when the players arrive in given orders.

    Parameters
    ----------
    game : CoalitionalGame
        n players.
    orders : ndarray of int, shape (k, n)
        Positions of the players, first comer first.
    reverse : bool
        Whether the reverse orders are wanted too.

    Returns
    -------
    forward, backward : ndarray of shape (k, n)
        Marginal contributions by player along each order and along its reverse (zeros if not wanted). [money]
    """
    k, n = orders.shape
    forward, backward = np.zeros((k, n)), np.zeros((k, n))
    for row, order in enumerate(orders):
        inside = np.zeros((n + 1, n), dtype=bool)
        inside[1:, order] = np.tri(n, dtype=bool)
        forward[row, order] = np.diff(game.values(inside))
        if reverse:
            backward[row, order] = -np.diff(game.values(~inside))
    return forward, backward


@marginals_along.register
def _(game: SharingGame, orders: IntArray, *, reverse: bool) -> tuple[FloatArray, FloatArray]:
    """As min(a, b) = (a + b - |a - b|) / 2, only the running sums of net positions are needed."""
    k, n = orders.shape
    ahead, behind = np.zeros((k, n + 1)), np.zeros((k, n + 1))
    columns = max(1, BLOCK // n)
    for start in range(0, game.position.shape[1], columns):
        block = np.ascontiguousarray(game.position[:, start : start + columns])
        running = np.zeros((n + 1, block.shape[1]))
        for row, order in enumerate(orders):
            np.cumsum(block[order], axis=0, out=running[1:])
            ahead[row] += np.abs(running).sum(axis=1)
            if reverse:
                behind[row] += np.abs(running[-1] - running).sum(axis=1)
    turnover = 0.5 * np.abs(game.position).sum(axis=1)
    forward, backward = np.empty((k, n)), np.empty((k, n))
    np.put_along_axis(forward, orders, -0.5 * np.diff(ahead, axis=1), axis=1)
    np.put_along_axis(backward, orders, 0.5 * np.diff(behind, axis=1), axis=1)
    return forward + turnover, backward + turnover
