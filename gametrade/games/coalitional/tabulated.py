"""Any game as a table."""

from __future__ import annotations

from gametrade.games.coalitional.game import CoalitionalGame
from gametrade.games.coalitional.table import TableGame


def tabulated(game: CoalitionalGame) -> TableGame:
    """List all values of a game with at most 25 players; a table is returned as it is.

    Examples
    --------
    >>> game = TableGame.from_values({("a", "b"): 1.0})
    >>> tabulated(game) is game
    True
    """
    return game if isinstance(game, TableGame) else TableGame(game.players, game.table())
