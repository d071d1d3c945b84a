"""The least cost at which responsive homes can be served if they act as one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.games.pricing.responsive_demand import ResponsiveDemand
from gametrade.typing import FloatArray


@dataclass(frozen=True, eq=False)
class JointDemand:
    """A joint plan, and a bound that no plan can undercut.

    Parameters
    ----------
    demand : ndarray of shape (n, T)
        The plan. [kWh]
    prices : ndarray of shape (T,)
        Prices that support it. [money/kWh]
    cost : float
        Joint bill at grid prices and discomfort of the plan. [money]
    bound : float
        Cost below which no plan lies. [money]
    """

    demand: FloatArray
    prices: FloatArray
    cost: float
    bound: float


def joint_demand(problem: ResponsiveDemand, *, rounds: int = 200, gap: float = 1e-4) -> JointDemand:
    r"""Minimise the joint bill and the discomfort of all homes together.

    Parameters
    ----------
    problem : ResponsiveDemand
        The homes; the community's tariff without network charge is the grid's.
    rounds : int, default=200
        Most rounds of the alternating direction method.
    gap : float, default=0.0001
        Share of the bills alone within which cost and bound are close enough to stop.

    Returns
    -------
    JointDemand
        Best plan and best bound found.

    Notes
    -----
    The sharing form of the alternating direction method of multipliers: homes answer one price path, the grid
    prices bound it. For any path with :math:`f_t \le \lambda_t \le b_t`,

    .. math:: \sum_i \min_{x_i} \left[ \lambda \cdot (x_i - g_i) + \nu_i |x_i - x_i^0|^2 \right]

    is a lower bound, whatever produced the path. Steps whose export price is above the import price take the import
    price for both.
    """
    community, n = problem.community, problem.community.n_prosumers
    high, low = community.import_price, np.minimum(community.export_price, community.import_price)
    rho = 2 * float(np.mean(problem.discomfort))
    prices = (high + low) / 2
    demand = problem.best_demand(prices, prices)
    target = (demand - community.generation).mean(axis=0)
    best = JointDemand(demand, prices, np.inf, -np.inf)
    size = float(np.abs(community.stand_alone_bills()).sum())
    weight = problem.discomfort + rho / 2
    none = np.zeros(community.n_steps)
    for _ in range(rounds):
        mean = (demand - community.generation).mean(axis=0)
        pull = demand - mean + target - prices / rho
        centre = (problem.discomfort[:, None] * community.demand + rho / 2 * pull) / weight[:, None]
        demand = problem.nearest(centre, weight, none, none)
        mean = (demand - community.generation).mean(axis=0)
        wanted = prices + rho * mean
        prices = np.clip(wanted, low, high)
        target = (wanted - prices) / rho
        best = _better(best, problem, demand, prices)
        if best.cost - best.bound <= gap * size * (n > 0):
            break
    return best


def _better(best: JointDemand, problem: ResponsiveDemand, demand: FloatArray, prices: FloatArray) -> JointDemand:
    """Keep the cheapest plan and the highest bound."""
    community = problem.community
    net = (demand - community.generation).sum(axis=0)
    grid = np.maximum(net, 0.0) @ community.import_price - np.maximum(-net, 0.0) @ community.export_price
    cost = float(grid + problem.discomforts(demand).sum())
    bound = float(problem.costs(problem.best_demand(prices, prices), prices, prices).sum())
    plan = demand if cost < best.cost else best.demand
    path = prices if bound > best.bound else best.prices
    return JointDemand(plan, path, min(cost, best.cost), max(bound, best.bound))
