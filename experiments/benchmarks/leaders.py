"""A price leader over up to a million followers: all breakpoints against scipy's bounded scalar search.

Both maximise the same payoff. The search knows nothing of the many local maxima; how often it is wrong, and by how
much, is counted over 200 random instances. Every answer of the enumeration is asserted: no search and no grid
does better, and on small instances exact rational arithmetic proves the regret.

    python experiments/benchmarks/leaders.py
    python experiments/benchmarks/leaders.py --followers 100000 --instances 50
"""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar

import gametrade as gt
from gametrade.analysis.verification.leaders import prove_leader
from gametrade.games.stackelberg import PriceLeaderGame

HERE = Path(__file__).parent
WRONG = 1e-6
"""Share of the payoff by which a search has to miss the optimum to count as wrong."""


def crowd(n: int, rng: np.random.Generator, *, groups: int = 1) -> PriceLeaderGame:
    """Followers in groups of customers who value energy very differently."""
    centre = rng.uniform(1.0, 20.0, groups)[rng.integers(groups, size=n)]
    weight = rng.uniform(0.05, 1.0, groups)[rng.integers(groups, size=n)]
    values = centre * rng.uniform(0.95, 1.05, n)
    slopes = values / (weight * rng.uniform(0.5, 2.0, n) * rng.choice([1.0, 20.0, 200.0], size=n))
    return PriceLeaderGame(
        values,
        slopes,
        0.0,
        rng.uniform(0.2, 1.0, n) * values / slopes,
        unit_cost=float(rng.uniform(0.0, 1.0)),
        cap=25.0,
    )


def cpu(function):
    """Result and CPU seconds."""
    start = time.process_time()
    return function(), time.process_time() - start


def search(game: PriceLeaderGame, *, whole: bool = False) -> float:
    """Best payoff that scipy's bounded search finds between the cost and the highest value, or over all prices."""
    ends = (game.floor, game.cap) if whole else (game.unit_cost, float(game.intercepts.max()))
    found = minimize_scalar(lambda p: -game.objective(p), bounds=ends, method="bounded", options={"xatol": 1e-10})
    return float(-found.fun)


def large(n: int, seed: int) -> dict[str, object]:
    """One instance of n followers."""
    game = crowd(n, np.random.default_rng(seed), groups=4)
    answer, exact_seconds = cpu(lambda: gt.solve(game, "leader_breakpoints"))
    found, search_seconds = cpu(lambda: search(game))
    best = answer[0]
    payoff = float(best.payoffs[0])
    assert best.regrets[0] <= 1e-9 * payoff, best.regrets
    assert best.regrets[1] == 0.0
    assert found <= payoff * (1 + 1e-12)
    grid = max(game.objective(p) for p in np.linspace(game.floor, game.cap, 25))
    assert grid <= payoff * (1 + 1e-12)
    return {
        "followers": n,
        "seed": seed,
        "pieces": best.certificate["n_pieces"],
        "local_maxima": len(answer.trace),
        "exact_cpu_s": round(exact_seconds, 3),
        "scipy_cpu_s": round(search_seconds, 3),
        "regret_bound_share": float(best.regrets[0]) / payoff,
        "scipy_misses_share": 1 - found / payoff,
    }


def wrong(instances: int) -> dict[str, object]:
    """How often the search misses the optimum over random instances, small ones proved in rationals."""
    misses, misses_whole = [], []
    for seed in range(instances):
        rng = np.random.default_rng(1000 + seed)
        game = crowd(int(rng.integers(2, 60)), rng, groups=int(rng.integers(1, 6)))
        best = gt.solve(game, "leader_breakpoints")[0]
        payoff = float(best.payoffs[0])
        if game.n_followers <= 20:
            assert float(prove_leader(best).regret) <= 1e-12 * payoff
        grid = max(game.objective(p) for p in np.linspace(game.floor, game.cap, 2000))
        found = search(game)
        wide = search(game, whole=True)
        assert max(grid, found, wide) <= payoff * (1 + 1e-12)
        misses.append(1 - found / payoff)
        misses_whole.append(1 - wide / payoff)
    share = np.array(misses)
    return {
        "instances": instances,
        "scipy_wrong": int((share > WRONG).sum()),
        "scipy_wrong_over_all_prices": int((np.array(misses_whole) > WRONG).sum()),
        "worst_miss_share": float(share.max()),
        "mean_miss_share_when_wrong": float(share[share > WRONG].mean()) if (share > WRONG).any() else 0.0,
    }


def main() -> None:
    """Run, print and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--followers", type=int, default=1_000_000)
    parser.add_argument("--instances", type=int, default=200)
    chosen = parser.parse_args()
    rows = [large(n, seed) for seed, n in enumerate([1_000, 100_000, chosen.followers])]
    for row in rows:
        print(row)
    count = wrong(chosen.instances)
    print(count)
    with (HERE / "leaders.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, [*rows[0], *count])
        writer.writeheader()
        writer.writerows([*rows, count])


if __name__ == "__main__":
    main()
