"""Turn times as written into the starts of settlement steps, with offsets and daylight saving."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gametrade.community.arrays import show_time
from gametrade.community.clock import check_time_zone, step_seconds
from gametrade.community.csv_files import Format
from gametrade.community.problems import Problem
from gametrade.community.tables import MeterTable
from gametrade.errors import InvalidInputError
from gametrade.typing import IntArray, TimeArray

if TYPE_CHECKING:
    import pandas as pd

_OFFSET = r"(?:[Zz]|[+-]\d{2}:?\d{2})\s*$"
_TIME_OF_DAY = r"^\s*\d{1,2}:\d{2}(?::\d{2})?\s*$"


@dataclass(frozen=True, eq=False, slots=True)
class Clock:
    """Times of a table on the clock that a community uses.

    Parameters
    ----------
    times : ndarray of shape (T,)
        UTC if `time_zone` is given, else naive local time, sorted if the table is long.
    time_zone : str or None
        Name in the IANA data base.
    order : ndarray of shape (T,)
        Column of the table for each time.
    """

    times: TimeArray
    time_zone: str | None
    order: IntArray


def read_clock(table: MeterTable, layout: Format, time_zone: str | None) -> Clock:
    """Parse the times of a table.

    Parameters
    ----------
    table : MeterTable
        Table as read.
    layout : Format
        How times are written.
    time_zone : str or None
        Time zone of the local times in the table.

    Returns
    -------
    Clock
        Times in the order of the table if it is wide, sorted if it is long.

    Raises
    ------
    InvalidInputError
        If a time cannot be read, lacks a date or an offset that others have, or does not exist or is
        ambiguous on the local clock; the row is named.
    """
    import pandas as pd

    check_time_zone(time_zone)
    if isinstance(table.times.dtype, pd.DatetimeTZDtype):
        zone = time_zone or str(table.times.dt.tz)
        moments, zone = table.times.dt.tz_convert("UTC").dt.tz_localize(None), _known(zone)
    elif table.times.dtype.kind == "M":
        moments, zone = table.times, None
    else:
        moments, zone = _parse(table, layout, time_zone)
    if zone is None and time_zone is not None:
        moments, zone = _localise(moments, table, time_zone), time_zone
    times = np.asarray(moments.to_numpy(), dtype="datetime64[s]")
    if np.isnat(times).any():
        step = int(np.flatnonzero(np.isnat(times))[0])
        raise InvalidInputError(f"time of {table.owner} must be a time. Got an empty cell in {table.place(step)}.")
    order = np.argsort(times, kind="stable") if table.rows is not None else np.arange(times.size)
    return Clock(times[order], zone, order)


def step_problems(table: MeterTable, clock: Clock, step: str | None) -> Iterator[Problem]:
    """Find repeated times, times out of order, and gaps, each with its row.

    Parameters
    ----------
    table : MeterTable
        Table as read.
    clock : Clock
        Its times.
    step : str or None
        Settlement step; None takes the most frequent distance.

    Yields
    ------
    Problem
        ``duplicate_times`` or ``irregular_times``, first row of each.
    """
    seconds = np.diff(clock.times).astype(np.int64)
    expected = settlement_seconds(table, clock, step)
    for check, wrong, rule in (
        ("duplicate_times", seconds == 0, "appear once"),
        ("irregular_times", seconds < 0, "increase from row to row"),
        ("irregular_times", (seconds > 0) & (seconds != expected), f"follow every {expected // 60} min"),
    ):
        found = np.flatnonzero(wrong)
        if not found.size:
            continue
        later = int(found[0]) + 1
        place = table.place(int(clock.order[later]))
        hint = ""
        if clock.time_zone is None and seconds[later - 1] in (0, expected - 3600):
            hint = "; if the clock was put back there, pass time_zone="
        elif clock.time_zone is None and seconds[later - 1] == expected + 3600:
            hint = "; if the clock was put forward there, pass time_zone="
        more = f" and {found.size - 1} more" if found.size > 1 else ""
        yield Problem(
            check,
            f"time of {table.owner} must {rule}. Got {show_time(clock.times[later])} after "
            f"{show_time(clock.times[later - 1])} in {place}{more}{hint}.",
            quantity=table.quantity,
        )


def settlement_seconds(table: MeterTable, clock: Clock, step: str | None) -> int:
    """Length of a settlement step: as given, else the most frequent distance between times. [s].

    Raises
    ------
    InvalidInputError
        If there is one time only and no step is given.
    """
    if step is not None:
        return step_seconds(step)
    seconds = np.diff(clock.times).astype(np.int64)
    forward = seconds[seconds > 0]
    if not forward.size:
        raise InvalidInputError(
            f"step of read_community must be given, such as step='1h', when {table.owner} has one time only. Got None."
        )
    lengths, counts = np.unique(forward, return_counts=True)
    return int(lengths[counts.argmax()])


def _parse(table: MeterTable, layout: Format, time_zone: str | None) -> tuple[pd.Series[Any], str | None]:
    """Parse texts; the zone is None if they are local times."""
    import pandas as pd

    texts = table.times.astype("string").str.strip()
    if table.times.dtype.kind in "iuf":
        _refuse(table, 0, "be written as a date and a time of day")
    if texts.str.match(_TIME_OF_DAY).all():
        if layout.date is None:
            _refuse(table, 0, "have a date; pass date='2023-06-01' if all are of one day")
        texts = f"{layout.date} " + texts
    offsets = texts.str.contains(_OFFSET).fillna(False)
    with_offset = bool(offsets.any()) and layout.time_format is None
    if with_offset and not offsets.all():
        _refuse(table, int(np.flatnonzero(~offsets)[0]), "have an offset in every row, or in none")
    moments = pd.to_datetime(texts, format=layout.time_format or "ISO8601", errors="coerce", utc=True).dt.tz_localize(
        None
    )
    if moments.isna().any():
        rule = f"match {layout.time_format!r}" if layout.time_format else "be ISO 8601, or pass time_format="
        _refuse(table, int(np.flatnonzero(moments.isna())[0]), rule)
    return moments, (time_zone or _zone_of(texts)) if with_offset else None


def _zone_of(texts: pd.Series[Any]) -> str:
    """Zone of times with offsets: a whole-hour offset that never changes keeps its clock, else UTC."""
    offsets = texts.str.extract(f"({_OFFSET})", expand=False).str.strip().unique()
    whole = re.fullmatch(r"([+-])(\d{2}):?00", str(offsets[0])) if len(offsets) == 1 else None
    if whole is None or int(whole[2]) == 0 or int(whole[2]) > 12:
        return "UTC"
    return f"Etc/GMT{'-' if whole[1] == '+' else '+'}{int(whole[2])}"


def _known(zone: str) -> str:
    """Keep a zone of pandas if the IANA data base has it, else use UTC; the moments are the same."""
    try:
        check_time_zone(zone)
    except InvalidInputError:
        return "UTC"
    return zone


def _localise(moments: pd.Series[Any], table: MeterTable, time_zone: str) -> pd.Series[Any]:
    """Local wall clock to UTC; of an hour that comes twice, the first row is daylight-saving time."""
    import pandas as pd

    summer = pd.Series(table.occurrence == 0, index=moments.index)
    lone = moments.dt.tz_localize(time_zone, ambiguous="NaT", nonexistent="shift_forward").isna() & moments.notna()
    counts = moments.groupby(moments).transform("size")
    if (lone & (counts != 2)).any():
        _refuse(
            table, int(np.flatnonzero(lone & (counts != 2))[0]),
            f"be there twice when the clock is put back in {time_zone}; write the offset, such as +01:00",
        )  # fmt: skip
    aware = moments.dt.tz_localize(time_zone, ambiguous=summer.to_numpy(), nonexistent="NaT")
    missing = np.flatnonzero(aware.isna() & moments.notna())
    if missing.size:
        _refuse(table, int(missing[0]), f"exist in {time_zone}, where the clock is put forward at that time")
    naive: pd.Series[Any] = aware.dt.tz_convert("UTC").dt.tz_localize(None)
    return naive


def _refuse(table: MeterTable, step: int, rule: str) -> None:
    text = str(table.times.iloc[step])
    shown = "an empty cell" if text in ("", "nan", "None", "NaT", "<NA>") else repr(text)
    raise InvalidInputError(f"time of {table.owner} must {rule}. Got {shown} in {table.place(step)}.")
