"""Every stable coalition structure of a small formation game, by looking at all of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gametrade.display import Shown
from gametrade.games.formation import FormationGame, Partition, PartitionLike, partition_of
from gametrade.solvers.partition_enumeration import partition_blocks
from gametrade.solvers.partition_finder import (
    NOTIONS,
    Deviation,
    StabilityFinder,
    check_players,
    labelled,
    most_players,
)


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


def stable_partitions(formation: FormationGame, notions: Iterable[str] | None = None) -> dict[str, StablePartitions]:
    r"""List every stable coalition structure, one list for each notion.

    Parameters
    ----------
    formation : FormationGame
        At most 12 players for moves of single players, 10 for moves of groups.
    notions : iterable of str, optional
        All that can be decided for so many players by default. ``"nash"``: nobody gains by joining another coalition
        or by leaving alone; ``"individual"``: nor with the consent of those joined; ``"contractual"``: of those
        left; ``"contractually_individual"``: of both; ``"pair_nash"``, ``"strong_nash"``, ``"strong_nash:3"``: no
        two, no group, no three players all gain by moving at the same time, each wherever it likes; ``"core"``: no
        coalition whose members all gain; ``"contractual_core"``: no coalition of which somebody gains and nobody
        loses, inside or left behind; ``"merge_split"``: no union of coalitions and no split of one in which
        nobody loses and somebody gains (:math:`D_{hp}`); ``"d_c"``: every collection of coalitions is worse for its
        members than what the structure makes of them (:math:`D_c`); ``"coalition_proof"``: no group gains by a
        deviation from which no part of it deviates again in this sense.

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
    coalitions. Consent means not losing more than the tolerance; gaining means more than the tolerance. Strong Nash
    stability is that of Karakaya [1]_ with free entry and exit, and is searched for among the structures that are
    Nash and core stable. :math:`D_c` and :math:`D_{hp}` are those of Apt and Witzel [2]_ for the Pareto order: a
    partition is :math:`D_c`-stable if and only if inside its coalitions all disjoint pairs Pareto-gain by uniting
    and every coalition T across several of them is Pareto-worse than its parts :math:`T \cap P_k`; there is one
    such partition at most, and every merge-and-split path ends in it.

    References
    ----------
    .. [1] M. Karakaya, "Hedonic coalition formation games: a new stability notion", Mathematical Social Sciences
       61 (2011) 157-165.
    .. [2] K. R. Apt and A. Witzel, "A generic approach to coalition formation", arXiv:0709.0435.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.games.formation import FormationGame
    >>> table = gt.TableGame.from_values({("a", "b"): 4.0, ("a", "b", "c"): 4.5})
    >>> stable_partitions(FormationGame(table), ["core"])["core"].partitions
    ((('a', 'b'), ('c',)),)
    """
    n = formation.n_players
    wanted = tuple(dict.fromkeys(notions)) if notions is not None else tuple(x for x in NOTIONS if n <= most_players(x))
    for notion in wanted:
        check_players(n, notion)
    finder, examined = StabilityFinder(formation), 0
    found: dict[str, list[Partition]] = {notion: [] for notion in wanted}
    for coalitions, place in partition_blocks(n):
        examined += len(place)
        for notion in wanted:
            stable = finder.stable(notion, coalitions, place)
            found[notion] += [labelled(formation, row) for row in coalitions[stable]]
    return {notion: StablePartitions(notion, tuple(found[notion]), examined) for notion in wanted}


def deviation_from(formation: FormationGame, structure: PartitionLike, notion: str) -> Deviation | None:
    """Find who leaves one coalition structure.

    Parameters
    ----------
    formation : FormationGame
        At most 16 players; 10 for ``"merge_split"``, ``"d_c"`` and ``"coalition_proof"``.
    structure : iterable of iterables of str
        The partition.
    notion : str
        As in :func:`stable_partitions`.

    Returns
    -------
    Deviation or None
        Single moves: the one with the largest gain. Coalitions: the first in bitmask order; for
        ``"coalition_proof"`` the first found. None if stable.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.games.formation import FormationGame
    >>> table = gt.TableGame.from_values({("a", "b"): 4.0, ("a", "b", "c"): 4.5})
    >>> deviation_from(FormationGame(table), [["a", "b", "c"]], "core")
    Deviation(movers=('a', 'b'), coalition=('a', 'b'), gains=(0.5, 0.5), parts=())
    """
    check_players(formation.n_players, notion, one=True)
    return StabilityFinder(formation).deviation(partition_of(formation.game, structure), notion)
