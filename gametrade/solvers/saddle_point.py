"""First-order saddle-point method for the supporting-price bound: numpy only, a few hundred matrix products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.solvers.coalition_search import FREE, INSIDE, CoalitionSearch, Region
from gametrade.typing import BoolArray, FloatArray, IntArray

PRICE_GRID = 128
"""Price positions are kept as multiples of 1/128: exact in binary, one byte each."""

CHECK_EVERY = 20
"""Iterations between two looks at the bounds, each a restart from the average."""


@dataclass(frozen=True, eq=False, slots=True)
class Relaxation:
    """A region of coalitions written as a bilinear saddle point over its open steps.

    In steps where supply exceeds need, or falls short of it, whatever the free homes do, the price is
    known and the step is folded into the constants. Maximise over z in [0,1]^F, minimise over l in [0,1]^A

        constant + gain . z + l . (net + z @ matrix).
    """

    free: IntArray
    open_steps: BoolArray
    price: FloatArray
    constant: float
    gain: FloatArray
    net: FloatArray
    matrix: FloatArray

    @classmethod
    def of(cls, search: CoalitionSearch, region: Region) -> Relaxation:
        """Write the relaxation of a region; `price` holds the positions of the steps that are settled."""
        free = np.flatnonzero(region.state == FREE)
        rows = search.position[free]
        net = region.supply - region.need
        short = net + np.maximum(rows, 0).sum(axis=0) <= 0
        long = (net - np.maximum(-rows, 0).sum(axis=0) >= 0) & ~short
        open_steps, price = ~(short | long), short.astype(float)
        margins = search.margins(price)
        return cls(
            free,
            open_steps,
            price,
            float(margins[region.state == INSIDE].sum()),
            margins[free],
            net[open_steps],
            np.ascontiguousarray(rows[:, open_steps]),
        )

    def bound(self, price: FloatArray) -> float:
        """Upper bound on the excess of every coalition of the region at given open-step prices. [money]"""
        return float(self.constant + price @ self.net + np.maximum(0, self.gain + self.matrix @ price).sum())

    def value(self, weights: FloatArray) -> float:
        """Excess of a fractional coalition: a lower bound on the best supporting-price bound. [money]"""
        return float(self.constant + weights @ self.gain + np.minimum(0, self.net + weights @ self.matrix).sum())


@dataclass(frozen=True, eq=False, slots=True)
class SaddlePoint:
    """Where the first-order method stopped: a price path with its bound, and a fractional coalition."""

    bound: float
    price: FloatArray
    weights: FloatArray
    relaxed_excess: float


def saddle_point(
    relaxation: Relaxation,
    price: FloatArray,
    weights: FloatArray,
    *,
    iterations: int = 300,
    gap: float = 0.0,
) -> SaddlePoint:
    """Primal-dual hybrid gradient with diagonal steps and restarts at the average [1]_ [2]_.

    Parameters
    ----------
    relaxation : Relaxation
        F free homes, A open steps.
    price : ndarray of shape (A,)
        Price positions to start from, in [0, 1].
    weights : ndarray of shape (F,)
        Fractional coalition to start from, in [0, 1].
    iterations : int
        Most iterations; each costs two products with the (F, A) matrix.
    gap : float
        Stop when bound and fractional excess are this close. [money]

    Returns
    -------
    SaddlePoint
        Its price path is rounded to multiples of 1/128; any such path is a valid certificate.

    References
    ----------
    .. [1] A. Chambolle and T. Pock, "A first-order primal-dual algorithm for convex problems with
       applications to imaging", J. Math. Imaging Vis. 40 (2011). :doi:`10.1007/s10851-010-0251-1`
    .. [2] D. Applegate et al., "Faster first-order primal-dual methods for linear programming using
       restarts and sharpness", Math. Program. 201 (2023). :doi:`10.1007/s10107-022-01901-9`
    """
    matrix, gain, net = relaxation.matrix, relaxation.gain, relaxation.net
    size = np.abs(matrix)
    home_size, price_size = size.sum(axis=1), size.sum(axis=0)
    home_step, price_step = _inverse(home_size), _inverse(price_size)
    weights = np.where(home_size > 0, weights, gain > 0)
    best = SaddlePoint(np.inf, price, weights, -np.inf)
    push = matrix @ price
    sum_weights, sum_price = np.zeros_like(weights), np.zeros_like(price)
    for iteration in range(iterations + 1):
        if iteration % CHECK_EVERY == 0:
            if iteration:
                weights, average = sum_weights / CHECK_EVERY, sum_price / CHECK_EVERY
                best = _better(relaxation, best, price, weights)
                price = average
                push = matrix @ price
                sum_weights, sum_price = np.zeros_like(weights), np.zeros_like(price)
            best = _better(relaxation, best, price, weights)
            if best.bound - best.relaxed_excess <= gap:
                break
        moved = _unit(weights + home_step * (gain + push))
        price = _unit(price - price_step * (net + (2 * moved - weights) @ matrix))
        weights = moved
        push = matrix @ price
        sum_weights += weights
        sum_price += price
    return best


def on_grid(price: FloatArray) -> FloatArray:
    """Round price positions to the multiples of 1/128 that certificates hold."""
    return np.asarray(np.round(price * PRICE_GRID) / PRICE_GRID)


def _inverse(size: FloatArray) -> FloatArray:
    """Step lengths: none for homes and steps that nothing depends on."""
    return np.divide(1.0, size, out=np.zeros_like(size), where=size > 0)


def _unit(array: FloatArray) -> FloatArray:
    """Clip to [0, 1] in place; half the cost of np.clip on short arrays."""
    np.maximum(array, 0.0, out=array)
    np.minimum(array, 1.0, out=array)
    return array


def _better(relaxation: Relaxation, best: SaddlePoint, price: FloatArray, weights: FloatArray) -> SaddlePoint:
    """Keep the lower bound of two price paths and the better fractional coalition."""
    rounded = on_grid(price)
    bound, value = relaxation.bound(rounded), relaxation.value(weights)
    if bound >= best.bound:
        bound, rounded = best.bound, best.price
    if value <= best.relaxed_excess:
        value, weights = best.relaxed_excess, best.weights
    return SaddlePoint(bound, rounded, weights, value)
