"""The payoff of a price leader as a piecewise quadratic of the price."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gametrade.games.stackelberg.pieces import EPS, PiecewiseQuadratic
from gametrade.games.stackelberg.price_leader import PriceLeaderGame
from gametrade.games.stackelberg.sums import running_sums
from gametrade.typing import FloatArray


@dataclass(frozen=True, eq=False)
class Demand:
    r"""Total demand :math:`X_k - H_k (p - o_k)` and consumer surplus on each piece between breakpoints.

    Parameters
    ----------
    lower, upper, origin : ndarray of shape (m,)
        Ends of the pieces, and the finite price :math:`o_k` around which the numbers are meant. [money/kWh]
    total, steep, surplus : ndarray of shape (m,)
        :math:`X_k` [kWh], :math:`H_k` [kWh^2/money] and consumer surplus at :math:`o_k` [money].
    size : ndarray of shape (m, 3)
        Sizes of the terms that were added to get them, for error bounds.
    """

    lower: FloatArray
    upper: FloatArray
    origin: FloatArray
    total: FloatArray
    steep: FloatArray
    surplus: FloatArray
    size: FloatArray


def demand_pieces(game: PriceLeaderGame) -> Demand:
    r"""Total demand on every piece of the price range, in one sort of the 2n breakpoints.

    Parameters
    ----------
    game : PriceLeaderGame
        The game.

    Returns
    -------
    Demand
        Pieces in ascending order of the price; the capacity is not looked at.

    Notes
    -----
    Prices are measured from a reference inside the range, so that only differences of intercepts are
    squared. A follower that leaves its upper bound at the breakpoint q adds :math:`1/b` to H, :math:`q/b` to the
    intercept of demand and :math:`q^2/2b` to that of the surplus; one that reaches its lower bound takes them
    away again.
    """
    centre = _reference(game)
    net = (game.intercepts - game.usage_charge) - centre
    b, floor, cap = game.slopes, game.floor - centre, game.cap - centre
    leaves, stops = net - b * game.upper, net - b * game.lower
    times = np.concatenate([leaves, stops])
    signs = np.repeat([1.0, -1.0], b.size) / np.concatenate([b, b])
    inside = (times > floor) & (times < cap)
    order = np.argsort(times[inside])
    knots, weights = times[inside][order], signs[inside][order]
    start = _at_the_floor(game, net, floor, leaves, stops)
    moments = [weights, weights * knots, weights * knots * knots / 2]
    last = np.flatnonzero(np.append(np.diff(knots) > 0, True)) if knots.size else np.zeros(0, dtype=int)
    kept = np.concatenate([[0], last + 1])
    steep, first, second = (
        running_sums(np.concatenate([[begin], terms]))[1:][kept] for begin, terms in zip(start, moments, strict=True)
    )
    lower = np.concatenate([[floor], knots[last]])
    upper = np.append(knots[last], cap)
    origin = np.where(np.isfinite(lower), lower, np.where(np.isfinite(upper), upper, 0.0))
    steep = np.where(np.abs(steep) < 4 * EPS * np.abs(steep).max(initial=0.0), 0.0, steep)
    size = np.column_stack([steep, np.abs(first) + steep * np.abs(origin), np.abs(second) + np.abs(first * origin)])
    size += 4 * EPS * np.array([np.abs(start[0]), np.abs(first).max(), np.abs(second).max()])
    surplus, total = second - origin * (first - origin * steep / 2), first - steep * origin
    _without_end(game, (lower, upper), steep, total)
    lower, upper, origin = (np.clip(prices + centre, game.floor, game.cap) for prices in (lower, upper, origin))
    lower[0], upper[-1] = game.floor, game.cap
    return Demand(lower, upper, origin, total, steep, surplus, size)


def _without_end(
    game: PriceLeaderGame, ends: tuple[FloatArray, FloatArray], steep: FloatArray, total: FloatArray
) -> None:
    """Demand on pieces without end, where every follower is at a bound: exactly, for its sign decides about growth."""
    if np.isposinf(ends[1][-1]) and steep[-1] == 0:
        total[-1] = math.fsum(game.lower.tolist())
    if np.isneginf(ends[0][0]) and steep[0] == 0:
        total[0] = math.fsum(game.upper.tolist())


def price_pieces(game: PriceLeaderGame) -> PiecewiseQuadratic | None:
    """The leader's payoff on every piece of the prices at which demand fits the capacity.

    Parameters
    ----------
    game : PriceLeaderGame
        The game.

    Returns
    -------
    PiecewiseQuadratic or None
        None if demand exceeds the capacity at every price allowed.
    """
    demand = demand_pieces(game)
    mine, care, c, w = 1 - game.welfare_weight, game.welfare_weight, game.quadratic_cost, game.unit_cost
    x, h, margin = demand.total, demand.steep, demand.origin - w
    grown, reach = (
        demand.size[:, 1],
        np.abs(margin) + np.where(np.isfinite(demand.upper), demand.upper - demand.origin, 0),
    )
    rounding = mine * (reach * grown + c * grown * grown) + care * (demand.size[:, 2] + reach * grown)
    pieces = PiecewiseQuadratic(
        demand.lower,
        demand.upper,
        demand.origin,
        mine * (margin * x - c / 2 * x * x) + care * demand.surplus,
        mine * (x - margin * h + c * x * h) - care * x,
        mine * (-h - c / 2 * h * h) + care * h / 2,
        32 * EPS * rounding,
    )
    return pieces if np.isinf(game.capacity) else _within_capacity(pieces, demand, game.capacity)


def _within_capacity(pieces: PiecewiseQuadratic, demand: Demand, capacity: float) -> PiecewiseQuadratic | None:
    """Cut off the prices at which followers would take more than there is; demand falls with the price."""
    with np.errstate(divide="ignore", invalid="ignore"):
        over = demand.total - capacity
        enough = np.where(over <= 0, -np.inf, demand.origin + over / demand.steep)
    enough = np.where((over > 0) & (demand.steep <= 0), np.inf, enough)
    rising = np.isinf(demand.lower) & (over <= 0) & (demand.steep > 0)
    enough = np.where(rising, demand.origin + over / np.where(rising, demand.steep, 1.0), enough)
    slack = 4 * EPS * np.abs(demand.upper)
    fits = np.flatnonzero(enough <= np.where(np.isfinite(slack), demand.upper + slack, np.inf))
    fits = fits[~np.isposinf(enough[fits])]
    if not fits.size:
        return None
    k = int(fits[0])
    lower = pieces.lower[k:].copy()
    lower[0] = min(max(lower[0], float(enough[k])), float(pieces.upper[k]))
    rest = (getattr(pieces, name)[k:] for name in ("upper", "origin", "constant", "slope", "curve", "rounding"))
    return PiecewiseQuadratic(lower, *rest)


def _reference(game: PriceLeaderGame) -> float:
    """A price inside the range, near where followers react."""
    typical = float(np.median(game.intercepts - game.usage_charge))
    return min(max(typical, game.floor), game.cap)


def _at_the_floor(
    game: PriceLeaderGame, net: FloatArray, floor: float, leaves: FloatArray, stops: FloatArray
) -> tuple[float, float, float]:
    """Slope, intercept of demand and of surplus just above the lowest price, over all followers."""
    high, low = leaves > floor, stops <= floor
    held = np.where(high, game.upper, np.where(low, game.lower, 0.0))
    free = np.where(high | low, 0.0, 1 / game.slopes)
    demand = held + free * net
    surplus = held * (net - game.slopes * held / 2) + free * net * net / 2
    totals = [float(running_sums(terms)[-1]) for terms in (free, demand, surplus)]
    return totals[0], totals[1], totals[2]
