"""Billing schemes for homes with solar panels, alone and aggregated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametrade.community import Community
from gametrade.display import Shown
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.typing import FloatArray, IntArray

if TYPE_CHECKING:
    import pandas as pd

SCHEMES = ("feed_in_tariff", "net_metering", "net_purchase_and_sale")
PERIODS = {"whole": None, "month": "datetime64[M]", "day": "datetime64[D]"}


@dataclass(frozen=True, eq=False)
class BillingScheme(Shown):
    r"""Bills under one scheme, as a cost game with its core allocation.

    Parameters
    ----------
    community : Community
        Homes.
    scheme : {"feed_in_tariff", "net_metering", "net_purchase_and_sale"}
        How demand and generation are netted.
    bought, sold : ndarray of shape (n, G)
        What each home is billed for in each of G netting periods. [kWh]
    retail, feed_in : ndarray of shape (G,)
        Prices of those periods. [money/kWh]

    Notes
    -----
    With a feed-in tariff all demand is bought and all generation sold: bills add up and aggregation changes
    nothing. Otherwise a coalition pays
    :math:`\sum_g [\lambda_g (D_S - G_S)^+ - \mu_g (G_S - D_S)^+]`, and billing each member its own net load at
    :math:`\lambda_g` where the group imports and at :math:`\mu_g` where it exports is in the core if
    :math:`\lambda \ge \mu`.

    References
    ----------
    .. [1] P. Chakraborty, E. Baeyens, P. P. Khargonekar, K. Poolla and P. Varaiya, "Analysis of solar energy
       aggregation under various billing mechanisms", IEEE Trans. Smart Grid 10 (2019).
    """

    community: Community
    scheme: str
    bought: FloatArray
    sold: FloatArray
    retail: FloatArray
    feed_in: FloatArray

    @property
    def subadditive(self) -> bool:
        """Whether aggregation never costs: selling never pays more than buying costs, or nothing is netted."""
        return self.scheme == "feed_in_tariff" or bool((self.retail >= self.feed_in).all())

    def cost(self, members: Iterable[str] | None = None) -> float:
        """Joint bill of some homes, of all if not given. [money]"""
        names = self.community.names
        chosen = set(names) if members is None else set(members)
        if chosen - set(names):
            raise UnknownNameError("home", sorted(chosen - set(names))[0], names)
        rows = [k for k, name in enumerate(names) if name in chosen]
        bought, sold = self.bought[rows].sum(axis=0), self.sold[rows].sum(axis=0)
        if self.scheme != "feed_in_tariff":
            bought, sold = np.maximum(bought - sold, 0.0), np.maximum(sold - bought, 0.0)
        return float(bought @ self.retail - sold @ self.feed_in)

    @property
    def alone(self) -> FloatArray:
        """Bill of each home by itself, shape (n,). [money]"""
        return np.array([self.cost([name]) for name in self.community.names])

    @property
    def together(self) -> FloatArray:
        """Bill of each home in the aggregation, shape (n,); they add up to the joint bill. [money]"""
        if self.scheme == "feed_in_tariff":
            return np.asarray(self.bought @ self.retail - self.sold @ self.feed_in)
        net = self.bought - self.sold
        return np.asarray(net @ np.where(net.sum(axis=0) >= 0, self.retail, self.feed_in))

    def to_frame(self) -> pd.DataFrame:
        """One row a home: bill alone, together, and saved [money]."""
        import pandas as pd

        columns = {"alone": self.alone, "together": self.together, "saved": self.alone - self.together}
        return pd.DataFrame(columns, index=pd.Index(self.community.names, name="home"))

    def __str__(self) -> str:
        unit = self.community.tariff.currency
        note = "" if self.subadditive else "; selling pays more than buying costs, so netting can cost"
        return f"{self.scheme}: {self.alone.sum():.2f} {unit} alone, {self.cost():.2f} {unit} together{note}"


def billing_scheme(community: Community, scheme: str, *, period: str = "whole") -> BillingScheme:
    """Bill homes by one scheme, alone and aggregated.

    Parameters
    ----------
    community : Community
        Homes; the import price is the retail price and the export price the feed-in price.
    scheme : {"feed_in_tariff", "net_metering", "net_purchase_and_sale"}
        Gross billing, netting over a period, or netting within each settlement step.
    period : {"whole", "month", "day"}, default="whole"
        Netting period of net metering, on the local clock.

    Returns
    -------
    BillingScheme
        Bills and joint costs.

    Raises
    ------
    UnknownNameError
        If there is no such scheme or period.
    InvalidInputError
        If a price changes within a netting period.

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.Community(["Ada", "Bob"], [[1, 2], [3, 3]], [[4, 0], [0, 0]],
    ...                       ["2023-06-01T12:00", "2023-06-01T13:00"], 1.0, gt.Tariff(0.3, 0.1))
    >>> [round(billing_scheme(street, name).cost(), 6) for name in ("feed_in_tariff", "net_metering")]
    [2.3, 1.5]
    """
    if scheme not in SCHEMES:
        raise UnknownNameError("billing scheme", scheme, SCHEMES)
    if period not in PERIODS:
        raise UnknownNameError("netting period", period, PERIODS)
    first = _first_steps(community, scheme, period)
    prices = (_price_of(community, first, name) for name in ("import_price", "export_price"))
    demand = np.add.reduceat(community.demand, first, axis=1)
    generation = np.add.reduceat(community.generation, first, axis=1)
    if scheme == "feed_in_tariff":
        return BillingScheme(community, scheme, demand, generation, *prices)
    net = demand - generation
    return BillingScheme(community, scheme, np.maximum(net, 0.0), np.maximum(-net, 0.0), *prices)


def _first_steps(community: Community, scheme: str, period: str) -> IntArray:
    """First step of each netting period."""
    unit = PERIODS[period]
    if scheme != "net_metering":
        return np.arange(community.n_steps)
    if unit is None:
        return np.zeros(1, dtype=np.int64)
    label = community.local_times().astype(unit).astype(np.int64)
    return np.concatenate([[0], np.flatnonzero(np.diff(label)) + 1])


def _price_of(community: Community, first: IntArray, name: str) -> FloatArray:
    """The price of each netting period."""
    price: FloatArray = getattr(community, name)
    if (np.maximum.reduceat(price, first) != np.minimum.reduceat(price, first)).any():
        raise InvalidInputError(f"{name} of net_metering must not change within a netting period. Got several prices.")
    return price[first]
