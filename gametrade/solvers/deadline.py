"""When a search must stop."""

from __future__ import annotations

import time
from numbers import Real

from gametrade.errors import InvalidInputError


def deadline(seconds: object, what: str) -> float:
    """Turn a time limit into the clock time at which to stop.

    Parameters
    ----------
    seconds : float
        Time limit; 0 asks for what is known without a search, infinity for no limit. [s]
    what : str
        Function that was called, for the message.

    Returns
    -------
    float
        Clock of :func:`time.monotonic`.

    Raises
    ------
    InvalidInputError
        If it is not a number of at least 0.

    Examples
    --------
    >>> deadline(float("inf"), "search")
    inf
    >>> deadline(-1, "search")
    Traceback (most recent call last):
        ...
    gametrade.errors.InvalidInputError: seconds of search must be a number of at least 0. Got -1.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, Real) or not float(seconds) >= 0:
        raise InvalidInputError(f"seconds of {what} must be a number of at least 0. Got {seconds!r:.60}.")
    return time.monotonic() + float(seconds)
