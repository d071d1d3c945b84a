"""The core of four players as a solid that can be turned."""

from __future__ import annotations

import plotly.graph_objects as go

from gametrade.analysis.study import StabilityStudy
from gametrade.reports.figures.style import BLUE, Figure, finish, marker_style
from gametrade.reports.story.numbers import Writer
from gametrade.reports.story.words import base_name, chosen, listed, rule_label
from gametrade.solvers.core_body import CoreBody

MARKED = 6
"""Rules whose payoffs are marked."""

SOLID_SYMBOLS = ("circle", "square", "diamond", "cross", "x", "circle-open")
"""Marker shapes that figures in space have."""


def draw_body(study: StabilityStudy, found: CoreBody) -> Figure:
    """Draw faces, edges and corners of the core of four players, with the payoffs of the main rules.

    Parameters
    ----------
    study : StabilityStudy
        A game of four players.
    found : CoreBody
        Its core, with one corner at least.

    Returns
    -------
    Figure
        Three players on three axes; the fourth has the rest.
    """
    unit, plot = study.game.unit, go.Figure()
    x, y, z, rest = found.players
    across, up, high, left = found.corners.T
    if len(found.edges) > len(found.corners):
        plot.add_trace(
            go.Mesh3d(x=across, y=up, z=high, alphahull=0, color=BLUE, opacity=0.25, hoverinfo="skip", name="core")
        )
    lines: list[list[float | None]] = [[], [], []]
    for first, second in found.edges:
        for axis, values in zip(lines, (across, up, high), strict=True):
            axis += [float(values[first]), float(values[second]), None]
    names = f"{x}: %{{x:,.2f}}<br>{y}: %{{y:,.2f}}<br>{z}: %{{z:,.2f}}<br>{rest}: %{{customdata:,.2f}} {unit}"
    plot.add_trace(
        go.Scatter3d(x=lines[0], y=lines[1], z=lines[2], mode="lines", line={"color": BLUE, "width": 4}, name="core",
                     hoverinfo="skip")
    )  # fmt: skip
    plot.add_trace(
        go.Scatter3d(x=across, y=up, z=high, mode="markers", marker={"color": BLUE, "size": 3}, showlegend=False,
                     customdata=left, hovertemplate=f"{names}<extra>corner</extra>")
    )  # fmt: skip
    shown = chosen([result for result in study if base_name(result.rule) != "stand_alone"] or list(study), MARKED)
    for k, result in enumerate(shown):
        paid = result.allocation.payoffs
        marker = {"color": marker_style(k)["color"], "symbol": SOLID_SYMBOLS[k % len(SOLID_SYMBOLS)], "size": 5}
        plot.add_trace(
            go.Scatter3d(x=paid[:1], y=paid[1:2], z=paid[2:3], mode="markers", name=rule_label(result.rule),
                         marker=marker, customdata=paid[3:], hovertemplate=f"{names}<extra></extra>")
        )  # fmt: skip
    finish(plot, height=560, x="", y="")
    plot.update_layout(
        scene={
            axis: {"title": f"{name} [{unit}]"}
            for axis, name in zip(("xaxis", "yaxis", "zaxis"), (x, y, z), strict=True)
        }
    )
    total = Writer.of(study).money(study.game.grand_value)
    return Figure(
        "core-picture",
        "The core",
        f"Every point of the solid is a split of {total} between {listed(found.players)} that nobody gains by "
        f"leaving: {x}, {y} and {z} along the axes, {rest} has the rest. It can be turned with the mouse. "
        f"{len(found.corners)} corner{'' if len(found.corners) == 1 else 's'}.",
        plot,
    )
