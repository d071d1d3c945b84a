"""Sums of numbers over every coalition, without writing down who is in it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray


def subset_sums(weights: ArrayLike) -> NDArray[Any]:
    r"""Sum one number a player over each of the :math:`2^n` coalitions.

    Parameters
    ----------
    weights : array_like of shape (n,)
        One number a player; whole numbers, Fractions and floats keep their kind.

    Returns
    -------
    ndarray of shape (2**n,)
        Entry ``mask`` is the sum over the players whose bits are set; player 0 is bit 0.

    Notes
    -----
    By doubling: one addition a coalition and no memory beside the answer. Sums of whole numbers in 64 bits
    wrap silently beyond :math:`2^{63}`; :func:`~gametrade.games.coalitional.integer_table.int64_or_object`
    picks the kind of number that does not.

    Examples
    --------
    >>> subset_sums([1.0, 10.0])
    array([ 0.,  1., 10., 11.])
    """
    numbers = np.asarray(weights)
    sums = np.zeros(1 << len(numbers), dtype=numbers.dtype)
    for i, number in enumerate(numbers):
        half = 1 << i
        np.add(sums[:half], number, out=sums[half : 2 * half])
    return sums
