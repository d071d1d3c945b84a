"""Branch and bound on homes for the most profitable coalition of a dispatch game."""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, field

import numpy as np

from gametrade.games.coalitional.dispatch import DispatchGame
from gametrade.solvers.coalition_search import FREE, INSIDE, OUTSIDE
from gametrade.solvers.dispatch_proof import DispatchProof, Leaf, leaf_limit
from gametrade.solvers.dispatch_relaxation import DispatchRelaxation, Relaxed
from gametrade.typing import BoolArray, FloatArray, IntArray

WHOLE = 1e-7
"""Distance from 0 or 1 within which a share counts as whole."""

FLIPS = 6
"""Homes near indifference that are tried on the other side of the best coalition."""


@dataclass(eq=False)
class DispatchSearch:
    """Coalitions met and their excesses, over one relaxation that stays warm.

    Parameters
    ----------
    game : DispatchGame
        n homes.
    price_of_leaving : ndarray of shape (n,)
        Payoff given up by each home, with its exit cost. [money]
    smallest, largest : int
        Allowed sizes of a coalition.
    relaxation : DispatchRelaxation
        Of the same game and sizes.
    met : dict
        Excess and members of every coalition valued so far.
    best : float
        Largest excess among them. [money]
    """

    game: DispatchGame
    price_of_leaving: FloatArray
    smallest: int
    largest: int
    relaxation: DispatchRelaxation
    met: dict[bytes, tuple[float, BoolArray]] = field(default_factory=dict)

    best: float = -np.inf

    def visit(self, candidates: list[BoolArray], state: IntArray) -> None:
        """Value candidates that are allowed and have not been met."""
        new: dict[bytes, BoolArray] = {}
        for row in candidates:
            fits = not ((row & (state == OUTSIDE)) | (~row & (state == INSIDE))).any()
            if fits and self.smallest <= row.sum() <= self.largest and row.tobytes() not in self.met:
                new[row.tobytes()] = row
        if new:
            rows = np.array(list(new.values()))
            excesses = self.game.values(rows) - rows @ self.price_of_leaving
            self.met.update({key: (float(e), row) for (key, row), e in zip(new.items(), excesses, strict=True)})
            self.best = max(self.best, float(excesses.max()))

    def limit(self, leaf: Leaf) -> float:
        """Bound of a leaf. [money]"""
        return leaf_limit(leaf, self.price_of_leaving, self.smallest, self.largest)

    def node(self, state: IntArray) -> Relaxed | None:
        """Solve the relaxation of a state and value the coalitions near it."""
        relaxed = self.relaxation.solve(self.price_of_leaving, state)
        if relaxed is not None:
            self.visit(rounded(relaxed.shares), state)
        return relaxed

    def root(self, state: IntArray) -> Relaxed | None:
        """Solve the relaxation of all allowed coalitions; where it takes all homes or none, value some near those."""
        relaxed = self.node(state)
        if relaxed is not None:
            self.visit(self._small_or_large(relaxed), state)
        return relaxed

    def _small_or_large(self, relaxed: Relaxed) -> list[BoolArray]:
        """Where the relaxation takes all homes or none: all but one, one alone, or as few as may be."""
        margins = relaxed.leaf.bound.gains - self.price_of_leaving
        order = np.argsort(margins, kind="stable")
        rows = []
        if relaxed.shares.min() > 1 - WHOLE or relaxed.shares.max() < WHOLE or not self.met:
            for home in (int(order[0]), int(np.argmin(self.price_of_leaving))):
                rows += [np.arange(margins.size) != home, np.arange(margins.size) == home]
            for size in {self.smallest, self.largest}:
                row = np.zeros(margins.size, dtype=bool)
                row[order[::-1][:size]] = True
                rows.append(row)
        return rows

    def improve(self, relaxed: Relaxed, state: IntArray, until: float) -> None:
        """Flip homes near indifference one by one while that pays."""
        margins = np.abs(relaxed.leaf.bound.gains - self.price_of_leaving)
        near = np.argsort(margins, kind="stable")[:FLIPS]
        before = -np.inf
        while self.best > before and time.monotonic() < until:
            before = self.best
            row = next(members for excess, members in self.met.values() if excess == before)
            flips = np.repeat(row[None, :], near.size, axis=0)
            flips[np.arange(near.size), near] ^= True
            self.visit(list(flips), state)


def rounded(shares: FloatArray) -> list[BoolArray]:
    """Coalitions near shares of homes: those above each of a few thresholds, largest shares first."""
    levels = np.unique(shares[(shares > WHOLE) & (shares < 1 - WHOLE)])
    picked = levels[np.unique(np.linspace(0, levels.size - 1, 6).astype(int))] if levels.size else levels
    return [shares >= level for level in (0.5, WHOLE, 1 - WHOLE, *picked)]


def grow(
    search: DispatchSearch, state: IntArray, *, nodes: int, seconds: float, slack: float, floor: float
) -> DispatchProof:
    """Branch on homes until the bounds of all leaves meet the best coalition.

    Parameters
    ----------
    search : DispatchSearch
        What has been met so far is kept and added to.
    state : ndarray of int, shape (n,)
        1 for homes that must be inside, -1 for those that must stay outside, 0 for the rest.
    nodes, seconds : int, float
        Budget; one node is the root alone.
    slack : float
        Bounds that exceed the best coalition by no more are good enough. [money]
    floor : float
        Excesses up to this are of no interest. [money]

    Returns
    -------
    DispatchProof
        Leaves that cover all allowed coalitions of the state.
    """
    until = time.monotonic() + seconds
    root = search.root(state)
    if root is None:
        return DispatchProof((), -np.inf)
    if search.limit(root.leaf) > max(search.best, floor) + slack:
        search.improve(root, state, until)
    heap = [(-search.limit(root.leaf), 0, root)]
    done: list[Leaf] = []
    count = 1
    while heap and -heap[0][0] > max(search.best, floor) + slack and count < nodes and time.monotonic() < until:
        _, _, node = heapq.heappop(heap)
        if not (node.leaf.state == FREE).any():
            done.append(node.leaf)
            continue
        for child in _children(search, node):
            answer = search.node(child)
            if answer is not None:
                count += 1
                answer = _tighter(search, answer, node)
                heapq.heappush(heap, (-search.limit(answer.leaf), count, answer))
    leaves = (*done, *(node.leaf for _, _, node in heap))
    return DispatchProof(leaves, max((search.limit(leaf) for leaf in leaves), default=-np.inf))


def _tighter(search: DispatchSearch, child: Relaxed, parent: Relaxed) -> Relaxed:
    """Keep the prices of the parent where they bound a child more tightly than its own."""
    inherited = Leaf(child.leaf.state, parent.leaf.bound)
    return Relaxed(child.shares, min(child.leaf, inherited, key=search.limit))


def _children(search: DispatchSearch, node: Relaxed) -> list[IntArray]:
    """Fix the free home that is most divided, or, if none is, the one nearest indifference."""
    state = node.leaf.state
    free = np.flatnonzero(state == FREE)
    divided = np.minimum(node.shares, 1 - node.shares)[free]
    margins = np.abs(node.leaf.bound.gains - search.price_of_leaving)[free]
    home = free[int(divided.argmax() if divided.max(initial=0.0) > WHOLE else margins.argmin())]
    children = []
    for side in (INSIDE, OUTSIDE):
        child = state.copy()
        child[home] = side
        children.append(child)
    return children
