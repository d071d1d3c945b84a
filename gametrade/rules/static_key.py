"""Fixed allocation coefficients of energy-community laws."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gametrade.games.coalitional import Allocation, SharingGame
from gametrade.registry import rules
from gametrade.rules.allocation_keys import attributed_payoffs, check_local_share, key_vector
from gametrade.rules.settlement import TradeBook
from gametrade.typing import ArrayLike


@rules.register(
    promises=(
        "symmetry",
        "null_player",
        "individual_rationality",
        "step_individual_rationality",
        "additivity",
    ),
    needs="sharing",
    kind="payoff",
    source="Real Decreto 244/2019 (Spain); Code de l'énergie, L315-2 (France)",
)
def static_key(
    game: SharingGame, *, keys: Mapping[str, float] | ArrayLike | None = None, local_share: float = 0.5
) -> Allocation:
    r"""Attribute a fixed share of the local surplus to each home, as energy-community laws do.

    Parameters
    ----------
    game : SharingGame
        Homes, meter data and tariff.
    keys : mapping of home to float, or array_like of shape (n,), optional
        Share of the local surplus that each home may use; at least 0, sum 1. Equal shares by default.
    local_share : float, default=0.5
        Place of the local price between export price (0) and import price less network charge (1).

    Returns
    -------
    Allocation
        Payoffs over being alone [money]. A note says which share of the gains is left unshared.

    Raises
    ------
    InvalidInputError
        If `keys` are negative or do not sum to 1, or `local_share` is not between 0 and 1.
    UnknownNameError
        If a key belongs to no home.

    Notes
    -----
    In each step home i is attributed :math:`a_i = \min(\kappa_i S, d_i)` at the local price
    :math:`p = f + \text{local\_share} \cdot \delta`; sellers get p for the attributed energy, pro rata to
    their surplus, and f for the rest. Homes net their own generation first. What a home cannot use is not
    passed on, so :math:`\sum_i a_i \le \min(S, D)` and part of the gains is lost (a negative imbalance):
    efficiency is not promised. Nobody loses in any step since :math:`f \le p \le b - \varphi`. With the
    default keys equal homes get equal payoffs. Time O(n T).

    References
    ----------
    .. [1] Spain, Real Decreto 244/2019 on self-consumption (coefficients of shared self-consumption).
    .. [2] France, Code de l'énergie, article L315-2 (autoconsommation collective).

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.Community(["Ada", "Bob", "Cy"], [[0], [1], [3]], [[4], [0], [0]], ["2023-06-01T12:00"],
    ...                       1.0, gt.Tariff(import_price=12, export_price=4))
    >>> split = gt.allocate(street, "static_key", keys={"Bob": 0.5, "Cy": 0.5})
    >>> split.payoffs, split.imbalance
    (array([12.,  4.,  8.]), -8.0)
    """
    check_local_share(local_share, "static_key")
    book = TradeBook(game)
    shares = key_vector(keys, game.players)
    payoffs = attributed_payoffs(book, np.minimum(shares[:, None] * book.supply, book.buying), local_share)
    gains = game.grand_value
    notes = [] if keys is None else ["The keys were given by the caller."]
    if gains > 0:
        notes.append(f"The keys leave {max(0.0, 1 - float(payoffs.sum()) / gains):.1%} of the gains unshared.")
    label = "static_key" if local_share == 0.5 else f"static_key:local_share={local_share}"
    return Allocation(game, label, payoffs, notes=tuple(notes))
