"""Copy what the caller gave into read-only arrays, or say in one sentence what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.typing import ArrayLike, FloatArray, TimeArray


def read_only(values: ArrayLike, name: str, owner: str) -> FloatArray:
    """Copy numbers into a C-contiguous float array that cannot be written to.

    Parameters
    ----------
    values : array_like
        Numbers of any shape.
    name, owner : str
        What the numbers are called and whose they are, for the message.

    Returns
    -------
    ndarray
        Read-only copy of dtype float64.

    Raises
    ------
    InvalidInputError
        If `values` are not numbers.

    Examples
    --------
    >>> read_only([1, 2], "demand", "Community").flags.writeable
    False
    """
    try:
        array = np.array(values, dtype=np.float64, order="C")
    except (TypeError, ValueError):
        raise InvalidInputError(f"{name} of {owner} must be numbers. Got {_short(values)}.") from None
    return freeze(array)


def freeze(array: FloatArray) -> FloatArray:
    """Make an array read-only and return it."""
    array.setflags(write=False)
    return array


LARGEST = 1e60
"""Energies from here on cannot be added and squared in floating-point numbers. [kWh]"""


def energies(values: ArrayLike, name: str, names: Sequence[str], times: TimeArray) -> FloatArray:
    """Copy the energies of a community, refusing what is not a finite number of at least zero.

    Parameters
    ----------
    values : array_like of shape (n, T)
        One row a home. [kWh]
    name : str
        ``"demand"`` or ``"generation"``.
    names : sequence of str
        The n homes.
    times : ndarray of shape (T,)
        Start of each settlement step.

    Returns
    -------
    ndarray of shape (n, T)
        Read-only copy. [kWh]

    Raises
    ------
    InvalidInputError
        If the shape is wrong or a value is missing, infinite or negative; home and time are named.
    """
    array = read_only(values, name, "Community")
    expected = (len(names), times.size)
    if array.shape != expected:
        raise InvalidInputError(
            f"{name} of Community must have one row a home and one column a step, shape {expected}. "
            f"Got shape {array.shape}."
        )
    bad = ~((array >= 0) & (array < LARGEST))
    if bad.any():
        home, step = np.argwhere(bad)[0]
        finite = "a finite number" if not np.isfinite(array[home, step]) else f"below {LARGEST:g} kWh"
        rule = "at least 0" if array[home, step] < 0 else finite
        raise InvalidInputError(
            f"{name} of Community must be {rule} in every step. "
            f"Got {array[home, step]:g} for home {names[home]!r} at {show_time(times[step])}."
        )
    return array


def show_time(time: np.datetime64) -> str:
    """Write a time as a person would: ``2017-04-03 13:00``.

    Examples
    --------
    >>> show_time(np.datetime64("2017-04-03T13:00:00"))
    '2017-04-03 13:00'
    """
    text = str(time.astype("datetime64[s]")).replace("T", " ")
    return text[:-3] if text.endswith(":00") else text


def _short(values: object) -> str:
    text = repr(values)
    return text if len(text) <= 60 else text[:57] + "..."
