"""One buyer, many sellers of energy: one price for all, or a price for each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.community.finite_numbers import as_numbers, finite_number, finite_numbers
from gametrade.errors import InvalidInputError
from gametrade.typing import ArrayLike, FloatArray


@dataclass(frozen=True, eq=False)
class OfferedPrices:
    """Prices that a buyer offers, and what follows.

    Parameters
    ----------
    prices, energies : ndarray of shape (n,)
        Price offered to each seller and what it sells. [money/kWh, kWh]
    profit : float
        What the buyer gains. [money]
    gains : ndarray of shape (n,)
        What each seller gains. [money]
    """

    prices: FloatArray
    energies: FloatArray
    profit: float
    gains: FloatArray

    @property
    def welfare(self) -> float:
        """Profit and gains together. [money]"""
        return float(self.profit + self.gains.sum())


@dataclass(frozen=True, eq=False)
class BuyerOfEnergy:
    r"""A buyer that leads with prices and sellers that follow with quantities.

    Parameters
    ----------
    value : float
        What a kWh is worth to the buyer, e.g. the retail price it saves. [money/kWh]
    reservation : array_like of shape (n,)
        Cost of the first kWh of each seller, e.g. the feed-in price. [money/kWh]
    reluctance : array_like of shape (n,)
        :math:`\alpha_i > 0`: selling x kWh costs :math:`r_i x + \alpha_i x^2`. [money/kWh^2]
    capacity : array_like of shape (n,)
        Most that each can sell. [kWh]

    Raises
    ------
    InvalidInputError
        If a number is negative or not finite, or a reluctance is 0.

    Notes
    -----
    Sellers answer :math:`x_i(p) = \min(e_i, (p - r_i)^+ / (2 \alpha_i))`. To each its own price, the buyer
    offers :math:`p_i = \min((v + r_i) / 2,\ r_i + 2 \alpha_i e_i)`; one price for all maximises
    :math:`(v - p) \sum_i x_i(p)`, quadratic between the prices at which a seller enters or is sold out, so all pieces
    are solved. Discrimination never lowers the buyer's profit; sellers with low costs lose by it.
    An interpretation of [1]_ with the sellers' response made explicit.

    References
    ----------
    .. [1] W. Tushar, C. Yuen, B. Chai, D. B. Smith and H. V. Poor, "Feasibility of using discriminate pricing
       schemes for energy trading in smart grid", 2014, arXiv:1407.5699.

    Examples
    --------
    >>> buyer = BuyerOfEnergy(12.0, [4.0, 8.0], [1.0, 1.0], [9.0, 9.0])
    >>> buyer.individual_prices().prices, buyer.one_price().prices
    (array([ 8., 10.]), array([9., 9.]))
    """

    value: float
    reservation: FloatArray
    reluctance: FloatArray
    capacity: FloatArray

    def __post_init__(self) -> None:
        n = np.size(self.reservation)
        for name in ("reservation", "reluctance", "capacity"):
            given, rule = getattr(self, name), "positive" if name == "reluctance" else "at least 0"
            column = as_numbers(given, name, "BuyerOfEnergy", (), (n,), layout=f"{n} of them, {rule}").reshape(-1)
            floor = column > 0 if name == "reluctance" else column >= 0
            if column.size != n or not (np.isfinite(column) & floor).all():
                raise InvalidInputError(f"{name} of BuyerOfEnergy must be {n} numbers, {rule}. Got {column}.")
            object.__setattr__(self, name, column)
        object.__setattr__(self, "value", finite_number(self.value, "value", "BuyerOfEnergy", least=0))

    def sold(self, prices: ArrayLike) -> FloatArray:
        """What each seller sells at its price, shape (n,). [kWh]"""
        offered = np.maximum(np.asarray(prices, dtype=float) - self.reservation, 0.0) / (2 * self.reluctance)
        return np.minimum(self.capacity, offered)

    def offer(self, prices: ArrayLike) -> OfferedPrices:
        """What follows when the buyer offers these prices, one for all or one for each."""
        shape = self.reservation.shape
        offered = np.broadcast_to(finite_numbers(prices, "prices", "BuyerOfEnergy.offer", (), shape), shape)
        energies = self.sold(offered)
        costs = self.reservation * energies + self.reluctance * energies**2
        profit = float((self.value - offered) @ energies)
        return OfferedPrices(offered, energies, profit, offered * energies - costs)

    def individual_prices(self) -> OfferedPrices:
        """The most profitable price for each seller."""
        ceiling = self.reservation + 2 * self.reluctance * self.capacity
        return self.offer(np.minimum((self.value + self.reservation) / 2, np.maximum(ceiling, self.reservation)))

    def one_price(self) -> OfferedPrices:
        """The most profitable price for all sellers together."""
        ends = np.unique(np.concatenate([self.reservation, self.reservation + 2 * self.reluctance * self.capacity]))
        ends = np.append(ends[ends < self.value], self.value)
        middle = (ends[1:] + ends[:-1]) / 2
        inside = (middle[:, None] > self.reservation) & (
            middle[:, None] < self.reservation + 2 * self.reluctance * self.capacity
        )
        full = middle[:, None] >= self.reservation + 2 * self.reluctance * self.capacity
        slope = inside @ (0.5 / self.reluctance)
        level = full @ self.capacity - inside @ (self.reservation / (2 * self.reluctance))
        with np.errstate(divide="ignore", invalid="ignore"):
            peak = np.where(slope > 0, (self.value - level / slope) / 2, ends[:-1])
        prices = np.concatenate([ends, np.clip(peak, ends[:-1], ends[1:])])
        profits = [(self.value - price) * self.sold(price).sum() for price in prices]
        return self.offer(prices[int(np.argmax(profits))])
