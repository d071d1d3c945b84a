"""CPU time of listing every stable coalition structure of 10 and of 12 homes, and of settling hundreds.

python experiments/benchmarks/formation.py
"""

from __future__ import annotations

import time

import numpy as np

import gametrade as gt
from gametrade.games.formation import FormationGame
from gametrade.solvers.certified_structure import certified_structure
from gametrade.solvers.partition_stability import deviation_from, stable_partitions
from gametrade.solvers.settled_homes import settled_homes
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


def in_pairs(rule: str, n_homes: int, starts: int, most_pairs: int) -> None:
    """Time homes that move alone and in pairs, from several starts."""
    street = gt.communities.street(n_homes, 7, rng=1, start="2023-06-01")
    formation = FormationGame(gt.SharingGame(street), rule)
    rng, start = np.random.default_rng(0), time.process_time()
    end = settled_homes(formation, starts=starts, most_pairs=most_pairs, seconds=5.0, rng=rng)
    spent = time.process_time() - start
    assert end.certificate.nash_stable
    assert (end.ending == "stable") == end.certificate.pair_stable
    sizes = [len(part) for part in end.certificate.structure]
    gain = min(end.certificate.pair.gains) if end.certificate.pair else 0.0
    print(f"{n_homes} homes, {rule}, pairs: {end.ending} after {end.starts} starts, {spent:.1f} s of CPU; "
          f"sizes {sizes}, best pair {gain:+.4f} EUR each; {len(end.cycle)} structures return")  # fmt: skip


def main() -> None:
    """Time each size and say what was found."""
    listed(10, None)
    listed(12, ("nash", "individual"))
    for rule in ("mid_market_rate", "supply_demand_ratio"):
        settled(rule)
        in_pairs(rule, 60, 12, 10)
        in_pairs(rule, 500, 2, 6)


if __name__ == "__main__":
    main()
