"""Turn what the caller gave into finite numbers of the wanted shape, or say in one sentence what is wrong with it."""

from __future__ import annotations

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.typing import ArrayLike, FloatArray

_NUMBER_KINDS = "biuf"


def finite_numbers(
    values: ArrayLike, name: str, owner: str, *shapes: tuple[int, ...], least: float = -np.inf, layout: str = ""
) -> FloatArray:
    """Copy finite numbers of one of the given shapes into a read-only array; text is not a number.

    Parameters
    ----------
    values : array_like
        Numbers.
    name, owner : str
        What the numbers are called and whose they are, for the message.
    *shapes : tuple of int
        The shapes that will do.
    least : float, optional
        Smallest number that will do; any by default.
    layout : str, optional
        The shapes in words, for the message.

    Returns
    -------
    ndarray
        Read-only copy of dtype float64, in the shape that was given.

    Raises
    ------
    InvalidInputError
        If something is no number, not finite or too small, or the shape is none of these.

    Examples
    --------
    >>> finite_numbers([1, 2], "gains", "AssignmentGame", (2,))
    array([1., 2.])
    """
    array = as_numbers(values, name, owner, *shapes, layout=layout)
    if not (np.isfinite(array) & (array >= least)).all():
        bad = array[~(np.isfinite(array) & (array >= least))].flat[0]
        raise InvalidInputError(f"{name} of {owner} must be {_rule(shapes, layout, least)}. Got {bad:g}.")
    return array


def finite_number(value: object, name: str, owner: str, *, least: float = -np.inf) -> float:
    """Read one finite number, at least as large as `least`.

    Examples
    --------
    >>> finite_number(3, "peak_charge", "DispatchGame", least=0)
    3.0
    """
    return float(finite_numbers(value, name, owner, (), least=least))  # type: ignore[arg-type]


def as_numbers(values: ArrayLike, name: str, owner: str, *shapes: tuple[int, ...], layout: str = "") -> FloatArray:
    """Copy numbers of one of the given shapes into a read-only array, infinite and missing ones too."""
    try:
        given = np.asarray(values)
        if given.dtype.kind not in _NUMBER_KINDS and not _all_numbers(given):
            raise TypeError
        array = np.array(given, dtype=np.float64, order="C")
    except (TypeError, ValueError, OverflowError):
        raise InvalidInputError(f"{name} of {owner} must be {_rule(shapes, layout)}. Got {_short(values)}.") from None
    if array.shape not in shapes:
        got = f"shape {array.shape}" if array.ndim else f"the number {array:g}"
        raise InvalidInputError(f"{name} of {owner} must be {_rule(shapes, layout)}. Got {got}.")
    array.setflags(write=False)
    return array


def _all_numbers(given: np.ndarray) -> bool:
    return given.dtype == object and all(not isinstance(x, str | bytes) and x is not None for x in given.flat)


def _rule(shapes: tuple[tuple[int, ...], ...], layout: str, least: float = -np.inf) -> str:
    bound = f" of at least {least:g}" if np.isfinite(least) else ""
    if layout:
        return f"finite numbers{bound}, {layout}"
    wanted = [f"finite numbers{bound}, shape {shape}," if shape else f"a finite number{bound}" for shape in shapes]
    return " or ".join(wanted).removesuffix(",")


def _short(values: object) -> str:
    text = " ".join(repr(values).split())
    return text if len(text) <= 60 else text[:57] + "..."
