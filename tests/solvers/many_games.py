"""Compare the nucleolus and its kin with the exact programs on as many random games as asked for.

python -m tests.solvers.many_games --games 20000 --seed 1
"""

from __future__ import annotations

import argparse
import sys

import numpy as np

import gametrade as gt
from gametrade.solvers.least_core_value import least_core_value
from tests.solvers.degenerate_games import as_game, random_game
from tests.solvers.exact_maschler import solution

CONCEPTS = (("nucleolus", False, True), ("prenucleolus", False, False), ("per_capita_nucleolus", True, True))


def disagreements(n, value):
    """Concepts on which the package and the exact programs differ, in floats or as fractions."""
    game, size = as_game(n, value), max(1, *(abs(v) for v in value.values()))
    for rule, per_member, bounded in CONCEPTS:
        truth, levels = solution(n, value, per_member=per_member, bounded=bounded)
        off = np.abs(gt.allocate(game, rule).payoffs - np.array(truth, dtype=float)).max()
        if off > 1e-9 * size or gt.allocate(game, rule, exact=True).fractions != truth:
            yield rule
        if rule == "prenucleolus" and n > 1 and least_core_value(game).fraction != levels[0]:
            yield "least_core"


def tell(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--games", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng, wrong = np.random.default_rng(options.seed), 0
    for count in range(1, options.games + 1):
        n, value = random_game(rng)
        for concept in disagreements(n, value):
            wrong += 1
            tell(f"game {count}: {concept} differs on {n} players {value}")
        if count % 1000 == 0:
            tell(f"{count} games, {wrong} disagreements")
    tell(f"seed {options.seed}: {options.games} games, {wrong} disagreements")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
