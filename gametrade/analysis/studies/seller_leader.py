"""Any quadratic game of sellers with some of them in the lead."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.errors import SolverError
from gametrade.games.quadratic import QuadraticGame
from gametrade.games.stackelberg import StackelbergGame
from gametrade.games.stackelberg.promoted import promoted
from gametrade.solvers.linear_quadratic import linear_quadratic
from gametrade.typing import FloatArray


def seller_leader(game: QuadraticGame, leaders: Sequence[str]) -> StackelbergGame:
    """Let some players of a quadratic game lead; the others reach their equilibrium afterwards.

    Parameters
    ----------
    game : QuadraticGame
        Any system with quadratic payoffs and bounds: prices of similar energies, quantities, clearing of shared energy.
    leaders : sequence of str
        Players who move first.

    Returns
    -------
    StackelbergGame
        See :func:`~gametrade.games.stackelberg.promoted.promoted`.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.games.systems.quantity_sellers import quantity_sellers
    >>> game = seller_leader(quantity_sellers(intercept=100, slope=1, costs=[10, 10], sellers=["a", "b"]), ["a"])
    >>> [strategy.round(6).tolist() for strategy in gt.solve(game, "leader_scan")[0].strategies]
    [[45.0], [22.5]]
    """
    return promoted(game, leaders, _played)


def _played(game: QuadraticGame) -> FloatArray:
    """The equilibrium among followers."""
    answer = linear_quadratic(game)
    if not len(answer):
        raise SolverError("seller_leader asks for the followers' equilibrium.", answer.finding)
    return np.concatenate(answer[0].strategies)
