"""Build a named system from numbers that came from a file: everything wrong with them is one sentence."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import numpy as np

from gametrade.errors import GametradeError, InvalidInputError, UnknownOptionError
from gametrade.registry import systems


def named_system(name: str, numbers: Mapping[str, Any], *, file: str | None = None) -> Any:
    """Build a system of the literature by its name.

    Parameters
    ----------
    name : str
        Registered name.
    numbers : mapping of str to numbers, text or lists
        Keywords of the builder, as a JSON or TOML file holds them.
    file : str, optional
        Where they are from, for messages.

    Returns
    -------
    game
        Ready for :func:`gametrade.solve`.

    Raises
    ------
    UnknownNameError
        If there is no such system.
    UnknownOptionError
        If a keyword is misspelled.
    InvalidInputError
        If one is missing, or is no number, or of the wrong shape.

    Examples
    --------
    >>> import gametrade as gt
    >>> named_system("quantity_sellers", {"intercept": 10, "slope": 1, "costs": [1, 1]})
    <QuadraticGame: 2 players, 2 variables>
    """
    entry = systems.get(name)
    parameters = inspect.signature(entry.function).parameters
    for word in numbers:
        if word not in parameters:
            raise UnknownOptionError(entry.name, str(word), tuple(parameters))
    what = entry.name if file is None else f"{entry.name} in {file!r}"
    missing = [word for word, p in parameters.items() if p.default is p.empty and word not in numbers]
    if missing:
        raise InvalidInputError(f"system {what} must be given {', '.join(missing)}. Got {sorted(numbers)}.")
    unknown = [word for word, value in numbers.items() if _holds_nan(value)]
    if unknown:
        raise InvalidInputError(f"{unknown[0]} of the system {what} must be numbers, all of them. Got nan.")
    try:
        return entry.function(**numbers)
    except GametradeError:
        raise
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError, ZeroDivisionError) as error:
        told = str(error).partition(". ")[0].rstrip(".")
        raise InvalidInputError(
            f"numbers of the system {what} must be numbers and lists that fit each other. Got: {told}."
        ) from None


def _holds_nan(value: Any) -> bool:
    """Whether a number somewhere in plain data is none."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind == "f" and bool(np.isnan(value).any())
    if isinstance(value, Mapping):
        return any(map(_holds_nan, value.values()))
    if isinstance(value, list | tuple):
        return any(map(_holds_nan, value))
    return isinstance(value, float) and value != value
