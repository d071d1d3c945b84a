"""A coalitional game given as a table of 2^n numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.coalitional.game import CoalitionalGame, all_coalitions, check_table_size
from gametrade.tolerance import absolute_tolerance
from gametrade.typing import BoolArray, Coalition, FloatArray


@dataclass(frozen=True, eq=False)
class TableGame(CoalitionalGame):
    """All values of a game, listed in bitmask order.

    Parameters
    ----------
    names : tuple of str
        Labels of the n players. Player 0 is bit 0 of a mask.
    numbers : array_like of shape (2**n,)
        Value of each coalition; entry 0, the empty coalition, is zero. [money]

    Raises
    ------
    InvalidInputError
        If the table does not have 2^n finite entries or the empty coalition is worth something.

    Examples
    --------
    >>> game = TableGame.from_function("ABC", lambda coalition: {2: 60, 3: 90}.get(len(coalition), 0))
    >>> game.value(["A", "C"])
    60.0
    """

    names: tuple[str, ...]
    numbers: FloatArray

    def __post_init__(self) -> None:
        names = tuple(str(name) for name in self.names)
        check_table_size(len(names), "TableGame")
        numbers = np.array(self.numbers, dtype=float)
        if not names or len(set(names)) < len(names):
            raise InvalidInputError(f"names of TableGame must be unique and at least one. Got {names!r}.")
        if numbers.shape != (2 ** len(names),):
            raise InvalidInputError(
                f"numbers of TableGame must have 2^n = {2 ** len(names)} entries for {len(names)} players. "
                f"Got shape {numbers.shape}."
            )
        if not np.isfinite(numbers).all():
            bad = int(np.flatnonzero(~np.isfinite(numbers))[0])
            raise InvalidInputError(f"numbers of TableGame must be finite. Got {numbers[bad]} for mask {bad}.")
        if numbers[0] != 0:
            raise InvalidInputError(f"the empty coalition of TableGame must be worth 0. Got {numbers[0]}.")
        numbers.setflags(write=False)
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "numbers", numbers)

    @classmethod
    def from_function(cls, names: Iterable[str], value: Callable[[Coalition], float]) -> TableGame:
        """Tabulate a function of coalitions, given to it as tuples of labels in player order."""
        labels = tuple(names)
        check_table_size(len(labels), "TableGame")
        rows = all_coalitions(len(labels))
        coalitions = [tuple(label for label, inside in zip(labels, row, strict=True) if inside) for row in rows]
        return cls(labels, np.array([0.0] + [float(value(coalition)) for coalition in coalitions[1:]]))

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
        zero_normalised = self.numbers - all_coalitions(self.n_players) @ self.single_values
        return absolute_tolerance(float(zero_normalised.max() - zero_normalised.min()))

    def values(self, members: BoolArray) -> FloatArray:
        """Look the coalitions up, shape (k, n) to (k,). [money]"""
        masks = members @ (1 << np.arange(self.n_players))
        return self.numbers[masks]

    def table(self) -> FloatArray:
        """The table itself, read-only, shape (2**n,). [money]"""
        return self.numbers
