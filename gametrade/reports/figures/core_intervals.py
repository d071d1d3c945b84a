"""What each home can get in the core, and where the rules lie."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from gametrade.analysis.study import StabilityStudy
from gametrade.registry import figures
from gametrade.reports.figures.style import GREY, Figure, finish, marker_style
from gametrade.reports.story.core import core_name, noun_of
from gametrade.reports.story.words import base_name, chosen, rule_label

MARKED = 6
"""Rules with a mark of their own; the others are small grey ones."""

BARS = 60
"""Most homes that are drawn."""


@figures.register(order=8)
def core_intervals(study: StabilityStudy) -> Figure | None:
    """Draw the core interval of each home as a bar, with the payoff of every rule as a mark.

    Parameters
    ----------
    study : StabilityStudy
        With a core section.

    Returns
    -------
    Figure or None
        None where the intervals were not computed.
    """
    found = study.core.intervals if study.core is not None else None
    if found is None:
        return None
    game, unit, plot = study.game, study.game.unit, go.Figure()
    names, alone = list(game.players[:BARS]), game.single_values[:BARS]
    low, high = found.low[:BARS] - alone, found.high[:BARS] - alone
    plot.add_trace(
        go.Bar(
            y=names, x=high - low, base=low, orientation="h", width=0.55, name=core_name(study, found.epsilon),
            marker={"color": "rgba(86,180,233,0.45)"}, customdata=np.stack([low, high], axis=1),
            hovertemplate="%{y}: %{customdata[0]:,.2f} to %{customdata[1]:,.2f} " + unit + "<extra></extra>",
        )
    )  # fmt: skip
    shared = [result for result in study if base_name(result.rule) != "stand_alone"]
    named = chosen(shared, MARKED)
    for result in [r for r in shared if all(r is not other for other in named)] + named:
        main = next((k for k, other in enumerate(named) if other is result), None)
        first = not any(trace.name == "other rules" for trace in plot.data)
        label = rule_label(result.rule)
        plot.add_trace(
            go.Scatter(
                x=result.allocation.payoffs[:BARS] - alone, y=names, mode="markers",
                name="other rules" if main is None else label,
                legendgroup="other rules" if main is None else label, showlegend=main is not None or first,
                marker={"color": GREY, "symbol": "line-ns-open", "size": 8, "opacity": 0.6} if main is None
                else marker_style(main),
                hovertemplate="%{y}: %{x:,.2f} " + unit + "<extra>" + label + "</extra>",
            )
        )  # fmt: skip
    noun = noun_of(study)
    finish(plot, height=190 + 34 * len(names), x=f"gain [{unit} per {noun}]", y="")
    plot.update_yaxes(autorange="reversed", type="category", gridcolor="#f0f0f0")
    few = f" The first {BARS} {noun}s are drawn." if game.n_players > BARS else ""
    return Figure(
        "core-intervals",
        f"Which gains of a {noun} can last?",
        f"Bar: the least and the most that a {noun} gets in the {core_name(study, found.epsilon)}. Marks: what each "
        "rule pays. A rule with a mark outside a bar is blocked by some coalition; one with all marks inside may still "
        f"be, because not all ends can be had at once.{few}",
        plot,
        120 + 26 * len(names),
    )
