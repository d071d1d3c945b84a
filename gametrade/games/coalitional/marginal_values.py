"""What one player adds to every coalition of the others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def added_by(values: NDArray[Any], player: int) -> NDArray[Any]:
    r"""Contributions of one player to the coalitions of the others.

    Parameters
    ----------
    values : ndarray of shape (2**n,)
        A table in bitmask order.
    player : int
        Position of the player.

    Returns
    -------
    ndarray of shape (2**(n - 1 - player), 2**player)
        :math:`v(S \cup i) - v(S)`; row and column are the players after and before, in bitmask order.

    Examples
    --------
    >>> added_by(np.array([0.0, 1.0, 2.0, 7.0]), 0).ravel()
    array([1., 5.])
    """
    pairs = values.reshape(-1, 2, 1 << player)
    return np.asarray(pairs[:, 1] - pairs[:, 0])
