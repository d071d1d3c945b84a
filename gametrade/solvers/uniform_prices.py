"""One local price a step among homes with individual tariffs, and the payoffs that it supports."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.display import Shown
from gametrade.games.coalitional import IndividualTariffGame
from gametrade.typing import FloatArray

EVEN = 1e-12
"""Share of the energy on both sides of a price level within which they count as equal."""


@dataclass(frozen=True, eq=False, slots=True)
class UniformPrices(Shown):
    """The local prices at which every home trades as much as it likes and all of it is matched.

    Parameters
    ----------
    low, high : ndarray of shape (T,)
        Lowest and highest local price that clears each step, network charge excluded. [money/kWh]
    price : ndarray of shape (T,)
        The middle. [money/kWh]
    payoffs : ndarray of shape (n,)
        What each home gains at the middle: a core allocation. [money]
    n_traded, open_steps : int
        Steps with trade, and those of them in which more than one price clears.
    """

    low: FloatArray
    high: FloatArray
    price: FloatArray
    payoffs: FloatArray
    n_traded: int
    open_steps: int

    def __str__(self) -> str:
        return f"local prices in {self.n_traded} steps with trade, {self.open_steps} of them between two ends"


def uniform_prices(game: IndividualTariffGame) -> UniformPrices:
    r"""Find the local prices that clear every step between the marginal limits of sellers and buyers.

    Parameters
    ----------
    game : IndividualTariffGame
        n homes, T steps.

    Returns
    -------
    UniformPrices
        Prices and payoffs.

    Notes
    -----
    For any prices p and any coalition,
    :math:`v(S) \le \sum_{i \in S} w_i(p)` with
    :math:`w_i(p) = \sum_t s_{it} \max(0, p_t - f_{it}) + d_{it} \max(0, b_{it} - \varphi_t - p_t)`: each kWh traded
    from i to j gains :math:`(p - f_i) + (b_j - \varphi - p)`, and no home trades more than it has. Where offers at
    most at p equal wants at least at p, or p is the limit at which the two cross, all trades of the merit order attain
    the bound, so :math:`\sum_i w_i(p) = v(N)` and :math:`w(p)` is in the core: the assignment's dual [1]_. In steps
    without trade the price is between the highest want and the lowest offer. O(n T log n).

    References
    ----------
    .. [1] L. S. Shapley and M. Shubik, "The assignment game I: the core", Int. J. Game Theory 1 (1971) 111-130.
       :doi:`10.1007/BF01753437`

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.Community(["Ada", "Bob", "Cy"], [[0], [1], [1]], [[1], [0], [0]], ["2023-06-01T12:00"],
    ...                       1.0, gt.Tariff(import_price=12, export_price=4))
    >>> found = uniform_prices(gt.IndividualTariffGame(street, [12, 12, 20], [4, 4, 4]))
    >>> found.low, found.high, found.payoffs
    (array([12.]), array([20.]), array([12.,  0.,  4.]))
    """
    low, high = _without_trade(game)
    levels = game.levels
    net, traded = levels.position.sum(axis=0), np.abs(levels.position).sum(axis=0)
    short, over = net < -EVEN * traded, net > EVEN * traded
    steps, first, counts = np.unique(levels.step, return_index=True, return_counts=True)
    low[steps], high[steps] = levels.low[first], levels.high[first + counts - 1]
    np.maximum.at(low, levels.step[short], levels.high[short])
    np.minimum.at(high, levels.step[over], levels.low[over])
    price = (low + high) / 2
    return UniformPrices(low, high, price, game.price_gains(price), steps.size, int((high > low)[steps].sum()))


def _without_trade(game: IndividualTariffGame) -> tuple[FloatArray, FloatArray]:
    """Prices at which nobody trades: the highest want and the lowest offer, whichever there is."""
    tariff, steps = game.community.tariff, game.community.n_steps
    want, offer = np.full(steps, -np.inf), np.full(steps, np.inf)
    np.maximum.at(want, game.bids.step, game.bids.limit)
    np.minimum.at(offer, game.asks.step, game.asks.limit)
    middle = (tariff.import_price - tariff.network_charge + tariff.export_price) / 2
    low = np.where(np.isfinite(want), want, np.where(np.isfinite(offer), offer, middle))
    return low, np.where(np.isfinite(offer), offer, low)
