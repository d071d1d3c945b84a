"""Whether improvements never lead round in a circle."""

from __future__ import annotations

from collections import deque

import numpy as np

from gametrade.analysis.properties.finite_game import at, verdict
from gametrade.analysis.verdict import Verdict
from gametrade.games.normal_form import NormalFormGame
from gametrade.registry import properties
from gametrade.typing import IntArray


@properties.register(
    of="strategic", plays=("NormalFormGame",), enumerates=("NormalFormGame",), source="Voorneveld and Norde 1997"
)
def ordinal_potential(game: NormalFormGame, *, generalized: bool = False) -> Verdict:
    """One function of the profile rises whenever the player who moves gains, and only then.

    Parameters
    ----------
    game : NormalFormGame
        Any number of players; payoffs are compared as they are.
    generalized : bool, default=False
        Ask only that it rises whenever the mover gains: better replies in any order then come to an end.

    Returns
    -------
    Verdict
        Margin: minus the least gain on the cycle that refutes it, 0 if it holds. Witness: the player who gains there.
        The certificate holds the potential, as whole numbers in the shape of the profiles, or the cycle.

    Notes
    -----
    An ordinal potential exists if and only if no cycle of moves that hurt no mover has one that gains [1]_; a
    generalized one if and only if no cycle has gains only [2]_. Decided by the strongly connected components of the
    graph of moves: (number of profiles) x (sum of actions) edges.

    References
    ----------
    .. [1] M. Voorneveld and H. Norde, "A characterization of ordinal potential games", Games Econ. Behav. 19 (1997)
       235-242.
    .. [2] D. Monderer and L. S. Shapley, "Potential games", Games Econ. Behav. 14 (1996) 124-143.
       :doi:`10.1006/game.1996.0044`

    Examples
    --------
    >>> import gametrade as gt
    >>> battle = gt.NormalFormGame.bimatrix([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    >>> gt.check(battle, "ordinal_potential").certificate["potential"]
    [[1, 0], [0, 1]]
    >>> gt.check(gt.NormalFormGame.bimatrix([[1, -1], [-1, 1]]), "ordinal_potential:generalized=true").holds
    False
    """
    sources, targets, gains, movers = _moves(game)
    used = gains > 0 if generalized else gains >= 0
    component = _components(int(np.prod(game.shape)), sources[used], targets[used])
    rises = gains > 0
    inside = np.flatnonzero(rises & (component[sources] == component[targets]))
    name = "ordinal_potential"
    statement = "no cycle of moves that " + ("all gain" if generalized else "hurt no mover has one that gains")
    if len(inside):
        k = int(inside[gains[inside].argmin()])
        path = _path(int(targets[k]), int(sources[k]), sources[used], targets[used])
        cycle = [at(game, np.unravel_index(node, game.shape)) for node in path]  # type: ignore[arg-type]
        certificate = {"kind": "cycle", "profiles": cycle}
        who = (game.players[movers[k]],)
        return verdict(game, name, statement, False, margin=-gains[k], witness=who, certificate=certificate)
    level = _levels(component, sources[rises], targets[rises])
    certificate = {"kind": "potential", "potential": level[component].reshape(game.shape).tolist()}
    return verdict(game, name, statement, True, certificate=certificate)


def _moves(game: NormalFormGame) -> tuple[IntArray, IntArray, np.ndarray, IntArray]:
    """Every move of one player: from, to, gain, who."""
    nodes = np.arange(int(np.prod(game.shape))).reshape(game.shape)
    columns: list[list[np.ndarray]] = [[], [], [], []]
    for player, size in enumerate(game.shape):
        lanes = np.moveaxis(nodes, player, 0).reshape(size, -1)
        table = np.moveaxis(game.payoffs[player], player, 0).reshape(size, -1)
        for k in range(size):
            others = [other for other in range(size) if other != k]
            columns[0].append(np.repeat(lanes[k][None], len(others), axis=0).ravel())
            columns[1].append(lanes[others].ravel())
            columns[2].append((table[others] - table[k]).ravel())
            columns[3].append(np.full(columns[1][-1].shape, player))
    first, second, third, fourth = (np.concatenate(column) for column in columns)
    return first, second, third, fourth


def _components(size: int, sources: IntArray, targets: IntArray) -> IntArray:
    """Number of the strongly connected component of every profile."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(len(sources)), (sources, targets)), shape=(size, size))
    return np.asarray(connected_components(graph, connection="strong")[1])


def _levels(component: IntArray, sources: IntArray, targets: IntArray) -> IntArray:
    """Longest ascent that ends in each component."""
    edges = np.unique(np.stack([component[sources], component[targets]]), axis=1)
    level = np.zeros(component.max() + 1, dtype=np.int64)
    while True:
        before = level.copy()
        np.maximum.at(level, edges[1], before[edges[0]] + 1)
        if (level == before).all():
            return level


def _path(start: int, end: int, sources: IntArray, targets: IntArray) -> list[int]:
    """Shortest way along the moves."""
    onward: dict[int, list[int]] = {}
    for source, target in zip(sources.tolist(), targets.tolist(), strict=True):
        onward.setdefault(source, []).append(target)
    came, waiting = {start: start}, deque([start])
    while end not in came:
        node = waiting.popleft()
        for target in onward.get(node, ()):
            if target not in came:
                came[target] = node
                waiting.append(target)
    path = [end]
    while path[-1] != start:
        path.append(came[path[-1]])
    return path[::-1]
