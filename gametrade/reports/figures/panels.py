"""Prices by hour of the day, one panel a season: what the price figures share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from gametrade.reports.figures.style import finish
from gametrade.reports.story.seasons import SEASONS
from gametrade.typing import FloatArray


def season_panels(panels: Mapping[int, Sequence[go.Scatter]], y: str, legend_rows: int = 1) -> go.Figure:
    """Put the lines of each season into its panel, all with the same axes."""
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    plot = make_subplots(
        rows, columns, shared_xaxes=True, shared_yaxes=True, subplot_titles=[SEASONS[k] for k in panels],
        horizontal_spacing=0.05, vertical_spacing=0.12,
    )  # fmt: skip
    for panel, lines in enumerate(panels.values()):
        for trace in lines:
            plot.add_trace(trace, row=panel // columns + 1, col=panel % columns + 1)
    finish(plot, height=145 + 25 * legend_rows + 220 * rows, x="", y="")
    plot.update_layout(margin={"t": 50})
    plot.update_annotations(font={"size": 13})
    plot.update_xaxes(tickvals=[0, 6, 12, 18], range=[0, 24])
    plot.update_yaxes(range=_price_range(plot))
    for column in range(1, columns + 1):
        plot.update_xaxes(
            title={"text": "hour of the day [h]", "standoff": 4, "font": {"size": 13}}, row=rows, col=column
        )
    for row in range(1, rows + 1):
        plot.update_yaxes(title={"text": y, "standoff": 6, "font": {"size": 13}}, row=row, col=1)
    return plot


def price_line(name: str, mean: FloatArray, style: Mapping[str, Any], shown: bool) -> go.Scatter:
    """One price as steps over the hours of the day, with gaps where it is NaN."""
    return go.Scatter(
        x=np.arange(25), y=step_corners(mean), name=name, legendgroup=name, showlegend=shown, mode="lines",
        line={**style, "shape": "hv"}, connectgaps=False,
        hovertemplate="%{x}:00: %{y:.4f}<extra>" + name + "</extra>",
    )  # fmt: skip


def step_corners(mean: FloatArray) -> FloatArray:
    """Add the end of the last hour before each gap, so that its step is drawn to the full hour.

    Examples
    --------
    >>> step_corners(np.array([1.0, np.nan, 2.0]))
    array([1., 1., 2., 2.])
    """
    corners = np.append(mean, np.nan)
    ends = np.flatnonzero(np.isnan(corners) & np.append(False, np.isfinite(mean)))
    corners[ends] = corners[ends - 1]
    return corners


def _price_range(plot: go.Figure) -> list[float]:
    """Range that holds every line with a little room."""
    values = np.concatenate([np.asarray(line.y, dtype=float) for line in plot.data])
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    room = 0.08 * ((high - low) or 1.0)
    return [low - room, high + room]
