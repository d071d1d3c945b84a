"""Bring load and generation together: same homes, same times, one unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from gametrade.community.arrays import show_time
from gametrade.community.csv_files import Format
from gametrade.community.problems import Problem
from gametrade.community.tables import MeterTable, TableLike, is_long, read_raw, wide_or_long
from gametrade.community.timestamps import Clock, read_clock, settlement_seconds, step_problems
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.typing import FloatArray

Unit = Literal["kW", "kWh"]


@dataclass(frozen=True, eq=False, slots=True)
class MeterData:
    """Both tables as read, before anything is refused.

    Parameters
    ----------
    load, generation : MeterTable
        The numbers; generation is None if there is none and zeros were asked for.
    load_clock, generation_clock : Clock
        Their times.
    seconds : int
        Settlement step. [s]
    fill_zero : bool
        Whether homes without generation have zero.
    step : str or None
        Settlement step as given.
    """

    load: MeterTable
    generation: MeterTable | None
    load_clock: Clock
    generation_clock: Clock
    seconds: int
    fill_zero: bool
    step: str | None

    def problems(self) -> Iterator[Problem]:
        """Find everything that keeps the tables from being a community."""
        yield from value_problems(self.load)
        yield from step_problems(self.load, self.load_clock, self.step)
        if self.generation is not None:
            yield from value_problems(self.generation)
            yield from self._pairing_problems(self.generation)

    def energies(self, unit: Unit) -> tuple[FloatArray, FloatArray]:
        """Return demand and generation of shape (n, T), in the order of the load table. [kWh].

        Values that a table lacks are NaN; generation that is not there at all is 0.
        """
        factor = self.seconds / 3600 if unit == "kW" else 1.0
        demand = self.load.values[:, self.load_clock.order] * factor
        if self.generation is None:
            return demand, np.zeros_like(demand)
        row = {name: k for k, name in enumerate(self.generation.names)}
        generation = np.zeros_like(demand)
        ordered = self.generation.values[:, self.generation_clock.order] * factor
        for home, name in enumerate(self.load.names):
            if name in row:
                generation[home] = ordered[row[name]]
        return demand, generation

    def _pairing_problems(self, generation: MeterTable) -> Iterator[Problem]:
        only_load = [name for name in self.load.names if name not in generation.names]
        only_generation = [name for name in generation.names if name not in self.load.names]
        if only_load and not self.fill_zero:
            yield Problem(
                "unequal_columns",
                f"generation must have a column for every home of {self.load.owner}. Got none for "
                f"{only_load[0]!r}"
                f"{_more(only_load)} in {generation.owner}; write a column of zeros, or pass "
                "missing_generation='zero' if such homes have no photovoltaics.",
                only_load[0],
                "generation",
            )
        if only_generation:
            yield Problem(
                "unequal_columns",
                f"load must have a column for every home of {generation.owner}. Got none for "
                f"{only_generation[0]!r}{_more(only_generation)} in {self.load.owner}.",
                only_generation[0],
                "load",
            )
        yield from self._clock_problems(generation)

    def _clock_problems(self, generation: MeterTable) -> Iterator[Problem]:
        mine, theirs = self.load_clock, self.generation_clock
        rule = f"Times of {self.load.owner} and {generation.owner} must be the same."
        if (mine.time_zone is None) != (theirs.time_zone is None):
            message = f"{rule} Got offsets in one of them only; pass time_zone= for the other."
            yield Problem("unequal_times", message)
            return
        common = min(mine.times.size, theirs.times.size)
        different = np.flatnonzero(mine.times[:common] != theirs.times[:common])
        if different.size:
            k = int(different[0])
            place = generation.place(int(theirs.order[k]))
            told = f"{show_time(mine.times[k])} and {show_time(theirs.times[k])} ({place})"
            yield Problem("unequal_times", f"{rule} Got {told}.")
        elif mine.times.size != theirs.times.size:
            told = f"{mine.times.size} and {theirs.times.size} times"
            yield Problem("unequal_times", f"{rule} Got {told}.")


def read_meter_data(
    load: TableLike,
    generation: TableLike | None,
    *,
    layout: Format,
    time_zone: str | None,
    step: str | None,
    homes: tuple[str, ...] | None,
    missing_generation: str,
) -> MeterData:
    """Read both tables and their clocks.

    Parameters
    ----------
    load, generation : path, DataFrame or None
        As in `read_community`.
    layout : Format
        How files are written.
    time_zone, step, homes, missing_generation
        As in `read_community`.

    Returns
    -------
    MeterData
        Both tables, nothing refused yet but what cannot be read at all.

    Raises
    ------
    InvalidInputError
        If a table cannot be read or generation is missing.
    """
    if missing_generation not in ("refuse", "zero"):
        raise UnknownNameError("missing_generation", missing_generation, ("refuse", "zero"))
    frame, owner, path = read_raw(load, "load", layout)
    load_table = wide_or_long(frame, owner, path, "load")
    generation_table: MeterTable | None = None
    if generation is not None:
        generation_table = wide_or_long(*read_raw(generation, "generation", layout), "generation")
    elif is_long(frame) and missing_generation == "refuse":
        generation_table = wide_or_long(frame, owner, path, "generation")
    elif missing_generation == "refuse":
        raise InvalidInputError(
            "generation of read_community must be a file or table, because the load is not a long table that "
            "holds both; pass missing_generation='zero' if no home has photovoltaics. Got None."
        )
    if homes is not None:
        load_table, generation_table = _choose(load_table, homes), _narrow(generation_table, homes)
    clock = read_clock(load_table, layout, time_zone)
    same = generation_table is None or generation_table.raw is frame
    other = clock if same or generation_table is None else read_clock(generation_table, layout, time_zone)
    seconds = settlement_seconds(load_table, clock, step)
    zero = missing_generation == "zero"
    return MeterData(load_table, generation_table, clock, other, seconds, zero, step)


def value_problems(table: MeterTable) -> Iterator[Problem]:
    """Find values that are missing, no numbers or negative: the first of each home, with its place."""
    for home, name in enumerate(table.names):
        values = table.values[home]
        bad = np.flatnonzero(~np.isfinite(values))
        if bad.size:
            text, place, hint = _cell(table, int(bad[0]), home)
            yield Problem(
                "missing_values",
                f"{table.quantity} of home {name!r} must be a number in every step. "
                f"Got {text}{place}{_more(bad)}{hint}.",
                name,
                table.quantity,
            )
        negative = np.flatnonzero(values < 0)
        if negative.size:
            _, place, _ = _cell(table, int(negative[0]), home)
            yield Problem(
                "negative_values",
                f"{table.quantity} of home {name!r} must be at least 0 in every step. "
                f"Got {values[negative[0]]:g}{place}{_more(negative)}.",
                name,
                table.quantity,
            )


def known_unit(unit: str | None) -> Unit:
    """Return the unit, or raise if it is not given: it is never guessed."""
    if unit == "kW":
        return "kW"
    if unit == "kWh":
        return "kWh"
    if unit is not None:
        meant = next((name for name in ("kW", "kWh") if name.lower() == str(unit).lower()), None)
        hint = f" Did you mean {meant!r}?" if meant else ""
        raise InvalidInputError(
            "unit of read_community must be 'kW', the mean power in each step, or 'kWh', the energy of each step. "
            f"Got {unit!r}.{hint}"
        )
    raise InvalidInputError(
        "unit of read_community must be given, because it cannot be told from the numbers: 'kW' for the mean "
        f"power in each step, 'kWh' for the energy of each step. Got {unit!r}."
    )


def _cell(table: MeterTable, step: int, home: int) -> tuple[str, str, str]:
    if table.rows is not None and table.rows[home, step] < 0:
        return "no row", f" at {table.times.iloc[step]} in {table.owner}", _doubled(table, step)
    text = table.cell(step, home)
    shown = "an empty cell" if text in ("", "nan", "NaN", "None", "<NA>", "NaT") else repr(text)
    hint = "; pass decimal=',' for a decimal comma" if "," in text and "." not in text else ""
    return shown, f" in {table.place(step, home)}", hint


def _doubled(table: MeterTable, step: int) -> str:
    """Say which home has a time twice, where that is why another has no second row."""
    if table.rows is None or not table.occurrence[step]:
        return ""
    other = int(np.flatnonzero(table.rows[:, step] >= 0)[0])
    return f"; home {table.names[other]!r} has that time again in {table.place(step, other)}"


def _more(found: list[str] | np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> str:
    return f" and {len(found) - 1} more" if len(found) > 1 else ""


def _choose(table: MeterTable, homes: tuple[str, ...]) -> MeterTable:
    for name in homes:
        if name not in table.names:
            raise UnknownNameError(f"home of {table.owner}", name, table.names)
    rows = [table.names.index(name) for name in homes]
    kept = None if table.rows is None else table.rows[rows]
    return replace(table, names=homes, values=table.values[rows], rows=kept)


def _narrow(table: MeterTable | None, homes: tuple[str, ...]) -> MeterTable | None:
    if table is None:
        return None
    return _choose(table, tuple(name for name in homes if name in table.names))
