"""A table of values beside the whole numbers that it stands for, each looked up when it is needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import CoalitionalGame, TableGame, all_coalitions
from gametrade.games.coalitional.integer_table import (
    WholeNumbers,
    int64_or_object,
    integer_table,
    over_one_denominator,
    whole_numbers,
)
from gametrade.games.coalitional.subset_sums import subset_sums
from gametrade.solvers.table_guard import check_table_work, table_of
from gametrade.typing import FloatArray, IntArray

UNIT = 2.0**-52
"""Relative error of one operation on floats, twice over."""

SMALLEST = float(np.finfo(float).tiny)
"""Least float with all its digits."""

LONG = 1000
"""Bits of a denominator that is too long for a float: values near the least float have one."""


@dataclass(frozen=True, eq=False)
class ExactTable:
    """Values of all coalitions as floats, and exactly for the coalitions that are asked for.

    Parameters
    ----------
    floats : ndarray of shape (2**n,)
        The nearest floats. [money]
    whole : ndarray of shape (2**n,), optional
        The values times the denominator; by default the floats are the values. [money]
    denominator : int, default=1
        Of the whole numbers.
    """

    floats: FloatArray
    whole: WholeNumbers | None = None
    denominator: int = 1

    @classmethod
    def of(cls, game: CoalitionalGame, what: str) -> ExactTable:
        """Values of a game, and who asks for them; fractions where the game was given as fractions."""
        floats = table_of(game, what)
        if isinstance(game, TableGame) and game.is_exact:
            return cls(floats, *integer_table(game))
        return cls(floats)

    @classmethod
    def of_size(cls, game: CoalitionalGame, what: str) -> ExactTable:
        """The same for solvers in floats, which need whole ones.

        Raises
        ------
        InvalidInputError
            If the values are so small that floats have lost digits.
        """
        table = cls.of(game, what)
        largest = max(float(table.floats.max()), -float(table.floats.min()))
        if 0 < largest < SMALLEST:
            raise InvalidInputError(
                f"values of {what} must be 0 or reach {SMALLEST:.2g} in size: floats below that have lost digits, so "
                f"take a smaller unit of money or exact=True where there is one. Got at most {largest:.3g}."
            )
        return table

    @classmethod
    def zero_normalised(cls, game: CoalitionalGame, what: str) -> tuple[ExactTable, list[Fraction]]:
        """Values less what the members get alone, without rounding, and the values of the players alone."""
        n = game.n_players
        check_table_work(game, what)
        numbers, denominator = integer_table(game, terms=2 * n + 2)
        alone = numbers[1 << np.arange(n)]
        normalised = numbers - subset_sums(alone)
        whole = normalised if denominator.bit_length() < LONG else normalised.astype(object)
        floats = np.asarray(whole / denominator, dtype=float)
        return cls(floats, normalised, denominator), [Fraction(int(number), denominator) for number in alone]

    @property
    def n_players(self) -> int:
        """Number of players n."""
        return len(self.floats).bit_length() - 1

    @property
    def alone(self) -> FloatArray:
        """Values of the players alone, shape (n,). [money]"""
        return np.asarray(self.floats[1 << np.arange(self.n_players)])

    @property
    def grand_value(self) -> float:
        """Value of all players. [money]"""
        return float(self.floats[-1])

    def values(self, masks: IntArray) -> tuple[WholeNumbers, int]:
        """Values of some coalitions as whole numbers over one denominator."""
        if self.whole is None:
            return whole_numbers(self.floats[masks])
        return self.whole[masks], self.denominator

    def excesses(self, masks: IntArray, payoffs: Sequence[Fraction]) -> tuple[WholeNumbers, int]:
        """Excesses of some coalitions as whole numbers over one denominator."""
        numbers, denominator = self.values(masks)
        paid, pay_denominator = over_one_denominator(payoffs)
        terms = len(paid) + 1
        left = int64_or_object(numbers.astype(object) * pay_denominator, terms=terms)
        right = int64_or_object([number * denominator for number in paid], terms=terms)
        if object in (left.dtype, right.dtype):
            left, right = left.astype(object), right.astype(object)
        members = all_coalitions(self.n_players, masks)
        return left - members.astype(right.dtype) @ right, denominator * pay_denominator

    def rounding(self, payoffs: Sequence[Fraction]) -> float:
        """Most by which an excess computed in floats can be off. [money]"""
        size = max(float(self.floats.max()), -float(self.floats.min())) + sum(abs(float(x)) for x in payoffs)
        return (self.n_players + 4) * UNIT * size
