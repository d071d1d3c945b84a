"""Coalition-proof structures: only deviations from which no further group of the deviators deviates count."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gametrade.solvers.partition_deviations import Deviations
from gametrade.solvers.partition_enumeration import partition_blocks
from gametrade.typing import BoolArray, IntArray

PROOF_PLAYERS = 8
"""Most players for which all deviations of all groups from all partitions are examined."""


@dataclass(frozen=True, eq=False)
class CoalitionProofness:
    """Self-enforcing deviations of every group from every partition of a small formation game.

    Parameters
    ----------
    deviations : Deviations
        Of a formation game of n players, at most 8.

    Notes
    -----
    A group deviates from a partition to another one if everybody else stays with whom they are, less the group, and
    all of the group gain. The deviation enforces itself if no smaller group among the deviators has a self-enforcing
    deviation from where they arrive. Groups are settled in the order of their bitmasks, in which parts come
    before wholes; time :math:`2^n` times the pairs of partitions that agree on the others.
    """

    deviations: Deviations

    @cached_property
    def partitions(self) -> tuple[IntArray, IntArray]:
        """All partitions in restricted-growth order, as coalitions and places."""
        blocks = list(partition_blocks(self.deviations.formation.n_players))
        return np.concatenate([c for c, _ in blocks]), np.concatenate([p for _, p in blocks])

    @cached_property
    def targets(self) -> IntArray:
        """First self-enforcing deviation of each group from each partition, its number or -1, shape (2**n, k)."""
        coalitions, place = self.partitions
        masks, paid = self.deviations.own(coalitions, place)
        n, tolerance = place.shape[1], self.deviations.formation.tolerance
        answer = np.full((2**n, len(place)), -1)
        for group in range(1, 2**n):
            movers = np.flatnonzero(group >> np.arange(n) & 1)
            upset = np.zeros(len(place), dtype=bool)
            part = (group - 1) & group
            while part:
                upset |= answer[part] >= 0
                part = (part - 1) & group
            for rows in _alike(masks & ~group, np.delete(np.arange(n), movers)):
                gain = (paid[rows][None][..., movers] > paid[rows][:, None][..., movers] + tolerance).all(axis=2)
                enforced = gain & ~upset[rows][None]
                answer[group, rows] = np.where(enforced.any(axis=1), rows[enforced.argmax(axis=1)], -1)
        return answer

    @cached_property
    def stable(self) -> BoolArray:
        """Whether no group has a self-enforcing deviation, shape (k,)."""
        return np.asarray((self.targets < 0).all(axis=0))

    def deviation(self, row: int) -> tuple[int, IntArray] | None:
        """The first group with a self-enforcing deviation from a partition, and the coalitions it leads to."""
        groups = np.flatnonzero(self.targets[:, row] >= 0)
        if not groups.size:
            return None
        arrived = self.partitions[0][self.targets[groups[0], row]]
        return int(groups[0]), arrived[arrived > 0]

    def row(self, coalitions: IntArray) -> int:
        """Number of the partition with these coalitions."""
        return int((self.partitions[0] == coalitions).all(axis=1).argmax())


def _alike(masks: IntArray, others: IntArray) -> list[IntArray]:
    """Rows grouped by how the others are partitioned."""
    if not others.size:
        return [np.arange(len(masks))]
    _, number = np.unique(masks[:, others], axis=0, return_inverse=True)
    order = np.argsort(number, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(number.ravel()[order])) + 1)
