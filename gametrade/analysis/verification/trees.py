"""Check a price tree in exact arithmetic: one product of whole numbers a node, no solver."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from gametrade.analysis.encoding import tree_from_dict
from gametrade.analysis.exact import ExactSharingGame
from gametrade.analysis.exact_price_levels import ExactPriceLevels
from gametrade.analysis.verification.case import Certificate, ExactGame, Refuted
from gametrade.analysis.verification.scene import Scene
from gametrade.solvers.coalition_scan import SCANNED, CoalitionScan
from gametrade.solvers.coalition_search import FREE, INSIDE, OUTSIDE
from gametrade.solvers.exact_table import UNIT
from gametrade.solvers.price_tree import SCANNED_LEAF, PriceTree
from gametrade.solvers.saddle_point import PRICE_GRID
from gametrade.typing import IntArray

MOST_SCANNED = 16 * SCANNED
"""Work of a leaf whose coalitions are all looked at: exact settling may leave a few more homes open than floats do."""

ROUNDINGS = 8
"""Roundings of a term of an excess that is added up in floats, generously."""

MOST_NEAR = 2**16
"""Coalitions of one leaf that are evaluated without rounding."""


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
    found = max(all_excesses(scene.exact, payoffs)[1:-1])
    if found > stated + scene.tolerance:
        raise Refuted(f"a coalition gains {float(found):.9g}, more than the bound {float(stated):.9g}")
    return found


def all_excesses(exact: ExactGame, payoffs: list[Fraction]) -> list[Fraction]:
    """Excess of every coalition in bitmask order."""
    table, sums = exact.table, [Fraction(0)]
    for x in payoffs:
        sums += [total + x for total in sums]
    return [v - total for v, total in zip(table, sums, strict=True)]


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
    Exact: one product of whole numbers a node, O(nodes n T').
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
        if not (state == FREE).any():
            _check_single(game, payoffs, state, limit, smallest, largest)
            continue
        home = tree.homes[node]
        if home == SCANNED_LEAF:
            _check_few(game, payoffs, state, limit, smallest, largest)
            continue
        if home < 0:
            raise Refuted(f"leaf {node} has the bound {float(bound):.9g}, above the limit {float(limit):.9g}")
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


def _check_few(
    game: ExactSharingGame | ExactPriceLevels,
    payoffs: list[Fraction],
    state: IntArray,
    limit: Fraction,
    smallest: int,
    largest: int,
) -> None:
    """Look at every coalition of a region: in floats, and without rounding at those within rounding of the limit."""
    position, paid = game.position, np.array([float(x) for x in payoffs])
    scan = CoalitionScan(position, paid)
    if scan.work(state) > MOST_SCANNED:
        raise Refuted(f"a leaf leaves {(state == FREE).sum()} homes open, too many to look at all their coalitions")
    n, steps = position.shape
    rounding = ROUNDINGS * (n + steps) * UNIT * (float(np.abs(position).sum()) + float(np.abs(paid).sum()))
    rows, _ = scan.above(state, float(limit) - rounding - abs(float(limit)) * UNIT)
    if len(rows) > MOST_NEAR:
        raise Refuted(f"{len(rows)} coalitions of a leaf reach the limit {float(limit):.9g}")
    for members in rows:
        _check_single(game, payoffs, np.where(members, INSIDE, OUTSIDE), limit, smallest, largest)


def _check_single(
    game: ExactSharingGame | ExactPriceLevels,
    payoffs: list[Fraction],
    state: IntArray,
    limit: Fraction,
    smallest: int,
    largest: int,
) -> None:
    """Evaluate the one coalition that is left in a region."""
    members = state == INSIDE
    if not smallest <= members.sum() <= largest:
        return
    excess = game.value(members) - sum((x for x, m in zip(payoffs, members, strict=True) if m), Fraction(0))
    if excess > limit:
        raise Refuted(f"a coalition gains {float(excess):.9g}, above the limit {float(limit):.9g}")
