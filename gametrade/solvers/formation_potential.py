"""Whether moves from any coalition structure must end: a potential, or a cycle of improving moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.display import Shown
from gametrade.errors import TooManyPlayersError, UnknownNameError
from gametrade.games.formation import FormationGame, Partition
from gametrade.solvers.partition_deviations import Deviations
from gametrade.solvers.partition_enumeration import partition_blocks
from gametrade.solvers.partition_finder import SINGLE_MOVES, labelled
from gametrade.typing import BoolArray, IntArray

POTENTIAL_PLAYERS = 9
"""Most players for which all moves between all partitions are listed."""


@dataclass(frozen=True, eq=False, slots=True)
class FormationPotential(Shown):
    """A number for each structure that rises with every move, or the proof that there is none.

    Parameters
    ----------
    notion : str
        Which moves are allowed.
    structures : tuple of partitions
        All of them, in restricted-growth order.
    values : ndarray of int of shape (k,) or None
        Minus the most moves that can follow each structure: a generalised ordinal potential; None if there is none.
    cycle : tuple of partitions
        Improving moves that come back, empty if there is a potential.
    """

    notion: str
    structures: tuple[Partition, ...]
    values: IntArray | None
    cycle: tuple[Partition, ...]

    @property
    def longest_path(self) -> int | None:
        """Most moves before every path must have ended, None if some path need not end."""
        return None if self.values is None else int(-self.values.min())

    def __str__(self) -> str:
        if self.values is None:
            return f"no potential: {len(self.cycle)} improving moves come back ({self.notion})"
        return f"a potential: every path ends after at most {self.longest_path} moves ({self.notion})"


def formation_potential(formation: FormationGame, notion: str = "nash") -> FormationPotential:
    """Decide whether every path of improving moves of single players ends, whoever moves first.

    Parameters
    ----------
    formation : FormationGame
        At most 9 players.
    notion : {"nash", "individual", "contractual", "contractually_individual"}, default="nash"
        Which moves are allowed.

    Returns
    -------
    FormationPotential
        Exact: all moves from all partitions are listed.

    Raises
    ------
    UnknownNameError
        If there are no such moves.
    TooManyPlayersError
        If there are more than 9 players.

    Notes
    -----
    A generalised ordinal potential rises with every improving move. It exists if and only if the graph of moves has
    no cycle (Monderer and Shapley [1]_); structures without moves are taken away again and again until none is
    left, or every one left has a move to another one left. Bell(n) partitions with at most n (n + 1) moves each.

    References
    ----------
    .. [1] D. Monderer and L. S. Shapley, "Potential games", Games and Economic Behavior 14 (1996) 124-143.
       :doi:`10.1006/game.1996.0044`

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.games.formation import FormationGame
    >>> table = gt.TableGame.from_values({("a", "b"): 4.0, ("a", "b", "c"): 4.5})
    >>> print(formation_potential(FormationGame(table)))
    a potential: every path ends after at most 2 moves (nash)
    """
    if notion not in SINGLE_MOVES:
        raise UnknownNameError("kind of moves of formation_potential", notion, list(SINGLE_MOVES))
    n = formation.n_players
    if n > POTENTIAL_PLAYERS:
        raise TooManyPlayersError(
            f"formation_potential looks at every move from every partition of at most {POTENTIAL_PLAYERS} players. "
            f"Got {n}; formation_path and switching_path detect cycles of the paths that they follow."
        )
    blocks = list(partition_blocks(n))
    coalitions, place = np.concatenate([c for c, _ in blocks]), np.concatenate([p for _, p in blocks])
    sources, targets = _moves(formation, notion, coalitions, place)
    values, left = _ranks(len(place), sources, targets)
    structures = tuple(labelled(formation, row) for row in coalitions)
    if not left.any():
        return FormationPotential(notion, structures, values, ())
    cycle = _cycle(sources[left[sources] & left[targets]], targets[left[sources] & left[targets]])
    return FormationPotential(notion, structures, None, tuple(structures[k] for k in cycle))


def _moves(formation: FormationGame, notion: str, coalitions: IntArray, place: IntArray) -> tuple[IntArray, IntArray]:
    """All improving moves, as numbers of partitions."""
    deviations, n = Deviations(formation), formation.n_players
    entry, exit = SINGLE_MOVES[notion]
    masks, paid = deviations.own(coalitions, place)
    code = _codes(masks)
    order = np.argsort(code)
    sources, targets = [], []
    for i in range(n):
        for k in range(n):
            joined = coalitions[:, k] | (1 << i)
            gain = deviations.paid[joined, i] - paid[:, i] > formation.tolerance
            gain &= (joined != masks[:, i]) & ((coalitions[:, k] > 0) | (k == 0) | (coalitions[:, k - 1] > 0))
            if entry:
                gain &= deviations.others_admit[joined, i]
            if exit:
                gain &= deviations.others_content[masks[:, i], i]
            rows = np.flatnonzero(gain)
            after = masks[rows] & ~(1 << i)
            after = np.where(joined[rows][:, None] >> np.arange(n) & 1, joined[rows][:, None], after)
            sources.append(rows)
            targets.append(order[np.searchsorted(code[order], _codes(after))])
    return np.concatenate(sources), np.concatenate(targets)


def _codes(masks: IntArray) -> IntArray:
    """One number a partition: the first member of the coalition of each player."""
    n = masks.shape[1]
    first = np.log2(masks & -masks).astype(np.int64)
    return np.asarray(first @ (n ** np.arange(n, dtype=np.int64)))


def _ranks(count: int, sources: IntArray, targets: IntArray) -> tuple[IntArray, BoolArray]:
    """Minus the longest path from each node, and the nodes from which paths need not end."""
    values = np.zeros(count, dtype=np.int64)
    left = np.ones(count, dtype=bool)
    rank = 0
    while left.any():
        inner = left[sources] & left[targets]
        moving = np.zeros(count, dtype=bool)
        moving[sources[inner]] = True
        ended = left & ~moving
        if not ended.any():
            break
        values[ended] = -rank
        left &= ~ended
        rank += 1
    return values, left


def _cycle(sources: IntArray, targets: IntArray) -> list[int]:
    """A cycle among nodes each of which has a move to another."""
    follow = dict(zip(sources.tolist(), targets.tolist(), strict=True))
    path, node = [], next(iter(follow))
    while node not in path:
        path.append(node)
        node = follow[node]
    return path[path.index(node) :]
