"""Slow, exact and independent of the package: every coalition of a small community in rational numbers."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import numpy as np


def fractions(array):
    """Nested lists of the exact values of an array of floats."""
    return [fractions(row) for row in array] if np.ndim(array) else Fraction(float(array))


def exact_value(community, members):
    """Value of a coalition of positions, in rational numbers: meter data and float spreads are exact data."""
    total = Fraction(0)
    demand, generation = fractions(community.demand), fractions(community.generation)
    for t, spread in enumerate(fractions(community.tariff.spread())):
        net = [generation[i][t] - demand[i][t] for i in members]
        supply, need = sum(x for x in net if x > 0), -sum(x for x in net if x < 0)
        total += spread * min(supply, need)
    return total


def exact_values(community):
    """Value of every coalition, a mapping from tuples of positions."""
    return {members: exact_value(community, members) for members in every_coalition(community.n_prosumers)}


def every_coalition(n):
    """Every coalition of n players, the empty one and all of them included, as tuples of positions."""
    return [members for size in range(n + 1) for members in combinations(range(n), size)]


def proper_coalitions(n):
    """Every coalition of n players but the empty one and all of them."""
    return [members for members in every_coalition(n) if 0 < len(members) < n]


def excesses(game, payoffs, *, must=(), min_size=1, groups=None, cost=0.0, cost_per_member=0.0):
    """Net excess of every allowed proper coalition in floats, a mapping from tuples of positions."""
    answer = {}
    for members in proper_coalitions(game.n_players):
        if len(members) < min_size or not set(must) <= set(members):
            continue
        if groups is not None and not any(set(members) <= set(group) for group in groups):
            continue
        value = game.value([game.players[i] for i in members])
        answer[members] = value - sum(payoffs[i] for i in members) - cost - cost_per_member * len(members)
    return answer


def money_scale(game, payoffs):
    """Size of the numbers in play, to which rounding errors are relative."""
    turnover = np.abs(game.position).sum() if hasattr(game, "position") else np.abs(game.numbers).max()
    return float(turnover + np.abs(payoffs).sum())


def subset_matrix(n):
    """Membership of the non-empty coalitions, shape (2**n - 1, n)."""
    return np.array([[i in members for i in range(n)] for members in every_coalition(n)[1:]], dtype=float)
