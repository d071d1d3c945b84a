"""A community: who used and produced how much in each settlement step, and at which prices."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gametrade.community.arrays import energies, show_time
from gametrade.community.batteries import Batteries
from gametrade.community.clock import as_times, check_time_zone, local_clock
from gametrade.community.member import Member
from gametrade.community.source import Source
from gametrade.community.summary import CommunitySummary, summarise
from gametrade.community.tariff import INDIVIDUAL_TARIFFS, Tariff
from gametrade.community.windows import (
    as_positions,
    constant_within,
    home_positions,
    inside_window,
    step_groups,
)
from gametrade.errors import InvalidInputError
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
        homes, starts = _checked_names(names), as_times(times)
        _check_step(step_hours, starts)
        check_time_zone(time_zone)
        if batteries is not None and batteries.energy_kwh.size != len(homes):
            raise InvalidInputError(
                f"batteries of Community must have one entry a home, {len(homes)}. Got {batteries.energy_kwh.size}."
            )
        values = {
            "names": homes,
            "demand": energies(demand, "demand", homes, starts),
            "generation": energies(generation, "generation", homes, starts),
            "times": starts,
            "step_hours": float(step_hours),
            "tariff": _fitting(tariff, len(homes), starts.size),
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
        r"""SHA-256 of everything that the gains depend on, as 64 hexadecimal digits.

        Notes
        -----
        Hashed are, in this order: the line ``gametrade-community/1\n``; one line of JSON with sorted keys, no
        blanks and ASCII escapes that holds ``currency``, ``names`` and ``step_hours``, then ``\n``; the times
        as little-endian int64 seconds since 1970; demand and generation home by home; import price, export
        price and network charge; all as little-endian float64, with -0 written as 0.
        """
        header = {"currency": self.tariff.currency, "names": self.names, "step_hours": self.step_hours}
        digest = hashlib.sha256(b"gametrade-community/1\n")
        digest.update(json.dumps(header, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n")
        digest.update(self.times.astype("<i8").tobytes())
        for array in (self.demand, self.generation, self.import_price, self.export_price, self.network_charge):
            digest.update((array + 0.0).astype("<f8").tobytes())
        return digest.hexdigest()

    def local_times(self) -> TimeArray:
        """Clock on the wall at the start of each step, of shape (T,)."""
        return local_clock(self.times, self.time_zone)

    def stand_alone_bills(self) -> FloatArray:
        """What each home pays if nobody shares, of shape (n,); negative where it earns. [money].

        Examples
        --------
        >>> from gametrade.community import communities
        >>> communities.fontana("flat").stand_alone_bills().round(0)[:3]
        array([2217., 2056., 1316.])
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
        home = home_positions(self.names, [name])[0]
        demand, generation = self.demand[home], self.generation[home]
        surplus, deficit = np.maximum(generation - demand, 0.0), np.maximum(demand - generation, 0.0)
        bill = float(deficit @ self.import_price - surplus @ self.export_price)
        currency = self.tariff.currency
        return Member(name, self.times, demand, generation, surplus, deficit, bill, currency)

    def select(
        self, homes: Iterable[str] | None = None, start: Any = None, end: Any = None
    ) -> Community:
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
        options = {"homes": names} if homes is not None else {}
        options |= {key: str(limit) for key, limit in (("start", start), ("end", end)) if limit is not None}
        words = f"{rows.size} homes selected" if start is None and end is None else f"{columns.size} steps selected"
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
            np.arange(self.n_prosumers), columns, self.source.then("steps", options, f"{columns.size} steps selected")
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
        names = ("import_price", "export_price", "network_charge")
        prices = {name: constant_within(getattr(self, name), first, name, self.times) for name in names}
        hours = float((self.step_hours * self.n_steps) / first.size)
        return Community(
            self.names,
            np.add.reduceat(self.demand, first, axis=1),
            np.add.reduceat(self.generation, first, axis=1),
            self.times[first],
            round(hours * 3600) / 3600,
            Tariff(
                **prices,
                currency=self.tariff.currency,
                allow_negative_spread=self.tariff.allow_negative_spread,
            ),
            self.batteries,
            self.time_zone,
            self.source.then("resample", {"step": step}, f"settled per {step}"),
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
        source = self.source.then("with_tariff", tariff.to_dict(), "under another tariff")
        return Community(
            self.names, self.demand, self.generation, self.times, self.step_hours, tariff,
            self.batteries, self.time_zone, source,
        )  # fmt: skip

    def summary(self) -> CommunitySummary:
        """Return the community in figures: energies, gains from trade, self-sufficiency, prices."""
        return summarise(self)

    def to_frame(self) -> pd.DataFrame:
        """Return a long table with the columns time, home, demand_kwh and generation_kwh; n T rows."""
        import pandas as pd

        return pd.DataFrame(
            {
                "time": np.tile(self.times, self.n_prosumers),
                "home": np.repeat(np.array(self.names, dtype=object), self.n_steps),
                "demand_kwh": self.demand.ravel(),
                "generation_kwh": self.generation.ravel(),
            }
        )

    def __str__(self) -> str:
        end = self.times[-1] + np.timedelta64(round(self.step_hours * 3600), "s")
        clock = f" ({self.time_zone}, times in UTC)" if self.time_zone else ""
        return (
            f"Community: {self.n_prosumers} homes, {self.n_steps} steps of {self.step_hours:g} h, "
            f"{show_time(self.times[0])} to {show_time(end)}{clock}, {self.source.label}"
        )

    def __repr__(self) -> str:
        return f"<{self}>"

    def _repr_html_(self) -> str:
        return self.summary()._repr_html_()

    def _part(self, rows: IntArray, columns: IntArray, source: Source) -> Community:
        return Community(
            [self.names[row] for row in rows],
            self.demand[np.ix_(rows, columns)],
            self.generation[np.ix_(rows, columns)],
            self.times[columns],
            self.step_hours,
            self.tariff.at(columns),
            self.batteries.at(rows) if self.batteries is not None else None,
            self.time_zone,
            source,
        )


def _checked_names(names: Sequence[str]) -> tuple[str, ...]:
    homes = () if isinstance(names, str) else tuple(names)
    if not homes or not all(isinstance(name, str) and name.strip() for name in homes):
        raise InvalidInputError(f"names of Community must be non-empty texts, one a home. Got {names!r}.")
    if len(set(homes)) < len(homes):
        twice = next(name for name in homes if homes.count(name) > 1)
        raise InvalidInputError(f"names of Community must be different. Got {twice!r} twice.")
    return tuple(str(name) for name in homes)


def _check_step(step_hours: float, times: TimeArray) -> None:
    if not (np.isfinite(step_hours) and step_hours > 0):
        raise InvalidInputError(f"step_hours of Community must be a number above 0. Got {step_hours!r}.")
    seconds = np.diff(times).astype(np.int64)
    overlap = np.flatnonzero(seconds < round(step_hours * 3600))
    if overlap.size:
        raise InvalidInputError(
            f"times of Community must lie at least step_hours = {step_hours:g} h apart. "
            f"Got {seconds[overlap[0]] / 3600:g} h after {show_time(times[overlap[0]])}."
        )


def _fitting(tariff: Tariff, n_homes: int, n_steps: int) -> Tariff:
    prices = (tariff.import_price, tariff.export_price, tariff.network_charge)
    if any(price.ndim and price.size == n_homes != n_steps for price in prices):
        raise InvalidInputError(
            "tariff of Community must hold one number or one a settlement step, the same for every home. "
            f"Got {n_homes} prices for {n_homes} homes and {n_steps} steps. {INDIVIDUAL_TARIFFS}"
        )
    return tariff.over(n_steps)
