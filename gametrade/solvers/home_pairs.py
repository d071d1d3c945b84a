"""Two homes that both gain by moving at the same time, among hundreds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.solvers.home_pools import HomePools
from gametrade.typing import FloatArray, IntArray

CHUNK = 2**21
"""Numbers held at once while many pairs are settled."""


@dataclass(frozen=True, slots=True)
class PairMove:
    """Two homes that move at the same time.

    Parameters
    ----------
    homes : tuple of int
        Their numbers.
    pools : tuple of int
        Numbers of the pools that they join, by the numbers of the places; -1 for a new pool of the two.
    gains : tuple of float
        What each of them gains; no other pair gains more in the worse of the two. [money]
    """

    homes: tuple[int, int]
    pools: tuple[int, int]
    gains: tuple[float, float]

    @property
    def gain(self) -> float:
        """Gain of the one that gains less. [money]"""
        return min(self.gains)


def best_pair(pools: HomePools, places: IntArray) -> PairMove | None:
    """Find the pair of which the worse off gains most by moving at the same time, whatever the sign of its gain.

    Parameters
    ----------
    pools : HomePools
        Rule and homes.
    places : ndarray of int, shape (n,)
        Number of the pool of each home. No single home may gain by moving.

    Returns
    -------
    PairMove or None
        None if there are fewer than two homes.

    Notes
    -----
    Where no single home gains, two homes that join different pools can both gain only if each joins the pool that
    the other leaves: otherwise at least one of them gets what it would get by moving alone. So there are two kinds of
    moves: both into one pool in which neither is, or into a new one, and an exchange of places. All are settled:
    time n^2 T for each pool.
    """
    n = len(places)
    if n < 2:
        return None
    paid = np.zeros(n)
    for pool in np.unique(places).tolist():
        homes = np.flatnonzero(places == pool)
        paid[homes] = pools.joined(homes)[homes]
    found = [_both_join(pools, places, pool, paid) for pool in (-1, *np.unique(places).tolist())]
    found.append(_exchange(pools, places, paid))
    moves = [move for move in found if move is not None]
    return max(moves, key=lambda move: move.gain, default=None)


def _both_join(pools: HomePools, places: IntArray, pool: int, paid: FloatArray) -> PairMove | None:
    """Best pair into one pool in which neither is; into a pool of the two alone for -1."""
    there = np.flatnonzero(places == pool)
    outside = np.flatnonzero(places != pool)
    (supply, need), (surplus, deficit) = pools.total(there), pools.energy
    first, second = (outside[rows] for rows in np.triu_indices(outside.size, 1))
    if pool < 0:
        pair_pool = np.bincount(places)[places[first]] == 2
        keep = ~(pair_pool & (places[first] == places[second]))
        first, second = first[keep], second[keep]
    best: PairMove | None = None
    rows = max(1, CHUNK // max(1, surplus.shape[1]))
    for start in range(0, first.size, rows):
        i, j = first[start : start + rows], second[start : start + rows]
        totals = supply + surplus[i] + surplus[j], need + deficit[i] + deficit[j], np.full(i.size, there.size + 2)
        gains = _two(pools, totals, i, j) - np.stack([paid[i], paid[j]])
        worse = gains.min(axis=0)
        k = int(worse.argmax())
        if best is None or worse[k] > best.gain:
            best = PairMove((int(i[k]), int(j[k])), (pool, pool), (float(gains[0, k]), float(gains[1, k])))
    return best


def _two(pools: HomePools, totals: tuple[FloatArray, FloatArray, IntArray], i: IntArray, j: IntArray) -> FloatArray:
    """What pools pay two of their members each, shape (2, k)."""
    sell, buy, each = pools.split(*totals)
    surplus, deficit = pools.energy
    return np.stack([(sell * surplus[h]).sum(axis=1) + (buy * deficit[h]).sum(axis=1) + each for h in (i, j)])


def _exchange(pools: HomePools, places: IntArray, paid: FloatArray) -> PairMove | None:
    """Best pair that exchanges places."""
    n = len(places)
    surplus, deficit = pools.energy
    sizes = np.bincount(places, minlength=n)
    gains = np.full((n, n), -np.inf)
    for j in range(n):
        movers = np.flatnonzero(places != places[j])
        rest = np.flatnonzero((places == places[j]) & (np.arange(n) != j))
        if movers.size:
            supply, need = pools.total(rest)
            totals = supply + surplus[movers], need + deficit[movers], np.full(movers.size, sizes[places[j]])
            gains[movers, j] = pools.pays(*totals, movers) - paid[movers]
    worse = np.minimum(gains, gains.T)
    i, j = divmod(int(worse.argmax()), n)
    if not np.isfinite(worse[i, j]):
        return None
    return PairMove((i, j), (int(places[j]), int(places[i])), (float(gains[i, j]), float(gains[j, i])))
