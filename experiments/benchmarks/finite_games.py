"""Time the solvers of finite games beside nashpy, and beside QuantEcon where it is installed, in one process.

Random games with whole payoffs from 0 to 9999, the same for every tool. Every answer is asserted: our regrets are zero
in rational arithmetic, our lists are proved complete, and the others are counted against them. CPU seconds, as the
median over the seeds; what a tool cannot end in the time given to it is left out.

    python experiments/benchmarks/finite_games.py
    python experiments/benchmarks/finite_games.py --seeds 10
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import statistics
import time
import warnings
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np

import gametrade as gt
from gametrade.solvers.certified_profile import certified, on_supports
from gametrade.solvers.lemke_howson import propose
from gametrade.solvers.reply_polytopes import two_player_payoffs

HERE = Path(__file__).parent
QUANTECON = importlib.util.find_spec("quantecon") is not None

NASHPY_GAMES = 1
"""Games of 10 x 10 that nashpy gets: it takes some 20 seconds for each. Its supports do not end in half a minute."""

Row = dict[str, object]
Answer = tuple[int, int]
"""Equilibria found, and how many there are; 0 where nobody knows."""


def games(size: int, seeds: int) -> list[gt.NormalFormGame]:
    """Random games of two players."""
    draws = (np.random.default_rng(seed).integers(0, 10_000, (2, size, size)) for seed in range(1, seeds + 1))
    return [gt.NormalFormGame.bimatrix(*tables) for tables in draws]


def measure(what: str, tool: str, subjects: list[gt.NormalFormGame], run: Callable[[gt.NormalFormGame], Answer]) -> Row:
    """Median CPU seconds, and what was found."""
    seconds, found = [], []
    for game in subjects:
        start = time.process_time()
        answer = run(game)
        seconds.append(time.process_time() - start)
        found.append(answer)
    return {
        "what": what,
        "size": subjects[0].shape[0],
        "tool": tool,
        "median_cpu_s": f"{statistics.median(seconds):.6f}",
        "largest_cpu_s": f"{max(seconds):.6f}",
        "found": sum(answer[0] for answer in found),
        "games": len(subjects),
    }


def ours(game: gt.NormalFormGame) -> Answer:
    """All equilibria, complete and exact."""
    solution = gt.solve(game, "vertex_enumeration")
    assert solution.complete
    assert len(solution) % 2 == 1
    assert all(equilibrium.regret == 0 for equilibrium in solution)
    return len(solution), len(solution)


def proposed(game: gt.NormalFormGame) -> Answer:
    """QuantEcon's list, each proved."""
    solution = gt.solve(game, "vertex_enumeration", proposals="quantecon")
    assert all(equilibrium.regret == 0 for equilibrium in solution)
    return len(solution), 0


def by_supports(game: gt.NormalFormGame) -> Answer:
    """All equilibria by every pair of supports."""
    return len(gt.solve(game, "support_enumeration")), 0


def nashpy_supports(game: gt.NormalFormGame) -> Answer:
    """What nashpy's support enumeration yields."""
    import nashpy

    return len(list(nashpy.Game(*game.payoffs).support_enumeration())), 0


def nashpy_vertices(game: gt.NormalFormGame) -> Answer:
    """What nashpy's vertex enumeration yields."""
    import nashpy

    return len(list(nashpy.Game(*game.payoffs).vertex_enumeration())), 0


def quantecon_game(game: gt.NormalFormGame) -> object:
    """The game as QuantEcon reads it: own actions in rows."""
    import quantecon.game_theory as qe

    first, second = game.payoffs
    return qe.NormalFormGame([qe.Player(first.copy()), qe.Player(second.T.copy())])


def quantecon_vertices(game: gt.NormalFormGame) -> Answer:
    """What QuantEcon's vertex enumeration lists."""
    import quantecon.game_theory as qe

    return len(qe.vertex_enumeration(quantecon_game(game))), 0


def quantecon_path(game: gt.NormalFormGame) -> Answer:
    """QuantEcon's Lemke-Howson; its regret is looked at, not certified."""
    import quantecon.game_theory as qe

    profile = qe.lemke_howson(quantecon_game(game))
    assert game.regrets(profile).max() <= 1e-9 * game.payoff_range.max()
    return 1, 0


def proposal(game: gt.NormalFormGame) -> Answer:
    """Supports at the end of a path in floats."""
    assert propose(game) is not None
    return 1, 0


def proof(game: gt.NormalFormGame) -> Answer:
    """The exact profile on those supports, and its exact regret; the proposal is timed apart."""
    first, second = two_player_payoffs(game, "lemke_howson")
    profile = on_supports(first, second, *SUPPORTS[id(game)])
    assert profile is not None
    equilibrium = certified(game, profile)
    assert equilibrium is not None
    assert [Fraction(value) for value in equilibrium.certificate["regrets"]] == [0, 0]
    return 1, 0


SUPPORTS: dict[int, tuple[list[int], list[int]]] = {}


def rows(seeds: int) -> list[Row]:
    """All measurements."""
    found = []
    for size in (5, 10, 12):
        subjects = games(size, seeds)
        found.append(measure("all equilibria", "gametrade vertices, exact", subjects, ours))
        if QUANTECON:
            quantecon_vertices(subjects[0])
            found.append(measure("all equilibria", "quantecon vertices, floats", subjects, quantecon_vertices))
            found.append(measure("all equilibria", "gametrade with quantecon", subjects, proposed))
        if size == 5:
            found.append(measure("all equilibria", "gametrade supports, exact", subjects, by_supports))
            found.append(measure("all equilibria", "nashpy supports", subjects, nashpy_supports))
            found.append(measure("all equilibria", "nashpy vertices", subjects, nashpy_vertices))
        if size == 10:
            few = subjects[:NASHPY_GAMES]
            found.append(measure("all equilibria of these", "gametrade vertices, exact", few, ours))
            found.append(measure("all equilibria of these", "nashpy vertices", few, nashpy_vertices))
    for size in (10, 50, 100):
        subjects = games(size, seeds)
        found.append(measure("one equilibrium", "gametrade proposal, floats", subjects, proposal))
        for game in subjects:
            supports = propose(game)
            assert supports is not None
            SUPPORTS[id(game)] = supports
        found.append(measure("one equilibrium", "gametrade proof, exact", subjects, proof))
        if QUANTECON:
            quantecon_path(subjects[0])
            found.append(measure("one equilibrium", "quantecon Lemke-Howson, floats", subjects, quantecon_path))
    return found


def main() -> None:
    """Measure, print and write ``finite_games.csv``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    warnings.simplefilter("ignore")
    table = rows(parser.parse_args().seeds)
    with (HERE / "finite_games.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(table[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    for row in table:
        print("  ".join(f"{value!s:<28}" if key == "tool" else f"{value!s:<16}" for key, value in row.items()))


if __name__ == "__main__":
    main()
