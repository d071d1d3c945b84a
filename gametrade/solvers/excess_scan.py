"""Every excess of a table in one pass: which coalitions lie above a level, and how far the values spread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from gametrade.games.coalitional.subset_sums import subset_sums
from gametrade.typing import BoolArray, FloatArray, IntArray

LOW_PLAYERS = 16
"""Players whose 2^16 partial sums are shared by all blocks of a pass: a block stays in the cache."""


@dataclass(frozen=True, eq=False)
class ExcessScan:
    """Excesses of all coalitions of a table, block by block, without a second table.

    Parameters
    ----------
    table : ndarray of shape (2**n,)
        Values in bitmask order. [money]
    """

    table: FloatArray

    @property
    def n_players(self) -> int:
        """Number of players n."""
        return len(self.table).bit_length() - 1

    @property
    def _low(self) -> int:
        return min(self.n_players, LOW_PLAYERS)

    def spread(self, payoffs: FloatArray) -> tuple[float, float]:
        """Smallest and largest excess of any coalition, the empty one included. [money]"""
        ends = [(float(block.min()) - high, float(block.max()) - high) for _, block, high in self._blocks(payoffs, 0.0)]
        return min(end[0] for end in ends), max(end[1] for end in ends)

    def largest(self, payoffs: FloatArray, *, per_member: bool = False) -> float:
        """Largest excess of a proper coalition of at least 2 players, per member if asked for. [money]"""
        sizes = np.bitwise_count(np.arange(1 << self._low)).astype(float)
        best, last = -np.inf, len(self.table) - (1 << self._low)
        for first, block, high in self._blocks(payoffs, 0.0):
            block -= high
            block[0] = -np.inf if first == 0 else block[0]
            block[-1] = -np.inf if first == last else block[-1]
            if per_member:
                block /= np.maximum(1.0, sizes + (first >> self._low).bit_count())
            best = max(best, float(block.max()))
        return best

    def above(
        self, payoffs: FloatArray, level: float, *, per_member: bool = False, keep: Callable[[IntArray], BoolArray]
    ) -> Iterator[IntArray]:
        """Masks of the proper coalitions with an excess above `level`, or above `level` times their size.

        Parameters
        ----------
        payoffs : ndarray of shape (n,)
            Payoffs. [money]
        level : float
            Excess. [money]
        per_member : bool
            Whether the level is an excess per member.
        keep : callable
            Which of the masks found in a block are wanted, as booleans.

        Yields
        ------
        ndarray of int, shape (k,)
            Masks of one block, in increasing order; blocks without any are left out.
        """
        everyone = len(self.table) - 1
        charged = payoffs + level if per_member else payoffs
        for first, block, high in self._blocks(charged, 0.0 if per_member else level):
            if block.max() <= high:
                continue
            masks = np.flatnonzero(block > high) + first
            masks = masks[(masks > 0) & (masks < everyone)]
            masks = masks[keep(masks)] if len(masks) else masks
            if len(masks):
                yield masks

    def _blocks(self, charge: FloatArray, level: float) -> Iterator[tuple[int, FloatArray, float]]:
        """First mask, value less the charge of the low players, and charge of the high players plus the level."""
        size = 1 << self._low
        low, high = subset_sums(charge[: self._low]), subset_sums(charge[self._low :]) + level
        block = np.empty(size)
        for k, paid in enumerate(high.tolist()):
            np.subtract(self.table[k * size : (k + 1) * size], low, out=block)
            yield k * size, block, paid
