"""Homes that move their demand when prices move, at some discomfort."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gametrade.community import Community
from gametrade.community.finite_numbers import finite_number, finite_numbers
from gametrade.errors import InvalidInputError
from gametrade.typing import ArrayLike, FloatArray, IntArray

HALVINGS = 60
"""Bisection steps of the daily multipliers: more than the bits of a float over their range."""


@dataclass(frozen=True, eq=False)
class ResponsiveDemand:
    r"""Homes that would rather consume as metered and shift demand for money.

    Parameters
    ----------
    community : Community
        Homes; their metered demand is the one they prefer, :math:`x^0`.
    discomfort : float or array_like of shape (n,)
        :math:`\nu_i > 0`: moving demand of a step by y kWh is worth :math:`\nu_i y^2`. [money/kWh^2]
    flexible : float, default=0.5
        Share of the preferred demand of a step that can be added or left out, from 0 to 1.
    keep_daily_total : bool, default=True
        Whether each home consumes on each local day what it prefers in all: demand is shifted and not dropped.

    Raises
    ------
    InvalidInputError
        If discomfort is not positive or the flexible share is not from 0 to 1.

    Notes
    -----
    At prices for buying and selling, home i minimises

    .. math:: \sum_t \left[ b_t (x_{it} - g_{it})^+ - s_t (g_{it} - x_{it})^+ + \nu_i (x_{it} - x^0_{it})^2 \right]

    between its bounds, which is convex where :math:`b_t \ge s_t`. The user model of [1]_ reads so up to the form
    of its discomfort, which is an interpretation.

    References
    ----------
    .. [1] N. Liu, X. Yu, C. Wang, C. Li, L. Ma and J. Lei, "Energy-sharing model with price-based demand
       response for microgrids of peer-to-peer prosumers", IEEE Trans. Power Syst. 32 (2017) 3569-3583.
       :doi:`10.1109/TPWRS.2017.2649558`

    Examples
    --------
    >>> import gametrade as gt
    >>> home = gt.Community(["Ada"], [[1, 1]], [[0, 0]], ["2023-06-01T12:00", "2023-06-01T13:00"], 1.0, gt.Tariff(1, 0))
    >>> ResponsiveDemand(home, 1.0).best_demand([0.4, 0.2], [0, 0])
    array([[0.95, 1.05]])
    """

    community: Community
    discomfort: FloatArray
    flexible: float = 0.5
    keep_daily_total: bool = True

    def __post_init__(self) -> None:
        n = self.community.n_prosumers
        given = finite_numbers(self.discomfort, "discomfort", "ResponsiveDemand", (), (n,))
        if not (given > 0).all():
            raise InvalidInputError(f"discomfort of ResponsiveDemand must be positive. Got {self.discomfort!r}.")
        if not 0 <= finite_number(self.flexible, "flexible", "ResponsiveDemand") <= 1:
            raise InvalidInputError(f"flexible of ResponsiveDemand must be from 0 to 1. Got {self.flexible}.")
        column = np.broadcast_to(given, n).copy()
        column.setflags(write=False)
        object.__setattr__(self, "discomfort", column)

    @property
    def first_of_day(self) -> IntArray:
        """Position of the first step of each local day, or of the first step alone where days do not matter."""
        day = self.community.local_times().astype("datetime64[D]").astype(np.int64)
        return np.concatenate([[0], np.flatnonzero(np.diff(day)) + 1])

    def consuming(self, demand: ArrayLike) -> Community:
        """The community with another demand."""
        return replace(self.community, demand=np.maximum(np.asarray(demand, dtype=float), 0.0))

    def discomforts(self, demand: ArrayLike) -> FloatArray:
        """Cost of moving each home's demand, shape (n,). [money]"""
        moved = np.asarray(demand, dtype=float) - self.community.demand
        return np.asarray(self.discomfort * (moved**2).sum(axis=1))

    def costs(self, demand: ArrayLike, buy: ArrayLike, sell: ArrayLike) -> FloatArray:
        """Bill and discomfort of each home at given prices, shape (n,). [money]"""
        net = np.asarray(demand, dtype=float) - self.community.generation
        bill = np.maximum(net, 0.0) @ self._over(buy) - np.maximum(-net, 0.0) @ self._over(sell)
        return np.asarray(bill + self.discomforts(demand))

    def best_demand(self, buy: ArrayLike, sell: ArrayLike) -> FloatArray:
        """Demand of each home that is best for it at given prices.

        Parameters
        ----------
        buy, sell : array_like of shape (T,)
            Price of a kWh bought and of one sold. [money/kWh]

        Returns
        -------
        ndarray of shape (n, T)
            Demand. [kWh]

        Raises
        ------
        InvalidInputError
            If a selling price is above the buying price.
        """
        dear, cheap = self._over(buy), self._over(sell)
        if (cheap > dear).any():
            raise InvalidInputError("sell of best_demand must be at most buy. Got more in some step.")
        return self.nearest(self.community.demand, self.discomfort, dear, cheap)

    def nearest(self, centre: FloatArray, weight: FloatArray, buy: FloatArray, sell: FloatArray) -> FloatArray:
        r"""Demand that minimises bill and :math:`w_i (x - c)^2` within the bounds.

        Parameters
        ----------
        centre : ndarray of shape (n, T)
            Demand from which moving is free. [kWh]
        weight : ndarray of shape (n,)
            Cost of moving. [money/kWh^2]
        buy, sell : ndarray of shape (T,)
            Prices. [money/kWh]

        Returns
        -------
        ndarray of shape (n, T)
            Demand. [kWh]

        Notes
        -----
        In a step it is the generation, clipped to the interval between the best demand when buying and the one
        when selling; the daily totals shift both prices by a multiplier, found by bisection.
        """
        preferred = self.community.demand
        low, high = preferred * (1 - self.flexible), preferred * (1 + self.flexible)
        slope = 2 * weight[:, None]

        def at(multiplier: FloatArray | float) -> FloatArray:
            buying, selling = centre - (buy - multiplier) / slope, centre - (sell - multiplier) / slope
            return np.clip(np.clip(self.community.generation, buying, selling), low, high)

        if not self.keep_daily_total:
            return at(0.0)
        first = self.first_of_day
        lengths = np.diff(np.append(first, preferred.shape[1]))
        total = np.add.reduceat(preferred, first, axis=1)
        bottom = np.minimum.reduceat(sell + slope * (low - centre), first, axis=1)
        top = np.maximum.reduceat(buy + slope * (high - centre), first, axis=1)
        for _ in range(HALVINGS):
            middle = (bottom + top) / 2
            enough = np.add.reduceat(at(np.repeat(middle, lengths, axis=1)), first, axis=1) >= total
            top, bottom = np.where(enough, middle, top), np.where(enough, bottom, middle)
        return at(np.repeat((bottom + top) / 2, lengths, axis=1))

    def _over(self, price: ArrayLike) -> FloatArray:
        """A price of every step."""
        n_steps = self.community.n_steps
        return np.broadcast_to(finite_numbers(price, "price", "ResponsiveDemand", (), (n_steps,)), n_steps)
