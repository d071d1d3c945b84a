"""The stepwise figure of a formation path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gametrade.games.formation import Partition

if TYPE_CHECKING:
    import plotly.graph_objects as go

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's colours, for coalitions of two or more."""

ALONE = "#c8c8c8"


def path_figure(structures: Sequence[Partition], movers: Sequence[str], ending: str) -> go.Figure:
    """Draw who is with whom, one frame a structure, with a slider and a button that plays them.

    Parameters
    ----------
    structures : sequence of k partitions
        In the order in which they were met.
    movers : sequence of k - 1 str
        Who moved between them.
    ending : str
        How the path ends.

    Returns
    -------
    plotly.graph_objects.Figure
        A column a coalition, a mark a player; players alone are grey.
    """
    import plotly.graph_objects as go

    titles = ["start", *(f"move {k}: {name}" for k, name in enumerate(movers, start=1))]
    titles[-1] += f" ({ending})"
    frames = [
        go.Frame(data=[_marks(structure)], name=str(k), layout={"title": {"text": title}})
        for k, (structure, title) in enumerate(zip(structures, titles, strict=True))
    ]
    tallest = max(len(coalition) for structure in structures for coalition in structure)
    widest = max(len(structure) for structure in structures)
    figure = go.Figure(data=frames[0].data, frames=frames)
    figure.update_layout(
        template="none",
        height=220 + 26 * tallest,
        title={"text": titles[0], "font": {"size": 15}},
        xaxis={"title": "coalition", "range": [0.4, widest + 0.95], "dtick": 1, "zeroline": False},
        yaxis={"title": "players", "range": [0.4, tallest + 0.8], "dtick": max(1, tallest // 10), "zeroline": False},
        margin={"l": 50, "r": 20, "t": 50, "b": 50},
        sliders=[_slider(len(structures))],
        updatemenus=[_button()],
    )
    return figure


def _marks(structure: Partition) -> Any:
    """One mark a player, stacked by coalition."""
    import plotly.graph_objects as go

    spots = [
        (column, row, player, ALONE if len(coalition) == 1 else COLOURS[(column - 1) % len(COLOURS)])
        for column, coalition in enumerate(structure, start=1)
        for row, player in enumerate(coalition, start=1)
    ]
    spots.sort(key=lambda spot: spot[2])  # a mark is one player throughout, so that it moves
    x, y, names, colours = (list(values) for values in zip(*spots, strict=True))
    return go.Scatter(
        x=x, y=y, text=names, mode="markers+text", textposition="middle right", textfont={"size": 10},
        marker={"size": 11, "color": colours}, hovertemplate="%{text}<extra></extra>", showlegend=False,
    )  # fmt: skip


def _slider(count: int) -> dict[str, Any]:
    """One stop a structure."""
    still = {"mode": "immediate", "frame": {"duration": 0, "redraw": True}, "transition": {"duration": 0}}
    steps = [{"label": str(k), "method": "animate", "args": [[str(k)], still]} for k in range(count)]
    return {"steps": steps, "currentvalue": {"prefix": "structure "}, "pad": {"t": 45}, "x": 0.12, "len": 0.88}


def _button() -> dict[str, Any]:
    """Play all frames."""
    play = {"frame": {"duration": 700, "redraw": True}, "fromcurrent": True, "transition": {"duration": 0}}
    return {
        "type": "buttons",
        "showactive": False,
        "x": 0,
        "y": 0,
        "xanchor": "left",
        "yanchor": "top",
        "pad": {"t": 60},
        "buttons": [{"label": "play", "method": "animate", "args": [None, play]}],
    }
