"""Players whose payoff grows without end."""

from __future__ import annotations

import numpy as np

from gametrade.errors import InvalidInputError, SolverError
from gametrade.games.continuous import ContinuousGame
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.sparse_quadratic import is_quadratic
from gametrade.optimise import Program, maximise
from gametrade.typing import FloatArray


def need_bounded(game: ContinuousGame, x: FloatArray) -> None:
    """Refuse a quadratic game in which a player's payoff grows without end while the others stay.

    Raises
    ------
    InvalidInputError
        The player and the direction are named.
    """
    if not is_quadratic(game):
        return
    for player, part in enumerate(game.slices):
        points = game.deviations(player, x)
        if np.isfinite(points.lower).all() and np.isfinite(points.upper).all():
            continue
        block = game.own_block(player)
        slope = block @ x[part] - game.pseudo_gradient(x)[part]
        direction = growing(points, slope, block)
        if direction is not None:
            raise InvalidInputError(
                f"payoff of {game.players[player]} must be bounded. "
                f"Got growth without end in the direction {direction.tolist()} from the profile {x.tolist()}."
            )


def growing(points: Polyhedron, slope: FloatArray, block: FloatArray) -> FloatArray | None:
    """Direction in which a set has no end and slope . y - y' block y / 2 grows; None if there is none."""
    from scipy.sparse import csr_matrix

    rows = np.vstack([points.rows, points.equal_rows, block])
    zero, free = np.zeros(len(rows)), len(points.rows)
    lower = np.concatenate([np.full(free, -np.inf), zero[free:]])
    low, high = np.where(np.isfinite(points.lower), 0.0, -1.0), np.where(np.isfinite(points.upper), 0.0, 1.0)
    try:
        answer = maximise(Program(slope, csr_matrix(rows), lower, zero, low, high))
    except SolverError:
        return None
    return answer.variables if answer.objective > 1e-9 * np.abs(slope).max(initial=0.0) else None
