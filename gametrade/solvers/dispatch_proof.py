"""Proof that no coalition of a dispatch game gains more: price paths that cover all coalitions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.solvers.coalition_search import FREE, INSIDE
from gametrade.solvers.dispatch_prices import PriceBound
from gametrade.typing import FloatArray, IntArray


@dataclass(frozen=True, eq=False, slots=True)
class Leaf:
    """Coalitions that contain some homes and leave out some others, with the price path that bounds them.

    Parameters
    ----------
    state : ndarray of int, shape (n,)
        1 inside, -1 outside, 0 either.
    bound : PriceBound
        Prices and duals.
    """

    state: IntArray
    bound: PriceBound


@dataclass(frozen=True, eq=False, slots=True)
class DispatchProof:
    """Leaves that cover all allowed coalitions, and the largest of their bounds.

    Parameters
    ----------
    leaves : tuple of Leaf
        The cover; a single leaf with all homes free is the plain supporting-price bound.
    limit : float
        No allowed coalition has a larger excess. [money]
    """

    leaves: tuple[Leaf, ...]
    limit: float


def leaf_limit(leaf: Leaf, price_of_leaving: FloatArray, smallest: int, largest: int) -> float:
    r"""Largest excess that the prices of a leaf allow its coalitions.

    .. math:: \sum_{i \in I} (w_i - x_i) + \sum_{i \in F} \max(0, w_i - x_i) + \kappa

    Parameters
    ----------
    leaf : Leaf
        Homes inside I, homes free F and prices.
    price_of_leaving : ndarray of shape (n,)
        Payoff given up by each home, with its exit cost. [money]
    smallest, largest : int
        Allowed sizes: the best free homes are added or dropped until the size is allowed.

    Returns
    -------
    float
        Upper bound, minus infinity if no coalition of the leaf has an allowed size. [money]
    """
    margins = leaf.bound.gains - price_of_leaving
    inside = leaf.state == INSIDE
    free = np.sort(margins[leaf.state == FREE])[::-1]
    least, most = max(0, smallest - int(inside.sum())), min(free.size, largest - int(inside.sum()))
    if least > most:
        return -np.inf
    taken = int(np.clip((free > 0).sum(), least, most))
    return float(margins[inside].sum() + free[:taken].sum()) + leaf.bound.joint_value
