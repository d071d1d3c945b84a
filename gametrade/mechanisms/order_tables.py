"""Orders from tables and files: every row is checked and the first bad one is named."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gametrade.errors import InvalidInputError

if TYPE_CHECKING:
    import pandas as pd

NEEDED = ("id", "side", "price", "energy")
OPTIONAL = ("time", "owner")
SIDES = {"bid": True, "buy": True, "ask": False, "sell": False}


def table_of_file(path: str | Path) -> tuple[dict[str, list[str]], Callable[[int], str]]:
    """Columns of a CSV file as text, and what to call its rows.

    Parameters
    ----------
    path : str or Path
        File with a header line, separated by commas.

    Returns
    -------
    columns : dict of list of str
        Columns by name.
    where : callable
        Name of a row in messages.

    Raises
    ------
    InvalidInputError
        If there is no such file, it is no text or empty, or a line has more or fewer fields than the header.
    """
    file = Path(path)
    if not file.is_file():
        raise InvalidInputError(f"orders must come from a file that exists. Got {str(path)!r}.")
    try:
        with file.open(newline="", encoding="utf-8-sig") as opened:
            reader = csv.reader(opened)
            lines = [(reader.line_num, [field.strip() for field in fields]) for fields in reader if any(fields)]
    except (OSError, UnicodeDecodeError, csv.Error) as accident:
        raise InvalidInputError(f"{file.name} must be a CSV file of text. Got: {accident}.") from accident
    if not lines:
        raise InvalidInputError(f"{file.name} must have a header line with {', '.join(NEEDED)}. Got an empty file.")
    header, rows = lines[0][1], lines[1:]
    for number, fields in rows:
        if len(fields) != len(header):
            raise InvalidInputError(
                f"line {number} of {file.name} must have {len(header)} fields as its header has. Got {len(fields)}."
            )
    columns = {name: [fields[k] for _, fields in rows] for k, name in enumerate(header)}
    if len(columns) < len(header):
        raise InvalidInputError(f"columns of {file.name} must have different names. Got {', '.join(header)}.")
    return columns, lambda row: f"line {rows[row][0]} of {file.name}"


def columns_of_frame(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """Columns of a data frame as lists, the index as id if there is no such column, None where a cell is empty.

    Parameters
    ----------
    frame : DataFrame
        One row an order.

    Returns
    -------
    dict of list
        Columns by name; times of a time zone as those of Greenwich.

    Raises
    ------
    InvalidInputError
        If it is no data frame or two columns have one name.
    """
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        raise InvalidInputError(f"orders of OrderBook.from_frame must be a DataFrame. Got {type(frame).__name__}.")
    table = frame if "id" in frame.columns else frame.rename_axis(index="id").reset_index()
    if not table.columns.is_unique:
        raise InvalidInputError(f"columns of a table of orders must have different names. Got {list(table.columns)}.")
    columns = {}
    for name, column in table.items():
        told = column.dt.tz_convert(None) if isinstance(column.dtype, pd.DatetimeTZDtype) else column
        columns[str(name)] = told.astype(object).where(told.notna(), None).tolist()
    return columns


def order_columns(columns: Mapping[str, Sequence[Any]], where: Callable[[int], str]) -> dict[str, Any]:
    """Arguments of an order book from the columns of a table.

    Parameters
    ----------
    columns : mapping of str to sequence
        id, side, price [money/kWh], energy [kWh], and perhaps time and owner.
    where : callable
        Name of a row in messages.

    Returns
    -------
    dict
        Arguments of :class:`OrderBook`.

    Raises
    ------
    InvalidInputError
        If a column is missing or unknown, or a row is bad; the message names the row.
    """
    _check_names(list(columns))
    ids = [_label(value, "id", where(row)) for row, value in enumerate(columns["id"])]
    seen: dict[str, int] = {}
    for row, label in enumerate(ids):
        if label in seen:
            raise InvalidInputError(f"id of {where(row)} must not repeat that of {where(seen[label])}. Got {label!r}.")
        seen[label] = row
    numbers = {
        name: [_number(value, name, where(row)) for row, value in enumerate(columns[name])]
        for name in ("price", "energy")
    }
    owners = columns.get("owner")
    return {
        "ids": ids,
        "buys": [_side(value, where(row)) for row, value in enumerate(columns["side"])],
        "prices": numbers["price"],
        "energies": numbers["energy"],
        "times": _times(columns["time"], where) if "time" in columns else None,
        "owners": None if owners is None else [_label(v, "owner", where(row)) for row, v in enumerate(owners)],
    }


def _check_names(names: list[str]) -> None:
    """Refuse a table without the needed columns, or with others than those known."""
    for wanted in NEEDED:
        if wanted not in names:
            raise InvalidInputError(f"a table of orders must have the columns {', '.join(NEEDED)}. Got {names}.")
    for name in names:
        if name not in NEEDED + OPTIONAL:
            raise InvalidInputError(
                f"columns of a table of orders must be {', '.join(NEEDED + OPTIONAL)}. Got {name!r}."
            )


def _missing(value: Any) -> bool:
    """An empty cell."""
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _label(value: Any, name: str, row: str) -> str:
    """A name."""
    if _missing(value):
        raise InvalidInputError(f"{name} of {row} is missing.")
    return str(value)


def _side(value: Any, row: str) -> bool:
    """Whether the order buys."""
    side = str(value).strip().lower()
    if side not in SIDES:
        raise InvalidInputError(f"side of {row} must be bid or ask (or buy or sell). Got {value!r}.")
    return SIDES[side]


def _number(value: Any, name: str, row: str) -> float:
    """A price or an energy."""
    if _missing(value):
        raise InvalidInputError(f"{name} of {row} is missing.")
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise InvalidInputError(f"{name} of {row} must be a number. Got {value!r}.") from None
    if not math.isfinite(number) or number < 0:
        raise InvalidInputError(f"{name} of {row} must be finite and not negative. Got {value}.")
    return number


def _times(values: Sequence[Any], where: Callable[[int], str]) -> list[float]:
    """Numbers as they are; dates and clock times as hours after the first."""
    for row, value in enumerate(values):
        if _missing(value):
            raise InvalidInputError(f"time of {where(row)} is missing.")
    try:
        numbers = [float(value) for value in values]
    except (TypeError, ValueError):
        return _hours(values, where)
    for row, number in enumerate(numbers):
        if not math.isfinite(number):
            raise InvalidInputError(f"time of {where(row)} must be finite. Got {number}.")
    return numbers


def _hours(values: Sequence[Any], where: Callable[[int], str]) -> list[float]:
    """Hours after the first of dates and clock times without a time zone."""
    stamps = []
    for row, value in enumerate(values):
        try:
            stamps.append(np.datetime64(str(value).strip().replace(" ", "T"), "ms"))
        except ValueError:
            raise InvalidInputError(
                f"time of {where(row)} must be a number or a date and time like 2023-06-01T12:00. Got {value!r}."
            ) from None
    first = min(stamps)
    return [float((stamp - first) / np.timedelta64(3_600_000, "ms")) for stamp in stamps]
