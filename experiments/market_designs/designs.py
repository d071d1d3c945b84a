"""Market designs on one footing: in every hour a design says what buyers take, what they pay and what sellers get."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import gametrade as gt
from gametrade.analysis.studies.auction_by import auction_by
from gametrade.games.stackelberg import GridLeaderGame, UsageChargeGame
from gametrade.games.systems.capacity_sellers import capacity_sellers
from gametrade.registry import rules


@dataclass(frozen=True)
class Hour:
    """One settlement step: homes that import value x kWh at a x - b x^2 / 2, the others have a surplus.

    With the grid's price p0, elasticity e and metered deficits d: a = p0 (1 + 1/e), b = p0 / (e d), so that everybody
    takes its metered deficit at the grid's price.
    """

    deficits: np.ndarray
    surpluses: np.ndarray
    import_price: float
    export_price: float
    elasticity: float
    demand: float
    acts: bool

    @property
    def worth(self) -> float:
        """Value of the first kWh, a. [money/kWh]"""
        return self.import_price * (1 + 1 / self.elasticity)

    @property
    def slopes(self) -> np.ndarray:
        """By how much each further kWh is worth less, b. [money/kWh^2]"""
        return self.import_price / (self.elasticity * self.deficits)

    @property
    def supply(self) -> float:
        """All surplus. [kWh]"""
        return float(self.surpluses.sum())

    def wanted(self, price: float) -> np.ndarray:
        """What each buyer takes at a price. [kWh]"""
        return np.maximum(0.0, (self.worth - price) / self.slopes)

    def price_of(self, energy: float) -> float:
        """Price at which buyers take this much. [money/kWh]"""
        return self.worth - energy / float((1 / self.slopes).sum())

    def utilities(self, taken: np.ndarray) -> np.ndarray:
        """What energy is worth to each buyer. [money]"""
        return self.worth * taken - self.slopes * taken**2 / 2


@dataclass(frozen=True)
class Outcome:
    """What happens in an hour.

    Energies of the buyers, the average price of what they buy and of what sellers deliver, and facts about the
    equilibrium that are counted over the year.
    """

    taken: np.ndarray
    buy: float
    sell: float
    facts: dict[str, Any] = field(default_factory=dict)


Design = Callable[[Hour], Outcome]


def alone(hour: Hour) -> Outcome:
    """Nobody trades."""
    return Outcome(hour.deficits, hour.import_price, hour.export_price)


def by_rule(name: str, hours: Sequence[Hour]) -> list[Outcome]:
    """Buyers answer the average price of a split rule, which depends on how much they all take: fixed points.

    What buyers want falls with the price and the price rises with what they take, so halving finds the only one; all
    hours at once, each a step of a community of one buyer and one seller.
    """
    rule, steps = rules.get(name).function, len(hours)
    times = np.datetime64("2017-01-01T00:00") + np.arange(steps) * np.timedelta64(1, "h")
    supply, zero = np.array([hour.supply for hour in hours]), np.zeros(steps)
    tariff = gt.Tariff([hour.import_price for hour in hours], [hour.export_price for hour in hours])

    def prices(totals: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        two = gt.Community(["buyers", "sellers"], [totals, zero], [zero, supply], times, 1.0, tariff)
        shared = rule(gt.SharingGame(two))
        return np.asarray(shared.buy_price), np.asarray(shared.sell_price)

    def wanted(buy: np.ndarray) -> np.ndarray:
        return np.array([float(hour.wanted(price).sum()) for hour, price in zip(hours, buy, strict=True)])

    low, high = zero, wanted(np.array([hour.export_price for hour in hours]))
    for _ in range(45):
        middle = (low + high) / 2
        more = wanted(prices(middle)[0]) > middle
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    buy, sell = prices(low)
    found = []
    for hour, total, p, q in zip(hours, low, buy, sell, strict=True):
        taken = hour.wanted(float(p))
        residual = abs(float(taken.sum()) - total) / total
        facts = {"fixed_point_residual": residual}
        found.append(Outcome(taken * (total / float(taken.sum())), float(p), float(q), facts))
    return found


def clearing(hour: Hour) -> tuple[float, np.ndarray]:
    """The price at which nobody is rationed, the grid buying and selling at its own, and what buyers take."""
    price = float(np.clip(hour.price_of(hour.supply), hour.export_price, hour.import_price))
    return price, hour.wanted(price)


def auction(hour: Hour) -> Outcome:
    """Uniform price: everybody at the clearing price. The share of a home that could move it alone is a fact."""
    price, taken = clearing(hour)
    return Outcome(taken, price, price, {"inside": hour.export_price < price < hour.import_price})


def owner(hour: Hour) -> Outcome:
    """One owner of all surplus names a price, buyers may turn to the grid: a leader."""
    game = UsageChargeGame(
        np.full(hour.deficits.size, hour.worth),
        hour.slopes,
        0.0,
        import_price=hour.import_price,
        export_price=hour.export_price,
        surplus=hour.supply,
    )
    answer = gt.solve(game)
    price = float(answer[0].strategies[0][0])
    facts = {
        "regret_share": float(answer[0].regrets[0]) / max(1e-12, float(answer[0].payoffs[0])),
        "local_maxima": len(answer.trace),
    }
    return Outcome(hour.wanted(price), price, hour.export_price, facts)


def capped_regret(hour: Hour, sold: np.ndarray, k: int) -> float:
    """What seller k gains by its best other quantity if the price is the grid's at most, found from its corners."""
    others = float(sold.sum() - sold[k])
    bend = float((1 / hour.slopes).sum())

    def profit(q: float) -> float:
        return q * (min(hour.import_price, hour.price_of(q + others)) - hour.export_price)

    best = ((hour.worth - hour.export_price) * bend - others) / 2
    corners = [0.0, hour.surpluses[k], float(hour.deficits.sum()) - others, best]
    return max(profit(float(np.clip(q, 0.0, hour.surpluses[k]))) for q in corners) - profit(float(sold[k]))


def at_the_cap(hour: Hour) -> np.ndarray:
    """Quantities at the grid's price: up to the metered deficit another kWh does not lower it, so all of that is sold.

    Nobody sells more if each sells at least what it would at a price that just begins to fall, (p - f) / slope, or all
    it has; what is left of the deficit is split by the energy left.
    """
    least = (hour.import_price - hour.export_price) * float((1 / hour.slopes).sum())
    sold = np.minimum(hour.surpluses, least)
    left = hour.surpluses - sold
    more = min(float(hour.deficits.sum()), hour.supply) - float(sold.sum())
    return sold + max(0.0, more) * left / max(float(left.sum()), 1e-300)


def quantities(hour: Hour) -> Outcome:
    """Sellers choose how much to sell and feed in the rest; the price is what buyers then pay, the grid's at most."""
    m, bend = hour.surpluses.size, 1 / float((1 / hour.slopes).sum())
    hessians, linear = np.zeros((m, m, m)), np.zeros((m, m))
    for k in range(m):
        hessians[k, k, :] -= bend
        hessians[k, :, k] -= bend
        linear[k, k] = hour.worth - hour.export_price
    sets = [gt.Polyhedron.of([0.0], [most]) for most in hour.surpluses]
    game = gt.QuadraticGame.of([f"s{k}" for k in range(m)], hessians, linear, sets)
    answer = gt.solve(game, "linear_quadratic")
    sold = np.concatenate(answer[0].strategies)
    if sold.sum() < hour.deficits.sum():
        sold = at_the_cap(hour)
    total = float(sold.sum())
    price = min(hour.import_price, hour.price_of(total))
    taken = hour.wanted(price)
    received = (price * total + hour.export_price * (hour.supply - total)) / hour.supply
    regret = max(capped_regret(hour, sold, k) for k in range(m))
    earned = max(1e-12, (price - hour.export_price) * total)
    facts = {"regret_share": regret / earned, "unique_without_cap": answer.complete, "sold_share": total / hour.supply}
    return Outcome(taken, price, received, facts)


def price_war(hour: Hour) -> bool:
    """Whether sellers who name prices have an equilibrium in pure prices."""
    if hour.supply <= hour.deficits.sum():
        return True
    game = capacity_sellers(
        intercept=hour.worth,
        slope=1 / float((1 / hour.slopes).sum()),
        capacities=hour.surpluses,
        cost=hour.export_price,
    )
    return len(gt.solve(game)) > 0


def grid_leader(hour: Hour) -> Outcome:
    """In hours above the threshold the grid names the smallest price at which nobody asks it for energy."""
    if not hour.acts:
        return alone(hour) if not hour.supply else auction(hour)
    if not hour.supply:
        return Outcome(np.zeros(hour.deficits.size), hour.worth, hour.export_price, {"acts": True, "price": hour.worth})
    game = GridLeaderGame(
        auction_by("uniform_price"),
        np.full(hour.deficits.size, hour.worth),
        hour.slopes,
        asks=np.full(hour.surpluses.size, hour.export_price),
        surpluses=hour.surpluses,
        demand=hour.demand,
        threshold=0.0,
        regular_price=hour.import_price,
        export_price=hour.export_price,
        linear_cost=hour.import_price,
    )
    answer = gt.solve(game)
    trade = game.auction
    taken = trade.bought + answer[0].strategies[1]
    price = hour.export_price if trade.price is None else trade.price
    inside = float(trade.sold.sum())
    sell = (price * inside + hour.export_price * (hour.supply - inside)) / hour.supply
    stable = any("stable" in note and "not" not in note for note in answer[0].notes)
    facts = {"acts": True, "price": float(answer[0].strategies[0][0]), "stable": stable}
    return Outcome(taken, price, sell, facts)


BY_RULE = ("mid_market_rate", "supply_demand_ratio")
"""Designs that are split rules of the sharing game."""

DESIGNS: dict[str, Design] = {
    "alone": alone,
    "uniform_price auction": auction,
    "sellers in quantities": quantities,
    "one owner leads": owner,
    "grid leads at peak": grid_leader,
    "bargaining": auction,
}
"""Bargaining makes the trades of the auction, which are worth most, and shares what they add equally."""
