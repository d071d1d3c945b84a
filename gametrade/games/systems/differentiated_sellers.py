"""Sellers of similar, not identical, energy name prices."""

from __future__ import annotations

from collections.abc import Sequence

from gametrade.games.pricing import step_numbers
from gametrade.games.pricing.price_competition import PriceCompetition
from gametrade.registry import systems
from gametrade.typing import ArrayLike


@systems.register(
    source="price variant of Paudel et al. 2019, IEEE Trans. Ind. Electron. 66; model of Bertrand competition",
    example={"worth": [0.6, 0.6], "own": 0.1, "cross": 0.06, "costs": [0.08, 0.12], "cap": 0.6},
    of_step=step_numbers.similar_sellers,
)
def differentiated_sellers(
    *,
    worth: ArrayLike,
    own: float,
    cross: float,
    costs: ArrayLike = 0.0,
    floor: float = 0.0,
    cap: float,
    sellers: Sequence[str] | None = None,
    unit: str = "money",
) -> PriceCompetition:
    """Build the price game of sellers whose energies buyers hold for similar: green, local, next door.

    Parameters
    ----------
    worth, own, cross, costs, floor, cap, sellers, unit
        As in :meth:`~gametrade.games.pricing.price_competition.PriceCompetition.between`.

    Returns
    -------
    PriceCompetition
        Players: the sellers; strategies: prices; payoffs: profits.

    Notes
    -----
    Players: the sellers. Strategies: prices [money/kWh]. Payoffs: profits :math:`(p_i - c_i) x_i(p)` [money].
    Source: the price variant of Paudel et al. 2019; Bertrand competition. Interpretation: the quadratic utility
    that makes energies similar but not the same.

    The price game proper behind the sellers' competition of :func:`seller_competition`, which adjusts prices to
    excess demand instead; the quadratic utility is an interpretation.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = differentiated_sellers(worth=[1.0, 1.0], own=1.0, cross=0.5, cap=1.0)
    >>> round(float(gt.solve(game)[0].strategies[0][0]), 12)
    0.333333333333
    """
    return PriceCompetition.between(worth, own, cross, costs, floor=floor, cap=cap, sellers=sellers, unit=unit)
