"""How coalitions form, move by move."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from gametrade.analysis.study import StabilityStudy
from gametrade.registry import figures
from gametrade.reports.figures.style import Figure, finish, line_style
from gametrade.reports.story.words import rule_label


@figures.register(order=11)
def formation(study: StabilityStudy) -> Figure | None:
    """Draw the gains of all homes along the path from everybody alone, one line a rule.

    Parameters
    ----------
    study : StabilityStudy
        With a section on formation.

    Returns
    -------
    Figure or None
        None where no coalitions were formed.
    """
    if study.membership is None or not study.membership.formations:
        return None
    unit, plot = study.game.unit, go.Figure()
    for k, found in enumerate(study.membership.formations):
        met = found.path.structures
        gains = [sum(study.game.value(part) for part in structure) for structure in met]
        told = [f"{len(structure)} coalitions" for structure in met]
        plot.add_trace(
            go.Scatter(
                x=np.arange(len(met)), y=gains, mode="lines+markers", name=rule_label(str(found.formation.rule)),
                line=line_style(k), text=told,
                hovertemplate="move %{x}: %{y:,.2f} " + unit + ", %{text}<extra></extra>",
            )
        )  # fmt: skip
    finish(plot, height=380, x="move", y=f"gains of all homes [{unit}]")
    return Figure(
        "formation",
        "How much is gained while coalitions form",
        "Everybody starts alone; in each move the home with most to gain joins the coalition that pays it best. The "
        f"gains of one coalition of all are {study.game.grand_value:,.2f} {unit}; a move may lower the gains of all, "
        "because the home looks at its own.",
        plot,
    )
