"""How large are the coalitions that gain most?"""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from gametrade.analysis.study import StabilityStudy
from gametrade.registry import figures
from gametrade.reports.figures.style import BLACK, Figure, finish, line_style, marker_style
from gametrade.reports.story.words import chosen, rule_label

LINES = 6


@figures.register(order=2)
def excess_by_size(study: StabilityStudy) -> Figure | None:
    """Draw the largest excess of the coalitions of each size, where all coalitions were tabulated.

    Parameters
    ----------
    study : StabilityStudy
        At most 20 players have the numbers.

    Returns
    -------
    Figure or None
        Up to six rules; None where nothing was tabulated.
    """
    known = [result for result in study if result.excess_by_size is not None]
    if not known:
        return None
    unit, plot = study.game.unit, go.Figure()
    shown = chosen(known, LINES)
    for k, result in enumerate(shown):
        money = np.asarray(result.excess_by_size) + 0.0
        plot.add_trace(
            go.Scatter(
                x=np.arange(1, len(money) + 1), y=money, mode="lines+markers", name=rule_label(result.rule),
                line=line_style(k), marker=marker_style(k),
                hovertemplate="%{x} members: %{y:,.2f} " + unit + "<extra>" + rule_label(result.rule) + "</extra>",
            )
        )  # fmt: skip
    plot.add_hline(y=0, line={"color": BLACK, "width": 1.5})
    finish(plot, height=440, x="members of the coalition", y=f"largest excess [{unit}]")
    plot.update_xaxes(dtick=1 if study.game.n_players <= 13 else 2)
    best = max(shown, key=lambda result: result.largest_excess)
    some = best.largest_excess > study.game.tolerance
    title = "Coalitions of which size gain most by leaving?"
    left = (
        f" Rules without a line here are in the table ({len(shown)} of {len(known)} drawn)."
        if len(shown) < len(known)
        else ""
    )
    above = (
        "Above the line at 0 somebody gains by leaving"
        if some
        else "Nobody gains by leaving under these rules: all lines stay at or below 0"
    )
    return Figure(
        "excess-by-size",
        title,
        f"{above}. For each number of members the coalition with the largest excess is taken, over "
        f"all coalitions.{left}",
        plot,
    )
