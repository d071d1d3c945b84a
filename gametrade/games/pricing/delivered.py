"""Buyers who take energy where it is cheapest once it is delivered."""

from __future__ import annotations

import numpy as np

from gametrade.typing import FloatArray

ROUNDS = 100
"""Rounds in which equally cheap sellers and their buyers are matched."""


def delivered(
    prices: FloatArray, quantities: FloatArray, buyers: tuple[FloatArray, FloatArray], charges: FloatArray
) -> FloatArray:
    """Serve buyers from the cheapest delivered price up, as long as a kWh is worth its price to them.

    Parameters
    ----------
    prices, quantities : ndarray of shape (n,)
        Offers. [money/kWh, kWh]
    buyers : tuple of ndarray of shape (m,)
        What the first kWh is worth, and by how much each further one is worth less.
    charges : ndarray of shape (m, n)
        Network charge of each pair. [money/kWh]

    Returns
    -------
    ndarray of shape (m, n)
        Energy of each buyer from each seller. Where several pairs cost the same, wants are spread in proportion to
        what sellers have left, and short sellers ration in proportion to what is asked. [kWh]

    Examples
    --------
    >>> import numpy as np
    >>> delivered(np.array([1.0, 2.0]), np.array([3.0, 9.0]), (np.array([10.0]), np.ones(1)), np.zeros((1, 2))).tolist()
    [[3.0, 5.0]]
    """
    worth, bends = buyers
    paid = prices + charges
    taken, left = np.zeros(paid.shape), quantities.astype(float).copy()
    for level in np.unique(paid):
        tied = paid == level
        for _ in range(ROUNDS):
            wants = np.maximum(0.0, (worth - level) / bends - taken.sum(axis=1)) * tied.any(axis=1)
            stock = tied * left
            offered = stock.sum(axis=1)
            asked = np.divide(stock, offered[:, None], out=np.zeros_like(stock), where=offered[:, None] > 0)
            asked = asked * np.minimum(wants, offered)[:, None]
            total = asked.sum(axis=0)
            if total.sum() <= 1e-12 * max(1.0, float(quantities.sum())):
                break
            served = asked * np.minimum(1.0, np.divide(left, total, out=np.ones_like(left), where=total > 0))
            taken, left = taken + served, np.maximum(0.0, left - served.sum(axis=0))
    return taken
