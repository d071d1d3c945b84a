"""Time the Shapley value beside coopgame-py and shapiq on the same table, and of many homes of few types.

Every answer is asserted before its time is printed: the packages must agree, a sample must agree within its errors, and
300 homes of 4 types must share what they gain. Times are CPU seconds, the best of some runs, with the table given.

    python -m pip install coopgame-py shapiq          # whichever is missing is left out
    python experiments/benchmarks/shapley.py          # about two minutes
    python experiments/benchmarks/shapley.py --players 15 20
"""

from __future__ import annotations

import argparse
import importlib.util
import time
from collections.abc import Callable

import numpy as np

import gametrade as gt
from gametrade.solvers.shapley import shapley_values

START = np.datetime64("2023-06-01T00:00:00")
SHAPIQ_PLAYERS = 16
"""shapiq keeps a matrix of 2^n by n booleans."""


def homes(net: np.ndarray) -> gt.SharingGame:
    """The sharing game of homes with the given net loads, at 0.30 and 0.08 a kWh."""
    times = START + np.arange(net.shape[1]) * np.timedelta64(3600, "s")
    names = [f"H{i:03d}" for i in range(len(net))]
    return gt.SharingGame(
        gt.Community(names, np.maximum(net, 0), np.maximum(-net, 0), times, 1.0, gt.Tariff(0.3, 0.08))
    )


def timed(function: Callable[[], np.ndarray], runs: int) -> tuple[np.ndarray, float]:
    """Answer and least CPU seconds over some runs."""
    seconds = []
    for _ in range(runs):
        start = time.process_time()
        answer = function()
        seconds.append(time.process_time() - start)
    return np.asarray(answer), min(seconds)


def others(table: np.ndarray, n: int) -> dict[str, Callable[[], np.ndarray]]:
    """The same question to the other packages that are installed, with their game made beforehand."""
    found: dict[str, Callable[[], np.ndarray]] = {}
    if importlib.util.find_spec("coopgame"):
        import coopgame

        game = coopgame.Game(table[1:].tolist())
        found["coopgame-py"] = lambda: np.array(coopgame.shapley(game))
    if importlib.util.find_spec("shapiq") and n <= SHAPIQ_PLAYERS:
        from shapiq.game_theory.exact import ExactComputer

        bits = 1 << np.arange(n)
        found["shapiq"] = lambda: _by_shapiq(ExactComputer(lambda members: table[members @ bits], n), n)
    return found


def _by_shapiq(computer: object, n: int) -> np.ndarray:
    values = computer.probabilistic_value(index="SV")  # type: ignore[attr-defined]
    return np.array([values[(i,)] for i in range(n)])


def side_by_side(n: int) -> None:
    """One table, every package."""
    game = homes(np.random.default_rng(n).normal(size=(n, 24)))
    table = game.table()
    ours, seconds = timed(lambda: shapley_values(table), 5)
    assert abs(ours.sum() - game.grand_value) <= 1e-12 * game.grand_value
    print(f"n={n}  gametrade {seconds:.5f} s", flush=True)
    for name, ask in others(table, n).items():
        theirs, their_seconds = timed(ask, 2)
        assert np.abs(ours - theirs).max() <= 1e-11 * game.grand_value, f"{name} differs at n = {n}"
        print(f"n={n}  {name} {their_seconds:.5f} s  ratio {their_seconds / seconds:.1f}", flush=True)


def few_types() -> None:
    """300 homes of 4 types: 76^4 different coalitions, against a sample and the sum."""
    rng = np.random.default_rng(0)
    game = homes(rng.permutation(rng.normal(size=(4, 24)).repeat(75, axis=0)))
    exact, seconds = timed(lambda: gt.allocate(game, "shapley").payoffs, 1)
    sample = gt.allocate(game, "shapley", exact=False)
    assert abs(exact.sum() - game.grand_value) <= 1e-10 * game.grand_value
    assert (np.abs(exact - sample.payoffs) <= 5 * sample.standard_errors).all()
    print(f"300 homes of 4 types, exact: {seconds:.2f} s; {sample.notes[0]}")


def in_fractions(n: int) -> None:
    """Values that are whole cents, without rounding."""
    numbers = np.random.default_rng(n).integers(0, 100_000, 2**n).astype(float)
    numbers[0] = 0
    game = gt.TableGame([f"H{i}" for i in range(n)], numbers)
    start = time.process_time()
    answer = gt.allocate(game, "shapley", exact=True)
    seconds = time.process_time() - start
    assert sum(answer.fractions) == game.grand_value
    assert np.abs(answer.payoffs - shapley_values(numbers)).max() <= 1e-9
    print(f"n={n}  in fractions {seconds:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--players", type=int, nargs="+", default=[10, 15, 20, 25])
    for n in parser.parse_args().players:
        side_by_side(n)
        in_fractions(n)
    few_types()


if __name__ == "__main__":
    main()
