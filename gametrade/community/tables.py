"""Read a wide or long table of meter data, from a CSV file or a DataFrame, without changing a value."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from gametrade.community.csv_files import Format, check_header, line_of, parse
from gametrade.errors import InvalidInputError
from gametrade.typing import FloatArray, IntArray

if TYPE_CHECKING:
    import pandas as pd

TableLike: TypeAlias = "str | Path | pd.DataFrame"
"""A path of a CSV file (also .gz) or a DataFrame."""


@dataclass(frozen=True, eq=False, slots=True)
class MeterTable:
    """One quantity of many homes, still with the clock of its file.

    Parameters
    ----------
    owner : str
        File or DataFrame, as messages name it.
    quantity : {"load", "generation"}
        What the numbers are.
    names : tuple of str
        Homes in file order.
    times : object
        Series of T times as written: texts or datetimes.
    occurrence : ndarray of shape (T,)
        0 for the first row with a time, 1 for the second.
    values : ndarray of shape (n, T)
        Numbers as written; NaN where empty or not a number.
    raw : DataFrame
        The table as read, for the text of a bad cell.
    rows : ndarray of shape (n, T) or None
        Row of `raw` that holds each value of a long table; -1 if none does.
    """

    owner: str
    quantity: Literal["load", "generation"]
    names: tuple[str, ...]
    times: pd.Series[Any]
    occurrence: IntArray
    values: FloatArray
    raw: pd.DataFrame
    rows: IntArray | None = None
    path: Path | None = None

    def place(self, step: int, home: int = 0) -> str:
        """Say where a value stands: a line of a file (the header is line 1) or a row of a DataFrame."""
        row = step if self.rows is None else int(self.rows[home, step])
        if self.path is None:
            return f"row {row + 1} of {self.owner}"
        return f"line {line_of(self.path, row)} of {self.owner}"

    def cell(self, step: int, home: int) -> str:
        """Return the text of a cell as written."""
        if self.rows is None:
            return str(self.raw[self.names[home]].iloc[step])
        column = _find(self.raw, self.quantity)
        return str(self.raw[column].iloc[int(self.rows[home, step])])


def read_raw(source: TableLike, quantity: str, layout: Format) -> tuple[pd.DataFrame, str, Path | None]:
    """Read a CSV file or take a DataFrame as it is.

    Parameters
    ----------
    source : path or DataFrame
        Where the table is.
    quantity : str
        ``"load"`` or ``"generation"``, for messages.
    layout : Format
        How it is written.

    Returns
    -------
    tuple of DataFrame, str, Path or None
        The table with texts as column names, what to call it, and its path.

    Raises
    ------
    InvalidInputError
        If the file does not exist, is empty, or its lines do not have equally many cells.
    """
    import pandas as pd

    if isinstance(source, pd.DataFrame):
        frame = source if isinstance(source.index, pd.RangeIndex) else source.reset_index()
        return frame.rename(columns=str), f"the {quantity} table", None
    if not isinstance(source, str | Path):
        raise InvalidInputError(
            f"{quantity} of read_community must be a path or a DataFrame. Got {type(source).__name__}."
        )
    path = Path(source)
    check_header(path, quantity, layout)
    return parse(path, layout), path.name, path


def wide_or_long(
    frame: pd.DataFrame, owner: str, path: Path | None, quantity: Literal["load", "generation"]
) -> MeterTable:
    """Find homes, times and values in a table.

    Parameters
    ----------
    frame : DataFrame
        Wide: a time column (named ``time``, else the first) and one column a home. Long: columns ``home``,
        ``time`` and the quantity (``load`` or ``demand``, ``generation``).
    owner, path : str, Path or None
        What to call it and where it is.
    quantity : {"load", "generation"}
        What to take from a long table.

    Returns
    -------
    MeterTable
        Homes, times and values.

    Raises
    ------
    InvalidInputError
        If there is no home, a home appears twice, or a long table lacks a column.
    """
    if not len(frame):
        raise InvalidInputError(f"{owner} must have at least one row of values. Got none.")
    if is_long(frame):
        return _from_long(frame, owner, path, quantity)
    time = next((column for column in frame.columns if column.strip().lower() == "time"), frame.columns[0])
    homes = frame.drop(columns=time)
    names = tuple(homes.columns)
    if not names:
        raise InvalidInputError(f"{owner} must have a time column and one column a home. Got {time!r} only.")
    blank = [name for name in names if not name.strip() or name.startswith("Unnamed: ")]
    twice = [name for name in names if names.count(name) > 1]
    if blank or twice:
        told = f"{twice[0]!r} twice" if twice else "a column without a name"
        raise InvalidInputError(f"Columns of {owner} must have different names. Got {told}.")
    times = frame[time]
    occurrence = repeats(times)
    return MeterTable(owner, quantity, names, times, occurrence, _numbers(homes), frame, None, path)


def is_long(frame: pd.DataFrame) -> bool:
    """Tell whether a table has one row a home and time."""
    return {"home", "time"} <= {column.strip().lower() for column in frame.columns}


def _numbers(homes: pd.DataFrame) -> FloatArray:
    """Convert columns to rows of floats; what is not a number becomes NaN."""
    import pandas as pd

    if all(dtype.kind in "fiu" for dtype in homes.dtypes):
        return np.ascontiguousarray(homes.to_numpy(dtype=np.float64).T)
    columns = [
        pd.to_numeric(homes[name].astype(object), errors="coerce").to_numpy(dtype=np.float64) for name in homes.columns
    ]
    return np.array(columns)


def _find(frame: pd.DataFrame, name: str) -> Hashable | None:
    accepted = {"load": ("load", "demand"), "generation": ("generation", "pv")}.get(name, (name,))
    return next((column for column in frame.columns if column.strip().lower() in accepted), None)


def repeats(labels: pd.Series[Any]) -> IntArray:
    """Count how often each label has come before, of the same shape."""
    return np.asarray(labels.groupby(labels, dropna=False).cumcount(), dtype=np.int64)


def _refuse_nameless(homes: pd.Series[Any], owner: str, path: Path | None) -> None:
    blank = np.flatnonzero(homes.isna() | (homes.astype(str).str.strip() == ""))
    if blank.size:
        row = int(blank[0])
        place = f"row {row + 1}" if path is None else f"line {line_of(path, row)}"
        raise InvalidInputError(f"home of {owner} must be a name in every row. Got an empty cell in {place}.")


def _from_long(
    frame: pd.DataFrame, owner: str, path: Path | None, quantity: Literal["load", "generation"]
) -> MeterTable:
    import pandas as pd

    column = _find(frame, quantity)
    if column is None:
        raise InvalidInputError(
            f"{owner} must have a column {quantity!r} beside home and time. Got {', '.join(frame.columns)}."
        )
    _refuse_nameless(frame[_find(frame, "home")], owner, path)
    homes, times = frame[_find(frame, "home")].astype(str), frame[_find(frame, "time")]
    home_codes, names = pd.factorize(homes)
    time_codes, _ = pd.factorize(times, use_na_sentinel=False)
    both = pd.Series(home_codes * (time_codes.max() + 1) + time_codes)
    repeated = repeats(both)
    step_codes, _ = pd.factorize(time_codes * (repeated.max() + 1) + repeated)
    n_steps = int(step_codes.max()) + 1
    rows = np.full((len(names), n_steps), -1, dtype=np.int64)
    rows[home_codes, step_codes] = np.arange(len(frame))
    first = np.zeros(n_steps, dtype=np.int64)
    first[step_codes[::-1]] = np.arange(len(frame))[::-1]
    column_values = _numbers(frame[[column]])[0]
    values = np.where(rows >= 0, column_values[rows], np.nan)
    return MeterTable(
        owner, quantity, tuple(names), times.iloc[first].reset_index(drop=True), repeated[first], values,
        frame, rows, path,
    )  # fmt: skip
