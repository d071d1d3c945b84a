"""A coalition structure: every player in exactly one coalition."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import CoalitionalGame
from gametrade.typing import Coalition, CoalitionLike

Partition: TypeAlias = tuple[Coalition, ...]
"""Coalitions in the order of their first members, each in player order."""

PartitionLike: TypeAlias = Iterable[CoalitionLike]
"""What a user may write for a partition: any iterable of coalitions."""


def partition_of(game: CoalitionalGame, structure: PartitionLike) -> Partition:
    """Read a coalition structure and check that it covers each player once.

    Parameters
    ----------
    game : CoalitionalGame
        n players.
    structure : iterable of iterables of str
        Coalitions, in any order.

    Returns
    -------
    tuple of tuples of str
        The coalitions in the order of their first members.

    Raises
    ------
    InvalidInputError
        If a coalition is empty, or a player is in none or in two.
    UnknownNameError
        If a label is not a player's.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("a", "b", "c"): 6.0})
    >>> partition_of(game, [["c", "b"], ["a"]])
    (('a',), ('b', 'c'))
    """
    rule = "partition must put every player in exactly one coalition"
    home: dict[str, int] = {}
    coalitions: list[Coalition] = []
    for number, coalition in enumerate(structure):
        labels = coalition if isinstance(coalition, str) else tuple(coalition)
        members = game.labels(game.members(labels))
        if not members:
            raise InvalidInputError(f"{rule}. Got an empty coalition.")
        for label in labels:
            if label in home:
                raise InvalidInputError(f"{rule}. Got {label!r} twice.")
            home[label] = number
        coalitions.append(members)
    missing = [player for player in game.players if player not in home]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise InvalidInputError(f"{rule}. Got none for {missing[0]!r}{more}.")
    order = {player: position for position, player in enumerate(game.players)}
    return tuple(sorted(coalitions, key=lambda members: order[members[0]]))
