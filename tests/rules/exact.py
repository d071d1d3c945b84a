"""Rules and values in exact rational arithmetic, written from the formulas and independent of the package."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations


def coalitions(n):
    """Every non-empty coalition of n players."""
    return [members for size in range(1, n + 1) for members in combinations(range(n), size)]


def value(q, members, delta):
    """Gains of a coalition in one step, positions above 0 sell."""
    supply = sum(q[i] for i in members if q[i] > 0)
    need = -sum(q[i] for i in members if q[i] < 0)
    return delta * min(supply, need)


def largest_excess(q, payoffs, delta):
    """Largest excess over all non-empty coalitions."""
    return max(value(q, members, delta) - sum(payoffs[i] for i in members) for members in coalitions(len(q)))


def mid_market_payoffs(q, f, b, charge=0):
    """Payoffs of the mid-market rate by the textbook formula, stand-alone bills taken off."""
    supply, need = sum(x for x in q if x > 0), -sum(x for x in q if x < 0)
    if supply == 0 or need == 0 or b - f - charge <= 0:
        return [Fraction(0)] * len(q)
    middle, shared = Fraction(f + b - charge) / 2, min(supply, need)
    sell = (middle * shared + f * (supply - shared)) / Fraction(supply)
    buy = (middle * shared + b * (need - shared)) / Fraction(need) + charge * Fraction(shared, need)
    return [(sell - f) * x if x > 0 else (b - buy) * -x for x in q]


def mid_market_is_in_core(q):
    """No coalition's ratio of short to long side lies between the whole's r and 2 - r."""
    supply, need = sum(x for x in q if x > 0), -sum(x for x in q if x < 0)
    if supply == 0 or need == 0 or supply == need:
        return True
    if supply < need:
        q, supply, need = [-x for x in q], need, supply
    ratio = Fraction(need, supply)
    for members in coalitions(len(q)):
        long_side = sum(q[i] for i in members if q[i] > 0)
        short_side = -sum(q[i] for i in members if q[i] < 0)
        if long_side and ratio < Fraction(short_side, long_side) < 2 - ratio:
            return False
    return True
