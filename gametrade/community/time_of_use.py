"""Prices that depend on the hour, the weekday and the month."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np

from gametrade.community.clock import month_of_year
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.typing import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Band:
    """One price during some hours of some days.

    Parameters
    ----------
    start, end : str
        Clock times such as ``"16:00"``, the end not included; ``"22:00"`` to ``"06:00"`` spans midnight.
    price : float
        Price. [money/kWh]
    days : {"all", "weekdays", "weekends"}, default="all"
        Days on which the step itself falls, Monday to Friday being weekdays.
    months : tuple of int, optional
        1 for January to 12 for December; all if None.

    Examples
    --------
    >>> Band("16:00", "21:00", 0.40, days="weekdays").price
    0.4
    """

    start: str
    end: str
    price: float
    days: Literal["all", "weekdays", "weekends"] = "all"
    months: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        for name, text in (("start", self.start), ("end", self.end)):
            _minutes(text, name)
        if self.days not in ("all", "weekdays", "weekends"):
            raise UnknownNameError("days of Band", self.days, ("all", "weekdays", "weekends"))
        if self.months is not None:
            known = isinstance(self.months, Collection) and all(month in range(1, 13) for month in self.months)
            if not known or not self.months:
                raise InvalidInputError(f"months of Band must be numbers from 1 to 12. Got {self.months!r}.")
            object.__setattr__(self, "months", tuple(self.months))
        number = isinstance(self.price, int | float) and not isinstance(self.price, bool)
        if not number or not np.isfinite(self.price):
            raise InvalidInputError(f"price of Band must be a finite number. Got {self.price!r}.")


def time_of_use(times: Any, default: float, bands: Iterable[Band | Mapping[str, Any]]) -> FloatArray:
    """Price of each settlement step under a time-of-use tariff.

    Parameters
    ----------
    times : array_like of shape (T,)
        Local wall clock at the start of each step.
    default : float
        Price outside every band. [money/kWh]
    bands : iterable of Band or mapping
        Later bands overrule earlier ones.

    Returns
    -------
    ndarray of shape (T,)
        Price. [money/kWh]

    Raises
    ------
    InvalidInputError
        If a band is not understood.

    Notes
    -----
    The start of a step decides which band it is in.

    Examples
    --------
    >>> noon_and_five = ["2023-06-01T12:00", "2023-06-01T17:00"]
    >>> time_of_use(noon_and_five, 0.25, [Band("16:00", "21:00", 0.40)])
    array([0.25, 0.4 ])
    """
    clock = np.asarray(times, dtype="datetime64[s]")
    days = clock.astype("datetime64[D]")
    minute = (clock - days).astype(np.int64) // 60
    weekday = (days.astype(np.int64) + 3) % 7
    month = month_of_year(clock)
    price = np.full(clock.shape, float(default))
    for band in bands:
        band = band if isinstance(band, Band) else as_band(band)
        applies = _within(minute, band)
        if band.days != "all":
            applies &= (weekday < 5) == (band.days == "weekdays")
        if band.months is not None:
            applies &= np.isin(month, band.months)
        price[applies] = band.price
    return price


def as_band(entries: Mapping[str, Any]) -> Band:
    """Read a band from a mapping, refusing a key that is unknown or missing.

    Examples
    --------
    >>> as_band({"start": "16:00", "end": "21:00", "price": 0.4}).days
    'all'
    """
    known = [field.name for field in fields(Band)]
    for key in entries:
        if key not in known:
            raise UnknownNameError("key of a price band", key, known)
    for key in ("start", "end", "price"):
        if key not in entries:
            raise InvalidInputError(f"A price band must have start, end and price. Got no {key!r}.")
    return Band(**entries)


def _within(minute: IntArray, band: Band) -> BoolArray:
    start, end = _minutes(band.start, "start"), _minutes(band.end, "end")
    inside = (minute >= start) & (minute < end) if start < end else (minute >= start) | (minute < end)
    return np.asarray(inside)


def _minutes(text: str, name: str) -> int:
    match = re.fullmatch(r"(\d{1,2}):(\d{2})", text) if isinstance(text, str) else None
    minutes = int(match[1]) * 60 + int(match[2]) if match and int(match[2]) < 60 else -1
    if not 0 <= minutes <= 1440:
        raise InvalidInputError(f"{name} of Band must be a clock time from '00:00' to '24:00'. Got {text!r}.")
    return minutes
