"""A picture of the core: all of it for three or four players, a slice through three of more."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from gametrade.analysis.study import StabilityStudy
from gametrade.registry import figures
from gametrade.reports.figures.core_solid import draw_body
from gametrade.reports.figures.style import BLUE, GREY, Figure, finish, marker_style
from gametrade.reports.story.core import noun_of
from gametrade.reports.story.numbers import Writer
from gametrade.reports.story.words import base_name, chosen, listed, rule_label
from gametrade.solvers.core_body import CoreBody
from gametrade.solvers.core_picture import CoreSlice

MARKED = 6
"""Rules whose payoffs are marked."""


@figures.register(order=9)
def core_picture(study: StabilityStudy) -> Figure | None:
    """Draw the core of three or four players, or its slice in which all others keep what they get.

    Parameters
    ----------
    study : StabilityStudy
        With a core section.

    Returns
    -------
    Figure or None
        None where no slice was laid.
    """
    found = study.core.picture if study.core is not None else None
    if found is None or not len(found.corners):
        return None
    if isinstance(found, CoreBody):
        return draw_body(study, found)
    unit, noun, plot = study.game.unit, noun_of(study), go.Figure()
    x, y, last = found.players
    ring = np.vstack([found.corners, found.corners[:1]])
    plot.add_trace(
        go.Scatter(
            x=ring[:, 0], y=ring[:, 1], mode="lines", fill="toself", fillcolor="rgba(86,180,233,0.35)",
            line={"color": BLUE, "width": 2}, name="core", customdata=ring[:, 2],
            hovertemplate=f"{x}: %{{x:,.2f}}<br>{y}: %{{y:,.2f}}<br>{last}: %{{customdata:,.2f}} {unit}<extra></extra>",
        )
    )  # fmt: skip
    whole = study.game.n_players == 3
    (_rules if whole else _where)(plot, study)
    finish(plot, height=470, x=f"{x} [{unit}]", y=f"{y} [{unit}]")
    for axis, values in ((plot.update_xaxes, ring[:, 0]), (plot.update_yaxes, ring[:, 1])):
        room = 0.06 * max(float(np.ptp(values)), study.game.tolerance)
        if not whole:
            axis(range=[float(values.min()) - room, float(values.max()) + room])
    others = "" if whole else f" All other {noun}s keep what they get at the core allocation nearest to the rule."
    total = Writer.of(study).money(found.total)
    title = "The core" if whole else f"The core seen through {listed(found.players)}"
    return Figure(
        "core-picture",
        title,
        f"Every point inside is a split of {total} between {listed(found.players)} that nobody gains by leaving: "
        f"{x} to the right, {y} upwards, {last} has the rest.{others}",
        plot,
    )


def _rules(plot: go.Figure, study: StabilityStudy) -> None:
    """Mark the payoffs of the main rules of three players."""
    shown = chosen([result for result in study if base_name(result.rule) != "stand_alone"] or list(study), MARKED)
    for k, result in enumerate(shown):
        payoffs = result.allocation.payoffs
        plot.add_trace(
            go.Scatter(
                x=payoffs[:1], y=payoffs[1:2], mode="markers", name=rule_label(result.rule), marker=marker_style(k)
            )
        )


def _where(plot: go.Figure, study: StabilityStudy) -> None:
    """Mark the allocation through which the slice is laid."""
    assert study.core is not None
    found = study.core.picture
    assert isinstance(found, CoreSlice)
    three = [study.game.players.index(name) for name in found.players]
    plot.add_trace(
        go.Scatter(
            x=found.payoffs[three[:1]], y=found.payoffs[three[1:2]], mode="markers",
            name=f"nearest to the {rule_label(study.core.rule)}", marker={"color": GREY, "symbol": "x", "size": 10},
        )
    )  # fmt: skip
