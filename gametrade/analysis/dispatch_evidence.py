"""Evidence about a dispatch game for a report: plans that bound costs from above, duals that bound them from below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from gametrade.analysis.encoding import doubles, floats
from gametrade.analysis.exact_dispatch import (
    Broken,
    complete_plan,
    exact_prices,
    joint_cost,
    joint_value,
    least_cost,
)
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import DispatchGame, all_coalitions
from gametrade.games.coalitional.dispatch_home import HomeProgram
from gametrade.games.coalitional.dispatch_solving import Dispatch
from gametrade.games.coalitional.dispatch_terms import PricePath, Terms
from gametrade.solvers.blocking_answer import BlockingCoalition
from gametrade.solvers.coalition_search import FREE, INSIDE, OUTSIDE
from gametrade.typing import BoolArray, FloatArray, IntArray

SHRINKS = (0.0, 2.0**-44, 2.0**-38, 2.0**-32, 2.0**-26)
"""Shares by which a plan is drawn to the inside of its limits, until no rounding leaves them."""

TABLED_PLAYERS = 8
"""Most homes for which a report proves the value of every coalition."""

TABLED_NUMBERS = 500_000
"""Most numbers of which these proofs may consist."""

ENCODING = "base64(zlib(little-endian float64))"

Bracket = tuple[Fraction, Fraction]


def feasible_plan(home: HomeProgram, plan: FloatArray) -> FloatArray:
    """Round a plan so that it keeps every limit exactly.

    Parameters
    ----------
    home : HomeProgram
        The home.
    plan : ndarray of shape (k,)
        Columns of a solver. [kWh]

    Returns
    -------
    ndarray of shape (k,)
        Columns from which the others are recomputed. [kWh]

    Raises
    ------
    Broken
        If the limits leave no room for rounding.
    """
    for shrink in SHRINKS:
        candidate = _drawn_inside(home, plan, shrink)
        try:
            complete_plan(home, candidate)
        except Broken:
            continue
        return candidate
    raise Broken("the limits of a home leave no room for rounding")


def _drawn_inside(home: HomeProgram, plan: FloatArray, shrink: float) -> FloatArray:
    """Draw the state of charge to a steady one and blocks to an even use; charge at least what is stored."""
    drawn = np.clip(plan, 0.0, home.upper) * (1 - shrink)
    steps = home.steps_of_store
    if steps:
        states = plan[2 * steps : _states_end(home)]
        most = home.upper[2 * steps : 2 * steps + states.size]
        free = states.size == steps
        limits = home.limit[:steps]
        first, last = (states[-1], states[-1]) if free else (limits[0] * (steps > 1), -limits[-1])
        steady = np.linspace(first, last, steps + 1)[1 : 1 + states.size]
        moved = np.clip(steady + (1 - shrink) * (states - steady), 0.0, most)
        path = np.concatenate([[moved[-1] if free else first], moved, [] if free else [last]])
        stored = np.diff(path)
        rate = -home.rows[:steps, :steps].diagonal()
        drawn[:steps] = np.maximum(drawn[:steps], np.maximum(stored, 0.0) / rate * (1 + 2.0**-50))
        drawn[2 * steps : 2 * steps + states.size] = moved
    spilled = slice(home.cost.size - home.spilled, home.cost.size)
    drawn[spilled] = np.minimum(plan[spilled] + shrink * home.upper[spilled], home.upper[spilled]).clip(min=0.0)
    for row in np.flatnonzero(home.equal & (home.derived < 0)):
        inside = home.rows.indices[home.rows.indptr[row] : home.rows.indptr[row + 1]]
        drawn[inside] += shrink * home.limit[row] / inside.size
    return drawn


def _states_end(home: HomeProgram) -> int:
    """Where the columns of the state of charge end: the first state equation names all but the last."""
    steps = home.steps_of_store
    return int(home.rows[:steps].indices.max(initial=2 * steps - 1)) + 1


def plans_to_dict(game: DispatchGame, members: np.ndarray, dispatch: Dispatch) -> dict[str, Any]:
    """Plans of the members of a coalition, as JSON-ready data.

    Raises
    ------
    Broken
        If the limits of a home, or the joint connection, leave no room for rounding.
    """
    chosen = [home for home, inside in zip(game.homes, members, strict=True) if inside]
    own = list(zip(chosen, dispatch.plans, strict=True))
    peak = dispatch.peak * (1 + 2.0**-40)
    data = {"plans": doubles(_joined(feasible_plan(home, plan) for home, plan in own)), "peak": peak}
    if game.terms.limited:
        try:
            cost_from_above(game, members, data)
        except Broken:
            data["plans"] = doubles(_joined(np.clip(plan, 0.0, home.upper) for home, plan in own))
            cost_from_above(game, members, data)
    return data


def _joined(plans: Iterable[FloatArray]) -> FloatArray:
    return np.concatenate([np.zeros(0), *plans])


def cost_from_above(game: DispatchGame, members: np.ndarray, data: Mapping[str, Any]) -> Fraction:
    """Exact cost of the plans of a coalition. [money]"""
    chosen = [home for home, inside in zip(game.homes, members, strict=True) if inside]
    numbers = floats(data["plans"])
    plans = _split(numbers, [home.cost.size for home in chosen])
    return joint_cost(game.terms, chosen, plans, float(data["peak"]))


def duals_to_dict(path: PricePath, values: Sequence[FloatArray], multipliers: Sequence[FloatArray]) -> dict[str, Any]:
    """A price path and dual values of homes, as JSON-ready data."""
    prices = [path.sell, path.peak, path.import_limit, path.export_limit]
    own = [part for pair in zip(values, multipliers, strict=True) for part in pair]
    return {"prices": doubles(np.concatenate(prices)), "duals": doubles(np.concatenate([np.zeros(0), *own]))}


def costs_from_below(
    terms: Terms, homes: Sequence[HomeProgram], data: Mapping[str, Any]
) -> tuple[list[Fraction], Fraction]:
    """Exact lower bound on the cost of each home at a price path, and the worth of a joint connection. [money]"""
    path = PricePath(*_split(floats(data["prices"]), [terms.n_steps] * 4))
    sizes = [size for home in homes for size in (terms.n_steps, home.limit.size)]
    own = _split(floats(data["duals"]), sizes)
    sell, buy = exact_prices(terms, path)
    costs = [least_cost(home, sell, buy, own[2 * i], own[2 * i + 1]) for i, home in enumerate(homes)]
    return costs, joint_value(terms, path)


def alone_to_dict(game: DispatchGame) -> list[dict[str, Any]]:
    """A plan and duals for every home alone, which bracket its cost.

    Parameters
    ----------
    game : DispatchGame
        A game whose homes are all feasible alone.

    Returns
    -------
    list of dict
        One a home.
    """
    entries = []
    for home, found in enumerate(game.alone):
        assert found is not None
        members = np.arange(game.n_players) == home
        duals = duals_to_dict(found.prices, found.values, found.multipliers)
        entries.append({**plans_to_dict(game, members, found), **duals})
    return entries


def alone_brackets(game: DispatchGame, entries: Sequence[Mapping[str, Any]]) -> list[Bracket]:
    """Exact bounds on the cost of every home alone. [money]"""
    if len(entries) != game.n_players:
        raise InvalidInputError(f"evidence must have one entry a home, {game.n_players}. Got {len(entries)}.")
    brackets = []
    for home, data in enumerate(entries):
        members = np.arange(game.n_players) == home
        costs, shared = costs_from_below(game.terms, [game.homes[home]], data)
        brackets.append((costs[0] - shared, cost_from_above(game, members, data)))
    return brackets


def grand_to_dict(game: DispatchGame) -> dict[str, Any]:
    """The plans and duals of all homes together."""
    grand = game.grand
    everyone = np.ones(game.n_players, dtype=bool)
    return {**plans_to_dict(game, everyone, grand), **duals_to_dict(grand.prices, grand.values, grand.multipliers)}


def grand_bracket(game: DispatchGame, data: Mapping[str, Any]) -> Bracket:
    """Exact bounds on the least cost of all homes together. [money]"""
    costs, shared = costs_from_below(game.terms, game.homes, data)
    return sum(costs, Fraction(0)) - shared, cost_from_above(game, np.ones(game.n_players, dtype=bool), data)


@lru_cache(maxsize=1)
def coalitions_to_dict(game: DispatchGame) -> list[dict[str, Any]]:
    """A plan and duals for every coalition, which bracket its value; empty if they are too many or too wide.

    Parameters
    ----------
    game : DispatchGame
        The game; the answer for the last one is kept.

    Returns
    -------
    list of dict
        One a coalition of 2 to n - 1 homes, in bitmask order.
    """
    n, terms = game.n_players, game.terms
    own = sum(home.cost.size + home.limit.size + terms.n_steps for home in game.homes)
    if n > TABLED_PLAYERS or 2 ** (n - 1) * own + 2**n * 4 * terms.n_steps > TABLED_NUMBERS:
        return []
    entries = []
    try:
        for row in tabled_coalitions(n):
            found = game.dispatch(row)
            duals = duals_to_dict(found.prices, found.values, found.multipliers)
            entries.append({**plans_to_dict(game, row, found), **duals})
        alone, grand = alone_to_dict(game), grand_to_dict(game)
        brackets = value_brackets(game, entries, alone_brackets(game, alone), grand_bracket(game, grand))
    except Broken:
        return []
    narrow = all(high - low <= Fraction(game.tolerance) / 2 for low, high in brackets)
    return entries if narrow else []


def tabled_coalitions(n_players: int) -> BoolArray:
    """Coalitions of 2 to n - 1 homes in bitmask order, shape (k, n)."""
    rows = all_coalitions(n_players)
    sizes = rows.sum(axis=1)
    return np.asarray(rows[(sizes > 1) & (sizes < n_players)])


def value_brackets(
    game: DispatchGame, entries: Sequence[Mapping[str, Any]], alone: Sequence[Bracket], grand: Bracket
) -> list[Bracket]:
    """Exact bounds on the value of every coalition, in bitmask order. [money]

    Parameters
    ----------
    game : DispatchGame
        n homes.
    entries : sequence of mapping
        Plans and duals of the coalitions of 2 to n - 1 homes.
    alone : sequence of (Fraction, Fraction)
        Bounds on the cost of each home alone. [money]
    grand : (Fraction, Fraction)
        Bounds on the cost of all homes together. [money]

    Returns
    -------
    list of (Fraction, Fraction), length 2**n
        Zero for homes alone, by definition. [money]

    Raises
    ------
    InvalidInputError
        If there is not one entry for each such coalition.
    """
    rows = all_coalitions(game.n_players)
    if len(entries) != len(tabled_coalitions(game.n_players)):
        raise InvalidInputError("evidence must have one entry for each coalition of 2 to n - 1 homes.")
    left, brackets = iter(entries), []
    for row in rows:
        low, high = Fraction(0), Fraction(0)
        if row.sum() > 1:
            cost = grand if row.all() else _cost_bracket(game, row, next(left))
            members = [bracket for bracket, inside in zip(alone, row, strict=True) if inside]
            low, high = sum((b[0] for b in members), -cost[1]), sum((b[1] for b in members), -cost[0])
        brackets.append((low, high))
    return brackets


def _cost_bracket(game: DispatchGame, members: BoolArray, data: Mapping[str, Any]) -> Bracket:
    """Exact bounds on the cost of one coalition. [money]"""
    homes = [home for home, inside in zip(game.homes, members, strict=True) if inside]
    costs, shared = costs_from_below(game.terms, homes, data)
    return sum(costs, Fraction(0)) - shared, cost_from_above(game, members, data)


def proof_to_dict(blocking: BlockingCoalition) -> dict[str, Any]:
    """The plan of the best coalition and the leaves that bound all others, as JSON-ready data."""
    game, proof = blocking.game, blocking.dispatch_proof
    assert isinstance(game, DispatchGame)
    assert proof is not None
    leaves = [
        {
            "inside": list(game.labels(leaf.state == INSIDE)),
            "outside": list(game.labels(leaf.state == OUTSIDE)),
            **duals_to_dict(leaf.bound.path, leaf.bound.values, leaf.bound.multipliers),
        }
        for leaf in proof.leaves
    ]
    plan = plans_to_dict(game, blocking.members, game.dispatch(blocking.members))
    return {"encoding": ENCODING, **plan, "leaves": leaves}


def leaf_states(game: DispatchGame, leaves: Sequence[Mapping[str, Any]]) -> list[IntArray]:
    """Which homes each leaf has inside, outside and free.

    Raises
    ------
    Broken
        If the leaves overlap or miss a proper coalition.
    """
    states = []
    for leaf in leaves:
        inside, outside = game.members(leaf["inside"]), game.members(leaf["outside"])
        if (inside & outside).any():
            raise Broken("a leaf has a home inside and outside")
        states.append(np.where(inside, INSIDE, np.where(outside, OUTSIDE, FREE)).astype(np.int64))
    table = np.array(states).reshape(len(states), game.n_players)
    if any((table[k + 1 :] * table[k] != -1).all(axis=1).any() for k in range(len(table))):
        raise Broken("two leaves cover the same coalition")
    covered = sum(2 ** int((state == FREE).sum()) for state in states)
    trivial = sum(any((state != side).all() for state in states) for side in (INSIDE, OUTSIDE))
    if covered - trivial != 2**game.n_players - 2:
        raise Broken("the leaves miss a proper coalition")
    return states


def _split(numbers: FloatArray, sizes: Sequence[int]) -> list[FloatArray]:
    if numbers.size != sum(sizes):
        raise InvalidInputError(f"packed data of a certificate must hold {sum(sizes)} numbers. Got {numbers.size}.")
    return np.split(numbers, np.cumsum(sizes)[:-1]) if sizes else []
