"""Values of games from their definitions: permutations and subsets in exact rational arithmetic."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations


def worths(game):
    """Values of all coalitions as they are stored, exactly."""
    return [Fraction(float(number)) for number in game.table()]


def shapley(v, n):
    """Average marginal contribution over all n! orders."""
    total, orders = [Fraction(0)] * n, list(permutations(range(n)))
    for order in orders:
        mask = 0
        for player in order:
            total[player] += v[mask | 1 << player] - v[mask]
            mask |= 1 << player
    return [number / len(orders) for number in total]


def weighted_shapley(v, n, weights):
    """Orders drawn from the last player to the first, each time in proportion to the weights."""
    total = [Fraction(0)] * n
    for order in permutations(range(n)):
        chance, left = Fraction(1), sum(weights)
        for player in reversed(order):
            chance *= Fraction(weights[player]) / left
            left -= weights[player]
        mask = 0
        for player in order:
            total[player] += chance * (v[mask | 1 << player] - v[mask])
            mask |= 1 << player
    return total


def banzhaf(v, n):
    """Average marginal contribution over all coalitions of the others."""
    return [
        sum((v[mask | 1 << i] - v[mask] for mask in range(2**n) if not mask >> i & 1), Fraction(0)) / 2 ** (n - 1)
        for i in range(n)
    ]


def tau(v, n):
    """The efficient point between the lower and the upper vector; None unless the game is quasi-balanced."""
    everyone = 2**n - 1
    upper = [v[everyone] - v[everyone & ~(1 << i)] for i in range(n)]
    lower = []
    for i in range(n):
        rests = [
            v[mask] - sum(upper[j] for j in range(n) if j != i and mask >> j & 1)
            for mask in range(1, 2**n)
            if mask >> i & 1
        ]
        lower.append(max(rests))
    if any(a > b for a, b in zip(lower, upper, strict=True)) or not sum(lower) <= v[everyone] <= sum(upper):
        return None
    if sum(lower) == sum(upper):
        return lower
    share = (v[everyone] - sum(lower)) / (sum(upper) - sum(lower))
    return [a + share * (b - a) for a, b in zip(lower, upper, strict=True)]


def surplus(v, n, x, i, j):
    """Largest excess of a coalition with i and without j."""
    return max(
        v[mask] - sum(x[k] for k in range(n) if mask >> k & 1)
        for mask in range(2**n)
        if mask >> i & 1 and not mask >> j & 1
    )


def in_kernel(v, n, x):
    """Whether nobody outweighs anybody who could be paid less."""
    return all(
        surplus(v, n, x, i, j) <= surplus(v, n, x, j, i) or x[j] == v[1 << j]
        for i in range(n)
        for j in range(n)
        if i != j
    )
