"""Sellers and buyers of a feed-in scheme trade with each other instead, several leading and several following."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gametrade.games.pricing import step_numbers
from gametrade.games.pricing.seller_competition import SellerCompetition
from gametrade.registry import systems
from gametrade.typing import ArrayLike


@systems.register(
    source="Jiang Y., Zhou, Lu and Yang 2020, multi-leader multi-follower trading",
    example={
        "surpluses": [3.0, 5.0],
        "worth": [0.4, 0.5, 0.45],
        "bends": [0.05, 0.04, 0.08],
        "import_price": 0.3,
        "export_price": 0.08,
    },
    of_step=step_numbers.market_of_sellers,
)
def feed_in_market(
    *,
    surpluses: ArrayLike,
    worth: ArrayLike,
    bends: ArrayLike,
    import_price: float,
    export_price: float,
    sellers: Sequence[str] | None = None,
    buyers: Sequence[str] | None = None,
    unit: str = "money",
) -> SellerCompetition:
    """Build the market of sellers who would else be paid the feed-in tariff, and buyers who would else pay the grid.

    Parameters
    ----------
    surpluses : array_like of shape (M,)
        Energy that each seller would feed in. [kWh]
    worth, bends : array_like of shape (N,)
        What the first kWh is worth to each buyer and by how much each further one is worth less. [money/kWh,
        money/kWh^2]
    import_price, export_price : float
        Grid prices. [money/kWh]
    sellers, buyers, unit : sequence of str and str
        Labels and money.

    Returns
    -------
    SellerCompetition
        Its method `over_feed_in` gives the two published metrics of an answer: reduction of the buyers' cost and
        increase of the sellers' benefit, both against the feed-in scheme. [%]

    Notes
    -----
    Players: sellers and buyers. Strategies: prices [money/kWh] and energies [kWh]; shares of the sellers. Payoffs:
    revenue over the feed-in scheme; utility less payments [money]. Source: Jiang Y., Zhou, Lu and Yang 2020.
    Interpretation: quadratic utilities, and sellers with no other use of their surplus than feeding it in.

    The review reports 4.36 % and 12.61 % on data that are not known: the same two metrics on other data, not a
    reproduction. Both are at least 0 at any price between the grid's. Sellers who use nothing else of their surplus
    than feeding it in, and quadratic utilities, are an interpretation.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = feed_in_market(surpluses=[3.0], worth=[0.4], bends=0.05, import_price=0.3, export_price=0.1)
    >>> [round(number, 3) for number in game.over_feed_in(gt.solve(game)[0].strategies)]
    [16.667, 150.0]
    """
    return SellerCompetition(
        surpluses,
        export_price,
        float(np.asarray(bends, dtype=float).max(initial=1e-9)),
        worth,
        bends,
        import_price=import_price,
        export_price=export_price,
        sellers=sellers,
        buyers=buyers,
        unit=unit,
    )
