"""The largest excess of a sharing game outside the span of settled coalitions, by branch and bound with proof."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from gametrade.solvers.coalition_scan import SCANNED, CoalitionScan
from gametrade.solvers.coalition_search import FREE, INSIDE, OUTSIDE
from gametrade.solvers.integer_span import IntegerSpan
from gametrade.solvers.price_tree import clearing_price
from gametrade.solvers.relaxed_excess import RelaxedExcess
from gametrade.typing import BoolArray, FloatArray, IntArray

ENOUGH = 24
"""Coalitions above the level after which the search for more stops."""

PATIENCE = 200
"""Regions looked at after the first such coalition."""

KEPT = 64
"""Coalitions above the level that are kept of one such region."""

KEPT_OF_ALL = 2000
"""The same where all coalitions above the level are wanted."""

MOST_FOUND = 200_000
"""Coalitions found after which only the best one of each further region is kept."""

PRIOR = 0.05
"""Weight of the size of a home beside falls of bounds that were seen."""

TINY = 1e-9
"""A fall of no consequence, in units of the game."""


@dataclass(frozen=True, eq=False, slots=True)
class Separation:
    """Unsettled coalitions above a level, or the proof that there are none.

    Parameters
    ----------
    rows : ndarray of bool, shape (k, n)
        Coalitions above the level.
    upper_bound : float
        No unsettled coalition has a larger excess. [money]
    complete : bool
        Whether every region was closed; if so and there are no rows, the upper bound is the level.
    regions : int
        Regions that were looked at.
    upper_excess : float
        Largest excess of the coalitions found, minus infinity if there are none. [money]
    """

    rows: BoolArray
    upper_bound: float
    complete: bool
    regions: int
    upper_excess: float = -np.inf


@dataclass(frozen=True, eq=False, slots=True)
class Region:
    """Coalitions still to be looked at: a bound on them, and the home whose side was decided last.

    Parameters
    ----------
    bound : float
        Of the region that this one was split from. [money]
    state : ndarray of int, shape (n,)
        1 for homes inside, -1 for homes outside, 0 for the rest.
    home, side : int
        The home that was put on a side, and which; -1 and 0 for a region that was not split from another.
    step : float
        How far the share of that home had to move.
    """

    bound: float
    state: IntArray
    home: int = -1
    side: int = 0
    step: float = 0.0


@dataclass(frozen=True, eq=False, slots=True)
class BoundFalls:
    """How much bounds fall as a home is put outside (row 0) or inside (row 1): what makes a good split.

    Parameters
    ----------
    sums : ndarray of shape (2, n)
        Falls per share moved, added up. [money]
    counts : ndarray of shape (2, n)
        How many there were; the sizes of homes count as the first.
    """

    sums: FloatArray
    counts: FloatArray

    @classmethod
    def of(cls, sizes: FloatArray) -> BoundFalls:
        """Before anything was seen, large homes are expected to matter."""
        prior = np.tile(PRIOR * sizes, (2, 1))
        return cls(prior, np.full(prior.shape, PRIOR))

    def learn(self, region: Region, bound: float) -> None:
        """Take note of the bound of a region that was split off."""
        if region.step > 1e-6:
            row = int(region.side == INSIDE)
            self.sums[row, region.home] += max(0.0, region.bound - bound) / region.step
            self.counts[row, region.home] += 1

    def worth(self, weights: FloatArray) -> FloatArray:
        """Expected falls on both sides, multiplied, shape (n,)."""
        outside, inside = self.sums / self.counts
        return np.asarray(np.maximum(outside * weights, TINY) * np.maximum(inside * (1 - weights), TINY))


@dataclass(eq=False, slots=True)
class SpanSearch:
    r"""Branch and bound over the coalitions whose members do not add up to a vector of a span.

    Parameters
    ----------
    position : ndarray of shape (n, T')
        Money-weighted net surplus of each home. [money]
    twins : tuple of ndarray of int
        Groups of homes with the same position, two or more in each, in order. Their differences are in the span.

    Notes
    -----
    A home is loose if it is not in the span by itself. The grand coalition is in the span, so an unsettled
    coalition has some of the loose homes and lacks others: regions "the first k loose homes are on one side and the
    next one is on the other" hold them all. In each region the relaxation at first cannot shrink to the empty or
    swell to the grand coalition, which is what makes its bound sharp. A region is closed if the bound of its
    price path is not above the level, or if none of its free homes is loose and its inner homes are settled; the same
    path puts homes on their side. Of twins, which are paid alike, the first ones are inside.
    """

    position: FloatArray
    twins: tuple[IntArray, ...] = ()
    _next_twin: IntArray = field(init=False)

    def __post_init__(self) -> None:
        self._next_twin = np.full(len(self.position), -1)
        for group in self.twins:
            self._next_twin[group[:-1]] = group[1:]

    def above(
        self,
        payoffs: FloatArray,
        level: float,
        slack: float,
        span: IntegerSpan,
        *,
        until: float,
        most: float = np.inf,
        every: bool = False,
    ) -> Separation:
        """Find unsettled coalitions with an excess above a level.

        Parameters
        ----------
        payoffs : ndarray of shape (n,)
            Payoffs, the same for twins. [money]
        level, slack : float
            Excess, and how far above it does not count. [money]
        span : IntegerSpan
            Settled coalitions, the grand coalition among them.
        until : float
            Monotonic clock time at which to stop.
        most : float
            Regions after which to stop.
        every : bool
            Whether to go on when enough coalitions were found.

        Returns
        -------
        Separation
            Coalitions found; complete without any is the proof that there are none.
        """
        work = _Work(
            self, RelaxedExcess(self.position, payoffs), payoffs, level + slack, span, KEPT_OF_ALL if every else KEPT
        )
        everyone = work.bound(
            work.relaxation.margins(clearing_price(self.position)), np.zeros(len(payoffs), dtype=np.int64)
        )
        if everyone <= work.target:
            return Separation(np.zeros((0, len(payoffs)), dtype=bool), level, True, 0)
        waiting = [Region(everyone, state) for state in self._regions(work.loose)][::-1]
        first = np.inf
        while waiting:
            enough = len(work.found) >= ENOUGH or work.regions > first + PATIENCE
            if time.monotonic() > until or work.regions >= most or (enough and not every):
                break
            waiting += work.explore(waiting.pop())
            first = min(first, work.regions) if work.found else first
        top = max((excess for excess, _ in work.found.values()), default=-np.inf)
        best = max([level, top, *(region.bound for region in waiting)])
        rows = np.array([row for _, row in work.found.values()], dtype=bool).reshape(-1, len(payoffs))
        return Separation(rows, best, not waiting, work.regions, top)

    def _regions(self, loose: BoolArray) -> Iterator[IntArray]:
        """Regions that split the loose homes, the ones with the largest homes first."""
        size = np.abs(self.position).sum(axis=1)
        group = np.arange(len(size))
        for homes in self.twins:
            group[homes] = homes[0]
        order = np.lexsort((np.arange(len(size)), group, -size[group]))
        order = order[loose[order]]
        for k in range(1, len(order)):
            for side in (INSIDE, OUTSIDE):
                state = np.full(len(size), FREE)
                state[order[:k]] = side
                fixed = self.put(state, int(order[k]), -side)
                if fixed is not None:
                    yield fixed

    def put(self, state: IntArray, home: int, side: int) -> IntArray | None:
        """A region with a home put on a side, the later twins of one outside too; None if that is empty."""
        state = state.copy()
        state[home] = side
        if side == INSIDE:
            earlier = np.flatnonzero(self._next_twin == home)
            return None if len(earlier) and state[earlier[0]] == OUTSIDE else state
        later = self._next_twin[home]
        while later >= 0:
            if state[later] == INSIDE:
                return None
            state[later] = OUTSIDE
            later = self._next_twin[later]
        return state

    def first_free(self, state: IntArray, home: int) -> int:
        """The first free twin of a free home."""
        while True:
            earlier = np.flatnonzero(self._next_twin == home)
            if not len(earlier) or state[earlier[0]] != FREE:
                return home
            home = int(earlier[0])


@dataclass(eq=False, slots=True)
class _Work:
    """One search: what was found, and the exploration of a region."""

    search: SpanSearch
    relaxation: RelaxedExcess
    payoffs: FloatArray
    target: float
    span: IntegerSpan
    kept: int
    scan: CoalitionScan = field(init=False)
    loose: BoolArray = field(init=False)
    falls: BoundFalls = field(init=False)
    found: dict[bytes, tuple[float, BoolArray]] = field(default_factory=dict)
    regions: int = 0

    def __post_init__(self) -> None:
        self.scan = CoalitionScan(self.search.position, self.payoffs)
        self.falls = BoundFalls.of(np.abs(self.search.position).sum(axis=1))
        self.loose = ~self.span.contains(np.eye(len(self.payoffs), dtype=np.int64))

    def bound(self, margins: FloatArray, state: IntArray) -> float:
        """Supporting-price bound on a region. [money]"""
        return float(margins[state == INSIDE].sum() + np.maximum(margins[state == FREE], 0).sum())

    def explore(self, region: Region) -> list[Region]:
        """Close a region or split it; coalitions that are met above the level are kept."""
        state = region.state
        inside = state == INSIDE
        if not (self.loose & (state == FREE)).any() and self._settled(inside):
            return []
        self.regions += 1
        if self.scan.work(state) <= SCANNED:
            return self._look_at_all(state)
        weights, margins = self.relaxation.solve(state)
        bound = self.bound(margins, state)
        self.falls.learn(region, bound)
        if bound <= self.target:
            return []
        settled = self._look_at(weights > 0.5)
        closed = (state == FREE) & (bound - np.abs(margins) <= self.target)
        state = np.where(closed, np.where(margins > 0, INSIDE, OUTSIDE), state)
        free = state == FREE
        if not free.any():
            self._look_at(state == INSIDE)
            return []
        if self.scan.work(state) <= SCANNED:
            return self._look_at_all(state)
        choice = free & self.loose if settled and (free & self.loose).any() else free
        worth = np.where(choice, self.falls.worth(weights), -1.0)
        home = self.search.first_free(state, int(worth.argmax()))
        sides = (OUTSIDE, INSIDE) if weights[home] > 0.5 else (INSIDE, OUTSIDE)
        children = ((side, self.search.put(state, home, side)) for side in sides)
        step = {INSIDE: 1 - float(weights[home]), OUTSIDE: float(weights[home])}
        return [Region(bound, child, home, side, step[side]) for side, child in children if child is not None]

    def _look_at_all(self, state: IntArray) -> list[Region]:
        """Keep the best unsettled coalitions of a region that are above the level; nothing of it remains."""
        rows, excess = self.scan.above(state, self.target)
        loose = ~self.span.contains(rows.astype(np.int64))
        rows, excess = rows[loose], excess[loose]
        kept = self.kept if len(self.found) < MOST_FOUND else 1
        for k in np.argsort(-excess, kind="stable")[:kept]:
            self.found[rows[k].tobytes()] = (float(excess[k]), rows[k])
        return []

    def _settled(self, members: BoolArray) -> bool:
        return bool(self.span.contains(members[None, :].astype(np.int64))[0])

    def _look_at(self, members: BoolArray) -> bool:
        """Keep a coalition if it is unsettled and above the level; whether it is settled."""
        if self._settled(members):
            return True
        inside = self.search.position[members]
        supply, need = np.maximum(inside, 0).sum(axis=0), np.maximum(-inside, 0).sum(axis=0)
        excess = float(np.minimum(supply, need).sum() - self.payoffs[members].sum())
        if excess > self.target:
            self.found[members.tobytes()] = (excess, members)
        return False
