"""Time the dispatch game: programs, brackets, exact blocking coalitions and the least core by row generation.

Every row asserts the result that it times: brackets hold the exact excess, dual prices share what is saved, the
weights of a least core add up, and plans and duals re-prove each bracket in exact arithmetic.

    python experiments/benchmarks/dispatch.py               # the rows for 50 homes and one week
    python experiments/benchmarks/dispatch.py --month       # also 100 homes and 30 days
    python experiments/benchmarks/dispatch.py --least-core 480
    python experiments/benchmarks/dispatch.py --sharing     # least core of sharing games through the oracle
    python experiments/benchmarks/dispatch.py --nucleolus 300     # nucleolus of sharing games without a table
    python experiments/benchmarks/dispatch.py --nearest 300       # nearest core allocations, at most so long each
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np

import gametrade as gt
from gametrade.analysis.dispatch_evidence import alone_brackets, alone_to_dict, costs_from_below, proof_to_dict
from gametrade.solvers.nucleolus_by_rows import nucleolus_by_rows
from gametrade.solvers.row_generation import least_core_by_rows

Answer = TypeVar("Answer")


def timed(what: str, function: Callable[[], Answer]) -> Answer:
    """Run, and print CPU and wall-clock seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    answer = function()
    print(f"{what:<58} {time.process_time() - cpu:8.2f} s CPU {time.perf_counter() - wall:8.2f} s wall", flush=True)
    return answer


def street(homes: int, days: int) -> gt.DispatchGame:
    """Half of the homes with 6.4 kWh batteries, 40 % with panels, three prices a day."""
    hour = np.arange(24 * days) % 24
    prices = np.where((hour >= 17) & (hour < 21), 0.40, np.where(hour < 6, 0.22, 0.30))
    community = gt.communities.street(homes, days, rng=1, start="2023-04-01", pv_share=0.4, import_price=prices)
    energy = np.where(np.random.default_rng(0).random(homes) < 0.5, 6.4, 0.0)
    return gt.DispatchGame(replace(community, batteries=gt.Batteries(energy, np.full(homes, 5.0), np.full(homes, 0.9))))


def payoff_vectors(game: gt.DispatchGame) -> dict[str, np.ndarray]:
    """Payoffs that are blocked, and those at dual prices."""
    demand = game.community.demand.sum(axis=1)
    local = gt.allocate(game.community, "mid_market_rate").payoffs
    return {
        "equal split": np.full(game.n_players, game.grand_value / game.n_players),
        "by demand": game.grand_value * demand / demand.sum(),
        "mid-market shares": game.grand_value * local / local.sum(),
        "dual prices": timed("  dual prices", lambda: gt.allocate(game, "competitive_price").payoffs),
    }


def reprove(game: gt.DispatchGame, found: gt.BlockingCoalition) -> None:
    """Check the bracket of a root in exact arithmetic."""
    alone = alone_brackets(game, alone_to_dict(game))
    (leaf,) = proof_to_dict(found)["leaves"]
    costs, _ = costs_from_below(game.terms, game.homes, leaf)
    margins = [float(high - cost) - x for (_, high), cost, x in zip(alone, costs, found.payoffs, strict=True)]
    assert sum(max(0.0, margin) for margin in margins) <= found.upper_bound + game.tolerance


def brackets(game: gt.DispatchGame, *, exact: bool) -> None:
    """Bracket, and optimum where asked for, of several payoff vectors."""
    timed("  every home alone", lambda: game.alone_costs)
    timed("  all homes together", lambda: game.grand)
    print(f"  saved by all: {game.grand_value:.2f} {game.unit}")
    for name, payoffs in payoff_vectors(game).items():
        root = timed(f"  {name}: bracket", lambda x=payoffs: gt.blocking_coalition(game, x, engine="bracket"))
        width = 100 * (root.upper_bound - root.excess) / game.grand_value
        print(f"    excess {root.excess:.4f}, bracket {width:.5f} % of what all save")
        if not exact:
            continue
        tree = timed(f"  {name}: exact", lambda x=payoffs: gt.blocking_coalition(game, x, engine="tree"))
        assert root.excess <= tree.excess + game.tolerance
        assert tree.upper_bound <= root.upper_bound + game.tolerance
        leaves = len(tree.dispatch_proof.leaves)
        print(f"    excess {tree.excess:.6f}, {'proved' if tree.proved else 'open'}, {leaves} price paths")
    timed("  the last bracket, re-proved without rounding", lambda: reprove(game, root))


def least_core(game: gt.SharingGame | gt.DispatchGame, what: str, seconds: float) -> None:
    """Least core by row generation."""
    answer = timed(f"  least core, {what}", lambda: least_core_by_rows(game, seconds=seconds))
    for inside in answer.coalitions.T:
        assert sum(weight for weight, member in zip(answer.weights, inside, strict=True) if member) == 1
    assert abs(answer.payoffs.sum() - game.grand_value) <= 1e-9 * game.grand_value
    width = 100 * (answer.upper_bound - answer.lower_bound) / game.grand_value
    print(f"    {answer}; bracket {width:.6f} % of what all save")


def nucleolus(game: gt.SharingGame, what: str, seconds: float) -> None:
    """Nucleolus by row generation, with the levels that were proved."""
    answer = timed(f"  nucleolus, {what}", lambda: nucleolus_by_rows(game, seconds=seconds))
    assert abs(answer.imbalance) <= 1e-9 * game.grand_value
    for level in answer.certificate["levels"]:
        high = min(level["upper_bound"], 0.0)
        gap = 100 * (high - level["level"]) / game.grand_value
        print(
            f"    level {level['level']:.6g}, {level['status']}, bracket {gap:.4f} % of what all save, "
            f"{len(level['coalitions'])} coalitions, {level['searches']} searches, {level['regions']} regions"
        )


def normal_nets(homes: int, seed: int, steps: int = 24) -> gt.SharingGame:
    """Random normal net loads, at 0.30 and 0.10 a kWh."""
    net = np.random.default_rng(seed).normal(size=(homes, steps))
    times = np.datetime64("2023-06-01T00:00:00") + np.arange(steps) * np.timedelta64(3600, "s")
    names = [f"home{i:02d}" for i in range(homes)]
    tariff = gt.Tariff(0.30, 0.10)
    return gt.SharingGame(gt.Community(names, np.maximum(net, 0), np.maximum(-net, 0), times, 1.0, tariff))


def nearest(game: gt.SharingGame | gt.DispatchGame, rule: str | np.ndarray, norm: str, seconds: float) -> None:
    """The way from a rule into the core; the bound must follow from the weights, and the sum be right."""
    found = timed(f"  nearest, {norm}", lambda: gt.nearest_core_allocation(game, rule, norm=norm, seconds=seconds))
    weights, everyone = found.weights, found.weights.everyone
    push = max(0.0, float(weights.direction.max())) if norm == "fee" else 0.0
    gained = weights.weights @ (game.values(weights.coalitions) - weights.coalitions @ found.start)
    gained += (everyone - push) * (game.grand_value - found.start.sum())
    size = np.linalg.norm(weights.direction - push, {"l1": np.inf, "l2": 2, "linf": 1, "fee": 1}[norm])
    assert abs(min(found.distance, max(0.0, gained / max(size, 1e-300))) - found.lower_bound) <= 1e-6 * found.distance
    assert abs(found.payoffs.sum() - game.grand_value) <= 1e-9 * game.grand_value
    path = "no price path" if found.local_price is None else "a price path"
    gap = (found.distance - found.lower_bound) / found.distance
    print(
        f"  from {found.lower_bound:.6g} to {found.distance:.6g}, gap {gap:.2%}, {path} pays it, exact: {found.exact}"
    )


def main() -> None:
    """Run the rows that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--month", action="store_true", help="also 100 homes and 30 days")
    parser.add_argument("--least-core", type=float, default=0.0, metavar="SECONDS", help="50 homes, one week")
    parser.add_argument("--sharing", action="store_true", help="least core of sharing games without a table")
    parser.add_argument("--nucleolus", type=float, default=0.0, metavar="SECONDS", help="sharing games, nothing else")
    parser.add_argument("--nearest", type=float, default=0.0, metavar="SECONDS", help="core projections, nothing else")
    wanted = parser.parse_args()
    if wanted.nucleolus:
        print("sharing games, 168 steps")
        for homes in (30, 40, 60):
            nucleolus(normal_nets(homes, 0, 168), f"n = {homes}, random normal nets", wanted.nucleolus)
        nucleolus(gt.SharingGame(street(60, 7).community), "n = 60, a street", wanted.nucleolus)
        return
    if wanted.nearest:
        print("normal net loads, the mid-market rate")
        for homes in (25, 49):
            print(f"{homes} homes x 168 h")
            nearest(normal_nets(homes, 0, 168), "mid_market_rate", "l1", wanted.nearest)
        print("batteries, 100 homes x 168 h, split by demand")
        week = street(100, 7)
        demand = week.community.demand.sum(axis=1)
        for norm in ("l1", "l2", "fee"):
            nearest(week, week.grand_value * demand / demand.sum(), norm, wanted.nearest)
        return
    print("50 homes x 168 h")
    week = street(50, 7)
    brackets(week, exact=True)
    if wanted.least_core:
        least_core(week, "50 homes x 168 h", wanted.least_core)
    if wanted.month:
        print("100 homes x 720 h")
        brackets(street(100, 30), exact=False)
    if wanted.sharing:
        print("sharing games, 24 steps, random normal nets")
        for homes, seed in ((10, 0), (20, 0), *((30, seed) for seed in range(10))):
            least_core(normal_nets(homes, seed), f"n = {homes}, seed {seed}", 300.0)


if __name__ == "__main__":
    main()
