"""The whole core of four players: a solid with corners and edges."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from gametrade.display import Shown
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import CoalitionalGame, all_coalitions
from gametrade.solvers.core_vertices import core_vertices
from gametrade.tolerance import decision_tolerance
from gametrade.typing import BoolArray, Coalition, FloatArray

PLAYERS = 4
"""Players whose core is a solid: what the fourth gets is the rest."""


@dataclass(frozen=True, eq=False, slots=True)
class CoreBody(Shown):
    """The core of a game of four players.

    Parameters
    ----------
    game : CoalitionalGame
        The game.
    corners : ndarray of shape (k, 4)
        Extreme points in increasing order; none if the core is empty. [money]
    edges : tuple of (int, int)
        Pairs of corners that an edge joins.
    """

    game: CoalitionalGame
    corners: FloatArray
    edges: tuple[tuple[int, int], ...]

    @property
    def players(self) -> Coalition:
        """The four."""
        return self.game.players

    def __str__(self) -> str:
        return f"core of {', '.join(self.players)}: {len(self.corners)} corners, {len(self.edges)} edges"


def core_body(game: CoalitionalGame) -> CoreBody:
    """List the corners and edges of the core of four players.

    Parameters
    ----------
    game : CoalitionalGame
        Four players, and a table.

    Returns
    -------
    CoreBody
        Flat or a single point where the core is; without corners if it is empty.

    Raises
    ------
    InvalidInputError
        If there are not four players.

    Notes
    -----
    The corners are exact. Two of them are joined by an edge if the coalitions that both pay exactly their value, all
    players included, leave one direction free.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_function("abcd", lambda coalition: len(coalition) ** 2)
    >>> str(core_body(game))
    'core of a, b, c, d: 24 corners, 36 edges'
    """
    if not isinstance(game, CoalitionalGame) or game.n_players != PLAYERS:
        got = f"{game.n_players}" if isinstance(game, CoalitionalGame) else type(game).__name__
        raise InvalidInputError(f"core_body draws the core of {PLAYERS} players. Got {got}.")
    corners = np.array([[float(x) for x in corner] for corner in core_vertices(game)]).reshape(-1, PLAYERS)
    rows, table = all_coalitions(PLAYERS), game.table()
    tolerance = decision_tolerance(game.tolerance, np.abs(corners).max(axis=0, initial=0.0))
    tight = np.abs(corners @ rows.T - table) <= 4 * tolerance
    edges = tuple(
        (i, j) for i, j in combinations(range(len(corners)), 2) if _rank(rows, tight[i] & tight[j]) == PLAYERS - 1
    )
    return CoreBody(game, corners, edges)


def _rank(rows: BoolArray, chosen: BoolArray) -> int:
    """Rank of the coalitions that are chosen."""
    return int(np.linalg.matrix_rank(rows[chosen].astype(float)))
