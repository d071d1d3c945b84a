"""Excesses without rounding: the largest of all coalitions, and the largest outside what is settled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.games.coalitional import all_coalitions
from gametrade.games.coalitional.integer_table import WholeNumbers
from gametrade.solvers.exact_table import ExactTable
from gametrade.solvers.excess_scan import ExcessScan
from gametrade.solvers.integer_span import IntegerSpan
from gametrade.typing import BoolArray, IntArray

BATCH = 2**16
"""Coalitions whose span is looked at together."""


def largest_excess(
    table: ExactTable, payoffs: Sequence[Fraction], *, per_member: bool = False, exact: bool
) -> Fraction:
    """Largest excess of a proper coalition, or an upper bound that includes rounding.

    Parameters
    ----------
    table : ExactTable
        Values of all coalitions of at least 2 players. [money]
    payoffs : sequence of Fraction, length n
        Payoffs. [money]
    per_member : bool, default=False
        Whether excesses are divided by the number of members.
    exact : bool
        Whether floats are not enough.

    Returns
    -------
    Fraction
        Excess. [money]
    """
    highest = Highest(table, payoffs, per_member, exact)
    floor = ExcessScan(table.floats).largest(np.array([float(x) for x in payoffs]), per_member=per_member)
    for masks in highest.candidates(floor):
        highest.look(masks, [IntegerSpan(len(payoffs))])
    return highest.found[0]


def most_wronged(table: ExactTable, payoffs: Sequence[Fraction], *, per_member: bool = False) -> tuple[int, Fraction]:
    """Mask and exact excess of a proper coalition with the largest excess, per member if asked for.

    Parameters
    ----------
    table : ExactTable
        Values of all coalitions of at least 2 players. [money]
    payoffs : sequence of Fraction, length n
        Payoffs. [money]
    per_member : bool, default=False
        Whether excesses are divided by the number of members.

    Returns
    -------
    mask : int
        The coalition.
    excess : Fraction
        Its excess. [money]
    """
    scan, floats = ExcessScan(table.floats), np.array([float(x) for x in payoffs])
    top = scan.largest(floats, per_member=per_member)
    level = float(np.nextafter(top - 4 * table.rounding(payoffs), -np.inf))
    best: tuple[int, Fraction] | None = None
    for masks in scan.above(floats, level, per_member=per_member, keep=_all):
        numbers, denominator, sizes = excesses_of(table, payoffs, masks, per_member)
        for size in np.unique(sizes):
            where = np.flatnonzero(sizes == size)
            first = where[int(np.argmax(numbers[where]))]
            excess = Fraction(int(numbers[first]), denominator * int(size))
            if best is None or excess > best[1]:
                best = int(masks[first]), excess
    assert best is not None
    return best


class Highest:
    """Largest excess outside the span before each level."""

    def __init__(self, table: ExactTable, payoffs: Sequence[Fraction], per_member: bool, exact: bool) -> None:
        self._table, self._payoffs, self._per_member, self._exact = table, payoffs, per_member, exact
        self._floats = np.array([float(x) for x in payoffs])
        self._rounding = table.rounding(payoffs)
        self.found: dict[int, Fraction] = {}

    def candidates(self, floor: float) -> Iterator[IntArray]:
        """Coalitions that may have an excess above the lowest level, in batches."""
        scan, waiting, count = ExcessScan(self._table.floats), [np.zeros(0, dtype=np.int64)], 0
        level = float(np.nextafter(floor - 4 * self._rounding, -np.inf))
        for masks in scan.above(self._floats, level, per_member=self._per_member, keep=_all):
            waiting.append(masks)
            count += len(masks)
            if count >= BATCH:
                yield np.concatenate(waiting)
                waiting, count = [], 0
        if count:
            yield np.concatenate(waiting)

    def look(self, masks: IntArray, spans: list[IntegerSpan]) -> None:
        """Take the largest excess of a batch for each level."""
        rows = all_coalitions(self._table.n_players, masks)
        sizes = rows.sum(axis=1) if self._per_member else np.ones(len(masks))
        excess = (self._table.floats[masks] - rows @ self._floats) / sizes
        for k, span in enumerate(spans):
            free = ~span.contains(rows.astype(np.int64))
            rows, masks, excess = rows[free], masks[free], excess[free]
            if not len(masks):
                return
            most = self._most(masks, excess)
            if k not in self.found or most > self.found[k]:
                self.found[k] = most

    def _most(self, masks: IntArray, excess: Any) -> Fraction:
        top = float(excess.max())
        if not self._exact:
            return Fraction(top + 2 * self._rounding)
        return max(
            per_size(
                *excesses_of(self._table, self._payoffs, masks[excess >= top - 4 * self._rounding], self._per_member)
            )
        )


def excesses_of(
    table: ExactTable, payoffs: Sequence[Fraction], masks: IntArray, per_member: bool
) -> tuple[WholeNumbers, int, IntArray]:
    """Excesses as whole numbers over one denominator, and what each is divided by."""
    numbers, denominator = table.excesses(masks, payoffs)
    return numbers, denominator, np.bitwise_count(masks).astype(np.int64) if per_member else np.ones_like(masks)


def per_size(numbers: WholeNumbers, denominator: int, sizes: IntArray) -> list[Fraction]:
    """Largest of the numbers of each size, as fractions."""
    return [Fraction(int(numbers[sizes == size].max()), denominator * int(size)) for size in np.unique(sizes)]


def _all(masks: IntArray) -> BoolArray:
    return np.ones(len(masks), dtype=bool)
