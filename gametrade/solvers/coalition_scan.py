"""All coalitions of a region at once: every subset of one half of its free homes beside every subset of the other."""

from __future__ import annotations

import numpy as np

from gametrade.solvers.coalition_search import FREE, INSIDE
from gametrade.typing import BoolArray, FloatArray, IntArray

SCANNED = 6e6
"""Absolute values up to which looking at all coalitions of a region takes as long as a few linear programs."""

BLOCK = 2**18
"""Coalitions whose excess is held in memory at once."""

SCANNED = 6e6
"""Absolute values up to which the coalitions of a region are all looked at: it takes as long as a few relaxations."""


class CoalitionScan:
    r"""Excesses of all coalitions of a sharing game that contain some homes and lack others.

    As :math:`\min(a, b) = (a + b - |a - b|) / 2`, the excess of a coalition is a sum over its members less half the
    distance, in the sum of absolute values, between the net positions of two parts of it with opposite signs. The
    subsets of half of the free homes are such points, and so are those of the other half.

    Parameters
    ----------
    position : ndarray of shape (n, T')
        Money-weighted net surplus of each home. [money]
    payoffs : ndarray of shape (n,)
        What leaving costs each home. [money]

    Notes
    -----
    :math:`2^f T''` absolute values for f free homes and the T'' steps in which the sign of the net position is open;
    some 0.35 ns each, so that a million coalitions over a day take 8 ms.

    Examples
    --------
    >>> scan = CoalitionScan(np.array([[2.0], [-1.0], [-1.0]]), np.array([1.0, 0.2, 0.5]))
    >>> rows, excess = scan.above(np.array([1, 0, 0]), 0.0)
    >>> rows.astype(int), excess
    (array([[1, 1, 1]]), array([0.3]))
    """

    def __init__(self, position: FloatArray, payoffs: FloatArray) -> None:
        self._position, self._gain = position, 0.5 * np.abs(position).sum(axis=1) - payoffs

    def work(self, state: IntArray) -> float:
        """Absolute values that a scan of a region takes, or their least number where that is too large already."""
        least = 2.0 ** int((state == FREE).sum())
        if least > SCANNED:
            return least
        free, net = self._position[state == FREE], self._position[state == INSIDE].sum(axis=0)
        return float(2.0 ** len(free) * max(1, int(self._open_steps(net, free)[0].sum())))

    def above(self, state: IntArray, level: float) -> tuple[BoolArray, FloatArray]:
        """Coalitions of a region with an excess above a level.

        Parameters
        ----------
        state : ndarray of int, shape (n,)
            1 for homes inside, -1 for homes outside, 0 for the rest.
        level : float
            Excess to exceed. [money]

        Returns
        -------
        rows : ndarray of bool, shape (k, n)
            All of them.
        excess : ndarray of shape (k,)
            Their excesses. [money]
        """
        from scipy.spatial.distance import cdist

        free, inside = np.flatnonzero(state == FREE), state == INSIDE
        start, rows = self._position[inside].sum(axis=0), self._position[free]
        steps, sign = self._open_steps(start, rows)
        gains = self._gain[free] - 0.5 * rows[:, ~steps] @ sign
        base = float(self._gain[inside].sum() - 0.5 * start[~steps] @ sign)
        half = len(free) // 2
        nets, others = _subset_sums(rows[:half, steps], start[steps]), -_subset_sums(rows[half:, steps])
        first, second = _subset_sums(gains[:half], base), _subset_sums(gains[half:])
        height = max(1, BLOCK // len(second))
        masks, found = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
        for low in range(0, len(first), height):
            excess = cdist(nets[low : low + height], others, "cityblock")
            excess *= -0.5
            excess += first[low : low + height, None]
            excess += second
            above = np.flatnonzero(excess > level)
            masks.append((above // len(second) + low) | (above % len(second) << half))
            found.append(excess.ravel()[above])
        chosen = np.concatenate(masks)
        members = np.tile(inside, (len(chosen), 1))
        members[:, free] = chosen[:, None] >> np.arange(len(free)) & 1 == 1
        return members, np.concatenate(found)

    @staticmethod
    def _open_steps(net: FloatArray, free: FloatArray) -> tuple[BoolArray, FloatArray]:
        """Steps in which some coalitions sell on balance and others buy, and the side of all the rest."""
        lowest, highest = net + np.minimum(free, 0).sum(axis=0), net + np.maximum(free, 0).sum(axis=0)
        both = (lowest < 0) & (highest > 0)
        return both, np.where(lowest[~both] >= 0, 1.0, -1.0)


def _subset_sums(rows: FloatArray, start: FloatArray | float = 0.0) -> FloatArray:
    """Sum of every subset of the rows, in bitmask order, shape (2**k, ...)."""
    sums = np.empty((2 ** len(rows), *rows.shape[1:]))
    sums[0] = start
    for k, row in enumerate(rows):
        np.add(sums[: 2**k], row, out=sums[2**k : 2 ** (k + 1)])
    return sums
