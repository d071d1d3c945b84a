"""The mid-market rate."""

from __future__ import annotations

from gametrade.games.coalitional import Allocation, SharingGame
from gametrade.registry import rules
from gametrade.rules.settlement import TradeBook, settle


@rules.register(
    promises=(
        "efficiency",
        "symmetry",
        "null_player",
        "individual_rationality",
        "step_individual_rationality",
        "additivity",
    ),
    needs="sharing",
    kind="price",
    source="Long et al. 2017",
)
def mid_market_rate(game: SharingGame) -> Allocation:
    r"""Trade at the middle between export and import price; the longer side shares the grid's part pro rata.

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
    The local price is :math:`p = (f + b - \varphi) / 2`, the middle between export price and import price
    less network charge. If :math:`S > D`, buyers pay p and sellers get :math:`(p D + f (S - D)) / S`; if
    :math:`S < D`, sellers get p and buyers pay :math:`(p S + b (D - S)) / D`.

    The payoffs balance, and every home gains in every step because p lies between floor and ceiling. They
    need not be in the core: in a single step with :math:`r = D / S < 1` a coalition T with
    :math:`r_T = D_T / S_T` blocks if and only if :math:`r < r_T < 2 - r` (mirrored for :math:`S < D`). It is
    in the core for two homes, for :math:`S = D`, and for a single seller with :math:`S > D`. Time O(n T).

    References
    ----------
    .. [1] C. Long, J. Wu, C. Zhang, L. Thomas, M. Cheng and N. Jenkins, "Peer-to-peer energy trading in a
       community microgrid", IEEE PES General Meeting, 2017.
    .. [2] W. Tushar et al., "Peer-to-peer energy trading with sustainable user participation: a game
       theoretic
       approach", IEEE Access 6 (2018) 62932-62943.

    Examples
    --------
    Ada and Cy gain 6 here and 8 on their own, so they leave:

    >>> import gametrade as gt
    >>> street = gt.Community(["Ada", "Bob", "Cy"], [[0], [0], [1]], [[1], [1], [0]], ["2023-06-01T12:00"],
    ...                       1.0, gt.Tariff(import_price=12, export_price=4))
    >>> split = gt.allocate(street, "mid_market_rate")
    >>> split.payoffs, split.sell_price, split.buy_price
    (array([2., 2., 4.]), array([6.]), array([8.]))
    >>> split.game.value(["Ada", "Cy"])
    8.0
    """
    book = TradeBook(game)
    return settle(book, "mid_market_rate", book.middle)
