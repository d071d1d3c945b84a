"""The batteries of a community: sizes and losses, validated now and used by games that dispatch them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.community.arrays import freeze, read_only
from gametrade.errors import InvalidInputError
from gametrade.typing import ArrayLike, BoolArray, FloatArray, IntArray


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
    charge_efficiency : array_like of shape (n,), optional
        Share of the energy drawn that is stored, from the round-trip efficiency to 1; the rest of the losses
        falls on discharging. By default charging and discharging lose alike. [share]
    start_kwh : float or array_like of shape (n,), optional
        Initial charge, from 0 to the capacity; NaN, the default, leaves it free. [kWh]
    end_kwh : float or array_like of shape (n,), optional
        Final charge, from 0 to the capacity; NaN, the default, means the same as at the start. [kWh]

    Raises
    ------
    InvalidInputError
        If lengths differ or a value is outside its range; the message names the home by its position.

    Examples
    --------
    >>> Batteries([6.4, 0.0], [5.0, 0.0], [0.9, 1.0])
    <Batteries: 1 of 2 homes, 6.4 kWh, 5 kW>
    """

    energy_kwh: FloatArray
    power_kw: FloatArray
    efficiency: FloatArray
    wear_cost: FloatArray
    charge_efficiency: FloatArray
    start_kwh: FloatArray
    end_kwh: FloatArray

    def __init__(
        self,
        energy_kwh: ArrayLike,
        power_kw: ArrayLike,
        efficiency: ArrayLike,
        wear_cost: ArrayLike = 0.0,
        charge_efficiency: ArrayLike | None = None,
        start_kwh: ArrayLike = np.nan,
        end_kwh: ArrayLike = np.nan,
    ) -> None:
        n_homes = np.size(np.asarray(energy_kwh))
        fields = {"energy_kwh": energy_kwh, "power_kw": power_kw, "efficiency": efficiency}
        for name, values in {**fields, "wear_cost": wear_cost}.items():
            object.__setattr__(self, name, _checked(values, name, n_homes))
        loss = np.sqrt(self.efficiency) if charge_efficiency is None else charge_efficiency
        object.__setattr__(self, "charge_efficiency", _checked(loss, "charge_efficiency", n_homes))
        _refuse_first(
            self.charge_efficiency < self.efficiency,
            "charge_efficiency of Batteries must be at least the round-trip efficiency",
            self.charge_efficiency,
        )
        for name, charge in (("start_kwh", start_kwh), ("end_kwh", end_kwh)):
            object.__setattr__(self, name, _charge(charge, name, self.energy_kwh))
        _refuse_first(
            np.isnan(self.start_kwh) & ~np.isnan(self.end_kwh),
            "start_kwh of Batteries must be given wherever end_kwh is",
            self.start_kwh,
        )

    @property
    def discharge_efficiency(self) -> FloatArray:
        """Share of the energy taken from the store that is delivered, of shape (n,)."""
        return freeze(np.minimum(1.0, self.efficiency / self.charge_efficiency))

    def at(self, homes: IntArray) -> Batteries:
        """Return the batteries of a sub-set of the homes, given by position."""
        return Batteries(*(getattr(self, name)[homes] for name in self.__slots__))

    def __repr__(self) -> str:
        owners = int((self.energy_kwh > 0).sum())
        return (
            f"<Batteries: {owners} of {self.energy_kwh.size} homes, "
            f"{self.energy_kwh.sum():g} kWh, {self.power_kw.sum():g} kW>"
        )


def _checked(values: ArrayLike, name: str, n_homes: int) -> FloatArray:
    array = read_only(values, name, "Batteries")
    if array.ndim == 0 and name in ("wear_cost", "start_kwh", "end_kwh"):
        array = read_only(np.full(n_homes, array), name, "Batteries")
    if array.shape != (n_homes,) or n_homes == 0:
        raise InvalidInputError(
            f"{name} of Batteries must have one number a home, as many as energy_kwh ({n_homes}). "
            f"Got shape {array.shape}."
        )
    if name in ("start_kwh", "end_kwh"):
        return array
    share = name in ("efficiency", "charge_efficiency")
    allowed = (array > 0) & (array <= 1) if share else np.isfinite(array) & (array >= 0)
    rule = "above 0 and at most 1" if share else "a finite number of at least 0"
    _refuse_first(~allowed, f"{name} of Batteries must be {rule}", array)
    return array


def _charge(values: ArrayLike, name: str, capacity: FloatArray) -> FloatArray:
    """Check a state of charge, NaN where it is free."""
    charge = _checked(values, name, capacity.size)
    word = {"start_kwh": "initial", "end_kwh": "final"}[name]
    _refuse_first(
        ~np.isnan(charge) & ~((charge >= 0) & (charge <= capacity)),
        f"{name} of Batteries, the {word} charge, must be from 0 to the capacity",
        charge,
    )
    return charge


def _refuse_first(wrong: BoolArray, sentence: str, values: FloatArray) -> None:
    """Raise at the first home that breaks a rule."""
    if wrong.any():
        home = int(np.flatnonzero(wrong)[0])
        raise InvalidInputError(f"{sentence}. Got {values[home]:g} for the home at position {home}.")
