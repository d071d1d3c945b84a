"""The sharing game in exact arithmetic: every float is a whole number over a power of two."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gametrade.community import Community
from gametrade.games.coalitional import all_coalitions, subset_sums
from gametrade.typing import ArrayLike, BoolArray, FloatArray, IntArray

LIMB_BITS = 24
LIMB = 1 << LIMB_BITS
BLOCK = 8192
"""Steps summed at once: 2^24 * 2^24 * 2^13 stays below 2^63."""


def whole_numbers(values: ArrayLike) -> tuple[NDArray[np.object_], int]:
    """Write floats as whole numbers m with one common exponent: value = m * 2**exponent, exactly.

    Examples
    --------
    >>> whole_numbers([0.5, 3.0])
    (array([1, 6], dtype=object), -1)
    """
    floats = np.asarray(values, dtype=float)
    exponent = lowest_exponent(floats)
    mantissas, exponents = np.frexp(floats)
    shifts = np.where(floats != 0, exponents - 53 - exponent, 0)
    whole = (mantissas * 2.0**53).astype(np.int64)
    numbers = [int(m) << int(e) for m, e in zip(whole.ravel(), shifts.ravel(), strict=True)]
    zeros = min(((n & -n).bit_length() - 1 for n in numbers if n), default=0)
    return np.array([n >> zeros for n in numbers], dtype=object).reshape(floats.shape), exponent + zeros


def limbs(values: FloatArray, exponent: int) -> NDArray[np.int64]:
    """Split non-negative floats, in units of 2**exponent, into base-2^24 digits of shape (L, ...), lowest first."""
    mantissas, exponents = np.frexp(values)
    whole = (mantissas * 2.0**53).astype(np.int64)
    shift = np.where(whole > 0, exponents - 53 - exponent, 0)
    n_limbs = max(1, -(-(53 + int(shift.max(initial=0))) // LIMB_BITS))
    digits = np.zeros((n_limbs, *values.shape), dtype=np.int64)
    for k in range(n_limbs):
        up = np.clip(shift - LIMB_BITS * k, 0, LIMB_BITS)
        down = np.clip(LIMB_BITS * k - shift, 0, 62)
        kept = (whole >> down) & ((LIMB - 1) >> up)
        digits[k] = np.where(shift - LIMB_BITS * k >= LIMB_BITS, 0, kept << up)
    return digits


def lowest_exponent(*arrays: FloatArray) -> int:
    """Exponent of the unit in which every value of the arrays is a whole number."""
    lowest = 0
    for array in arrays:
        _, exponents = np.frexp(array)
        lowest = min(lowest, int(exponents[array != 0].min(initial=0)) - 53)
    return lowest


def digits_of(numbers: NDArray[np.object_]) -> NDArray[np.int64]:
    """Split non-negative whole numbers into base-2^24 digits of shape (L, T), lowest first."""
    length = max(1, max((int(n).bit_length() for n in numbers), default=1))
    rows = [(numbers >> (LIMB_BITS * k)) & (LIMB - 1) for k in range(-(-length // LIMB_BITS))]
    return np.array(rows, dtype=object).astype(np.int64)


def join(digits: NDArray[np.int64]) -> NDArray[np.object_]:
    """Put base-2^24 digits, which may be negative or too large, together as whole numbers."""
    total = np.zeros(digits.shape[1:], dtype=object)
    for k, digit in enumerate(digits):
        total = total + (digit.astype(object) << (LIMB_BITS * k))
    return total


@dataclass(frozen=True, eq=False)
class ExactSharingGame:
    """A community's sharing game as whole numbers: energies and spreads of each step taken as they are stored.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff.
    """

    community: Community

    @cached_property
    def steps(self) -> IntArray:
        """Steps with a positive spread, a seller and a buyer, decided exactly, shape (T',)."""
        spread, _ = self._all_spreads
        sells = (self.community.generation > self.community.demand).any(axis=0)
        buys = (self.community.generation < self.community.demand).any(axis=0)
        return np.flatnonzero(sells & buys & np.array([s > 0 for s in spread], dtype=bool))

    @cached_property
    def _all_spreads(self) -> tuple[NDArray[np.object_], int]:
        return whole_numbers(self.community.tariff.spread())

    @cached_property
    def spread(self) -> NDArray[np.object_]:
        """Money gained per kWh in each trade step, in game units, shape (T',)."""
        return self._all_spreads[0][self.steps]

    @cached_property
    def _energy_exponent(self) -> int:
        return lowest_exponent(self.community.generation, self.community.demand)

    @cached_property
    def net(self) -> NDArray[np.int64]:
        """Net surplus of each home in each trade step as signed digits, shape (L, n, T')."""
        made = limbs(np.ascontiguousarray(self.community.generation[:, self.steps]), self._energy_exponent)
        used = limbs(np.ascontiguousarray(self.community.demand[:, self.steps]), self._energy_exponent)
        net = np.zeros((max(len(made), len(used)), *made.shape[1:]), dtype=np.int64)
        net[: len(made)] += made
        net[: len(used)] -= used
        return net

    @cached_property
    def selling(self) -> BoolArray:
        """Which home has a surplus in which trade step, shape (n, T')."""
        return np.asarray((self.community.generation > self.community.demand)[:, self.steps])

    @cached_property
    def position(self) -> FloatArray:
        """Spread times net surplus of each home in each trade step, in floats, shape (n, T'). [money]"""
        net = (self.community.generation - self.community.demand)[:, self.steps]
        return np.asarray(net * self.community.tariff.spread()[self.steps])

    @cached_property
    def _bought(self) -> NDArray[np.object_]:
        """Spread times deficit summed over the trade steps, in game units, shape (n,)."""
        return self._dot(np.where(self.selling, 0, -self.net), self.spread)

    @property
    def unit(self) -> Fraction:
        """Money that a whole number of the game stands for."""
        return Fraction(2) ** (self._energy_exponent + self._all_spreads[1])

    def price_values(self, path: NDArray[np.int64], denominator: int) -> list[Fraction]:
        """What each home gains when the price stands at path / denominator in each trade step. [money]"""
        gains = denominator * self._bought + self._dot(self.net, self.spread * path.astype(object))
        return [Fraction(int(gain)) * self.unit / denominator for gain in gains]

    def value(self, members: BoolArray) -> Fraction:
        """Gains of one coalition. [money]"""
        net, selling = self.net[:, members], self.selling[members]
        supply, need = (
            join(np.where(selling, net, 0).sum(axis=1)),
            join(np.where(selling, 0, -net).sum(axis=1)),
        )
        return Fraction(int(sum(self.spread * np.minimum(supply, need)))) * self.unit

    def table(self) -> list[Fraction]:
        """Gains of all 2^n coalitions in bitmask order. [money]"""
        n = self.community.n_prosumers
        total = np.zeros(2**n, dtype=object)
        for t in range(len(self.steps)):
            net = join(self.net[:, :, t])
            supply, need = subset_sums(np.maximum(net, 0)), subset_sums(np.maximum(-net, 0))
            total += self.spread[t] * np.minimum(supply, need)
        return [Fraction(int(number)) * self.unit for number in total]

    def _dot(self, digits: NDArray[np.int64], weights: NDArray[np.object_]) -> NDArray[np.object_]:
        """Exact sums over steps of digits (L, n, T') times whole weights (T',), shape (n,)."""
        total = np.zeros(digits.shape[1], dtype=object)
        if not digits.shape[2]:
            return total
        for k, weight in enumerate(digits_of(weights)):
            for start in range(0, len(weight), BLOCK):
                part = digits[:, :, start : start + BLOCK] @ weight[start : start + BLOCK]
                total = total + (join(part) << (LIMB_BITS * k))
        return total


def exact_sum(values: Any) -> Fraction:
    """Sum of floats without rounding."""
    return sum((Fraction(float(value)) for value in values), Fraction(0))


def exact_masks(n_players: int) -> BoolArray:
    """Membership of all coalitions in bitmask order, the order of :meth:`ExactSharingGame.table`."""
    return all_coalitions(n_players)
