"""Weights of players and bounds of what they receive, as several bargaining solutions take them."""

from __future__ import annotations

import numpy as np

from gametrade.community.finite_numbers import as_numbers
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


def payment_bounds(n: int, lowest: ArrayLike, highest: ArrayLike, owner: str) -> tuple[FloatArray, FloatArray]:
    """Least and most that each of n players receives, infinite where it is not bounded.

    Examples
    --------
    >>> payment_bounds(2, 0.0, [1.0, float("inf")], "payment_bargaining")
    (array([0., 0.]), array([ 1., inf]))
    """
    layout = f"or infinite where there is no bound, one for all or one for each of {n}"
    named = (("lowest", lowest), ("highest", highest))
    given = (as_numbers(bound, name, owner, (), (n,), layout=layout) for name, bound in named)
    low, high = (np.broadcast_to(bound, n) for bound in given)
    if not (low <= high).all():
        k = int(np.argmin(low <= high))
        raise InvalidInputError(f"lowest of {owner} must be at most highest. Got {low[k]:g} and {high[k]:g}.")
    return low, high
