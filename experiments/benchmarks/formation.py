"""CPU time of listing every stable coalition structure of 10 and of 12 homes."""

from __future__ import annotations

import time

import numpy as np

import gametrade as gt
from gametrade.games.formation import FormationGame
from gametrade.solvers.partition_stability import stable_partitions


def random_table(n_players: int, seed: int) -> gt.TableGame:
    """Coalitions of random worth, growing with size."""
    rng = np.random.default_rng(seed)
    sizes = np.array([int(mask).bit_count() for mask in range(2**n_players)])
    return gt.TableGame([f"h{i}" for i in range(n_players)], np.where(sizes > 1, sizes * rng.random(2**n_players), 0.0))


def main() -> None:
    """Time each size and say what was found."""
    for n_players, notions in ((10, None), (12, ("nash", "individual"))):
        formation = FormationGame(random_table(n_players, 0))
        start = time.process_time()
        answers = stable_partitions(formation, notions)
        print(f"{n_players} homes: {time.process_time() - start:.1f} s of CPU")
        for answer in answers.values():
            print(f"  {answer}")


if __name__ == "__main__":
    main()
