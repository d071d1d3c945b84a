"""Bill sharing, settled step by step."""

from __future__ import annotations

import numpy as np

from gametrade.games.coalitional import Allocation, SharingGame
from gametrade.registry import rules
from gametrade.rules.settlement import TradeBook, settle


@rules.register(
    promises=("efficiency", "symmetry", "null_player", "additivity"),
    needs="sharing",
    kind="price",
    source="Long et al. 2017",
)
def bill_sharing(game: SharingGame) -> Allocation:
    r"""Share the community's grid bill and grid income of each step pro rata: local energy costs nothing.

    Parameters
    ----------
    game : SharingGame
        Homes, meter data and tariff.

    Returns
    -------
    Allocation
        Payoffs over being alone [money] and average prices [money/kWh].

    Raises
    ------
    InvalidInputError
        By :func:`allocate`, if the game has no meter data.

    Notes
    -----
    In each step with surplus S, deficit D, export price f, import price b and shared energy
    :math:`m = \min(S, D)`,

    .. math:: \text{sell} = f\, (S - D)^+ / S, \qquad \text{buy} = b\, (D - S)^+ / D .

    This is the local price 0, so the money balances whatever the tariff. Buyers also pay the network charge.
    With a positive export price the sell price is below it in *every* step in which something is shared:
    :math:`\text{sell} \le f (1 - m / S) < f`. A home that sells in a step therefore loses in that step; over
    a longer period it may win as a buyer. Individual rationality is not promised. Time O(n T).

    References
    ----------
    .. [1] C. Long, J. Wu, C. Zhang, L. Thomas, M. Cheng and N. Jenkins, "Peer-to-peer energy trading in a
       community microgrid", IEEE PES General Meeting, 2017.

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.Community(["Ada", "Bob", "Cy"], [[0], [0], [1]], [[1], [1], [0]], ["2023-06-01T12:00"],
    ...                       1.0, gt.Tariff(import_price=12, export_price=4))
    >>> split = gt.allocate(street, "bill_sharing")
    >>> split.payoffs, split.sell_price, split.buy_price
    (array([-2., -2., 12.]), array([2.]), array([0.]))
    """
    book = TradeBook(game)
    return settle(book, "bill_sharing", np.zeros(book.supply.size))
