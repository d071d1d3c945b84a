"""Best-first search over coalitions whose every closed leaf is a price path: it finds and proves at once."""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, field

import numpy as np

from gametrade.solvers.coalition_search import (
    FREE,
    INSIDE,
    OUTSIDE,
    CoalitionSearch,
    Region,
    best_prefix,
    improve,
)
from gametrade.solvers.saddle_point import PRICE_GRID, Relaxation, saddle_point
from gametrade.typing import BoolArray, FloatArray, IntArray

ROOT_ITERATIONS = 400
DEEP_ROOT_ITERATIONS = 1500
"""For a tree of many homes, where a tighter root settles most of them at once."""
MANY_HOMES = 200
NEAR_ITERATIONS = 120
"""Enough from the prices of a similar question."""
NODE_ITERATIONS = 300
WORTH_IMPROVING = 0.3
"""A rounded coalition this share of the open gap below the best one is polished by single moves."""


@dataclass(frozen=True, eq=False, slots=True)
class PriceTree:
    """Proof that no coalition gains more than a limit: a tree of price paths.

    At a node with homes I inside and F free, a price path gives each home a margin :math:`w_i - x_i`. No
    coalition of the node gains more than the margins of I plus the positive margins of F. A node is
    closed when that bound is at most the limit; otherwise every free home whose other side the same path
    closes is put on its side, and the node branches on one of the rest. A coalition that is left alone
    is evaluated.

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
        grower.explore(start, *_starting_point(search, nodes, near))
    clock = time.monotonic()
    while grower.queue and -grower.queue[0][0] > grower.target:
        if len(grower.homes) + 2 > nodes or time.monotonic() - clock > seconds:
            break
        grower.branch()
    return grower.finish()


def _starting_point(
    search: CoalitionSearch, nodes: int, near: tuple[FloatArray, BoolArray] | None
) -> tuple[FloatArray, FloatArray, int]:
    """Prices, fractional coalition and number of iterations for the root."""
    if near is not None:
        return near[0], near[1].astype(float), NEAR_ITERATIONS
    n, steps = search.position.shape
    deep = nodes > 1 and n >= MANY_HOMES
    return np.full(steps, 0.5), np.full(n, 0.5), DEEP_ROOT_ITERATIONS if deep else ROOT_ITERATIONS


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
    queue: list[tuple[float, int, Region, FloatArray, FloatArray]] = field(default_factory=list)

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

    def explore(self, region: Region, price: FloatArray, weights: FloatArray, iterations: int) -> None:
        """Bound a region from a warm start, look for coalitions in it, and queue it unless it is closed."""
        price, weights = self._price(region, price, weights, iterations)
        if not self.paths:
            paths = (price, clearing_price(self.search.position))
            price = min(paths, key=lambda path: self._bound(self.search.margins(path), region))
        margins = self.search.margins(price)
        bound = self._bound(margins, region)
        node = self._add(price)
        if bound <= self.target:
            return
        region = self._settle(region, margins)
        self._look_around(region, weights, bound)
        if bound <= self.target:
            return
        region = self._settle(region, margins)
        free = np.flatnonzero(region.state == FREE)
        if not len(free):
            members = region.state == INSIDE
            self.remember(self.search.excess(members), members)
            return
        doubt = np.minimum(weights[free], 1 - weights[free]) + 1e-6
        self.homes[node] = int(free[np.argmax(doubt * np.abs(self.search.position[free]).sum(axis=1))])
        heapq.heappush(self.queue, (-bound, node, region, weights, margins))

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
        self.paths.append(np.round(price * PRICE_GRID).astype(np.uint8))
        return len(self.paths) - 1

    def branch(self) -> None:
        """Split the open node with the largest bound on its home."""
        _, node, region, weights, margins = heapq.heappop(self.queue)
        price = self.paths[node] / PRICE_GRID
        region = self._settle(region, margins)
        home = np.array([self.homes[node]])
        for side, column in ((INSIDE, self.inside), (OUTSIDE, self.outside)):
            if region.state[home[0]] not in (FREE, side):
                continue
            column[node] = len(self.homes)
            child = region.fix(self.search, home, side) if region.state[home[0]] == FREE else region
            self.explore(child, price, weights, NODE_ITERATIONS)

    def finish(self) -> TreeSearch:
        """Close the books: the tree proves the larger of the target and the largest open bound."""
        open_bounds = [-bound for bound, *_ in self.queue if -bound > self.target]
        complete = not open_bounds
        best = max(self.best[0][0] if self.best else -np.inf, self.floor)
        limit = max([best + 2 * self.slack, *(bound + self.slack for bound in open_bounds)])
        unsplit = {node for _, node, *_ in self.queue}
        homes = tuple(-1 if node in unsplit else home for node, home in enumerate(self.homes))
        n_steps = self.search.position.shape[1]
        paths = np.array(self.paths, dtype=np.uint8).reshape(len(homes), n_steps)
        tree = PriceTree(limit, paths, homes, tuple(self.inside), tuple(self.outside))
        coalitions = tuple(np.frombuffer(known, dtype=bool) for _, known in self.best)
        return TreeSearch(coalitions, tuple(excess for excess, _ in self.best), tree, complete)

    def _price(
        self, region: Region, price: FloatArray, weights: FloatArray, iterations: int
    ) -> tuple[FloatArray, FloatArray]:
        """Improve a price path and a fractional coalition for a region."""
        relaxation = Relaxation.of(self.search, region)
        point = saddle_point(
            relaxation,
            price[relaxation.open_steps],
            weights[relaxation.free],
            target=self.target if self.paths else -np.inf,
            iterations=iterations,
        )
        path = relaxation.price.copy()
        path[relaxation.open_steps] = point.price
        belonging = (region.state == INSIDE).astype(float)
        belonging[relaxation.free] = point.weights
        return path, belonging

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

    def _look_around(self, region: Region, weights: FloatArray, bound: float) -> None:
        """Round the fractional coalition and polish what comes close to the best."""
        best = self.best[0][0] if self.best else -np.inf
        rounded = (region.state == INSIDE) | ((region.state == FREE) & (weights > 0.5))
        prefix = best_prefix(self.search, region, weights)
        for excess, members in (prefix, (self.search.excess(rounded), rounded)):
            self.remember(excess, members)
            if excess >= best - WORTH_IMPROVING * (bound - best):
                self.remember(*improve(self.search, region, members))
