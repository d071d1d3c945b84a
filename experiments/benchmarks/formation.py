"""CPU time of listing every stable coalition structure of 10 and of 12 homes, and of settling 500 homes.

python experiments/benchmarks/formation.py
"""

from __future__ import annotations

import time

import numpy as np

import gametrade as gt
from gametrade.games.formation import FormationGame
from gametrade.solvers.certified_structure import certified_structure
from gametrade.solvers.partition_stability import deviation_from, stable_partitions
from gametrade.solvers.switching_path import switching_path


def random_table(n_players: int, seed: int) -> gt.TableGame:
    """Coalitions of random worth, growing with size."""
    rng = np.random.default_rng(seed)
    sizes = np.bitwise_count(np.arange(2**n_players))
    values = np.where(sizes > 1, sizes * rng.random(2**n_players), 0.0)
    return gt.TableGame(tuple(f"h{i}" for i in range(n_players)), values)


def listed(n_players: int, notions: tuple[str, ...] | None) -> None:
    """Time all lists of one size; of the first structures listed nobody may leave."""
    formation = FormationGame(random_table(n_players, 0))
    start = time.process_time()
    answers = stable_partitions(formation, notions)
    print(f"{n_players} homes: {time.process_time() - start:.1f} s of CPU")
    for notion, answer in answers.items():
        print(f"  {answer}")
        assert all(deviation_from(formation, found, notion) is None for found in answer.partitions[:3])


def settled(rule: str, n_homes: int = 500) -> None:
    """Time a week of homes that switch from everybody alone, and the certificate of the end."""
    street = gt.communities.street(n_homes, 7, rng=1, start="2023-06-01")
    formation = FormationGame(gt.SharingGame(street), rule)
    start = time.process_time()
    path = switching_path(formation)
    moved = time.process_time()
    proof = certified_structure(formation, path.final)
    ended = time.process_time()
    assert path.ending != "stable" or proof.nash_stable
    print(f"{n_homes} homes x {street.n_steps} h, {rule}: {path}; moves {moved - start:.1f} s, certificate "
          f"{ended - moved:.1f} s of CPU")  # fmt: skip
    print(f"  {proof}")


def main() -> None:
    """Time each size and say what was found."""
    listed(10, None)
    listed(12, ("nash", "individual"))
    for rule in ("mid_market_rate", "supply_demand_ratio"):
        settled(rule)


if __name__ == "__main__":
    main()
