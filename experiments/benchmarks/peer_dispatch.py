"""Dispatch of many peers over a sparse trade graph: three negotiations against one quadratic program.

Every instance is solved by consensus, by relaxed consensus and innovation, and centrally by HiGHS. All costs must agree
to 1e-5 of the optimum, which is bounded from below by weak duality with prices that are checked for arbitrage; the
consensus residuals must be below 1e-6.

    python experiments/benchmarks/peer_dispatch.py
    python experiments/benchmarks/peer_dispatch.py --players 3000 --degree 10 --central-up-to 1000
"""

from __future__ import annotations

import argparse
import csv
import time
from pathlib import Path

import numpy as np

from gametrade.games.contracts import PeerDispatch, PeerTrades
from gametrade.solvers.central_dispatch import central_dispatch
from gametrade.solvers.consensus_dispatch import consensus_dispatch
from gametrade.solvers.link_prices import link_prices
from gametrade.solvers.relaxed_consensus import relaxed_consensus

HERE = Path(__file__).parent
NEGOTIATIONS = (consensus_dispatch, relaxed_consensus, link_prices)


def instance(n: int, degree: int, rng: np.random.Generator) -> PeerDispatch:
    """A ring with random chords, half sellers and half buyers, and charges that differ at the two ends of a link."""
    pairs = {(i, i + 1) for i in range(n - 1)} | {(0, n - 1)}
    while len(pairs) < n * degree // 2:
        i, j = sorted(rng.integers(n, size=2).tolist())
        if i < j:
            pairs.add((i, j))
    sells = rng.random(n) < 0.5
    names = [f"p{i}" for i in range(n)]
    slope = np.where(sells, rng.uniform(0.05, 0.15, n), rng.uniform(0.20, 0.35, n))
    most = rng.uniform(1.0, 5.0, n)
    links = [(names[i], names[j]) for i, j in sorted(pairs)]
    charge = rng.uniform(0.0, 0.02, (len(links), 2))
    low, high = np.where(sells, 0.0, -most), np.where(sells, most, 0.0)
    return PeerDispatch(names, rng.uniform(0.02, 0.1, n), slope, low, high, links, charge)


def row(game: PeerDispatch, found: PeerTrades, seconds: float, bound: float) -> dict[str, object]:
    """One line of the table, once its answer is checked."""
    gap = (found.cost - bound) / abs(bound)
    assert found.talk.converged, found.talk
    assert abs(gap) <= 1e-5, gap
    assert found.gaps.min() >= -1e-9
    return {
        "players": game.n_players,
        "links": game.n_links,
        "method": found.method,
        "cpu_s": round(seconds, 2),
        "rounds": found.talk.rounds,
        "messages": found.talk.messages,
        "numbers": found.talk.numbers,
        "messages_per_player": round(found.talk.messages / game.n_players),
        "cost_above_bound_share": f"{gap:.1e}",
        "reciprocity_kwh": f"{found.reciprocity:.1e}",
    }


def compared(n: int, degree: int, seed: int, *, central: bool) -> list[dict[str, object]]:
    """All methods on one instance, against the best lower bound of any of them."""
    game = instance(n, degree, np.random.default_rng(seed))
    methods = [(f, {"tolerance": 1e-6}) for f in NEGOTIATIONS if n <= 1000 or f is not link_prices]
    answers = []
    for method, options in [*methods, *([(central_dispatch, {})] if central else [])]:
        start = time.process_time()
        answers.append((method(game, **options), time.process_time() - start))
    bound = max(found.cost_bound for found, _ in answers)
    return [row(game, found, seconds, bound) for found, seconds in answers]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--players", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--degree", type=int, default=6)
    parser.add_argument("--central-up-to", type=int, default=1000)
    parser.add_argument("--output", type=Path, default=HERE / "peer_dispatch.csv")
    options = parser.parse_args()
    rows = [
        line
        for n in options.players
        for line in compared(n, options.degree, seed=n, central=n <= options.central_up_to)
    ]
    with options.output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    for line in rows:
        print(*line.values())


if __name__ == "__main__":
    main()
