"""Dispatches over links for tests."""

from __future__ import annotations

import itertools

import numpy as np

from gametrade.games.contracts import PeerDispatch

FIVE = {"curvature": [1, 1.5, 0.8, 2, 1.2], "slope": [3, 4, 2.5, 9, 10]}


def five(charge=0.0):
    """Three sellers and two buyers, everybody linked; coefficients found from the figures of the specification."""
    links = list(itertools.combinations("abcde", 2))
    return PeerDispatch(
        "abcde", **FIVE, lower=[0, 0, 0, -20, -20], upper=[20, 20, 20, 0, 0], links=links, charge=charge
    )


def random_dispatch(rng, n=8, *, degree=3, resale=True, flat=False, scale=1.0):
    """A connected sparse graph of sellers, buyers, both and idle players, with charges that differ by end."""
    names = [f"h{i}" for i in range(n)]
    pairs = {(i, i + 1) for i in range(n - 1)}
    while len(pairs) < min(n * degree // 2, n * (n - 1) // 2):
        i, j = sorted(rng.choice(n, size=2, replace=False).tolist())
        pairs.add((i, j))
    kind = rng.integers(4, size=n)
    high = scale * np.where((kind == 0) | (kind == 2), rng.integers(1, 6, n), 0)
    low = -scale * np.where((kind == 1) | (kind == 2), rng.integers(1, 6, n), 0)
    bend = np.zeros(n) if flat else rng.choice([0.0, 0.5, 1.0, 2.0], size=n)
    slope = rng.integers(2, 12, n)
    charge = rng.choice([0.0, 0.0, 0.5, 1.0], size=(len(pairs), 2))
    links = [(names[i], names[j]) for i, j in sorted(pairs)]
    return PeerDispatch(names, bend / scale, slope, low, high, links, charge, resale)
