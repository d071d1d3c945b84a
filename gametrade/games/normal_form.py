"""Finite games: every player has a list of actions, and every profile of actions a payoff for each."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np

from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.typing import ArrayLike, FloatArray

Payoffs = Mapping[str, float] | Sequence[float]


@dataclass(frozen=True, eq=False)
class NormalFormGame:
    """Players, actions and the payoff of everybody for every profile of actions.

    Parameters
    ----------
    payoffs : array_like of shape (n, a_1, ..., a_n)
        ``payoffs[i, k_1, ..., k_n]`` is what player i gets when player j takes its action k_j. [unit]
    players : sequence of str, optional
        Labels; "player 1", "player 2", ... if not given.
    actions : sequence of sequences of str, optional
        Labels of the actions of each player; "1", "2", ... if not given.
    unit : str
        Unit of the payoffs.

    Raises
    ------
    InvalidInputError
        If shapes or labels do not fit, a player has no action, or a payoff is not finite (the profile is named).

    Examples
    --------
    >>> game = NormalFormGame.bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> game.payoff({"player 1": "2", "player 2": "2"})
    {'player 1': 1.0, 'player 2': 1.0}
    """

    payoffs: FloatArray
    players: tuple[str, ...]
    actions: tuple[tuple[str, ...], ...]
    unit: str = "money"

    def __init__(
        self,
        payoffs: ArrayLike,
        players: Sequence[str] | None = None,
        actions: Sequence[Sequence[str]] | None = None,
        *,
        unit: str = "money",
    ) -> None:
        array = np.array(payoffs, dtype=float)
        n = array.shape[0] if array.ndim else 0
        if n < 1 or array.ndim != n + 1 or 0 in array.shape:
            raise InvalidInputError(
                "payoffs of NormalFormGame must have shape (n, a_1, ..., a_n) with at least one action a player. "
                f"Got shape {array.shape}."
            )
        names = tuple(f"player {i + 1}" for i in range(n)) if players is None else tuple(map(str, players))
        given = [[str(k + 1) for k in range(size)] for size in array.shape[1:]] if actions is None else actions
        labels = tuple(tuple(map(str, row)) for row in given)
        _check_labels(names, labels, array.shape)
        if not np.isfinite(array).all():
            player, *where = (int(k) for k in np.argwhere(~np.isfinite(array))[0])
            profile = ", ".join(f"{name} {row[k]}" for name, row, k in zip(names, labels, where, strict=True))
            raise InvalidInputError(
                f"payoffs of NormalFormGame must be finite. Got {array[(player, *where)]} for {names[player]} at "
                f"the profile ({profile})."
            )
        array.setflags(write=False)
        for name, value in (("payoffs", array), ("players", names), ("actions", labels), ("unit", unit)):
            object.__setattr__(self, name, value)

    @classmethod
    def bimatrix(
        cls,
        row: ArrayLike,
        column: ArrayLike | None = None,
        players: Sequence[str] | None = None,
        actions: Sequence[Sequence[str]] | None = None,
        *,
        unit: str = "money",
    ) -> NormalFormGame:
        """A game of two players from the payoff matrix of each; a zero-sum game from the row player's alone."""
        first = np.asarray(row, dtype=float)
        second = -first if column is None else np.asarray(column, dtype=float)
        if first.ndim != 2 or first.shape != second.shape:
            raise InvalidInputError(
                f"matrices of NormalFormGame.bimatrix must have one shape. Got {first.shape} and {second.shape}."
            )
        return cls(np.stack([first, second]), players, actions, unit=unit)

    @classmethod
    def from_function(
        cls,
        players: Sequence[str],
        actions: Sequence[Sequence[str]],
        payoff: Callable[[tuple[str, ...]], Payoffs],
        *,
        unit: str = "money",
    ) -> NormalFormGame:
        """Tabulate a function of the labels of all players' actions.

        Parameters
        ----------
        players : sequence of str
            Labels of the players.
        actions : sequence of sequences of str
            Labels of the actions of each player.
        payoff : callable
            Takes one action label a player; returns payoffs in player order, or by player.
        unit : str
            Unit of the payoffs.

        Returns
        -------
        NormalFormGame
            The game.
        """
        names, labels = tuple(map(str, players)), [tuple(map(str, row)) for row in actions]
        table = np.empty((len(names), *map(len, labels)))
        for where in itertools.product(*(range(len(row)) for row in labels)):
            profile = tuple(row[k] for row, k in zip(labels, where, strict=True))
            got = payoff(profile)
            numbers = [got[name] for name in names] if isinstance(got, Mapping) else list(got)
            if len(numbers) != len(names):
                raise InvalidInputError(
                    f"payoff of NormalFormGame must return {len(names)} numbers. Got {len(numbers)} at {profile}."
                )
            for player, number in enumerate(numbers):
                table[player][where] = number
        return cls(table, names, labels, unit=unit)

    @property
    def n_players(self) -> int:
        """Number of players n."""
        return len(self.players)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of actions of each player."""
        return self.payoffs.shape[1:]

    @property
    def payoff_range(self) -> FloatArray:
        """Largest less smallest payoff of each player, shape (n,). [unit]"""
        flat = self.payoffs.reshape(self.n_players, -1)
        return np.asarray(flat.max(axis=1) - flat.min(axis=1))

    def components(self, player: int) -> tuple[str, ...]:
        """Labels of a player's actions."""
        return self.actions[player]

    def payoff(self, profile: Mapping[str, str]) -> dict[str, float]:
        """Payoffs when each player takes the named action."""
        where = []
        for name, row in zip(self.players, self.actions, strict=True):
            if name not in profile:
                raise UnknownNameError("player in the profile", name, tuple(profile))
            if profile[name] not in row:
                raise UnknownNameError(f"action of {name}", profile[name], row)
            where.append(row.index(profile[name]))
        return dict(zip(self.players, self.at(where).tolist(), strict=True))

    def at(self, where: Sequence[int]) -> FloatArray:
        """Payoffs at a profile of action positions, shape (n,). [unit]"""
        return np.array([table[tuple(where)] for table in self.payoffs])

    def deviation_payoffs(self, strategies: Sequence[FloatArray], player: int) -> FloatArray:
        """What each action of one player pays against the others' mixed strategies, shape (a_i,). [unit]"""
        table = np.moveaxis(self.payoffs[player], player, 0)
        for other in reversed([k for k in range(self.n_players) if k != player]):
            table = table @ strategies[other]
        return np.asarray(table)

    def expected(self, strategies: Sequence[FloatArray]) -> FloatArray:
        """Expected payoff of each player, shape (n,). [unit]"""
        return np.array([strategies[i] @ self.deviation_payoffs(strategies, i) for i in range(self.n_players)])

    def regrets(self, strategies: Sequence[FloatArray]) -> FloatArray:
        """What each player could gain by its best action, shape (n,). [unit]"""
        best = np.array([self.deviation_payoffs(strategies, i).max() for i in range(self.n_players)])
        return np.asarray(best - self.expected(strategies))

    @cached_property
    def exact_payoffs(self) -> np.ndarray:
        """Payoffs as fractions without rounding, an object array of the shape of :attr:`payoffs`."""
        flat = [Fraction(number) for number in self.payoffs.ravel().tolist()]
        return np.array(flat, dtype=object).reshape(self.payoffs.shape)

    @cached_property
    def whole_payoffs(self) -> tuple[tuple[np.ndarray, int], ...]:
        """Payoffs of each player as whole numbers, without rounding, and what to divide them by. [unit]"""
        return tuple(whole_numbers(table) for table in self.payoffs)

    def exact_deviations(self, strategies: Sequence[Sequence[Fraction]], player: int) -> list[Fraction]:
        """What each action of one player pays against the others' strategies, in rational arithmetic. [unit]"""
        whole, denominator = self.whole_payoffs[player]
        table = np.moveaxis(whole, player, 0)
        for other in reversed([k for k in range(self.n_players) if k != player]):
            common = math.lcm(*(p.denominator for p in strategies[other]))
            weights = [p.numerator * (common // p.denominator) for p in strategies[other]]
            used = [k for k, weight in enumerate(weights) if weight]
            table = table[..., used] @ np.array([weights[k] for k in used], dtype=object)
            denominator *= common
        return [Fraction(value, denominator) for value in np.atleast_1d(table).tolist()]

    def exact_payoffs_and_regrets(
        self, strategies: Sequence[Sequence[Fraction]]
    ) -> tuple[list[Fraction], list[Fraction]]:
        """Expected payoff and regret of each player in rational arithmetic.

        Parameters
        ----------
        strategies : sequence of sequences of Fraction
            Probabilities that add up to one.

        Returns
        -------
        tuple of two lists of Fraction
            Payoffs and regrets, one a player. [unit]
        """
        payoffs, regrets = [], []
        for player in range(self.n_players):
            values = self.exact_deviations(strategies, player)
            got = sum((p * v for p, v in zip(strategies[player], values, strict=True) if p), Fraction(0))
            payoffs.append(got)
            regrets.append(max(values) - got)
        return payoffs, regrets

    def exact_regrets(self, strategies: Sequence[Sequence[Fraction]]) -> list[Fraction]:
        """Regret of each player in rational arithmetic.

        Parameters
        ----------
        strategies : sequence of sequences of Fraction
            Probabilities that add up to one.

        Returns
        -------
        list of Fraction
            Zero for everybody exactly where the profile is a Nash equilibrium. [unit]
        """
        return self.exact_payoffs_and_regrets(strategies)[1]

    def restricted(self, kept: Sequence[Sequence[int]]) -> NormalFormGame:
        """The game with some actions of each player only, given by position."""
        table = self.payoffs[np.ix_(range(self.n_players), *kept)]
        labels = [[row[k] for k in rows] for row, rows in zip(self.actions, kept, strict=True)]
        return NormalFormGame(table, self.players, labels, unit=self.unit)

    def __repr__(self) -> str:
        return f"<NormalFormGame: {self.n_players} players, {' x '.join(map(str, self.shape))} actions>"


def _check_labels(players: tuple[str, ...], actions: tuple[tuple[str, ...], ...], shape: tuple[int, ...]) -> None:
    """Refuse labels that repeat or do not fit the payoffs."""
    if len(players) != shape[0] or len(set(players)) < len(players):
        raise InvalidInputError(f"players of NormalFormGame must be {shape[0]} different labels. Got {players}.")
    if tuple(map(len, actions)) != shape[1:]:
        raise InvalidInputError(
            f"actions of NormalFormGame must have {shape[1:]} labels. Got {tuple(map(len, actions))}."
        )
    for name, row in zip(players, actions, strict=True):
        if len(set(row)) < len(row):
            raise InvalidInputError(f"actions of {name} in NormalFormGame must differ. Got {row}.")


def whole_numbers(values: FloatArray) -> tuple[np.ndarray, int]:
    """Floats as whole numbers over one power of two, without rounding.

    Parameters
    ----------
    values : ndarray of any shape
        Finite numbers.

    Returns
    -------
    whole : ndarray of Python integers, of the same shape
        Numerators.
    denominator : int
        What to divide them by.

    Examples
    --------
    >>> whole_numbers(np.array([0.5, -3.0]))
    (array([1, -6], dtype=object), 2)
    """
    pairs = [number.as_integer_ratio() for number in np.asarray(values, dtype=float).ravel().tolist()]
    common = max((below for _, below in pairs), default=1)
    whole = np.empty(len(pairs), dtype=object)
    whole[:] = [above * (common // below) for above, below in pairs]
    return whole.reshape(np.shape(values)), common
