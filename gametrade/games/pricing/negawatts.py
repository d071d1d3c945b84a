"""Negawatts: energy that a home saves against its baseline and sells to those above theirs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gametrade.community import Community
from gametrade.community.finite_numbers import finite_numbers
from gametrade.errors import InvalidInputError
from gametrade.typing import ArrayLike, FloatArray


def customer_baseline(community: Community, *, days: int = 10) -> FloatArray:
    """What each home would be expected to consume: its mean at the same time of the preceding days.

    Parameters
    ----------
    community : Community
        Homes with whole days of data.
    days : int, default=10
        How many preceding days are averaged, fewer where the data begin later.

    Returns
    -------
    ndarray of shape (n, T)
        Baseline; on the first day it is the metered demand, so nothing is saved. [kWh]

    Raises
    ------
    InvalidInputError
        If days is no whole number of at least 1, or a day is not made of the same number of steps as the others.

    Examples
    --------
    >>> import gametrade as gt
    >>> home = gt.Community(["Ada"], [[4, 2, 3]], [[0, 0, 0]], ["2023-06-01", "2023-06-02", "2023-06-03"], 24.0,
    ...                     gt.Tariff(0.3, 0.1))
    >>> customer_baseline(home)
    array([[4., 4., 3.]])
    """
    if isinstance(days, bool) or not isinstance(days, int | np.integer) or days < 1:
        raise InvalidInputError(f"days of customer_baseline must be a whole number of at least 1. Got {days!r}.")
    per_day = round(24 / community.step_hours)
    if community.n_steps % per_day:
        raise InvalidInputError(
            f"customer_baseline needs whole days of {per_day} steps. Got {community.n_steps} steps."
        )
    by_day = community.demand.reshape(community.n_prosumers, -1, per_day)
    sums = np.concatenate([np.zeros_like(by_day[:, :1]), by_day.cumsum(axis=1)], axis=1)
    today = np.arange(1, by_day.shape[1])
    first = np.maximum(today - days, 0)
    baseline = by_day.copy()
    baseline[:, 1:] = (sums[:, today] - sums[:, first]) / (today - first)[:, None]
    return baseline.reshape(community.demand.shape)


def negawatt_community(community: Community, baseline: ArrayLike) -> Community:
    r"""Write savings against a baseline as surplus and excess consumption as deficit.

    Parameters
    ----------
    community : Community
        Homes and what they consumed; the tariff is what the utility charges for a kWh above a baseline (import
        price) and pays for one below it (export price).
    baseline : array_like of shape (n, T)
        Consumption that each home is entitled to, at least 0. [kWh]

    Returns
    -------
    Community
        Its generation is the negawatts :math:`(\text{baseline} - \text{consumption})^+`, its demand the
        excess :math:`(\text{consumption} - \text{baseline})^+`.

    Raises
    ------
    InvalidInputError
        If the baseline is negative, not finite or of another shape.

    Notes
    -----
    Trading negawatts is the sharing game of that community, so every split rule, mechanism and proof applies.
    A home that inflates its baseline by y kWh sells y kWh that it never saved: the baseline is not
    incentive compatible. An interpretation of [1]_.

    References
    ----------
    .. [1] M. I. Azim, W. Tushar and T. K. Saha, "Cooperative negawatt P2P energy trading for low-voltage
       distribution networks", Applied Energy 299 (2021).

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.Community(["Ada", "Bob"], [[2], [5]], [[0], [0]], ["2023-06-01T18:00"], 1.0, gt.Tariff(12, 4))
    >>> saved = negawatt_community(street, [[4], [4]])
    >>> gt.allocate(gt.SharingGame(saved), "mid_market_rate").payoffs
    array([4., 4.])
    """
    entitled = finite_numbers(baseline, "baseline", "negawatt_community", community.demand.shape, least=0)
    over = community.demand - entitled
    return replace(community, demand=np.maximum(over, 0.0), generation=np.maximum(-over, 0.0))
