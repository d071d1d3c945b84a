"""The least worst cost of a leader with several variables: choices of a region, or out of it, branched exactly."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count

import numpy as np

from gametrade.errors import TooManyPlayersError
from gametrade.games.stackelberg.bilevel import BilevelGame
from gametrade.solvers.complementarity_tree import convex_program
from gametrade.solvers.worst_regions import Affine, Region, own_box, reply_regions, value
from gametrade.solvers.worst_replies import ExactCost, exact_rows

MOST_NODES = 4000
"""Linear programs that are solved."""

STEP = Fraction(1, 10**6)
"""Share of the way to a choice inside by which one stays away from an edge at which the cost jumps up."""


@dataclass(frozen=True)
class LeastWorst:
    """The infimum of the worst cost, exactly, and a choice that attains it or comes near.

    Parameters
    ----------
    bound : Fraction
        No choice has a smaller worst cost.
    choice : tuple of Fraction
        Where it is attained, or a choice near the edge at which it is approached.
    edge : tuple of Fraction or None
        That edge; None if the infimum is attained.
    nodes : int
        Linear programs solved.
    """

    bound: Fraction
    choice: tuple[Fraction, ...]
    edge: tuple[Fraction, ...] | None
    nodes: int


@dataclass(frozen=True)
class _Node:
    """Rows at least 0, functions at most the cost, rows above 0, and pieces that are settled by them."""

    weak: tuple[Affine, ...]
    below: tuple[Affine, ...]
    strict: tuple[Affine, ...]
    settled: frozenset[int]


class WorstCost:
    """Regions of a game, with those on which constraints of the leader have to hold.

    Parameters
    ----------
    game : BilevelGame
        Leader with any number of bounded variables and a cost that is affine along every answer.
    """

    def __init__(self, game: BilevelGame) -> None:
        p = game.n_leader
        self.box = list(own_box(game))
        self.regions = reply_regions(game, ExactCost.of(game.leader.hessian, game.leader.linear, game.leader.constant))
        self.rows: list[Affine] = []
        self.limits: list[Region] = []
        flat = np.zeros_like(game.leader.hessian)
        for row, limit in zip(game.leader_rows, game.leader_limits, strict=True):
            if row[p:].any():
                self.limits += self._within(reply_regions(game, ExactCost.of(flat, row, -limit)))
            else:
                exact = exact_rows(row[None])[0]
                self.rows.append((Fraction(float(limit)), *(-v for v in exact[:p])))

    def _within(self, regions: list[Region]) -> list[Region]:
        """Regions that meet the box, without rows that hold all over it."""
        kept = {}
        for region in regions:
            ends = [(f, self._ends(f)) for f in region.rows]
            if all(high >= 0 for _, (_, high) in ends):
                rows = tuple(f for f, (low, _) in ends if low < 0)
                kept[rows, region.worth, region.answer] = Region(rows, region.answer, region.worth)
        return list(kept.values())

    def _ends(self, function: Affine) -> tuple[Fraction, Fraction]:
        """Least and largest value over the box."""
        pairs = [sorted((b * low, b * high)) for b, (low, high) in zip(function[1:], self.box, strict=True)]
        return tuple(function[0] + sum((pair[k] for pair in pairs), Fraction(0)) for k in (0, 1))  # type: ignore[return-value]

    def allowed(self, x: Sequence[Fraction]) -> bool:
        """Whether every best answer to a choice satisfies the leader's constraints, and there is one."""
        inside = all(low <= v <= high for v, (low, high) in zip(x, self.box, strict=True))
        return (
            inside
            and all(value(row, x) >= 0 for row in self.rows)
            and any(region.holds(x) for region in self.regions)
            and all(value(region.worth, x) <= 0 for region in self.limits if region.holds(x))
        )

    def at(self, x: Sequence[Fraction]) -> list[tuple[Fraction, Region]]:
        """Costs of the answers to a choice, the cheapest first."""
        return sorted(
            ((value(r.worth, x), r) for r in self.regions if r.holds(x)), key=lambda pair: (pair[0], pair[1].answer)
        )

    def least(self) -> LeastWorst | None:
        r"""Find the infimum of the worst cost; None if no choice is allowed.

        Returns
        -------
        LeastWorst or None
            Exact.

        Raises
        ------
        TooManyPlayersError
            If too many linear programs would be needed.

        Notes
        -----
        The worst cost is :math:`\max_k F_k(x)` over the closed regions :math:`P_k` that hold x. So for each region
        either :math:`F_k(x) \le t`, or x is outside, beyond one of its rows. Branching on a region that the best choice
        of a node violates gives linear programs over closures; a strict row is kept only if some choice satisfies all
        strict rows of the node, and then the infimum over them is the minimum over the closure.
        """
        tie, heap, nodes = count(), list[tuple[Fraction, int, _Node, list[Fraction]]](), 0
        for region in self.regions:
            nodes += self._push(heap, tie, _Node((*self.rows, *region.rows), (region.worth,), (), frozenset()))
        while heap:
            bound, _, node, x = heapq.heappop(heap)
            broken = self._broken(node, x, bound)
            if broken is None:
                return self._told(node, x, bound, nodes)
            k, region, limit = broken
            settled = node.settled | {k}
            held = (tuple(-v for v in region.worth),) if limit else ()
            below = () if limit else (region.worth,)
            nodes += self._push(heap, tie, _Node((*node.weak, *held), (*node.below, *below), node.strict, settled))
            for row in region.rows:
                out = tuple(-v for v in row)
                nodes += self._push(heap, tie, _Node(node.weak, node.below, (*node.strict, out), settled))
            if nodes > MOST_NODES:
                raise TooManyPlayersError(f"pessimistic_leader solves {MOST_NODES} linear programs at most.")
        return None

    def _broken(self, node: _Node, x: Sequence[Fraction], bound: Fraction) -> tuple[int, Region, bool] | None:
        """A region that holds the choice and costs more, or on which a constraint of the leader fails."""
        pieces = [(r, True) for r in self.limits] + [(r, False) for r in self.regions]
        worst: tuple[Fraction, int, Region, bool] | None = None
        for k, (region, limit) in enumerate(pieces):
            if k in node.settled or not region.holds(x):
                continue
            over = value(region.worth, x) - (0 if limit else bound)
            if over > 0 and (worst is None or over > worst[0]):
                worst = (over, k, region, limit)
        return None if worst is None else worst[1:]

    def _told(self, node: _Node, x: list[Fraction], bound: Fraction, nodes: int) -> LeastWorst:
        costs = self.at(x)
        if costs and costs[-1][0] <= bound and self.allowed(x):
            return LeastWorst(bound, tuple(x), None, nodes)
        inner = self._inside(node)
        assert inner is not None
        near = tuple(a + STEP * (b - a) for a, b in zip(x, inner, strict=True))
        return LeastWorst(bound, near, tuple(x), nodes)

    def _push(self, heap: list[tuple[Fraction, int, _Node, list[Fraction]]], tie: count[int], node: _Node) -> int:
        """Solve a node and keep it, unless nothing is in it; the number of programs."""
        if node.strict and self._inside(node) is None:
            return 1
        found = self._program(node)
        if found is not None:
            heapq.heappush(heap, (found[1], next(tie), node, found[0]))
        return 1 + bool(node.strict)

    def _program(self, node: _Node) -> tuple[list[Fraction], Fraction] | None:
        """Least t over the closure of a node."""
        lows = [low for low, _ in self.box]
        floor = min(self._ends(f)[0] for f in node.below)
        # Variables x - low and t - floor, all at least 0.
        rows = [[*(-b for b in f[1:]), Fraction(0), value(f, lows)] for f in (*node.weak, *node.strict)]
        rows += [[*f[1:], Fraction(-1), floor - value(f, lows)] for f in node.below]
        found = self._solved(rows, [Fraction(0)] * len(lows) + [Fraction(1)])
        return None if found is None else (found[:-1], found[-1] + floor)

    def _inside(self, node: _Node) -> list[Fraction] | None:
        """A choice at which all strict rows are above 0; None if there is none."""
        lows = [low for low, _ in self.box]
        rows = [[*(-b for b in f[1:]), Fraction(0), value(f, lows)] for f in node.weak]
        rows += [[*(-b for b in f[1:]), Fraction(1), value(f, lows)] for f in node.strict]
        rows.append([*([Fraction(0)] * len(lows)), Fraction(1), Fraction(1)])
        found = self._solved(rows, [Fraction(0)] * len(lows) + [Fraction(-1)])
        return None if found is None or not found[-1] else found[:-1]

    def _solved(self, rows: list[list[Fraction]], slope: list[Fraction]) -> list[Fraction] | None:
        """Choice and last variable of a linear program, in the variables of the game."""
        p = len(self.box)
        for k, (low, high) in enumerate(self.box):
            rows.append([*(Fraction(int(j == k)) for j in range(p)), Fraction(0), high - low])
        table = np.array(rows, dtype=object)
        nothing = np.array([[Fraction(0)] * (p + 1)] * (p + 1), dtype=object)
        found = convex_program(nothing, np.array(slope, dtype=object), table[:, :-1], table[:, -1])
        if found is None:
            return None
        return [*(v + low for v, (low, _) in zip(found[0], self.box, strict=False)), found[0][-1]]
