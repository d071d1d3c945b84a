"""What every input check looks at: the energies, the clock, and where the sun is according to the data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gametrade.community.clock import hour_of_day, month_of_year
from gametrade.registry import Registry
from gametrade.typing import BoolArray, FloatArray, IntArray, TimeArray

checks = Registry("input check", "gametrade.community.checks")
"""Every input check: one generator function of one `Evidence` a file in ``community/checks``."""

NEAR_ZERO = 0.02
"""Share of a home's mean demand below which a step counts as zero."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """Meter data of several homes with what can be derived from them once and used by many checks.

    Parameters
    ----------
    names : tuple of str
        The n homes.
    demand, generation : ndarray of shape (n, T)
        Energy of each step, finite and at least 0. [kWh]
    local_times : ndarray of shape (T,)
        Wall clock at the start of each step.
    step_hours : float
        Settlement step. [h]
    spread : ndarray of shape (T,) or None
        What a shared kWh saves, if the tariff is known. [money/kWh]
    peak_kw : dict of str to float
        Rated power of photovoltaics, as far as known. [kW]
    """

    names: tuple[str, ...]
    demand: FloatArray
    generation: FloatArray
    local_times: TimeArray
    step_hours: float
    spread: FloatArray | None
    peak_kw: dict[str, float]

    @cached_property
    def days(self) -> float:
        """Length of the data. [d]."""
        return self.local_times.size * self.step_hours / 24

    @cached_property
    def producers(self) -> IntArray:
        """Positions of the homes that ever generate."""
        return np.flatnonzero(self.generation.any(axis=1))

    @cached_property
    def capacity(self) -> FloatArray:
        """Generation that a home exceeds in one step of a thousand, of shape (n,). [kWh]."""
        capacity = np.zeros(len(self.names))
        for home in self.producers:
            own = self.generation[home]
            capacity[home] = np.quantile(own, 0.999) or own.max()
        return capacity

    @cached_property
    def sun(self) -> FloatArray:
        """Median over the producers of generation as a share of capacity, of shape (T,)."""
        if not self.producers.size:
            return np.zeros(self.local_times.size)
        relative = self.generation[self.producers] / self.capacity[self.producers, None]
        return np.asarray(np.median(relative, axis=0))

    @cached_property
    def hour(self) -> FloatArray:
        """Middle of each step on the wall clock, of shape (T,). [h]."""
        return hour_of_day(self.local_times) + self.step_hours / 2

    @cached_property
    def noon(self) -> float:
        """Hour around which the community generates, a circular mean; 12 without generation. [h]."""
        return self.centre(self.generation.sum(axis=0)) if self.producers.size else 12.0

    def centre(self, weights: FloatArray) -> float:
        """Circular mean hour of the day of some weights of shape (T,). [h]."""
        return float(np.angle(weights @ np.exp(2j * np.pi * self.hour / 24)) * 12 / np.pi % 24)

    @cached_property
    def from_noon(self) -> FloatArray:
        """Distance from noon on the clock, 0 to 12, of shape (T,). [h]."""
        return np.abs((self.hour - self.noon + 12) % 24 - 12)

    @cached_property
    def night(self) -> BoolArray:
        """The six hours around midnight, when the sun is down below 60° of latitude, of shape (T,)."""
        return self.from_noon > 9

    @cached_property
    def midday(self) -> BoolArray:
        """The six hours around noon, of shape (T,)."""
        return self.from_noon < 3

    @cached_property
    def dark_months(self) -> BoolArray:
        """Steps of the five months with the least sun, when cooling does not follow it, of shape (T,)."""
        month = month_of_year(self.local_times)
        present = np.unique(month)
        brightness = [self.sun[month == k].mean() for k in present]
        return np.isin(month, present[np.argsort(brightness, kind="stable")[:5]])

    @cached_property
    def near_zero(self) -> BoolArray:
        """Steps in which a home uses less than a fiftieth of its mean, of shape (n, T)."""
        return np.asarray(self.demand <= NEAR_ZERO * self.demand.mean(axis=1, keepdims=True))

    @cached_property
    def cell(self) -> IntArray:
        """Number of the (month, time of day) cell of each step, of shape (T,)."""
        slot = np.floor(self.hour / self.step_hours).astype(np.int64)
        return month_of_year(self.local_times) * 10_000_000 + slot
