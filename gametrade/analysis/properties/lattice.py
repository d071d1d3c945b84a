"""Lowest and highest equilibrium of supermodular games, by best replies from the ends."""

from __future__ import annotations

import itertools

import numpy as np

from gametrade.analysis.properties.finite_game import common_scale
from gametrade.errors import InvalidInputError
from gametrade.games.continuous import ContinuousGame
from gametrade.games.normal_form import NormalFormGame
from gametrade.games.potential import cross_derivatives
from gametrade.games.sparse_quadratic import is_quadratic
from gametrade.solvers.replies import Replies
from gametrade.typing import FloatArray

ROUNDS = 10_000
"""Rounds of best replies in continuous games."""

SETTLED = 1e-13
"""Move, relative to the size of the profile, that counts as none."""


def is_supermodular(game: NormalFormGame) -> bool:
    """Whether gains by the next higher action rise with the others' actions, without tolerance."""
    table, _ = common_scale(game)
    several = [player for player, size in enumerate(game.shape) if size > 1]
    return all(
        min(np.diff(np.diff(table[i], axis=i), axis=j).ravel().tolist()) >= 0
        for i, j in itertools.permutations(several, 2)
    )


def lattice_ends(game: NormalFormGame) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Lowest and highest pure equilibrium of a supermodular game, as positions of actions.

    Parameters
    ----------
    game : NormalFormGame
        Supermodular, as :func:`is_supermodular` decides.

    Returns
    -------
    tuple of tuples of int
        The lowest best replies from the lowest actions end in the lowest equilibrium, and likewise above (Topkis).

    Examples
    --------
    >>> lattice_ends(NormalFormGame.bimatrix([[2, 0], [0, 1]], [[2, 0], [0, 1]]))
    ((0, 0), (1, 1))
    """
    table, _ = common_scale(game)
    return _climb(game, table, highest=False), _climb(game, table, highest=True)


def _climb(game: NormalFormGame, table: np.ndarray, *, highest: bool) -> tuple[int, ...]:
    """Best replies in turn from one end; of tied ones the lowest or the highest."""
    where = [size - 1 if highest else 0 for size in game.shape]
    moved = True
    while moved:
        moved = False
        for player in range(game.n_players):
            lane = table[player][(*where[:player], slice(None), *where[player + 1 :])].tolist()
            best = max(lane)
            tied = [k for k, value in enumerate(lane) if value == best]
            reply = tied[-1] if highest else tied[0]
            moved |= reply != where[player]
            where[player] = reply
    return tuple(where)


def continuous_ends(game: ContinuousGame) -> tuple[FloatArray, FloatArray]:
    """Where best replies from the lowest and from the highest profile of a supermodular quadratic game settle.

    Parameters
    ----------
    game : QuadraticGame or SparseQuadraticGame
        Strictly concave, boxes with finite ends, derivatives that rise with the others' variables.

    Returns
    -------
    tuple of ndarray of shape (d,)
        Up to rounding the lowest and the highest equilibrium.

    Raises
    ------
    InvalidInputError
        If the game is not of that kind, or replies do not settle.
    """
    low, high = game.bounds
    boxes = game.shared is None and all(points.is_box for points in game.sets)
    if not is_quadratic(game) or not boxes or not np.isfinite([low, high]).all() or not game.concave:
        raise InvalidInputError("lattice_bounds takes concave quadratic games on boxes with finite ends.")
    matrix = cross_derivatives(game, low)
    off = matrix - np.diag(np.diag(matrix))
    if (off > 0).any() or (np.diag(matrix) <= 0).any():
        raise InvalidInputError(
            "lattice_bounds takes supermodular games: each derivative must rise with every other variable. "
            f"Got one that falls by {float(off.max()):.6g}."
        )
    replies = Replies(game)
    ends = []
    for start in (low, high):
        x = start.copy()
        for _ in range(ROUNDS):
            moved = np.clip(replies.all(x), low, high)
            done = float(np.abs(moved - x).max()) <= SETTLED * max(1.0, float(np.abs(x).max()))
            x = moved
            if done:
                break
        else:
            raise InvalidInputError(f"lattice_bounds needs best replies that settle. Got none after {ROUNDS} rounds.")
        ends.append(x)
    return ends[0], ends[1]
