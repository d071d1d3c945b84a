"""Good coalitions of a sharing game of many homes: whole ones near the best fractional coalition."""

from __future__ import annotations

import numpy as np

from gametrade.solvers.coalition_search import FREE, CoalitionSearch, Region, best_prefix, improve
from gametrade.solvers.price_program import PriceProgram
from gametrade.typing import BoolArray, FloatArray

ROUNDINGS = 10
"""Times that the fractional coalition is rounded by lot."""

MOVES = 60
"""Most homes moved in or out of a rounded coalition."""


def rounded_coalitions(
    position: FloatArray, payoffs: FloatArray, rng: np.random.Generator, weights: FloatArray
) -> tuple[BoolArray, FloatArray]:
    """Round the best fractional coalition in several ways, and improve each by single moves.

    Parameters
    ----------
    position : ndarray of shape (n, T')
        Money-weighted net surplus of each home. [money]
    payoffs : ndarray of shape (n,)
        What leaving costs each home. [money]
    rng : Generator
        Draws the lots.
    weights : ndarray of shape (n,)
        A fractional coalition that answered similar payoffs.

    Returns
    -------
    rows : ndarray of bool, shape (m, n)
        Proper coalitions, each once.
    weights : ndarray of shape (n,)
        The best fractional coalition, or the one given if there is none.

    Notes
    -----
    The fractional coalition is a vertex of a linear program with one row a step, so at most one home a step is neither
    in nor out, and with many homes rounding loses little.

    Examples
    --------
    >>> position = np.array([[2.0], [1.0], [-1.0], [-1.0]])
    >>> rows, _ = rounded_coalitions(position, np.array([0.5, 0.1, 0.2, 1.8]), np.random.default_rng(0), np.ones(4) / 2)
    >>> rows.astype(int)
    array([[0, 1, 1, 0]])
    """
    n = len(payoffs)
    search = CoalitionSearch(position, payoffs, 1, n - 1)
    region = Region.start(search, np.full(n, FREE, dtype=np.int64))
    point = PriceProgram.of(search, weights).solve(region.state, -np.inf)
    if point is None:
        return np.zeros((0, n), dtype=bool), weights
    starts = [best_prefix(search, region, point.weights)[1]]
    starts += [point.weights > rng.random(n) for _ in range(ROUNDINGS)]
    rows = np.unique([improve(search, region, start, rounds=MOVES)[1] for start in starts], axis=0)
    sizes = rows.sum(axis=1)
    return rows[(sizes > 0) & (sizes < n)], point.weights
