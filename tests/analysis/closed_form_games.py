"""Games whose equilibrium is known in letters, in every form in which a numeric solver may be given them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np

import gametrade as gt
from gametrade.analysis.symbolic import SymbolicEquilibrium
from gametrade.games.equilibrium import Equilibrium, StrategicGame
from gametrade.games.evolutionary import EvolutionaryGame
from gametrade.games.quadratic import QuadraticGame
from gametrade.games.sparse_quadratic import SparseQuadraticGame
from gametrade.games.stackelberg import (
    BilevelGame,
    PriceLeaderGame,
    StackelbergGame,
    UsageChargeGame,
    leaders_of_formulas,
)
from gametrade.games.systems.capacity_sellers import capacity_sellers
from gametrade.games.systems.differentiated_sellers import differentiated_sellers
from gametrade.games.systems.payoffs_only_sellers import payoffs_only_sellers
from gametrade.games.systems.quantity_sellers import quantity_sellers
from gametrade.games.systems.shared_facility import shared_facility
from gametrade.registry import derivations

Ranges = Mapping[str, tuple[int, int]]
Values = Mapping[str, float]
Exact = Callable[..., np.ndarray]

RANGES: Mapping[str, Ranges] = {
    "price_competition": {"a": (8, 12), "b": (2, 3), "g": (1, 1), "c1": (1, 3), "c2": (1, 3)},
    "quantity_competition": {"a": (12, 16), "b": (1, 3), "c1": (1, 3), "c2": (1, 3)},
    "capacity_competition": {"a": (10, 12), "b": (1, 2), "E1": (1, 2), "E2": (1, 2)},
    "leading_sellers": {"a": (8, 12), "b": (1, 2), "c": (1, 3)},
    "usage_charge": {"a": (6, 9), "b": (1, 3), "tau": (1, 2), "imported": (4, 7), "exported": (1, 2)},
    "charging_station": {"b1": (8, 10), "b2": (8, 10), "s1": (1, 2), "s2": (1, 2), "w": (1, 2), "C": (90, 99)},
    "welfare_penalty": {"b1": (8, 10), "b2": (8, 10), "s1": (1, 2), "s2": (1, 2), "w": (1, 3), "mu": (0, 0)},
    "shared_facility": {"g": (1, 2), "R": (40, 50), "k1": (1, 2), "k2": (1, 2), "E1": (4, 8), "E2": (4, 8)},
}
"""Numbers of each derivation between which the case in letters holds."""


def drawn(name: str, seed: int) -> dict[str, Fraction]:
    """Random fractions with a denominator of 8; a weight of welfare below a half."""
    rng = np.random.default_rng([seed, sorted(RANGES).index(name)])
    values = {key: Fraction(int(rng.integers(8 * low, 8 * high + 1)), 8) for key, (low, high) in RANGES[name].items()}
    if "mu" in values:
        values["mu"] = Fraction(int(rng.integers(1, 8)), 16)
    return values


@dataclass(frozen=True)
class Form:
    """A game, its equilibrium from the closed form, and how to read that from an answer."""

    game: StrategicGame
    exact: np.ndarray
    read: Callable[[Equilibrium], np.ndarray]


def forms(name: str, values: Mapping[str, Fraction]) -> list[Form]:
    """Every form of one derivation's game at given numbers."""
    v = {key: float(value) for key, value in values.items()}
    return MAKERS[name](v, lambda *names, **other: solution(name, values, names, other))


def solution(name: str, values: Mapping[str, Fraction], names: tuple[str, ...], other: Mapping[str, str]) -> np.ndarray:
    """Variables of the closed form, with some numbers replaced by others of the same values."""
    exact = derived(name).at({**values, **{key: values[taken] for key, taken in other.items()}})
    return np.array([float(exact[variable]) for variable in names])


@cache
def derived(name: str) -> SymbolicEquilibrium:
    """The closed form, derived once."""
    answer: SymbolicEquilibrium = derivations.get(name).function()
    return answer


def played(found: Equilibrium) -> np.ndarray:
    """All strategies, one after the other."""
    return np.concatenate(found.strategies)


def simultaneous(
    payoffs: Mapping[str, str], names: tuple[str, ...], game: QuadraticGame, exact: np.ndarray
) -> list[Form]:
    """Two players with one variable each: a named system, formulas, stored sparsely, and on a grid."""
    formulas = gt.ContinuousGame.from_expressions(
        payoffs, {player: {name: (0.0, 20.0)} for player, name in zip(payoffs, names, strict=True)}
    )
    sparse = SparseQuadraticGame.of(game.players, -game.jacobian, -game.offset, game.sets)
    return [*(Form(one, exact, played) for one in (game, formulas, sparse)), on_a_grid(formulas, exact)]


def on_a_grid(game: gt.ContinuousGame, exact: np.ndarray) -> Form:
    """Three actions each, the middle one the equilibrium: replies are so flat that the others are dominated in turn."""
    steps = [np.array([-0.3, 0.0, 0.3]), np.array([-0.2, 0.0, 0.2])]
    actions = [middle + step for middle, step in zip(exact, steps, strict=True)]
    payoffs = np.array([[game.payoff(np.array([p, q])) for q in actions[1]] for p in actions[0]])
    finite = gt.NormalFormGame(np.moveaxis(payoffs, -1, 0), game.players)
    return Form(finite, exact, lambda found: np.array([s @ a for s, a in zip(found.strategies, actions, strict=True)]))


def price_forms(v: Values, exact: Exact) -> list[Form]:
    scale = v["b"] ** 2 - v["g"] ** 2
    demand = {k: f"(({v['b'] - v['g']})*{v['a']} - {v['b']}*p{k} + {v['g']}*p{3 - k})/{scale}" for k in (1, 2)}
    payoffs = {f"seller {k}": f"(p{k} - {v[f'c{k}']})*{demand[k]}" for k in (1, 2)}
    numbers = {"worth": [v["a"]] * 2, "own": v["b"], "cross": v["g"], "costs": [v["c1"], v["c2"]], "cap": v["a"]}
    prices = exact("p1", "p2")
    return [
        *simultaneous(payoffs, ("p1", "p2"), differentiated_sellers(**numbers), prices),
        Form(payoffs_only_sellers(**numbers), prices, played),
    ]


def quantity_forms(v: Values, exact: Exact) -> list[Form]:
    payoffs = {f"seller {k}": f"q{k}*({v['a']} - {v['b']}*(q1 + q2) - {v[f'c{k}']})" for k in (1, 2)}
    game = quantity_sellers(intercept=v["a"], slope=v["b"], costs=[v["c1"], v["c2"]])
    return [*simultaneous(payoffs, ("q1", "q2"), game, exact("q1", "q2")), as_population(v, exact("q1", c2="c1"))]


def capacity_forms(v: Values, exact: Exact) -> list[Form]:
    game = capacity_sellers(intercept=v["a"], slope=v["b"], capacities=[v["E1"], v["E2"]])
    return [Form(game, exact("p1", "p2"), played)]


def leading_forms(v: Values, exact: Exact) -> list[Form]:
    left = (v["a"] - v["c"]) / v["b"]
    leader = StackelbergGame(
        ("first",),
        (("energy",),),
        (gt.Polyhedron.of([0.0], [left]),),
        (lambda x, y: float(x[0] * v["b"] * (left - x[0] - y[0])),),
        lambda x: np.maximum(0.0, (left - x) / 2),
        between="quadratic",
    )
    own = np.array([[2 * v["b"], v["b"]], [v["b"], 0.0]])
    bilevel = BilevelGame.of(
        {"linear": [v["c"] - v["a"], 0.0], "hessian": own},
        {"linear": [0.0, v["c"] - v["a"]], "hessian": own[::-1, ::-1]},
        n_leader=1,
        n_follower=1,
        bounds=[(0.0, left)] * 2,
    )
    formulas = leaders_of_formulas(
        {"first": f"x*{v['b']}*({left} - x - y)"}, {"first": {"x": (0.0, left)}}, {"y": f"({left} - x)/2"}
    )
    return [Form(one, exact("q1", "y1"), played) for one in (leader, bilevel, formulas)]


def charge_forms(v: Values, exact: Exact) -> list[Form]:
    game = UsageChargeGame([v["a"]], [v["b"]], v["tau"], import_price=v["imported"], export_price=v["exported"])
    low, high, worth = v["exported"], v["imported"] - v["tau"], [v["a"] - v["tau"]]
    plain = PriceLeaderGame(worth, [v["b"]], unit_cost=low, floor=low, cap=high)
    priced = bilevel_price(worth, [v["b"]], low, (low, high))
    return [Form(one, exact("p", "x"), played) for one in (game, plain, priced)]


def station_forms(v: Values, exact: Exact) -> list[Form]:
    worth, slopes = [v["b1"], v["b2"]], [v["s1"], v["s2"]]
    game = PriceLeaderGame(worth, slopes, unit_cost=v["w"], cap=12.0, capacity=v["C"])
    large = PriceLeaderGame(worth, slopes, unit_cost=v["w"], cap=12.0)
    rows = {"rows": [[0.0, 1.0, 1.0]], "limits": [v["C"]]}
    return [
        Form(one, exact("p", "x1", "x2"), played)
        for one in (game, large, bilevel_price(worth, slopes, v["w"], (0.0, 12.0), leader=rows))
    ]


def penalty_forms(v: Values, exact: Exact) -> list[Form]:
    worth, slopes = [v["b1"], v["b2"]], [v["s1"], v["s2"]]
    game = PriceLeaderGame(worth, slopes, unit_cost=v["w"], welfare_weight=v["mu"], cap=12.0)
    mixed = bilevel_price(worth, slopes, v["w"], (0.0, 12.0), weight=v["mu"])
    surplus = " + ".join(f"(b{k} - p)**2/(2*s{k})" for k in (1, 2))
    formulas = leaders_of_formulas(
        {"retailer": f"(1 - mu)*(p - w)*(x + y) + mu*({surplus})"},
        {"retailer": {"p": (0.0, min(worth))}},
        {"x": "(b1 - p)/s1", "y": "(b2 - p)/s2"},
        parameters=dict(v),
    )
    return [Form(one, exact("p", "x1", "x2"), played) for one in (game, mixed, formulas)]


def facility_forms(v: Values, exact: Exact) -> list[Form]:
    game = shared_facility(
        surpluses=[v["E1"], v["E2"]], preferences=[v["k1"], v["k2"]], requirement=v["R"], grid_price=v["g"]
    )
    return [Form(game, exact("p", "e1", "e2"), played)]


def bilevel_price(
    worth: list[float],
    slopes: list[float],
    cost: float,
    prices: tuple[float, float],
    *,
    weight: float = 0.0,
    leader: Mapping[str, list[list[float]] | list[float]] | None = None,
) -> BilevelGame:
    """A price leader as a quadratic program over the optimum of another: minus (1 - mu) profit minus mu surplus."""
    n = len(worth)
    trade, curved = np.zeros((n + 1, n + 1)), np.diag([0.0, *slopes])
    trade[0, 1:] = trade[1:, 0] = 1.0
    value = np.array([0.0, *worth])
    return BilevelGame.of(
        {
            "linear": (1 - weight) * np.array([0.0, *[cost] * n]) - weight * value,
            "hessian": -(1 - 2 * weight) * trade + weight * curved,
            **(leader or {}),
        },
        {"linear": -value, "hessian": trade + curved},
        n_leader=1,
        n_follower=n,
        bounds=[prices, *((0.0, w / s) for w, s in zip(worth, slopes, strict=True))],
    )


def as_population(v: Values, exact: np.ndarray) -> Form:
    """Sellers of one cost who meet in pairs, with three quantities to choose from."""
    actions = exact[0] + np.array([-0.3, 0.0, 0.3])
    payoffs = actions[:, None] * (v["a"] - v["b"] * (actions[:, None] + actions[None, :]) - v["c1"])
    return Form(EvolutionaryGame.from_matrix(payoffs), exact, lambda found: np.array([found.strategies[0] @ actions]))


MAKERS: Mapping[str, Callable[[Values, Exact], list[Form]]] = {
    "price_competition": price_forms,
    "quantity_competition": quantity_forms,
    "capacity_competition": capacity_forms,
    "leading_sellers": leading_forms,
    "usage_charge": charge_forms,
    "charging_station": station_forms,
    "welfare_penalty": penalty_forms,
    "shared_facility": facility_forms,
}
