"""The extreme points of the core of a small game, without rounding."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from gametrade.community.finite_numbers import finite_number
from gametrade.errors import TooManyPlayersError
from gametrade.games.coalitional import CoalitionalGame, all_coalitions
from gametrade.games.coalitional.game import check_game
from gametrade.games.coalitional.integer_table import integer_table
from gametrade.typing import IntArray

VERTEX_PLAYERS = 7
"""Most players for which extreme points are listed: a convex game of n has up to n! of them."""

Point = tuple[int, ...]


def core_vertices(game: CoalitionalGame, *, epsilon: Fraction | float = 0) -> tuple[tuple[Fraction, ...], ...]:
    r"""List the extreme points of the core.

    Parameters
    ----------
    game : CoalitionalGame
        At most 7 players.
    epsilon : Fraction or float, default=0
        Excess that every proper coalition may keep: the strong :math:`\varepsilon`-core. [money]

    Returns
    -------
    tuple of tuple of Fraction, length n each
        Extreme points in increasing order; empty if the core is. [money]

    Raises
    ------
    InvalidInputError
        If the excess is no finite number.
    TooManyPlayersError
        If there are more than 7 players.

    Notes
    -----
    Double description [1]_: from the simplex of payoff vectors that give nobody too little, one coalition after
    another cuts off the points at which it would leave, and new points appear on the edges that are cut. Two
    points share an edge if no third lies on all the coalitions that both are tight for. Whole numbers over one
    denominator throughout. The work grows with the square of the number of points.

    References
    ----------
    .. [1] K. Fukuda and A. Prodon, "Double description method revisited", Combinatorics and Computer Science, LNCS
       1120 (1996) 91-111. :doi:`10.1007/3-540-61576-8_77`

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("s1", "b"): 6, ("s2", "b"): 6, ("s1", "s2", "b"): 9})
    >>> for point in core_vertices(game):
    ...     print(*point)
    0 6 3
    0 9 0
    3 3 3
    3 6 0
    """
    check_game(game, "core_vertices")
    n = game.n_players
    if n > VERTEX_PLAYERS:
        raise TooManyPlayersError(
            f"core_vertices lists up to n! points and stops at {VERTEX_PLAYERS} players. Got {n}; "
            "core_membership decides whether given payoffs are in the core."
        )
    numbers, unit = integer_table(game)
    keep = epsilon if isinstance(epsilon, Fraction) else Fraction(finite_number(epsilon, "epsilon", "core_vertices"))
    least = [int(v) * keep.denominator - keep.numerator * unit for v in numbers.tolist()]
    grand = int(numbers[-1]) * keep.denominator
    points = _simplex(n, least, grand)
    for mask in sorted(range(1, 2**n - 1), key=lambda mask: (mask.bit_count(), mask)):
        if mask.bit_count() > 1:
            points = _cut(points, all_coalitions(n, np.array([mask]))[0].astype(int), least[mask], mask)
    denominator = unit * keep.denominator
    return tuple(sorted(tuple(Fraction(x, point[-1] * denominator) for x in point[:-1]) for point in points))


def _simplex(n: int, least: list[int], grand: int) -> dict[Point, int]:
    """Extreme points of what gives nobody too little, homogeneous, each with the masks that are tight as bits."""
    alone = [least[1 << i] for i in range(n)]
    rest = grand - sum(alone)
    if n == 1:
        return {(grand, 1): 0}
    if rest < 0:
        return {}
    points: dict[Point, int] = {}
    for i in range(n):
        tight = sum(1 << (1 << j) for j in range(n) if j != i or rest == 0)
        points[(*(a + rest * (j == i) for j, a in enumerate(alone)), 1)] = tight
    return points


def _cut(points: dict[Point, int], members: IntArray, least: int, mask: int) -> dict[Point, int]:
    """Keep what gives a coalition at least its due; add a point where an edge crosses the border."""
    slack = {point: sum(x for x, i in zip(point, members, strict=False) if i) - least * point[-1] for point in points}
    kept = {point: tight | ((slack[point] == 0) << mask) for point, tight in points.items() if slack[point] >= 0}
    outside = [point for point in points if slack[point] < 0]
    inside = [point for point in points if slack[point] > 0]
    fewest = len(members) - 2
    everything = list(points.values())
    for a in inside:
        for b in outside:
            common = points[a] & points[b]
            if common.bit_count() < fewest or sum(common & tight == common for tight in everything) > 2:
                continue
            new = [slack[a] * y - slack[b] * x for x, y in zip(a, b, strict=True)]
            divisor = math.gcd(*new)
            point = tuple(number // divisor for number in new)
            kept[point] = kept.get(point, 0) | common | (1 << mask)
    return kept
