"""What a shared kWh costs and earns, by hour of the day and season."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from gametrade.analysis.rule_stability import RuleStability
from gametrade.analysis.study import StabilityStudy
from gametrade.games.coalitional import SharingGame
from gametrade.registry import figures
from gametrade.reports.figures.style import BLACK, BLUE, GREY, ORANGE, Figure, finish
from gametrade.reports.story.words import base_name, headline, rule_label, sentence
from gametrade.typing import FloatArray, IntArray

SEASONS = ("Dec to Feb", "Mar to May", "Jun to Aug", "Sep to Nov")
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
    hours, season = _hour_and_season(game)
    present = [k for k in range(4) if (season == k).any()]
    columns = min(2, len(present))
    rows = -(-len(present) // columns)
    plot = make_subplots(
        rows, columns, shared_xaxes=True, shared_yaxes=True, subplot_titles=[SEASONS[k] for k in present],
        horizontal_spacing=0.05, vertical_spacing=0.12,
    )  # fmt: skip
    for panel, k in enumerate(present):
        for trace in _lines(game, result, hours, season == k, first=panel == 0):
            plot.add_trace(trace, row=panel // columns + 1, col=panel % columns + 1)
    unit = f"{game.unit}/kWh"
    finish(plot, height=170 + 220 * rows, x="", y="")
    plot.update_layout(margin={"t": 50})
    plot.update_annotations(font={"size": 13})
    plot.update_xaxes(tickvals=[0, 6, 12, 18], range=[0, 24])
    plot.update_yaxes(range=_price_range(plot))
    for column in range(1, columns + 1):
        plot.update_xaxes(
            title={"text": "hour of the day [h]", "standoff": 4, "font": {"size": 13}}, row=rows, col=column
        )
    for row in range(1, rows + 1):
        plot.update_yaxes(title={"text": f"price [{unit}]", "standoff": 6, "font": {"size": 13}}, row=row, col=1)
    return Figure(
        f"prices-{result.rule.replace(':', '-').replace('=', '-')}",
        f"{sentence(rule_label(result.rule))}: what do buyers pay and sellers earn, hour by hour?",
        _caption(game),
        plot,
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


def _hour_and_season(game: SharingGame) -> tuple[IntArray, IntArray]:
    """Hour of the day and quarter of the year of each step; December to February is quarter 0."""
    times = game.community.local_times()
    hours = (times - times.astype("datetime64[D]")).astype("timedelta64[h]").astype(np.int64)
    month = times.astype("datetime64[M]").astype(np.int64) % 12
    return hours, (month + 1) % 12 // 3


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
        clock, mean = hourly_mean(price[inside], weight[inside], hours[inside])
        lines.append(
            go.Scatter(
                x=clock, y=mean, name=name, legendgroup=name, showlegend=first, mode="lines",
                line={**style, "shape": "hv"}, connectgaps=False,
                hovertemplate="%{x}:00: %{y:.4f}<extra>" + name + "</extra>",
            )
        )  # fmt: skip
    return lines


def _price_range(plot: go.Figure) -> list[float]:
    """Range that holds every line with a little room."""
    low = min(float(np.nanmin(line.y)) for line in plot.data)
    high = max(float(np.nanmax(line.y)) for line in plot.data)
    room = 0.08 * ((high - low) or 1.0)
    return [low - room, high + room]


def hourly_mean(price: FloatArray, weight: FloatArray, hours: IntArray) -> tuple[IntArray, FloatArray]:
    """Mean of a price in each hour of the day, weighted where there is any weight, as corners of a step line.

    Examples
    --------
    >>> clock, mean = hourly_mean(np.array([1.0, 3.0]), np.array([1.0, 1.0]), np.array([12, 12]))
    >>> mean[12], mean[13], clock[-1]
    (np.float64(2.0), np.float64(2.0), np.int64(24))
    """
    total, plain = np.bincount(hours, weight, 24), np.bincount(hours, minlength=24)
    weighted = np.bincount(hours, weight * price, 24)
    simple = np.bincount(hours, price, 24) / np.maximum(plain, 1)
    mean = np.where(total > 0, weighted / np.where(total > 0, total, 1.0), simple)
    corners = np.append(np.where(plain > 0, mean, np.nan), np.nan)
    ends = np.flatnonzero(np.isnan(corners) & np.append(False, plain > 0))
    corners[ends] = corners[ends - 1]
    return np.arange(25), corners
