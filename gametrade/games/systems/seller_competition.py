"""Sellers compete in prices, buyers choose among them, and sellers lead: three games in one."""

from __future__ import annotations

from collections.abc import Sequence

from gametrade.games.pricing import step_numbers
from gametrade.games.pricing.seller_competition import SellerCompetition
from gametrade.registry import systems
from gametrade.typing import ArrayLike


@systems.register(
    source="Paudel, Chaudhari, Long and Gooi 2019, IEEE Trans. Ind. Electron. 66",
    example={
        "energies": [4.0, 6.0],
        "keep_worth": [0.35, 0.3],
        "keep_bends": 0.05,
        "worth": [0.5, 0.6, 0.55],
        "bends": 0.1,
        "import_price": 0.4,
        "export_price": 0.1,
    },
    of_step=step_numbers.keeping_sellers,
)
def seller_competition(
    *,
    energies: ArrayLike,
    keep_worth: ArrayLike,
    keep_bends: ArrayLike,
    worth: ArrayLike,
    bends: ArrayLike,
    import_price: float,
    export_price: float,
    sellers: Sequence[str] | None = None,
    buyers: Sequence[str] | None = None,
    unit: str = "money",
) -> SellerCompetition:
    """Build the market in which sellers ask prices, buyers drift to sellers who serve them better, and sellers follow.

    Parameters
    ----------
    energies, keep_worth, keep_bends, worth, bends, import_price, export_price, sellers, buyers, unit
        As in :class:`~gametrade.games.pricing.seller_competition.SellerCompetition`.

    Returns
    -------
    SellerCompetition
        Players: sellers (strategies: price and energy) and buyers (shares of the sellers).

    Notes
    -----
    Players: sellers and buyers. Strategies: prices [money/kWh] and energies [kWh]; shares of the sellers. Payoffs:
    value of energy kept plus revenue; utility less payments [money]. Source: Paudel, Chaudhari, Long and Gooi 2019.
    Interpretation: all formulas: the source's two competitions and its leaders are stated by reviews.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = seller_competition(energies=[5], keep_worth=0.2, keep_bends=0.1, worth=[0.5], bends=0.05,
    ...     import_price=0.3, export_price=0.1)
    >>> gt.solve(game)[0].strategies[0].round(6).tolist()
    [0.25, 5.0]
    """
    return SellerCompetition(
        energies,
        keep_worth,
        keep_bends,
        worth,
        bends,
        import_price=import_price,
        export_price=export_price,
        sellers=sellers,
        buyers=buyers,
        unit=unit,
    )
