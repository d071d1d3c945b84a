"""Which figures a report shows, in reading order."""

from __future__ import annotations

from gametrade.analysis.study import StabilityStudy
from gametrade.registry import figures
from gametrade.reports.figures.style import Figure


def all_figures(study: StabilityStudy) -> list[Figure]:
    """Draw every figure that applies to the study; none where there is nothing to share."""
    if not study.results or study.nothing_shared:
        return []
    drawn: list[Figure] = []
    for entry in sorted(figures, key=lambda entry: entry.traits["order"]):
        answer = entry.function(study)
        drawn += answer if isinstance(answer, list) else [answer] if answer is not None else []
    return drawn
