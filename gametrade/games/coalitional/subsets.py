"""Numbers of all 2^n coalitions in bitmask order, made by doubling; player 0 is bit 0."""

from __future__ import annotations

import numpy as np

from gametrade.typing import BoolArray, FloatArray, IntArray


def subset_sums(numbers: FloatArray) -> FloatArray:
    """Sums over all subsets in bitmask order, shape (n,) to (2**n,).

    Examples
    --------
    >>> subset_sums(np.array([1.0, 10.0]))
    array([ 0.,  1., 10., 11.])
    """
    sums = np.zeros(2 ** len(numbers))
    for i, number in enumerate(numbers):
        np.add(sums[: 2**i], number, out=sums[2**i : 2 ** (i + 1)])
    return sums


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
