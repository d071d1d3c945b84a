"""What all figures share: colours that colour-blind readers can tell apart, units on axes, room for phones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

BLUE, VERMILLION, GREEN, ORANGE = "#0072B2", "#D55E00", "#009E73", "#E69F00"
SKY, PURPLE, BLACK, GREY = "#56B4E9", "#CC79A7", "#000000", "#6b6b6b"
PALETTE = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK)
"""Okabe and Ito's colours."""

DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "solid")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "cross", "star")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its words.

    Parameters
    ----------
    id : str
        Name in the page.
    title : str
        The finding or the question.
    caption : str
        How to read it and how it was made.
    plot : plotly.graph_objects.Figure
        The drawing; its title stands above it in the page, not inside.
    print_height : int
        Height on paper. [px]
    """

    id: str
    title: str
    caption: str
    plot: go.Figure
    print_height: int = 385


def line_style(k: int) -> dict[str, Any]:
    """Colour and dash of the k-th line."""
    return {"color": PALETTE[k % len(PALETTE)], "dash": DASHES[k % len(DASHES)], "width": 2}


def marker_style(k: int) -> dict[str, Any]:
    """Colour and shape of the k-th set of markers."""
    return {"color": PALETTE[k % len(PALETTE)], "symbol": SYMBOLS[k % len(SYMBOLS)], "size": 7}


def finish(plot: go.Figure, *, height: int, x: str, y: str, legend: bool = True) -> go.Figure:
    """Set fonts, margins, grid and axis titles; the legend goes below, where a phone has room."""
    plot.update_layout(
        template="none",
        height=height,
        autosize=True,
        font={
            "family": "system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif",
            "size": 13,
            "color": "#1a1a1a",
        },
        margin={"l": 10, "r": 14, "t": 28, "b": 10},
        paper_bgcolor="white",
        plot_bgcolor="white",
        hovermode="closest",
        showlegend=legend,
        legend={
            "orientation": "h",
            "yref": "container",
            "y": 0,
            "yanchor": "bottom",
            "x": 0,
            "xanchor": "left",
            "font": {"size": 12},
        },
    )
    axis = {
        "automargin": True,
        "gridcolor": "#e4e4e4",
        "zeroline": False,
        "linecolor": "#999",
        "ticks": "outside",
        "ticklen": 4,
        "separatethousands": True,
        "exponentformat": "none",
    }
    plot.update_xaxes(**axis)
    plot.update_yaxes(**axis)
    if x:
        plot.update_xaxes(title={"text": x, "standoff": 8, "font": {"size": 13}})
    if y:
        plot.update_yaxes(title={"text": y, "standoff": 8, "font": {"size": 13}})
    return plot


def wrapped(text: str, width: int = 16) -> str:
    """Break a label into lines, so that it leaves room for the drawing on a phone."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) + 1 > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)
