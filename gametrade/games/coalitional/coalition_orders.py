"""The orders in which other programs list the coalitions, each by a name that says what it is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gametrade.errors import UnknownNameError
from gametrade.games.coalitional.subset_sums import subset_sums
from gametrade.typing import IntArray


def coalition_order(n_players: int, order: str) -> IntArray:
    """Bitmasks of all coalitions in the named order.

    Parameters
    ----------
    n_players : int
        Number of players n.
    order : str
        ``"bitmask"``: player 0 is the lowest bit: A, B, AB, C, AC, BC, ABC (called binary in R packages).
        ``"reversed_bitmask"``: player 0 is the highest bit, as ``itertools.product`` counts: C, B, BC, A, AC,
        AB, ABC. ``"size_lexicographic"``: by size, then by labels: A, B, C, AB, AC, BC, ABC (called
        lexicographic in R packages). ``"lexicographic"``: as words in a dictionary: A, AB, ABC, AC, B, BC, C.
        The empty coalition comes first in each.

    Returns
    -------
    ndarray of shape (2**n,)
        Mask of the coalition at each place; player 0 is bit 0.

    Raises
    ------
    UnknownNameError
        If no order has that name; "binary" is no name here, because it means two different orders.

    Examples
    --------
    >>> coalition_order(3, "size_lexicographic")
    array([0, 1, 2, 4, 3, 5, 6, 7])
    """
    if not isinstance(order, str) or order not in ORDERS:
        raise UnknownNameError("order of coalitions", order, ORDERS)
    return ORDERS[order](n_players)


def _bitmask(n: int) -> IntArray:
    return np.arange(1 << n)


def _reversed_bitmask(n: int) -> IntArray:
    return subset_sums(1 << np.arange(n)[::-1])


def _size_lexicographic(n: int) -> IntArray:
    sizes = subset_sums(np.ones(n, dtype=np.int64))
    return np.lexsort((-_reversed_bitmask(n), sizes))


def _lexicographic(n: int) -> IntArray:
    masks = np.zeros(0, dtype=np.int64)
    for player in reversed(range(n)):
        masks = np.concatenate([[1 << player], masks + (1 << player), masks])
    return np.concatenate([[0], masks])


ORDERS: dict[str, Callable[[int], IntArray]] = {
    "bitmask": _bitmask,
    "reversed_bitmask": _reversed_bitmask,
    "size_lexicographic": _size_lexicographic,
    "lexicographic": _lexicographic,
}
