"""What the parts of a community must have in common before they are one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from gametrade.community.arrays import show_time
from gametrade.community.batteries import Batteries
from gametrade.community.tariff import INDIVIDUAL_TARIFFS, Tariff, common_tariff
from gametrade.errors import InvalidInputError
from gametrade.typing import TimeArray


def checked_names(names: Sequence[str]) -> tuple[str, ...]:
    """Copy the names of the homes, refusing empty and repeated ones."""
    homes = tuple(names) if isinstance(names, Iterable) and not isinstance(names, str) else ()
    if not homes or not all(isinstance(name, str) and name.strip() for name in homes):
        raise InvalidInputError(f"names of Community must be non-empty texts, one a home. Got {names!r}.")
    if len(set(homes)) < len(homes):
        twice = next(name for name in homes if homes.count(name) > 1)
        raise InvalidInputError(f"names of Community must be different. Got {twice!r} twice.")
    return tuple(str(name) for name in homes)


def check_step(step_hours: float, times: TimeArray) -> None:
    """Raise if the settlement step is no length or steps overlap."""
    number = isinstance(step_hours, int | float | np.number) and not isinstance(step_hours, bool)
    if not (number and np.isfinite(step_hours) and step_hours > 0):
        raise InvalidInputError(f"step_hours of Community must be a number above 0. Got {step_hours!r}.")
    seconds = np.diff(times).astype(np.int64)
    overlap = np.flatnonzero(seconds < round(step_hours * 3600))
    if overlap.size:
        raise InvalidInputError(
            f"times of Community must lie at least step_hours = {step_hours:g} h apart. "
            f"Got {seconds[overlap[0]] / 3600:g} h after {show_time(times[overlap[0]])}."
        )


def check_batteries(batteries: object, n_homes: int) -> None:
    """Raise if the batteries are none, or not one a home."""
    if batteries is None:
        return
    if not isinstance(batteries, Batteries):
        raise InvalidInputError(f"batteries of Community must be Batteries. Got {type(batteries).__name__}.")
    if batteries.energy_kwh.size != n_homes:
        raise InvalidInputError(
            f"batteries of Community must have one entry a home, {n_homes}. Got {batteries.energy_kwh.size}."
        )


def fitting(tariff: Tariff, n_homes: int, n_steps: int) -> Tariff:
    """Repeat the prices over the steps; prices and tariffs per home are refused with the reason."""
    tariff = common_tariff(tariff, "Community")
    prices = (tariff.import_price, tariff.export_price, tariff.network_charge)
    if any(price.ndim and price.size == n_homes != n_steps for price in prices):
        raise InvalidInputError(
            "tariff of Community must hold one number or one a settlement step, the same for every home. "
            f"Got {n_homes} prices for {n_homes} homes and {n_steps} steps. {INDIVIDUAL_TARIFFS}"
        )
    return tariff.over(n_steps)
