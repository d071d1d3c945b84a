"""Checks of the numbers that a table is made of, and their exact form where floats would round them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.coalitional.game import GIVEN_TABLE_PLAYERS, check_table_size
from gametrade.games.coalitional.integer_table import WholeNumbers, int64_or_object, over_one_denominator
from gametrade.typing import Coalition, FloatArray

EXACT_FLOATS = 2**53
"""Whole numbers up to this size are floats."""

LARGEST = 1e300
"""Largest size of a value: sums of all that a table can hold stay far from where floats end."""

SMALL_DENOMINATOR = 2**900
"""Whole numbers over a power of two up to this are floats too, far from where floats end."""


def as_given(numbers: Any) -> tuple[tuple[WholeNumbers, int] | None, FloatArray]:
    """Read numbers of any kind as floats, and keep them as whole numbers over a denominator if floats round them.

    Parameters
    ----------
    numbers : array_like of shape (m,)
        Floats, whole numbers, fractions or decimals.

    Returns
    -------
    exact : (ndarray of shape (m,), int) or None
        Whole numbers and their denominator; None if the floats are exact.
    floats : ndarray of shape (m,)
        The nearest floats, a copy.

    Raises
    ------
    InvalidInputError
        If something is not a number.
    """
    try:
        array = np.asarray(numbers)
        if array.dtype.kind in "iu" and array.size and max(int(array.max()), -int(array.min())) > EXACT_FLOATS:
            return exact_and_floats(int64_or_object(array.astype(object)), 1)
        if array.dtype == object and array.ndim == 1 and _finite(array):
            whole, denominator = over_one_denominator(array.tolist())
            return exact_and_floats(int64_or_object(whole), denominator)
        if array.dtype.kind not in "biufO":
            raise TypeError(f"their type is {array.dtype}")
        return None, np.array(array, dtype=float)
    except (TypeError, ValueError, OverflowError) as problem:
        raise InvalidInputError(f"numbers of TableGame must be a list of numbers. Got {problem}.") from None


def exact_and_floats(whole: WholeNumbers, denominator: int) -> tuple[tuple[WholeNumbers, int] | None, FloatArray]:
    """Nearest floats of whole numbers over a denominator, and the whole numbers where the floats are rounded."""
    if whole.dtype.kind not in "iuO":
        raise InvalidInputError(f"numbers over a denominator must be whole numbers. Got type {whole.dtype}.")
    if not isinstance(denominator, int | np.integer) or denominator < 1:
        raise InvalidInputError(f"denominator of TableGame must be a whole number of at least 1. Got {denominator!r}.")
    denominator = int(denominator)
    largest = max(int(whole.max(initial=0)), -int(whole.min(initial=0)))
    if largest <= EXACT_FLOATS and denominator <= EXACT_FLOATS:
        floats = whole.astype(float) / denominator
    else:
        floats = np.array([_nearest_float(int(number), denominator) for number in whole])
    power_of_two = denominator & (denominator - 1) == 0
    if power_of_two and largest <= EXACT_FLOATS and denominator <= SMALL_DENOMINATOR:
        return None, floats
    whole = whole.copy()
    whole.setflags(write=False)
    return (whole, denominator), floats


def as_array(numbers: Any) -> np.ndarray[Any, Any]:
    """List of numbers as an array of its own kind."""
    try:
        return np.asarray(numbers)
    except (TypeError, ValueError) as problem:
        raise InvalidInputError(f"numbers of TableGame must be a list of numbers. Got {problem}.") from None


def checked_names(names: Iterable[str]) -> Coalition:
    """Labels of the players of a table: unique, at least one, and not too many."""
    if not isinstance(names, Iterable):
        raise InvalidInputError(f"names of TableGame must be a collection of labels. Got {names!r}.")
    labels = tuple(str(name) for name in names)
    check_table_size(len(labels), "TableGame", GIVEN_TABLE_PLAYERS)
    if not labels or len(set(labels)) < len(labels):
        raise InvalidInputError(f"names of TableGame must be unique and at least one. Got {labels!r}.")
    return labels


def check_numbers(numbers: FloatArray, n_players: int) -> None:
    """Refuse a table that is too short, not finite, or pays the empty coalition."""
    if numbers.shape != (2**n_players,):
        raise InvalidInputError(
            f"numbers of TableGame must have 2^n = {2**n_players} entries for {n_players} players. "
            f"Got shape {numbers.shape}."
        )
    if not np.isfinite(numbers).all():
        bad = int(np.flatnonzero(~np.isfinite(numbers))[0])
        raise InvalidInputError(f"numbers of TableGame must be finite. Got {numbers[bad]} for mask {bad}.")
    if max(numbers.max(), -numbers.min()) > LARGEST:
        bad = int(numbers.argmax() if numbers.max() > LARGEST else numbers.argmin())
        raise InvalidInputError(
            f"numbers of TableGame must be at most {LARGEST:g} in size, so that sums of them are floats. "
            f"Got {numbers[bad]:g} for mask {bad}."
        )
    if numbers[0] != 0:
        raise InvalidInputError(f"the empty coalition of TableGame must be worth 0. Got {numbers[0]}.")


def _finite(array: np.ndarray[Any, Any]) -> bool:
    """Whether every entry is a finite number, so that it is a fraction."""
    return all(not isinstance(value, str | bytes) and value == value and abs(value) < np.inf for value in array)


def _nearest_float(number: int, denominator: int) -> float:
    try:
        return number / denominator
    except OverflowError:
        return np.inf if number > 0 else -np.inf
