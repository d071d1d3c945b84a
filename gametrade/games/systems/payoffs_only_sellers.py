"""Sellers who know no model of their buyers and follow what their payoffs tell them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gametrade.games.continuous import ContinuousGame
from gametrade.games.pricing import step_numbers
from gametrade.games.pricing.price_competition import PriceCompetition
from gametrade.registry import systems
from gametrade.typing import ArrayLike


@dataclass(frozen=True, eq=False, repr=False)
class PayoffsOnly(ContinuousGame):
    """A game of which players can measure payoffs and nothing else."""


@systems.register(
    source="Bhatti and others, non-model-based Nash seeking, as reviews describe it; Frihauf et al. 2012",
    example={"worth": [1.0, 1.0], "own": 1.0, "cross": 0.5, "costs": [0.1, 0.2], "cap": 1.0},
    of_step=step_numbers.similar_sellers,
)
def payoffs_only_sellers(
    *,
    worth: ArrayLike,
    own: float,
    cross: float,
    costs: ArrayLike = 0.0,
    floor: float = 0.0,
    cap: float,
    sellers: Sequence[str] | None = None,
    unit: str = "money",
) -> PayoffsOnly:
    """Build the differentiated sellers' game with payoffs that can only be measured, for seeking without a model.

    Parameters
    ----------
    worth, own, cross, costs, floor, cap, sellers, unit
        As in :func:`differentiated_sellers`.

    Returns
    -------
    PayoffsOnly
        No gradients; nothing but measurements of payoffs is used to find its equilibrium. Its certificate uses that
        profits are concave in the own price.

    Notes
    -----
    Players: the sellers. Strategies: prices [money/kWh]. Payoffs: profits [money], which can be measured and not
    differentiated. Source: Bhatti et al., as reviews describe it; Frihauf et al. 2012 for the way of seeking.
    Interpretation: the market is that of :func:`differentiated_sellers`.

    Seeking ends within the order of the amplitude from the closed form of
    :class:`~gametrade.games.pricing.price_competition.PriceCompetition`. Amplitude and gain of the solver
    follow the widths of the intervals and the ranges of the payoffs, unless they are given.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = payoffs_only_sellers(worth=[1.0, 1.0], own=1.0, cross=0.5, cap=1.0)
    >>> abs(float(gt.solve(game, rounds=20_000)[0].strategies[0][0]) - 1 / 3) < 0.01
    True
    """
    known = PriceCompetition.between(worth, own, cross, costs, floor=floor, cap=cap, sellers=sellers, unit=unit)
    return PayoffsOnly(
        known.players, known.variables, known.payoffs, None, known.sets, concave=True, unit=unit, units=known.units
    )
