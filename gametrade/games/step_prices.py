"""Splits that follow from the totals of each settlement step alone, for many groups of homes at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gametrade.community import Community, Tariff
from gametrade.games.coalitional import SharingGame
from gametrade.registry import rules
from gametrade.typing import BoolArray, FloatArray

MONOTONE = ("mid_market_rate", "competitive_price", "supply_demand_ratio")
"""Rules under which a kWh gains no less if its side shrinks or the other one grows, at export prices of at least 0."""

CHUNK = 2**22
"""Numbers held at once while many pools are settled."""

Gains = Callable[[Community, FloatArray, FloatArray], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True, eq=False)
class StepPrices:
    """A split that follows from the totals of each settlement step alone, for many pools at once.

    Parameters
    ----------
    gains : callable
        ``gains(community, supply, need)`` takes the surplus and deficit of k pools, two arrays of shape (k, T)
        [kWh], and returns what a kWh of surplus and a kWh of deficit gain over the grid, two arrays of that shape
        [money/kWh]; 0 where a pool shares nothing.
    name : str
        Name of the rule.
    monotone : bool, default=False
        Whether, at export prices of at least 0, a kWh of surplus gains at least 0, and no less if there is less supply
        or more need, and a kWh of deficit likewise; a promise on which proofs rest.
    """

    gains: Gains
    name: str = "step prices"
    monotone: bool = False


def step_prices(rule: str) -> StepPrices | None:
    """A registered rule as a split by the totals of each step, None if it is not one.

    Parameters
    ----------
    rule : str
        Registered name, optionally with options.

    Returns
    -------
    StepPrices or None
        If the rule sets prices and is additive over steps.

    Raises
    ------
    UnknownNameError
        If there is no such rule.

    Examples
    --------
    >>> step_prices("mid_market_rate").name, step_prices("shapley")
    ('mid_market_rate', None)
    """
    entry, _ = rules.resolve(rule)
    if entry.traits.get("kind") != "price" or "additivity" not in entry.promises:
        return None
    gains: Gains = lambda community, supply, need: _price_gains(rule, community, supply, need)  # noqa: E731
    return StepPrices(gains, rule, rule in MONOTONE)


def trading_steps(game: SharingGame) -> Community:
    """The community in the steps in which somebody can share; in its first step if there are none."""
    steps = game.trade_steps
    return game.community.steps(steps if steps.size else np.arange(1))


def pool_payoffs(trading: Community, prices: StepPrices, members: BoolArray) -> FloatArray:
    """Payoffs of the members of many pools, 0 for all others.

    Parameters
    ----------
    trading : Community
        n homes in the steps in which somebody can share, see :func:`trading_steps`.
    prices : StepPrices
        The split.
    members : ndarray of bool of shape (k, n)
        Pools.

    Returns
    -------
    ndarray of shape (k, n)
        Gains over being alone, in time k n T. [money]
    """
    answer = np.zeros(members.shape)
    rows = max(1, CHUNK // trading.n_steps)
    for start in range(0, len(members), rows):
        inside = members[start : start + rows].astype(float)
        sell, buy = prices.gains(trading, inside @ trading.surplus, inside @ trading.deficit)
        answer[start : start + rows] = inside * (sell @ trading.surplus.T + buy @ trading.deficit.T)
    return answer


def _price_gains(
    rule: str, community: Community, supply: FloatArray, need: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Gains a kWh in k pools, from one settlement of one seller and one buyer over k T steps."""
    pools = len(supply)
    spread = np.tile(community.tariff.spread(), (pools, 1))
    live = (supply > 0) & (need > 0) & (spread > 0)
    sell, buy = np.zeros(supply.shape), np.zeros(supply.shape)
    if not live.any():
        return sell, buy
    prices = (community.import_price, community.export_price, community.network_charge)
    b, f, charge = (np.tile(price, (pools, 1))[live] for price in prices)
    s, d = supply[live], need[live]
    times = np.datetime64("2000-01-01T00:00:00") + np.arange(s.size) * np.timedelta64(3600, "s")
    tariff = Tariff(b, f, charge, community.tariff.currency, True)
    pair = Community(["seller", "buyer"], [0 * d, d], [s, 0 * s], times, 1.0, tariff)
    entry, options = rules.resolve(rule)
    split = entry.function(SharingGame(pair), **options)
    sell[live] = split.sell_price - f
    buy[live] = b - split.buy_price - charge * np.minimum(1.0, s / d)
    return sell, buy
