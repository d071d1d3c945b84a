"""The iterative double auction among electric vehicles: bids and prices until demand meets supply on every link."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.community.finite_numbers import finite_number
from gametrade.display import Shown
from gametrade.errors import InvalidInputError
from gametrade.games.vehicle_trading import VehicleTrading
from gametrade.tolerance import RELATIVE_TOLERANCE
from gametrade.typing import FloatArray

HALVINGS = 80
"""Bisection steps of a water level: more than the bits of a float."""


@dataclass(frozen=True, eq=False)
class VehicleTrades(Shown):
    r"""Where the auction ended, with the proof of how good that is.

    Parameters
    ----------
    market : VehicleTrading
        The vehicles.
    energies : ndarray of shape (n, m)
        Energy that each discharging vehicle plans to send to each charging one. [kWh]
    prices : ndarray of shape (n, m)
        Price on each link, the same for both ends, so money balances. [money/kWh]
    residual : float
        Largest difference between what a buyer bids for and a seller offers on a link. [kWh]
    gap : float
        Price-taking gap: what all could gain together by best responses to these prices. The welfare of any
        other trade is at most that of this one plus the gap. [money]
    rounds : int
        Rounds held.
    converged : bool
        Whether residual and gap are within the tolerance.
    """

    market: VehicleTrading
    energies: FloatArray
    prices: FloatArray
    residual: float
    gap: float
    rounds: int
    converged: bool

    @property
    def buyer_gains(self) -> FloatArray:
        """Utility less payment of each charging vehicle, shape (n,). [money]"""
        return np.asarray(self.market.utilities(self.energies) - (self.prices * self.energies).sum(axis=1))

    @property
    def seller_gains(self) -> FloatArray:
        """Revenue less cost of each discharging vehicle, shape (m,). [money]"""
        return np.asarray((self.prices * self.energies).sum(axis=0) - self.market.costs(self.energies))

    @property
    def welfare(self) -> float:
        """Utilities less costs. [money]"""
        return self.market.welfare(self.energies)

    def __str__(self) -> str:
        end = "converged" if self.converged else "not converged"
        return (
            f"iterative double auction: {self.energies.sum():.4g} kWh, welfare {self.welfare:.6g} "
            f"(at most {self.gap:.2g} below the optimum), {end} in {self.rounds} rounds"
        )


def iterative_double_auction(
    market: VehicleTrading, *, step: float | None = None, max_rounds: int = 5000, tolerance: float = RELATIVE_TOLERANCE
) -> VehicleTrades:
    r"""Trade energy between vehicles by repeated bids until no price has to move.

    Parameters
    ----------
    market : VehicleTrading
        The vehicles.
    step : float, optional
        How far a price moves for a kWh of excess demand, :math:`\rho`; twenty times the middle quadratic cost
        coefficient if not given. [money/kWh^2]
    max_rounds : int, default=5000
        Rounds after which the auction stops, converged or not.
    tolerance : float, default=1e-09
        Residual as a share of the supply, and gap as a share of utilities and costs, at which it has converged.

    Returns
    -------
    VehicleTrades
        Energies and prices, with residual and price-taking gap; none where nobody buys or nobody sells.

    Raises
    ------
    InvalidInputError
        If the step is not positive.

    Notes
    -----
    Each round the buyers bid the energies they want at the prices on their links, the sellers offer theirs,
    both stay near the last plan, and the price of a link moves by :math:`\rho` times bids less offers: the
    alternating direction method on

    .. math:: \max \sum_i U_i(c_i) - \sum_j L_j(d_j), \quad c = d,

    which converges because utilities are concave and costs convex. In [1]_ the auctioneer instead allocates by
    logarithmic bids; the optimum, and its prices :math:`U_i' = \lambda_{ij} = L_j'` on links that trade, are
    the same. The gap is :math:`\sum_i \max (U_i - \lambda_i c_i) + \sum_j \max (\lambda_j d_j - L_j)` less the
    welfare. For one pair the optimum is the positive root of
    :math:`(2 l_1 c + l_2)(\eta c - c^{min} + 1) = w \eta`, clipped to the bounds. A charging vehicle that is
    obliged to take its least demand can lose by it. Cost O(n m) a round.

    References
    ----------
    .. [1] J. Kang et al., "Enabling localized peer-to-peer electricity trading among plug-in hybrid electric
       vehicles using consortium blockchains", IEEE Trans. Ind. Inform. 13 (2017) 3154-3164.
       :doi:`10.1109/TII.2017.2709784`

    Examples
    --------
    >>> from gametrade.games.vehicle_trading import VehicleTrading
    >>> answer = iterative_double_auction(VehicleTrading([1.0], [0.0], [12.0], [15.0], 0.01, 0.1))
    >>> answer.converged, round(float(answer.energies[0, 0]), 4)
    (True, 4.278)
    """
    if 0 in market.shape:
        return VehicleTrades(market, np.zeros(market.shape), np.zeros(market.shape), 0.0, 0.0, 0, True)
    rho = finite_number(20 * np.median(market.quadratic) if step is None else step, "step", "iterative_double_auction")
    if not rho > 0:
        raise InvalidInputError(f"step of iterative_double_auction must be positive. Got {step}.")
    plan = np.zeros(market.shape)
    prices = np.tile(market.linear, (market.shape[0], 1)).astype(float)
    residual = gap = np.inf
    rounds, converged = 0, False
    while rounds < max_rounds and not converged:
        rounds += 1
        bids = _bids(market, prices, plan, rho)
        plan = _offers(market, prices, bids, rho)
        prices = prices + rho * (bids - plan)
        residual = float(np.abs(bids - plan).max())
        if residual <= tolerance * max(market.supply.sum(), 1e-300) or rounds == max_rounds:
            gap = price_taking_gap(market, plan, prices)
            size = np.abs(market.utilities(plan)).sum() + market.costs(plan).sum() + (prices * plan).sum()
            converged = bool(residual <= tolerance * market.supply.sum() and abs(gap) <= 10 * tolerance * size)
    return VehicleTrades(market, plan, prices, residual, gap, rounds, converged)


def _bids(market: VehicleTrading, prices: FloatArray, plan: FloatArray, rho: float) -> FloatArray:
    """Energies that buyers want at these prices, near the plan."""
    base = prices - rho * plan
    low = base.min(axis=1) - 1
    high = base.max(axis=1) + rho * market.most / market.efficiency + 1

    def wanted(value: FloatArray) -> FloatArray:
        return np.asarray(np.maximum(value[:, None] - base, 0.0) / rho)

    for _ in range(HALVINGS):
        value = (low + high) / 2
        enough = wanted(value).sum(axis=1) >= _demand(market, value)
        high, low = np.where(enough, value, high), np.where(enough, low, value)
    return wanted(high)


def _demand(market: VehicleTrading, price: FloatArray) -> FloatArray:
    """Energy that each buyer wants, at the sellers' end, if a kWh there costs this much, shape (n,)."""
    positive = np.maximum(price, 1e-300)
    received = market.weights * market.efficiency / positive + market.least - 1
    return np.asarray(np.clip(received, market.least, market.most) / market.efficiency)


def _offers(market: VehicleTrading, prices: FloatArray, bids: FloatArray, rho: float) -> FloatArray:
    """Energies that sellers offer at these prices, near the bids; rho 0 is the plain best response."""
    margin = prices + rho * bids - market.linear
    slope = 2 * market.quadratic + rho
    low, high = np.zeros(market.shape[1]), np.maximum(margin.max(axis=0), 0.0)
    for _ in range(HALVINGS):
        level = (low + high) / 2
        fits = (np.maximum(margin - level, 0.0) / slope).sum(axis=0) <= market.supply
        high, low = np.where(fits, level, high), np.where(fits, low, level)
    free = (np.maximum(margin, 0.0) / slope).sum(axis=0) <= market.supply
    return np.asarray(np.maximum(margin - np.where(free, 0.0, high), 0.0) / slope)


def price_taking_gap(market: VehicleTrading, energies: FloatArray, prices: FloatArray) -> float:
    """What all could gain together by best responses to given prices; bounds the welfare that is missing.

    Parameters
    ----------
    market : VehicleTrading
        The vehicles.
    energies : ndarray of shape (n, m)
        Energies discharged on each link. [kWh]
    prices : ndarray of shape (n, m)
        Prices on the links. [money/kWh]

    Returns
    -------
    float
        Upper bound of the optimal welfare less the welfare of the energies. [money]
    """
    cheapest = prices.min(axis=1)
    wanted = _demand(market, cheapest)
    utility = market.weights * np.log(market.efficiency * wanted - market.least + 1)
    offered = _offers(market, prices, np.zeros(market.shape), 0.0)
    bound = (utility - cheapest * wanted).sum() + (prices * offered).sum() - market.costs(offered).sum()
    return float(bound - market.welfare(energies))
