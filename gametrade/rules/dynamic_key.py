"""Allocation coefficients of energy-community laws that follow each step's consumption."""

from __future__ import annotations

from gametrade.errors import UnknownNameError
from gametrade.games.coalitional import Allocation, SharingGame
from gametrade.registry import rules
from gametrade.rules.allocation_keys import attributed_payoffs, check_local_share, water_fill
from gametrade.rules.settlement import TradeBook, settle

METHODS = ("pro_rata", "equal")
"""How the local energy of a step may be attributed."""


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
    kind="payoff",
    variants=({"method": "equal"},),
    source="Code de l'énergie, L315-2 (France), default key",
)
def dynamic_key(game: SharingGame, *, method: str = "pro_rata", local_share: float = 0.5) -> Allocation:
    r"""Attribute the local surplus of each step to the homes that can use it, as energy-community laws do.

    Parameters
    ----------
    game : SharingGame
        Homes, meter data and tariff.
    method : {"pro_rata", "equal"}, default="pro_rata"
        In proportion to each deficit, or the same amount to each home up to its deficit.
    local_share : float, default=0.5
        Place of the local price between export price (0) and import price less network charge (1).

    Returns
    -------
    Allocation
        Payoffs over being alone [money]; with ``pro_rata`` also the average prices [money/kWh].

    Raises
    ------
    InvalidInputError
        If `local_share` is not between 0 and 1.
    UnknownNameError
        If there is no such method.

    Notes
    -----
    In each step home i is attributed :math:`a_i = d_i\, m / D` (``pro_rata``) or :math:`a_i = \min(d_i, c)`
    with the level c at which :math:`\sum_i a_i = m = \min(S, D)` (``equal``), at the local price
    :math:`p = f + \text{local\_share} \cdot \delta`; sellers get p for the attributed energy, pro rata to
    their surplus, and f for the rest. All of m is attributed, so the money balances, and nobody loses in any
    step. ``pro_rata`` at the middle price is :func:`mid_market_rate`. Time O(n T), ``equal`` O(n T log n).

    References
    ----------
    .. [1] France, Code de l'énergie, article L315-2 (autoconsommation collective); the key in proportion to
       consumption is the one used when a community names none.

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.Community(["Ada", "Bob", "Cy"], [[0], [1], [7]], [[4], [0], [0]], ["2023-06-01T12:00"],
    ...                       1.0, gt.Tariff(import_price=12, export_price=4))
    >>> gt.allocate(street, "dynamic_key").payoffs
    array([16.,  2., 14.])
    >>> gt.allocate(street, "dynamic_key:method=equal").payoffs
    array([16.,  4., 12.])
    """
    check_local_share(local_share, "dynamic_key")
    if method not in METHODS:
        raise UnknownNameError("option method of dynamic_key", method, METHODS)
    label = "dynamic_key" + ("" if method == "pro_rata" else f":method={method}")
    label += "" if local_share == 0.5 else f":local_share={local_share}"
    book = TradeBook(game)
    if method == "pro_rata":
        return settle(book, label, book.floor + local_share * game.spread)
    attributed = book.buying.copy()
    short = book.supply < book.need
    attributed[:, short] = water_fill(book.buying[:, short], book.supply[short])
    return Allocation(game, label, attributed_payoffs(book, attributed, local_share))
