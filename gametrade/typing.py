"""Array and label aliases used in every signature."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray: TypeAlias = NDArray[np.float64]
"""Array of floats; its shape is stated where it is used."""

BoolArray: TypeAlias = NDArray[np.bool_]
"""Membership of players in coalitions, of shape (n,) or (k, n)."""

IntArray: TypeAlias = NDArray[np.int64]
"""Positions of players or of settlement steps."""

TimeArray: TypeAlias = NDArray[np.datetime64]
"""Start of each settlement step, of shape (T,)."""

Coalition: TypeAlias = tuple[str, ...]
"""Labels of the members, in player order."""

CoalitionLike: TypeAlias = Iterable[str]
"""What a user may write for a coalition: any iterable of labels."""

__all__ = [
    "ArrayLike",
    "BoolArray",
    "Coalition",
    "CoalitionLike",
    "FloatArray",
    "IntArray",
    "TimeArray",
]
