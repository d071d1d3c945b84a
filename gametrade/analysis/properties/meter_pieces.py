"""What a home gains at its meter under one local price a step: every energy that can matter, piece by piece."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from gametrade.analysis.properties.meter_changes import BEYOND, MeterChange
from gametrade.analysis.studies.market_allocation import split
from gametrade.community import Community, Tariff
from gametrade.games.coalitional import Allocation, SharingGame
from gametrade.rules.settlement import step_payoffs
from gametrade.tolerance import BALANCE_TOLERANCE
from gametrade.typing import FloatArray, IntArray

ONE_PRICE = ("bill_sharing", "mid_market_rate", "supply_demand_ratio", "competitive_price")
"""Rules of one local price a step, which depends on supply and demand, with every trade shared pro rata."""

ONE_STEP = ("waste", "burn", "accounts")
"""Ways in which a step can be looked at by itself."""

DEGREE = 5
"""Highest power of the energy in a gain times its denominators."""

AT_ONCE = 2_000_000
"""Numbers of a table of homes and changed steps that are held in memory at once."""

NODES = (np.arange(DEGREE + 1) + 0.5) / (DEGREE + 1)
"""Where a piece is looked at, as shares of its length."""


class Pieces(NamedTuple):
    """Intervals of energy inside which money is one rational function, of every home and step.

    Parameters
    ----------
    home, step : ndarray of int, shape (K,)
        Whose meter, and when.
    low, high : ndarray of shape (K,)
        Energy wasted, burnt, or traded between two own accounts. [kWh]
    """

    home: IntArray
    step: IntArray
    low: FloatArray
    high: FloatArray

    @property
    def width(self) -> FloatArray:
        """Length of each piece. [kWh]"""
        return self.high - self.low


class BestChange(NamedTuple):
    """The most that the change of one step gains, and the most over the whole period.

    Parameters
    ----------
    gain : float
        By how much the bill of the home falls by the change. [money]
    change : MeterChange or None
        None where nothing gains.
    supremum : float
        Least upper bound of what one home gains by changes in any of its steps. [money]
    pieces : int
        How many pieces were looked at.
    """

    gain: float
    change: MeterChange | None
    supremum: float
    pieces: int


def pieces_of(community: Community, way: str) -> Pieces | None:
    r"""Cut what homes can waste, burn or trade with themselves where the form of their bills can change.

    Parameters
    ----------
    community : Community
        Honest meters.
    way : {"waste", "burn", "accounts"}
        What homes do.

    Returns
    -------
    Pieces or None
        None where a price is negative or a kWh from the grid is free, which leaves burning without an end.

    Notes
    -----
    A bill changes its form where the home turns from a seller into a buyer and where supply meets demand; two
    accounts change neither. Burning more than brings the home to a deficit of :math:`S_{-i} + |R| / b`, with R its
    revenue alone, cannot pay: a local price of at least 0 saves it at most b on each of the :math:`S_{-i}` kWh
    that the others have.
    """
    floor, price = community.export_price, community.import_price
    if floor.min() < 0 or price.min() <= 0 or (price < floor + community.network_charge).any():
        return None
    net = community.net_load
    own = -net
    supply, demand = community.surplus.sum(axis=0), community.deficit.sum(axis=0)
    need, offered = demand - community.deficit, supply - community.surplus
    if way == "accounts":
        ends = [np.zeros(net.shape), np.minimum(community.demand, community.generation)]
    else:
        alone = np.abs(np.where(net > 0, net * price, net * floor))
        top = community.generation if way == "waste" else np.maximum(own, 0.0) + offered + alone / price
        ends = [np.zeros(net.shape), *(np.clip(x, 0.0, top) for x in (own, own - need + offered)), top]
    cuts = np.sort(np.stack(ends), axis=0)
    found = []
    for low, high in pairwise(cuts):
        home, step = np.nonzero(high - low > BALANCE_TOLERANCE * (supply + demand))
        found.append((home, step, low[home, step], high[home, step]))
    return Pieces(*(np.concatenate(columns) for columns in zip(*found, strict=True)))


def best_change(allocation: Allocation, way: str, most: int) -> BestChange | None:
    r"""The most that a home gains by one way at its meter, over all energies.

    Parameters
    ----------
    allocation : Allocation
        By one of `ONE_PRICE`, without options.
    way : {"waste", "burn", "accounts"}
        What homes do.
    most : int
        Pieces to look at, at most.

    Returns
    -------
    BestChange or None
        None for other rules, too many pieces, or prices for which burning has no end.

    Notes
    -----
    Inside a piece the local price is a constant or, under the supply-demand ratio, a fraction whose denominator W is
    affine in the energy; revenue is price times a share m / S, a bill the same with m / D. So the gain times S D W
    is a polynomial of degree 4 at most. It follows from values inside the piece, and its quotient is largest at
    an end or where its derivative, a polynomial too, is 0. Steps are settled one by one, so what many steps gain is
    the sum. Cost O(n T) pieces.
    """
    game = allocation.game
    if not isinstance(game, SharingGame) or allocation.rule not in ONE_PRICE or way not in ONE_STEP:
        return None
    pieces = pieces_of(game.community, way)
    if pieces is None or pieces.home.size > most:
        return None
    if not pieces.home.size:
        return BestChange(0.0, None, 0.0, 0)
    shares = np.concatenate([[0.0, BEYOND, 1 - BEYOND, 1.0], NODES])
    gains = _at_shares(allocation, way, pieces, shares)
    peak, where = _peaks(game.community, allocation.rule, way, pieces, gains[:, 4:])
    peak_gains = _at_shares(allocation, way, pieces, where[:, None])
    met = np.hstack([gains, peak_gains])
    at = np.hstack([np.broadcast_to(shares, gains.shape), where[:, None]])
    bound = np.maximum(np.maximum(peak, met.max(axis=1)), 0.0)
    n, n_steps = game.community.demand.shape
    by_step = np.zeros((n, n_steps))
    np.maximum.at(by_step, (pieces.home, pieces.step), bound)
    row, column = np.unravel_index(int(met.argmax()), met.shape)
    energy = float(pieces.low[row] + at[row, column] * pieces.width[row])
    change = MeterChange(int(pieces.home[row]), way, int(pieces.step[row]), -1, energy)
    gain = float(met[row, column])
    whole = float(by_step.sum(axis=1).max())
    return BestChange(max(gain, 0.0), change if gain > 0 else None, whole, pieces.home.size)


def _at_shares(allocation: Allocation, way: str, pieces: Pieces, shares: FloatArray) -> FloatArray:
    """Gains at some shares of each piece, shape (K, number of shares). [money]"""
    energy = pieces.low[:, None] + shares * pieces.width[:, None]
    count = energy.shape[1]
    home, step = (np.repeat(index, count) for index in (pieces.home, pieces.step))
    return step_gains(allocation, way, home, step, energy.ravel()).reshape(energy.shape)


def step_gains(allocation: Allocation, way: str, home: IntArray, step: IntArray, energy: FloatArray) -> FloatArray:
    """By how much bills fall in single steps by changes there: every change is a step of one long community. [money]

    Parameters
    ----------
    allocation : Allocation
        Of a sharing game by a rule that settles step by step.
    way : {"waste", "burn", "accounts"}
        What is done.
    home, step : ndarray of int, shape (K,)
        By whom and when.
    energy : ndarray of shape (K,)
        How much. [kWh]

    Returns
    -------
    ndarray of shape (K,)
        Bill before less bill after.
    """
    assert isinstance(allocation.game, SharingGame)
    community = allocation.game.community
    before = _bills(allocation.game, allocation)
    size = max(1, AT_ONCE // community.n_prosumers)
    parts = [slice(k, k + size) for k in range(0, step.size, size)]
    return np.concatenate(
        [
            before[home[rows], step[rows]]
            - _bills_after(community, allocation.rule, way, (home[rows], step[rows], energy[rows]))
            for rows in parts
        ]
    )


def _bills_after(
    community: Community, rule: str, way: str, changes: tuple[IntArray, IntArray, FloatArray]
) -> FloatArray:
    """What homes pay in the steps that they change, shape (K,). [money]"""
    home, step, energy = changes
    net = community.net_load[:, step]
    rows = np.arange(step.size)
    second = np.zeros((1, step.size))
    if way == "accounts":
        sold = np.maximum(-net[home, rows], 0.0) + energy
        second[0] = -sold
        net[home, rows] += sold
    else:
        net[home, rows] += energy
    net = np.vstack([net, second]) if way == "accounts" else net
    hours = np.datetime64("2000-01-01T00:00") + np.arange(step.size) * np.timedelta64(1, "h")
    tariff = community.tariff
    prices = (community.import_price[step], community.export_price[step], community.network_charge[step])
    names = [str(k) for k in range(len(net))]
    seen = Community(
        names, np.maximum(net, 0.0), np.maximum(-net, 0.0), hours, 1.0, Tariff(*prices, currency=tariff.currency)
    )  # fmt: skip
    game = SharingGame(seen)
    bills = _bills(game, split(game, rule))
    return np.asarray(bills[home, rows] + (bills[-1] if way == "accounts" else 0.0))


def _bills(game: SharingGame, allocation: Allocation) -> FloatArray:
    """What each home pays in each step, shape (n, T). [money]"""
    community = game.community
    net = community.net_load
    alone = np.where(net > 0, net * community.import_price, net * community.export_price)
    assert allocation.sell_price is not None
    assert allocation.buy_price is not None
    return np.asarray(alone - step_payoffs(game, allocation.sell_price, allocation.buy_price))


def _denominators(community: Community, rule: str, way: str, pieces: Pieces, shares: FloatArray) -> FloatArray:
    """Product of supply, demand and the price's own denominator at shares of each piece, those that vanish left out."""
    ends = np.concatenate([[0.0, 1.0], shares])
    energy = pieces.low[:, None] + ends * pieces.width[:, None]
    net = community.net_load[pieces.home, pieces.step]
    supply, demand = (side.sum(axis=0)[pieces.step] for side in (community.surplus, community.deficit))
    others = supply - np.maximum(-net, 0.0), demand - np.maximum(net, 0.0)
    if way == "accounts":
        parts = [supply[:, None] + energy, demand[:, None] + energy]
    else:
        own = net[:, None] + energy
        parts = [others[0][:, None] + np.maximum(-own, 0.0), others[1][:, None] + np.maximum(own, 0.0)]
    if rule == "supply_demand_ratio":
        floor = community.export_price[pieces.step][:, None]
        ceiling = (community.import_price - community.network_charge)[pieces.step][:, None]
        parts.append((ceiling - floor) * parts[0] + floor * parts[1])
    product = np.ones(energy.shape)
    for part in parts:
        scale = part.max(axis=1, keepdims=True)
        alive = part[:, :2].min(axis=1, keepdims=True) > 1e-9 * scale
        product *= np.where(alive, part / np.where(scale > 0, scale, 1.0), 1.0)
    return np.asarray(product[:, 2:])


def _peaks(
    community: Community, rule: str, way: str, pieces: Pieces, gains: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Largest limit or value of each piece, and the share at which it is largest inside."""
    below = _denominators(community, rule, way, pieces, NODES)
    powers = np.linalg.inv(np.vander(NODES, increasing=True))
    upper, lower = (gains * below) @ powers.T, below @ powers.T
    ends = np.stack([upper[:, 0], upper.sum(axis=1)]) / np.stack([lower[:, 0], lower.sum(axis=1)])
    peak, where = ends.max(axis=0), np.full(len(gains), 0.5)
    for k in np.flatnonzero((upper @ _BERNSTEIN.T).max(axis=1) > 0):
        top, low = np.polynomial.Polynomial(upper[k]), np.polynomial.Polynomial(lower[k])
        slope = top.deriv() * low - top * low.deriv()
        roots = slope.trim(1e-12 * max(1e-300, float(np.abs(slope.coef).max()))).roots()
        inside = roots.real[(np.abs(roots.imag) < 1e-9) & (roots.real > 0) & (roots.real < 1)]
        for share in inside:
            value = float(top(share) / low(share))
            if value > peak[k]:
                peak[k], where[k] = value, share
    return peak, where


def _bernstein() -> FloatArray:
    """Takes coefficients of powers to those of Bernstein's polynomials, which bound a polynomial on [0, 1]."""
    from math import comb

    return np.array([[comb(i, j) / comb(DEGREE, j) for j in range(DEGREE + 1)] for i in range(DEGREE + 1)])


_BERNSTEIN = _bernstein()
