"""Quadratic utilities that explain the demand of a community at its tariff."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.community import Community
from gametrade.errors import InvalidInputError
from gametrade.typing import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class QuadraticUtility:
    r"""Homes that value x kWh at :math:`a x - b x^2 / 2`.

    Parameters
    ----------
    homes : ndarray of int
        Positions of the homes in their community.
    intercepts, slopes : ndarray of shape (k,)
        a [money/kWh] and b [money/kWh^2].
    observed : ndarray of shape (k,)
        Energy that each takes at the tariff. [kWh]
    """

    homes: IntArray
    intercepts: FloatArray
    slopes: FloatArray
    observed: FloatArray


def buying_utility(community: Community, step: int, *, elasticity: float = 0.3) -> QuadraticUtility:
    r"""Utilities of the homes that import in a step, so that each takes its net load at the import price.

    Parameters
    ----------
    community : Community
        Homes, meter data and tariff.
    step : int
        Settlement step.
    elasticity : float
        :math:`\varepsilon > 0`: demand falls by this many percent when the price rises by one, at the tariff.

    Returns
    -------
    QuadraticUtility
        One row a home that imports; its net load is the most that the meter data say it would take.

    Raises
    ------
    InvalidInputError
        If the elasticity or the import price is not positive.

    Notes
    -----
    :math:`b = \lambda_b / (\varepsilon d)` and :math:`a = \lambda_b (1 + 1 / \varepsilon)`: a linear demand through
    the observed point, an assumption about behaviour that meter data cannot confirm.
    """
    price = float(community.import_price[step])
    if not elasticity > 0 or not price > 0:
        raise InvalidInputError(
            f"elasticity of buying_utility and the import price must be positive. Got {elasticity:g} and {price:g}."
        )
    net = community.net_load[:, step]
    homes = np.flatnonzero(net > 0)
    observed = np.asarray(net[homes], dtype=float)
    return QuadraticUtility(
        homes, np.full(homes.size, price * (1 + 1 / elasticity)), price / (elasticity * observed), observed
    )
