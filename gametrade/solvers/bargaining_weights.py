"""Weights of players, as several bargaining solutions take them."""

from __future__ import annotations

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.typing import ArrayLike, FloatArray


def positive_weights(n: int, weights: ArrayLike | None, owner: str) -> FloatArray:
    """One weight above 0 for each of n players, ones if not given.

    Examples
    --------
    >>> positive_weights(2, [3, 1], "nash_bargaining")
    array([3., 1.])
    """
    try:
        given = np.ones(n) if weights is None else np.array(weights, dtype=float)
    except (TypeError, ValueError):
        given = np.zeros(0)
    if given.shape != (n,) or not (np.isfinite(given) & (given > 0)).all():
        raise InvalidInputError(f"weights of {owner} must be {n} numbers above 0. Got {weights!r}.")
    return given
