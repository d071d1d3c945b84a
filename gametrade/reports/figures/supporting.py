"""Which local prices would support each rule?"""

from __future__ import annotations

import plotly.graph_objects as go

from gametrade.analysis.rule_stability import RuleStability
from gametrade.analysis.study import StabilityStudy
from gametrade.games.coalitional import SharingGame
from gametrade.registry import figures
from gametrade.reports.figures.panels import price_line, season_panels
from gametrade.reports.figures.style import BLACK, GREY, Figure, line_style
from gametrade.reports.story.numbers import Writer
from gametrade.reports.story.supporting import SupportingPrices, shortfall_words, supporting_prices
from gametrade.reports.story.words import chosen, rule_label

LINES = 4


@figures.register(order=4)
def supporting(study: StabilityStudy) -> Figure | None:
    """Draw the local prices that support each rule, or come closest to it, by hour of the day and season.

    Parameters
    ----------
    study : StabilityStudy
        Of a community.

    Returns
    -------
    Figure or None
        Up to four rules; None for games without prices.
    """
    known = [(result, prices) for result in study if (prices := supporting_prices(result)) is not None]
    kept = chosen([result for result, _ in known], LINES) if known else []
    shown = [(result, prices) for result, prices in known if any(result is other for other in kept)]
    if not shown:
        return None
    names = [f"{rule_label(result.rule)} ({shortfall_words(result, Writer.of(study))})" for result, _ in shown]
    seasons = sorted({k for _, prices in shown for k in prices.seasons})
    charged = isinstance(study.game, SharingGame) and study.game.community.network_charge.any()
    ceiling = "import less network charge" if charged else "grid: import"
    panels = {}
    for k in seasons:
        first = k == seasons[0]
        panels[k] = _tariff(next(prices for _, prices in shown if k in prices.seasons), k, first, ceiling)
        for j, (name, (_, prices)) in enumerate(zip(names, shown, strict=True)):
            panels[k].append(price_line(name, prices.price[k], line_style(j), first))
    return Figure(
        "supporting",
        "Which local prices would support each rule, and how far do they fall short?",
        _caption(study, [result for result, _ in known], [result for result, _ in shown]),
        season_panels(panels, f"price [{study.game.unit}/kWh]", legend_rows=3),
    )


def _tariff(prices: SupportingPrices, k: int, first: bool, ceiling: str) -> list[go.Scatter]:
    """Floor and ceiling of a local price in the steps with trade."""
    return [
        price_line(ceiling, prices.ceiling[k], {"color": BLACK, "width": 1.5}, first),
        price_line("grid: export", prices.floor[k], {"color": GREY, "width": 1.5}, first),
    ]


def _caption(study: StabilityStudy, known: list[RuleStability], shown: list[RuleStability]) -> str:
    """How to read the prices."""
    period = "" if study.contract == "whole" else f" Prices of the {study.contract} in which most is gained by leaving."
    rest = f" {len(shown)} of {len(known)} rules are drawn; the table of rules has the amounts of all."
    assert isinstance(study.game, SharingGame)
    return (
        "For each rule the path of local prices that comes closest to supporting it, as mean price of a shared kWh, "
        "weighted by energy, network charge excluded. At prices that support a rule no home gains more than "
        "the rule pays it: nobody gains by leaving. Where they fall short, the amount is what some homes would gain "
        "more at these prices than under the rule; no coalition gains more than that by leaving. A clearing price is "
        "low while there is energy to spare and high while it is scarce."
        f"{period}{rest if len(shown) < len(known) else ''}"
    )
