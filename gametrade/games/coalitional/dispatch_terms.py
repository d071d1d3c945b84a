"""What the members of a coalition pay together, and the prices that support it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gametrade.typing import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class Terms:
    """Prices and joint limits that a coalition faces.

    Parameters
    ----------
    import_price, export_price, network_charge : ndarray of shape (T,)
        The tariff. [money/kWh]
    peak_charge : float
        Due on the largest import of the coalition in a step. [money per kWh of that step]
    connection : float
        Largest import and largest export of a coalition in a step, infinite if there is no joint limit. [kWh]
    """

    import_price: FloatArray
    export_price: FloatArray
    network_charge: FloatArray
    peak_charge: float
    connection: float

    @property
    def n_steps(self) -> int:
        """Number of settlement steps T."""
        return int(self.import_price.size)

    @property
    def limited(self) -> bool:
        """Whether the members share one limited connection."""
        return bool(np.isfinite(self.connection))

    @cached_property
    def pooled(self) -> BoolArray:
        """Steps without network charge, in which only the sum of the net loads matters, shape (T,)."""
        return np.asarray(self.network_charge == 0)

    @cached_property
    def shareable(self) -> BoolArray:
        """Charged steps in which sharing can pay, shape (T,); in the others everybody trades with the grid."""
        gain = self.network_charge < self.import_price - self.export_price
        return np.asarray(~self.pooled & (gain | (self.peak_charge > 0) | self.limited))


@dataclass(frozen=True, eq=False)
class PricePath:
    """Prices inside a community, and what its joint limits are worth.

    Parameters
    ----------
    sell : ndarray of shape (T,)
        What a kWh fed into the community earns. [money/kWh]
    peak : ndarray of shape (T,)
        Value of a kWh less at the joint peak, at least 0, in sum at most the peak charge. [money/kWh]
    import_limit, export_limit : ndarray of shape (T,)
        Value of a kWh more of the joint connection, at least 0. [money/kWh]
    """

    sell: FloatArray
    peak: FloatArray
    import_limit: FloatArray
    export_limit: FloatArray

    def ceiling(self, terms: Terms) -> FloatArray:
        """What a kWh from the grid costs at the margin, shape (T,). [money/kWh]"""
        return np.asarray(terms.import_price + self.peak + self.import_limit)

    def floor(self, terms: Terms) -> FloatArray:
        """What a kWh into the grid earns at the margin, shape (T,). [money/kWh]"""
        return np.asarray(terms.export_price - self.export_limit)

    def buy(self, terms: Terms) -> FloatArray:
        """What a kWh bought costs: the local price with the network charge, or the grid's if lower, shape (T,)."""
        return np.asarray(np.minimum(self.ceiling(terms), self.sell + terms.network_charge))

    def joint_value(self, terms: Terms) -> float:
        """What the joint connection is worth as a whole, 0 if there is none. [money]"""
        if not terms.limited:
            return 0.0
        return float(terms.connection * (self.import_limit.sum() + self.export_limit.sum()))


def price_path(
    terms: Terms, sell: FloatArray, peak: FloatArray, import_limit: FloatArray, export_limit: FloatArray
) -> PricePath:
    """Make a valid price path of approximate dual prices: cut to the range in which it bounds every coalition.

    Parameters
    ----------
    terms : Terms
        Prices and joint limits.
    sell, peak, import_limit, export_limit : ndarray of shape (T,)
        Dual prices of a solver. [money/kWh]

    Returns
    -------
    PricePath
        With ``floor <= sell <= ceiling``.
    """
    mu = np.maximum(peak, 0.0)
    while math.fsum([*mu.tolist(), -terms.peak_charge]) > 0:
        mu = mu * min(1.0, terms.peak_charge / math.fsum(mu.tolist())) * (1 - 2.0**-50)
    joint = [
        np.maximum(values, 0.0) if terms.limited else np.zeros(terms.n_steps) for values in (import_limit, export_limit)
    ]
    bounds = PricePath(sell, mu, *joint)
    cut = np.minimum(np.maximum(sell, bounds.floor(terms)), bounds.ceiling(terms))
    cut = np.where(terms.pooled | terms.shareable, cut, terms.export_price)
    return PricePath(np.asarray(cut), mu, *joint)
