"""What a shared kWh costs and earns, by hour of the day and season."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from gametrade.analysis.rule_stability import RuleStability
from gametrade.analysis.study import StabilityStudy
from gametrade.games.coalitional import SharingGame
from gametrade.registry import figures
from gametrade.reports.figures.panels import price_line, season_panels
from gametrade.reports.figures.style import BLACK, BLUE, GREY, ORANGE, Figure
from gametrade.reports.story.seasons import hour_and_season, hourly_mean
from gametrade.reports.story.words import base_name, headline, rule_label, sentence
from gametrade.typing import IntArray

FIGURES = 3
"""Most rules whose prices are drawn."""


@figures.register(order=3)
def prices(study: StabilityStudy) -> list[Figure]:
    """Draw the local prices of the best-known price rules between the tariff lines.

    Parameters
    ----------
    study : StabilityStudy
        Of a community.

    Returns
    -------
    list of Figure
        One a rule with prices, three at most.
    """
    if not isinstance(study.game, SharingGame):
        return []
    priced = [r for r in study if r.allocation.sell_price is not None and base_name(r.rule) != "stand_alone"]
    wanted = (headline(study.results).rule, "competitive_price", "bill_sharing")
    order = sorted(priced, key=lambda r: wanted.index(r.rule) if r.rule in wanted else len(wanted))
    return [_price_figure(study.game, result) for result in order[:FIGURES]]


def _price_figure(game: SharingGame, result: RuleStability) -> Figure:
    hours, season = hour_and_season(game.community.local_times())
    panels = {
        k: _lines(game, result, hours, season == k, first=k == int(season.min()))
        for k in range(4)
        if (season == k).any()
    }
    return Figure(
        f"prices-{result.rule.replace(':', '-').replace('=', '-')}",
        f"{sentence(rule_label(result.rule))}: what do buyers pay and sellers earn, hour by hour?",
        _caption(game),
        season_panels(panels, f"price [{game.unit}/kWh]"),
    )


def _caption(game: SharingGame) -> str:
    """How to read the prices."""
    community = game.community
    told = [
        "Average price per kWh of deficit bought and of surplus sold, weighted by energy; the grid's part is included, "
        "the network charge is not. Between the grid's import price (above) and export price (below) both sides gain."
    ]
    if community.network_charge.any():
        told.append(
            "The dotted line is the import price less network charge, the most that a buyer pays for a shared kWh."
        )
    if np.ptp(community.import_price) or np.ptp(community.export_price):
        told.append(
            "The tariff lines are plain means over the days; where the tariff differs between days, energy-weighted "
            "prices may lie outside them."
        )
    return " ".join(told)


def _lines(
    game: SharingGame, result: RuleStability, hours: IntArray, inside: np.ndarray, *, first: bool
) -> list[go.Scatter]:
    """Prices and tariff lines of one season."""
    community = game.community
    net = community.net_load
    bought, sold = np.maximum(net, 0).sum(axis=0), np.maximum(-net, 0).sum(axis=0)
    assert result.allocation.buy_price is not None
    assert result.allocation.sell_price is not None
    ones = np.ones_like(bought)
    wanted = [
        ("grid: import", community.import_price, ones, {"color": BLACK, "width": 1.5, "dash": "solid"}),
        ("grid: export", community.export_price, ones, {"color": GREY, "width": 1.5, "dash": "solid"}),
        ("buyers pay", result.allocation.buy_price, bought, {"color": BLUE, "width": 2.5, "dash": "dash"}),
        ("sellers earn", result.allocation.sell_price, sold, {"color": ORANGE, "width": 2.5, "dash": "solid"}),
    ]
    if community.network_charge.any():
        ceiling = community.import_price - community.network_charge
        wanted.insert(1, ("import less network charge", ceiling, ones, {"color": BLACK, "width": 1.5, "dash": "dot"}))
    lines = []
    for name, price, weight, style in wanted:
        lines.append(price_line(name, hourly_mean(price[inside], weight[inside], hours[inside]), style, first))
    return lines
