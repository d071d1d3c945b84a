"""Shares in proportion to energy."""

from __future__ import annotations

import numpy as np

from gametrade.errors import UnknownNameError
from gametrade.games.coalitional import Allocation, SharingGame
from gametrade.registry import rules
from gametrade.rules.settlement import TradeBook
from gametrade.typing import FloatArray

BASES = ("shared_energy", "demand", "generation")
"""What the shares may be proportional to."""


@rules.register(
    promises=("efficiency", "symmetry", "individual_rationality"),
    needs="sharing",
    kind="payoff",
    variants=({"to": "demand"}, {"to": "generation"}),
    source="folk rule of energy communities",
)
def proportional(game: SharingGame, *, to: str = "shared_energy") -> Allocation:
    r"""Share the gains of the period in proportion to each home's energy.

    Parameters
    ----------
    game : SharingGame
        Homes, meter data and tariff.
    to : {"shared_energy", "demand", "generation"}, default="shared_energy"
        Energy traded inside the community, or all energy used, or all energy produced.

    Returns
    -------
    Allocation
        Payoffs over being alone. [money]

    Raises
    ------
    UnknownNameError
        If there is no such energy.

    Notes
    -----
    :math:`x_i = v(N)\, e_i / \sum_j e_j`, and :math:`v(N) / n` if every :math:`e_j = 0` (then nothing is
    gained either). The energy that home i trades inside the community is
    :math:`\sum_t (m_t / S_t) s_{it} + (m_t / D_t) d_{it}`, each side rationed pro rata. Every share is at
    least 0, so every home gains over the period. Only with ``shared_energy`` does a home without net load get
    nothing. Time O(n T).

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.Community(["Ada", "Bob", "Cy"], [[0], [0], [1]], [[1], [3], [0]], ["2023-06-01T12:00"],
    ...                       1.0, gt.Tariff(import_price=12, export_price=4))
    >>> gt.allocate(street, "proportional").payoffs
    array([1., 3., 4.])
    >>> gt.allocate(street, "proportional:to=demand").payoffs
    array([0., 0., 8.])
    """
    if to not in BASES:
        raise UnknownNameError("option to of proportional", to, BASES)
    energy = _traded_energy(game) if to == "shared_energy" else getattr(game.community, to).sum(axis=1)
    label = "proportional" if to == "shared_energy" else f"proportional:to={to}"
    if not energy.any():
        note = f"Every home has zero {to.replace('_', ' ')}: equal shares."
        return Allocation(game, label, np.full(game.n_players, game.grand_value / game.n_players), notes=(note,))
    return Allocation(game, label, game.grand_value * (energy / energy.sum()))


def _traded_energy(game: SharingGame) -> FloatArray:
    """Energy that each home sells and buys inside the community, shape (n,). [kWh]"""
    book = TradeBook(game)
    return np.asarray(book.selling @ (book.sold_share / game.spread) + book.buying @ (book.served_share / game.spread))
