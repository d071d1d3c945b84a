"""Demand that can wait or be given up: shiftable blocks of energy and curtailable load."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gametrade.community.finite_numbers import finite_number
from gametrade.community.windows import inside_window
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.typing import IntArray

if TYPE_CHECKING:
    from gametrade.community.community import Community


@dataclass(frozen=True, slots=True)
class ShiftableLoad:
    """A block of energy that a home must use within a window, at a time of its choice.

    It comes on top of the demand of the meter data.

    Parameters
    ----------
    home : str
        Whose it is.
    energy_kwh : float
        Energy of the block, at least 0. [kWh]
    power_kw : float
        Largest power, at least 0. [kW]
    start, end : int or time, optional
        The window: steps from `start` and before `end`, by position or on the local wall clock; the whole
        period by default.

    Raises
    ------
    InvalidInputError
        If a number is negative or not finite.

    Examples
    --------
    >>> ShiftableLoad("Ada", 6.0, 2.0, 10, 16).energy_kwh
    6.0
    """

    home: str
    energy_kwh: float
    power_kw: float
    start: Any = None
    end: Any = None

    def __post_init__(self) -> None:
        for name in ("energy_kwh", "power_kw"):
            _refuse_negative(getattr(self, name), name, self)

    def steps(self, community: Community) -> IntArray:
        """Positions of the settlement steps of the window.

        Raises
        ------
        InvalidInputError
            If the window holds no step, or too few for the energy at that power.
        """
        given = {"start": self.start, "end": self.end}
        if all(limit is None or isinstance(limit, int | np.integer) for limit in given.values()):
            first, last = self.start or 0, community.n_steps if self.end is None else self.end
            if not 0 <= first < last <= community.n_steps:
                raise InvalidInputError(
                    f"window of the ShiftableLoad of {self.home!r} must lie inside the {community.n_steps} steps. "
                    f"Got {first} to {last}."
                )
            steps = np.arange(first, last)
        else:
            steps = np.flatnonzero(inside_window(community.local_times(), self.start, self.end))
        most = steps.size * self.power_kw * community.step_hours
        if self.energy_kwh > most:
            raise InvalidInputError(
                f"energy_kwh of the ShiftableLoad of {self.home!r} must fit into its window, at most {most:g} kWh at "
                f"{self.power_kw:g} kW. Got {self.energy_kwh:g}."
            )
        return np.asarray(steps, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class CurtailableLoad:
    """Demand that a home gives up when a kWh costs more than it is worth to it.

    Parameters
    ----------
    home : str
        Whose it is.
    share : float
        Largest share of the demand of each step that can be given up, from 0 to 1.
    value : float
        What a kWh is worth to the home, at least 0. [money/kWh]

    Raises
    ------
    InvalidInputError
        If a number is outside its range.

    Examples
    --------
    >>> CurtailableLoad("Ada", 0.2, 0.35).value
    0.35
    """

    home: str
    share: float
    value: float

    def __post_init__(self) -> None:
        _refuse_negative(self.value, "value", self)
        _refuse_negative(self.share, "share", self)
        if self.share > 1:
            raise InvalidInputError(
                f"share of the CurtailableLoad of {self.home!r} must be at most 1. Got {self.share:g}."
            )


Flexibility = ShiftableLoad | CurtailableLoad
"""Anything about a home's demand that is not fixed."""


def checked_flexibility(loads: Any, community: Community) -> tuple[Flexibility, ...]:
    """Check flexible loads against a community: known homes, windows that hold the energy.

    Parameters
    ----------
    loads : iterable of ShiftableLoad or CurtailableLoad
        Flexible demand; any number a home.
    community : Community
        Homes and steps.

    Returns
    -------
    tuple of ShiftableLoad or CurtailableLoad
        The same loads.

    Raises
    ------
    InvalidInputError, UnknownNameError
        If a load is of another type, belongs to no home or does not fit into its window.
    """
    if isinstance(loads, Flexibility) or not isinstance(loads, Iterable):
        raise InvalidInputError(
            f"flexibility must list ShiftableLoad and CurtailableLoad. Got {type(loads).__name__}, which is no list."
        )
    kept = tuple(loads)
    for load in kept:
        if not isinstance(load, Flexibility):
            raise InvalidInputError(
                f"flexibility must list ShiftableLoad and CurtailableLoad. Got {type(load).__name__}."
            )
        if load.home not in community.names:
            raise UnknownNameError("home of flexible demand", load.home, community.names)
        if isinstance(load, ShiftableLoad):
            load.steps(community)
    for home in {load.home for load in kept}:
        total = sum(load.share for load in kept if isinstance(load, CurtailableLoad) and load.home == home)
        if total > 1:
            raise InvalidInputError(
                f"shares of the CurtailableLoad of {home!r} must add up to at most 1. Got {total:g}."
            )
    return kept


def _refuse_negative(number: float, name: str, load: Flexibility) -> None:
    finite_number(number, name, f"the {type(load).__name__} of {load.home!r}", least=0)
