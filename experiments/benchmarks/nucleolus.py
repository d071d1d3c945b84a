"""Time nucleolus, least core and Shapley value beside coopgame-py and shapiq on one and the same table.

The game: n homes with random net loads over 24 steps share energy at random spreads. Every answer that is timed
is checked: certificates by the package itself, and payoffs of the packages against each other.

    pip install coopgame-py shapiq                              # optional; what is missing is left out
    python experiments/benchmarks/nucleolus.py                  # 15, 20 and 25 players, some minutes
    python experiments/benchmarks/nucleolus.py --players 28     # a table of 2 GiB, gametrade alone
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import gametrade as gt
from gametrade.games.coalitional.subset_sums import subset_sums
from gametrade.solvers.least_core_value import least_core_value

HERE = Path(__file__).parent
STEPS = 24
RIVAL_PLAYERS = {"nucleolus": 25, "least_core": 25, "shapley": 25}
SHAPIQ_PLAYERS = 20
SHAPLEY_PLAYERS = 25

Row = dict[str, object]


def energy_game(n_players: int, rng: np.random.Generator) -> gt.TableGame:
    """The sharing game of homes with normal net loads, as a table that is given."""
    net, spread = rng.normal(size=(n_players, STEPS)), rng.uniform(0.05, 0.3, STEPS)
    table = np.zeros(2**n_players)
    for step in range(STEPS):
        shared = subset_sums(np.maximum(-net[:, step], 0.0))
        np.minimum(shared, subset_sums(np.maximum(net[:, step], 0.0)), out=shared)
        shared *= spread[step]
        table += shared
    return gt.TableGame([f"h{i}" for i in range(n_players)], table)


def timed(function: Callable[[], Any]) -> tuple[Any, float, float]:
    """Result, CPU seconds and wall-clock seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    answer = function()
    return answer, time.process_time() - cpu, time.perf_counter() - wall


def rows_of(game: gt.TableGame) -> Iterator[Row]:
    """Our answer to each question, and that of each other package with its distance from ours."""
    ours = {
        "shapley": lambda: gt.allocate(game, "shapley").payoffs,
        "least_core": lambda: np.array([least_core_value(game).epsilon]),
        "nucleolus": lambda: gt.allocate(game, "nucleolus").payoffs,
    }
    size = float(np.abs(game.numbers).max())
    for question, answer in ours.items():
        if question == "shapley" and game.n_players > SHAPLEY_PLAYERS:
            continue
        mine, cpu, wall = timed(answer)
        row = {"players": game.n_players, "question": question}
        yield {**row, "package": "gametrade", "cpu_seconds": cpu, "wall_seconds": wall, "ratio": 1.0}
        for package, theirs in others(game, question):
            found, other_cpu, other_wall = timed(theirs)
            off = float(np.abs(np.asarray(found) - mine).max()) / size
            assert off <= 1e-6, f"{package} and gametrade differ on {question} by {off:.2g} of the gains"
            yield {
                **row,
                "package": package,
                "cpu_seconds": other_cpu,
                "wall_seconds": other_wall,
                "ratio": other_cpu / cpu,
                "difference": off,
            }


def others(game: gt.TableGame, question: str) -> Iterator[tuple[str, Callable[[], Any]]]:
    """The same question asked of the other packages that are installed."""
    n = game.n_players
    if importlib.util.find_spec("coopgame") and n <= RIVAL_PLAYERS[question]:
        import coopgame

        rival = coopgame.Game(game.numbers[1:].tolist())
        if question == "least_core":
            yield "coopgame-py", lambda: [first_number(coopgame.least_core(rival, domain="preimputation"))]
        elif question == "nucleolus":
            yield "coopgame-py", lambda: allocation_of(coopgame.nucleolus(rival))
        else:
            yield "coopgame-py", lambda: allocation_of(coopgame.shapley(rival))
    if importlib.util.find_spec("shapiq") and question == "shapley" and n <= SHAPIQ_PLAYERS:
        from shapiq.game_theory.exact import ExactComputer

        weights = 1 << np.arange(n)
        yield (
            "shapiq",
            lambda: ExactComputer(lambda rows: game.numbers[rows @ weights], n)("SV").get_n_order_values(1),
        )


def first_number(answer: Any) -> float:
    """Epsilon of a pair, a mapping or an object."""
    if isinstance(answer, dict):
        return float(answer["epsilon"])
    return float(answer.epsilon if hasattr(answer, "epsilon") else answer[0])


def allocation_of(answer: Any) -> Any:
    """Payoffs of a list, a mapping or an object."""
    if isinstance(answer, dict):
        return answer["allocation"]
    return getattr(answer, "allocation", answer)


def main() -> None:
    """Run the benchmarks and write them down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--players", type=int, nargs="*", default=[15, 20, 25])
    parser.add_argument("--out", type=Path, default=HERE / "nucleolus.csv")
    options = parser.parse_args()
    warm = energy_game(8, np.random.default_rng(1))
    assert list(rows_of(warm))
    rows: list[Row] = []
    for n_players in options.players:
        game = energy_game(n_players, np.random.default_rng(0))
        for row in rows_of(game):
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
            print({**row, "peak_gib": round(peak, 2)}, flush=True)
            rows.append({**row, "peak_gib": peak})
    with options.out.open("w", newline="", encoding="utf-8") as file:
        columns = ["players", "question", "package", "cpu_seconds", "wall_seconds", "ratio", "difference", "peak_gib"]
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: f"{v:.4g}" if isinstance(v, float) else v for k, v in row.items()} for row in rows)


if __name__ == "__main__":
    main()
