"""What there is to share between a seller and a buyer."""

from __future__ import annotations

import numpy as np


def trade_profit(
    energy: float, *, import_price: float, export_price: float, highest_price: float = np.inf, cost: float = 0.0
) -> float:
    r"""Profit that a trade creates: :math:`q\,(\min(\lambda_b, P_{max}) - \max(\lambda_s, c))`, never below 0.

    Parameters
    ----------
    energy : float
        Energy traded q. [kWh]
    import_price, export_price : float
        Grid prices. [money/kWh]
    highest_price : float
        The most that an offer may ask. [money/kWh]
    cost : float
        What a kWh costs the seller. [money/kWh]

    Returns
    -------
    float
        Profit to share. [money]
    """
    return energy * max(0.0, min(import_price, highest_price) - max(export_price, cost))
