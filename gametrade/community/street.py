"""A synthetic street of any size: made up, reproducible, and called synthetic everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gametrade.community.clock import hour_of_day, step_seconds
from gametrade.community.community import Community
from gametrade.community.source import Source
from gametrade.community.sunshine import panel_irradiance, panel_normal, sun_vector
from gametrade.community.tariff import Tariff
from gametrade.errors import InvalidInputError
from gametrade.typing import ArrayLike, FloatArray, TimeArray

_PERFORMANCE = 0.82
_NOTES = (
    "Synthetic homes: demand and generation are made up by a formula, not measured.",
    "Tariff: the prices are hypothetical.",
)


@dataclass(frozen=True, slots=True)
class Habit:
    """When people of one kind use electricity: bumps on the clock over a constant base.

    Parameters
    ----------
    name : str
        Kind of home.
    weekday, weekend : tuple of (hour, width, height)
        Bumps ``height * exp(-((hour of day - hour) / width)^2 / 2)`` on a base of 1.
    """

    name: str
    weekday: tuple[tuple[float, float, float], ...]
    weekend: tuple[tuple[float, float, float], ...]


HABITS = (
    Habit("out by day", ((7.0, 1.0, 2.0), (19.5, 2.0, 4.0)), ((10.0, 2.0, 2.0), (18.5, 2.5, 3.5))),
    Habit("at home", ((8.0, 1.5, 1.5), (12.5, 1.5, 2.5), (18.5, 2.0, 3.0)), ((11.0, 2.5, 2.5), (18.5, 2.0, 3.0))),
    Habit("late evening", ((8.5, 1.0, 1.0), (21.5, 2.0, 4.5)), ((12.0, 2.0, 1.5), (22.0, 2.0, 4.0))),
)
_HABIT_SHARES = (0.45, 0.35, 0.20)


def street(
    n: int,
    days: int,
    *,
    rng: np.random.Generator | int,
    step: str = "1h",
    pv_share: float = 0.5,
    import_price: ArrayLike = 0.30,
    export_price: ArrayLike = 0.08,
    network_charge: ArrayLike = 0.0,
    start: str = "2023-01-01",
    latitude: float = 50.0,
) -> Community:
    """Make up a street of homes, some with photovoltaics, under one common sky.

    Parameters
    ----------
    n : int
        Number of homes.
    days : int
        Number of days.
    rng : int or numpy.random.Generator
        A whole number makes the street reproducible from its recipe.
    step : str, default="1h"
        Settlement step, a part of a day.
    pv_share : float, default=0.5
        Share of homes with photovoltaics, rounded to whole homes.
    import_price, export_price : float or array_like of shape (T,), default=0.30 and 0.08
        Prices. [EUR/kWh]
    network_charge : float or array_like of shape (T,), default=0.0
        Due on each shared kWh. [EUR/kWh]
    start : str, default="2023-01-01"
        First day.
    latitude : float, default=50.0
        Where the sun is seen from, north positive, -66 to 66. [°]

    Returns
    -------
    Community
        Synthetic homes; ``demand`` and ``generation`` of shape (n, T), in tenths of a watt-hour.

    Raises
    ------
    InvalidInputError
        If a number is out of its range.

    Notes
    -----
    Demand of home i in step t: ``E_i / 8760 * h * shape * season * noise``. ``E_i`` is log-normal with median
    3600 kWh a year; ``shape`` is a base of 1 plus the bumps of one of three habits, shifted by up to two
    hours for each home and scaled to mean 1; ``season = 1 + 0.2 cos(2 pi (day - 15) / 365)`` (opposite in the
    south); ``noise`` is log-normal with mean 1 and sigma 0.45, stronger the shorter the step.

    Generation: peak power of 3 to 10 kW, facing the equator within 60° (a third of the roofs: east or west
    within 60°), times irradiance (`panel_irradiance`) times 0.82. The clearness of the sky is common to the
    street: a day's level follows a first-order autoregression squeezed into 0.1 to 1, and passing clouds are
    added.

    Time and memory are proportional to n T.

    Examples
    --------
    >>> homes = street(20, 7, rng=1)
    >>> homes
    <Community: 20 homes, 168 steps of 1 h, ..., synthetic street of 20 homes (made up, not measured)>
    >>> int((homes.generation.sum(axis=1) > 0).sum())
    10
    """
    seconds = _check(n, days, step, pv_share, latitude, rng)
    draws = np.random.default_rng(rng)
    times = _times(start, days, seconds)
    demand = _demand(draws, n, times, seconds, latitude)
    generation = np.zeros_like(demand)
    owners = np.sort(draws.permutation(n)[: round(n * pv_share)])
    generation[owners] = _generation(draws, owners.size, times, seconds, latitude)
    prices = {"import_price": import_price, "export_price": export_price, "network_charge": network_charge}
    recipe: dict[str, Any] = {"community": "street", "n": int(n), "days": int(days), "step": step}
    recipe |= {} if isinstance(rng, np.random.Generator) else {"rng": int(rng)}
    recipe |= {"pv_share": float(pv_share), "start": start, "latitude": float(latitude)}
    recipe |= {name: np.asarray(price, dtype=np.float64).tolist() for name, price in prices.items()}
    return Community(
        names=[f"home{k:0{len(str(n))}d}" for k in range(1, n + 1)],
        demand=demand,
        generation=generation,
        times=times,
        step_hours=seconds / 3600,
        tariff=Tariff(import_price, export_price, network_charge),
        source=Source(
            "synthetic",
            f"synthetic street of {n} home{'s' if n > 1 else ''} (made up, not measured)",
            {} if isinstance(rng, np.random.Generator) else recipe,
            _NOTES,
        ),
    )


def _check(n: int, days: int, step: str, pv_share: float, latitude: float, rng: object) -> int:
    for name, number in (("n", n), ("days", days)):
        if isinstance(number, bool) or not isinstance(number, int | np.integer) or number < 1:
            raise InvalidInputError(f"{name} of street must be a whole number of at least 1. Got {number!r}.")
    if not 0 <= pv_share <= 1:
        raise InvalidInputError(f"pv_share of street must be from 0 to 1. Got {pv_share!r}.")
    if not -66 <= latitude <= 66:
        raise InvalidInputError(f"latitude of street must be from -66 to 66 degrees. Got {latitude!r}.")
    whole = isinstance(rng, int | np.integer) and not isinstance(rng, bool) and rng >= 0
    if not (whole or isinstance(rng, np.random.Generator)):
        raise InvalidInputError(f"rng of street must be a whole number or a numpy Generator. Got {rng!r}.")
    seconds = step_seconds(step)
    if 86400 % seconds:
        raise InvalidInputError(f"step of street must be a whole part of a day. Got {step!r}.")
    return seconds


def _times(start: str, days: int, seconds: int) -> TimeArray:
    try:
        first = np.datetime64(start, "D").astype("datetime64[s]")
    except (TypeError, ValueError):
        first = np.datetime64("NaT", "s")
    if np.isnat(first):
        raise InvalidInputError(f"start of street must be a day such as '2023-01-01'. Got {start!r}.")
    return np.asarray(first + np.arange(days * 86400 // seconds) * np.timedelta64(seconds, "s"))


def _middle(times: TimeArray, seconds: int) -> tuple[FloatArray, FloatArray]:
    """Day of the year and hour of the day in the middle of each step."""
    middle = times + np.timedelta64(seconds // 2, "s")
    day = (middle.astype("datetime64[D]") - middle.astype("datetime64[Y]").astype("datetime64[D]")).astype(float) + 1
    return day, hour_of_day(middle)


def _demand(rng: np.random.Generator, n: int, times: TimeArray, seconds: int, latitude: float) -> FloatArray:
    """Energy used, of shape (n, T). [kWh]."""
    day, hour = _middle(times, seconds)
    habit = rng.choice(len(HABITS), size=n, p=_HABIT_SHARES)
    shift = rng.integers(-8, 9, size=n)
    yearly = 3600 * np.exp(0.4 * rng.standard_normal(n))
    weekend = (times.astype("datetime64[D]").astype(np.int64) + 3) % 7 >= 5
    season = 1 + 0.2 * np.sign(latitude or 1) * np.cos(2 * np.pi * (day - 15) / 365)
    curves = _curves()
    sigma = 0.45 * (3600 / seconds) ** 0.25
    demand = rng.standard_normal((n, times.size))
    demand *= sigma
    np.exp(demand - sigma**2 / 2, out=demand)
    quarter = np.floor(hour * 4).astype(np.int64)
    for home in range(n):
        slots = (quarter - shift[home]) % 96
        demand[home] *= curves[habit[home], weekend.astype(np.int64), slots]
    demand *= season * (seconds / 3600 / 8760)
    demand *= yearly[:, None]
    return np.round(demand, 4)


def _curves() -> FloatArray:
    """Shape of the day, of shape (habits, weekday or weekend, 96 quarter hours), mean 1 over the week."""
    hour = (np.arange(96) + 0.5) / 4
    curves = np.ones((len(HABITS), 2, 96))
    for k, habit in enumerate(HABITS):
        for kind, bumps in enumerate((habit.weekday, habit.weekend)):
            for centre, width, height in bumps:
                distance = np.abs((hour - centre + 12) % 24 - 12)
                curves[k, kind] += height * np.exp(-((distance / width) ** 2) / 2)
        curves[k] /= (5 * curves[k, 0].mean() + 2 * curves[k, 1].mean()) / 7
    return curves


def _generation(rng: np.random.Generator, n: int, times: TimeArray, seconds: int, latitude: float) -> FloatArray:
    """Energy produced by n homes with photovoltaics, of shape (n, T). [kWh]."""
    day, hour = _middle(times, seconds)
    peak = rng.uniform(3.0, 10.0, n)
    tilt = rng.uniform(15.0, 45.0, n)
    sideways = rng.choice([0.0, 0.0, 0.0, 0.0, -90.0, 90.0], size=n)
    azimuth = sideways + 20 * np.clip(rng.standard_normal(n), -3, 3) + (180.0 if latitude < 0 else 0.0)
    clearness = _clearness(rng, times, seconds)
    sun = sun_vector(day, hour, latitude)
    power = panel_irradiance(sun, panel_normal(tilt, azimuth), tilt, clearness)
    power *= (_PERFORMANCE * peak)[:, None]
    np.minimum(power, peak[:, None], out=power)
    power *= seconds / 3600
    return np.round(power, 4)


def _clearness(rng: np.random.Generator, times: TimeArray, seconds: int) -> FloatArray:
    """Share of the clear-sky beam that the common clouds let through, of shape (T,)."""
    per_day = 86400 // seconds
    n_days = times.size // per_day
    shocks = rng.standard_normal(n_days)
    level = np.empty(n_days)
    state = shocks[0]
    for k in range(n_days):
        state = 0.6 * state + 0.8 * shocks[k] if k else state
        level[k] = state
    clouds = np.repeat(level, per_day) + 0.7 * rng.standard_normal(times.size)
    return 0.1 + 0.9 / (1 + np.exp(-1.6 * clouds - 0.4))
