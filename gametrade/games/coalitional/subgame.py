"""The game that a coalition plays among itself."""

from __future__ import annotations

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.coalitional.game import CoalitionalGame
from gametrade.games.coalitional.subset_sums import subset_sums
from gametrade.games.coalitional.table import TableGame
from gametrade.games.coalitional.tabulated import tabulated
from gametrade.typing import CoalitionLike


def subgame(game: CoalitionalGame, coalition: CoalitionLike) -> TableGame:
    """Restrict a game to the members of one coalition.

    Parameters
    ----------
    game : CoalitionalGame
        At most 25 players, or a table of at most 28.
    coalition : iterable of str
        Who stays, at least one player.

    Returns
    -------
    TableGame
        The values of the coalitions inside, players in the order of the game. [money]

    Raises
    ------
    InvalidInputError
        If nobody stays.

    Examples
    --------
    >>> game = TableGame.from_values({("a", "b"): 5, ("a", "b", "c"): 9})
    >>> subgame(game, ["b", "a"]).table()
    array([0., 0., 0., 5.])
    """
    members = game.members(coalition)
    if not members.any():
        raise InvalidInputError("coalition of subgame must have at least one member. Got none.")
    masks = subset_sums(1 << np.flatnonzero(members))
    return tabulated(game).changed(lambda v: v[masks], names=game.labels(members))
