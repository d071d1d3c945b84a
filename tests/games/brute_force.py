"""Shape properties and derived games by their definitions, in fractions, over sets of players."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain, combinations


def subsets(items):
    items = tuple(items)
    return [frozenset(c) for c in chain.from_iterable(combinations(items, k) for k in range(len(items) + 1))]


def exact_values(game):
    """v(S) as fractions by set of positions; exact values if the game has them, its floats otherwise."""
    numbers, denominator = game._exact or (game.numbers.tolist(), 1)
    return {
        frozenset(i for i in range(game.n_players) if mask >> i & 1): Fraction(number) / denominator
        for mask, number in enumerate(numbers.tolist() if hasattr(numbers, "tolist") else numbers)
    }


def alone(v, coalition):
    return sum((v[frozenset([i])] for i in coalition), Fraction(0))


def value_range(v):
    """Largest minus smallest zero-normalised value."""
    normalised = [number - alone(v, coalition) for coalition, number in v.items()]
    return max(normalised) - min(normalised)


def superadditive_margin(v):
    pairs = [(s, t) for s in v for t in v if s and t and not s & t]
    return min((v[s | t] - v[s] - v[t] for s, t in pairs), default=Fraction(0))


def monotone_margin(v):
    return min(v[t] - v[s] for s in v for t in v if s < t)


def convex_margin(v):
    """From the definition over all pairs of coalitions, which has the sign of the pairwise one."""
    return min(v[s | t] + v[s & t] - v[s] - v[t] for s in v for t in v)


def null(v, player):
    return all(v[s | {player}] == v[s] for s in v)


def veto(v, player):
    return all(v[s] == 0 for s in v if player not in s)


def symmetric(v, i, j):
    return all(v[s | {i}] == v[s | {j}] for s in v if i not in s and j not in s)
