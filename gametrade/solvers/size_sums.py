"""Sums of a table over the coalitions of each size: all that values which count players need to know."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gametrade.games.coalitional import all_coalitions

LOW_PLAYERS = 14
"""Players whose coalitions lie side by side in one row of the folded table."""


def size_sums(table: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    r"""Add up the values of all coalitions of each size, and of those that hold each player.

    Parameters
    ----------
    table : ndarray of shape (2**n,)
        Values in bitmask order: floats, or whole numbers (int64 or Python integers) for exact sums.

    Returns
    -------
    with_player : ndarray of shape (n, n + 1)
        :math:`\sum_{S \ni i, |S| = k} v(S)`, of the kind of number of the table.
    total : ndarray of shape (n + 1,)
        :math:`\sum_{|S| = k} v(S)`.

    Notes
    -----
    The table is folded into rows that share their high players. Rows of one size are added once for the low
    players, and each row is summed by size once for the high players, so the cost is a few passes over the
    table whatever n is, instead of n passes. Sums of 64-bit whole numbers need
    ``integer_table(game, terms=2**n)``.

    Examples
    --------
    >>> import numpy as np
    >>> size_sums(np.array([0.0, 1.0, 2.0, 6.0]))
    (array([[0., 1., 6.],
           [0., 2., 6.]]), array([0., 3., 6.]))
    """
    n = table.size.bit_length() - 1
    low = min(n, LOW_PLAYERS)
    folded = table.reshape(-1, 2**low)
    kind = object if table.dtype == object else table.dtype
    low_sizes = np.bitwise_count(np.arange(2**low))
    high_sizes = np.bitwise_count(np.arange(len(folded)))
    by_row = folded @ (low_sizes[:, None] == np.arange(low + 1)).astype(kind)
    inside_low, inside_high = all_coalitions(low).astype(kind), all_coalitions(n - low).astype(kind)
    with_player, total = np.zeros((n, n + 1), dtype=kind), np.zeros(n + 1, dtype=kind)
    for size in range(n - low + 1):
        rows = high_sizes == size
        columns = folded[rows].sum(axis=0)
        total[size : size + low + 1] += by_row[rows].sum(axis=0)
        with_player[low:, size : size + low + 1] += inside_high[rows].T @ by_row[rows]
        for more in range(low + 1):
            chosen = low_sizes == more
            with_player[:low, size + more] += columns[chosen] @ inside_low[chosen]
    return with_player, total
