"""Any game of sellers with some of them in the lead."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError, SolverError
from gametrade.games.continuous import ContinuousGame
from gametrade.games.pricing.seller_competition import SellerCompetition
from gametrade.games.quadratic import QuadraticGame
from gametrade.games.stackelberg import StackelbergGame
from gametrade.games.stackelberg.dominant_seller import dominant_seller
from gametrade.games.stackelberg.promoted import promoted
from gametrade.solvers.linear_quadratic import linear_quadratic
from gametrade.typing import FloatArray


def seller_leader(game: Any, leaders: Sequence[str]) -> StackelbergGame:
    """Let some players of a game lead; the others reach their equilibrium afterwards.

    Parameters
    ----------
    game : QuadraticGame or SellerCompetition
        Any system with quadratic payoffs and bounds: prices of similar energies, quantities, clearing of shared energy.
        Or a market of competing sellers and buyers, with one leader.
    leaders : sequence of str
        Players who move first.

    Returns
    -------
    StackelbergGame
        See :func:`~gametrade.games.stackelberg.promoted.promoted` and
        :func:`~gametrade.games.stackelberg.dominant_seller.dominant_seller`.

    Raises
    ------
    InvalidInputError
        If the game has leaders already, is finite, or has payoffs that are not quadratic or constraints that are
        shared: then followers need not have one answer.
    UnknownNameError
        If a leader is no player.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.games.systems.quantity_sellers import quantity_sellers
    >>> game = seller_leader(quantity_sellers(intercept=100, slope=1, costs=[10, 10], sellers=["a", "b"]), ["a"])
    >>> [strategy.round(6).tolist() for strategy in gt.solve(game, "leader_scan")[0].strategies]
    [[45.0], [22.5]]
    """
    if isinstance(leaders, str):
        raise InvalidInputError(f"leaders of seller_leader must be a sequence of players. Got {leaders!r}.")
    return _led(game, list(leaders))


@singledispatch
def _led(game: Any, leaders: list[str]) -> StackelbergGame:
    """Kinds of games without one answer of the followers, or with leaders already."""
    kind = type(game).__name__
    if isinstance(game, StackelbergGame) or hasattr(game, "n_leader"):
        raise InvalidInputError(f"game of seller_leader must have no leaders yet. Got a {kind}.")
    if isinstance(game, ContinuousGame):
        raise InvalidInputError(f"game of seller_leader must have quadratic payoffs and bounds only. Got a {kind}.")
    raise InvalidInputError(f"game of seller_leader must be one of prices or energies, not a {kind}.")


@_led.register
def _(game: QuadraticGame, leaders: list[str]) -> StackelbergGame:
    return promoted(game, leaders, _played)


@_led.register
def _(game: SellerCompetition, leaders: list[str]) -> StackelbergGame:
    if len(leaders) != 1:
        raise InvalidInputError(f"leaders of seller_leader must be one seller of a market. Got {len(leaders)}.")
    return dominant_seller(game, leaders[0])


def _played(game: QuadraticGame) -> FloatArray:
    """The equilibrium among followers."""
    answer = linear_quadratic(game)
    if not len(answer):
        raise SolverError("seller_leader asks for the followers' equilibrium.", answer.finding)
    return np.concatenate(answer[0].strategies)
