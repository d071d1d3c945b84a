"""Who would leave a coalition structure, for many structures at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gametrade.games.coalitional import all_coalitions
from gametrade.games.formation import FormationGame
from gametrade.typing import BoolArray, FloatArray, IntArray

NO_MOVE = -1


@dataclass(frozen=True, eq=False)
class Deviations:
    """Tables of one formation game that decide moves of single players and of coalitions.

    Parameters
    ----------
    formation : FormationGame
        n players.
    """

    formation: FormationGame

    @cached_property
    def paid(self) -> FloatArray:
        """Payoff of each player in each coalition, minus infinity outside, shape (2**n, n). [money]"""
        return np.nan_to_num(self.formation.payoff_table, nan=-np.inf)

    @cached_property
    def others_content(self) -> BoolArray:
        """Whether the other members of S would not lose if member i were away, shape (2**n, n)."""
        n, tolerance = self.formation.n_players, self.formation.tolerance
        masks = np.arange(2**n)
        content = np.zeros((2**n, n), dtype=bool)
        for i in range(n):
            inside = masks[masks >> i & 1 == 1]
            without = self.formation.payoff_table[inside ^ (1 << i)]
            content[inside, i] = ~(without < self.formation.payoff_table[inside] - tolerance).any(axis=1)
        return content

    @cached_property
    def others_admit(self) -> BoolArray:
        """Whether the other members of S would not lose by letting member i in, shape (2**n, n)."""
        n, tolerance = self.formation.n_players, self.formation.tolerance
        masks = np.arange(2**n)
        admit = np.zeros((2**n, n), dtype=bool)
        for i in range(n):
            inside = masks[masks >> i & 1 == 1]
            without = self.formation.payoff_table[inside ^ (1 << i)]
            admit[inside, i] = ~(self.formation.payoff_table[inside] < without - tolerance).any(axis=1)
        return admit

    def own(self, coalitions: IntArray, place: IntArray) -> tuple[IntArray, FloatArray]:
        """Coalition of each player, and what it pays, both of shape (k, n)."""
        masks = np.take_along_axis(coalitions, place, axis=1)
        return masks, self.paid[masks, np.arange(place.shape[1])]

    def single(self, coalitions: IntArray, place: IntArray, *, entry: bool, exit: bool) -> tuple[IntArray, IntArray]:
        """The first player that gains most by moving alone, if any, in each of k partitions.

        Parameters
        ----------
        coalitions, place : ndarray of int, shape (k, n)
            Partitions as :func:`~gametrade.solvers.partition_enumeration.partition_blocks` lists them.
        entry, exit : bool
            Whether the coalition joined, and the coalition left, must not lose.

        Returns
        -------
        mover, target : ndarray of int, shape (k,)
            The player, and the bitmask of its new coalition with the player in it; -1 where nobody moves.
        """
        masks, paid = self.own(coalitions, place)
        rows = np.arange(len(place))
        best = np.full(len(place), self.formation.tolerance)
        mover, target = np.full(len(place), NO_MOVE), np.full(len(place), NO_MOVE)
        for i in range(place.shape[1]):
            column = np.where(self.others_admit[:, i], self.paid[:, i], -np.inf) if entry else self.paid[:, i]
            joined = coalitions | (1 << i)
            offers = column[joined]
            choice = offers.argmax(axis=1)
            gain = offers[rows, choice] - paid[:, i]
            free = self.others_content[masks[:, i], i] if exit else True
            better = (gain > best) & free
            best[better], mover[better] = gain[better], i
            target[better] = joined[rows, choice][better]
        return mover, target

    def blocking(self, coalitions: IntArray, place: IntArray) -> IntArray:
        """First coalition whose members would all gain by forming it, -1 if none, for each of k partitions."""
        _, paid = self.own(coalitions, place)
        found, alive = np.full(len(place), NO_MOVE), np.arange(len(place))
        for mask, members in self._coalitions():
            wanted = self.paid[mask, members] - self.formation.tolerance
            blocks = (paid[alive][:, members] < wanted).all(axis=1)
            found[alive[blocks]] = mask
            alive = alive[~blocks]
        return found

    def merging(self, coalitions: IntArray, place: IntArray) -> IntArray:
        """First union of coalitions in which nobody loses and somebody gains, -1 if none."""
        masks, paid = self.own(coalitions, place)
        found, alive = np.full(len(place), NO_MOVE), np.arange(len(place))
        for mask, members in self._coalitions():
            whole = (masks[alive][:, members] & ~mask == 0).all(axis=1)
            gain = self.paid[mask, members] - paid[alive][:, members]
            tolerance = self.formation.tolerance
            merges = whole & (gain >= -tolerance).all(axis=1) & (gain > tolerance).any(axis=1)
            found[alive[merges]] = mask
            alive = alive[~merges]
        return found

    @cached_property
    def splitting(self) -> BoolArray:
        """Whether some split of each coalition leaves nobody worse and somebody better, shape (2**n,)."""
        return np.array([self._splits(mask) for mask in range(2**self.formation.n_players)])

    def _splits(self, whole: int) -> bool:
        """Cover `whole` by disjoint parts none of which loses, one of which gains."""
        return _cover(whole, *self._kept_and_bettered(whole))[1]

    def split(self, whole: int) -> list[int]:
        """Parts of one coalition in which nobody loses and somebody gains, none if there are none."""
        return _parts_of_cover(whole, *self._kept_and_bettered(whole))

    def _kept_and_bettered(self, whole: int) -> tuple[BoolArray, BoolArray]:
        """Which coalitions pay no member less than `whole` does, and which of them somebody more."""
        tolerance = self.formation.tolerance
        gain = np.where(np.isfinite(self.paid), self.paid, 0.0) - np.where(
            np.isfinite(self.paid[whole]), self.paid[whole], 0.0
        )
        inside = self._members
        fine = np.asarray((~inside | (gain >= -tolerance)).all(axis=1))
        return fine, np.asarray(fine & (inside & (gain > tolerance)).any(axis=1))

    @cached_property
    def _members(self) -> BoolArray:
        return all_coalitions(self.formation.n_players)

    def _coalitions(self) -> Iterator[tuple[int, IntArray]]:
        for mask in range(1, 2**self.formation.n_players):
            yield mask, np.flatnonzero(self._members[mask])


def _cover(whole: int, fine: BoolArray, better: BoolArray) -> tuple[bool, bool]:
    """Whether disjoint fine parts make up `whole`, and whether they do so with one of them better."""
    if not any(better[part] for part in _parts(whole)):
        return False, False
    reach: dict[int, tuple[bool, bool]] = {0: (True, False)}

    def covered(rest: int) -> tuple[bool, bool]:
        if rest not in reach:
            lowest, plain, good = rest & -rest, False, False
            for part in _parts(rest):
                if part & lowest and fine[part]:
                    first, second = covered(rest ^ part)
                    plain, good = plain or first, good or second or (first and bool(better[part]))
            reach[rest] = plain, good
        return reach[rest]

    return covered(whole)


def _parts_of_cover(whole: int, fine: BoolArray, better: BoolArray) -> list[int]:
    """Disjoint fine parts, one of them better, that make up `whole`; none if there are none."""
    if not _cover(whole, fine, better)[1]:
        return []
    for first in _parts(whole):
        if better[first]:
            rest = _fine_parts(whole ^ first, fine)
            if rest is not None:
                return [first, *rest]
    return []


def _fine_parts(rest: int, fine: BoolArray) -> list[int] | None:
    """Disjoint fine parts that make up `rest`, None if there are none."""
    if not rest:
        return []
    for part in _parts(rest):
        if part & rest & -rest and fine[part]:
            others = _fine_parts(rest ^ part, fine)
            if others is not None:
                return [part, *others]
    return None


def _parts(whole: int) -> Iterator[int]:
    """Non-empty subsets of a bitmask."""
    part = whole
    while part:
        yield part
        part = (part - 1) & whole
