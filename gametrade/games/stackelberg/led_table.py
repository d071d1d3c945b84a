"""A finite game in which one player moves first and is seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.normal_form import NormalFormGame


@dataclass(frozen=True, eq=False)
class LedTable:
    """A finite game whose leader plays an action first; the others, who see it, play the game that is left.

    Parameters
    ----------
    game : NormalFormGame
        All players and actions.
    leader : str
        The player who moves first.

    Raises
    ------
    UnknownNameError
        If the leader is no player.
    InvalidInputError
        If there is nobody to follow.

    Notes
    -----
    The leader plays one action and does not randomise.

    Examples
    --------
    >>> import gametrade as gt
    >>> entry = LedTable(gt.NormalFormGame.bimatrix([[2, 1], [3, 0]], [[1, 0], [0, 2]]), "player 1")
    >>> gt.solve(entry)[0].payoffs.tolist()
    [2.0, 1.0]
    """

    game: NormalFormGame
    leader: str

    def __post_init__(self) -> None:
        """Check that there is somebody to follow."""
        if self.leader not in self.game.players:
            raise UnknownNameError("player of the game", self.leader, self.game.players)
        if self.game.n_players < 2:
            raise InvalidInputError("game of LedTable must have players who follow. Got one player.")

    @property
    def players(self) -> tuple[str, ...]:
        """All players, in the order of the game."""
        return self.game.players

    @property
    def leaders(self) -> tuple[str, ...]:
        """The one leader."""
        return (self.leader,)

    @property
    def unit(self) -> str:
        """Unit of the payoffs."""
        return self.game.unit

    @property
    def place(self) -> int:
        """Position of the leader."""
        return self.game.players.index(self.leader)

    def components(self, player: int) -> tuple[str, ...]:
        """Actions of a player."""
        return self.game.components(player)

    def after(self, action: int) -> NormalFormGame:
        """The game that is left once the leader has played an action: its own table, with that action only."""
        kept = [np.arange(size) for size in self.game.shape]
        kept[self.place] = np.array([action])
        return self.game.restricted([row.tolist() for row in kept])

    def __repr__(self) -> str:
        return f"<LedTable: {self.leader} leads {self.game.n_players - 1} others>"
