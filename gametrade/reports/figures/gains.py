"""What every home gains under each rule."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from gametrade.analysis.rule_stability import RuleStability
from gametrade.analysis.study import StabilityStudy
from gametrade.games.coalitional import SharingGame
from gametrade.registry import figures
from gametrade.reports.figures.style import BLACK, BLUE, VERMILLION, Figure, finish, wrapped
from gametrade.reports.story.words import listed, rule_label
from gametrade.typing import FloatArray

DOTS = 60
"""Most homes that are drawn one by one; above, a box with the quartiles."""


@figures.register(order=1)
def gains(study: StabilityStudy) -> Figure:
    """Draw the gain of each home for each rule, with the line of being alone at 0.

    Parameters
    ----------
    study : StabilityStudy
        At least one rule.

    Returns
    -------
    Figure
        One row a rule: dots for up to 60 homes, boxes above.
    """
    game, unit = study.game, study.game.unit
    noun = "home" if isinstance(game, SharingGame) else "player"
    plot = go.Figure()
    dots = game.n_players <= DOTS
    for result in reversed(study.results):
        (_dots if dots else _box)(plot, result, unit)
    if dots:
        _median_ticks(plot, study)
    plot.add_vline(x=0, line={"color": BLACK, "width": 1.5})
    finish(plot, height=110 + 40 * len(study), x=f"gain [{unit} per {noun}]", y="", legend=dots)
    plot.update_yaxes(gridcolor="#f0f0f0", tickfont={"size": 12})
    losing = [rule_label(r.rule) for r in study if r.worse_off]
    title = (
        f"Under {listed(losing)} some {noun}s lose" if losing else f"Every {noun} gains or stays even under every rule"
    )
    marks = (
        f"One mark a {noun}"
        if dots
        else (
            f"Box: the middle half of the {noun}s, line in it: the median, whiskers: 5 % and 95 %, cross: "
            f"the {noun} that gains least"
        )
    )
    return Figure(
        "gains",
        title,
        f"{marks}. The line at 0 is being alone: left of it a {noun} is worse off than without the community. Payoffs "
        "of the whole period.",
        plot,
        110 + 32 * len(study),
    )


def gains_over_alone(result: RuleStability) -> FloatArray:
    """Payoffs less what each player makes alone. [money]"""
    return result.allocation.payoffs - result.allocation.game.single_values


def _dots(plot: go.Figure, result: RuleStability, unit: str) -> None:
    payoffs, players = gains_over_alone(result), result.allocation.game.players
    label = wrapped(rule_label(result.rule))
    named = {trace.name for trace in plot.data}
    for name, colour, symbol, inside in (
        ("gains or even", BLUE, "circle", payoffs >= -result.allocation.game.tolerance),
        ("worse off than alone", VERMILLION, "x", payoffs < -result.allocation.game.tolerance),
    ):
        if not inside.any():
            continue
        plot.add_trace(
            go.Scatter(
                x=payoffs[inside] + 0.0, y=[label] * int(inside.sum()), mode="markers", name=name, legendgroup=name,
                showlegend=name not in named,
                text=[player for player, shown in zip(players, inside, strict=True) if shown],
                marker={"color": colour, "symbol": symbol, "size": 9, "opacity": 0.65},
                hovertemplate="%{text}: %{x:,.2f} " + unit + "<extra></extra>",
            )
        )  # fmt: skip


def _median_ticks(plot: go.Figure, study: StabilityStudy) -> None:
    plot.add_trace(
        go.Scatter(
            x=[float(np.median(gains_over_alone(r))) for r in study],
            y=[wrapped(rule_label(r.rule)) for r in study],
            mode="markers", name="median", hovertemplate="median %{x:,.2f}<extra></extra>",
            marker={"symbol": "line-ns", "size": 16, "line": {"width": 2, "color": BLACK}},
        )
    )  # fmt: skip


def _box(plot: go.Figure, result: RuleStability, unit: str) -> None:
    payoffs, players = gains_over_alone(result), result.allocation.game.players
    label = wrapped(rule_label(result.rule))
    low, q1, middle, q3, high = np.quantile(payoffs, [0.05, 0.25, 0.5, 0.75, 0.95])
    plot.add_trace(
        go.Box(
            y=[label], q1=[q1], median=[middle], q3=[q3], lowerfence=[low], upperfence=[high], orientation="h",
            line={"color": BLUE, "width": 1.5}, fillcolor="rgba(86,180,233,0.35)", name=label, width=0.55,
        )
    )  # fmt: skip
    least = int(payoffs.argmin())
    plot.add_trace(
        go.Scatter(
            x=[payoffs[least]], y=[label], mode="markers", text=[players[least]],
            marker={"color": VERMILLION, "symbol": "x", "size": 9},
            hovertemplate="%{text}: %{x:,.2f} " + unit + "<extra></extra>",
        )
    )  # fmt: skip
