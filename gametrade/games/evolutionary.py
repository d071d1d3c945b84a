"""Population games: shares of large populations that play one strategy or another, and how well each does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.normal_form import NormalFormGame
from gametrade.typing import ArrayLike, FloatArray

State = tuple[FloatArray, ...]
"""Shares of the strategies in each population."""

Fitness = Callable[[State], Sequence[ArrayLike]]
"""What each strategy of each population earns at a state."""


@dataclass(frozen=True, eq=False)
class EvolutionaryGame:
    r"""Large populations in which strategies that earn more than the average spread.

    Parameters
    ----------
    players : tuple of str
        Labels of the populations.
    strategies : tuple of tuples of str
        Labels of the strategies of each population.
    fitness : callable
        ``fitness(state)`` takes one vector of shares a population and returns what each strategy of each population
        earns. [unit]
    pairwise : NormalFormGame or None
        The game that is played by random pairing, if fitness is such: statements about it are exact.
    unit : str
        Unit of the fitness.

    Raises
    ------
    InvalidInputError
        If labels repeat, or fitness returns the wrong shape or numbers that are not finite at equal shares.

    Notes
    -----
    A state is an equilibrium where no strategy in use earns less than another: each population's regret
    :math:`\max_k f_k(x) - \sum_k x_k f_k(x)` is zero. For a road network this is Wardrop's condition.

    References
    ----------
    .. [1] W. H. Sandholm, *Population Games and Evolutionary Dynamics*, MIT Press (2010).
    .. [2] P. D. Taylor and L. B. Jonker, "Evolutionary stable strategies and game dynamics", Math. Biosci. 40 (1978)
       145-156. :doi:`10.1016/0025-5564(78)90077-9`

    Examples
    --------
    >>> hawk_dove = EvolutionaryGame.from_matrix([[-1, 4], [0, 2]], ["hawk", "dove"])
    >>> hawk_dove.regrets([[0.5, 0.5]])
    array([0.25])
    """

    players: tuple[str, ...]
    strategies: tuple[tuple[str, ...], ...]
    fitness: Fitness
    pairwise: NormalFormGame | None = None
    unit: str = "money"

    def __post_init__(self) -> None:
        object.__setattr__(self, "players", tuple(map(str, self.players)))
        object.__setattr__(self, "strategies", tuple(tuple(map(str, row)) for row in self.strategies))
        if len(self.strategies) != len(self.players) or not self.players:
            raise InvalidInputError(
                f"strategies of EvolutionaryGame must be one list a population. Got {len(self.strategies)} for "
                f"{len(self.players)} populations."
            )
        for name, labels in (("players", self.players), *zip(self.players, self.strategies, strict=True)):
            if not labels or len(set(labels)) < len(labels):
                raise InvalidInputError(f"labels of {name} in EvolutionaryGame must differ. Got {labels}.")
        self.fitness_at(self.equal_shares())

    @classmethod
    def from_matrix(
        cls, payoffs: ArrayLike, strategies: Sequence[str] | None = None, *, unit: str = "money"
    ) -> EvolutionaryGame:
        """One population whose members meet in pairs.

        Parameters
        ----------
        payoffs : array_like of shape (m, m)
            ``payoffs[i, j]`` is what strategy i earns when it meets strategy j. [unit]
        strategies : sequence of str, optional
            Labels; "1", "2", ... if not given.
        unit : str
            Unit of the payoffs.

        Returns
        -------
        EvolutionaryGame
            The game, with its symmetric game of two players as `pairwise`.
        """
        matrix = np.array(payoffs, dtype=float)
        if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
            raise InvalidInputError(f"payoffs of EvolutionaryGame must be square. Got shape {matrix.shape}.")
        labels = [str(k + 1) for k in range(len(matrix))] if strategies is None else list(strategies)
        pairwise = NormalFormGame.bimatrix(matrix, matrix.T, actions=[labels, labels], unit=unit)
        return cls(("population",), (tuple(labels),), lambda state: [matrix @ state[0]], pairwise, unit)

    @classmethod
    def from_game(cls, game: NormalFormGame) -> EvolutionaryGame:
        """One population for each player of a finite game, members of which meet at random."""

        def fitness(state: State) -> list[FloatArray]:
            return [game.deviation_payoffs(state, player) for player in range(game.n_players)]

        return cls(game.players, game.actions, fitness, game, game.unit)

    @property
    def symmetric(self) -> bool:
        """Whether one population plays a game of two players against itself."""
        return self.pairwise is not None and len(self.players) < self.pairwise.n_players

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of strategies of each population."""
        return tuple(map(len, self.strategies))

    def components(self, player: int) -> tuple[str, ...]:
        """Labels of a population's strategies."""
        return self.strategies[player]

    def equal_shares(self) -> State:
        """The state in which all strategies of a population are equally common."""
        return tuple(np.full(size, 1 / size) for size in self.shape)

    def state(self, shares: Sequence[ArrayLike]) -> State:
        """Read shares: one vector a population, not negative, adding up to one.

        Parameters
        ----------
        shares : sequence of array_like
            One vector a population.

        Returns
        -------
        tuple of ndarray
            The state.

        Raises
        ------
        InvalidInputError
            If there are too few or many, a share is negative, or they do not add up to one.
        """
        state = tuple(np.array(row, dtype=float) for row in shares)
        if tuple(row.shape for row in state) != tuple((size,) for size in self.shape):
            raise InvalidInputError(
                f"shares of EvolutionaryGame must be {self.shape}, one list a population. Got "
                f"{tuple(row.shape for row in state)}."
            )
        for name, row in zip(self.players, state, strict=True):
            if not (np.isfinite(row).all() and row.min() >= 0 and abs(row.sum() - 1) <= 1e-9):
                raise InvalidInputError(f"shares of {name} must not be negative and add up to 1. Got {row.tolist()}.")
        return state

    def fitness_at(self, state: Sequence[ArrayLike]) -> State:
        """What each strategy of each population earns, checked. [unit]"""
        shares = tuple(np.asarray(row, dtype=float) for row in state)
        earned = tuple(np.asarray(row, dtype=float) for row in self.fitness(shares))
        fits = tuple(row.shape for row in earned) == tuple((size,) for size in self.shape)
        if not fits or not all(np.isfinite(row).all() for row in earned):
            told = "; ".join(f"{name} {row.tolist()}" for name, row in zip(self.players, shares, strict=True))
            raise InvalidInputError(
                f"fitness of EvolutionaryGame must return finite numbers of shape {self.shape}. Got "
                f"{[row.tolist() for row in earned]} at the state ({told})."
            )
        return earned

    def averages(self, state: Sequence[ArrayLike]) -> FloatArray:
        """Average fitness of each population, shape (n,). [unit]"""
        earned = self.fitness_at(state)
        return np.array([np.asarray(x, dtype=float) @ f for x, f in zip(state, earned, strict=True)])

    def regrets(self, state: Sequence[ArrayLike]) -> FloatArray:
        """Best fitness less the average of each population, shape (n,). [unit]"""
        return np.array([f.max() for f in self.fitness_at(state)]) - self.averages(state)

    def velocity(self, state: Sequence[ArrayLike]) -> State:
        r"""Replicator equation: :math:`\dot x_k = x_k (f_k(x) - \sum_l x_l f_l(x))`, by population. [unit]"""
        shares, earned = [np.asarray(row, dtype=float) for row in state], self.fitness_at(state)
        return tuple(x * (f - x @ f) for x, f in zip(shares, earned, strict=True))

    def paired(self, profile: Sequence[Sequence[Fraction]]) -> list[list[Fraction]]:
        """One strategy for each player of the pairwise game: a symmetric game is played against oneself."""
        rows = [list(row) for row in profile]
        return rows * 2 if self.symmetric else rows
