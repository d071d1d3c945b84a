"""The problem behind every stability question of a sharing game, and heuristics that find good coalitions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gametrade.typing import BoolArray, FloatArray, IntArray

INSIDE, FREE, OUTSIDE = 1, 0, -1

BLOCK = 2**17
"""Numbers changed at once while single moves are weighed."""


@dataclass(frozen=True, eq=False)
class CoalitionSearch:
    r"""Maximise :math:`v(S) - x(S)` over the coalitions of an allowed size.

    Parameters
    ----------
    position : ndarray of shape (n, T)
        Spread times net surplus of each home in each trade step. [money]
    payoffs : ndarray of shape (n,)
        What leaving costs each home. [money]
    smallest, largest : int
        Allowed numbers of members.
    """

    position: FloatArray
    payoffs: FloatArray
    smallest: int
    largest: int

    @cached_property
    def bought(self) -> FloatArray:
        """Spread times deficit of each home summed over the steps, shape (n,). [money]"""
        return np.asarray(np.maximum(-self.position, 0).sum(axis=1))

    @cached_property
    def turnover(self) -> FloatArray:
        """Spread times energy sold and bought of each home summed over the steps, shape (n,). [money]"""
        return np.asarray(np.abs(self.position).sum(axis=1))

    def margins(self, price: FloatArray) -> FloatArray:
        """W - x of every home at a price path of shape (T,), shape (n,). [money]"""
        return np.asarray(self.bought + self.position @ price - self.payoffs)

    def excess(self, members: BoolArray) -> float:
        """Excess of one coalition, shape (n,) to a number. [money]"""
        inside = self.position[members]
        supply, need = np.maximum(inside, 0).sum(axis=0), np.maximum(-inside, 0).sum(axis=0)
        return float(np.minimum(supply, need).sum() - self.payoffs[members].sum())

    def allows(self, members: BoolArray) -> bool:
        """Whether the coalition has an allowed number of members."""
        return bool(self.smallest <= members.sum() <= self.largest)


@dataclass(frozen=True, eq=False, slots=True)
class Region:
    """All coalitions that contain some homes and exclude others.

    Parameters
    ----------
    state : ndarray of int, shape (n,)
        1 inside, -1 outside, 0 free.
    supply, need : ndarray of shape (T,)
        Money-weighted surplus and deficit of the homes inside.
    """

    state: IntArray
    supply: FloatArray
    need: FloatArray

    @classmethod
    def start(cls, search: CoalitionSearch, state: IntArray) -> Region:
        """Region of a state, with the sums of its inner homes."""
        inside = search.position[state == INSIDE]
        return cls(state, np.maximum(inside, 0).sum(axis=0), np.maximum(-inside, 0).sum(axis=0))

    def fix(self, search: CoalitionSearch, homes: IntArray, side: int) -> Region:
        """The part of the region with some free homes put inside or outside."""
        if not len(homes):
            return self
        state = self.state.copy()
        state[homes] = side
        if side == OUTSIDE:
            return Region(state, self.supply, self.need)
        moved = search.position[homes]
        return Region(
            state,
            self.supply + np.maximum(moved, 0).sum(axis=0),
            self.need + np.maximum(-moved, 0).sum(axis=0),
        )


def best_prefix(search: CoalitionSearch, region: Region, weights: FloatArray) -> tuple[float, BoolArray]:
    """Best coalition among the region's inner homes plus the k most weighted free homes, for every k.

    Parameters
    ----------
    search : CoalitionSearch
        n homes, allowed sizes.
    region : Region
        Homes that are inside, outside and free.
    weights : ndarray of shape (n,)
        How much each home belongs, e.g. a fractional coalition.

    Returns
    -------
    excess : float
        Largest excess found, minus infinity if no size is allowed. [money]
    members : ndarray of bool, shape (n,)
    """
    inside = region.state == INSIDE
    free = np.flatnonzero(region.state == FREE)
    order = free[np.argsort(-weights[free], kind="stable")]
    net = np.vstack([region.supply - region.need, search.position[order]]).cumsum(axis=0)
    traded = (region.supply + region.need).sum() + np.concatenate([[0.0], search.turnover[order].cumsum()])
    paid = search.payoffs[inside].sum() + np.concatenate([[0.0], search.payoffs[order].cumsum()])
    excess = 0.5 * (traded - np.abs(net, out=net).sum(axis=1)) - paid
    sizes = inside.sum() + np.arange(len(order) + 1)
    excess[(sizes < search.smallest) | (sizes > search.largest)] = -np.inf
    k = int(excess.argmax())
    members = inside.copy()
    members[order[:k]] = True
    return float(excess[k]), members


def improve(search: CoalitionSearch, region: Region, members: BoolArray, rounds: int = 30) -> tuple[float, BoolArray]:
    """Move one free home in or out as long as that raises the excess.

    As min(a, b) = (a + b - |a - b|) / 2, only net positions are needed.

    Returns
    -------
    excess : float
        Excess of the coalition reached, minus infinity if no allowed coalition was met. [money]
    members : ndarray of bool, shape (n,)
    """
    free = np.flatnonzero(region.state == FREE)
    inside, base = members[free], region.state == INSIDE
    rows, payoffs, turnover = search.position[free], search.payoffs[free], search.turnover[free]
    net = region.supply - region.need + inside @ rows
    traded = (region.supply + region.need).sum() + turnover @ inside
    paid, size = search.payoffs[base].sum() + payoffs @ inside, int(base.sum() + inside.sum())
    allowed = search.smallest <= size <= search.largest
    best = float(0.5 * (traded - np.abs(net).sum()) - paid) if allowed else -np.inf
    for _ in range(rounds if len(free) else 0):
        sign = np.where(inside, -1.0, 1.0)
        excess = 0.5 * (traded + sign * turnover - _imbalances(net, rows, sign)) - paid - sign * payoffs
        excess[(size + sign < search.smallest) | (size + sign > search.largest)] = -np.inf
        k = int(excess.argmax())
        if excess[k] <= best + 1e-13 * abs(best):
            break
        best, net = float(excess[k]), net + sign[k] * rows[k]
        traded, paid, size = traded + sign[k] * turnover[k], paid + sign[k] * payoffs[k], size + int(sign[k])
        inside[k] = not inside[k]
    reached = base.copy()
    reached[free] = inside
    return (search.excess(reached) if np.isfinite(best) else best), reached


def _imbalances(net: FloatArray, rows: FloatArray, sign: FloatArray) -> FloatArray:
    """Sum over the steps of |net + sign * row| for each row, in blocks that fit the cache, shape (F,)."""
    answer = np.empty(len(rows))
    height = max(1, BLOCK // max(1, len(net)))
    for start in range(0, len(rows), height):
        block = rows[start : start + height] * sign[start : start + height, None]
        block += net
        answer[start : start + height] = np.abs(block, out=block).sum(axis=1)
    return answer
