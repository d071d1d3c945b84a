"""Batteries from a CSV file: one line a home that has one."""

from __future__ import annotations

import csv
import math
import os
from pathlib import Path

import numpy as np

from gametrade.community.batteries import Batteries
from gametrade.errors import InvalidInputError

NEEDED = ("energy_kwh", "power_kw", "efficiency")
OPTIONAL = ("wear_cost", "start_kwh", "end_kwh")
MISSING = {"energy_kwh": 0.0, "power_kw": 0.0, "efficiency": 1.0, "wear_cost": 0.0}
"""What a home without a line has; a charge that is not given is free."""


def read_batteries(path: str | os.PathLike[str], homes: tuple[str, ...]) -> Batteries:
    r"""Read the batteries of a community.

    Parameters
    ----------
    path : path
        CSV file in UTF-8 with the columns home, energy_kwh, power_kw and efficiency (round trip, as a share), and, if
        wanted, wear_cost [money/kWh], start_kwh and end_kwh; an empty cell of these means none given.
    homes : tuple of str
        Labels of the community, in order. Homes without a line have no battery.

    Returns
    -------
    Batteries
        In the order of the homes.

    Raises
    ------
    InvalidInputError
        If the file cannot be read, lacks a column, names a home that is not there or one twice, or holds a value that
        is no number or out of its range.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "batteries.csv"
    >>> _ = file.write_text("home,energy_kwh,power_kw,efficiency\nBob,6.4,5,0.9\n", encoding="utf-8")
    >>> read_batteries(file, ("Ada", "Bob"))
    <Batteries: 1 of 2 homes, 6.4 kWh, 5 kW>
    """
    name = os.fspath(path)
    columns = {column: np.full(len(homes), MISSING.get(column, math.nan)) for column in NEEDED + OPTIONAL}
    seen: set[str] = set()
    for line, row in _rows(name):
        home = (row["home"] or "").strip()
        if home not in homes:
            raise InvalidInputError(f"home of {name}, line {line}, must be a home of the community. Got {home!r}.")
        if home in seen:
            raise InvalidInputError(f"{name} must name every home once. Got {home!r} again in line {line}.")
        seen.add(home)
        for column in columns:
            columns[column][homes.index(home)] = _number(row.get(column), column, name, line)
    try:
        return Batteries(
            columns["energy_kwh"],
            columns["power_kw"],
            columns["efficiency"],
            columns["wear_cost"],
            start_kwh=columns["start_kwh"],
            end_kwh=columns["end_kwh"],
        )
    except InvalidInputError as reason:
        where, _, position = str(reason).rpartition("the home at position ")
        told = f"{where}{homes[int(position[:-1])]!r} in {name}." if where else str(reason)
        raise InvalidInputError(told) from None


def _rows(name: str) -> list[tuple[int, dict[str, str | None]]]:
    """Lines by column, with their numbers."""
    try:
        text = Path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        reason = getattr(problem, "strerror", None) or "it is not text in UTF-8"
        raise InvalidInputError(f"batteries must be a CSV file that can be read. Got {name!r}: {reason}.") from None
    reader = csv.DictReader(text.splitlines(), skipinitialspace=True)
    found = tuple(reader.fieldnames or ())
    known = ("home", *NEEDED, *OPTIONAL)
    for column in ("home", *NEEDED):
        if column not in found:
            raise InvalidInputError(f"{name} must have the column {column!r}. Got {', '.join(found) or 'no column'}.")
    for column in found:
        if column not in known:
            raise InvalidInputError(f"columns of {name} must be among {', '.join(known)}. Got {column!r}.")
    return [(reader.line_num, row) for row in reader if any(row.values())]


def _number(cell: str | None, column: str, name: str, line: int) -> float:
    """One cell; an empty optional one says that nothing is given."""
    text = (cell or "").strip()
    if not text and column in OPTIONAL:
        return MISSING.get(column, math.nan)
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InvalidInputError(f"{column} of {name}, line {line}, must be a finite number. Got {text!r}.")
    return number
