"""The sharing game with individual tariffs in exact arithmetic, on its price levels."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gametrade.analysis.exact import whole_numbers
from gametrade.games.coalitional import IndividualTariffGame, subset_sums
from gametrade.typing import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class ExactPriceLevels:
    """A game with individual tariffs in whole numbers: what homes offer and want at each level is taken as stored.

    Parameters
    ----------
    game : IndividualTariffGame
        n homes, L price levels.
    """

    game: IndividualTariffGame

    @property
    def steps(self) -> IntArray:
        """The levels, which take the place of trade steps, shape (L,)."""
        return np.arange(self.game.position.shape[1])

    @property
    def position(self) -> FloatArray:
        """Money offered (positive) or wanted (negative) by each home at each level, in floats, shape (n, L). [money]"""
        return self.game.position

    @cached_property
    def _position(self) -> tuple[NDArray[np.object_], Fraction]:
        """Positions of the homes in whole numbers, shape (n, L), and the money that one stands for."""
        numbers, exponent = whole_numbers(self.game.position)
        return numbers, Fraction(2) ** exponent

    def price_values(self, path: NDArray[np.int64], denominator: int) -> list[Fraction]:
        """What each home gains with path / denominator of each level below the price. [money]"""
        position, unit = self._position
        gains = denominator * np.maximum(-position, 0).sum(axis=1) + (position * path.astype(object)).sum(axis=1)
        return [Fraction(int(gain)) * unit / denominator for gain in gains]

    def value(self, members: BoolArray) -> Fraction:
        """Gains of one coalition. [money]"""
        position, unit = self._position
        chosen = position[members]
        least = np.minimum(np.maximum(chosen, 0).sum(axis=0), np.maximum(-chosen, 0).sum(axis=0))
        return Fraction(int(least.sum())) * unit

    def table(self) -> list[Fraction]:
        """Gains of all 2^n coalitions in bitmask order. [money]"""
        position, unit = self._position
        total = np.zeros(2 ** len(position), dtype=object)
        for level in position.T:
            total += np.minimum(subset_sums(np.maximum(level, 0)), subset_sums(np.maximum(-level, 0)))
        return [Fraction(int(number)) * unit for number in total]
