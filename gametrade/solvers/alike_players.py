"""Players who seem to be worth the same, and what becomes of coalitions when they take each other's places."""

from __future__ import annotations

import math

import numpy as np

from gametrade.tolerance import ROUNDING
from gametrade.typing import BoolArray, FloatArray, IntArray

PROBES = 512
"""Coalitions on which two players are compared."""

MOST_TURNS = 120
"""Most coalitions made of one by turning classes."""


def alike_players(table: FloatArray) -> tuple[IntArray, ...]:
    r"""Classes of two or more players who add the same over being alone to every coalition of a sample.

    Parameters
    ----------
    table : ndarray of shape (2**n,)
        Values in bitmask order. [money]

    Returns
    -------
    tuple of ndarray of int
        Positions. A guess that proves nothing; :func:`~gametrade.games.coalitional.symmetric_players` looks at all
        coalitions.

    Examples
    --------
    >>> alike_players(np.array([0.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0]))
    (array([0, 1, 2]),)
    """
    n = len(table).bit_length() - 1
    masks = np.random.default_rng(0).integers(0, 2**n, PROBES)
    single = 1 << np.arange(n)
    key = table[single] + table[-1 - single]
    slack = 4 * ROUNDING * max(float(np.abs(key).max()), float(np.abs(table[masks]).max()))
    classes: list[list[int]] = []
    for j in range(n):
        near = (members for members in classes if abs(key[members[0]] - key[j]) <= slack)
        like = next((members for members in near if _same(table, masks, members[0], j)), None)
        if like is None:
            classes.append([j])
        else:
            like.append(j)
    return tuple(np.array(members) for members in classes if len(members) > 1)


def turned(rows: BoolArray, classes: tuple[IntArray, ...]) -> BoolArray:
    """Coalitions with the places of alike players turned, all classes together and one class at a time.

    Parameters
    ----------
    rows : ndarray of bool, shape (k, n)
        Coalitions.
    classes : tuple of ndarray of int
        Classes of players.

    Returns
    -------
    ndarray of bool, shape (m, n)
        Each once. Through all places together, they weigh the players of a class alike.

    Examples
    --------
    >>> turned(np.array([[True, False, False]]), (np.array([0, 1, 2]),)).astype(int)
    array([[0, 0, 1],
           [0, 1, 0],
           [1, 0, 0]])
    """
    together = min(MOST_TURNS, math.lcm(*(len(members) for members in classes)))
    turns = [dict.fromkeys(range(len(classes)), k) for k in range(together)]
    turns += [{c: k} for c, members in enumerate(classes) for k in range(1, len(members)) if len(classes) > 1]
    found = []
    for turn in turns:
        moved = rows.copy()
        for c, k in turn.items():
            moved[:, classes[c]] = np.roll(rows[:, classes[c]], k, axis=1)
        found.append(moved)
    return np.unique(np.vstack(found), axis=0)


def _same(table: FloatArray, masks: IntArray, i: int, j: int) -> bool:
    """Whether two players add the same over being alone to every coalition of the sample without them, to rounding."""
    without = masks & ~(1 << i | 1 << j)
    one, other = table[without | 1 << i] - table[1 << i], table[without | 1 << j] - table[1 << j]
    return bool((np.abs(one - other) <= ROUNDING * np.abs(table[masks]).max()).all())
