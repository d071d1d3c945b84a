"""Check meter data: list everything that is wrong or looks wrong, and change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

import numpy as np

from gametrade.community.clock import local_clock
from gametrade.community.community import Community
from gametrade.community.csv_files import Format
from gametrade.community.evidence import Evidence, checks
from gametrade.community.findings import SEVERITIES, DataCheck, Finding
from gametrade.community.pairing import MeterData, Unit, known_unit, read_meter_data
from gametrade.community.problems import Problem
from gametrade.community.tables import TableLike
from gametrade.errors import InvalidInputError

_REFUSALS = (
    "missing_values",
    "negative_values",
    "unequal_columns",
    "unequal_times",
    "duplicate_times",
    "irregular_times",
)
"""What reading refuses, listed here as faults."""


def check_data(community: Community, *, peak_kw: Mapping[str, float] | None = None) -> DataCheck:
    """Look for faults in the meter data of a community.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff.
    peak_kw : mapping of str to float, optional
        Rated power of the photovoltaics of each home, as far as known. [kW]

    Returns
    -------
    DataCheck
        Findings, faults first. Nothing is repaired.

    Notes
    -----
    One check a file in ``community/checks``; `gametrade.community.evidence.checks` lists them. What reading
    refuses (missing or negative values, unequal columns, repeated or irregular times) cannot be in a
    `Community`; use `check_files` to list it.

    Examples
    --------
    >>> from gametrade.community import communities
    >>> print(check_data(communities.street(10, 28, rng=1)))
    Input check of synthetic street of 10 homes (made up, not measured): 0 faults, 0 suspects, 0 notes. ...
    """
    data = Evidence(
        community.names,
        community.demand,
        community.generation,
        community.local_times(),
        community.step_hours,
        community.tariff.spread(),
        dict(peak_kw or {}),
    )
    return _gather(community.source.label, _run(data))


def check_files(
    load: TableLike,
    generation: TableLike | None = None,
    *,
    unit: Unit | None = None,
    time_zone: str | None = None,
    step: str | None = None,
    homes: Iterable[str] | None = None,
    missing_generation: Literal["refuse", "zero"] = "refuse",
    delimiter: str = ",",
    decimal: str = ".",
    time_format: str | None = None,
    date: str | None = None,
    peak_kw: Mapping[str, float] | None = None,
) -> DataCheck:
    """Look for faults in files or tables, listing everything that `read_community` would refuse, and more.

    Parameters
    ----------
    load, generation : path or DataFrame
        As in `read_community`, as are `unit`, `time_zone`, `step`, `homes`, `missing_generation`,
        `delimiter`, `decimal`, `time_format` and `date`.
    unit : {"kW", "kWh"}
        Mean power or energy of each step.
    time_zone, step, homes, missing_generation, delimiter, decimal, time_format, date
        How the files are written.
    peak_kw : mapping of str to float, optional
        Rated power of the photovoltaics of each home. [kW]

    Returns
    -------
    DataCheck
        What cannot be read at all is one fault. Homes with missing or negative values are left out of the
        further checks, which are run if the times are regular.

    Raises
    ------
    InvalidInputError
        If the unit is not given.

    Examples
    --------
    >>> import pandas as pd
    >>> hours = ["2023-06-01 12:00", "2023-06-01 13:00"]
    >>> load = pd.DataFrame({"time": hours, "Ada": [1, -2], "Bob": [2, None]})
    >>> found = check_files(load, unit="kWh", missing_generation="zero")
    >>> [finding.check for finding in found.findings if finding.severity == "fault"]
    ['negative_values', 'missing_values']
    """
    unit = known_unit(unit)
    label = str(load) if isinstance(load, str | Path) else "the tables"
    try:
        data = read_meter_data(
            load,
            generation,
            layout=Format(delimiter, decimal, time_format, date),
            time_zone=time_zone,
            step=step,
            homes=None if homes is None else tuple(homes),
            missing_generation=missing_generation,
        )
    except InvalidInputError as refusal:
        return _gather(label, [Finding(None, "both", "unreadable", "fault", str(refusal))])
    problems = list(data.problems())
    refused = [Finding(p.home, p.quantity, p.check, "fault", p.message) for p in problems]
    evidence = _sound_part(data, unit, problems, dict(peak_kw or {}))
    return _gather(label, [*refused, *(_run(evidence) if evidence is not None else ())])


def _run(data: Evidence) -> Iterator[Finding]:
    for entry in checks:
        yield from entry.function(data)


def _gather(label: str, findings: Iterable[Finding]) -> DataCheck:
    """Sort by severity; within one, keep the order of the checks."""
    ordered = sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))
    return DataCheck(label, tuple(ordered), (*_REFUSALS, *(entry.name for entry in checks)))


def _sound_part(data: MeterData, unit: Unit, problems: list[Problem], peak_kw: dict[str, float]) -> Evidence | None:
    """Homes whose values are all usable, if the clock is."""
    if any(problem.check.endswith("_times") for problem in problems):
        return None
    demand, generation = data.energies(unit)
    usable = np.isfinite(demand + generation) & (demand >= 0) & (generation >= 0)
    sound = np.asarray(usable.all(axis=1))
    if not sound.any():
        return None
    return Evidence(
        tuple(name for name, good in zip(data.load.names, sound, strict=True) if good),
        demand[sound],
        generation[sound],
        local_clock(data.load_clock.times, data.load_clock.time_zone),
        data.seconds / 3600,
        None,
        peak_kw,
    )
