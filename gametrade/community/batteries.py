"""The batteries of a community: sizes and losses, validated now and used by games that dispatch them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.community.arrays import read_only
from gametrade.errors import InvalidInputError
from gametrade.typing import ArrayLike, FloatArray, IntArray


@dataclass(frozen=True, eq=False, slots=True, init=False, repr=False)
class Batteries:
    """One battery a home; a home without one has a capacity of zero.

    Parameters
    ----------
    energy_kwh : array_like of shape (n,)
        Usable capacity, at least 0. [kWh]
    power_kw : array_like of shape (n,)
        Largest charging and discharging power, at least 0. [kW]
    efficiency : array_like of shape (n,)
        Round-trip efficiency, above 0 and at most 1. [share]
    wear_cost : float or array_like of shape (n,), default=0.0
        Cost of discharging, at least 0. [money/kWh]

    Raises
    ------
    InvalidInputError
        If lengths differ or a value is outside its range.

    Examples
    --------
    >>> Batteries([6.4, 0.0], [5.0, 0.0], [0.9, 1.0])
    <Batteries: 1 of 2 homes, 6.4 kWh, 5 kW>
    """

    energy_kwh: FloatArray
    power_kw: FloatArray
    efficiency: FloatArray
    wear_cost: FloatArray

    def __init__(
        self,
        energy_kwh: ArrayLike,
        power_kw: ArrayLike,
        efficiency: ArrayLike,
        wear_cost: ArrayLike = 0.0,
    ) -> None:
        n_homes = np.size(np.asarray(energy_kwh))
        fields = {"energy_kwh": energy_kwh, "power_kw": power_kw, "efficiency": efficiency}
        for name, values in {**fields, "wear_cost": wear_cost}.items():
            object.__setattr__(self, name, _checked(values, name, n_homes))

    def at(self, homes: IntArray) -> Batteries:
        """Return the batteries of a sub-set of the homes, given by position."""
        return Batteries(self.energy_kwh[homes], self.power_kw[homes], self.efficiency[homes], self.wear_cost[homes])

    def __repr__(self) -> str:
        owners = int((self.energy_kwh > 0).sum())
        return (
            f"<Batteries: {owners} of {self.energy_kwh.size} homes, "
            f"{self.energy_kwh.sum():g} kWh, {self.power_kw.sum():g} kW>"
        )


def _checked(values: ArrayLike, name: str, n_homes: int) -> FloatArray:
    array = read_only(values, name, "Batteries")
    if array.ndim == 0 and name == "wear_cost":
        array = read_only(np.full(n_homes, array), name, "Batteries")
    if array.shape != (n_homes,) or n_homes == 0:
        raise InvalidInputError(
            f"{name} of Batteries must have one number a home, as many as energy_kwh ({n_homes}). "
            f"Got shape {array.shape}."
        )
    share = name == "efficiency"
    allowed = (array > 0) & (array <= 1) if share else np.isfinite(array) & (array >= 0)
    if not allowed.all():
        home = int(np.flatnonzero(~allowed)[0])
        rule = "above 0 and at most 1" if share else "a finite number of at least 0"
        raise InvalidInputError(
            f"{name} of Batteries must be {rule}. Got {array[home]:g} for the home at position {home}."
        )
    return array
