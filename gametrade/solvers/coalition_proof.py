"""Coalition-proof structures: only deviations from which no further group of the deviators deviates count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np

from gametrade.solvers.partition_deviations import Deviations
from gametrade.solvers.partition_enumeration import partition_blocks
from gametrade.typing import BoolArray, FloatArray, IntArray

PROOF_PLAYERS = 10
"""Most players for which all deviations of all groups from a partition are examined."""


@dataclass(frozen=True, eq=False)
class CoalitionProofness:
    r"""Self-enforcing deviations of every group from the partitions of a small formation game.

    Parameters
    ----------
    deviations : Deviations
        Of a formation game of n players, at most 10.

    Notes
    -----
    A group deviates from a partition to another one if everybody else stays with whom they are, less the group, and
    all of the group gain. The deviation enforces itself if no smaller group among the deviators has a self-enforcing
    deviation from where they arrive.

    A move of one player enforces itself. So a larger group stops only where none of it gains by moving alone, and
    only partitions without single moves can be coalition-proof. Of the groups that lead from P to Q the smallest
    suffice: a larger one has all of their smaller groups to fear. P and Q agree on the others if and only if the group
    meets every pair that one of them unites and the other parts, so the groups are the covers of these pairs. Whoever
    gains and rests in Q is found for all Bell(n) of them at once, for the partitions that the recursion meets only.
    """

    deviations: Deviations

    @cached_property
    def partitions(self) -> tuple[IntArray, IntArray]:
        """All partitions in restricted-growth order, as coalitions and places."""
        blocks = list(partition_blocks(self.deviations.formation.n_players))
        return np.concatenate([c for c, _ in blocks]), np.concatenate([p for _, p in blocks])

    @cached_property
    def resting(self) -> BoolArray:
        """Who gains nothing by moving alone from each partition, shape (k, n)."""
        coalitions, place = self.partitions
        _, paid = self.deviations.own(coalitions, place)
        rest = np.empty(place.shape, dtype=bool)
        for i in range(place.shape[1]):
            offers = self.deviations.paid[coalitions | (1 << i), i]
            rest[:, i] = offers.max(axis=1) <= paid[:, i] + self.deviations.formation.tolerance
        return rest

    def stable(self, place: IntArray) -> BoolArray:
        """Whether no group has a self-enforcing deviation from each of k partitions, places of shape (k, n)."""
        rows = self._numbers(place)
        stable = self.resting[rows].all(axis=1)
        everybody = 2 ** place.shape[1] - 1
        free = [self._enforced(int(row), everybody) is None for row in rows[stable]]
        return np.isin(rows, rows[stable][np.array(free, dtype=bool)])

    def deviation(self, place: IntArray) -> tuple[int, IntArray] | None:
        """A group with a self-enforcing deviation from one partition, and the coalitions it leads to."""
        row = int(self._numbers(place[None])[0])
        if not self.resting[row].all():
            at = (table[[row]] for table in self.partitions)
            mover, target = self.deviations.single(*at, entry=False, exit=False)
            return 1 << int(mover[0]), target
        found = self._enforced(row, 2 ** len(place) - 1)
        if found is None:
            return None
        arrived = self.partitions[0][found[1]]
        return found[0], arrived[arrived > 0]

    def _numbers(self, place: IntArray) -> IntArray:
        """Numbers of partitions given by the places of their players, shape (k,)."""
        order = self._order
        return np.asarray(order[np.searchsorted(self._united[order], united_pairs(place))])

    def _enforced(self, row: int, among: int) -> tuple[int, int] | None:
        """A group of two or more of `among`, who rest in this partition, with a self-enforcing deviation; its end."""
        if (row, among) not in self._known:
            self._known[row, among] = next(self._enforcing(row, among), None)
        return self._known[row, among]

    def _enforcing(self, row: int, among: int) -> Iterator[tuple[int, int]]:
        """Groups with self-enforcing deviations, and the partitions that these lead to."""
        ends, willing, changed = self._reached(row)
        able = changed & self._outside[willing & among] == 0
        for end, free, pairs in zip(ends[able], willing[able] & among, changed[able], strict=True):
            for group in self._covers(int(pairs), int(free)):
                smaller = [group ^ (1 << i) for i in range(group.bit_length()) if group >> i & 1]
                if len(smaller) == 2 or not any(self._enforced(int(end), part) for part in smaller):
                    yield group, int(end)

    def _covers(self, pairs: int, free: int) -> list[int]:
        """Groups of `free` players that meet all pairs and have no smaller such group inside, small ones first."""
        groups, least = self._by_size, list[int]()
        for group in groups[(groups & ~free == 0) & (pairs & self._outside[groups] == 0)].tolist():
            if not any(group & inside == inside for inside in least):
                least.append(group)
        return least

    def _reached(self, row: int) -> tuple[IntArray, IntArray, IntArray]:
        """Partitions to which those lead who gain and rest there; who they are; the pairs united or parted."""
        if row not in self._reach:
            self._reach[row] = self._reachable(row)
        return self._reach[row]

    def _reachable(self, row: int) -> tuple[IntArray, IntArray, IntArray]:
        coalitions, place = self.partitions
        wanted = self.deviations.own(coalitions[[row]], place[[row]])[1][0] + self.deviations.formation.tolerance
        hopeful = np.flatnonzero(self._best > wanted)
        rows, paid = self._ends
        if len(hopeful) < 2:
            return rows[:0], rows[:0], rows[:0]
        willing = np.zeros(len(rows), dtype=np.int64)
        for i in hopeful:
            willing |= (paid[i] > wanted[i]).astype(np.int64) << i
        several = np.flatnonzero(willing & (willing - 1))
        rows, willing = rows[several], willing[several]
        changed = self._united[rows] ^ self._united[row]
        able = changed & self._outside[willing] == 0
        return rows[able], willing[able], changed[able]

    @cached_property
    def _best(self) -> FloatArray:
        """The most that any coalition pays each player, shape (n,)."""
        return np.asarray(self.deviations.paid.max(axis=0))

    @cached_property
    def _ends(self) -> tuple[IntArray, FloatArray]:
        """Partitions where two or more rest, and what each pays those who rest, minus infinity to others."""
        rows = np.flatnonzero(self.resting.sum(axis=1) >= 2)
        paid = self.deviations.own(*(table[rows] for table in self.partitions))[1]
        return rows, np.where(self.resting[rows], paid, -np.inf).T.copy()

    @cached_property
    def _united(self) -> IntArray:
        """Which pairs of players are together in each partition, as bits, shape (k,)."""
        return united_pairs(self.partitions[1])

    @cached_property
    def _order(self) -> IntArray:
        return np.argsort(self._united)

    @cached_property
    def _outside(self) -> IntArray:
        """Pairs of which neither is in a group, as bits, for each group, shape (2**n,)."""
        n = self.deviations.formation.n_players
        groups, bits = np.arange(2**n), np.zeros(2**n, dtype=np.int64)
        for bit, (i, j) in enumerate(combinations(range(n), 2)):
            bits |= (groups & (1 << i | 1 << j) == 0).astype(np.int64) << bit
        return bits

    @cached_property
    def _by_size(self) -> IntArray:
        """Groups in the order of their sizes, shape (2**n - 1,)."""
        groups = np.arange(1, 2**self.deviations.formation.n_players)
        return groups[np.argsort(np.bitwise_count(groups), kind="stable")]

    @cached_property
    def _known(self) -> dict[tuple[int, int], tuple[int, int] | None]:
        return {}

    @cached_property
    def _reach(self) -> dict[int, tuple[IntArray, IntArray, IntArray]]:
        return {}


def united_pairs(place: IntArray) -> IntArray:
    """Which pairs of players are together, as bits, for places of shape (k, n)."""
    bits = np.zeros(len(place), dtype=np.int64)
    for bit, (i, j) in enumerate(combinations(range(place.shape[1]), 2)):
        bits |= (place[:, i] == place[:, j]).astype(np.int64) << bit
    return bits
