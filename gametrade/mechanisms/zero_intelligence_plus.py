"""Zero-intelligence-plus traders: profit margins that follow the quotes and trades of the market."""

from __future__ import annotations

import numpy as np

from gametrade.typing import BoolArray, FloatArray

RATES = 0.1, 0.5
MOMENTA = 0.0, 0.1
MARGINS = 0.05, 0.35
RELATIVE, ABSOLUTE = 0.05, 0.05
LIMITS_A_SCALE = 20.0
"""The absolute part of a target is a share of the highest limit, and as published where that is 20."""


class ZeroIntelligencePlus:
    r"""Traders that raise their margin after trades they could have had, and cut it when others get ahead.

    Parameters
    ----------
    limits : ndarray of shape (m,)
        Values of buyers and costs of sellers. [money/kWh]
    buys : ndarray of bool, shape (m,)
        Who buys.
    rng : numpy.random.Generator
        Source of margins, learning rates and targets.

    Notes
    -----
    A trader of limit :math:`\ell` quotes :math:`p = \ell (1 + \mu)`, with :math:`\mu \le 0` for buyers and
    :math:`\mu \ge 0` for sellers, so it never trades at a loss. When it hears a price q,

    - after a trade, sellers with :math:`p \le q` and buyers with :math:`p \ge q` raise their margin, and those of
      the side that accepted and would not have, if they still have something to trade, cut it;
    - after a quote that nobody takes, active traders of the same side that quote no better cut it.

    The target is :math:`\tau = R q + A` with R from [1, 1.05] and A from [0, 0.05] for a higher price, R from
    [0.95, 1] and A from [-0.05, 0] for a lower one (A in twentieths of the highest limit). Then
    :math:`\Delta = \beta (\tau - p)`, :math:`\Gamma \leftarrow \gamma \Gamma + (1 - \gamma) \Delta` and
    :math:`p \leftarrow p + \Gamma`, with :math:`\beta \sim U[0.1, 0.5]`, :math:`\gamma \sim U[0, 0.1]` and
    initial :math:`|\mu| \sim U[0.05, 0.35]`.

    References
    ----------
    .. [1] D. Cliff, "Minimal-intelligence agents for bargaining behaviors in market-based environments",
       Hewlett-Packard Laboratories HPL-97-91, 1997.
    """

    within_limits = True

    def __init__(self, limits: FloatArray, buys: BoolArray, rng: np.random.Generator) -> None:
        m = limits.size
        self._limits, self._buys, self._rng = limits, buys, rng
        self._scale = float(limits.max(initial=0.0)) / LIMITS_A_SCALE
        self._rate = rng.uniform(*RATES, m)
        self._momentum = rng.uniform(*MOMENTA, m)
        self._change = np.zeros(m)
        self._prices = limits * (1 + np.where(buys, -1, 1) * rng.uniform(*MARGINS, m))

    def quote(self, trader: int) -> float:
        """Limit times one plus the margin. [money/kWh]"""
        return float(self._prices[trader])

    def hear(self, price: float, *, bid: bool, traded: bool, active: BoolArray) -> None:
        """Raise or cut margins.

        Parameters
        ----------
        price : float
            Price of the trade or of the quote. [money/kWh]
        bid : bool
            Whether the last quote was a bid.
        traded : bool
            Whether it led to a trade.
        active : ndarray of bool, shape (m,)
            Who has something left to trade.
        """
        dearer, cheaper = self._prices >= price, self._prices <= price
        up = np.zeros(self._limits.size, dtype=bool)
        down = up.copy()
        if traded:
            up |= ~self._buys & cheaper
            down |= self._buys & dearer
        follow = bid == traded
        if follow:
            down |= ~self._buys & ~cheaper & active
        else:
            up |= self._buys & ~dearer & active
        if not traded:
            equal = (self._prices == price) & active
            up |= self._buys & equal & (not follow)
            down |= ~self._buys & equal & follow
        self._move(np.flatnonzero(up), price, 1.0)
        self._move(np.flatnonzero(down), price, -1.0)

    def _move(self, traders: np.ndarray, price: float, sign: float) -> None:
        """Move quotes some way towards a target a little above or below the price heard."""
        if not traders.size:
            return
        relative, absolute = self._rng.random((2, traders.size))
        target = price * (1 + sign * RELATIVE * relative) + sign * ABSOLUTE * self._scale * absolute
        step = self._rate[traders] * (target - self._prices[traders])
        momentum = self._momentum[traders]
        self._change[traders] = momentum * self._change[traders] + (1 - momentum) * step
        moved = self._prices[traders] + self._change[traders]
        limits = self._limits[traders]
        inside = np.where(self._buys[traders], np.clip(moved, 0.0, limits), np.maximum(moved, limits))
        self._prices[traders] = inside
