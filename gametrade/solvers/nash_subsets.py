"""Equilibria of a degenerate game come in whole sets: products of faces, joined where they touch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gametrade.games.equilibrium import Solution

MOST_SUBSETS = 5000
"""Maximal Nash subsets that are listed; their number can grow exponentially."""


@dataclass(frozen=True, slots=True)
class NashSubset:
    """Every mixture of these row strategies with every mixture of these column strategies is an equilibrium.

    Parameters
    ----------
    rows, columns : tuple of int
        Positions of strategies, in order of their first extreme equilibrium.
    component : int
        Number of the connected set of equilibria that it is part of.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    component: int


def components(pairs: Sequence[tuple[int, int]]) -> list[int]:
    """Number of the connected component of each pair, in order of first appearance.

    Parameters
    ----------
    pairs : sequence of (int, int)
        Extreme equilibria, as positions of a row and of a column strategy.

    Returns
    -------
    list of int
        Components 0, 1, ... of the graph whose edges are the pairs.
    """
    parent: dict[tuple[str, int], tuple[str, int]] = {}

    def root(node: tuple[str, int]) -> tuple[str, int]:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for row, column in pairs:
        parent[root(("row", row))] = root(("column", column))
    number: dict[tuple[str, int], int] = {}
    return [number.setdefault(root(("row", row)), len(number)) for row, _ in pairs]


def maximal_subsets(pairs: Sequence[tuple[int, int]]) -> list[NashSubset] | None:
    """All maximal Nash subsets: complete bipartite parts of the graph of extreme equilibria that cannot grow.

    Parameters
    ----------
    pairs : sequence of (int, int)
        All extreme equilibria, as positions of a row and of a column strategy.

    Returns
    -------
    list of NashSubset, or None
        In order; None if there are more than 5000.

    Notes
    -----
    Sets of column strategies that are common to some row strategies are closed under intersection, and each gives one
    maximal subset [1]_.

    References
    ----------
    .. [1] D. Avis, G. D. Rosenberg, R. Savani and B. von Stengel, "Enumeration of Nash equilibria for two-player
       games", Econ. Theory 42 (2010) 9-37. :doi:`10.1007/s00199-009-0449-x`

    Examples
    --------
    >>> maximal_subsets([(0, 0), (0, 1), (1, 1)])
    [NashSubset(rows=(0,), columns=(0, 1), component=0), NashSubset(rows=(0, 1), columns=(1,), component=0)]
    """
    replies: dict[int, int] = {}
    for row, column in pairs:
        replies[row] = replies.get(row, 0) | 1 << column
    closed: set[int] = set()
    for mask in replies.values():
        closed |= {mask & other for other in closed} | {mask}
        closed.discard(0)
        if len(closed) > MOST_SUBSETS:
            return None
    place = dict(zip((row for row, _ in pairs), components(pairs), strict=True))
    found = []
    for mask in closed:
        rows = tuple(sorted(row for row, reply in replies.items() if reply & mask == mask))
        found.append(NashSubset(rows, tuple(_bits(mask)), place[rows[0]]))
    return sorted(found, key=lambda subset: (subset.component, subset.rows, subset.columns))


def nash_subsets(solution: Solution) -> list[NashSubset] | None:
    """Maximal Nash subsets of a complete list of extreme equilibria of two players.

    Parameters
    ----------
    solution : Solution
        Of ``vertex_enumeration`` or ``support_enumeration``, complete.

    Returns
    -------
    list of NashSubset, or None
        None if the list is not complete, or if there are more than 5000.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.NormalFormGame.bimatrix([[1, 1], [1, 1]], [[1, 0], [1, 0]])
    >>> nash_subsets(gt.solve(game, "vertex_enumeration"))
    [NashSubset(rows=(0, 1), columns=(0,), component=0)]
    """
    if not solution.complete:
        return None
    return maximal_subsets(pairs_of(solution))


def pairs_of(solution: Solution) -> list[tuple[int, int]]:
    """Number the strategies of each player in order of appearance, and pair them by equilibrium."""
    rows: dict[tuple[str, ...], int] = {}
    columns: dict[tuple[str, ...], int] = {}
    pairs = []
    for equilibrium in solution:
        row, column = (tuple(strategy) for strategy in equilibrium.certificate["strategies"])
        pairs.append((rows.setdefault(row, len(rows)), columns.setdefault(column, len(columns))))
    return pairs


def told(pairs: Sequence[tuple[int, int]], degenerate: bool) -> str:
    """What is known of the set of all equilibria, in words."""
    if not degenerate:
        return f"The game is not degenerate, so every equilibrium is isolated, and their number {len(pairs)} is odd."
    number = len(set(components(pairs)))
    subsets = maximal_subsets(pairs)
    count = f"more than {MOST_SUBSETS}" if subsets is None else str(len(subsets))
    return (
        f"The game is degenerate: its {len(pairs)} extreme equilibri{'um forms' if len(pairs) == 1 else 'a form'} "
        f"{number} connected "
        f"component{'' if number == 1 else 's'} with {count} maximal Nash subset{'' if count == '1' else 's'}, inside "
        "which every mixture is an equilibrium."
    )


def _bits(mask: int) -> Iterable[int]:
    """Positions of the bits that are set."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
