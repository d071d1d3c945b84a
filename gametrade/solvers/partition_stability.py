"""Every stable coalition structure of a small formation game, by looking at all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from gametrade.display import Shown
from gametrade.errors import UnknownNameError
from gametrade.games.coalitional.game import check_table_size
from gametrade.games.coalitional.subsets import members_of
from gametrade.games.formation import FormationGame, Partition, PartitionLike, partition_of
from gametrade.solvers.partition_deviations import Deviations
from gametrade.solvers.partition_enumeration import partition_blocks
from gametrade.typing import BoolArray, Coalition, IntArray

SINGLE_MOVES: dict[str, tuple[bool, bool]] = {
    "nash": (False, False),
    "individual": (True, False),
    "contractual": (False, True),
    "contractually_individual": (True, True),
}
"""Whether the coalition joined, and the one left, may refuse a mover."""

NOTIONS = (*SINGLE_MOVES, "core", "merge_split")
"""Notions of stability."""

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
        Where they are afterwards; empty for a split, whose parts are not told.
    gains : tuple of float
        Gain of each mover, empty for a split. [money]
    """

    movers: Coalition
    coalition: Coalition
    gains: tuple[float, ...]


@dataclass(frozen=True, eq=False, slots=True)
class StablePartitions(Shown):
    """All partitions of a formation game that are stable in one sense.

    Parameters
    ----------
    notion : str
        In which sense.
    partitions : tuple of partitions
        All that are stable, in restricted-growth order.
    examined : int
        Partitions examined: all there are.
    """

    notion: str
    partitions: tuple[Partition, ...]
    examined: int

    def __str__(self) -> str:
        return f"{len(self.partitions)} of {self.examined} partitions are stable ({self.notion})"


def stable_partitions(formation: FormationGame, notions: Iterable[str] = NOTIONS) -> dict[str, StablePartitions]:
    r"""List every stable coalition structure, one list for each notion.

    Parameters
    ----------
    formation : FormationGame
        At most 12 players, at most 10 for ``"core"`` and ``"merge_split"``.
    notions : iterable of str, optional
        All by default. ``"nash"``: nobody gains by joining another coalition or by leaving alone;
        ``"individual"``: nor with
        the consent of those joined; ``"contractual"``: of those left; ``"contractually_individual"``: of
        both; ``"core"``: no coalition whose members all gain; ``"merge_split"``: no union of coalitions and
        no split of one in which nobody loses and somebody gains (:math:`D_{hp}`).

    Returns
    -------
    dict of str to StablePartitions
        Exact: every partition is examined.

    Raises
    ------
    UnknownNameError
        If there is no such notion.
    TooManyPlayersError
        If there are too many players.

    Notes
    -----
    Bell(n) partitions in blocks, :math:`O(n^2)` a partition for single moves and :math:`O(n 2^n)` for
    coalitions. Consent means not losing more than the tolerance; gaining means more than the tolerance.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.games.formation import FormationGame
    >>> table = gt.TableGame.from_values({("a", "b"): 4.0, ("a", "b", "c"): 4.5})
    >>> stable_partitions(FormationGame(table), ["core"])["core"].partitions
    ((('a', 'b'), ('c',)),)
    """
    wanted = tuple(dict.fromkeys(notions))
    for notion in wanted:
        _check(formation, notion)
    deviations, examined = Deviations(formation), 0
    found: dict[str, list[Partition]] = {notion: [] for notion in wanted}
    for coalitions, place in partition_blocks(formation.n_players):
        examined += len(place)
        for notion in wanted:
            stable = _stable(deviations, notion, coalitions, place)
            found[notion] += [_labelled(formation, row) for row in coalitions[stable]]
    return {notion: StablePartitions(notion, tuple(found[notion]), examined) for notion in wanted}


def deviation_from(formation: FormationGame, structure: PartitionLike, notion: str) -> Deviation | None:
    """Find who leaves one coalition structure.

    Parameters
    ----------
    formation : FormationGame
        At most 16 players, at most 10 for ``"core"`` and ``"merge_split"``.
    structure : iterable of iterables of str
        The partition.
    notion : str
        As in :func:`stable_partitions`.

    Returns
    -------
    Deviation or None
        Single moves: the one with the largest gain. Coalitions: the first in bitmask order. None if stable.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.games.formation import FormationGame
    >>> table = gt.TableGame.from_values({("a", "b"): 4.0, ("a", "b", "c"): 4.5})
    >>> deviation_from(FormationGame(table), [["a", "b", "c"]], "core")
    Deviation(movers=('a', 'b'), coalition=('a', 'b'), gains=(0.5, 0.5))
    """
    _check(formation, notion, one=True)
    partition = partition_of(formation.game, structure)
    coalitions, place = _positions(formation, partition)
    deviations = Deviations(formation)
    if notion in SINGLE_MOVES:
        entry, exit = SINGLE_MOVES[notion]
        mover, target = (int(answer[0]) for answer in deviations.single(coalitions, place, entry=entry, exit=exit))
        return None if mover < 0 else _told(deviations, (coalitions, place), 1 << mover, target)
    search: Callable[[IntArray, IntArray], IntArray]
    search = deviations.blocking if notion == "core" else deviations.merging
    mask = int(search(coalitions, place)[0])
    if mask >= 0:
        return _told(deviations, (coalitions, place), mask, mask)
    if notion == "merge_split":
        split = [c for c, row in zip(partition, coalitions[0], strict=False) if deviations.splitting[row]]
        return Deviation(split[0], (), ()) if split else None
    return None


def _check(formation: FormationGame, notion: str, one: bool = False) -> None:
    if notion not in NOTIONS:
        raise UnknownNameError("notion of stability", notion, NOTIONS)
    if notion not in SINGLE_MOVES:
        check_table_size(formation.n_players, f"{notion} stability", COALITION_PLAYERS)
    elif not one:
        check_table_size(formation.n_players, "the list of all partitions", SINGLE_PLAYERS)


def _stable(deviations: Deviations, notion: str, coalitions: IntArray, place: IntArray) -> BoolArray:
    """Which partitions of a block are stable."""
    if notion in SINGLE_MOVES:
        entry, exit = SINGLE_MOVES[notion]
        return np.asarray(deviations.single(coalitions, place, entry=entry, exit=exit)[0] < 0)
    if notion == "core":
        return np.asarray(deviations.blocking(coalitions, place) < 0)
    stable = np.asarray(~deviations.splitting[coalitions].any(axis=1))
    stable[stable] = deviations.merging(coalitions[stable], place[stable]) < 0
    return stable


def _told(deviations: Deviations, at: tuple[IntArray, IntArray], movers: int, target: int) -> Deviation:
    formation, paid = deviations.formation, deviations.own(*at)[1][0]
    moving = members_of(movers, formation.n_players)
    gains = deviations.paid[target, moving] - paid[moving]
    labels = formation.game.labels
    return Deviation(labels(moving), labels(members_of(target, formation.n_players)), tuple(gains.tolist()))


def _labelled(formation: FormationGame, coalitions: IntArray) -> Partition:
    n = formation.n_players
    return tuple(formation.game.labels(members_of(int(mask), n)) for mask in coalitions if mask)


def _positions(formation: FormationGame, partition: Partition) -> tuple[IntArray, IntArray]:
    """One partition as a block of one row."""
    rows = np.array([formation.game.members(coalition) for coalition in partition])
    coalitions = np.zeros((1, formation.n_players), dtype=np.int64)
    coalitions[0, : len(rows)] = rows @ (1 << np.arange(formation.n_players))
    return coalitions, rows.argmax(axis=0)[None, :]
