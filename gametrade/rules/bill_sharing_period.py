"""Bill sharing, pooled over the whole period of the game."""

from __future__ import annotations

import numpy as np

from gametrade.games.coalitional import Allocation, SharingGame
from gametrade.registry import rules
from gametrade.rules.settlement import shared_energy, sharing_charge
from gametrade.typing import FloatArray


@rules.register(
    promises=("efficiency", "symmetry", "null_player"),
    needs="sharing",
    kind="price",
    source="Long et al. 2017",
)
def bill_sharing_period(game: SharingGame) -> Allocation:
    r"""Share the community's grid bill and grid income of the whole period at one price each.

    Parameters
    ----------
    game : SharingGame
        Homes, meter data and tariff. The period that is pooled is the whole period of the game.

    Returns
    -------
    Allocation
        Payoffs over being alone [money] and average prices, the same in every step [money/kWh].

    Raises
    ------
    InvalidInputError
        By :func:`allocate`, if the game has no meter data.

    Notes
    -----
    With :math:`m_t` the energy shared in a step (0 in steps whose spread is 0),

    .. math:: \text{sell} = \frac{\sum_t f_t (S_t - m_t)}{\sum_t S_t}, \qquad
              \text{buy} = \frac{\sum_t b_t (D_t - m_t)}{\sum_t D_t} .

    Without any surplus the sell price is the export price of each step, without any deficit the buy price is
    the import price of each step. Sums of payoffs telescope to the gains of the period, so the money
    balances; it does not balance in a single step. Under a tariff that varies over time the pooling alone
    moves money from homes that buy in cheap hours to homes that buy in dear ones, even where nothing is
    shared, and individual rationality is not promised. Time O(n T).

    References
    ----------
    .. [1] C. Long, J. Wu, C. Zhang, L. Thomas, M. Cheng and N. Jenkins, "Peer-to-peer energy trading in a
       community microgrid", IEEE PES General Meeting, 2017.

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.Community(["Ada", "Bob"], [[0, 0], [1, 1]], [[2, 0], [0, 0]],
    ...                       ["2023-06-01T12:00", "2023-06-01T13:00"], 1.0, gt.Tariff(12, 4))
    >>> split = gt.allocate(street, "bill_sharing_period")
    >>> split.payoffs, split.sell_price, split.buy_price
    (array([-4., 12.]), array([2., 2.]), array([6., 6.]))
    """
    community, shared = game.community, shared_energy(game)
    sold = _pooled_change(community.export_price, community.surplus.sum(axis=0), shared)
    bought = _pooled_change(community.import_price, community.deficit.sum(axis=0), shared)
    payoffs = community.surplus @ sold - community.deficit @ (bought + sharing_charge(game))
    sell, buy = community.export_price + sold, community.import_price + bought
    return Allocation(game, "bill_sharing_period", payoffs, buy_price=buy, sell_price=sell)


def _pooled_change(price: FloatArray, energy: FloatArray, shared: FloatArray) -> FloatArray:
    """Pooled price less the price of each step, shape (T,); exactly 0 if one price is pooled. [money/kWh]"""
    total = energy.sum()
    if total == 0:
        return np.zeros(price.size)
    above_one = price - price[energy.argmax()]
    return np.asarray((above_one @ energy) / total - above_one - (price @ shared) / total)
