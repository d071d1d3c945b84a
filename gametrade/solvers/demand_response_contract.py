"""What two parties agree on: a price between two reservation prices, and demand response for a supplier."""

from __future__ import annotations

import numpy as np

from gametrade.community.finite_numbers import as_numbers, finite_number, finite_numbers
from gametrade.errors import InvalidInputError
from gametrade.games.bargaining.trade_bargain import TradeBargain
from gametrade.solvers.payment_bargaining import payment_bargaining
from gametrade.typing import ArrayLike


def contract_price(most: float, least: float, *, power: float = 0.5) -> float | None:
    r"""The price per kWh on which a seller and a buyer agree.

    Parameters
    ----------
    most, least : float
        Reservation prices of the buyer and of the seller. [money/kWh]
    power : float, default=0.5
        Bargaining power of the seller, from 0 to 1.

    Returns
    -------
    float or None
        None if the buyer's reservation price is below the seller's: no agreement. [money/kWh]

    Raises
    ------
    InvalidInputError
        If a price is not finite or `power` is not from 0 to 1.

    Notes
    -----
    :math:`p = s + \beta (b - s)`, the asymmetric Nash solution; the middle for equal power, whatever the energy.

    Examples
    --------
    >>> round(contract_price(0.30, 0.08), 9), contract_price(0.05, 0.08)
    (0.19, None)
    """
    most, least = (finite_number(v, name, "contract_price") for name, v in (("most", most), ("least", least)))
    if not 0 <= power <= 1:
        raise InvalidInputError(f"power of contract_price must be from 0 to 1. Got {power}.")
    return None if most < least else least + power * (most - least)


def demand_response_contract(
    saved: ArrayLike, cost: ArrayLike, growth: float, *, limit: ArrayLike = np.inf, power: float = 0.5
) -> tuple[np.ndarray, TradeBargain]:
    r"""How much demand a distribution company and a demand-response aggregator agree to reduce, and at what payment.

    Parameters
    ----------
    saved : array_like of shape (T,)
        What the company saves per kWh not served: its purchase price less the retail price it forgoes.
        [money/kWh]
    cost : array_like of shape (T,)
        What the first kWh costs the aggregator in each step. [money/kWh]
    growth : float
        By how much that rises with each kWh of the step, above 0. [money/kWh^2]
    limit : float or array_like of shape (T,)
        Most that can be reduced in each step. [kWh]
    power : float, default=0.5
        Bargaining power of the aggregator, inside 0 to 1.

    Returns
    -------
    reduction : ndarray of shape (T,)
        What both together gain most from. [kWh]
    bargain : TradeBargain
        Of "company" and "aggregator"; the aggregator receives a payment.

    Raises
    ------
    InvalidInputError
        If `growth` is not above 0, `power` not inside 0 to 1, a limit negative or a number not finite, or if the
        steps do not match.

    Notes
    -----
    In each step :math:`q = \min(\bar q, \max(0, (\sigma - c) / g))` maximises
    :math:`\sigma q - c q - g q^2 / 2`; the joint gain is split by bargaining power. A reading of [1]_ without its
    network; that enters as further limits of the reduction.

    References
    ----------
    .. [1] S. Fan, Q. Ai and L. Piao, "Bargaining-based cooperative energy trading for distribution company and
       demand response", Appl. Energy 226 (2018) 469-482.

    Examples
    --------
    >>> reduction, bargain = demand_response_contract([0.10, 0.50], [0.20, 0.20], 0.1)
    >>> reduction, round(float(bargain.payments[1]), 9)
    (array([0., 3.]), 1.275)
    """
    owner = "demand_response_contract"
    if not (np.isfinite(growth) and growth > 0):
        raise InvalidInputError(f"growth of demand_response_contract must be above 0. Got {growth}.")
    if not 0 < power < 1:
        raise InvalidInputError(f"power of demand_response_contract must be inside 0 to 1. Got {power}.")
    value = np.atleast_1d(finite_numbers(saved, "saved", owner, (), (np.size(saved),)))
    first = finite_numbers(cost, "cost", owner, (), value.shape)
    most = as_numbers(limit, "limit", owner, (), value.shape, layout="or infinite, one for all or one a step")
    if not (most >= 0).all():
        raise InvalidInputError(f"limit of {owner} must be at least 0. Got {limit!r}.")
    reduction = np.clip((value - first) / growth, 0.0, most) + 0.0
    spent = float((first * reduction + growth / 2 * reduction**2).sum())
    together, weights = [float(value @ reduction), -spent], [1 - power, power]
    return reduction, payment_bargaining(["company", "aggregator"], together, [0.0, 0.0], weights=weights)
