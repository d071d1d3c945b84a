"""Many coalitions of a sharing game at once: all single moves from the best ones, again and again."""

from __future__ import annotations

import numpy as np

from gametrade.typing import BoolArray, FloatArray

WIDTH = 60
"""Coalitions from which all single moves are weighed, and most that are returned."""

ROUNDS = 10
"""Moves made from a first coalition at most."""


def beam(position: FloatArray, payoffs: FloatArray, level: float, starts: BoolArray) -> BoolArray:
    r"""Coalitions above a level of excess within a few moves of the given ones.

    Parameters
    ----------
    position : ndarray of shape (n, T')
        Money-weighted net surplus of each home. [money]
    payoffs : ndarray of shape (n,)
        What leaving costs each home. [money]
    level : float
        Excess to exceed. [money]
    starts : ndarray of bool, shape (k, n)
        Coalitions to start from; each home alone and all others without it are added.

    Returns
    -------
    ndarray of bool, shape (m, n)
        Proper coalitions, the most profitable ones first; none of the starts.

    Notes
    -----
    A beam search: the moves pass through coalitions that gain nothing, which a climb does not. Every round takes
    :math:`60\, n^2 T'` multiplications. What it does not find need not be absent.

    Examples
    --------
    >>> position = np.array([[2.0], [1.0], [-1.0], [-1.0]])
    >>> beam(position, np.array([0.5, 0.5, 0.2, 0.8]), 0.0, np.zeros((0, 4), dtype=bool)).astype(int)
    array([[1, 0, 1, 0],
           [0, 1, 1, 0]])
    """
    flips = np.eye(len(position), dtype=bool)
    gain = 0.5 * np.abs(position).sum(axis=1) - payoffs
    here = np.unique(np.vstack([starts, flips, ~flips]), axis=0)
    seen = {row.tobytes() for row in here}
    met, excesses = [np.zeros((0, len(position)), dtype=bool)], [np.zeros(0)]
    for _ in range(ROUNDS):
        around = _unseen((here[:, None, :] ^ flips).reshape(-1, len(position)), seen)
        if not len(around):
            break
        members = around.astype(float)
        excess = members @ gain - 0.5 * np.abs(members @ position).sum(axis=1)
        best = np.argsort(-excess, kind="stable")[:WIDTH]
        here = around[best]
        seen.update(row.tobytes() for row in here)
        met.append(here)
        excesses.append(excess[best])
    rows, excess = np.vstack(met), np.concatenate(excesses)
    best = np.argsort(-excess, kind="stable")[:WIDTH]
    best = best[excess[best] > level]
    return rows[best]


def _unseen(rows: BoolArray, seen: set[bytes]) -> BoolArray:
    """Proper coalitions that were not weighed before, each once."""
    sizes = rows.sum(axis=1)
    proper = np.unique(rows[(sizes > 0) & (sizes < rows.shape[1])], axis=0)
    return np.asarray(proper[np.array([row.tobytes() not in seen for row in proper], dtype=bool)])
