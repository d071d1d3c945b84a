"""Tariffs without any trading: flat, by the clock, by the market, and dear in a few critical steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gametrade.community import Community, Tariff
from gametrade.community.finite_numbers import finite_number, finite_numbers
from gametrade.errors import InvalidInputError
from gametrade.games.pricing.responsive_demand import ResponsiveDemand
from gametrade.typing import ArrayLike, FloatArray

if TYPE_CHECKING:
    import pandas as pd


def tariff_baselines(
    community: Community,
    *,
    peak_hours: tuple[int, int] = (16, 20),
    peak_ratio: float = 2.0,
    critical_share: float = 0.01,
    critical_ratio: float = 5.0,
    market_price: ArrayLike | None = None,
) -> dict[str, Tariff]:
    """Import prices of four kinds that earn the same from the metered deficits.

    Parameters
    ----------
    community : Community
        Homes; their own import price, averaged over what they import, is the flat one, and their export price stays.
    peak_hours : (int, int), default=(16, 20)
        Local hours of the day from which and before which time-of-use prices are high.
    peak_ratio : float, default=2.0
        Price at peak hours over that at others.
    critical_share : float, default=0.01
        Share of the steps, those with the highest net load of the community, that are critical.
    critical_ratio : float, default=5.0
        Price in critical steps over that in others.
    market_price : array_like of shape (T,), optional
        Course of the real-time price; proportional to the community's demand if not given.

    Returns
    -------
    dict of Tariff
        ``flat``, ``time_of_use``, ``real_time`` and ``critical_peak``.

    Raises
    ------
    InvalidInputError
        If nobody imports, the peak does not end after it starts on a day, a ratio is not positive, the market price
        does not fit, or an import price would fall below the export price.

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-08")
    >>> tariffs = tariff_baselines(street)
    >>> [round(float(street.deficit.sum(axis=0) @ tariff.import_price), 2) for tariff in tariffs.values()]
    [423.84, 423.84, 423.84, 423.84]
    """
    hours = finite_numbers(peak_hours, "peak_hours", "tariff_baselines", (2,))
    if not 0 <= hours[0] < hours[1] <= 24:
        raise InvalidInputError(f"peak_hours of tariff_baselines must rise from 0 to at most 24. Got {peak_hours}.")
    for name, ratio in (("peak_ratio", peak_ratio), ("critical_ratio", critical_ratio)):
        if not finite_number(ratio, name, "tariff_baselines") > 0:
            raise InvalidInputError(f"{name} of tariff_baselines must be positive. Got {ratio}.")
    if not 0 <= critical_share <= 1:
        raise InvalidInputError(f"critical_share of tariff_baselines must be from 0 to 1. Got {critical_share}.")
    local = community.local_times()
    hour = (local - local.astype("datetime64[D]")) / np.timedelta64(1, "h")
    at_peak = (hour >= peak_hours[0]) & (hour < peak_hours[1])
    net = community.net_load.sum(axis=0)
    critical = np.zeros(community.n_steps, dtype=bool)
    critical[np.argsort(-net, kind="stable")[: int(np.ceil(critical_share * community.n_steps))]] = True
    shapes = {
        "flat": np.ones(community.n_steps),
        "time_of_use": np.where(at_peak, peak_ratio, 1.0),
        "real_time": _course(community, market_price),
        "critical_peak": np.where(critical, critical_ratio, 1.0),
    }
    return {name: _neutral(community, shape) for name, shape in shapes.items()}


def _course(community: Community, market_price: ArrayLike | None) -> FloatArray:
    """Shape of the real-time price."""
    if market_price is None:
        return np.asarray(community.demand.sum(axis=0))
    return finite_numbers(market_price, "market_price", "tariff_baselines", (community.n_steps,))


def _neutral(community: Community, shape: FloatArray) -> Tariff:
    """Scale a shape so that it earns from the metered deficits what the community's own tariff does."""
    deficit = community.deficit.sum(axis=0)
    earned, weight = float(deficit @ community.import_price), float(deficit @ shape)
    if not weight > 0:
        raise InvalidInputError("tariff_baselines needs imports at a positive price. Got none.")
    return Tariff(
        shape * (earned / weight),
        community.export_price,
        network_charge=community.network_charge,
        currency=community.tariff.currency,
    )


def compare_tariffs(problem: ResponsiveDemand, tariffs: dict[str, Tariff] | None = None) -> pd.DataFrame:
    """What homes that respond alone pay, bear and draw under each tariff.

    Parameters
    ----------
    problem : ResponsiveDemand
        Homes.
    tariffs : dict of Tariff, optional
        Those of :func:`tariff_baselines` if not given.

    Returns
    -------
    DataFrame
        One row a tariff: bills and discomfort [money], peak of the community's net load [kWh a step], imports
        and exports [kWh].
    """
    import pandas as pd

    rows = {}
    for name, tariff in (tariff_baselines(problem.community) if tariffs is None else tariffs).items():
        over = tariff.over(problem.community.n_steps)
        demand = problem.best_demand(over.import_price, over.export_price)
        answered = problem.consuming(demand).with_tariff(tariff)
        discomfort = float(problem.discomforts(demand).sum())
        net = answered.net_load.sum(axis=0)
        rows[name] = {
            "bills": float(answered.stand_alone_bills().sum()),
            "discomfort": discomfort,
            "peak": float(net.max()),
            "imports": float(np.maximum(net, 0.0).sum()),
            "exports": float(np.maximum(-net, 0.0).sum()),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("tariff")
