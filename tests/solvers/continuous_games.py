"""Continuous games that several tests play."""

from __future__ import annotations

import numpy as np

import gametrade as gt

INF = float("inf")


def cournot(costs, intercept=100.0, slope=1.0, capacity=None, shared=None):
    """Linear Cournot competition: P = intercept - slope Q, constant unit costs."""
    n = len(costs)
    hessians, linear = np.zeros((n, n, n)), np.zeros((n, n))
    for i, cost in enumerate(costs):
        hessians[i, i, :] -= slope
        hessians[i, :, i] -= slope
        linear[i, i] = intercept - cost
    top = intercept / slope if capacity is None else capacity
    names = [f"f{i}" for i in range(n)]
    return gt.QuadraticGame.of(names, hessians, linear, [gt.Polyhedron.of([0.0], [top])] * n, shared=shared)


def bertrand(a, b, g, costs):
    """Differentiated price competition of two sellers: buyer utility a(x+y) - b/2 (x^2+y^2) - g x y."""
    size = b * b - g * g
    demand = f"(({a}*({b}-{g}) - {b}*p0 + {g}*p1)/{size}, ({a}*({b}-{g}) - {b}*p1 + {g}*p0)/{size})"
    first, second = demand[1:-1].split(", ")
    return gt.ContinuousGame.from_expressions(
        {"s0": f"(p0 - {costs[0]})*({first})", "s1": f"(p1 - {costs[1]})*({second})"},
        {"s0": {"p0": (-INF, INF)}, "s1": {"p1": (-INF, INF)}},
    )


def monotone(rng, sizes, rows=0, radius=5.0):
    """A random quadratic game with a strongly monotone pseudo-gradient, boxes and shared rows with slack."""
    d, n = sum(sizes), len(sizes)
    root = rng.normal(size=(d, d))
    jacobian = root @ root.T / d + 0.2 * (root - root.T) + 0.1 * np.eye(d)
    ends = np.cumsum([0, *sizes])
    hessians, linear = np.zeros((n, d, d)), np.zeros((n, d))
    for i in range(n):
        part = slice(ends[i], ends[i + 1])
        own = (jacobian[part, part] + jacobian[part, part].T) / 2
        hessians[i, part, :] = -jacobian[part]
        hessians[i, :, part] = -jacobian[part].T
        hessians[i, part, part] = -own
        linear[i, part] = rng.normal(size=ends[i + 1] - ends[i]) * 3
    sets = [gt.Polyhedron.of(-radius * np.ones(k), radius * np.ones(k)) for k in sizes]
    shared = None
    if rows:
        left = rng.normal(size=(rows, d))
        shared = gt.Polyhedron.of(np.full(d, -np.inf), np.full(d, np.inf), left, rng.uniform(0.1, 1, rows))
    return gt.QuadraticGame.of([f"p{i}" for i in range(n)], hessians, linear, sets, shared=shared)


def profile(equilibrium):
    """Strategies of all players one after the other."""
    return np.concatenate(equilibrium.strategies)
