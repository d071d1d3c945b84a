"""The baseline: nobody shares."""

from __future__ import annotations

import numpy as np

from gametrade.games.coalitional import Allocation, SharingGame
from gametrade.registry import rules


@rules.register(
    promises=(
        "symmetry",
        "null_player",
        "individual_rationality",
        "step_individual_rationality",
        "additivity",
    ),
    needs="sharing",
    kind="baseline",
    source="the tariff itself",
)
def stand_alone(game: SharingGame) -> Allocation:
    """Leave every home to the grid: the baseline that all gains are measured against.

    Parameters
    ----------
    game : SharingGame
        Homes, meter data and tariff.

    Returns
    -------
    Allocation
        Payoffs of zero [money] and the grid's prices [money/kWh].

    Raises
    ------
    InvalidInputError
        By :func:`allocate`, if the game has no meter data.

    Notes
    -----
    The imbalance is minus the gains of the whole community: all of them are left unshared, so efficiency is
    not promised.

    Examples
    --------
    >>> import gametrade as gt
    >>> street = gt.Community(["Ada", "Bob"], [[0], [1]], [[1], [0]], ["2023-06-01T12:00"], 1.0,
    ...                       gt.Tariff(import_price=12, export_price=4))
    >>> baseline = gt.allocate(street, "stand_alone")
    >>> baseline.payoffs, baseline.imbalance
    (array([0., 0.]), -8.0)
    """
    community = game.community
    return Allocation(
        game,
        "stand_alone",
        np.zeros(game.n_players),
        buy_price=community.import_price,
        sell_price=community.export_price,
    )
