"""From meter data in files or tables to a community; what is wrong is refused with its place."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from gametrade.community.batteries import Batteries
from gametrade.community.clock import local_clock
from gametrade.community.community import Community
from gametrade.community.csv_files import Format
from gametrade.community.pairing import Unit, known_unit, read_meter_data
from gametrade.community.problems import refuse_first
from gametrade.community.source import Source
from gametrade.community.tables import TableLike
from gametrade.community.tariff import Tariff, common_tariff, refuse_negative_spread
from gametrade.community.tariff_files import read_price, read_tariff
from gametrade.errors import InvalidInputError
from gametrade.typing import ArrayLike, TimeArray

if TYPE_CHECKING:
    PriceLike = float | ArrayLike | str | Path


def read_community(
    load: TableLike,
    generation: TableLike | None = None,
    *,
    unit: Unit | None = None,
    import_price: PriceLike | None = None,
    export_price: PriceLike | None = None,
    network_charge: PriceLike = 0.0,
    tariff: Tariff | str | Path | None = None,
    currency: str = "EUR",
    time_zone: str | None = None,
    step: str | None = None,
    homes: Iterable[str] | None = None,
    start: Any = None,
    end: Any = None,
    allow_negative_spread: bool = False,
    missing_generation: Literal["refuse", "zero"] = "refuse",
    delimiter: str = ",",
    decimal: str = ".",
    time_format: str | None = None,
    date: str | None = None,
    batteries: Batteries | None = None,
) -> Community:
    """Read the meter data of a community.

    Parameters
    ----------
    load, generation : path or DataFrame
        Wide: a time column and one column a home. Long: columns home, time, load and generation, in which
        case `generation` may be left out. CSV files may be compressed (.gz).
    unit : {"kW", "kWh"}
        ``"kW"`` for the mean power in each step, ``"kWh"`` for its energy. Always given, never guessed.
    import_price, export_price : float, array_like of shape (T,) or path of a CSV file
        Prices, unless `tariff` is given. [money/kWh]
    network_charge : float, array_like of shape (T,) or path, default=0.0
        Due to the network operator on each shared kWh. [money/kWh]
    tariff : Tariff or path of a TOML or CSV file, optional
        Instead of the prices, see `read_tariff`.
    currency : str, default="EUR"
        Label of the money.
    time_zone : str, optional
        Zone of the local times in the files, e.g. ``"Europe/Berlin"``; then an hour that comes twice in
        autumn is understood, the first row being daylight-saving time. Times with offsets need none.
    step : str, optional
        Settlement step such as ``"15min"``; by default the most frequent distance between times.
    homes : iterable of str, optional
        Homes to read; all by default.
    start, end : time, optional
        Window on the local clock, `end` not included.
    allow_negative_spread : bool, default=False
        Accept export prices above the import price; such steps share nothing.
    missing_generation : {"refuse", "zero"}, default="refuse"
        What a home without a generation column means.
    delimiter, decimal : str
        Between cells, and the decimal sign of the files, by default ``","`` and ``"."``.
    time_format : str, optional
        As for ``datetime.strptime``, if times are not ISO 8601.
    date : str, optional
        Day of times that have none.
    batteries : Batteries, optional
        One entry a home, in the order of the homes read.

    Returns
    -------
    Community
        Times mark the start of each step. Its source holds the recipe and the SHA-256 of the files.

    Raises
    ------
    InvalidInputError
        If a file, cell, time, home or price breaks a rule; the file, line, column and value are named.
    UnknownNameError
        If `homes` names a home that the files lack.

    Notes
    -----
    Nothing is repaired. `check_files` lists all problems of two files at once.

    Examples
    --------
    >>> import pandas as pd
    >>> hours = ["2023-06-01 12:00", "2023-06-01 13:00"]
    >>> load = pd.DataFrame({"time": hours, "Ada": [1, 2], "Bob": [2, 2]})
    >>> sun = pd.DataFrame({"time": hours, "Ada": [4, 0], "Bob": [0, 0]})
    >>> read_community(load, sun, unit="kW", import_price=0.30, export_price=0.08).n_prosumers
    2
    """
    unit = known_unit(unit)
    layout = Format(delimiter, decimal, time_format, date)
    chosen = None if homes is None else _as_names(homes)
    data = read_meter_data(
        load, generation, layout=layout, time_zone=time_zone, step=step, homes=chosen,
        missing_generation=missing_generation,
    )  # fmt: skip
    refuse_first(data.problems())
    demand, produced = data.energies(unit)
    times, zone = data.load_clock.times, data.load_clock.time_zone
    prices = {"import_price": import_price, "export_price": export_price, "network_charge": network_charge}
    faced = _tariff(tariff, prices, times, zone, currency, allow_negative_spread, layout)
    options = {
        "unit": unit, "currency": currency, "time_zone": time_zone, "step": step, "homes": chosen,
        "start": start, "end": end, "allow_negative_spread": allow_negative_spread,
        "missing_generation": missing_generation, "delimiter": delimiter, "decimal": decimal,
        "time_format": time_format, "date": date,
    }  # fmt: skip
    inputs = {"load": load, "generation": generation, **(prices if tariff is None else {"tariff": tariff})}
    source = _source(inputs, options, batteries)
    community = Community(data.load.names, demand, produced, times, data.seconds / 3600, faced, batteries, zone, source)
    if start is None and end is None:
        return community
    part = community.select(start=start, end=end)
    return Community(
        part.names, part.demand, part.generation, part.times, part.step_hours, part.tariff, part.batteries,
        part.time_zone, source,
    )  # fmt: skip


def _as_names(homes: Iterable[str]) -> tuple[str, ...]:
    if isinstance(homes, str):
        raise InvalidInputError(f"homes must be several names, such as [{homes!r}]. Got the text {homes!r}.")
    names = tuple(homes)
    if not names or len(set(names)) < len(names):
        raise InvalidInputError(f"homes must name each wanted home once. Got {list(names)!r}.")
    return names


def _tariff(
    tariff: Tariff | str | Path | None,
    prices: dict[str, Any],
    times: TimeArray,
    time_zone: str | None,
    currency: str,
    allow_negative_spread: bool,
    layout: Format,
) -> Tariff:
    """Prices from wherever they were given; a negative spread is refused with its local time."""
    given = [name for name in ("import_price", "export_price") if prices[name] is not None]
    if tariff is not None:
        charged = prices["network_charge"]
        if isinstance(charged, str | Path) or np.any(np.asarray(charged) != 0):
            given.append("network_charge")
        if given:
            raise InvalidInputError(f"Prices must be given once. Got tariff= and {'= and '.join(given)}=.")
        if not isinstance(tariff, str | Path):
            return common_tariff(tariff, "read_community")
        return read_tariff(
            tariff, times, time_zone=time_zone, currency=currency,
            allow_negative_spread=allow_negative_spread, layout=layout,
        )  # fmt: skip
    missing = [name for name in ("import_price", "export_price") if name not in given]
    if missing:
        raise InvalidInputError(
            f"{missing[0]} of read_community must be given, as a number, one number a step or a CSV file, "
            "unless tariff= is. Got None."
        )
    values = {
        name: read_price(price, name, times, time_zone, layout) if isinstance(price, str | Path) else price
        for name, price in prices.items()
    }
    given_prices = Tariff(**values, currency=currency, allow_negative_spread=True)
    every_step = given_prices.over(times.size)
    if not allow_negative_spread:
        clock = local_clock(times, time_zone)
        refuse_negative_spread(given_prices.import_price, given_prices.export_price, clock)
    return Tariff(
        every_step.import_price,
        every_step.export_price,
        every_step.network_charge,
        currency,
        allow_negative_spread,
    )


def _source(inputs: dict[str, Any], options: dict[str, Any], batteries: Batteries | None) -> Source:
    """Recipe of files; tables in memory and batteries have none."""
    files = {name: Path(value) for name, value in inputs.items() if isinstance(value, str | Path)}
    if "load" not in files or not ("generation" in files or inputs["generation"] is None):
        return Source("arrays", "tables given by the caller")
    named = " and ".join(files[name].name for name in ("load", "generation") if name in files)
    label = f"meter data of {named}"
    if batteries is not None:
        return Source("files", label)
    recipe: dict[str, Any] = {name: _json_ready(value) for name, value in {**inputs, **options}.items()}
    recipe |= {name: str(path) for name, path in files.items()}
    recipe["sha256"] = {name: sha256_of(path) for name, path in files.items()}
    return Source("files", label, {name: value for name, value in recipe.items() if value is not None})


def sha256_of(path: Path) -> str:
    """SHA-256 of the bytes of a file, as 64 hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _json_ready(value: Any) -> Any:
    if isinstance(value, Tariff):
        return value.to_dict()
    if isinstance(value, tuple):
        return list(value)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return np.asarray(value, dtype=np.float64).tolist() if np.asarray(value).dtype.kind in "iuf" else str(value)
