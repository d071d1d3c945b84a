"""How many coalitions gain by leaving: counted where a table is affordable, sampled and said so elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.display import Shown
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import CoalitionalGame, SharingGame, subset_sums
from gametrade.games.coalitional.game import TABLE_PLAYERS
from gametrade.tolerance import decision_tolerance
from gametrade.typing import ArrayLike, BoolArray, Coalition, FloatArray, IntArray

TABLE_BUDGET = 5e9
"""Most coalitions times trade steps that are tabulated without being asked to."""

SIZE_PLAYERS = 20
SAMPLES = 4_000


@dataclass(frozen=True, eq=False, slots=True)
class CoalitionCount(Shown):
    """Number of proper coalitions with a positive excess.

    Parameters
    ----------
    count : int or None
        Exact number, or None if sampled.
    share, standard_error : float
        Share of all proper coalitions, and its standard error: 0 where counted.
    largest_by_size : ndarray of shape (n - 1,) or None
        Largest excess of the coalitions of each size. [money]
    best : tuple of (coalition, excess)
        The most profitable coalitions, where tabulated. [money]
    best_of_home : tuple of (coalition, excess)
        The best coalition of each home, where tabulated. [money]
    """

    count: int | None
    share: float
    standard_error: float
    largest_by_size: FloatArray | None = None
    best: tuple[tuple[Coalition, float], ...] = ()
    best_of_home: tuple[tuple[Coalition, float], ...] = ()

    def __str__(self) -> str:
        if self.count is not None:
            return f"{self.count} blocking coalitions, {self.share:.2%} of all proper ones"
        return f"about {self.share:.2%} of all proper coalitions block, standard error {self.standard_error:.2%}"


@dataclass(frozen=True, eq=False, slots=True)
class CoalitionSample:
    """Proper coalitions drawn at random, each with the same probability, and their values.

    Parameters
    ----------
    members : ndarray of bool, shape (4000, n)
        One coalition a row.
    values : ndarray of shape (4000,)
        Their values. [money]
    """

    members: BoolArray
    values: FloatArray

    @classmethod
    def draw(cls, game: CoalitionalGame, rng: np.random.Generator) -> CoalitionSample:
        """Draw a sample."""
        members = rng.random((SAMPLES, game.n_players)) < 0.5
        while (trivial := members.all(axis=1) | ~members.any(axis=1)).any():
            members[trivial] = rng.random((int(trivial.sum()), game.n_players)) < 0.5
        return cls(members, game.values(members))


def count_blocking(
    game: CoalitionalGame,
    payoffs: ArrayLike,
    *,
    exact: bool | None = None,
    best: int = 10,
    sample: CoalitionSample | None = None,
    rng: np.random.Generator | None = None,
) -> CoalitionCount:
    """Count the proper coalitions that gain more than the tolerance by leaving.

    Parameters
    ----------
    game : CoalitionalGame
        n players.
    payoffs : array_like of shape (n,)
        Payoff of each player. [money]
    exact : bool, optional
        Tabulate all 2^n coalitions (True), draw a sample (False), or tabulate while 2^n times the number
        of trade steps is at most 5e9 (None).
    best : int
        How many of the most profitable ones to list, where tabulated.
    sample : CoalitionSample, optional
        Coalitions to estimate from, e.g. to share one sample among many payoff vectors.
    rng : numpy.random.Generator, optional
        Draws the sample if none is given; ``numpy.random.default_rng(0)`` if this is not given either.

    Returns
    -------
    CoalitionCount
        `count` is None if sampled: nothing is downgraded in silence.

    Raises
    ------
    TooManyPlayersError
        If `exact` is True and there are more than 25 players.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("a", "c"): 6.0, ("b", "c"): 6.0, ("a", "b", "c"): 6.0})
    >>> count_blocking(game, [2.0, 2.0, 2.0]).count
    2
    """
    x = np.array(payoffs, dtype=float)
    if x.shape != (game.n_players,):
        raise InvalidInputError(f"payoffs of count_blocking must have {game.n_players} numbers. Got shape {x.shape}.")
    if exact is None:
        exact = table_is_cheap(game)
    if exact:
        return _tabulated(game, x, best)
    return _estimated(game, x, sample or CoalitionSample.draw(game, rng or np.random.default_rng(0)))


def table_is_cheap(game: CoalitionalGame) -> bool:
    """Whether all coalitions are tabulated without being asked to."""
    steps = len(game.trade_steps) if isinstance(game, SharingGame) else 1
    return game.n_players <= TABLE_PLAYERS and 2.0**game.n_players * max(1, steps) <= TABLE_BUDGET


def _tabulated(game: CoalitionalGame, x: FloatArray, best: int) -> CoalitionCount:
    """Look at every proper coalition."""
    n = game.n_players
    excess = game.table() - subset_sums(x)
    excess[[0, -1]] = -np.inf
    masks = np.arange(2**n)
    top = np.argsort(-excess, kind="stable")[: min(best, 2**n - 2)]
    by_home = [int(np.where(masks >> i & 1 == 1, excess, -np.inf).argmax()) for i in range(n)] if n > 1 else []
    count = int((excess > decision_tolerance(game.tolerance, x)).sum())
    return CoalitionCount(
        count,
        count / max(1, 2**n - 2),
        0.0,
        _largest_by_size(excess, n) if 1 < n <= SIZE_PLAYERS else None,
        tuple((_labels(game, mask), float(excess[mask])) for mask in top),
        tuple((_labels(game, mask), float(excess[mask])) for mask in by_home),
    )


def _estimated(game: CoalitionalGame, x: FloatArray, sample: CoalitionSample) -> CoalitionCount:
    """Estimate the share from a sample; its standard error is never said to be zero."""
    share = float((sample.values - sample.members @ x > decision_tolerance(game.tolerance, x)).mean())
    size = len(sample.values)
    return CoalitionCount(None, share, float(np.sqrt(max(share * (1 - share), 1 / size) / size)))


def _largest_by_size(excess: FloatArray, n: int) -> FloatArray:
    """Largest excess of the coalitions with 1 to n - 1 members."""
    sizes = subset_sums(np.ones(n)).astype(int)
    largest = np.full(n + 1, -np.inf)
    np.maximum.at(largest, sizes, excess)
    return largest[1:n]


def _labels(game: CoalitionalGame, mask: int | IntArray) -> Coalition:
    return game.labels((int(mask) >> np.arange(game.n_players)) & 1 == 1)
