"""Meters that repeat one value."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gametrade.community.arrays import show_time
from gametrade.community.evidence import Evidence, checks
from gametrade.community.findings import Finding, Severity
from gametrade.typing import FloatArray


@checks.register()
def constant_runs(data: Evidence) -> Iterator[Finding]:
    """Find a load that does not change for a day or more, and generation that rests for ten days or more.

    Parameters
    ----------
    data : Evidence
        Meter data.

    Yields
    ------
    Finding
        A suspicion for a load that repeats one value above zero for three days, a note for shorter runs, for
        a load of zero, and for photovoltaics at rest.
    """
    per_day = 24 / data.step_hours
    for home, name in enumerate(data.names):
        length, first = _longest_run(data.demand[home])
        value, since = data.demand[home][first], show_time(data.local_times[first])
        if per_day <= length < data.local_times.size:
            severity: Severity = "suspect" if value > 0 and length >= 3 * per_day else "note"
            told = f"The load of {name} is {value:g} kWh in {length} steps in a row from {since}."
            yield Finding(name, "load", "constant_runs", severity, told)
        elif length == data.local_times.size > 1 and value > 0:
            told = f"The load of {name} is {value:g} kWh in every step."
            yield Finding(name, "load", "constant_runs", "suspect", told)
    for home in data.producers:
        length, first = _longest_run(data.generation[home])
        if length >= 10 * per_day:
            name, since = data.names[home], show_time(data.local_times[first])
            told = f"The generation of {name} does not change in {length} steps in a row from {since}."
            yield Finding(name, "generation", "constant_runs", "note", told)


def _longest_run(values: FloatArray) -> tuple[int, int]:
    """Length and position of the longest run of one value."""
    starts = np.flatnonzero(np.diff(values, prepend=np.nan) != 0)
    lengths = np.diff(np.append(starts, values.size))
    longest = int(lengths.argmax())
    return int(lengths[longest]), int(starts[longest])
