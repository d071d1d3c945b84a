"""Coalitions on one feeder that leave each other more or less room: a game in partition function form."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.coalitional.network import NetworkGame
from gametrade.games.formation.partition import Partition
from gametrade.games.formation.partition_function import PartitionFunctionGame
from gametrade.optimise import maximise
from gametrade.typing import BoolArray, Coalition, FloatArray


def network_partition_game(game: NetworkGame) -> PartitionFunctionGame:
    r"""What each coalition on a feeder is worth when the other coalitions export what they plan, not what is granted.

    Parameters
    ----------
    game : NetworkGame
        n homes, at most 8 for every structure.

    Returns
    -------
    PartitionFunctionGame
        :math:`v(S; P)`: the best that S makes in the room that the plans of the other coalitions of P leave, each made
        against grants, over what its members make alone against grants. [money]

    Raises
    ------
    InvalidInputError
        If `game` is none on a feeder.

    Notes
    -----
    A :class:`~gametrade.games.coalitional.network.NetworkGame` fixes what outsiders do, and is a coalitional game for
    that reason. Here they do what suits them: room that no grant holds is taken by each coalition that can use it, once
    by homes that plan together and several times by homes that do not. ``externality`` names the coalition whose
    value depends most on that; None proves that none does. A linear program for each pair of a structure and
    one of its coalitions.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.community.feeder import Feeder
    >>> street = gt.Community(["Ada", "Bob", "Eve", "Di"], [[0]] * 4, [[4], [4], [4], [8]], ["2023-06-01T12:00"], 1.0,
    ...                       gt.Tariff(import_price=0.30, export_price=0.08))
    >>> homes = {"Ada": "a", "Bob": "a", "Eve": "a", "Di": "b"}
    >>> feeder = Feeder([("grid", "a"), ("a", "b")], [0.1, 0.1], [0, 0], homes=homes, capacity=[8, 2])
    >>> print(network_partition_game(NetworkGame(street, feeder)).externality)
    {Ada, Di} is worth -0.48 beside {Bob} and {Eve} and -0.24 beside {Bob, Eve}
    """
    if not isinstance(game, NetworkGame):
        raise InvalidInputError(f"game of network_partition_game must be a NetworkGame. Got a {type(game).__name__}.")

    @cache
    def planned(coalition: Coalition) -> FloatArray:
        return game.plan(game.members(coalition))[1]

    def worth(coalition: Coalition, structure: Partition) -> float:
        inside = game.members(coalition)
        others = sum((planned(part) for part in structure if part != coalition), np.zeros_like(planned(coalition)))
        free = float(game.free_game.values(inside[None, :])[0])
        return free + _earned(game, inside, others) - float(game.plans_alone[inside].sum())

    return PartitionFunctionGame(game.players, worth)


def _earned(game: NetworkGame, inside: BoolArray, others: FloatArray) -> float:
    """What a coalition earns in the bound steps beside given exports of all others. [money]"""
    steps = game.bound_steps
    if not steps.size:
        return 0.0
    row, step = game.tight_rows()
    left = game.room[row, steps[step]] - (game.loading[row] * others[:, step].T).sum(axis=1)
    rows = np.concatenate([np.zeros(steps.size), np.maximum(left, 0.0)])
    return maximise(replace(game.program(inside), row_upper=rows)).objective
