"""Which figures a report shows, in reading order."""

from __future__ import annotations

from typing import Any

from gametrade.analysis.equilibrium_study import EquilibriumStudy
from gametrade.analysis.study import StabilityStudy
from gametrade.registry import figures
from gametrade.reports.figures.style import Figure


def all_figures(study: StabilityStudy | EquilibriumStudy) -> list[Figure]:
    """Draw every figure that applies to the study; none where there is nothing to share."""
    if isinstance(study, EquilibriumStudy):
        return _drawn(study, "game")
    if not study.results or study.nothing_shared:
        return []
    return _drawn(study, "stability")


def _drawn(study: Any, of: str) -> list[Figure]:
    """Figures of one kind of study; a figure that does not say otherwise is one of stability."""
    drawn: list[Figure] = []
    fitting = [entry for entry in figures if entry.traits.get("of", "stability") == of]
    for entry in sorted(fitting, key=lambda entry: entry.traits["order"]):
        answer = entry.function(study)
        drawn += answer if isinstance(answer, list) else [answer] if answer is not None else []
    return drawn
