"""Trades at a price that is set beforehand, when nobody may end up worse than alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gametrade.community.finite_numbers import finite_number
from gametrade.errors import InvalidInputError
from gametrade.games.contracts.peer_dispatch import PeerDispatch
from gametrade.typing import FloatArray


def no_worse_than_alone(game: PeerDispatch, price: float) -> PeerDispatch:
    r"""Cut the bounds of players to the trades that leave each no worse off than alone, at one price for all.

    Parameters
    ----------
    game : PeerDispatch
        n players without charges who may trade nothing.
    price : float
        What a kWh costs everywhere, whoever trades it. [money/kWh]

    Returns
    -------
    PeerDispatch
        The same dispatch, and its least cost is the best that a planner reaches under the Pareto constraint.

    Raises
    ------
    InvalidInputError
        If there are charges, or a player must trade.

    Notes
    -----
    A model of the class described as cost shares with a Pareto constraint: the share of a player,
    :math:`\tfrac12 a p^2 + b p - \pi p`, is bilinear in trade and price and must be at most 0. At a given price that is
    the interval from 0 to :math:`2 (\pi - b) / a`, so the planner's problem stays a dispatch. At the pool price the
    constraint costs nothing, since every player's best trade there, :math:`(\pi - b) / a`, is half way. A seller and a
    buyer of equal curvature reach the optimum at every price in the middle half of :math:`[b_S, b_B]`, and
    :math:`4 x` times the optimal trade at a share x < 1/4 of the way from either end [derived].

    Examples
    --------
    >>> pair = PeerDispatch(["roof", "flat"], [1, 1], [2, 12], [0, -9], [9, 0], [("roof", "flat")])
    >>> no_worse_than_alone(pair, 3.0).upper
    array([2., 0.])
    """
    level = finite_number(price, "price", "no_worse_than_alone")
    if np.asarray(game.charge).any():
        raise InvalidInputError("no_worse_than_alone needs a game without charges, since shares are of one price.")
    low, high = np.asarray(game.lower), np.asarray(game.upper)
    if (low > 0).any() or (high < 0).any():
        raise InvalidInputError("no_worse_than_alone needs players who may trade nothing.")
    far = _break_even(game, level)
    return replace(game, lower=np.maximum(low, np.minimum(far, 0.0)), upper=np.minimum(high, np.maximum(far, 0.0)))


def _break_even(game: PeerDispatch, price: float) -> FloatArray:
    """Trade at which a player is as well off as alone, other than none; without curvature as far as it can."""
    bend, margin = np.asarray(game.curvature), price - np.asarray(game.slope)
    reach = np.where(margin > 0, np.inf, np.where(margin < 0, -np.inf, 0.0))
    far = np.divide(2 * margin, bend, out=reach, where=bend > 0)
    return np.asarray(far)
