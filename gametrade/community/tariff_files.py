"""Read a tariff from a small TOML file, or prices from a CSV file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gametrade.community.arrays import show_time
from gametrade.community.clock import local_clock
from gametrade.community.csv_files import Format
from gametrade.community.tables import MeterTable, read_raw
from gametrade.community.tariff import Tariff, refuse_negative_spread
from gametrade.community.time_of_use import as_band, time_of_use
from gametrade.community.timestamps import read_clock
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.typing import FloatArray, TimeArray

PRICES = ("import_price", "export_price", "network_charge")
_KEYS = (*PRICES, "currency", "allow_negative_spread")


def read_tariff(
    path: str | Path,
    times: TimeArray,
    *,
    time_zone: str | None = None,
    currency: str = "EUR",
    allow_negative_spread: bool = False,
    layout: Format | None = None,
) -> Tariff:
    r"""Read the tariff of a community from a TOML or a CSV file.

    Parameters
    ----------
    path : str or Path
        ``.toml``, or a CSV file with the columns time, import_price, export_price and, if any,
        network_charge. A price of a CSV file holds from its time until the next.
    times : ndarray of shape (T,)
        Start of the settlement steps: local wall clock, or UTC if `time_zone` is given.
    time_zone : str, optional
        Name in the IANA data base.
    currency : str, default="EUR"
        Label of the money, unless the TOML file names one.
    allow_negative_spread : bool, default=False
        As in `Tariff`; a TOML file may also say so.
    layout : Format, optional
        How a CSV file is written.

    Returns
    -------
    Tariff
        With prices for each of the T steps where they vary.

    Raises
    ------
    InvalidInputError
        If the file cannot be read, a price is missing, or prices do not cover the steps.
    UnknownNameError
        If the TOML file has an unknown key.

    Notes
    -----
    A flat TOML file holds numbers; a price that varies is a table with a default and bands, of which a later
    one overrules an earlier one. Hours are on the local clock::

        currency = "GBP"
        export_price = 0.15
        network_charge = 0.0

        [import_price]
        default = 0.26

        [[import_price.band]]
        start = "16:00"
        end = "19:00"
        days = "weekdays"          # or "all", "weekends"
        months = [11, 12, 1, 2]    # all if left out
        price = 0.42

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "tariff.toml"
    ...     _ = file.write_text("import_price = 0.30\nexport_price = 0.08\n")
    ...     read_tariff(file, np.array(["2023-06-01T12:00"], "datetime64[s]"))
    <Tariff: import 0.3, export 0.08 EUR/kWh>
    """
    if not isinstance(path, str | Path):
        raise InvalidInputError(f"path of read_tariff must be a path. Got a {type(path).__name__}.")
    file = Path(path)
    if file.suffix.lower() == ".toml":
        entries = _read_toml(file)
        local = local_clock(times, time_zone)
        prices = {name: _toml_price(entries, name, local, file.name) for name in PRICES}
        currency = entries.get("currency", currency)
        allow_negative_spread = _truth(entries, allow_negative_spread, file.name)
    else:
        if file.suffix.lower() in (".json", ".yaml", ".yml", ".xlsx"):
            raise InvalidInputError(f"tariff must be a .toml or .csv file. Got {str(file)!r}.")
        prices = _read_columns(file, times, time_zone, layout or Format())
    if not allow_negative_spread:
        refuse_negative_spread(
            np.asarray(prices["import_price"]),
            np.asarray(prices["export_price"]),
            local_clock(times, time_zone),
        )
    return Tariff(**prices, currency=currency, allow_negative_spread=allow_negative_spread)


def read_price(path: str | Path, name: str, times: TimeArray, time_zone: str | None, layout: Format) -> FloatArray:
    """Read one price from a CSV file with a time column and a column of that name, or just one other column.

    Parameters
    ----------
    path : str or Path
        CSV file.
    name : str
        ``"import_price"``, ``"export_price"`` or ``"network_charge"``.
    times : ndarray of shape (T,)
        Start of the settlement steps.
    time_zone : str or None
        As in `read_tariff`.
    layout : Format
        How the file is written.

    Returns
    -------
    ndarray of shape (T,)
        Price in each step. [money/kWh]
    """
    if not Path(path).exists():
        comma = re.fullmatch(r"\s*([+-]?\d+),(\d+)\s*", str(path))
        hint = f"; write {comma[1]}.{comma[2]} with a decimal point" if comma else ""
        raise InvalidInputError(f"{name} must be a number or a CSV file that exists. Got {str(path)!r}{hint}.")
    table = _price_table(Path(path), name, layout)
    column = name if name in table.names else table.names[0]
    if name not in table.names and len(table.names) > 1:
        raise InvalidInputError(
            f"{table.owner} must have a column {name!r}, or one column beside time. Got {', '.join(table.names)}."
        )
    return _in_force(table, table.names.index(column), times, time_zone, layout)


def _read_toml(file: Path) -> Mapping[str, Any]:
    try:
        entries = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InvalidInputError(f"tariff file must exist. Got {str(file)!r}.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as accident:
        raise InvalidInputError(f"tariff file {file.name} must be TOML. Got: {accident}.") from None
    for key in entries:
        if key not in _KEYS:
            raise UnknownNameError(f"key of {file.name}", key, _KEYS)
    return entries


def _toml_price(entries: Mapping[str, Any], name: str, local: TimeArray, owner: str) -> float | FloatArray:
    if name not in entries and name != "network_charge":
        raise InvalidInputError(f"{name} must stand in {owner}. Got {', '.join(entries) or 'nothing'}.")
    entry = entries.get(name, 0.0)
    if isinstance(entry, Mapping):
        for key in entry:
            if key not in ("default", "band"):
                raise UnknownNameError(f"key of {name} in {owner}", key, ("default", "band"))
        written = entry.get("band", [])
        if not isinstance(written, list) or not all(isinstance(band, Mapping) for band in written):
            raise InvalidInputError(f"band of {name} in {owner} must be tables [[{name}.band]]. Got {written!r}.")
        default, bands = entry.get("default"), [as_band(band) for band in written]
        return time_of_use(local, _number(default, f"default of {name}", owner), bands)
    return _number(entry, name, owner)


def _truth(entries: Mapping[str, Any], default: bool, owner: str) -> bool:
    entry = entries.get("allow_negative_spread", default)
    if not isinstance(entry, bool):
        raise InvalidInputError(f"allow_negative_spread in {owner} must be true or false. Got {entry!r}.")
    return entry


def _number(entry: object, name: str, owner: str) -> float:
    if isinstance(entry, bool) or not isinstance(entry, int | float):
        raise InvalidInputError(f"{name} in {owner} must be a number or a table with a default. Got {entry!r}.")
    return float(entry)


def _read_columns(file: Path, times: TimeArray, time_zone: str | None, layout: Format) -> dict[str, Any]:
    table = _price_table(file, "tariff", layout)
    for name in ("import_price", "export_price"):
        if name not in table.names:
            raise InvalidInputError(f"{file.name} must have a column {name!r}. Got {', '.join(table.names)}.")
    prices = {
        name: _in_force(table, table.names.index(name), times, time_zone, layout)
        for name in PRICES
        if name in table.names
    }
    return {"network_charge": 0.0, **prices}


def _price_table(file: Path, name: str, layout: Format) -> MeterTable:
    from gametrade.community.tables import wide_or_long

    frame, owner, path = read_raw(file, name, layout)
    return wide_or_long(frame, owner, path, "load")


def _in_force(table: MeterTable, column: int, times: TimeArray, time_zone: str | None, layout: Format) -> FloatArray:
    """Price in force at the start of each step; it must not change before the step ends."""
    name, price = table.names[column], table.values[column]
    if not np.isfinite(price).all():
        row = int(np.flatnonzero(~np.isfinite(price))[0])
        told = f"{table.cell(row, column)!r} in {table.place(row)}"
        raise InvalidInputError(f"{name} of {table.owner} must be a number. Got {told}.")
    clock = read_clock(table, layout, time_zone)
    since = clock.times
    if clock.time_zone is not None and time_zone is None:
        raise InvalidInputError(f"time of {table.owner} must have no offset, as the meter data. Got offsets.")
    backwards = np.flatnonzero(np.diff(since) <= np.timedelta64(0))
    if backwards.size:
        row = int(backwards[0]) + 1
        raise InvalidInputError(
            f"time of {table.owner} must increase. Got {show_time(since[row])} in {table.place(row)}."
        )
    last = since[-1] + (since[-1] - since[-2] if since.size > 1 else np.timedelta64(0))
    in_force = np.searchsorted(since, times, side="right") - 1
    outside = (in_force < 0) | ((times >= last) & (times > since[-1]))
    if outside.any():
        missing = show_time(times[np.flatnonzero(outside)[0]])
        raise InvalidInputError(f"{name} of {table.owner} must cover every settlement step. Got no price at {missing}.")
    _refuse_change_within(price, in_force, since, times, f"{name} of {table.owner}")
    return np.asarray(price[in_force])


def _refuse_change_within(price: FloatArray, in_force: Any, since: TimeArray, times: TimeArray, owner: str) -> None:
    """A price that changes between the starts of two steps would be averaged: refuse it."""
    changed = np.cumsum(np.abs(np.diff(price, prepend=price[0])) > 0)
    at_start = changed[in_force]
    before_next = changed[np.searchsorted(since, times[1:], side="left") - 1]
    step = np.flatnonzero(before_next != at_start[:-1])
    if step.size:
        raise InvalidInputError(
            f"{owner} must be constant within each settlement step. Got a change after {show_time(times[step[0]])}."
        )
