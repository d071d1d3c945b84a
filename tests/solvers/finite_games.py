"""Random finite games of every awkward kind, and equilibria by definition in fractions."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import gametrade as gt

KINDS = ("any", "any", "few values", "few values", "zero", "equal rows", "equal columns", "common", "zero sum")
SCALES = (1.0, 1.0, 1.0, 1e8, 1e-9, 0.1)


@st.composite
def normal_form_games(draw, players=(2, 2), most_actions=4, scales=SCALES):
    """Games with ties, equal rows, nothing at stake, common interest, no common interest, one action only."""
    n = draw(st.integers(*players))
    sizes = tuple(draw(st.integers(1, most_actions)) for _ in range(n))
    kind = draw(st.sampled_from(KINDS))
    elements = st.one_of(st.integers(-5, 9).map(float), st.floats(-10, 10, width=32, allow_subnormal=False))
    if kind == "few values":
        elements = st.sampled_from([0.0, 1.0])
    table = draw(hnp.arrays(float, (n, *sizes), elements=elements))
    if kind == "zero":
        table = np.zeros_like(table)
    if kind == "equal rows" and sizes[0] > 1:
        table[:, 1] = table[:, 0]
    if kind == "equal columns" and sizes[-1] > 1:
        table[..., 1] = table[..., 0]
    if kind == "common":
        table[:] = table[0]
    if kind == "zero sum" and n == 2:
        table[1] = -table[0]
    return gt.NormalFormGame(table * draw(st.sampled_from(scales)))


def fractions_of(equilibrium):
    """Strategies of an answer without rounding."""
    return [[Fraction(p) for p in row] for row in equilibrium.certificate["strategies"]]


def regrets_by_definition(game, profile):
    """Best action less expected payoff, summed over all profiles in fractions."""
    answer = []
    for player in range(game.n_players):
        values = [Fraction(0)] * game.shape[player]
        for where in itertools.product(*map(range, game.shape)):
            weight = Fraction(1)
            for other, k in enumerate(where):
                weight *= 1 if other == player else profile[other][k]
            values[where[player]] += weight * Fraction(float(game.payoffs[player][where]))
        got = sum(p * v for p, v in zip(profile[player], values, strict=True))
        answer.append(max(values) - got)
    return answer


def solve_fractions(rows, right):
    """Gauss and Jordan in fractions: the only solution, or None."""
    table = [[*map(Fraction, row), Fraction(r)] for row, r in zip(rows, right, strict=True)]
    k = len(table[0]) - 1
    for c in range(k):
        lead = next((i for i in range(c, len(table)) if table[i][c]), None)
        if lead is None:
            return None
        table[c], table[lead] = table[lead], table[c]
        table[c] = [value / table[c][c] for value in table[c]]
        for i in range(len(table)):
            if i != c and table[i][c]:
                table[i] = [a - table[i][c] * b for a, b in zip(table[i], table[c], strict=True)]
    return [table[i][k] for i in range(k)] if all(not row[k] for row in table[k:]) else None


def extreme_strategies(payoffs):
    """Corners (x, v) of {x a mixture of rows, x @ payoffs <= v}: solutions of as many equations as unknowns."""
    m, n = len(payoffs), len(payoffs[0])
    tests = [([int(i == k) for k in range(m)] + [0], 0) for i in range(m)]
    tests += [([-Fraction(payoffs[i][j]) for i in range(m)] + [1], 0) for j in range(n)]
    found = {}
    for chosen in itertools.combinations(range(m + n), m):
        solution = solve_fractions([[1] * m + [0]] + [tests[c][0] for c in chosen], [1] + [0] * m)
        if solution is None:
            continue
        slack = [sum(a * x for a, x in zip(row, solution, strict=True)) for row, _ in tests]
        if min(slack) >= 0:
            found[tuple(solution[:m])] = {c for c in range(m + n) if slack[c] == 0}
    return found


def extreme_equilibria(game):
    """All pairs of corners in which every action is unused or a best reply, by definition."""
    (m, n), (first, second) = game.shape, game.payoffs.tolist()
    rows = extreme_strategies(second)
    columns = extreme_strategies([list(column) for column in zip(*first, strict=True)])
    moved = {y: {m + c if c < n else c - n for c in tight} for y, tight in columns.items()}
    return {(x, y) for x, a in rows.items() for y, b in moved.items() if len(a | b) == m + n}


def known_degenerate_games():
    """Games on which published solvers lost equilibria, and how many extreme ones there are."""
    minimised = (
        [[0, 0, 6, 0, 0], [0, 0, 3, 2, 1], [4, 3, 0, 0, 1]],
        [[3, 0, 2, 1, 0], [0, 2, 0, 0, 4], [4, 0, 2, 4, 4]],
    )
    cycle = [[0, 1, 0, -1], [-1, 0, 1, 1], [0, -1, 0, 1], [1, -1, -1, 0]]
    tournament = [
        [0, -1, -1, -1, 1, -1],
        [1, 0, 1, -1, -1, -1],
        [1, -1, 0, -1, -1, 1],
        [1, 1, 1, 0, -1, -1],
        [-1, 1, 1, 1, 0, -1],
        [1, 1, -1, 1, 1, 0],
    ]
    tall = (
        [[9.5, -7.8], [-9.6, 0.3], [-7.1, -1.4], [5.9, 7.6], [9, 0.3], [7.5, 6.9], [-3.1, 3.6], [-8.4, -3.7]],
        [[0.2, 0.6], [0.4, 0.1], [0.9, 0], [0.4, 0.1], [0.1, 0.2], [0.2, 0.1], [0.8, 1], [0.2, 0.4]],
    )
    return {
        "nashpy 82": (*(-np.array(table) for table in minimised), 8),
        "nashpy 39": (np.array(cycle), -np.array(cycle), 4),
        "nashpy 222": ([[-3, 3], [-3, 5]], [[2, 7], [4, 2]], 2),
        "quantecon 326": ([[3, 3], [2, 5], [0, 6]], [[3, 3], [2, 6], [3, 1]], 3),
        "nashpy 231": (np.array(tournament), -np.array(tournament), 1),
        "nashpy 83": (*tall, 1),
        "all zero": (np.zeros((3, 3)), np.zeros((3, 3)), 9),
        "identical rows": ([[1, 2], [1, 2]], [[1, 1], [1, 1]], 4),
        "one action each": ([[4]], [[-4]], 1),
    }


def many_equilibria():
    """A game of 6 x 6 that is not degenerate and has 75 equilibria (von Stengel 1999)."""
    row = [
        [9504, -660, 19976, -20526, 1776, -8976],
        [-111771, 31680, -130944, 168124, -8514, 52764],
        [397584, -113850, 451176, -586476, 29216, -178761],
        [171204, -45936, 208626, -263076, 14124, -84436],
        [1303104, -453420, 1227336, -1718376, 72336, -461736],
        [737154, -227040, 774576, -1039236, 48081, -300036],
    ]
    column = [[row[i][j] for j in (4, 5, 2, 3, 0, 1)] for i in (4, 5, 2, 3, 0, 1)]
    return gt.NormalFormGame.bimatrix(row, np.array(column).T)
