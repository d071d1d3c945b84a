"""Any game of sellers with some of them in the lead."""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError, SolverError
from gametrade.games.continuous import ContinuousGame
from gametrade.games.normal_form import NormalFormGame
from gametrade.games.pricing.capacity_competition import CapacityCompetition
from gametrade.games.pricing.seller_competition import SellerCompetition
from gametrade.games.quadratic import QuadraticGame
from gametrade.games.stackelberg import StackelbergGame
from gametrade.games.stackelberg.dominant_seller import dominant_seller
from gametrade.games.stackelberg.led_game import led_game
from gametrade.games.stackelberg.led_table import LedTable
from gametrade.games.stackelberg.promoted import promoted
from gametrade.solvers.best_response import best_response
from gametrade.solvers.extragradient import extragradient
from gametrade.solvers.linear_quadratic import linear_quadratic
from gametrade.solvers.regret_bounds import regret_bounds
from gametrade.typing import FloatArray


def seller_leader(game: Any, leaders: Sequence[str]) -> StackelbergGame | LedTable:
    """Let some players of a game lead; the others reach their equilibrium afterwards.

    Parameters
    ----------
    game : QuadraticGame, SellerCompetition, NormalFormGame or ContinuousGame
        Any system with quadratic payoffs and bounds: prices of similar energies, quantities, clearing of shared energy,
        with any number of leaders. A market of competing sellers and buyers, a finite game, or any other continuous
        game whose leader has one variable, with one leader.
    leaders : sequence of str
        Players who move first.

    Returns
    -------
    StackelbergGame or LedTable
        See :func:`~gametrade.games.stackelberg.promoted.promoted`,
        :func:`~gametrade.games.stackelberg.dominant_seller.dominant_seller`,
        :class:`~gametrade.games.stackelberg.led_table.LedTable` and
        :func:`~gametrade.games.stackelberg.led_game.led_game`.

    Raises
    ------
    InvalidInputError
        If the game has leaders already, players share equations, sellers can undercut each other without end, or the
        leader of a game that is not quadratic has several variables.
    UnknownNameError
        If a leader is no player.

    Notes
    -----
    What is proved: quadratic games, markets and finite games exactly; formulas of concave payoffs in one variable each
    by boxes, against every equilibrium of the followers; other functions by a scan, and the answer says so.

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
def _led(game: Any, leaders: list[str]) -> StackelbergGame | LedTable:
    """Kinds of games that have leaders already, or are played by populations."""
    kind = type(game).__name__
    if isinstance(game, StackelbergGame) or hasattr(game, "n_leader"):
        raise InvalidInputError(f"game of seller_leader must have no leaders yet. Got a {kind}.")
    raise InvalidInputError(f"game of seller_leader must be one of single players, not a {kind}.")


@_led.register
def _continuous(game: ContinuousGame, leaders: list[str]) -> StackelbergGame:
    if game.shared is not None and len(game.shared.equal_rows):
        raise InvalidInputError(
            "game of seller_leader must not have equations that players share: what a leader sells its partners would "
            f"have to buy, at any loss. Got a {type(game).__name__}."
        )
    return led_game(game, _only(leaders, "player of a game"), _answered, _gaps)


@_led.register
def _(game: CapacityCompetition, leaders: list[str]) -> StackelbergGame:
    raise InvalidInputError(
        "game of seller_leader must leave followers a best reply. In a CapacityCompetition they undercut, and there is "
        "no highest price below another."
    )


@_led.register
def _(game: NormalFormGame, leaders: list[str]) -> LedTable:
    return LedTable(game, _only(leaders, "player of a table"))


@_led.register
def _(game: QuadraticGame, leaders: list[str]) -> StackelbergGame:
    if game.shared is not None:
        return _continuous(game, leaders)
    return promoted(game, leaders, _played)


@_led.register
def _(game: SellerCompetition, leaders: list[str]) -> StackelbergGame:
    return dominant_seller(game, _only(leaders, "seller of a market"))


def _only(leaders: list[str], who: str) -> str:
    """The one leader."""
    if len(leaders) != 1:
        raise InvalidInputError(f"leaders of seller_leader must be one {who}. Got {len(leaders)}.")
    return leaders[0]


def _played(game: QuadraticGame) -> FloatArray:
    """The equilibrium among followers."""
    answer = linear_quadratic(game)
    if not len(answer):
        raise SolverError("seller_leader asks for the followers' equilibrium.", answer.finding)
    return np.concatenate(answer[0].strategies)


def _answered(game: ContinuousGame) -> FloatArray:
    """The equilibrium among followers of any continuous game: replies in turn, or a variational one."""
    answer = extragradient(game) if game.shared is not None else best_response(game)
    if not len(answer):
        raise SolverError("seller_leader asks for the followers' equilibrium.", answer.finding)
    return np.concatenate(answer[0].strategies)


def _gaps(game: ContinuousGame, y: FloatArray) -> FloatArray:
    """What followers could gain at most."""
    return regret_bounds(game, y)[0]
