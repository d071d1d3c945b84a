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
    Player n minimises :math:`\tfrac12 a p^2 + b p + \sum_m \gamma_m |t_m| + \tfrac12 \sum_m \rho_m (t_m - v_m)^2`
    subject to :math:`p = \sum_m t_m \in [l, u]`. At marginal cost :math:`\mu` trades are
    :math:`t_m(\mu) = \mathrm{soft}(v_m - \mu / \rho_m, \gamma_m / \rho_m)`, cut to what the link allows, and
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
        """Trades of all halves, shape (2L,), for aims v and penalties of that shape.

        Parameters
        ----------
        aim : ndarray of shape (2L,)
            Where each half would like to be. [kWh]
        penalty : float or ndarray of shape (2L,)
            What distance from it costs. [money/kWh^2]
        slope : ndarray of shape (n,), optional
            Marginal costs to use in place of the players' own quadratic ones. [money/kWh]
        """
        n, owner = self.game.n_players, self.owner
        rho = np.broadcast_to(np.asarray(penalty, dtype=float), owner.shape)
        bend, start = (self.bend, self.slope) if slope is None else (np.zeros(n), slope)
        give = np.bincount(owner, 1 / rho, n)
        scale = np.where(bend > 0, bend, np.divide(1.0, give, out=np.ones(n), where=give > 0))
        push, dead = rho * aim, self.charge
        left, right = self._bracket(push, dead, rho, start)
        mu = np.clip(self.marginal, left, right)
        size = ROUNDING * (np.abs(self.low) + np.abs(self.high) + np.bincount(owner, np.abs(aim), n))
        size += ROUNDING * (np.abs(left) + np.abs(right)) * (give + 1 / scale)
        for _ in range(MOST_STEPS):
            free = push - mu[owner]
            trades = np.sign(free) * np.maximum(np.abs(free) - dead, 0.0) / rho
            trades = np.clip(trades, self.floor, self.ceiling)
            total = np.bincount(owner, trades, n)
            wanted = total + (mu - bend * total - start) / scale
            gap = total - np.clip(wanted, self.low, self.high)
            if (np.abs(gap) <= size).all():
                break
            moving = np.bincount(owner, (trades != 0) / rho, n)
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
        left, right, energy = start.copy(), start.copy(), np.abs(self.low) + np.abs(self.high)
        np.minimum.at(left, self.owner, push - dead)
        np.maximum.at(right, self.owner, push + dead)
        room = 1e-9 * (1 + np.abs(left) + np.abs(right))
        ways = (self.ceiling > 0, left), (self.floor < 0, right)
        gives = [np.bincount(self.owner, open_way / rho, energy.size) for open_way, _ in ways]
        reach = [room + np.divide(energy, give, out=np.zeros_like(energy), where=give > 0) for give in gives]
        return left - reach[0], right + reach[1]
