"""Do players who adjust find the equilibrium?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from gametrade.analysis.equilibrium_study import EquilibriumStudy
from gametrade.games.equilibrium import Solution
from gametrade.registry import figures
from gametrade.reports.figures.style import Figure, finish, line_style

CLOCKS = ("round", "step", "time", "rounds", "k")
"""What steps of a trace are counted by."""

SIZES = ("move", "residual", "gap", "regret", "primal", "dual", "distance", "excess", "choice")
"""What shrinks as a process converges."""


@figures.register(order=3, of="game")
def convergence(study: EquilibriumStudy) -> Figure | None:
    """Draw how the adjustment process, or the solver, closes in.

    Parameters
    ----------
    study : EquilibriumStudy
        Any game.

    Returns
    -------
    Figure or None
        None if no trace has numbers that should shrink.
    """
    for solution in (study.dynamics, study.solution):
        lines = {} if solution is None else _lines(solution.trace)
        if solution is not None and lines:
            return _drawn(solution, lines, len(solution) > 0)
    return None


def _lines(trace: Sequence[Mapping[str, Any]]) -> dict[str, tuple[list[float], list[float]]]:
    """Numbers of a trace by name, over its clock."""
    lines: dict[str, tuple[list[float], list[float]]] = {}
    for k, step in enumerate(trace):
        clock = next((float(step[name]) for name in CLOCKS if _number(step.get(name))), float(k))
        for name in SIZES:
            if _number(step.get(name)):
                xs, ys = lines.setdefault(name, ([], []))
                xs.append(clock)
                ys.append(float(step[name]))
    return {name: pair for name, pair in lines.items() if len(pair[0]) > 1 and max(pair[1]) > 0}


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and bool(np.isfinite(value))


def _drawn(solution: Solution, lines: Mapping[str, tuple[list[float], list[float]]], reached: bool) -> Figure:
    plot = go.Figure()
    for k, (name, (xs, ys)) in enumerate(lines.items()):
        shown = [y if y > 0 else None for y in ys]
        plot.add_trace(
            go.Scatter(x=xs, y=shown, mode="lines+markers", name=name, line=line_style(k), marker={"size": 4})
        )
    finish(plot, height=400, x="round", y="size (logarithmic)")
    plot.update_yaxes(type="log", exponentformat="power")
    how = solution.solver.replace("_", " ")
    return Figure(
        "convergence",
        "Do players who adjust find the equilibrium?" if reached else "Players who adjust do not settle here",
        f"{how.capitalize()}: {solution.finding or 'it settled.'} A trajectory from one start is evidence, no proof; "
        "values of 0 are left out.",
        plot,
    )
