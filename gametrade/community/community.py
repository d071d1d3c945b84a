"""A community: who used and produced how much in each settlement step, and at which prices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gametrade.community.arrays import energies
from gametrade.community.batteries import Batteries
from gametrade.community.clock import as_times, check_time_zone, local_clock, step_seconds
from gametrade.community.fingerprint import fingerprint
from gametrade.community.member import Member, long_frame, member_of
from gametrade.community.membership import check_batteries, check_step, checked_names, fitting
from gametrade.community.source import Source
from gametrade.community.summary import CommunitySummary, period, summarise
from gametrade.community.tariff import Tariff, common_tariff
from gametrade.community.windows import (
    as_positions,
    home_positions,
    inside_window,
    step_groups,
    tariff_of_groups,
)
from gametrade.typing import ArrayLike, BoolArray, FloatArray, IntArray, TimeArray

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, slots=True, init=False, repr=False)
class Community:
    """Homes that could share energy: their meter data, their clock and the one tariff they all face.

    Parameters
    ----------
    names : sequence of str of length n
        Homes, each once.
    demand, generation : array_like of shape (n, T)
        Energy used and produced in each settlement step, at least 0. [kWh]
    times : array_like of shape (T,)
        Start of each settlement step: local wall clock, or UTC if `time_zone` is given.
    step_hours : float
        Length of a settlement step. [h]
    tariff : Tariff
        The prices; flat ones are repeated over the T steps.
    batteries : Batteries, optional
        One a home.
    time_zone : str, optional
        Name in the IANA data base, e.g. ``"Europe/Berlin"``.
    source : Source, optional
        Where the data come from.

    Raises
    ------
    InvalidInputError
        If shapes differ, a value is missing or negative, names repeat, or times do not increase.

    Notes
    -----
    Energies are netted inside a home within a settlement step and never across steps, so the step is part of
    the game. Arrays are copied in and read-only.

    Examples
    --------
    >>> street = Community(["Ada", "Bob"], [[1, 3], [2, 2]], [[3, 0], [0, 0]],
    ...                    ["2023-06-01T12:00", "2023-06-01T13:00"], 1.0, Tariff(0.30, 0.10))
    >>> street
    <Community: 2 homes, 2 steps of 1 h, 2023-06-01 12:00 to 2023-06-01 14:00, arrays given by the caller>
    >>> street.surplus
    array([[2., 0.],
           [0., 0.]])
    """

    names: tuple[str, ...]
    demand: FloatArray
    generation: FloatArray
    times: TimeArray
    step_hours: float
    tariff: Tariff
    batteries: Batteries | None
    time_zone: str | None
    source: Source

    def __init__(
        self,
        names: Sequence[str],
        demand: ArrayLike,
        generation: ArrayLike,
        times: Any,
        step_hours: float,
        tariff: Tariff,
        batteries: Batteries | None = None,
        time_zone: str | None = None,
        source: Source | None = None,
    ) -> None:
        homes, starts = checked_names(names), as_times(times)
        check_step(step_hours, starts)
        check_time_zone(time_zone)
        check_batteries(batteries, len(homes))
        values = {
            "names": homes,
            "demand": energies(demand, "demand", homes, starts),
            "generation": energies(generation, "generation", homes, starts),
            "times": starts,
            "step_hours": float(step_hours),
            "tariff": fitting(tariff, len(homes), starts.size),
            "batteries": batteries,
            "time_zone": time_zone,
            "source": source or Source("arrays", "arrays given by the caller"),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def n_prosumers(self) -> int:
        """Number of homes n."""
        return len(self.names)

    @property
    def n_steps(self) -> int:
        """Number of settlement steps T."""
        return int(self.times.size)

    @property
    def net_load(self) -> FloatArray:
        """Demand minus generation, above 0 where a home imports, of shape (n, T). [kWh]."""
        return self.demand - self.generation

    @property
    def surplus(self) -> FloatArray:
        """What each home would feed in alone, of shape (n, T). [kWh]."""
        return np.maximum(self.generation - self.demand, 0.0)

    @property
    def deficit(self) -> FloatArray:
        """What each home would draw alone, of shape (n, T). [kWh]."""
        return np.maximum(self.demand - self.generation, 0.0)

    @property
    def import_price(self) -> FloatArray:
        """Import price of each step, of shape (T,). [money/kWh]."""
        return self.tariff.import_price

    @property
    def export_price(self) -> FloatArray:
        """Export price of each step, of shape (T,). [money/kWh]."""
        return self.tariff.export_price

    @property
    def network_charge(self) -> FloatArray:
        """Charge on each shared kWh, of shape (T,). [money/kWh]."""
        return self.tariff.network_charge

    @property
    def fingerprint(self) -> str:
        """SHA-256 of everything that the gains depend on; `gametrade.community.fingerprint` says of what."""
        return fingerprint(self)

    def local_times(self) -> TimeArray:
        """Clock on the wall at the start of each step, of shape (T,)."""
        return local_clock(self.times, self.time_zone)

    def stand_alone_bills(self) -> FloatArray:
        """What each home pays if nobody shares, of shape (n,); negative where it earns. [money].

        Examples
        --------
        >>> from gametrade.community import communities
        >>> communities.fontana("flat").stand_alone_bills().round(0)[:3]
        array([1816., 1757., 1100.])
        """
        return self.deficit @ self.import_price - self.surplus @ self.export_price

    def member(self, name: str) -> Member:
        """Look at one home.

        Parameters
        ----------
        name : str
            Home.

        Returns
        -------
        Member
            Its energies and its bill alone.

        Raises
        ------
        UnknownNameError
            If there is no such home.
        """
        home = int(home_positions(self.names, [name])[0])
        return member_of(self, home)

    def select(self, homes: Iterable[str] | None = None, start: Any = None, end: Any = None) -> Community:
        """Keep some homes, or a window of time, or both.

        Parameters
        ----------
        homes : iterable of str, optional
            Homes to keep, in the order wanted; all by default.
        start, end : str or time, optional
            Keep the steps that start at or after `start` and before `end`, on the local wall clock.

        Returns
        -------
        Community
            The smaller community.

        Raises
        ------
        UnknownNameError
            If there is no such home.
        InvalidInputError
            If the window is empty; the message gives the available range.

        Examples
        --------
        >>> from gametrade.community import communities
        >>> communities.fontana().select(["home01", "home02"], "2017-06-01", "2017-06-08").n_steps
        168
        """
        kept = range(self.n_prosumers) if homes is None else home_positions(self.names, homes)
        rows = np.array(kept, dtype=np.int64)
        names = [self.names[row] for row in rows]
        columns = np.flatnonzero(inside_window(self.local_times(), start, end))
        options: dict[str, Any] = {"homes": names} if homes is not None else {}
        options |= {key: str(limit) for key, limit in (("start", start), ("end", end)) if limit is not None}
        whole_period = start is None and end is None
        words = f"homes selected: {rows.size}" if whole_period else f"{columns.size} steps selected"
        return self._part(rows, columns, self.source.then("select", options, words))

    def steps(self, indices: IntArray | BoolArray) -> Community:
        """Keep some settlement steps.

        Parameters
        ----------
        indices : ndarray of int or bool
            Increasing positions, or a mask of shape (T,).

        Returns
        -------
        Community
            The community in these steps alone; its times may have gaps.
        """
        columns = as_positions(indices, self.n_steps)
        options = {"indices": columns.tolist()}
        return self._part(
            np.arange(self.n_prosumers),
            columns,
            self.source.then("steps", options, f"{columns.size} steps selected"),
        )

    def resample(self, step: str) -> Community:
        """Settle over longer steps: energies are summed, which makes another game.

        Parameters
        ----------
        step : str
            New settlement step such as ``"1h"``, a multiple of the old one.

        Returns
        -------
        Community
            With longer steps.

        Raises
        ------
        InvalidInputError
            If a price changes inside a new step, or a new step would be incomplete.

        Notes
        -----
        New steps are aligned to the wall clock of the first step; with daylight saving, days of ``"1d"`` are
        always 24 h long.
        """
        first = step_groups(self, step)
        return replace(
            self,
            demand=np.add.reduceat(self.demand, first, axis=1),
            generation=np.add.reduceat(self.generation, first, axis=1),
            times=self.times[first],
            step_hours=step_seconds(step) / 3600,
            tariff=tariff_of_groups(self, first),
            source=self.source.then("resample", {"step": step}, f"settled per {step}"),
        )

    def with_tariff(self, tariff: Tariff) -> Community:
        """Put the same homes under other prices.

        Parameters
        ----------
        tariff : Tariff
            The new prices.

        Returns
        -------
        Community
            With the new tariff.
        """
        prices = common_tariff(tariff, "with_tariff").to_dict()
        source = self.source.then("with_tariff", prices, "under another tariff")
        return replace(self, tariff=tariff, source=source)

    def summary(self) -> CommunitySummary:
        """Return the community in figures: energies, gains from trade, self-sufficiency, prices."""
        return summarise(self)

    def to_frame(self) -> pd.DataFrame:
        """Return a long table with the columns time, home, demand_kwh and generation_kwh; n T rows."""
        return long_frame(self)

    def __str__(self) -> str:
        start, end = period(self)
        zone = f" {self.time_zone}" if self.time_zone else ""
        return (
            f"Community: {self.n_prosumers} home{'s' if self.n_prosumers > 1 else ''}, {self.n_steps} steps "
            f"of "
            f"{self.step_hours:g} h, {start} to {end}{zone}, {self.source.label}"
        )

    def __repr__(self) -> str:
        return f"<{self}>"

    def _repr_html_(self) -> str:
        return self.summary()._repr_html_()

    def _part(self, rows: IntArray, columns: IntArray, source: Source) -> Community:
        return replace(
            self,
            names=tuple(self.names[row] for row in rows),
            demand=self.demand[np.ix_(rows, columns)],
            generation=self.generation[np.ix_(rows, columns)],
            times=self.times[columns],
            tariff=self.tariff.at(columns),
            batteries=self.batteries.at(rows) if self.batteries is not None else None,
            source=source,
        )
