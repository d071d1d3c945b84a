"""Grid leaders over double auctions, from a community or from numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from gametrade.community import Community
from gametrade.games.stackelberg import Auction, GridLeaderGame, buying_utility
from gametrade.mechanisms import OrderBook, clear
from gametrade.typing import FloatArray


def auction_by(mechanism: str | Callable[..., Any] = "uniform_price") -> Callable[..., Auction]:
    """A mechanism as the clearing function that a grid leader's game asks for.

    Parameters
    ----------
    mechanism : str or callable
        Registered name with options, as in ``"uniform_price:k=1"``, or any mechanism with one price.

    Returns
    -------
    callable
        ``clear(bid_prices, bid_energies, ask_prices, ask_energies)``, an :class:`Auction`.

    Examples
    --------
    >>> import numpy as np
    >>> auction_by()(np.array([9.0, 3.0]), np.ones(2), np.array([1.0]), np.ones(1)).price
    6.0
    """
    return partial(_cleared, mechanism)


def _cleared(
    mechanism: str | Callable[..., Any],
    bid_prices: FloatArray,
    bid_energies: FloatArray,
    ask_prices: FloatArray,
    ask_energies: FloatArray,
) -> Auction:
    n = bid_prices.size
    ids = [f"b{k}" for k in range(n)] + [f"a{k}" for k in range(ask_prices.size)]
    prices, energies = np.concatenate([bid_prices, ask_prices]), np.concatenate([bid_energies, ask_energies])
    outcome = clear(OrderBook(ids, np.arange(prices.size) < n, np.maximum(prices, 0.0), energies), mechanism)
    price = outcome.price
    if price is None and outcome.volume > 0:
        price = float(outcome.payments[:n].sum()) / outcome.volume
    return Auction(price, outcome.fills[:n], outcome.fills[n:])


def grid_leader(
    community: Community,
    step: int,
    *,
    threshold: float,
    elasticity: float = 0.3,
    linear_cost: float | None = None,
    quadratic_cost: float = 0.0,
    other_demand: float = 0.0,
    mechanism: str | Callable[..., Any] = "uniform_price",
    blocks: int = 20,
) -> GridLeaderGame:
    """The grid leader's game of one step of a community: buyers are its importers, sellers its exporters.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff.
    step : int
        Settlement step, say a peak hour.
    threshold : float
        Demand of all customers above which the grid acts. [kWh per step]
    elasticity : float
        Of demand at the tariff, see :func:`buying_utility`.
    linear_cost, quadratic_cost : float
        Cost of serving Q kWh; the linear one is the import price if not given. [money/kWh, money/kWh^2]
    other_demand : float
        Demand of customers who are not in the community. [kWh]
    mechanism : str or callable
        The double auction.
    blocks : int
        Blocks in which a buyer bids.

    Returns
    -------
    GridLeaderGame
        Sellers ask the export price.
    """
    utility = buying_utility(community, step, elasticity=elasticity)
    net = community.net_load[:, step]
    selling = np.flatnonzero(net < 0)
    names = community.names
    imports, exports = float(community.import_price[step]), float(community.export_price[step])
    return GridLeaderGame(
        auction_by(mechanism),
        utility.intercepts,
        utility.slopes,
        deficits=utility.observed,
        asks=np.full(selling.size, exports),
        surpluses=-net[selling],
        demand=float(community.demand[:, step].sum()) + other_demand,
        threshold=threshold,
        regular_price=imports,
        export_price=exports,
        linear_cost=imports if linear_cost is None else linear_cost,
        quadratic_cost=quadratic_cost,
        blocks=blocks,
        buyers=[names[k] for k in utility.homes],
        sellers=[names[k] for k in selling],
        unit=community.tariff.currency,
    )
