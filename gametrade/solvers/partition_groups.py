"""Who would leave a coalition structure in groups: several movers at once, any collection, with everybody's consent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gametrade.games.coalitional.subset_sums import subset_sums
from gametrade.solvers.partition_deviations import NO_MOVE, Deviations
from gametrade.typing import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class GroupMove:
    """Players that move at the same time, each of them gaining.

    Parameters
    ----------
    movers : int
        Bitmask of those that move.
    structure : tuple of int
        Bitmasks of the coalitions afterwards.
    """

    movers: int
    structure: tuple[int, ...]


def group_move(deviations: Deviations, blocks: IntArray, most: int) -> GroupMove | None:
    r"""Find at most `most` players that all gain by moving at the same time, wherever they like.

    Parameters
    ----------
    deviations : Deviations
        Of a formation game of n players.
    blocks : ndarray of int
        Bitmasks of the coalitions of one partition.
    most : int
        Largest number of movers.

    Returns
    -------
    GroupMove or None
        None proves that there are none.

    Notes
    -----
    Of each present coalition those that stay remain together. So the structure after the move is a partition into
    coalitions of which each keeps the stayers of at most one present coalition, and all others in it gain. Such a
    partition is searched for by exact cover: a coalition whose non-gainers are in two present ones is none of its
    parts. The search is exponential in the worst case; ruled out parts make it short.
    """
    return _Cover(deviations, np.asarray(blocks[blocks > 0]), most).search()


class _Cover:
    """Exact cover of the players by coalitions that keep the stayers of one present coalition each, or none."""

    def __init__(self, deviations: Deviations, blocks: IntArray, most: int) -> None:
        n = deviations.formation.n_players
        bits = 1 << np.arange(n)
        members = deviations.paid > -np.inf
        home = (blocks[None, :] & bits[:, None] > 0).argmax(axis=1)
        now = deviations.paid[blocks[home], np.arange(n)]
        gains = members & (deviations.paid > now + deviations.formation.tolerance)
        self.blocks, self.most, self.everybody = blocks.tolist(), most, 2**n - 1
        self.masks = np.arange(2**n)
        self.losers = (members & ~gains) @ bits
        held = self.losers[:, None] & ~blocks[None, :] == 0
        self.keeper = np.where(held.any(axis=1) & (self.losers > 0), held.argmax(axis=1), NO_MOVE)
        self.usable = held.any(axis=1) & (self.masks > 0)
        self.hopeful = bool((self.usable & gains.any(axis=1)).any())

    def search(self) -> GroupMove | None:
        """The first cover in which somebody moves."""
        if not self.hopeful:
            return None
        found = next(self._covers(self.everybody, 0, 0, ()), None)
        return None if found is None else GroupMove(*found)

    def _covers(
        self, rest: int, used: int, movers: int, parts: tuple[int, ...]
    ) -> Iterator[tuple[int, tuple[int, ...]]]:
        if not rest:
            if movers:
                yield movers, parts
            return
        lowest = rest & -rest
        fits = self.usable & (self.masks & lowest > 0) & (self.masks & ~rest == 0)
        for part in self.masks[fits].tolist():
            for kept in self._keepers(part, used):
                moving = movers | (part & ~self.blocks[kept] if kept >= 0 else part)
                if moving.bit_count() <= self.most:
                    taken = used | (1 << kept) if kept >= 0 else used
                    yield from self._covers(rest & ~part, taken, moving, (*parts, part))

    def _keepers(self, part: int, used: int) -> Iterator[int]:
        """Present coalitions whose stayers may be in `part`; -1 if all its members have moved."""
        keeper = int(self.keeper[part])
        if keeper >= 0:
            if not used >> keeper & 1:
                yield keeper
            return
        for k, block in enumerate(self.blocks):
            if part & block and not used >> k & 1:
                yield k
        yield NO_MOVE


def contractual_blocking(deviations: Deviations, coalitions: IntArray, place: IntArray) -> IntArray:
    """First coalition of which somebody gains, while nobody in it and nobody left behind loses, -1 if none.

    Parameters
    ----------
    deviations : Deviations
        Of a formation game of n players.
    coalitions, place : ndarray of int, shape (k, n)
        Partitions as :func:`~gametrade.solvers.partition_enumeration.partition_blocks` lists them.

    Returns
    -------
    ndarray of shape (k,)
        Bitmasks of coalitions.
    """
    n, tolerance = place.shape[1], deviations.formation.tolerance
    masks, paid = deviations.own(coalitions, place)
    found, alive = np.full(len(place), NO_MOVE), np.arange(len(place))
    for mask in range(1, 2**n):
        inside = np.flatnonzero(mask >> np.arange(n) & 1)
        gain = deviations.paid[mask, inside] - paid[alive][:, inside]
        willing = np.flatnonzero((gain >= -tolerance).all(axis=1) & (gain > tolerance).any(axis=1))
        outside = np.flatnonzero(~mask >> np.arange(n) & 1)
        rows = alive[willing]
        left = masks[np.ix_(rows, outside)] & ~mask
        content = (deviations.paid[left, outside] >= paid[np.ix_(rows, outside)] - tolerance).all(axis=1)
        found[rows[content]] = mask
        alive = np.delete(alive, willing[content])
    return found


def united(deviations: Deviations) -> BoolArray:
    """Whether all disjoint pairs of coalitions inside each coalition gain by uniting, nobody losing, shape (2**n,)."""
    n = deviations.formation.n_players
    paid, tolerance = deviations.paid, deviations.formation.tolerance
    answer = np.ones(2**n, dtype=bool)
    for mask in range(3, 2**n):
        members = np.flatnonzero(mask >> np.arange(n) & 1)
        if members.size < 2:
            continue
        parts = subset_sums(1 << members[1:])[:-1] | (1 << int(members[0]))
        apart = np.where(parts[:, None] >> members & 1, parts[:, None], (mask ^ parts)[:, None])
        gain = paid[mask, members] - paid[apart, members]
        answer[mask] = bool(((gain >= -tolerance).all(axis=1) & (gain > tolerance).any(axis=1)).all())
        answer[mask] &= bool(answer[mask ^ (1 << members)].all())
    return answer


def contested(deviations: Deviations, coalitions: IntArray, place: IntArray) -> IntArray:
    """First coalition across others that is not worse for its members than the parts of it they are in, -1 if none.

    Parameters
    ----------
    deviations : Deviations
        Of a formation game of n players.
    coalitions, place : ndarray of int, shape (k, n)
        Partitions as :func:`~gametrade.solvers.partition_enumeration.partition_blocks` lists them.

    Returns
    -------
    ndarray of shape (k,)
        Bitmasks of coalitions T for which not ({T} in the frame of the partition Pareto-dominates {T}).
    """
    n, tolerance = place.shape[1], deviations.formation.tolerance
    masks, _ = deviations.own(coalitions, place)
    found, alive = np.full(len(place), NO_MOVE), np.arange(len(place))
    for mask in range(1, 2**n):
        inside = np.flatnonzero(mask >> np.arange(n) & 1)
        parts = masks[alive][:, inside] & mask
        across = (parts != mask).any(axis=1)
        kept: FloatArray = deviations.paid[parts, inside] - deviations.paid[mask, inside]
        dominates = (kept >= -tolerance).all(axis=1) & (kept > tolerance).any(axis=1)
        bad = across & ~dominates
        found[alive[bad]] = mask
        alive = alive[~bad]
    return found
