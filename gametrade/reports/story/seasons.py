"""Averages by hour of the day and season."""

from __future__ import annotations

import numpy as np

from gametrade.typing import FloatArray, IntArray, TimeArray

SEASONS = ("Dec to Feb", "Mar to May", "Jun to Aug", "Sep to Nov")


def hour_and_season(times: TimeArray) -> tuple[IntArray, IntArray]:
    """Hour of the day and quarter of the year of each step; December to February is quarter 0.

    Examples
    --------
    >>> hour_and_season(np.array(["2023-12-24T18:30"], dtype="datetime64[s]"))
    (array([18]), array([0]))
    """
    hours = (times - times.astype("datetime64[D]")).astype("timedelta64[h]").astype(np.int64)
    month = times.astype("datetime64[M]").astype(np.int64) % 12
    return hours, (month + 1) % 12 // 3


def hourly_mean(price: FloatArray, weight: FloatArray, hours: IntArray) -> FloatArray:
    """Mean of a price in each hour of the day, weighted where there is any weight; NaN in hours without a step.

    Examples
    --------
    >>> mean = hourly_mean(np.array([1.0, 3.0]), np.array([3.0, 1.0]), np.array([12, 12]))
    >>> mean[12], mean[13]
    (np.float64(1.5), np.float64(nan))
    """
    total, steps = np.bincount(hours, weight, 24), np.bincount(hours, minlength=24)
    weighted = np.bincount(hours, weight * price, 24) / np.where(total > 0, total, 1.0)
    plain = np.bincount(hours, price, 24) / np.maximum(steps, 1)
    return np.where(steps > 0, np.where(total > 0, weighted, plain), np.nan)
