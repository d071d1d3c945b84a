"""Payments between traders that share the gain of their joint plan by bargaining power, within caps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.bargaining.trade_bargain import TradeBargain
from gametrade.solvers.bargaining_weights import payment_bounds
from gametrade.tolerance import ROUNDING
from gametrade.typing import ArrayLike, FloatArray


def payment_bargaining(
    players: Sequence[str],
    together: ArrayLike,
    alone: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    lowest: ArrayLike = -np.inf,
    highest: ArrayLike = np.inf,
    unit: str = "money",
) -> TradeBargain:
    r"""Share what a joint plan is worth by payments that are the Nash bargaining solution.

    Parameters
    ----------
    players : sequence of str
        The n traders.
    together : array_like of shape (n,)
        What each has under the joint plan before any payment. [money]
    alone : array_like of shape (n,)
        What each has by its own best plan. [money]
    weights : array_like of shape (n,), optional
        Bargaining power, above 0; equal if not given.
    lowest, highest : float or array_like of shape (n,)
        Bounds of what each receives; price caps times its traded energy are such bounds. [money]
    unit : str, default="money"
        Unit of the payments.

    Returns
    -------
    TradeBargain
        Payments received, adding up to zero. Without any that leave everybody a gain, no agreement, which is a
        finding.

    Raises
    ------
    InvalidInputError
        If shapes do not fit, a weight is not positive, or a lower bound is above the upper one.

    Notes
    -----
    .. math:: \max_\pi \sum_i \alpha_i \log(u_i + \pi_i - d_i), \quad \sum_i \pi_i = 0, \quad
              l_i \le \pi_i \le h_i

    Without bounds :math:`\pi_i = d_i - u_i + \alpha_i \Delta / \sum \alpha` with
    :math:`\Delta = \sum_i (u_i - d_i)`. With bounds the gains are :math:`\alpha_i t` clipped to what the bounds
    allow, the level t rising like water until the payments balance; it is found exactly between the sorted
    breakpoints, in time O(n log n). The stage before, the plan with the largest :math:`\sum u_i`, does not
    depend on the payments [1]_.

    References
    ----------
    .. [1] W. Zhong et al., "Cooperative P2P energy trading in active distribution networks: an MILP-based Nash
       bargaining solution", IEEE Trans. Smart Grid 12 (2021) 1264-1276.

    Examples
    --------
    >>> payment_bargaining("abcd", [5, -2, 9, 1], [4, -6, 3, 2]).payments
    array([ 1.5, -1.5, -3.5,  3.5])
    >>> payment_bargaining("abcd", [5, -2, 9, 1], [4, -6, 3, 2], highest=2.0).payments
    array([ 2., -1., -3.,  2.])
    """
    names = tuple(map(str, players))
    n = len(names)
    plan, own, power, low, high = checked(n, together, alone, weights, (lowest, highest))
    worth = plan - own
    first = np.maximum(worth + low, 0.0)
    last = worth + high
    if joint_gain(worth, low, high) is None:
        return TradeBargain(names, plan, own, np.zeros(n), power, agreed=False, unit=unit)
    gains = _level(worth.sum(), power, first, last)
    payments = gains - worth
    return TradeBargain(names, plan, own, payments - payments.sum() / n, power, unit=unit)


def joint_gain(worth: FloatArray, low: FloatArray, high: FloatArray) -> float | None:
    """The sum of what all have more than alone, or None if no payments leave everybody as well off as alone.

    Entry i of each column is known to trader i alone; what is told are sums, and whether some range is empty.

    Examples
    --------
    >>> joint_gain(np.array([0.1, 0.2, -0.3]), np.full(3, -1.0), np.ones(3)) is None
    True
    """
    least, most = np.maximum(worth + low, 0.0), worth + high
    joint, slack = float(worth.sum()), ROUNDING * float(np.abs(worth).sum())
    inside = float(least.sum()) <= joint + slack and joint - slack <= float(most.sum())
    return joint if joint > slack and bool((least <= most + slack).all()) and inside else None


def checked(
    n: int,
    together: ArrayLike,
    alone: ArrayLike,
    weights: ArrayLike | None,
    bounds: tuple[ArrayLike, ArrayLike],
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Utilities, disagreement point, bargaining power that adds up to one, and bounds, each of shape (n,)."""
    try:
        plan, own = np.array(together, dtype=float), np.array(alone, dtype=float)
        power = np.ones(n) if weights is None else np.array(weights, dtype=float)
    except (TypeError, ValueError) as reason:
        raise InvalidInputError(
            f"utilities and weights of payment_bargaining must be numbers. Got: {reason}."
        ) from None
    for name, column in (("together", plan), ("alone", own), ("weights", power)):
        if column.shape != (n,) or not np.isfinite(column).all():
            raise InvalidInputError(
                f"{name} of payment_bargaining must be {n} finite numbers. Got {np.array2string(column)}."
            )
    if not (power > 0).all():
        raise InvalidInputError(f"weights of payment_bargaining must be above 0. Got {power.min():g}.")
    low, high = payment_bounds(n, *bounds, "payment_bargaining")
    return plan, own, power / power.sum(), low, high


def _level(total: float, power: FloatArray, first: FloatArray, last: FloatArray) -> FloatArray:
    """Gains alpha t between bounds that add up to the total, the level t between its breakpoints."""
    ends = np.unique(np.concatenate([[0.0], first / power, (last / power)[np.isfinite(last)]]))
    sums = np.array([np.clip(power * t, first, last).sum() for t in ends])
    k = int(np.searchsorted(sums, total, side="left"))
    if k == 0:
        return np.asarray(np.clip(power * ends[0], first, last))
    low = ends[k - 1]
    at = power * low
    rising = (at >= first) & (at < last)
    rate = float(power[rising].sum())
    t = low + (total - sums[k - 1]) / rate if rate > 0 else low
    return np.asarray(np.clip(power * t, first, last))
