"""Games on a graph: only linked players can act together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.coalitional.game import CoalitionalGame
from gametrade.games.coalitional.integer_table import WholeNumbers, int64_or_object, integer_table
from gametrade.typing import BoolArray, Coalition, FloatArray


@dataclass(frozen=True, eq=False)
class GraphGame(CoalitionalGame):
    r"""A game in which a coalition gains what its connected parts gain: trades need a path of links inside it.

    .. math:: v^g(S) = \sum_{C \in S / g} v(C)

    with :math:`S / g` the connected components of the graph g restricted to S [1]_.

    Parameters
    ----------
    game : CoalitionalGame
        The game if everybody could talk to everybody.
    graph : iterable of pairs of str, or networkx graph
        Links between players, by label. Kept as pairs in player order. Players without a link stand alone; a
        graph of several components is allowed, and then :math:`v^g(N)` is the sum over its components.

    Raises
    ------
    InvalidInputError
        If a link does not join two different players.
    UnknownNameError
        If a link names somebody who is not a player.

    References
    ----------
    .. [1] R. B. Myerson, "Graphs and cooperation in games", Math. Oper. Res. 2 (1977) 225-229.
       :doi:`10.1287/moor.2.3.225`

    Examples
    --------
    >>> import gametrade as gt
    >>> trade = gt.TableGame.from_values({("seller", "buyer"): 6.0, ("seller", "bus", "buyer"): 6.0})
    >>> line = GraphGame(trade, [("seller", "bus"), ("bus", "buyer")])
    >>> line.value(["seller", "buyer"]), line.grand_value
    (0.0, 6.0)
    """

    game: CoalitionalGame
    graph: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        if not isinstance(self.game, CoalitionalGame):
            raise InvalidInputError(f"game of GraphGame must be a CoalitionalGame. Got {type(self.game).__name__}.")
        object.__setattr__(self, "graph", _links(self.graph, self.game.players))

    @property
    def players(self) -> tuple[str, ...]:
        """Labels of the players, in the order of the game."""
        return self.game.players

    @property
    def unit(self) -> str:
        """Unit of the values of the game."""
        return self.game.unit

    @property
    def tolerance(self) -> float:
        """1e-9 of the range of the values, of this game or of the game without a graph. [money]"""
        return max(super().tolerance, self.game.tolerance)

    @cached_property
    def adjacency(self) -> BoolArray:
        """Who is linked with whom, shape (n, n), symmetric."""
        position = {label: i for i, label in enumerate(self.players)}
        linked = np.zeros((self.n_players, self.n_players), dtype=bool)
        for first, second in self.graph:
            linked[position[first], position[second]] = linked[position[second], position[first]] = True
        linked.setflags(write=False)
        return linked

    @property
    def components(self) -> tuple[Coalition, ...]:
        """Connected components of the graph, in the order of their first players."""
        parts = self._part_of(np.ones((1, self.n_players), dtype=bool))[0]
        return tuple(self.labels(parts == first) for first in np.unique(parts))

    def values(self, members: BoolArray) -> FloatArray:
        """Sum of the values of the connected parts of each coalition, shape (k, n) to (k,). [money]"""
        members = np.asarray(members, dtype=bool)
        part = self._part_of(members)
        answer = np.zeros(len(members))
        for first in range(self.n_players):
            inside = members & (part == first)
            rows = np.flatnonzero(inside[:, first])
            if len(rows):
                answer[rows] += self.game.values(inside[rows])
        return answer

    def table(self) -> FloatArray:
        """Values of all coalitions in bitmask order, from the table of the game, shape (2**n,). [money]"""
        return np.asarray(self._restricted(self.game.table()))

    def without_link(self, first: str, second: str) -> GraphGame:
        """The same game after one link is cut.

        Parameters
        ----------
        first, second : str
            The linked players, in any order.

        Raises
        ------
        InvalidInputError
            If there is no such link.
        """
        kept = tuple(link for link in self.graph if set(link) != {first, second})
        if len(kept) == len(self.graph):
            raise InvalidInputError(f"graph of GraphGame has no link between {first!r} and {second!r}.")
        return GraphGame(self.game, kept)

    def _part_of(self, members: BoolArray) -> NDArray[np.int64]:
        """First player of the connected part of every member, shape (k, n); outsiders are their own."""
        part = np.broadcast_to(np.arange(self.n_players), members.shape).copy()
        links = np.argwhere(np.triu(self.adjacency))
        changed = True
        while changed:
            before = part.copy()
            for i, j in links:
                both = members[:, i] & members[:, j]
                lower = np.minimum(part[:, i], part[:, j])
                part[both, i] = part[both, j] = lower[both]
            changed = not np.array_equal(before, part)
        return part

    def _restricted(self, table: NDArray[Any]) -> NDArray[Any]:
        """Take the part of the last player of each coalition off and add the rest, which comes earlier."""
        n = self.n_players
        reach = np.zeros(2**n, dtype=np.int64)
        for i, row in enumerate(self.adjacency):
            reach[1 << i : 2 << i] = reach[: 1 << i] | int(row @ (1 << np.arange(n)))
        answer = table.copy()
        for last in range(n):
            masks = np.arange(1 << last, 2 << last)
            part = np.full(len(masks), 1 << last)
            grown = part | (reach[part] & masks)
            while not np.array_equal(part, grown):
                part, grown = grown, grown | (reach[grown] & masks)
            answer[masks] = table[part] + answer[masks ^ part]
        return answer


@integer_table.register
def _(game: GraphGame, *, terms: int | None = None) -> tuple[WholeNumbers, int]:
    numbers, denominator = integer_table(game.game, terms=game.n_players)
    return int64_or_object(game._restricted(numbers), terms=terms or game.n_players + 1), denominator


def _links(graph: Any, players: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Pairs of labels in player order, each once."""
    pairs: Iterable[Any] = graph.edges() if hasattr(graph, "edges") else graph
    if isinstance(pairs, str) or not isinstance(pairs, Iterable):
        raise InvalidInputError(f"graph of GraphGame must list pairs of players. Got {graph!r}.")
    position = {label: i for i, label in enumerate(players)}
    found = set()
    for pair in pairs:
        if isinstance(pair, str) or not isinstance(pair, Iterable) or len(tuple(pair)) != 2:
            raise InvalidInputError(f"a link of GraphGame must be a pair of players. Got {pair!r}.")
        for label in pair:
            if label not in position:
                raise UnknownNameError("player", label, players)
        first, second = sorted(position[label] for label in pair)
        if first == second:
            raise InvalidInputError(f"a link of GraphGame must join two different players. Got {pair!r}.")
        found.add((first, second))
    return tuple((players[i], players[j]) for i, j in sorted(found))
