"""Zero-intelligence traders: random quotes, with or without respect for one's own limit."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from gametrade.typing import BoolArray, FloatArray


class Traders(Protocol):
    """All traders of a simulated market: how they quote and what they learn.

    Attributes
    ----------
    within_limits : bool
        Whether a quote never loses, so that a market without gains from trade is over.
    """

    within_limits: bool

    def quote(self, trader: int) -> float:
        """Price that a trader calls out. [money/kWh]"""
        ...

    def hear(self, price: float, *, bid: bool, traded: bool, active: BoolArray) -> None:
        """A bid or ask was called out at this price, or a trade was struck at it."""
        ...


class ZeroIntelligence:
    r"""Traders that call out uniformly distributed prices and learn nothing.

    Parameters
    ----------
    limits : ndarray of shape (m,)
        Values of buyers and costs of sellers. [money/kWh]
    buys : ndarray of bool, shape (m,)
        Who buys.
    highest : float
        Highest quote that the market allows. [money/kWh]
    rng : numpy.random.Generator
        Source of the quotes.
    constrained : bool, default=True
        Buyers draw from 0 to their value and sellers from their cost to the highest quote; otherwise all draw from
        the whole range and may lose.

    References
    ----------
    .. [1] D. K. Gode and S. Sunder, "Allocative efficiency of markets with zero-intelligence traders", J.
       Polit. Econ. 101 (1993) 119-137. :doi:`10.1086/261868`
    """

    def __init__(
        self,
        limits: FloatArray,
        buys: BoolArray,
        highest: float,
        rng: np.random.Generator,
        *,
        constrained: bool = True,
    ) -> None:
        self.within_limits = constrained
        self._low = np.where(buys | (not constrained), 0.0, limits)
        self._span = np.where(buys & constrained, limits, highest) - self._low
        self._rng = rng

    def quote(self, trader: int) -> float:
        """A uniformly distributed price. [money/kWh]"""
        return float(self._low[trader] + self._span[trader] * self._rng.random())

    def hear(self, price: float, *, bid: bool, traded: bool, active: BoolArray) -> None:
        """Learn nothing."""
