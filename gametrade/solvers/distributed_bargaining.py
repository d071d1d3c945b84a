"""Payments found by traders that tell each other only what they would receive."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.games.bargaining.trade_bargain import TradeBargain
from gametrade.solvers.payment_bargaining import checked, joint_gain
from gametrade.typing import ArrayLike, FloatArray


def distributed_bargaining(
    players: Sequence[str],
    together: ArrayLike,
    alone: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    lowest: ArrayLike = -np.inf,
    highest: ArrayLike = np.inf,
    unit: str = "money",
    rounds: int = 10_000,
    tolerance: float = 1e-10,
) -> TradeBargain:
    r"""Bargain over payments by the alternating direction method of multipliers.

    Parameters
    ----------
    players, together, alone, weights, lowest, highest, unit
        As in :func:`payment_bargaining`; but each trader keeps its own two utilities and its bounds to itself, and
        only sums over all traders are told.
    rounds : int, default=10000
        Most rounds of messages.
    tolerance : float, default=1e-10
        Imbalance and change of the payments, as a share of the joint gain, at which to stop.

    Returns
    -------
    TradeBargain
        Its residuals say for each round how far the payments are from balance and how much they moved. The
        payments are those of the last round and balance up to the last residual; no round is held where only one
        agreement is possible. Without agreement there are none:
        the traders find that out by themselves, before the first round.

    Notes
    -----
    First every trader compares what it has under the joint plan with what it has alone, :math:`u_i - d_i`, and works
    out the least and the largest gain that its bounds allow, :math:`l_i = \max(u_i - d_i + \text{lowest}_i, 0)` and
    :math:`h_i = u_i - d_i + \text{highest}_i`. Three sums are told, and whether somebody has :math:`l_i > h_i`. No
    agreement improves on the disagreement point exactly if somebody has, the joint gain
    :math:`\sum_i (u_i - d_i)` is not positive, or it lies outside :math:`[\sum l_i, \sum h_i]`. At an end of that range
    everybody takes its own end, and nothing is left to bargain about.

    Then, in exchange form [1]_: with the mean payment :math:`\bar\pi` and the price y of imbalance, trader i takes
    the root of

    .. math:: \rho\,(\pi_i - v_i) = \frac{\alpha_i}{u_i + \pi_i - d_i}, \quad v_i = \pi_i^k - \bar\pi^k - y^k,

    a quadratic in its gain, clipped to its bounds, and then :math:`y \leftarrow y + \bar\pi`. Only the mean of the
    payments is told in a round. The objective is strictly concave on the bounds, so it converges to the closed form.
    Cost O(n) a round.

    References
    ----------
    .. [1] S. Boyd et al., "Distributed optimization and statistical learning via the alternating direction
       method of multipliers", Found. Trends Mach. Learn. 3 (2011) 1-122. :doi:`10.1561/2200000016`

    Examples
    --------
    >>> distributed_bargaining("abcd", [5, -2, 9, 1], [4, -6, 3, 2]).payments.round(6)
    array([ 1.5, -1.5, -3.5,  3.5])
    >>> print(distributed_bargaining("ab", [1, 2], [2, 2]))
    Joint plan worth -1 money: no agreement
    player  plan  alone  receives  gains
    a       1     2      +0        +0
    b       2     2      +0        +0
    """
    names = tuple(map(str, players))
    n = len(names)
    plan, own, power, low, high = checked(n, together, alone, weights, (lowest, highest))
    size = joint_gain(plan - own, low, high)
    if size is None:
        return TradeBargain(names, plan, own, np.zeros(n), power, agreed=False, unit=unit)
    only = _only_gains(plan - own, low, high, tolerance * size)
    if only is not None:
        return TradeBargain(names, plan, own, only - (plan - own), power, unit=unit)
    worth, floor, ceiling = (plan - own) / size, low / size, high / size
    payments, price, penalty, told = np.zeros(n), 0.0, float(n), []
    for _ in range(rounds):
        aim = worth + payments - payments.mean() - price
        gains = (aim + np.sqrt(aim**2 + 4 * power / penalty)) / 2
        asked = np.clip(gains - worth, floor, ceiling)
        price += float(asked.mean())
        told.append((abs(float(asked.sum())) * size, float(np.abs(asked - payments).max()) * size))
        payments = asked
        if max(told[-1]) <= tolerance * size:
            break
    return TradeBargain(names, plan, own, payments * size, power, residuals=tuple(told), unit=unit)


def _only_gains(worth: FloatArray, low: FloatArray, high: FloatArray, slack: float) -> FloatArray | None:
    """Gains of each where the joint gain is just the sum of the least or of the largest ones, else None."""
    for gains in (np.maximum(worth + low, 0.0), worth + high):
        if abs(float(gains.sum()) - float(worth.sum())) <= slack:
            return gains
    return None
