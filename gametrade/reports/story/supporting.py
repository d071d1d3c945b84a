"""The local prices that support a rule, or come closest to it, by hour of the day and season."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.analysis.rule_stability import RuleStability
from gametrade.analysis.study import StabilityStudy
from gametrade.games.coalitional import SharingGame
from gametrade.reports.story.answer import when
from gametrade.reports.story.numbers import NOTHING, Writer, fixed
from gametrade.reports.story.seasons import SEASONS, hour_and_season, hourly_mean
from gametrade.reports.story.table import Column, Table
from gametrade.reports.story.words import headline, rule_label
from gametrade.typing import FloatArray

DIGITS = 3
"""Digits of a price after the point, more for small prices."""


@dataclass(frozen=True, eq=False, slots=True)
class SupportingPrices:
    """Means over the steps in which energy is shared, weighted by that energy.

    Parameters
    ----------
    price, floor, ceiling : ndarray of shape (4, 24)
        Local price, export price, and import price less network charge; NaN where nothing is shared. [money/kWh]
    """

    price: FloatArray
    floor: FloatArray
    ceiling: FloatArray

    @property
    def seasons(self) -> list[int]:
        """Seasons in which energy is shared."""
        return [k for k in range(4) if np.isfinite(self.price[k]).any()]


def supporting_prices(result: RuleStability) -> SupportingPrices | None:
    r"""Average the price path that best supports the payoffs of a rule.

    Parameters
    ----------
    result : RuleStability
        One rule; for contracts other than "whole" the period with the largest excess is taken.

    Returns
    -------
    SupportingPrices or None
        None for games without prices.

    Notes
    -----
    :math:`p_t = f_t + \lambda_t \delta_t`, weighted by :math:`\min(S_t, D_t)`. Time O(n T).
    """
    game, position = result.blocking.game, result.price_position
    if not has_supporting_prices(result) or position is None or not isinstance(game, SharingGame):
        return None
    floor = game.community.export_price[game.trade_steps]
    shared = np.minimum(np.maximum(game.position, 0).sum(axis=0), np.maximum(-game.position, 0).sum(axis=0))
    hours, season = hour_and_season(game.community.local_times()[game.trade_steps])
    paths = (floor + position * game.spread, floor, floor + game.spread)
    means = [
        np.array(
            [hourly_mean(p[season == k], (shared / game.spread)[season == k], hours[season == k]) for k in range(4)]
        )
        for p in paths
    ]
    return SupportingPrices(*means)


def has_supporting_prices(result: RuleStability) -> bool:
    """Whether a price path was computed for a game with meter data and any trade."""
    return bool(result.price_position is not None and len(result.price_position)) and not np.isnan(
        result.price_shortfall
    )


def shortfall_words(result: RuleStability, write: Writer) -> str:
    """How much money the closest prices miss."""
    if result.price_shortfall <= result.blocking.game.tolerance:
        return "supports it"
    return f"{write.money(result.price_shortfall)} short"


def supporting_table(study: StabilityStudy) -> Table | None:
    """Supporting prices of the headline rule by hour and season; None where there are none."""
    result = headline(study.results) if study.results else None
    prices = supporting_prices(result) if result is not None else None
    if result is None or prices is None or study.nothing_shared:
        return None
    hours = np.flatnonzero(np.isfinite(prices.price).any(axis=0))
    digits = DIGITS + max(0, -int(np.floor(np.log10(np.nanmax(np.abs(prices.ceiling)) or 1.0))) - 1)
    return Table(
        f"{rule_label(result.rule)}: closest supporting price by hour and season{when(result)}, "
        f"{shortfall_words(result, Writer.of(study))}",
        (
            Column("hour", "h", whole=True),
            *(Column(SEASONS[k], f"{study.game.unit}/kWh") for k in prices.seasons),
        ),
        tuple(
            (f"{h:02d} to {h + 1:02d}", *(fixed(float(prices.price[k, h]), digits) for k in prices.seasons))
            for h in hours
        ),
        f"Mean price of a shared kWh, network charge excluded, weighted by energy; {NOTHING} where nothing is shared. "
        "At prices that support a rule no home gains more than the rule pays it, so nobody gains by leaving.",
    )
