"""All partitions of a few players, in restricted-growth order, a block of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gametrade.typing import IntArray

PREFIX = 7
"""Players whose partitions are listed at once before the rest is added block by block."""


def partition_blocks(n_players: int) -> Iterator[tuple[IntArray, IntArray]]:
    """List every partition once, in restricted-growth order.

    Parameters
    ----------
    n_players : int
        Number of players n; there are Bell(n) partitions, 4.2 million for 12.

    Yields
    ------
    coalitions : ndarray of int, shape (k, n)
        Bitmasks of the coalitions of each partition, zero where there are fewer than n.
    place : ndarray of int, shape (k, n)
        Which of these coalitions each player is in.

    Examples
    --------
    >>> [place.tolist() for _, place in partition_blocks(3)]
    [[[0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 1], [0, 1, 2]]]
    """
    start = np.zeros((1, n_players), dtype=np.int64), np.zeros((1, n_players), dtype=np.int64)
    first = _extended(*start, range(min(PREFIX, n_players)))
    for part in np.array_split(np.arange(len(first[0])), max(1, len(first[0]) // 32)):
        yield _extended(first[0][part], first[1][part], range(PREFIX, n_players))


def _extended(coalitions: IntArray, place: IntArray, players: range) -> tuple[IntArray, IntArray]:
    """Put each further player into every coalition there is and into a new one."""
    for player in players:
        choices = np.minimum((coalitions > 0).sum(axis=1) + 1, player + 1)
        rows = np.repeat(np.arange(len(choices)), choices)
        chosen = np.arange(len(rows)) - np.repeat(np.cumsum(choices) - choices, choices)
        coalitions, place = coalitions[rows], place[rows]
        coalitions[np.arange(len(rows)), chosen] |= 1 << player
        place[:, player] = chosen
    return coalitions, place
