"""A coalitional game given as a table of 2^n numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.coalitional.game import GIVEN_TABLE_PLAYERS, CoalitionalGame, all_coalitions, check_table_size
from gametrade.games.coalitional.integer_table import (
    WholeNumbers,
    int64_or_object,
    integer_table,
    over_one_denominator,
    whole_numbers,
)
from gametrade.games.coalitional.subset_sums import subset_sums
from gametrade.tolerance import absolute_tolerance
from gametrade.typing import BoolArray, Coalition, FloatArray

EXACT_FLOATS = 2**53
"""Whole numbers up to this size are floats."""


@dataclass(frozen=True, eq=False)
class TableGame(CoalitionalGame):
    """All values of a game, listed in bitmask order.

    Parameters
    ----------
    names : tuple of str
        Labels of the n players. Player 0 is bit 0 of a mask.
    numbers : array_like of shape (2**n,)
        Value of each coalition; entry 0, the empty coalition, is zero. Fractions and whole numbers are kept
        as they are for exact algorithms, beside the nearest floats. [money]

    Raises
    ------
    InvalidInputError
        If the table does not have 2^n finite entries or the empty coalition is worth something.
    TooManyPlayersError
        If there are more than 28 players.

    Examples
    --------
    >>> game = TableGame.from_function("ABC", lambda coalition: {2: 60, 3: 90}.get(len(coalition), 0))
    >>> game.value(["A", "C"])
    60.0
    """

    names: tuple[str, ...]
    numbers: FloatArray
    _exact: tuple[WholeNumbers, int] | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        names = tuple(str(name) for name in self.names)
        check_table_size(len(names), "TableGame", GIVEN_TABLE_PLAYERS)
        if not names or len(set(names)) < len(names):
            raise InvalidInputError(f"names of TableGame must be unique and at least one. Got {names!r}.")
        exact, numbers = _as_given(self.numbers)
        _check_numbers(numbers, len(names))
        numbers.setflags(write=False)
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "numbers", numbers)
        object.__setattr__(self, "_exact", exact)

    @classmethod
    def from_function(cls, names: Iterable[str], value: Callable[[Coalition], Any]) -> TableGame:
        """Tabulate a function of coalitions, given to it as tuples of labels in player order."""
        labels = tuple(names)
        check_table_size(len(labels), "TableGame")
        rows = all_coalitions(len(labels))
        coalitions = [tuple(label for label, inside in zip(labels, row, strict=True) if inside) for row in rows]
        return cls(labels, np.array([0, *(value(coalition) for coalition in coalitions[1:])]))

    @classmethod
    def from_values(cls, values: Mapping[tuple[str, ...], float]) -> TableGame:
        """Make a game from a mapping of coalitions by label; coalitions left out are worth 0.

        Examples
        --------
        >>> TableGame.from_values({("s", "b"): 6.0}).grand_value
        6.0
        """
        names = tuple(dict.fromkeys(label for coalition in values for label in coalition))
        by_members = {frozenset(coalition): number for coalition, number in values.items()}
        return cls.from_function(names, lambda coalition: by_members.get(frozenset(coalition), 0.0))

    @property
    def players(self) -> tuple[str, ...]:
        """Labels of the players, in player order."""
        return self.names

    @property
    def tolerance(self) -> float:
        """1e-9 of the range of the zero-normalised values. [money]"""
        zero_normalised = subset_sums(self.single_values)
        np.subtract(self.numbers, zero_normalised, out=zero_normalised)
        return absolute_tolerance(float(zero_normalised.max() - zero_normalised.min()))

    def values(self, members: BoolArray) -> FloatArray:
        """Look the coalitions up, shape (k, n) to (k,). [money]"""
        masks = members @ (1 << np.arange(self.n_players))
        return self.numbers[masks]

    def table(self) -> FloatArray:
        """The table itself, read-only, shape (2**n,). [money]"""
        return self.numbers


@integer_table.register
def _(game: TableGame, *, terms: int | None = None) -> tuple[WholeNumbers, int]:
    terms = terms or game.n_players + 1
    if game._exact is None:
        return whole_numbers(game.numbers, terms=terms)
    numbers, denominator = game._exact
    return int64_or_object(numbers, terms=terms), denominator


def _as_given(numbers: Any) -> tuple[tuple[WholeNumbers, int] | None, FloatArray]:
    """The numbers as they are, where floats would round them, and as floats."""
    array = np.asarray(numbers)
    if array.dtype == object and array.ndim == 1 and all(isinstance(v, int | Fraction) for v in array):
        whole, denominator = over_one_denominator(array.tolist())
        floats = np.array([_nearest_float(n, denominator) for n in whole])
        return (int64_or_object(whole), denominator), floats
    if array.dtype.kind in "iu" and array.size and max(int(array.max()), -int(array.min())) > EXACT_FLOATS:
        return (int64_or_object(array), 1), array.astype(float)
    return None, np.array(array, dtype=float)


def _nearest_float(number: int, denominator: int) -> float:
    try:
        return number / denominator
    except OverflowError:
        return np.inf if number > 0 else -np.inf


def _check_numbers(numbers: FloatArray, n_players: int) -> None:
    if numbers.shape != (2**n_players,):
        raise InvalidInputError(
            f"numbers of TableGame must have 2^n = {2**n_players} entries for {n_players} players. "
            f"Got shape {numbers.shape}."
        )
    if not np.isfinite(numbers).all():
        bad = int(np.flatnonzero(~np.isfinite(numbers))[0])
        raise InvalidInputError(f"numbers of TableGame must be finite. Got {numbers[bad]} for mask {bad}.")
    if numbers[0] != 0:
        raise InvalidInputError(f"the empty coalition of TableGame must be worth 0. Got {numbers[0]}.")
