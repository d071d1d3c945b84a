"""Which figures a report shows, in reading order."""

from __future__ import annotations

from gametrade.analysis.study import StabilityStudy
from gametrade.reports.figures.cumulative import cumulative
from gametrade.reports.figures.excess_by_size import excess_by_size
from gametrade.reports.figures.exit_cost import exit_cost
from gametrade.reports.figures.gains import gains
from gametrade.reports.figures.prices import prices
from gametrade.reports.figures.style import Figure
from gametrade.reports.figures.who_leaves import who_leaves


def all_figures(study: StabilityStudy) -> list[Figure]:
    """Draw every figure that applies to the study; none where there is nothing to share."""
    if not study.results or study.game.grand_value <= 0:
        return []
    drawn = [
        gains(study),
        excess_by_size(study),
        *prices(study),
        cumulative(study),
        exit_cost(study),
        who_leaves(study),
    ]
    return [figure for figure in drawn if figure is not None]
