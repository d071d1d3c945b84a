"""How players answer prices of links: one scalar equation each, solved for all players at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.games.contracts.peer_dispatch import PeerDispatch
from gametrade.typing import FloatArray, IntArray

MOST_STEPS = 200

ROUNDING = 1e-14
"""Share of the numbers in play that sums of floats may miss."""


@dataclass(eq=False)
class PeerReplies:
    r"""Solver of the players' own problems of a dispatch, with the marginal cost of the last answer kept.

    Parameters
    ----------
    game : PeerDispatch
        n players and L links.

    Notes
    -----
    Player n minimises :math:`\tfrac12 a p^2 + b p + \sum_m \gamma_m |t_m| + \tfrac\rho2 \sum_m (t_m - v_m)^2` subject
    to :math:`p = \sum_m t_m \in [l, u]`. At marginal cost :math:`\mu` trades are
    :math:`t_m(\mu) = \mathrm{soft}(v_m - \mu / \rho, \gamma_m / \rho)`, cut to what the link allows, and
    :math:`\mu` is the root of the falling, piecewise linear
    :math:`T(\mu) - \mathrm{clip}(T(\mu) + (\mu - a T(\mu) - b) / c, l, u)` with :math:`T = \sum_m t_m` and any
    :math:`c \ge a`: Newton steps inside a bracket, which end on the piece of the root.
    """

    game: PeerDispatch

    def __post_init__(self) -> None:
        game = self.game
        self.owner: IntArray = game.owner
        self.charge = game.half_charge
        self.floor = np.where(game.may_buy, -np.inf, 0.0)
        self.ceiling = np.where(game.may_sell, np.inf, 0.0)
        self.bend, self.slope = np.asarray(game.curvature), np.asarray(game.slope)
        self.low, self.high = np.asarray(game.lower), np.asarray(game.upper)
        self.marginal = self.slope.copy()

    def answer(self, aim: FloatArray, penalty: FloatArray | float, *, slope: FloatArray | None = None) -> FloatArray:
        """Trades of all halves, shape (2L,), for aims v of that shape and a penalty of each player.

        Parameters
        ----------
        aim : ndarray of shape (2L,)
            Where each half would like to be. [kWh]
        penalty : float or ndarray of shape (n,)
            What distance from it costs. [money/kWh^2]
        slope : ndarray of shape (n,), optional
            Marginal costs to use in place of the players' own quadratic ones. [money/kWh]
        """
        n, owner = self.game.n_players, self.owner
        rho = np.broadcast_to(np.asarray(penalty, dtype=float), n)
        bend, start = (self.bend, self.slope) if slope is None else (np.zeros(n), slope)
        scale = np.where(bend > 0, bend, rho)
        rho_half = rho[owner]
        push, dead = rho_half * aim, self.charge
        left, right = self._bracket(push, dead, rho, start)
        mu = np.clip(self.marginal, left, right)
        degree = np.bincount(owner, minlength=n)
        size = ROUNDING * (np.abs(self.low) + np.abs(self.high) + np.bincount(owner, np.abs(aim), n))
        size += ROUNDING * (degree + 1) * (np.abs(left) + np.abs(right)) / rho
        for _ in range(MOST_STEPS):
            free = push - mu[owner]
            trades = np.sign(free) * np.maximum(np.abs(free) - dead, 0.0) / rho_half
            trades = np.clip(trades, self.floor, self.ceiling)
            total = np.bincount(owner, trades, n)
            wanted = total + (mu - bend * total - start) / scale
            gap = total - np.clip(wanted, self.low, self.high)
            if (np.abs(gap) <= size).all():
                break
            moving = np.bincount(owner, trades != 0, n) / rho
            inside = (wanted > self.low) & (wanted < self.high)
            fall = np.where(inside, (bend * moving + 1) / scale, moving)
            left, right = np.where(gap > 0, mu, left), np.where(gap > 0, right, mu)
            step = mu + np.divide(gap, fall, out=np.full(n, np.inf), where=fall > 0)
            good = (step > left) & (step < right)
            mu = np.where(np.abs(gap) <= size, mu, np.where(good, step, (left + right) / 2))
        self.marginal = mu
        return np.asarray(trades)

    def _bracket(
        self, push: FloatArray, dead: FloatArray, rho: FloatArray, start: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Marginal costs so low that everybody sells too much, and so high that everybody buys too much."""
        left, right = start.copy(), start.copy()
        np.minimum.at(left, self.owner, push - dead)
        np.maximum.at(right, self.owner, push + dead)
        reach = rho * (np.abs(self.low) + np.abs(self.high)) + 1e-9 * (1 + np.abs(left) + np.abs(right))
        return left - reach, right + reach
