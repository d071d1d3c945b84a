"""Check a price tree in exact arithmetic, without a solver: products of whole numbers, and coalitions at its ends."""

from __future__ import annotations

from fractions import Fraction
from math import lcm

import numpy as np

from gametrade.analysis.encoding import tree_from_dict
from gametrade.analysis.exact import ExactSharingGame
from gametrade.analysis.exact_price_levels import ExactPriceLevels
from gametrade.analysis.verification.case import Certificate, ExactGame, Refuted
from gametrade.analysis.verification.scene import Scene
from gametrade.solvers.coalition_search import FREE, INSIDE, OUTSIDE
from gametrade.solvers.price_tree import PriceTree, all_are_looked_at
from gametrade.solvers.saddle_point import PRICE_GRID
from gametrade.typing import FloatArray, IntArray

EPSILON = float(np.finfo(float).eps)
AT_ONCE = 1 << 17
"""Coalitions times steps held in memory, which fit the cache."""
MOST_NEAR = 2**16
"""Coalitions of one leaf that are evaluated exactly."""


def upper_bound(scene: Scene, certificate: Certificate, cost_per_member: Fraction) -> Fraction:
    """Upper bound on the excess of every proper coalition, net of a cost per member, as the certificate proves it."""
    payoffs = [x + cost_per_member for x in scene.payoffs]
    stated = Fraction(float(certificate["upper_bound"]))
    if certificate["kind"] == "price_tree" or "tree" in certificate:
        tree = tree_from_dict(certificate["tree"], scene.exact.game.players)
        check_tree(scene.exact.priced, payoffs, tree, smallest=1)
        if Fraction(tree.limit) > stated + scene.tolerance:
            raise Refuted("the tree proves a larger bound than the certificate states")
        return max(stated, Fraction(tree.limit))
    found = largest_by_enumeration(scene.exact, payoffs)
    if found > stated + scene.tolerance:
        raise Refuted(f"a coalition gains {float(found):.9g}, more than the bound {float(stated):.9g}")
    return found


def largest_by_enumeration(exact: ExactGame, payoffs: list[Fraction]) -> Fraction:
    """Largest excess of any proper coalition by looking at each, 0 if there is none. [money]"""
    numbers, unit = all_excesses(exact, payoffs)
    return max(numbers[1:-1], default=0) * unit


def all_excesses(exact: ExactGame, payoffs: list[Fraction]) -> tuple[list[int], Fraction]:
    """Excess of every coalition in bitmask order in whole numbers, and the money that one stands for."""
    values, parts = exact.whole_table
    common = lcm(parts, *(x.denominator for x in payoffs))
    sums = [0]
    for x in payoffs:
        paid = x.numerator * (common // x.denominator)
        sums += [total + paid for total in sums]
    scale = common // parts
    return [scale * v - total for v, total in zip(values, sums, strict=True)], Fraction(1, common)


def check_tree(
    game: ExactSharingGame | ExactPriceLevels, payoffs: list[Fraction], tree: PriceTree, *, smallest: int
) -> None:
    """Check that a price tree proves its limit for every coalition with `smallest` to n - 1 members.

    Parameters
    ----------
    game : ExactSharingGame or ExactPriceLevels
        n homes, T' trade steps or price levels.
    payoffs : list of Fraction, length n
        What leaving costs each home. [money]
    tree : PriceTree
        The proof.
    smallest : int
        Fewest members of a coalition.

    Raises
    ------
    Refuted
        If a leaf is not closed by its price path, or the leaves do not cover all coalitions.

    Notes
    -----
    Exact: one product of whole numbers a node, O(nodes n T'), and at a leaf with few free homes all its coalitions.
    """
    if tree.paths.shape[1] != len(game.steps) or (tree.paths > PRICE_GRID).any():
        raise Refuted(f"price paths must have {len(game.steps)} positions from 0 to {PRICE_GRID}")
    limit, largest = Fraction(tree.limit), len(payoffs) - 1
    seen: set[int] = set()
    todo: list[tuple[int, IntArray]] = [(0, np.zeros(len(payoffs), dtype=np.int64))]
    while todo:
        node, state = todo.pop()
        if not 0 <= node < len(tree.homes) or node in seen:
            raise Refuted(f"node {node} is missing or used twice")
        seen.add(node)
        gains = game.price_values(tree.paths[node].astype(np.int64), PRICE_GRID)
        margins = [w - x for w, x in zip(gains, payoffs, strict=True)]
        if (bound := region_bound(margins, state, smallest, largest)) is None or bound <= limit:
            continue
        state = _settle(margins, state, limit)
        home = tree.homes[node]
        if home < 0:
            if not all_are_looked_at(int((state == FREE).sum()), len(game.steps)):
                raise Refuted(f"leaf {node} has the bound {float(bound):.9g}, above the limit {float(limit):.9g}")
            _check_all(game, payoffs, state, tree.limit, smallest)
            continue
        for side, child in ((INSIDE, tree.inside[node]), (OUTSIDE, tree.outside[node])):
            if state[home] in (FREE, side):
                branch = state.copy()
                branch[home] = side
                todo.append((child, branch))


def region_bound(margins: list[Fraction], state: IntArray, smallest: int, largest: int) -> Fraction | None:
    """Largest sum of margins over the coalitions of a region with an allowed size, None if it has none."""
    inside = [m for m, s in zip(margins, state, strict=True) if s == INSIDE]
    free = sorted((m for m, s in zip(margins, state, strict=True) if s == FREE), reverse=True)
    fewest, most = smallest - len(inside), largest - len(inside)
    if most < 0 or fewest > len(free):
        return None
    positive = sum(m > 0 for m in free)
    wanted = min(max(positive, fewest, 0), most, len(free))
    return sum(inside, Fraction(0)) + sum(free[:wanted], Fraction(0))


def _settle(margins: list[Fraction], state: IntArray, limit: Fraction) -> IntArray:
    """Put every free home on its side whose other side the same price path closes."""
    state = state.copy()
    inside = sum((m for m, s in zip(margins, state, strict=True) if s == INSIDE), Fraction(0))
    bound = inside + sum((m for m, s in zip(margins, state, strict=True) if s == FREE and m > 0), Fraction(0))
    for home, margin in enumerate(margins):
        if state[home] == FREE and bound - abs(margin) <= limit:
            state[home] = INSIDE if margin > 0 else OUTSIDE
    return state


def _check_all(
    game: ExactSharingGame | ExactPriceLevels, payoffs: list[Fraction], state: IntArray, limit: float, smallest: int
) -> None:
    """Evaluate all coalitions of a region: in floats, and exactly where rounding could hide that one is above."""
    free = np.flatnonzero(state == FREE)
    excess, rounding = _all_in_floats(game.position, np.array([float(x) for x in payoffs]), state, free)
    near = np.flatnonzero(excess > limit - rounding)
    if len(near) > MOST_NEAR:
        raise Refuted(f"{len(near)} coalitions of a leaf reach the limit {limit:.9g}")
    for mask in near:
        members = state == INSIDE
        members[free] = mask >> np.arange(len(free)) & 1 == 1
        if not smallest <= members.sum() < len(payoffs):
            continue
        exact = game.value(members) - sum((x for x, m in zip(payoffs, members, strict=True) if m), Fraction(0))
        if exact > Fraction(limit):
            raise Refuted(f"a coalition gains {float(exact):.9g}, above the limit {limit:.9g}")


def _all_in_floats(
    position: FloatArray, payoffs: FloatArray, state: IntArray, free: IntArray
) -> tuple[FloatArray, float]:
    r"""Excess of every coalition of a region by :math:`2 \min(a, b) = a + b - |a - b|`, and a bound on its rounding.

    No term passes through more than T' + 2n + 10 roundings (Higham, "Accuracy and Stability of Numerical
    Algorithms", SIAM 2002, section 4.2).
    """
    inside, gain = state == INSIDE, 0.5 * np.abs(position).sum(axis=1) - payoffs
    excess = np.zeros(1 << len(free))
    at_once = max(1, AT_ONCE >> len(free))
    for start in range(0, position.shape[1], at_once):
        part = position[:, start : start + at_once]
        excess -= 0.5 * np.abs(_subset_sums(part[free], part[inside].sum(axis=0))).sum(axis=1)
    excess += _subset_sums(gain[free], gain[inside].sum())
    roundings = position.shape[1] + 2 * len(payoffs) + 10
    return excess, roundings * EPSILON * float(np.abs(position).sum() + np.abs(payoffs).sum())


def _subset_sums(rows: FloatArray, start: FloatArray | float) -> FloatArray:
    """A start plus the sum of every subset of rows, in bitmask order."""
    sums = np.empty((1 << len(rows), *rows.shape[1:]))
    sums[0] = start
    for k, row in enumerate(rows):
        np.add(sums[: 1 << k], row, out=sums[1 << k : 2 << k])
    return sums
