"""Supporting prices of a dispatch game, and the bound on every coalition that any price path gives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.coalitional.dispatch import DispatchGame
from gametrade.games.coalitional.dispatch_program import JointProgram
from gametrade.games.coalitional.dispatch_solving import Solver, dispatch, read_dispatch
from gametrade.games.coalitional.dispatch_terms import PricePath, Terms, price_path
from gametrade.solvers.middle_duals import middle_duals
from gametrade.typing import ArrayLike, FloatArray


@dataclass(frozen=True, eq=False)
class PriceBound:
    r"""A price path and what every home gains against it: a bound on the excess of all coalitions.

    .. math:: v(S) \le \sum_{i \in S} w_i + \kappa, \qquad w_i = c(\{i\}) - C_i(p)

    Parameters
    ----------
    game : DispatchGame
        The game.
    path : PricePath
        Prices inside the community.
    values : tuple of ndarray of shape (T,)
        Each home's own value of a kWh. [money/kWh]
    multipliers : tuple of ndarray
        Dual values of each home's own rows. [money/kWh]
    nearest : bool, default=True
        False for dual prices of all homes that are not those nearest the middle price, because the quadratic program
        that finds these failed.

    Notes
    -----
    :math:`C_i(p)` is the least cost of home i when it sells at p and buys at p plus the network charge, or at
    the grid's price if that is lower; the dual values bound it from below whatever they are, so the bound holds
    without trust in a solver. :math:`\kappa` is the value of a joint connection, 0 if there is none.
    """

    game: DispatchGame
    path: PricePath
    values: tuple[FloatArray, ...]
    multipliers: tuple[FloatArray, ...]
    nearest: bool = True

    @cached_property
    def gains(self) -> FloatArray:
        """What each home gains at these prices over being alone, w of shape (n,). [money]"""
        return self.game.alone_costs - self.least_costs

    @cached_property
    def least_costs(self) -> FloatArray:
        """Lower bound on the cost of each home against these prices, shape (n,). [money]"""
        terms = self.game.terms
        buy = self.path.buy(terms)
        parts = zip(self.game.homes, self.values, self.multipliers, strict=True)
        return np.array([home.least_cost(self.path.sell, buy, value, y)[0] for home, value, y in parts])

    @property
    def joint_value(self) -> float:
        """What the joint connection is worth at these prices. [money]"""
        return self.path.joint_value(self.game.terms)

    @property
    def exact(self) -> bool:
        """Whether the gains add up to what all homes save, so that they are in the core."""
        return abs(float(self.gains.sum()) + self.joint_value - self.game.grand_value) <= self.game.tolerance

    def excess_bound(self, payoffs: FloatArray) -> float:
        """No coalition has a larger excess. [money]"""
        return float(np.maximum(0.0, self.gains - payoffs).sum()) + self.joint_value


def price_bound(game: DispatchGame, sell_price: ArrayLike, peak_price: ArrayLike = 0.0) -> PriceBound:
    r"""Bound the excess of every coalition by a price path.

    .. math:: \max_S e(S, x) \le \sum_i \max(0,\ w_i - x_i)

    Parameters
    ----------
    game : DispatchGame
        n homes, T steps.
    sell_price : array_like of shape (T,)
        What a kWh earns inside the community, cut to the range from the export price to the import price with the
        peak price on top. [money/kWh]
    peak_price : float or array_like of shape (T,), default=0.0
        What a kWh less at the joint peak is worth; its sum is cut to the peak charge. [money/kWh]

    Returns
    -------
    PriceBound
        With the best response of every home: one linear program each.

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.Community(["Ada", "Bob"], [[0], [2]], [[2], [0]], ["2023-06-01T12:00"], 1.0, gt.Tariff(0.3, 0.1))
    >>> price_bound(gt.DispatchGame(street), [0.15]).gains.round(9)
    array([0.1, 0.3])
    """
    terms = game.terms
    nothing = np.zeros(terms.n_steps)
    sell = np.broadcast_to(np.asarray(sell_price, dtype=float), (terms.n_steps,))
    peak = np.broadcast_to(np.asarray(peak_price, dtype=float), (terms.n_steps,))
    path = price_path(terms, sell, peak, nothing, nothing)
    faced = Terms(path.buy(terms), path.sell, nothing, 0.0, np.inf)
    answers = [dispatch(JointProgram((home,), faced)) for home in game.homes]
    found = [answer for answer in answers if answer is not None]
    if len(found) < game.n_players:
        raise InvalidInputError(f"every home must be able to meet its own limits. Got {game.infeasible_homes}.")
    return PriceBound(
        game,
        path,
        tuple(answer.values[0] for answer in found),
        tuple(answer.multipliers[0] for answer in found),
    )


def supporting_prices(game: DispatchGame) -> PriceBound:
    r"""Find prices at which all homes together gain what the grand coalition saves.

    Parameters
    ----------
    game : DispatchGame
        A game whose members share no limited connection.

    Returns
    -------
    PriceBound
        Its gains add up to v(N), so they are in the core.

    Raises
    ------
    InvalidInputError
        If the members share one limited connection: its value belongs to nobody, and the core can be empty.

    Notes
    -----
    The duals of the energy balance of the grand coalition are such prices [1]_. Where many are, those nearest the
    middle price are taken, in least squares weighted by energy (:func:`~gametrade.solvers.middle_duals.middle_duals`):
    they are unique, a peak charge that several steps share included, and so do not depend on the order of the homes.

    References
    ----------
    .. [1] G. Owen, "On the core of linear production games", Math. Program. 9 (1975) 358-370.
       :doi:`10.1007/BF01681356`
    """
    if game.terms.limited:
        raise InvalidInputError(
            "competitive_price needs a DispatchGame whose limits are all sums over members. Got connection_limit "
            f"{game.connection_limit:g} kW, which members share; its core can be empty."
        )
    solver = Solver(game.program)
    solver.solve(np.ones(game.n_players, dtype=bool))
    columns, duals = solver.answer()
    nearest = middle_duals(game, columns, duals)
    if nearest is not None:
        found = bound_of_duals(game, nearest)
        for bound in (found, price_bound(game, found.path.sell, found.path.peak)):
            if missing(bound) <= game.tolerance / 4:
                return bound
    return replace(bound_of_duals(game, duals), nearest=False)


def bound_of_duals(game: DispatchGame, duals: FloatArray) -> PriceBound:
    """Make the price path of row duals, with the duals of every home.

    Parameters
    ----------
    game : DispatchGame
        The game.
    duals : ndarray of shape (r,)
        Row duals of all homes together, in scaled units.

    Returns
    -------
    PriceBound
        Its bound holds for any duals; its gains are in the core for optimal ones.
    """
    answer = read_dispatch(game.program, 0.0, np.zeros(game.program.first_column[-1]), duals)
    return PriceBound(game, answer.prices, answer.values, answer.multipliers)


def missing(bound: PriceBound) -> float:
    """How far the gains at the prices exceed what there is to share. [money]

    Parameters
    ----------
    bound : PriceBound
        Prices with gains.

    Returns
    -------
    float
        0 for optimal duals, up to rounding.
    """
    return float(bound.gains.sum()) - bound.game.grand_value
