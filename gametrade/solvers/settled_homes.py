"""Hundreds of homes that switch alone and in pairs until no home and no pair gains, from several starts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from gametrade.display import Shown
from gametrade.errors import InvalidInputError
from gametrade.games.formation import FormationGame, Partition, PartitionLike, partition_of
from gametrade.solvers.certified_structure import SwitchingCertificate, after_pair, certified_structure
from gametrade.solvers.home_pairs import PairMove, best_pair
from gametrade.solvers.home_pools import HomePools
from gametrade.solvers.switching_path import SwitchingPath, switching_path

MOST_POOLS = 8
"""Most pools among which homes are scattered at a random start."""


@dataclass(frozen=True, eq=False)
class SettledHomes(Shown):
    """A structure that homes have switched to, with its certificate.

    Parameters
    ----------
    certificate : SwitchingCertificate
        Of the structure that is stable, or else of the one met that no single home leaves and pairs gain least by
        leaving.
    paths : tuple of SwitchingPath
        Moves of single homes in the run that led there; between them a pair has moved.
    ending : str
        ``"stable"``: no home and no pair gains; ``"cycle"``: from the first start structures return for ever, and no
        other start ended; ``"stopped"``.
    cycle : tuple of partitions
        Structures that return for ever from the first start, one move of a home or of a pair apart; empty if none do.
    starts : int
        Starts that were tried.
    """

    certificate: SwitchingCertificate
    paths: tuple[SwitchingPath, ...]
    ending: str
    cycle: tuple[Partition, ...] = ()
    starts: int = 1

    def __str__(self) -> str:
        moves = sum(len(path.moves) for path in self.paths)
        told = f"{moves} moves of homes and {len(self.paths) - 1} of pairs, {self.ending}"
        if self.starts > 1:
            told += f" ({self.starts} starts)"
        return f"{told}: {self.certificate}"


@dataclass
class _Run:
    """One start: paths of single homes, the best pair at the end of each, and how it ended."""

    paths: list[SwitchingPath] = field(default_factory=list)
    pairs: list[PairMove | None] = field(default_factory=list)
    ending: str = "stopped"

    def gain(self, k: int) -> float:
        """What the best pair gains after path k; infinite if single homes still move."""
        if self.paths[k].ending != "stable":
            return np.inf
        pair = self.pairs[k]
        return -np.inf if pair is None else pair.gain

    @property
    def least(self) -> int:
        """The path after which pairs gain least."""
        return min(range(len(self.paths)), key=self.gain)

    @property
    def cycle(self) -> tuple[Partition, ...]:
        """The structures that return."""
        last = self.paths[-1]
        if self.ending != "cycle":
            return ()
        if last.ending == "cycle":
            met = last.structures
            return met[met.index(last.final) : -1]
        first = [path.final for path in self.paths].index(last.final)
        back = [structure for path in self.paths[first + 1 :] for structure in path.structures]
        return (last.final, *back[:-1])


def settled_homes(
    formation: FormationGame,
    start: PartitionLike | None = None,
    *,
    most_pairs: int = 20,
    seconds: float = 30.0,
    starts: int = 1,
    rng: np.random.Generator | None = None,
) -> SettledHomes:
    """Let single homes switch until none gains, then a pair that gains, and so on, until no home and no pair gains.

    Parameters
    ----------
    formation : FormationGame
        Of a sharing game of any size, with equal split or a rule that sets prices from the totals of each step.
    start : iterable of iterables of str, optional
        First structure; everybody alone by default.
    most_pairs : int, default=20
        Moves of pairs from each start after which to stop, at least 0.
    seconds : float, default=30.0
        As in :func:`~gametrade.solvers.certified_structure.certified_structure`.
    starts : int, default=1
        Starts that are tried until one ends: the first structure, everybody together, then homes scattered among a few
        pools at random, from where they move in random order.
    rng : numpy.random.Generator, optional
        Needed for more than two starts.

    Returns
    -------
    SettledHomes
        The certificate says what was reached.

    Raises
    ------
    InvalidInputError
        If the rule needs more than totals, or numbers of moves or starts are too small, or a random source is missing.

    Notes
    -----
    No structure need be stable against pairs: under the mid-market rate some streets of 6 homes have none, as the list
    of all structures shows. A cycle from one start proves nothing about others, so several are tried.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.games.formation import FormationGame
    >>> street = gt.communities.street(6, 2, rng=1, start="2023-06-01")
    >>> settled_homes(FormationGame(gt.SharingGame(street), "mid_market_rate")).ending
    'stable'
    """
    for name, number, least in (("most_pairs", most_pairs, 0), ("starts", starts, 1)):
        if number < least:
            raise InvalidInputError(f"{name} of settled_homes must be at least {least}. Got {number}.")
    if starts > 2 and rng is None:
        raise InvalidInputError(f"rng of settled_homes must be given for more than two starts. Got {starts} starts.")
    runs: list[_Run] = []
    for places, order in _starts(formation, start, starts, rng):
        runs.append(_run(formation, places, most_pairs, order))
        if runs[-1].ending == "stable":
            break
    chosen = runs[-1] if runs[-1].ending == "stable" else min(runs, key=lambda run: run.gain(run.least))
    kept = chosen.paths[: chosen.least + 1]
    proof = certified_structure(formation, kept[-1].final, seconds=seconds)
    ending = "stable" if proof.pair_stable else runs[0].ending
    return SettledHomes(proof, tuple(kept), ending, runs[0].cycle, len(runs))


def _starts(
    formation: FormationGame, start: PartitionLike | None, count: int, rng: np.random.Generator | None
) -> Iterator[tuple[Partition, np.random.Generator | None]]:
    """First structures, and who draws the order of moves from there."""
    names = formation.players
    yield partition_of(formation.game, [[name] for name in names] if start is None else start), None
    if count > 1:
        yield (names,), None
    for k in range(count - 2):
        assert rng is not None
        places = rng.integers(2 + k % (MOST_POOLS - 1), size=len(names))
        parts = [[name for name, at in zip(names, places, strict=True) if at == p] for p in np.unique(places)]
        yield partition_of(formation.game, parts), rng


def _run(formation: FormationGame, start: Partition, most_pairs: int, rng: np.random.Generator | None) -> _Run:
    """Single homes move until none gains, then the pair of which the worse off gains most, and so on."""
    pools, run, tolerance = HomePools(formation), _Run(), formation.game.tolerance
    while True:
        path = switching_path(formation, start, rng=rng)
        places = pools.places(path.final)
        pair = best_pair(pools, places) if path.ending == "stable" else None
        returned = path.final in [earlier.final for earlier in run.paths]
        run.paths.append(path)
        run.pairs.append(pair)
        if path.ending != "stable":
            run.ending = path.ending
            return run
        if pair is None or pair.gain <= tolerance:
            run.ending = "stable"
            return run
        if returned and rng is None:
            run.ending = "cycle"
            return run
        if len(run.paths) > most_pairs:
            return run
        start = pools.structure(after_pair(pair, places))
