"""Price leaders over storage, vehicles, flexibility and shared facilities: games built from numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.polyhedron import Polyhedron
from gametrade.games.stackelberg.game import StackelbergGame
from gametrade.games.stackelberg.price_leader import PriceLeaderGame
from gametrade.typing import ArrayLike, FloatArray


def charging_retailer(
    intercepts: ArrayLike,
    slopes: ArrayLike,
    *,
    station_capacity: float = np.inf,
    unit_cost: float = 0.0,
    welfare_weight: float = 0.0,
    floor: float = 0.0,
    cap: float = np.inf,
    unit: str = "money",
) -> PriceLeaderGame:
    r"""A retailer prices energy for groups of vehicles who share one station.

    Parameters
    ----------
    intercepts, slopes : array_like of shape (n,)
        Group i values x kWh at :math:`b_i x - s_i x^2 / 2`. [money/kWh, money/kWh^2]
    station_capacity : float
        Most energy that all groups may take, :math:`\sum x_i \le C`. [kWh]
    unit_cost : float
        What a kWh costs the retailer. [money/kWh]
    welfare_weight : float
        Penalty factor that enhances social welfare: the weight of consumer surplus in the retailer's objective.
    floor, cap : float
        Prices allowed. [money/kWh]
    unit : str
        Money.

    Returns
    -------
    PriceLeaderGame
        Players: retailer; vehicle groups. Strategies: price; energies.

    Notes
    -----
    With everything interior, :math:`A = \sum b_i / s_i`, :math:`H = \sum 1 / s_i`: without cost
    :math:`p^* = \max(A / 2H, (A - C) / H)`; without capacity :math:`A / 2H + w / 2`; with a welfare weight
    :math:`\mu < 1/2`: :math:`[A (1 - 2 \mu) + (1 - \mu) H w] / [H (2 - 3 \mu)]`. A generic model of the class that
    reviews describe (retailer leads, stations and vehicles follow); no single source specifies it.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = charging_retailer([10.0, 8.0], [1.0, 1.0], station_capacity=6.0)
    >>> gt.solve(game)[0].strategies[0].tolist()
    [6.0]
    """
    return PriceLeaderGame(
        intercepts,
        slopes,
        capacity=station_capacity,
        unit_cost=unit_cost,
        welfare_weight=welfare_weight,
        floor=floor,
        cap=cap,
        leader="retailer",
        unit=unit,
    )


def microgrid_operator(
    stored_value: ArrayLike,
    wear: ArrayLike,
    power: ArrayLike,
    *,
    vehicles: tuple[ArrayLike, ArrayLike, ArrayLike],
    grid_price: float,
    import_price: float,
    export_price: float = 0.0,
    unit: str = "money",
) -> PriceLeaderGame:
    r"""An operator sets one price; prosumers with storage buy or sell at it, charging stations buy.

    Parameters
    ----------
    stored_value, wear, power : array_like of shape (n,)
        What a kWh in storage is worth to prosumer i later [money/kWh], by how much each further kWh is worth less
        [money/kWh^2], and the most it can charge or discharge in the step [kWh].
    vehicles : tuple of three array_like of shape (m,)
        Value of the first kWh, slope and most energy of each charging station.
    grid_price : float
        Price at which the operator covers the balance. [money/kWh]
    import_price, export_price : float
        Bounds of the operator's price. [money/kWh]
    unit : str
        Money.

    Returns
    -------
    PriceLeaderGame
        Players: operator; prosumers, then stations. A negative energy is sold to the operator.

    Notes
    -----
    A model of the class described in Erol and Filik [1]_, one step of it; utilities are an interpretation.

    References
    ----------
    .. [1] O. Erol and U. B. Filik, "A Stackelberg game approach for energy sharing management of a microgrid
       providing flexibility to entities", Applied Energy 316 (2022). :doi:`10.1016/j.apenergy.2022.118944`
    """
    value, slope, most = (np.atleast_1d(np.asarray(column, dtype=float)) for column in (stored_value, wear, power))
    first, steep, need = (np.atleast_1d(np.asarray(column, dtype=float)) for column in vehicles)
    n, m = value.size, first.size
    return PriceLeaderGame(
        np.concatenate([value, first]),
        np.concatenate([np.broadcast_to(slope, n), np.broadcast_to(steep, m)]),
        np.concatenate([-np.broadcast_to(most, n), np.zeros(m)]),
        np.concatenate([np.broadcast_to(most, n), np.broadcast_to(need, m)]),
        unit_cost=grid_price,
        floor=export_price,
        cap=import_price,
        leader="operator",
        followers=[f"prosumer {k + 1}" for k in range(n)] + [f"station {k + 1}" for k in range(m)],
        unit=unit,
    )


def flexibility_seller(
    energy: tuple[ArrayLike, ArrayLike],
    discomfort: ArrayLike,
    *,
    most_flexibility: ArrayLike,
    flexibility_value: float,
    import_price: float,
    export_price: float = 0.0,
    welfare_weight: float = 0.5,
    unit: str = "money",
) -> tuple[PriceLeaderGame, PriceLeaderGame]:
    r"""A seller who sets a price for energy and a reward for flexibility, and cares for welfare.

    Parameters
    ----------
    energy : tuple of two array_like of shape (n,)
        Value of the first kWh and slope of each buyer. [money/kWh, money/kWh^2]
    discomfort : array_like of shape (n,)
        Shifting f kWh costs buyer i :math:`k_i f^2 / 2`. [money/kWh^2]
    most_flexibility : array_like of shape (n,)
        Energy that each can shift. [kWh]
    flexibility_value : float
        What a shifted kWh is worth to the seller. [money/kWh]
    import_price, export_price : float
        Bounds of the price, and what a kWh is worth to the seller elsewhere. [money/kWh]
    welfare_weight : float
        Weight of the buyers' surplus in what the seller maximises.
    unit : str
        Money.

    Returns
    -------
    tuple of PriceLeaderGame
        The game in the price of energy, and that in minus the reward of flexibility.

    Notes
    -----
    Buyers' energy and flexibility do not interact (an interpretation), so the seller's two-variable problem
    separates; a reward r is a negative price: :math:`f_i = clip(r / k_i, 0, F_i)`. A model of the class described
    in reviews as maximising social welfare over transaction price and flexibility.
    """
    worth, slopes = energy
    first = PriceLeaderGame(
        worth,
        slopes,
        unit_cost=export_price,
        floor=export_price,
        cap=import_price,
        welfare_weight=welfare_weight,
        leader="seller",
        unit=unit,
    )
    costs = np.atleast_1d(np.asarray(discomfort, dtype=float))
    second = PriceLeaderGame(
        np.zeros(costs.size),
        costs,
        0.0,
        most_flexibility,
        unit_cost=-flexibility_value,
        floor=-max(flexibility_value, 0.0),
        cap=0.0,
        welfare_weight=welfare_weight,
        leader="seller",
        unit=unit,
    )
    return first, second


def shared_facility(
    surpluses: ArrayLike,
    preferences: ArrayLike,
    *,
    requirement: float,
    grid_price: float,
    unit: str = "money",
) -> StackelbergGame:
    r"""A shared facility buys from residential units at its own price and the rest from the grid.

    Parameters
    ----------
    surpluses : array_like of shape (n,)
        Energy :math:`E_i` that unit i has. [kWh]
    preferences : array_like of shape (n,)
        :math:`k_i > 0`, weight of own use.
    requirement : float
        Energy the facility needs. [kWh]
    grid_price : float
        :math:`p_g`, the highest price it could reasonably offer. [money/kWh]
    unit : str
        Money.

    Returns
    -------
    StackelbergGame
        One leader with one price in (0, grid price].

    Notes
    -----
    Unit i maximises :math:`k_i \ln(1 + E_i - e_i) + p e_i`, so :math:`e_i = clip(E_i + 1 - k_i / p, 0, E_i)`; the
    facility minimises :math:`p \sum e_i + p_g (R - \sum e_i)^+`. Everything interior:
    :math:`p^* = \sqrt{p_g \sum k_i / \sum (E_i + 1)}`. Between the prices at which a unit reaches a bound the cost
    is convex, so the optimum of all pieces is global. A model of the class described in Tushar et al. [1]_.

    References
    ----------
    .. [1] W. Tushar et al., "Three-party energy management with distributed energy resources in smart grid",
       IEEE Trans. Ind. Electron. 62 (2015) 2487-2498, arXiv:1406.5794.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = shared_facility([4.0, 5.0], [1.0, 2.0], requirement=30.0, grid_price=0.9)
    >>> round(float(gt.solve(game, "leader_scan")[0].strategies[0][0]), 6) == round((0.9 * 3 / 11) ** 0.5, 6)
    True
    """
    stock = np.array(surpluses, dtype=float).ravel()
    weight = np.broadcast_to(np.asarray(preferences, dtype=float), stock.shape)
    if not stock.size or (stock < 0).any() or not (weight > 0).all() or not grid_price > 0 or requirement < 0:
        raise InvalidInputError(
            "shared_facility needs surpluses >= 0, preferences > 0, a grid price > 0 and a need >= 0."
        )

    def response(x: FloatArray) -> FloatArray:
        return np.clip(stock + 1 - weight / max(float(x[0]), 1e-300), 0.0, stock)

    def payoff(x: FloatArray, y: FloatArray) -> float:
        bought = float(y.sum())
        return -float(x[0]) * bought - grid_price * max(0.0, requirement - bought)

    def gaps(x: FloatArray, y: FloatArray) -> FloatArray:
        best = response(x)
        kept = weight * np.log((1 + stock - best) / (1 + stock - y))
        return np.asarray(np.maximum(0.0, kept + x[0] * (best - y)))

    kinks = np.concatenate([weight / (stock + 1), weight])
    enough = _price_of(lambda p: float(response(np.array([p])).sum()), requirement, grid_price)
    return StackelbergGame(
        ("facility",),
        (("price",),),
        (Polyhedron.of([0.0], [grid_price]),),
        (payoff,),
        response,
        follower_gaps=gaps,
        kinks=lambda i, x: np.append(kinks, enough),
        between="concave",
        unit=unit,
    )


def _price_of(supply: Callable[[float], float], wanted: float, top: float) -> float:
    """Price at which a rising supply reaches what is wanted, or the top."""
    low, high = 0.0, top
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if supply(middle) < wanted else (low, middle)
    return high
