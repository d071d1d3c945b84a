"""Players who add nothing, players without whom nothing is gained, and players who are worth the same."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gametrade.games.coalitional.game import CoalitionalGame
from gametrade.games.coalitional.integer_table import integer_table
from gametrade.games.coalitional.marginal_values import added_by
from gametrade.typing import Coalition


def null_players(game: CoalitionalGame, *, exact: bool = False) -> Coalition:
    r"""Players who add nothing to any coalition.

    Parameters
    ----------
    game : CoalitionalGame
        At most 25 players, or a table of at most 28.
    exact : bool, default=False
        Nothing means zero without any tolerance.

    Returns
    -------
    tuple of str
        Every i with :math:`v(S \cup i) = v(S)` for all S, to the tolerance of the game.

    Examples
    --------
    >>> from gametrade.games import TableGame
    >>> null_players(TableGame.from_values({("a", "b"): 1, ("a", "b", "c"): 1, ("c",): 0}))
    ('c',)
    """
    values, tolerance = _values(game, exact)
    return tuple(label for i, label in enumerate(game.players) if (np.abs(added_by(values, i)) <= tolerance).all())


def veto_players(game: CoalitionalGame, *, exact: bool = False) -> Coalition:
    r"""Players without whom no coalition is worth anything.

    Parameters
    ----------
    game : CoalitionalGame
        At most 25 players, or a table of at most 28.
    exact : bool, default=False
        Nothing means zero without any tolerance.

    Returns
    -------
    tuple of str
        Every i with :math:`v(S) = 0` for all S without i, to the tolerance of the game; all players if the
        game is worth nothing.

    Examples
    --------
    >>> from gametrade.games import TableGame
    >>> veto_players(TableGame.from_values({("l", "r"): 1, ("m", "r"): 1, ("l", "m", "r"): 1}))
    ('r',)
    """
    values, tolerance = _values(game, exact)
    without = (values.reshape(-1, 2, 1 << i)[:, 0] for i in range(game.n_players))
    return tuple(
        label for label, others in zip(game.players, without, strict=True) if (np.abs(others) <= tolerance).all()
    )


def symmetric_players(game: CoalitionalGame, *, exact: bool = False) -> tuple[Coalition, ...]:
    r"""Classes of players who can take each other's place.

    Parameters
    ----------
    game : CoalitionalGame
        At most 25 players, or a table of at most 28.
    exact : bool, default=False
        Equal means equal without any tolerance.

    Returns
    -------
    tuple of tuple of str
        Classes in player order, one for each player that is like no other. Two players are in one class if
        :math:`v(S \cup i) = v(S \cup j)` for all S without both, to the tolerance of the game; with a
        tolerance each player is compared with the first of the class.

    Examples
    --------
    >>> from gametrade.games import TableGame
    >>> symmetric_players(TableGame.from_values({("l", "r"): 1, ("m", "r"): 1, ("l", "m", "r"): 1}))
    (('l', 'm'), ('r',))
    """
    values, tolerance = _values(game, exact)
    classes: list[list[int]] = []
    for j in range(game.n_players):
        like = next((members for members in classes if _equal(values, members[0], j, tolerance)), None)
        if like is None:
            classes.append([j])
        else:
            like.append(j)
    return tuple(tuple(game.players[i] for i in members) for members in classes)


def _values(game: CoalitionalGame, exact: bool) -> tuple[NDArray[Any], float]:
    return (integer_table(game)[0], 0) if exact else (game.table(), game.tolerance)


def _equal(values: NDArray[Any], i: int, j: int, tolerance: float) -> bool:
    """Whether i < j can take each other's place."""
    cube = values.reshape(-1, 2, 1 << (j - i - 1), 2, 1 << i)
    return bool((np.abs(cube[:, 0, :, 1] - cube[:, 1, :, 0]) <= tolerance).all())
