"""Stability of coalition structures by a literal reading of the definitions, for few players and without any engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from gametrade.solvers.partition_finder import SINGLE_MOVES, group_size
from gametrade.typing import FloatArray

LITERAL_PLAYERS = 6
"""Most players of which all structures are examined in this way."""

Structure = tuple[int, ...]
"""Coalitions as bitmasks, in the order of their first members."""


def structures_of(whole: int) -> Iterator[Structure]:
    """Every partition of the players of a bitmask.

    Examples
    --------
    >>> list(structures_of(0b11))
    [(3,), (1, 2)]
    """
    if not whole:
        yield ()
        return
    first = whole & -whole
    rest = part = whole ^ first
    while True:
        for others in structures_of(rest ^ part):
            yield (first | part, *others)
        if not part:
            return
        part = (part - 1) & rest


@dataclass(frozen=True, eq=False)
class Literal:
    """Decides stability by going through everything that the definition names.

    Parameters
    ----------
    paid : ndarray of shape (2**n, n)
        Payoff of each player in each coalition. [money]
    tolerance : float
        Gain that counts as none. [money]
    """

    paid: FloatArray
    tolerance: float
    _enforced: dict[tuple[Structure, int], bool] = field(default_factory=dict)

    @cached_property
    def everybody(self) -> int:
        """Bitmask of all players."""
        return len(self.paid) - 1

    @cached_property
    def structures(self) -> list[Structure]:
        """All structures."""
        return list(structures_of(self.everybody))

    @cached_property
    def pays(self) -> list[list[float]]:
        """The table as lists."""
        table: list[list[float]] = self.paid.tolist()
        return table

    def stable(self, structure: Structure, notion: str) -> bool:
        """Whether a structure is stable in one sense."""
        if notion in SINGLE_MOVES:
            entry, exit = SINGLE_MOVES[notion]
            return not any(self._moves(structure, i, entry, exit) for i in _players(self.everybody))
        if most := group_size(notion):
            return not self._group_moves(structure, most)
        decide: dict[str, Callable[[Structure], bool]] = {
            "core": self._core,
            "contractual_core": self._contractual_core,
            "merge_split": self._merge_split,
            "d_c": self._d_c,
            "coalition_proof": self._coalition_proof,
        }
        return decide[notion](structure)

    def _home(self, structure: Structure) -> dict[int, int]:
        return {i: part for part in structure for i in _players(part)}

    def _gains(self, i: int, new: int, old: int) -> bool:
        return self.pays[new][i] - self.pays[old][i] > self.tolerance

    def _loses(self, i: int, new: int, old: int) -> bool:
        return self.pays[new][i] - self.pays[old][i] < -self.tolerance

    def _moves(self, structure: Structure, i: int, entry: bool, exit: bool) -> bool:
        """Whether player i gains by joining another coalition or by leaving alone, with the consent asked for."""
        own, bit = next(part for part in structure if part >> i & 1), 1 << i
        if exit and any(self._loses(j, own ^ bit, own) for j in _players(own ^ bit)):
            return False
        targets = (part for part in (*structure, 0) if part != own)
        return any(
            self._gains(i, part | bit, own)
            and not (entry and any(self._loses(j, part | bit, part) for j in _players(part)))
            for part in targets
        )

    def _group_moves(self, structure: Structure, most: int) -> bool:
        """Some structure to which at most so many players can move by themselves, all of whom gain."""
        home = self._home(structure)
        for other in self.structures:
            there = self._home(other)
            happy = sum(1 << i for i in home if self._gains(i, there[i], home[i]))
            group = happy
            while group:
                if group.bit_count() <= most and _without(structure, group) == _without(other, group):
                    return True
                group = (group - 1) & happy
        return False

    def _core(self, structure: Structure) -> bool:
        home = self._home(structure)
        return not any(all(self._gains(i, s, home[i]) for i in _players(s)) for s in range(1, len(self.pays)))

    def _improves(self, parts: Structure, home: dict[int, int]) -> bool:
        """Whether nobody in some coalitions loses against what they had, and somebody gains."""
        pairs = [(i, part) for part in parts for i in _players(part)]
        fine = not any(self._loses(i, part, home[i]) for i, part in pairs)
        return fine and any(self._gains(i, part, home[i]) for i, part in pairs)

    def _contractual_core(self, structure: Structure) -> bool:
        home = self._home(structure)
        return not any(
            self._improves((s,), home)
            and not any(self._loses(i, home[i] & ~s, home[i]) for i in _players(self.everybody & ~s))
            for s in range(1, len(self.pays))
        )

    def _merge_split(self, structure: Structure) -> bool:
        home = self._home(structure)
        unions = (sum(parts) for parts in _subsets(structure) if len(parts) > 1)
        if any(self._improves((union,), home) for union in unions):
            return False
        return not any(self._improves(parts, home) for part in structure for parts in structures_of(part))

    def _d_c(self, structure: Structure) -> bool:
        for players in range(1, len(self.pays)):
            frame = _without(structure, self.everybody & ~players)
            for collection in structures_of(players):
                if set(collection) != frame and not self._improves(tuple(frame), self._home(collection)):
                    return False
        return True

    def _coalition_proof(self, structure: Structure) -> bool:
        return not any(self._deviates(structure, group) for group in range(1, len(self.pays)))

    def _deviates(self, structure: Structure, group: int) -> bool:
        """Whether a group has a deviation from which no smaller group of it has one."""
        key = structure, group
        if key not in self._enforced:
            home, fixed, answer = self._home(structure), _without(structure, group), False
            for other in self.structures:
                there = self._home(other)
                if all(self._gains(i, there[i], home[i]) for i in _players(group)) and (
                    _without(other, group) == fixed
                    and not any(self._deviates(other, part) for part in _parts(group) if part != group)
                ):
                    answer = True
                    break
            self._enforced[key] = answer
        return self._enforced[key]


def _players(mask: int) -> list[int]:
    return [i for i in range(mask.bit_length()) if mask >> i & 1]


def _parts(mask: int) -> Iterator[int]:
    """Non-empty parts of a bitmask."""
    part = mask
    while part:
        yield part
        part = (part - 1) & mask


def _without(structure: Structure, group: int) -> set[int]:
    """Who is with whom if a group is taken away."""
    return {part & ~group for part in structure if part & ~group}


def _subsets(structure: Structure) -> Iterator[Structure]:
    for chosen in range(1, 2 ** len(structure)):
        yield tuple(part for k, part in enumerate(structure) if chosen >> k & 1)
