"""Random small games of whole numbers with everything that makes nucleolus codes fail: ties, null and veto players."""

from __future__ import annotations

from itertools import combinations

import numpy as np

import gametrade as gt

KINDS = ("any", "few_values", "simple", "veto", "assignment", "null", "sizes", "claims", "weighted", "costs", "twins")


def coalitions(n):
    return [c for size in range(1, n + 1) for c in combinations(range(n), size)]


def random_game(rng, most_players=6):
    """Number of players and values of all non-empty coalitions, as a mapping of sorted tuples to whole numbers."""
    n = min(most_players, int(rng.choice(6, p=[0.04, 0.1, 0.2, 0.26, 0.2, 0.2])) + 1)
    kind = KINDS[rng.integers(len(KINDS))]
    return n, {c: int(v) for c, v in zip(coalitions(n), values(rng, n, kind), strict=True)}


def values(rng, n, kind):
    every = coalitions(n)
    if kind in ("any", "few_values"):
        top = 20 if kind == "any" else 2
        return [rng.integers(0, top + 1) * (1 if rng.random() < 0.9 else -1) for _ in every]
    if kind == "simple":
        return monotone([int(rng.random() < 0.3 and len(c) > 1) for c in every], every)
    if kind == "veto":
        boss = int(rng.integers(n))
        return [rng.integers(0, 6) if boss in c and len(c) > 1 else 0 for c in every]
    if kind == "assignment":
        sellers = int(rng.integers(0, n + 1))
        gains = rng.integers(0, 5, (n, n))
        return [assignment([i for i in c if i < sellers], [i for i in c if i >= sellers], gains) for c in every]
    if kind == "null":
        nobody, small = int(rng.integers(n)), {}
        for c in every:
            small[c] = rng.integers(0, 5)
        return [small.get(tuple(i for i in c if i != nobody), 0) for c in every]
    if kind == "sizes":
        by_size = rng.integers(0, 8, n + 1)
        return [by_size[len(c)] for c in every]
    if kind == "claims":
        claims = rng.integers(0, 6, n)
        estate = int(rng.integers(0, claims.sum() + 1))
        return [max(0, estate - (claims.sum() - claims[list(c)].sum())) for c in every]
    if kind == "weighted":
        weights = rng.integers(0, 5, n)
        quota = int(rng.integers(1, weights.sum() + 2))
        return [int(weights[list(c)].sum() >= quota) for c in every]
    if kind == "costs":
        costs = rng.integers(1, 7, n)
        return [-costs[list(c)].max() + rng.integers(0, 2) for c in every]
    small = {c: rng.integers(0, 5) for c in every}
    return [small[tuple(sorted(set(range(len(c)))))] if n < 3 else small[twin(c)] for c in every]


def twin(coalition):
    """The coalition with player 1 replaced by player 0 where only one of them is in it."""
    return tuple(sorted({0 if i == 1 and 0 not in coalition else i for i in coalition}))


def monotone(numbers, every):
    best = dict(zip(every, numbers, strict=True))
    for c in every:
        for i in c:
            best[c] = max(best[c], best.get(tuple(j for j in c if j != i), 0))
    return [best[c] for c in every]


def assignment(sellers, buyers, gains):
    if not sellers or not buyers:
        return 0
    rest = [
        assignment(sellers[1:], [b for b in buyers if b != partner], gains) + gains[sellers[0], partner]
        for partner in buyers
    ]
    return max(assignment(sellers[1:], buyers, gains), *rest)


def as_game(n, value, factor=1, shift=None):
    """The game as a table, every value times a factor plus an additive game."""
    shift = np.zeros(n, dtype=object) if shift is None else shift
    numbers = [0] * 2**n
    for c, v in value.items():
        numbers[sum(1 << i for i in c)] = v * factor + sum(shift[i] for i in c)
    return gt.TableGame(tuple(f"p{i}" for i in range(n)), np.array(numbers))
