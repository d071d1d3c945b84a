"""Which homes may trade with each other without breaking a limit of the feeder: the graph of admissible trades."""

from __future__ import annotations

import numpy as np

from gametrade.community import Community
from gametrade.community.feeder import Feeder
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional.network import NetworkGame
from gametrade.typing import BoolArray


def feasible_trades(community: Community, feeder: Feeder, *, share: float = 1.0) -> tuple[tuple[str, str], ...]:
    r"""Link two homes if the feeder can carry what they would trade.

    Parameters
    ----------
    community : Community
        n homes.
    feeder : Feeder
        Limits of voltages and lines, and the bus of each home.
    share : float
        Share of the steps in which two homes could trade that must be feasible, above 0 and at most 1.

    Returns
    -------
    tuple of pairs of str
        Links for :class:`~gametrade.games.coalitional.GraphGame`, in player order.

    Raises
    ------
    InvalidInputError
        If the share is out of range, or demand alone breaks a limit.

    Notes
    -----
    In each step in which one has a surplus and the other a deficit, the smaller of the two is fed in at the seller's
    bus while all homes draw their deficits and nobody else feeds in. Homes that never could trade are linked too: no
    limit stands between them. A trade that is refused is a link less; the Myerson value of the graph then shares what
    the connected parts can gain. A model of the class described in Azim, Tushar and Saha [1]_.

    References
    ----------
    .. [1] M. I. Azim, W. Tushar and T. K. Saha, "Coalition graph game-based P2P energy trading with local voltage
       management", IEEE Trans. Smart Grid 12 (2021).

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.Community(["Ada", "Bob", "Cy"], [[0], [9], [1]], [[9], [0], [0]], ["2023-06-01T12:00"], 1.0,
    ...                       gt.Tariff(import_price=0.30, export_price=0.08))
    >>> feeder = Feeder([("grid", "a"), ("grid", "b")], [0.1, 0.1], [0, 0], capacity=[5, 50],
    ...                 homes={"Ada": "a", "Bob": "b", "Cy": "b"})
    >>> feasible_trades(street, feeder)
    (('Ada', 'Cy'), ('Bob', 'Cy'))
    """
    if not 0 < share <= 1:
        raise InvalidInputError(f"share of feasible_trades must be above 0 and at most 1. Got {share!r}.")
    game = NetworkGame(community, feeder)
    n, names = community.n_prosumers, community.names
    linked = []
    for i in range(n):
        for j in range(i + 1, n):
            trades, fits = _both_ways(game, i, j)
            if fits.sum() >= share * trades.sum():
                linked.append((names[i], names[j]))
    return tuple(linked)


def _both_ways(game: NetworkGame, first: int, second: int) -> tuple[BoolArray, BoolArray]:
    """Steps in which two homes could trade, and those in which the feeder carries it, shape (T,)."""
    surplus, deficit = game.community.surplus, game.community.deficit
    trades = np.zeros(game.community.n_steps, dtype=bool)
    fits = trades.copy()
    for seller, buyer in ((first, second), (second, first)):
        energy = np.minimum(surplus[seller], deficit[buyer])
        trades |= energy > 0
        fits |= (energy > 0) & (np.outer(game.loading[:, seller], energy) <= game.room * (1 + 1e-12)).all(axis=0)
    return trades, fits
