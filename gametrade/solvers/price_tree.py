"""Best-first search over coalitions whose every closed leaf is a price path: it finds and proves at once."""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, field
from math import log2

import numpy as np

from gametrade.solvers.branching import Branching
from gametrade.solvers.coalition_scan import SCANNED, CoalitionScan
from gametrade.solvers.coalition_search import (
    FREE,
    INSIDE,
    OUTSIDE,
    CoalitionSearch,
    Region,
    best_prefix,
    improve,
)
from gametrade.solvers.price_program import PriceProgram, ProgramPoint
from gametrade.solvers.saddle_point import PRICE_GRID, Relaxation, saddle_point
from gametrade.typing import BoolArray, FloatArray, IntArray

ROOT_ITERATIONS = 400
NEAR_ITERATIONS = 120
"""Enough from the prices of a similar question."""
LEAF_BITS = 26
"""Coalitions times steps of a leaf that are looked at to prove it: two to this power."""
FEW_HOMES = 50
LOOK_EVERY = 10
"""With many homes, coalitions are looked for in the first nodes and then in one of so many."""
WORTH_IMPROVING = 0.3
"""A rounded coalition this share of the open gap below the best one is polished by single moves."""


@dataclass(frozen=True, eq=False, slots=True)
class PriceTree:
    """Proof that no coalition gains more than a limit: a tree of price paths.

    At a node with homes I inside and F free, a price path gives each home a margin :math:`w_i - x_i`. No
    coalition of the node gains more than the margins of I plus the positive margins of F. A node is
    closed when that bound is at most the limit; otherwise every free home whose other side the same path
    closes is put on its side, and the node branches on one of the rest. At a leaf with few homes left free all
    coalitions are evaluated.

    Parameters
    ----------
    limit : float
        What is proved: no allowed coalition has a larger excess. [money]
    paths : ndarray of uint8, shape (nodes, T')
        Price position of each trade step in 128ths, one path a node.
    homes : tuple of int
        Home on which each node branches, -1 for a leaf. Node 0 is the root.
    inside, outside : tuple of int
        Node of the coalitions with, and without, that home; -1 for a leaf.
    """

    limit: float
    paths: np.ndarray
    homes: tuple[int, ...]
    inside: tuple[int, ...]
    outside: tuple[int, ...]


@dataclass(frozen=True, eq=False, slots=True)
class TreeSearch:
    """Best coalitions found, largest excess first, and the tree that proves how good they can be."""

    coalitions: tuple[BoolArray, ...]
    excesses: tuple[float, ...]
    tree: PriceTree
    complete: bool


def search_price_tree(
    search: CoalitionSearch,
    state: IntArray,
    *,
    slack: float,
    keep: int = 1,
    nodes: int = 20_000,
    seconds: float = 60.0,
    hints: tuple[BoolArray, ...] = (),
    floor: float = -np.inf,
    near: tuple[FloatArray, BoolArray] | None = None,
) -> TreeSearch:
    """Find the coalitions with the largest excess and prove that there is no better one.

    Parameters
    ----------
    search : CoalitionSearch
        n homes, T' trade steps, allowed sizes.
    state : ndarray of int, shape (n,)
        1 for homes that must be inside, -1 for homes that must stay outside, 0 for the rest.
    slack : float
        A node whose bound is within this of the best excess is closed. [money]
    keep : int
        How many of the best coalitions to find.
    nodes, seconds : int, float
        Where to stop early; the tree then proves a larger limit. One node means the root bound alone.
    hints : tuple of ndarray of bool, shape (n,)
        Coalitions known to be good.
    floor : float
        Excess that is of no interest: regions that cannot beat it are closed. [money]
    near : tuple of price positions, shape (T',), and members, shape (n,)
        Prices and coalition of a similar question to start from.

    Returns
    -------
    TreeSearch
        `complete` if the limit is the best excess, or the floor, plus twice the slack.
    """
    grower = _Grower(search, slack, keep, floor)
    for members in hints:
        grower.remember(search.excess(members), members)
    start = Region.start(search, state)
    for members in (state == INSIDE, state != OUTSIDE):
        grower.remember(*improve(search, start, members, rounds=1))
    if not grower.closes(start, clearing_price(search.position)):
        grower.plant(start, near, polish=nodes > 1)
    clock = time.monotonic()
    while grower.queue and -grower.queue[0][0] > grower.target:
        if len(grower.homes) + 2 > nodes or time.monotonic() - clock > seconds:
            break
        grower.branch()
    return grower.finish()


def all_are_looked_at(free: int, steps: int) -> bool:
    """Whether a leaf with so many free homes needs no price path: all its coalitions are evaluated instead."""
    return free == 0 or free + log2(max(1, steps)) <= LEAF_BITS


def clearing_price(position: FloatArray) -> FloatArray:
    """Competitive price position of each step: 0 in excess supply, 1 in shortage, the middle in balance.

    Parameters
    ----------
    position : ndarray of shape (n, T')
        Money-weighted net surplus of each home.

    Returns
    -------
    ndarray of shape (T',)
    """
    net, traded = position.sum(axis=0), np.abs(position).sum(axis=0)
    balanced = np.abs(net) <= 1e-12 * traded
    return np.where(balanced, 0.5, (net < 0).astype(float))


def coalition_bound(margins: FloatArray, state: IntArray, smallest: int, largest: int) -> float:
    """Largest sum of margins over the coalitions of a region with an allowed number of members. [money]

    Parameters
    ----------
    margins : ndarray of shape (n,)
        :math:`w_i - x_i` at one price path.
    state : ndarray of int, shape (n,)
        1 inside, 0 free, -1 outside.
    smallest, largest : int
        Allowed numbers of members.

    Returns
    -------
    float
        Minus infinity if the region has no coalition of an allowed size.
    """
    inside, free = margins[state == INSIDE], np.sort(margins[state == FREE])[::-1]
    fewest, most = smallest - len(inside), largest - len(inside)
    if most < 0 or fewest > len(free):
        return -np.inf
    wanted = int(np.clip((free > 0).sum(), max(fewest, 0), min(most, len(free))))
    return float(inside.sum() + free[:wanted].sum())


@dataclass(eq=False, slots=True)
class _Grower:
    """Working state of one search: the tree so far, its open nodes and the best coalitions met."""

    search: CoalitionSearch
    slack: float
    keep: int
    floor: float
    best: list[tuple[float, bytes]] = field(default_factory=list)
    paths: list[np.ndarray] = field(default_factory=list)
    homes: list[int] = field(default_factory=list)
    inside: list[int] = field(default_factory=list)
    outside: list[int] = field(default_factory=list)
    queue: list[tuple[float, int, Region, ProgramPoint, FloatArray]] = field(default_factory=list)
    scan: CoalitionScan = field(init=False)
    program: PriceProgram | None = None
    branching: Branching | None = None

    def __post_init__(self) -> None:
        self.scan = CoalitionScan(self.search.position, self.search.payoffs)

    @property
    def target(self) -> float:
        """A bound at most this closes a node."""
        known = self.best[self.keep - 1][0] if len(self.best) >= self.keep else -np.inf
        return max(known, self.floor) + self.slack

    def remember(self, excess: float, members: BoolArray) -> None:
        """Keep a coalition if it is of an allowed size and among the best."""
        entry = (excess, members.tobytes())
        if not self.search.allows(members) or any(entry[1] == known for _, known in self.best):
            return
        self.best = sorted([*self.best, entry], reverse=True)[: self.keep]

    def plant(self, start: Region, near: tuple[FloatArray, BoolArray] | None, *, polish: bool) -> None:
        """Bound the root by the first-order method, and by the linear program if a tree is wanted."""
        point = self._saddle_point(start, near)
        self._add(point.price)
        bound = self._bound(self.search.margins(point.price), start)
        if polish and bound > self.target:
            self._look_around(start, point.weights, bound)
        if polish and bound > self.target:
            self.program = PriceProgram.of(self.search, point.weights)
            self.branching = Branching.start(self.search.turnover)
            sharper = self.program.solve(start.state, self.target)
            if sharper is not None and self._bound(self.search.margins(sharper.price), start) < bound:
                point, self.paths[0] = sharper, _as_bytes(sharper.price)
        self._enter(0, start, point)

    def explore(self, region: Region, above: ProgramPoint) -> int:
        """Bound a part of a region; the prices above are kept where the program has none."""
        assert self.program is not None
        point = self.program.solve(region.state, self.target, above.basis) or above
        node = self._add(point.price)
        self._enter(node, region, point)
        return node

    def _enter(self, node: int, region: Region, point: ProgramPoint) -> None:
        """Look for coalitions in the region of a node, at all if they are few, and queue it unless it is closed."""
        margins = self.search.margins(point.price)
        bound = self._bound(margins, region)
        if bound <= self.target:
            return
        region = self._settle(region, margins)
        if self._is_small(region):
            self._look_at_all(region)
            return
        if len(margins) <= FEW_HOMES or node < 3 * LOOK_EVERY or node % LOOK_EVERY == 0:
            self._look_around(region, point.weights, bound)
        if bound <= self.target:
            return
        heapq.heappush(self.queue, (-bound, node, region, point, margins))

    def closes(self, region: Region, price: FloatArray) -> bool:
        """Whether one price path closes a region at once; it is then a leaf."""
        closed = self._bound(self.search.margins(price), region) <= self.target
        if closed:
            self._add(price)
        return closed

    def _add(self, price: FloatArray) -> int:
        """Add a node with its price path, a leaf so far."""
        for column in (self.homes, self.inside, self.outside):
            column.append(-1)
        self.paths.append(_as_bytes(price))
        return len(self.paths) - 1

    def branch(self) -> None:
        """Split the open node with the largest bound on a home, unless so few are free that all coalitions are seen."""
        assert self.program is not None
        assert self.branching is not None
        _, node, region, point, margins = heapq.heappop(self.queue)
        region = self._settle(region, margins)
        if self._is_small(region):
            self._look_at_all(region)
            return
        self.homes[node] = self.branching.choose(self.program, region.state, point, self.target)
        home = np.array([self.homes[node]])
        self.inside[node] = self.explore(region.fix(self.search, home, INSIDE), point)
        self.outside[node] = self.explore(region.fix(self.search, home, OUTSIDE), point)

    def finish(self) -> TreeSearch:
        """Close the books: the tree proves the larger of the target and the largest open bound."""
        open_bounds = [-bound for bound, *_ in self.queue if -bound > self.target]
        complete = not open_bounds
        best = max(self.best[0][0] if self.best else -np.inf, self.floor)
        limit = max([best + 2 * self.slack, *(bound + self.slack for bound in open_bounds)])
        paths = np.array(self.paths, dtype=np.uint8).reshape(len(self.homes), self.search.position.shape[1])
        tree = PriceTree(limit, paths, tuple(self.homes), tuple(self.inside), tuple(self.outside))
        coalitions = tuple(np.frombuffer(known, dtype=bool) for _, known in self.best)
        return TreeSearch(coalitions, tuple(excess for excess, _ in self.best), tree, complete)

    def _saddle_point(self, region: Region, near: tuple[FloatArray, BoolArray] | None) -> ProgramPoint:
        """First-order prices of a region, or the competitive ones if they bound it better."""
        n, steps = self.search.position.shape
        price, weights = (np.full(steps, 0.5), np.full(n, 0.5)) if near is None else near
        relaxation = Relaxation.of(self.search, region)
        point = saddle_point(
            relaxation,
            price[relaxation.open_steps],
            weights[relaxation.free].astype(float),
            iterations=ROOT_ITERATIONS if near is None else NEAR_ITERATIONS,
        )
        path = relaxation.price.copy()
        path[relaxation.open_steps] = point.price
        belonging = (region.state == INSIDE).astype(float)
        belonging[relaxation.free] = point.weights
        paths = (path, clearing_price(self.search.position))
        best = min(paths, key=lambda path: self._bound(self.search.margins(path), region))
        return ProgramPoint(point.bound, best, belonging)

    def _bound(self, margins: FloatArray, region: Region) -> float:
        """Supporting-price bound on a region. [money]"""
        return coalition_bound(margins, region.state, self.search.smallest, self.search.largest)

    def _settle(self, region: Region, margins: FloatArray) -> Region:
        """Put every free home on its side whose other side the same price path closes."""
        free = region.state == FREE
        everyone = margins[region.state == INSIDE].sum() + np.maximum(margins[free], 0).sum()
        closed = free & (everyone - np.abs(margins) <= self.target)
        region = region.fix(self.search, np.flatnonzero(closed & (margins > 0)), INSIDE)
        return region.fix(self.search, np.flatnonzero(closed & (margins <= 0)), OUTSIDE)

    def _is_small(self, region: Region) -> bool:
        """Whether all coalitions of a region are looked at in the time of a few linear programs."""
        few = all_are_looked_at(int((region.state == FREE).sum()), self.search.position.shape[1])
        return few and self.scan.work(region.state) <= SCANNED

    def _look_at_all(self, region: Region) -> None:
        """Remember the best of all coalitions of a region."""
        rows, excess = self.scan.above(region.state, self.target)
        allowed = np.isin(rows.sum(axis=1), np.arange(self.search.smallest, self.search.largest + 1))
        rows, excess = rows[allowed], excess[allowed]
        for k in np.argsort(-excess, kind="stable")[: self.keep]:
            self.remember(float(excess[k]), rows[k])

    def _look_around(self, region: Region, weights: FloatArray, bound: float) -> None:
        """Round the fractional coalition and polish what comes close to the best."""
        best = self.best[0][0] if self.best else -np.inf
        rounded = (region.state == INSIDE) | ((region.state == FREE) & (weights > 0.5))
        prefix = best_prefix(self.search, region, weights)
        for excess, members in (prefix, (self.search.excess(rounded), rounded)):
            self.remember(excess, members)
            if excess >= best - WORTH_IMPROVING * (bound - best):
                self.remember(*improve(self.search, region, members))


def _as_bytes(price: FloatArray) -> np.ndarray:
    """Price positions in 128ths."""
    return np.asarray(np.round(price * PRICE_GRID).astype(np.uint8))
