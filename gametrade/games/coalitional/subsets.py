"""Coalitions as bitmasks, player 0 is bit 0, and the best of many."""

from __future__ import annotations

import numpy as np

from gametrade.typing import BoolArray, FloatArray, IntArray


def bitmask(members: BoolArray) -> int:
    """Position of a coalition, shape (n,), in bitmask order.

    Examples
    --------
    >>> bitmask(np.array([True, False, True]))
    5
    """
    return sum(1 << int(player) for player in np.flatnonzero(members))


def members_of(mask: int, n_players: int) -> BoolArray:
    """Undo :func:`bitmask`, shape (n,).

    Examples
    --------
    >>> members_of(5, 3)
    array([ True, False,  True])
    """
    return np.asarray((int(mask) >> np.arange(n_players)) & 1 == 1)


def largest_positions(numbers: FloatArray, count: int) -> IntArray:
    """Positions of the `count` largest numbers, largest first, the first of equal ones first.

    Examples
    --------
    >>> largest_positions(np.array([1.0, 3.0, 2.0, 3.0]), 2)
    array([1, 3])
    """
    count = min(count, len(numbers))
    if count < 2:
        return np.array([numbers.argmax()] * count, dtype=np.int64)
    least = np.partition(numbers, len(numbers) - count)[len(numbers) - count]
    near = np.flatnonzero(numbers >= least)
    return np.asarray(near[np.argsort(-numbers[near], kind="stable")[:count]])
