"""Steps and clocks: how long a settlement step is, and what the clock on the wall said."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from gametrade.community.arrays import show_time
from gametrade.errors import InvalidInputError
from gametrade.typing import FloatArray, IntArray, TimeArray

_UNIT_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86400}


def step_seconds(step: str) -> int:
    """Read a duration such as ``"15min"``, ``"1h"`` or ``"1d"``.

    Parameters
    ----------
    step : str
        A whole number and one of the units s, min, h, d.

    Returns
    -------
    int
        Duration. [s]

    Raises
    ------
    InvalidInputError
        If the text is not a duration.

    Examples
    --------
    >>> step_seconds("15min")
    900
    """
    match = re.fullmatch(r"\s*(\d*)\s*(s|min|h|d)\s*", step.lower()) if isinstance(step, str) else None
    seconds = int(match[1] or 1) * _UNIT_SECONDS[match[2]] if match else 0
    if not seconds:
        raise InvalidInputError(f"step must be a duration such as '15min', '1h' or '1d'. Got {step!r}.")
    return seconds


def as_times(times: Any) -> TimeArray:
    """Copy the starts of the settlement steps into a read-only array of whole seconds.

    Parameters
    ----------
    times : array_like of shape (T,)
        Times without an offset, strictly increasing.

    Returns
    -------
    ndarray of shape (T,), dtype datetime64[s]
        Read-only copy.

    Raises
    ------
    InvalidInputError
        If a time is missing, not a time, or not later than the one before.
    """
    given = np.asarray(times)
    aware = given.dtype == object and any(getattr(time, "tzinfo", None) is not None for time in given.flat)
    try:
        array = np.array(given, dtype="datetime64[s]") if not aware else None
    except (TypeError, ValueError):
        array = None
    if array is None or array.ndim != 1 or not array.size or np.isnat(array).any() or given.dtype.kind in "ifb":
        raise InvalidInputError(
            "times of Community must be a non-empty list of times without an offset, in UTC if time_zone is "
            f"given. Got {type(times).__name__} of {given.dtype}."
        )
    wrong = np.flatnonzero(np.diff(array) <= np.timedelta64(0))
    if wrong.size:
        later = int(wrong[0]) + 1
        raise InvalidInputError(
            "times of Community must increase from step to step. "
            f"Got {show_time(array[later])} after {show_time(array[later - 1])}."
        )
    array.setflags(write=False)
    return array


def local_clock(times: TimeArray, time_zone: str | None) -> TimeArray:
    """Turn coordinated universal time into the clock on the wall.

    Parameters
    ----------
    times : ndarray of shape (T,)
        UTC if `time_zone` is given, else already local.
    time_zone : str or None
        Name in the IANA data base, e.g. ``"Europe/Berlin"``.

    Returns
    -------
    ndarray of shape (T,)
        Local wall-clock times; one hour repeats in autumn and one is missing in spring.

    Examples
    --------
    >>> local_clock(np.array(["2023-07-01T10:00"], "datetime64[s]"), "Europe/Berlin")
    array(['2023-07-01T12:00:00'], dtype='datetime64[s]')
    """
    if time_zone is None:
        return times
    import pandas as pd

    zone = pd.DatetimeIndex(times, tz="UTC").tz_convert(time_zone)
    return np.asarray(zone.tz_localize(None).to_numpy(), dtype="datetime64[s]")


def check_time_zone(time_zone: str | None) -> None:
    """Raise if a time zone is not in the IANA data base.

    Examples
    --------
    >>> check_time_zone("Europe/Berlin")
    """
    if time_zone is None:
        return
    import zoneinfo

    try:
        zoneinfo.ZoneInfo(time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        raise InvalidInputError(
            f"time_zone must be a name in the IANA data base such as 'Europe/Berlin'. Got {time_zone!r}."
        ) from None


def hour_of_day(local_times: TimeArray) -> FloatArray:
    """Hours since midnight, with fractions, of shape (T,). [h]."""
    seconds = (local_times - local_times.astype("datetime64[D]")).astype("timedelta64[s]")
    return np.asarray(seconds.astype(np.int64) / 3600.0)


def month_of_year(local_times: TimeArray) -> IntArray:
    """Month of each time, 1 to 12, of shape (T,)."""
    return np.asarray(local_times.astype("datetime64[M]").astype(np.int64) % 12 + 1)
