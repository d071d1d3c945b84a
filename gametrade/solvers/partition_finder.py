"""Who leaves one coalition structure, or many, in each sense of stability."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from gametrade.errors import TooManyPlayersError, UnknownNameError
from gametrade.games.coalitional.subset_sums import subset_sums
from gametrade.games.coalitional.subsets import members_of
from gametrade.games.formation import FormationGame, Partition
from gametrade.games.formation.formation_game import FORMATION_PLAYERS
from gametrade.solvers.coalition_proof import PROOF_PLAYERS, CoalitionProofness
from gametrade.solvers.partition_deviations import Deviations
from gametrade.solvers.partition_groups import contested, contractual_blocking, group_move, united
from gametrade.typing import BoolArray, Coalition, IntArray

SINGLE_MOVES: dict[str, tuple[bool, bool]] = {
    "nash": (False, False),
    "individual": (True, False),
    "contractual": (False, True),
    "contractually_individual": (True, True),
}
"""Whether the coalition joined, and the one left, may refuse a mover."""

GROUP_NOTIONS = ("pair_nash", "strong_nash", "core", "contractual_core", "merge_split", "d_c", "coalition_proof")
"""Notions of stability against groups."""

NOTIONS = (*SINGLE_MOVES, *GROUP_NOTIONS)
"""Notions of stability; ``"strong_nash:3"`` stands for groups of at most three."""

SINGLE_PLAYERS = 12
"""Most players for which all partitions are examined for moves of single players."""

COALITION_PLAYERS = 10
"""Most players for which all partitions are examined for moves of coalitions."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """Who leaves a structure, to form which coalition, and what each of them gains.

    Parameters
    ----------
    movers : tuple of str
        Who moves.
    coalition : tuple of str
        Where they are afterwards; empty if in several coalitions.
    gains : tuple of float
        Gain of each mover. [money]
    parts : tuple of tuples of str
        If in several: the coalitions of all that are concerned, in player order, those left behind included.
    """

    movers: Coalition
    coalition: Coalition
    gains: tuple[float, ...]
    parts: Partition = ()


def most_players(notion: str, *, one: bool = False) -> int:
    """Most players for which all partitions are examined, or one alone.

    Raises
    ------
    UnknownNameError
        If there is no such notion.

    Examples
    --------
    >>> most_players("core"), most_players("core", one=True)
    (10, 16)
    """
    if notion in SINGLE_MOVES:
        return FORMATION_PLAYERS if one else SINGLE_PLAYERS
    if notion == "coalition_proof":
        return PROOF_PLAYERS
    if not group_size(notion) and notion not in GROUP_NOTIONS:
        raise UnknownNameError("notion of stability", notion, NOTIONS)
    return FORMATION_PLAYERS if one and notion not in ("merge_split", "d_c") else COALITION_PLAYERS


def check_players(n: int, notion: str, *, one: bool = False) -> None:
    """Refuse what takes too long, with what scales.

    Raises
    ------
    UnknownNameError
        If there is no such notion.
    TooManyPlayersError
        If there are too many players.
    """
    most = most_players(notion, one=one)
    if n <= most:
        return
    what = "decided for one partition of" if one else "listed over all partitions of"
    if notion == "coalition_proof":
        advice = f"strong_nash, which implies it, is decided for {FORMATION_PLAYERS}"
    elif notion in SINGLE_MOVES or notion == "pair_nash":
        advice = "settled_homes settles hundreds of homes, and certified_structure proves what homes and pairs gain"
    else:
        advice = "certified_structure bounds what any coalition of hundreds of homes gains by leaving a structure"
    raise TooManyPlayersError(f"{notion} stability is {what} at most {most} players. Got {n}; {advice}.")


def group_size(notion: str) -> int:
    """Largest number of players that move at the same time in a strong Nash notion, 0 for other notions.

    Examples
    --------
    >>> group_size("pair_nash"), group_size("strong_nash:3"), group_size("core")
    (2, 3, 0)
    """
    if notion in ("pair_nash", "strong_nash"):
        return 2 if notion == "pair_nash" else FORMATION_PLAYERS
    name, _, size = notion.partition(":")
    return int(size) if name == "strong_nash" and size.isdecimal() else 0


@dataclass(frozen=True, eq=False)
class StabilityFinder:
    """Decides notions of stability of one formation game, keeping its tables.

    Parameters
    ----------
    formation : FormationGame
        n players.
    """

    formation: FormationGame

    @cached_property
    def deviations(self) -> Deviations:
        """Tables of moves."""
        return Deviations(self.formation)

    @cached_property
    def united(self) -> BoolArray:
        """Coalitions inside which all disjoint pairs gain by uniting, shape (2**n,)."""
        return united(self.deviations)

    @cached_property
    def proofness(self) -> CoalitionProofness:
        """Self-enforcing deviations."""
        return CoalitionProofness(self.deviations)

    def stable(self, notion: str, coalitions: IntArray, place: IntArray) -> BoolArray:
        """Which partitions of a block are stable."""
        deviations = self.deviations
        if notion in SINGLE_MOVES:
            entry, exit = SINGLE_MOVES[notion]
            return np.asarray(deviations.single(coalitions, place, entry=entry, exit=exit)[0] < 0)
        if notion == "core":
            return np.asarray(deviations.blocking(coalitions, place) < 0)
        if notion == "contractual_core":
            return np.asarray(contractual_blocking(deviations, coalitions, place) < 0)
        if notion == "coalition_proof":
            return self.proofness.stable(place)
        if notion == "d_c":
            stable = np.asarray(self.united[coalitions].all(axis=1))
            stable[stable] = contested(deviations, coalitions[stable], place[stable]) < 0
            return stable
        if notion == "merge_split":
            stable = np.asarray(~deviations.splitting[coalitions].any(axis=1))
            stable[stable] = deviations.merging(coalitions[stable], place[stable]) < 0
            return stable
        return self._strong(group_size(notion), coalitions, place)

    def _strong(self, most: int, coalitions: IntArray, place: IntArray) -> BoolArray:
        """No group of at most `most` moves: among those without single moves, and without blocking coalitions."""
        stable = self.stable("nash", coalitions, place)
        if most >= self.formation.n_players:
            stable[stable] = self.stable("core", coalitions[stable], place[stable])
        _, paid = self.deviations.own(coalitions, place)
        best = self.deviations.paid.max(axis=0) - self.formation.tolerance
        for row in np.flatnonzero(stable & (paid < best).any(axis=1)):
            stable[row] = group_move(self.deviations, coalitions[row], most) is None
        return stable

    def deviation(self, partition: Partition, notion: str) -> Deviation | None:
        """The move that the notion allows from one partition, if any."""
        at = positions(self.formation, partition)
        deviations = self.deviations
        if notion in SINGLE_MOVES:
            entry, exit = SINGLE_MOVES[notion]
            mover, target = (int(answer[0]) for answer in deviations.single(*at, entry=entry, exit=exit))
            return None if mover < 0 else _told(deviations, at, 1 << mover, [target])
        if notion == "coalition_proof":
            left = self.proofness.deviation(at[1][0])
            return None if left is None else _told(deviations, at, left[0], left[1].tolist())
        if most := group_size(notion):
            moved = group_move(deviations, at[0][0], most)
            return None if moved is None else _told(deviations, at, moved.movers, list(moved.structure))
        search: dict[str, Callable[[IntArray, IntArray], IntArray]] = {
            "core": deviations.blocking,
            "merge_split": deviations.merging,
            "contractual_core": partial(contractual_blocking, deviations),
            "d_c": partial(contested, deviations),
        }
        mask = int(search[notion](*at)[0])
        if mask >= 0:
            return _told(deviations, at, mask, [mask])
        for block in at[0][0][at[0][0] > 0].tolist():
            parts = self._apart(block, notion)
            if parts:
                return _told(deviations, at, sum(parts), parts, whole=False)
        return None

    def _apart(self, block: int, notion: str) -> list[int]:
        """Parts into which a coalition falls, none if it holds."""
        if notion == "merge_split" and self.deviations.splitting[block]:
            return self.deviations.split(block)
        if notion == "d_c" and not self.united[block]:
            return self._divided(block)
        return []

    def _divided(self, block: int) -> list[int]:
        """Two disjoint coalitions inside `block` that do not gain by uniting."""
        paid, tolerance = self.deviations.paid, self.formation.tolerance
        for whole in subset_sums([1 << i for i in members_of(block, self.formation.n_players).nonzero()[0]]).tolist():
            for part in subset_sums([1 << i for i in range(whole.bit_length()) if whole >> i & 1])[1:-1].tolist():
                apart = {i: part if part >> i & 1 else whole ^ part for i in range(16) if whole >> i & 1}
                gain = [paid[whole, i] - paid[mask, i] for i, mask in apart.items()]
                if min(gain) < -tolerance or max(gain) <= tolerance:
                    return [part, whole ^ part]
        return []


def _told(
    deviations: Deviations, at: tuple[IntArray, IntArray], movers: int, targets: list[int], whole: bool = True
) -> Deviation:
    """Name the movers and where they go: into one coalition, or into several that are told with all they concern."""
    formation, (masks, paid) = deviations.formation, (x[0] for x in deviations.own(*at))
    n, labels = formation.n_players, formation.game.labels
    moving = np.flatnonzero(members_of(movers, n))
    there = [next(mask for mask in targets if mask >> i & 1) for i in moving.tolist()]
    gains = tuple(float(deviations.paid[mask, i] - paid[i]) for mask, i in zip(there, moving.tolist(), strict=True))
    name = labels(members_of(movers, n))
    if len(set(there)) == 1 and whole:
        return Deviation(name, labels(members_of(there[0], n)), gains)
    changed = [mask for mask in targets if mask not in masks.tolist()]
    parts = tuple(labels(members_of(mask, n)) for mask in sorted(changed, key=lambda mask: mask & -mask))
    return Deviation(name, (), gains, parts)


def labelled(formation: FormationGame, coalitions: IntArray) -> Partition:
    """The partition of a row of bitmasks."""
    n = formation.n_players
    return tuple(formation.game.labels(members_of(int(mask), n)) for mask in coalitions if mask)


def positions(formation: FormationGame, partition: Partition) -> tuple[IntArray, IntArray]:
    """One partition as a block of one row: coalitions as bitmasks, and the place of each player."""
    rows = np.array([formation.game.members(coalition) for coalition in partition])
    coalitions = np.zeros((1, formation.n_players), dtype=np.int64)
    coalitions[0, : len(rows)] = rows @ (1 << np.arange(formation.n_players))
    return coalitions, rows.argmax(axis=0)[None, :]
