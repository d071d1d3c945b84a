"""Games in which the value of a coalition depends on what the others do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gametrade.community import Community
from gametrade.errors import InvalidInputError, TooManyPlayersError
from gametrade.games.coalitional import TableGame
from gametrade.games.formation.partition import Partition
from gametrade.tolerance import absolute_tolerance
from gametrade.typing import ArrayLike, Coalition

EXTERNALITY_PLAYERS = 8
"""Most players for which every structure is looked at."""

Worth = Callable[[Coalition, Partition], float]


@dataclass(frozen=True)
class Externality:
    """A coalition that is worth different amounts in two structures.

    Parameters
    ----------
    coalition : tuple of str
        The coalition.
    structures : pair of partitions
        Both contain it: the one in which it is worth least, and the one in which it is worth most.
    values : pair of float
        What it is worth there. [money]
    """

    coalition: Coalition
    structures: tuple[Partition, Partition]
    values: tuple[float, float]

    def __str__(self) -> str:
        low, high = self.values
        others = [
            " and ".join("{" + ", ".join(part) + "}" for part in structure if part != self.coalition)
            for structure in self.structures
        ]
        name = "{" + ", ".join(self.coalition) + "}"
        return f"{name} is worth {low:.6g} beside {others[0]} and {high:.6g} beside {others[1]}"


@dataclass(frozen=True, eq=False)
class PartitionFunctionGame:
    r"""A game with a value :math:`v(S; P)` for each coalition S of each structure P.

    Parameters
    ----------
    players : sequence of str
        Labels of the n players.
    worth : callable
        ``worth(coalition, structure)`` returns what the coalition makes in a structure that contains it; coalitions
        and players come in player order. [money]

    Raises
    ------
    InvalidInputError
        If labels repeat or there are none.

    Notes
    -----
    Thrall and Lucas's games in partition function form. A rule that splits what a coalition makes does not turn such a
    game into a hedonic one, so a :class:`FormationGame` takes it only after :meth:`coalitional` has shown that
    nobody's value depends on the others.

    Examples
    --------
    >>> joint = PartitionFunctionGame("ABC", lambda part, structure: float(len(part) - len(structure)))
    >>> print(joint.externality)
    {A} is worth -2 beside {B} and {C} and -1 beside {B, C}
    """

    players: tuple[str, ...]
    worth: Worth

    def __init__(self, players: Sequence[str], worth: Worth) -> None:
        names = tuple(players)
        if not names or len(set(names)) < len(names):
            raise InvalidInputError(f"players of PartitionFunctionGame must be different labels. Got {names}.")
        object.__setattr__(self, "players", names)
        object.__setattr__(self, "worth", worth)

    @cached_property
    def _values(self) -> dict[Coalition, list[tuple[float, Partition]]]:
        """What each coalition is worth in every structure that contains it."""
        n = len(self.players)
        if n > EXTERNALITY_PLAYERS:
            raise TooManyPlayersError(
                f"every structure of a PartitionFunctionGame is looked at for at most {EXTERNALITY_PLAYERS} players. "
                f"Got {n}."
            )
        found: dict[Coalition, list[tuple[float, Partition]]] = {}
        for structure in _structures(self.players):
            for coalition in structure:
                found.setdefault(coalition, []).append((float(self.worth(coalition, structure)), structure))
        order = {player: k for k, player in enumerate(self.players)}
        first = sorted(found, key=lambda part: (len(part), [order[player] for player in part]))
        return {coalition: found[coalition] for coalition in first}

    @cached_property
    def externality(self) -> Externality | None:
        """The coalition whose value depends most on the others; None proves that none does, for at most 8 players."""
        best: Externality | None = None
        largest = max(abs(value) for values in self._values.values() for value, _ in values)
        reach = absolute_tolerance(largest)
        for coalition, values in self._values.items():
            low, high = min(values, key=lambda pair: pair[0]), max(values, key=lambda pair: pair[0])
            if high[0] - low[0] > reach:
                reach = high[0] - low[0]
                best = Externality(coalition, (low[1], high[1]), (low[0], high[0]))
        return best

    def coalitional(self) -> TableGame:
        """The coalitional game that it is, if no value depends on the others.

        Raises
        ------
        InvalidInputError
            If one does: the sentence names the coalition and two structures.
        TooManyPlayersError
            If there are more than 8 players.
        """
        if self.externality is not None:
            raise InvalidInputError(
                "a formation game needs values that do not depend on the others; this is a partition-function game. "
                f"Got a coalition that does: {self.externality}."
            )
        values = {coalition: pairs[0][0] for coalition, pairs in self._values.items()}
        return TableGame.from_function(self.players, lambda members: values[tuple(members)] if members else 0.0)


def _structures(players: tuple[str, ...]) -> list[Partition]:
    """Every structure, coalitions and players in player order."""
    found: list[list[list[str]]] = [[]]
    for player in players:
        found = [
            [*structure[:k], [*structure[k], player], *structure[k + 1 :]]
            if k < len(structure)
            else [*structure, [player]]
            for structure in found
            for k in range(len(structure) + 1)
        ]
    return [tuple(map(tuple, structure)) for structure in found]


def joint_limit_game(community: Community, export_limit: ArrayLike) -> PartitionFunctionGame:
    r"""Homes behind one connection that takes back so much energy a step, whoever shares with whom.

    Parameters
    ----------
    community : Community
        n homes.
    export_limit : array_like of shape () or (T,)
        Most energy that all coalitions together can feed into the grid in a step, at least 0. [kWh]

    Returns
    -------
    PartitionFunctionGame
        What a coalition saves over its members' imports and exports without the limit, negative where it must waste
        more than it gains. [money]

    Raises
    ------
    InvalidInputError
        If a limit is negative or the shape differs.

    Notes
    -----
    Each coalition nets its surplus S and deficit D first. What it would export, :math:`(S - D)^+`, is curtailed in
    proportion if all coalitions' exports exceed the limit. So others that share more leave more room:

    .. math:: v(S; P) = \sum_t \delta_t \min(S, D) - f_t c_t(P) \, (S - D)^+ / E_t(P), \quad c = (E - L)^+

    with E the exports of all coalitions of P. Without a binding limit it is the sharing game.

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.Community(["A", "B", "C"], [[0], [0], [2]], [[2], [2], [0]], ["2023-06-01T12:00"], 1.0,
    ...                       gt.Tariff(import_price=12, export_price=4))
    >>> print(joint_limit_game(street, 2.0).externality)
    {A} is worth -4 beside {B} and {C} and 0 beside {B, C}
    """
    limit = np.array(np.broadcast_to(np.asarray(export_limit, dtype=float), community.n_steps), dtype=float)
    if not (limit >= 0).all():
        raise InvalidInputError(f"export_limit of joint_limit_game must be at least 0. Got {limit.min()}.")
    place = {name: k for k, name in enumerate(community.names)}
    spread, price = np.maximum(community.tariff.spread(), 0.0), community.export_price

    def totals(coalition: Coalition) -> tuple[np.ndarray, np.ndarray]:
        rows = [place[name] for name in coalition]
        return community.surplus[rows].sum(axis=0), community.deficit[rows].sum(axis=0)

    def worth(coalition: Coalition, structure: Partition) -> float:
        supply, need = totals(coalition)
        all_exports = sum(np.maximum(s - d, 0.0) for s, d in map(totals, structure))
        own = np.maximum(supply - need, 0.0)
        share = np.divide(own, all_exports, out=np.zeros_like(own), where=all_exports > 0)
        lost = price * np.maximum(all_exports - limit, 0.0) * share
        return float((spread * np.minimum(supply, need) - lost).sum())

    return PartitionFunctionGame(community.names, worth)
