"""The proof that no single home and no pair gains by switching, and the coalition that would gain most by leaving."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gametrade.display import Shown
from gametrade.games.formation import FormationGame, Partition, PartitionLike, partition_of
from gametrade.solvers.blocking_answer import BlockingCoalition
from gametrade.solvers.blocking_coalition import blocking_coalition
from gametrade.solvers.home_pairs import PairMove, best_pair
from gametrade.solvers.home_pools import HomePools
from gametrade.solvers.partition_finder import Deviation
from gametrade.typing import FloatArray, IntArray

TABLE_PLAYERS = 14
"""Most homes for which all coalitions are tabulated to find the most profitable one."""


@dataclass(frozen=True, eq=False)
class SwitchingCertificate(Shown):
    """What single homes, pairs and coalitions would gain by leaving a structure of many homes.

    Parameters
    ----------
    formation : FormationGame
        The game.
    structure : partition
        Under test.
    payoffs : ndarray of shape (n,)
        What the rule pays in it. [money]
    single : Deviation
        The single move with the largest gain, whatever its sign.
    pair : Deviation or None
        The pair of which the worse off gains most; None if a single home gains already, or there is one home only.
    blocking : BlockingCoalition or None
        The most profitable coalition that shares what it makes as it likes, all together included, with a bound on all
        others; None for one home.
    """

    formation: FormationGame
    structure: Partition
    payoffs: FloatArray
    single: Deviation
    pair: Deviation | None
    blocking: BlockingCoalition | None

    @property
    def tolerance(self) -> float:
        """Gain that counts as none. [money]"""
        return self.formation.game.tolerance

    @property
    def nash_stable(self) -> bool:
        """Whether no single home gains."""
        return self.single.gains[0] <= self.tolerance

    @property
    def pair_stable(self) -> bool:
        """Whether no single home and no pair gains."""
        return self.nash_stable and (self.pair is None or min(self.pair.gains) <= self.tolerance)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        return {
            "kind": "switching",
            "structure": [list(part) for part in self.structure],
            "payoffs": dict(zip(self.formation.players, self.payoffs.tolist(), strict=True)),
            "single": _told(self.single),
            "pair": None if self.pair is None else _told(self.pair),
            "blocking": None if self.blocking is None else self.blocking.to_dict(),
            "tolerance": self.tolerance,
            "unit": self.formation.game.unit,
        }

    def __str__(self) -> str:
        unit = self.formation.game.unit
        name = self.single.movers[0]
        said = [f"{len(self.structure)} coalitions", f"best single move {self.single.gains[0]:+.4g} {unit} ({name})"]
        if self.pair is not None:
            said.append(f"best pair {min(self.pair.gains):+.4g} {unit} each ({', '.join(self.pair.movers)})")
        if self.blocking is not None:
            said.append(str(self.blocking))
        return "; ".join(said)


def _told(move: Deviation) -> dict[str, Any]:
    joined = [list(part) for part in move.parts] or [list(move.coalition)]
    return {"movers": list(move.movers), "coalitions": joined, "gains": list(move.gains)}


def certified_structure(
    formation: FormationGame, structure: PartitionLike, *, seconds: float = 30.0
) -> SwitchingCertificate:
    """Settle every single move, every move of two homes, and the search for the most profitable coalition.

    Parameters
    ----------
    formation : FormationGame
        Of a sharing game of any size, with equal split or a rule that sets prices from the totals of each step.
    structure : iterable of iterables of str
        The partition.
    seconds : float, default=30.0
        Budget of the search for the most profitable coalition; a bracket if it runs out.

    Returns
    -------
    SwitchingCertificate
        Complete: nothing is sampled. Time n^2 T for each coalition.

    Raises
    ------
    InvalidInputError
        If the rule needs more than totals, or the structure does not put every home in one coalition.

    Notes
    -----
    Everything is computed from the meter data and the structure alone, not from the path that led there. Moves of
    more than two homes under the rule are not examined (that is as hard as deciding the core of the hedonic game);
    the most profitable coalition is that of the transferable game, which shares as it likes: if it does not gain, no
    group gains under any rule. How much coalitions lose is not searched for: where none gains, its bound is 0.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.games.formation import FormationGame
    >>> street = gt.communities.street(6, 2, rng=1, start="2023-06-01")
    >>> formation = FormationGame(gt.SharingGame(street), "mid_market_rate")
    >>> proof = certified_structure(formation, [street.names])
    >>> proof.pair_stable, proof.blocking.blocks
    (True, True)
    """
    pools = HomePools(formation)
    partition = partition_of(formation.game, structure)
    places = pools.places(partition)
    paid, single = _best_single(pools, places)
    pair = best_pair(pools, places) if single.gains[0] <= formation.game.tolerance else None
    blocking = None
    if formation.n_players > 1:
        engine = "table" if formation.n_players <= TABLE_PLAYERS else "auto"
        found = blocking_coalition(formation.game, paid, engine=engine, floor=0.0, seconds=seconds)
        blocking = _with_everybody(formation, found)
    told = None if pair is None else pair_deviation(formation, pair, places)
    return SwitchingCertificate(formation, partition, paid, single, told, blocking)


def _with_everybody(formation: FormationGame, found: BlockingCoalition) -> BlockingCoalition:
    """The most profitable coalition, all together included, which is one wherever the structure is another."""
    n, excess = formation.n_players, formation.game.grand_value - float(found.payoffs.sum())
    bound = max(found.upper_bound, excess)
    if excess <= max(found.excess, formation.game.tolerance):
        return replace(found, upper_bound=bound, largest=n)
    return replace(found, members=np.ones(n, dtype=bool), excess=excess, upper_bound=bound, largest=n)


def _best_single(pools: HomePools, places: IntArray) -> tuple[FloatArray, Deviation]:
    """Payoffs, and the best move of a single home, also if it loses."""
    n, names = len(places), pools.formation.players
    used = np.unique(places).tolist()
    offers = np.stack([pools.joined(np.flatnonzero(places == pool)) for pool in used], axis=1)
    column = np.searchsorted(used, places)
    paid = offers[np.arange(n), column]
    offers[np.arange(n), column] = -np.inf
    alone = pools.joined(np.zeros(0, dtype=np.int64))
    alone[np.bincount(places)[places] == 1] = -np.inf
    gains = np.concatenate([offers, alone[:, None]], axis=1) - paid[:, None]
    home, pool = divmod(int(gains.argmax()), gains.shape[1])
    if not np.isfinite(gains[home, pool]):
        return paid, Deviation((names[0],), (names[0],), (0.0,))
    there = np.flatnonzero(places == used[pool]).tolist() if pool < len(used) else []
    joined = tuple(names[k] for k in sorted([*there, home]))
    return paid, Deviation((names[home],), joined, (float(gains[home, pool]),))


def pair_deviation(formation: FormationGame, move: PairMove, places: IntArray) -> Deviation:
    """Name the movers of a pair and the coalitions that they change."""
    after = after_pair(move, places)
    names = formation.players
    changed = sorted({int(after[h]) for h in move.homes})
    parts = tuple(tuple(names[k] for k in np.flatnonzero(after == pool)) for pool in changed)
    movers = tuple(names[h] for h in sorted(move.homes))
    gains = tuple(gain for _, gain in sorted(zip(move.homes, move.gains, strict=True)))
    return Deviation(movers, parts[0] if len(parts) == 1 else (), gains, () if len(parts) == 1 else parts)


def after_pair(move: PairMove, places: IntArray) -> IntArray:
    """Numbers of the pools after two homes have moved."""
    after = places.copy()
    for home, pool in zip(move.homes, move.pools, strict=True):
        after[home] = pool if pool >= 0 else places.max() + 1
    return after
