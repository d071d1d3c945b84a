"""What every coalitional game offers, built on the one method that each must write."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

import numpy as np

from gametrade.errors import InvalidInputError, TooManyPlayersError, UnknownNameError
from gametrade.tolerance import absolute_tolerance
from gametrade.typing import BoolArray, Coalition, CoalitionLike, FloatArray

TABLE_PLAYERS = 25
"""Most players for which a table of all coalitions is computed."""

GIVEN_TABLE_PLAYERS = 28
"""Most players of a table that is given: 2 GiB of numbers."""


class CoalitionalGame(ABC):
    """Players and the money :math:`v(S)` that each coalition gains over its members alone.

    A subclass has ``players`` and writes :meth:`values`; the rest follows.
    """

    @property
    @abstractmethod
    def players(self) -> tuple[str, ...]:
        """Labels of the players, in player order."""

    @property
    def unit(self) -> str:
        """Unit of the values, e.g. a currency."""
        return "money"

    @abstractmethod
    def values(self, members: BoolArray) -> FloatArray:
        """Value of each coalition of a family.

        Parameters
        ----------
        members : ndarray of bool, shape (k, n)
            Row j marks the members of coalition j.

        Returns
        -------
        ndarray of shape (k,)
            Values, zero for the empty coalition. [money]
        """

    @property
    def n_players(self) -> int:
        """Number of players n."""
        return len(self.players)

    @property
    def grand_value(self) -> float:
        """Value of the coalition of all players. [money]"""
        return float(self.values(np.ones((1, self.n_players), dtype=bool))[0])

    @property
    def single_values(self) -> FloatArray:
        """Value of each player alone, shape (n,). [money]"""
        return self.values(np.eye(self.n_players, dtype=bool))

    @property
    def tolerance(self) -> float:
        """Excess below which nobody is said to gain: 1e-9 of the range of the zero-normalised values. [money]

        For large games the range is bounded by the gains of the grand coalition, which is the range
        whenever the game is superadditive.
        """
        return absolute_tolerance(self.grand_value - float(self.single_values.sum()))

    def value(self, coalition: CoalitionLike) -> float:
        """Value of one coalition given by labels. [money]"""
        return float(self.values(self.members(coalition)[None, :])[0])

    def members(self, coalition: CoalitionLike) -> BoolArray:
        """Turn labels into a boolean row of shape (n,); what is no string is read as the string it prints as."""
        check_labels(coalition)
        row = np.zeros(self.n_players, dtype=bool)
        position = {str(label): i for i, label in enumerate(self.players)}
        for label in coalition:
            if str(label) not in position:
                raise UnknownNameError("player", label, self.players)
            row[position[str(label)]] = True
        return row

    def labels(self, members: BoolArray) -> Coalition:
        """Turn a boolean row of shape (n,) into labels in player order."""
        return tuple(label for label, inside in zip(self.players, members, strict=True) if inside)

    def table(self) -> FloatArray:
        """Values of all coalitions in bitmask order.

        Returns
        -------
        ndarray of shape (2**n,)
            Entry ``mask`` is the value of the players whose bits are set; player 0 is bit 0. [money]

        Raises
        ------
        TooManyPlayersError
            If the game has more than 25 players.
        """
        check_table_size(self.n_players, "a table of all coalitions")
        blocks = np.array_split(np.arange(2**self.n_players), max(1, 2**self.n_players // 4096))
        return np.concatenate([self.values(all_coalitions(self.n_players, masks)) for masks in blocks])


def check_labels(coalition: object) -> None:
    """Refuse a coalition that is one string, or nothing that can be gone through."""
    if isinstance(coalition, str):
        raise InvalidInputError(f"coalition must be a collection of labels, not one string. Got {coalition!r}.")
    if not isinstance(coalition, Iterable):
        raise InvalidInputError(f"coalition must be a collection of labels. Got {coalition!r}.")


def check_game(game: object, what: str) -> None:
    """Refuse what is no coalitional game; `what` needs one, for the message."""
    if not isinstance(game, CoalitionalGame):
        raise InvalidInputError(f"{what} needs a coalitional game, e.g. a TableGame. Got {game!r:.80}.")


def check_table_size(n_players: int, what: str, most: int = TABLE_PLAYERS) -> None:
    """Refuse 2^n when there are too many players; say what memory it would take and what scales."""
    if n_players > most:
        raise TooManyPlayersError(
            f"{what} needs 2^n numbers ({table_memory(n_players)}) and stops at {most} players. Got {n_players}; "
            "blocking_coalition(game, payoffs) brackets the largest excess of hundreds of homes instead."
        )


def table_memory(n_players: int) -> str:
    """Memory of a table of 2^n numbers, as people say it."""
    size = 8 * 2**n_players
    units = ("bytes", "KiB", "MiB", "GiB", "TiB")
    step = min((size.bit_length() - 1) // 10, len(units) - 1)
    number = size / 1024**step if step < len(units) - 1 else size // 1024**step
    return f"{number:.3g} {units[step]}"


def all_coalitions(n_players: int, masks: np.ndarray | None = None) -> BoolArray:
    """Membership of the coalitions with the given bitmasks (all of them by default), shape (k, n).

    Examples
    --------
    >>> all_coalitions(2).astype(int)
    array([[0, 0],
           [1, 0],
           [0, 1],
           [1, 1]])
    """
    if masks is None:
        check_table_size(n_players, "a list of all coalitions", GIVEN_TABLE_PLAYERS)
        masks = np.arange(2**n_players)
    return np.asarray((masks[:, None] >> np.arange(n_players)) & 1 == 1)
