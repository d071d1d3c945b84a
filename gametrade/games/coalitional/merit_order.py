"""Bids and asks at limit prices, as levels of price between which nobody changes sides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.typing import BoolArray, FloatArray, IntArray

CHUNK = 2**23
"""Numbers held at once while the gains of many coalitions are computed."""


@dataclass(frozen=True, eq=False, slots=True)
class Offers:
    """What homes would sell, or buy, and up to which price.

    Parameters
    ----------
    home, step : ndarray of int, shape (m,)
        Whose offer, and in which settlement step.
    energy : ndarray of shape (m,)
        Positive. [kWh]
    limit : ndarray of shape (m,)
        Least price of a sale, highest price of a purchase. [money/kWh]
    """

    home: IntArray
    step: IntArray
    energy: FloatArray
    limit: FloatArray


@dataclass(frozen=True, eq=False, slots=True)
class PriceLevels:
    """Intervals of the local price in each settlement step within which the same offers are open.

    Parameters
    ----------
    step : ndarray of int, shape (L,)
        Settlement step of each level, in order.
    low, high : ndarray of shape (L,)
        Its ends. [money/kWh]
    position : ndarray of shape (n, L)
        Width of the level times energy offered for sale (positive) or wanted (negative) inside it. [money]
    """

    step: IntArray
    low: FloatArray
    high: FloatArray
    position: FloatArray


def price_levels(asks: Offers, bids: Offers, n_homes: int) -> PriceLevels:
    """Cut the prices of every step at all limits, and keep the levels with something on both sides.

    Parameters
    ----------
    asks, bids : Offers
        Sales and purchases; a home is on one side of a step.
    n_homes : int
        Number of homes n.

    Returns
    -------
    PriceLevels
        At most one level fewer than distinct limits in each step.

    Examples
    --------
    >>> one = np.array([0])
    >>> asks = Offers(one, one, np.array([2.0]), np.array([4.0]))
    >>> bids = Offers(one + 1, one, np.array([1.0]), np.array([9.0]))
    >>> levels = price_levels(asks, bids, 2)
    >>> levels.low, levels.high, levels.position.ravel()
    (array([4.]), array([9.]), array([10., -5.]))
    """
    parts = []
    for step in np.intersect1d(asks.step, bids.step):
        sold, bought = asks.step == step, bids.step == step
        limits = np.unique(np.concatenate([asks.limit[sold], bids.limit[bought]]))
        low, high = limits[:-1], limits[1:]
        both = (low >= asks.limit[sold].min()) & (high <= bids.limit[bought].max())
        low, high = low[both], high[both]
        position = np.zeros((n_homes, low.size))
        on_sale = asks.energy[sold][:, None] * (asks.limit[sold][:, None] <= low)
        wanted = bids.energy[bought][:, None] * (bids.limit[bought][:, None] >= high)
        np.add.at(position, asks.home[sold], on_sale)
        np.subtract.at(position, bids.home[bought], wanted)
        parts.append((np.full(low.size, step), low, high, position * (high - low)))
    if not parts:
        return PriceLevels(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0), np.zeros((n_homes, 0)))
    step, low, high, position = (np.concatenate(column, axis=-1) for column in zip(*parts, strict=True))
    position.setflags(write=False)
    return PriceLevels(step, low, high, position)


def least_of_both(position: FloatArray, members: BoolArray) -> FloatArray:
    """Sum over columns of the smaller of what coalitions offer and what they want.

    Parameters
    ----------
    position : ndarray of shape (n, L)
        Offered if positive, wanted if negative. [money]
    members : ndarray of bool, shape (k, n)
        Coalitions.

    Returns
    -------
    ndarray of shape (k,)
        In time k n L. [money]
    """
    supply, need = np.maximum(position, 0), np.maximum(-position, 0)
    rows = max(1, CHUNK // max(1, position.shape[1]))
    answer = np.zeros(len(members))
    for start in range(0, len(members), rows):
        inside = members[start : start + rows].astype(float)
        answer[start : start + rows] = np.minimum(inside @ supply, inside @ need).sum(axis=1)
    return answer
