"""Contract periods of a sharing game in whole numbers: price bounds of all of them, all coalitions of some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gametrade.analysis.exact import BLOCK, LIMB, LIMB_BITS, ExactSharingGame, digits_of, join, whole_numbers
from gametrade.typing import FloatArray, IntArray

CHUNK = 1 << 17
"""Coalitions times steps that are looked at together."""
STEPS_AT_ONCE = 1024
CARRY_EVERY = 8
"""Products of two digits stay below 2^63 when this many are added, this many times."""


@dataclass(frozen=True, eq=False)
class ExactPeriods:
    """The periods of one contract length, cut from the whole game without rounding.

    Parameters
    ----------
    sharing : ExactSharingGame
        The whole game.
    steps : tuple of ndarray of int
        Settlement steps of each of P periods.
    """

    sharing: ExactSharingGame
    steps: tuple[IntArray, ...]

    @cached_property
    def columns(self) -> tuple[IntArray, ...]:
        """Positions of each period among the trade steps of the whole."""
        trade = self.sharing.steps
        return tuple(np.searchsorted(trade, steps[np.isin(steps, trade)]) for steps in self.steps)

    def shortfalls(self, path: NDArray[np.int64], denominator: int, payoffs: FloatArray) -> list[Fraction]:
        """What all homes together gain more at a price path than they are paid, in each period. [money]

        Parameters
        ----------
        path : ndarray of int, shape (T',)
            Price position of each trade step times the denominator, a power of two.
        denominator : int
            What a position of 1 is written as.
        payoffs : ndarray of shape (P, n)
            What each home is paid in each period. [money]

        Returns
        -------
        list of Fraction
            No coalition gains more than that in its period.

        Notes
        -----
        Exact, O(n T').
        """
        bought = np.where(self.sharing.selling, 0, -self.sharing.net)
        gains = self._dot(bought, self.sharing.spread * denominator)
        gains += self._dot(self.sharing.net, self.sharing.spread * path.astype(object))
        unit = self.sharing.unit / denominator
        paid, exponent = whole_numbers(payoffs.T)
        common, (gains, paid) = _aligned((gains, unit), (paid, Fraction(2) ** exponent))
        above = gains - paid
        return [int(total) * common for total in np.where(above > 0, above, 0).sum(axis=0)]

    def _dot(self, digits: NDArray[np.int64], weights: NDArray[np.object_]) -> NDArray[np.object_]:
        """Exact sums over the steps of each period, digits (L, n, T') times weights (T',) to (n, P)."""
        total = np.zeros((digits.shape[1], len(self.columns)), dtype=object)
        factors = digits_of(weights)
        for period, block in _blocks(self.columns, BLOCK):
            starts = np.cumsum([0, *map(len, block[:-1])])
            columns = np.concatenate(block)
            where = np.arange(period, period + len(block)) if len(block) > 1 else np.array([period])
            for k, factor in enumerate(factors[:, columns]):
                part = np.add.reduceat(digits[:, :, columns] * factor, starts, axis=2)
                total[:, where] += join(part) << (LIMB_BITS * k)
        return total

    def gaining_period(self, payoffs: FloatArray, limit: Fraction, which: Sequence[int]) -> int | None:
        """Find a period in which some proper coalition gains more than a limit, by looking at all of them.

        Parameters
        ----------
        payoffs : ndarray of shape (P, n)
            What each home is paid in each period. [money]
        limit : Fraction
            Gain that does not count. [money]
        which : sequence of int
            Periods to look at.

        Returns
        -------
        int or None
            The first such period, None if there is none.

        Notes
        -----
        Exact: whole numbers in base 2^24, O(2^n T') for the T' trade steps of these periods.
        """
        n = self.sharing.community.n_prosumers
        size = min(STEPS_AT_ONCE, max(1, CHUNK >> n))
        gains: NDArray[np.int64] | None = None
        scale = _Scale.of(self.sharing, payoffs[list(which)], limit)
        for first, block in _blocks([self.columns[p] for p in which], size):
            part = self._block_gains(block, scale)
            gains = part if gains is None else _carried(gains + part)
            last = first + len(block) - 1
            if self._unfinished(which[last], block[-1]):
                continue
            found = scale.exceeded(gains, range(first, last + 1))
            if found is not None:
                return which[found]
            gains = None
        return None

    def _unfinished(self, period: int, block: IntArray) -> bool:
        """Whether a period has steps after those of a block."""
        return bool(block[-1] != self.columns[period][-1])

    def _block_gains(self, block: Sequence[IntArray], scale: _Scale) -> NDArray[np.int64]:
        """Gains of all coalitions in each period of a block as digits, shape (J, 2**n, periods)."""
        columns = np.concatenate(block)
        starts = np.cumsum([0, *map(len, block[:-1])])
        shared = _least(self.sharing.net[:, :, columns], self.sharing.selling[:, columns])
        gains = np.zeros((scale.length, shared.shape[1], len(block)), dtype=np.int64)
        for k, factor in enumerate(scale.spread[:, columns]):
            for j, digit in enumerate(shared):
                gains[k + j] += np.add.reduceat(digit * factor, starts, axis=1)
            if k % CARRY_EVERY == CARRY_EVERY - 1:
                gains = _carried(gains)
        return _carried(gains)


@dataclass(frozen=True, eq=False)
class _Scale:
    """Spreads, payoffs and a limit as digits of whole numbers with one unit."""

    spread: NDArray[np.int64]
    payoffs: NDArray[np.int64]
    limit: NDArray[np.int64]
    length: int

    @classmethod
    def of(cls, sharing: ExactSharingGame, payoffs: FloatArray, limit: Fraction) -> _Scale:
        """Find the unit in which everything is whole; the limit is rounded down to it, which changes no answer."""
        paid, exponent = whole_numbers(payoffs.T)
        unit, (spread, paid) = _aligned((sharing.spread, sharing.unit), (paid, Fraction(2) ** exponent))
        signs = np.where(paid < 0, -1, 1).astype(np.int64)
        factors, amounts = digits_of(spread), digits_of(np.abs(paid).ravel())
        whole = int(limit // unit)
        room = digits_of(np.array([abs(whole)], dtype=object))[:, 0]
        length = max(len(factors) + len(sharing.net) + 1, len(amounts), len(room)) + 2
        return cls(factors, amounts.reshape(-1, *paid.shape) * signs, room if whole >= 0 else -room, length)

    def exceeded(self, gains: NDArray[np.int64], periods: range) -> int | None:
        """First of some periods in which a proper coalition gains more than payoffs and limit together."""
        room = np.zeros_like(gains)
        room[: len(self.limit)] += self.limit[:, None, None]
        room[: len(self.payoffs)] += _subset_sums(self.payoffs[:, :, list(periods)])
        room = _carried(room - gains)
        over = (room[-1, 1:-1] < 0).any(axis=0)
        return periods[int(over.argmax())] if over.any() else None


def _blocks(columns: Sequence[IntArray], size: int) -> Iterator[tuple[int, list[IntArray]]]:
    """Cut periods into blocks of at most `size` steps: several whole periods, or a part of one."""
    block: list[IntArray] = []
    first, steps = 0, 0
    for period, own in enumerate(columns):
        if block and steps + len(own) > size:
            yield first, block
            first, block, steps = period, [], 0
        if len(own) > size:
            yield from ((period, [own[start : start + size]]) for start in range(0, len(own), size))
            first = period + 1
        else:
            block, steps = [*block, own], steps + len(own)
    if block:
        yield first, block


def _aligned(
    *numbers: tuple[NDArray[np.object_], Fraction],
) -> tuple[Fraction, tuple[NDArray[np.object_], ...]]:
    """Write arrays of whole numbers of different units, powers of two, in the smallest of them."""
    unit = min(own for _, own in numbers)
    return unit, tuple(array * int(own / unit) for array, own in numbers)


def _subset_sums(digits: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sums over all subsets in bitmask order, shape (L, n, C) to (L, 2**n, C)."""
    sums = np.zeros((digits.shape[0], 1, digits.shape[2]), dtype=np.int64)
    for home in range(digits.shape[1]):
        sums = np.concatenate([sums, sums + digits[:, home, None]], axis=1)
    return sums


def _least(net: NDArray[np.int64], selling: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Energy that each coalition shares in each step, as digits, shape (L + 1, 2**n, C)."""
    room = np.zeros((1, *net.shape[1:]), dtype=np.int64)
    digits = np.concatenate([net, room])
    supply = _carried(_subset_sums(np.where(selling, digits, 0)))
    need = _carried(_subset_sums(np.where(selling, 0, -digits)))
    short = _carried(supply - need)[-1] < 0
    return np.where(short, supply, need)


def _carried(digits: NDArray[np.int64]) -> NDArray[np.int64]:
    """Bring all digits but the last, which keeps the sign, into [0, 2^24); in place."""
    for k in range(len(digits) - 1):
        over = digits[k] >> LIMB_BITS
        digits[k] &= LIMB - 1
        digits[k + 1] += over
    return digits
