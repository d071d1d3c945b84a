"""What is known of a core before any search: how empty it is, and the allocations that prices support."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch

import numpy as np

from gametrade.errors import SolverError
from gametrade.games.coalitional import CoalitionalGame, DispatchGame, IndividualTariffGame, SharingGame
from gametrade.solvers.dispatch_prices import PriceBound, supporting_prices
from gametrade.solvers.least_core_value import least_core_value
from gametrade.solvers.owen_set import nearest_dual_prices
from gametrade.typing import FloatArray

EVEN = 1e-12
"""Share of the energy in a step below which supply and need count as equal."""


@dataclass(frozen=True, eq=False, slots=True)
class KnownPoint:
    """A point of the core that takes no search, or of the least core if the core is empty.

    Parameters
    ----------
    epsilon : float
        Least excess that some coalition keeps: 0 if the core is not empty. [money]
    payoffs : ndarray of shape (n,) or None
        Payoffs under which no coalition keeps more; None where prices give them. [money]
    largest_excess : float
        What is proved of the largest excess at the payoffs. [money]
    """

    epsilon: float
    payoffs: FloatArray | None = None
    largest_excess: float = 0.0

    def or_given(self, supported: FloatArray | None) -> FloatArray:
        """Payoffs that prices support, where there are any, else those known. [money]"""
        if supported is not None:
            return supported
        assert self.payoffs is not None
        return self.payoffs


@singledispatch
def known_point(game: CoalitionalGame) -> KnownPoint:
    """A point of the core, or of the least core if that is empty.

    Parameters
    ----------
    game : CoalitionalGame
        At least 2 players; a new kind whose core is known not to be empty registers its own answer.

    Returns
    -------
    KnownPoint
        Of the least core, by its program.
    """
    return _of_least_core(game)


def _of_least_core(game: CoalitionalGame) -> KnownPoint:
    found = least_core_value(game)
    return KnownPoint(max(0.0, found.epsilon), found.payoffs, found.epsilon + found.gap)


@known_point.register(SharingGame)
@known_point.register(IndividualTariffGame)
def _market(game: CoalitionalGame) -> KnownPoint:
    return KnownPoint(0.0)


@known_point.register
def _dispatch(game: DispatchGame) -> KnownPoint:
    return _of_least_core(game) if game.terms.limited else KnownPoint(0.0)


@dataclass(frozen=True, eq=False, slots=True)
class SupportedSet:
    r"""Allocations of the core that prices support: :math:`w = a + B \lambda` with :math:`0 \le \lambda \le 1`.

    Parameters
    ----------
    least : ndarray of shape (n,)
        Payoffs a with every free price at its lowest. [money]
    slopes : ndarray of shape (n, k)
        B: what each home gains as the price of a step in balance rises from lowest to highest. [money]
    free : ndarray of int, shape (k,)
        Positions of these steps among the trade steps.
    path : ndarray of shape (T',)
        Price position in all trade steps, 0 in the free ones; none for a dispatch game.
    sell_price : ndarray of shape (T,) or None
        For a dispatch game, what a kWh earns inside the community at its dual prices. [money/kWh]
    """

    least: FloatArray
    slopes: FloatArray
    free: np.ndarray
    path: FloatArray
    sell_price: FloatArray | None = None

    def nearest(self, start: FloatArray, norm: str) -> tuple[FloatArray, FloatArray]:
        """Supported payoffs nearest to some payoffs, and their price path.

        Parameters
        ----------
        start : ndarray of shape (n,)
            Payoffs. [money]
        norm : {"l1", "l2", "linf", "fee"}
            Which distance.

        Returns
        -------
        payoffs : ndarray of shape (n,)
            In the core. [money]
        path : ndarray of shape (T',)
            Price position in each trade step.
        """
        share: FloatArray = np.zeros(self.free.size)
        scale = float(np.abs(self.slopes).max(initial=0.0))
        if scale > 0:
            share = _nearest_share(self.slopes / scale, (start - self.least) / scale, norm)
        path = self.path.copy()
        path[self.free] = share
        return self.least + self.slopes @ share, path


def _nearest_share(slopes: FloatArray, target: FloatArray, norm: str) -> FloatArray:
    """Shares from 0 to 1 that bring B share nearest to the target."""
    from scipy.optimize import linprog, lsq_linear

    n, k = slopes.shape
    if norm == "l2":
        return np.asarray(np.clip(lsq_linear(slopes, target, bounds=(0, 1), tol=1e-13).x, 0, 1))
    gauge = np.eye(n) if norm == "l1" else np.ones((n, 1))
    below = np.hstack([-slopes, -gauge])
    above = np.hstack([slopes, -gauge])
    matrix, limits = (below, -target) if norm == "fee" else (np.vstack([below, above]), np.append(-target, target))
    cost = np.append(np.zeros(k), np.ones(gauge.shape[1]))
    found = linprog(cost, matrix, limits, bounds=[(0, 1)] * k + [(0, None)] * gauge.shape[1])
    if found.status != 0 or found.x is None:
        raise SolverError("The nearest prices that clear were not found.", found.message)
    return np.asarray(np.clip(found.x[:k], 0, 1))


@singledispatch
def supported_set(game: CoalitionalGame) -> SupportedSet | None:
    """Allocations of the core that prices support, None for a game without prices.

    Parameters
    ----------
    game : CoalitionalGame
        The game.

    Returns
    -------
    SupportedSet or None
        For a dispatch game the one allocation of its dual prices.
    """
    return None


@supported_set.register(SharingGame)
@supported_set.register(IndividualTariffGame)
def _prices(game: SharingGame | IndividualTariffGame) -> SupportedSet:
    position = game.position
    net, traded = position.sum(axis=0), np.abs(position).sum(axis=0)
    even = np.abs(net) <= EVEN * traded
    path = ((net < 0) & ~even).astype(float)
    free = np.flatnonzero(even)
    return SupportedSet(game.price_values(path), np.asarray(position[:, free]), free, path)


@supported_set.register
def _dual(game: DispatchGame) -> SupportedSet | None:
    return None if game.terms.limited else _one_point(supporting_prices(game))


def _one_point(found: PriceBound) -> SupportedSet:
    none = np.zeros(0)
    return SupportedSet(found.gains, np.zeros((found.gains.size, 0)), none.astype(int), none, found.path.sell)


def supported_near(game: CoalitionalGame, start: FloatArray, norm: str) -> SupportedSet | None:
    """Supported allocations that hold the one nearest to some payoffs.

    Parameters
    ----------
    game : CoalitionalGame
        The game.
    start : ndarray of shape (n,)
        Payoffs. [money]
    norm : {"l1", "l2", "linf", "fee"}
        Which distance.

    Returns
    -------
    SupportedSet or None
        For a dispatch game the one allocation of the dual prices that are nearest; None for a game without prices.
    """
    if isinstance(game, DispatchGame) and not game.terms.limited:
        return _one_point(nearest_dual_prices(game, start, norm))
    return supported_set(game)


def supported_ends(game: CoalitionalGame, i: int) -> tuple[FloatArray, FloatArray] | None:
    """Supported payoffs with the least and with the most for one player.

    Parameters
    ----------
    game : CoalitionalGame
        The game.
    i : int
        Position of the player.

    Returns
    -------
    tuple of ndarray of shape (n,), or None
        Two allocations of the core; None for a game without prices. [money]
    """
    known = supported_set(game)
    if known is None:
        return None
    rising = known.slopes[i] > 0
    return known.least + known.slopes @ ~rising, known.least + known.slopes @ rising
