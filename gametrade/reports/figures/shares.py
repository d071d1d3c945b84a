"""Which strategies spread?"""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from gametrade.analysis.equilibrium_study import EquilibriumStudy
from gametrade.games.evolutionary import EvolutionaryGame
from gametrade.games.normal_form import NormalFormGame
from gametrade.registry import figures
from gametrade.reports.figures.style import Figure, finish, line_style

MOST_LINES = 12

VISIBLE = 2e-3
"""Move of a share that can be seen."""


@figures.register(order=4, of="game")
def shares(study: EquilibriumStudy) -> Figure | None:
    """Draw the shares of strategies along the replicator equation.

    Parameters
    ----------
    study : EquilibriumStudy
        Of a finite or a population game.

    Returns
    -------
    Figure or None
        None for other games.
    """
    game, process = study.game, study.dynamics
    if not isinstance(game, NormalFormGame | EvolutionaryGame) or process is None:
        return None
    steps = [step for step in process.trace if "time" in step and "shares" in step]
    if len(steps) < 2 or sum(game.shape) > MOST_LINES:
        return None
    steps = steps[: _settled(steps)]
    times = [float(step["time"]) for step in steps]
    plot, k = go.Figure(), 0
    for player, name in enumerate(game.players):
        for entry, label in enumerate(game.components(player)):
            values = [_share(step, player, entry) for step in steps]
            named = label if len(game.players) == 1 else f"{name}: {label}"
            plot.add_trace(go.Scatter(x=times, y=values, mode="lines", name=named, line=line_style(k)))
            k += 1
    finish(plot, height=420, x="time", y="share")
    plot.update_yaxes(range=[-0.02, 1.02])
    return Figure(
        "shares",
        "Which strategies spread?",
        f"Replicator equation from nearly equal shares: strategies that earn more than the average spread. "
        f"{process.finding or ''} A trajectory is evidence, no proof.".replace("  ", " "),
        plot,
    )


def _settled(steps: list[Any]) -> int:
    """Steps to draw: until the shares have stopped moving visibly, and a third more."""
    rows = np.array([np.concatenate([np.asarray(r, dtype=float) for r in step["shares"]]) for step in steps])
    moving = np.flatnonzero(np.abs(rows - rows[-1]).max(axis=1) > VISIBLE)
    last = int(moving[-1]) + 1 if moving.size else 0
    return min(len(steps), max(2, last + last // 3 + 2))


def _share(step: Any, player: int, entry: int) -> float:
    return float(np.asarray(step["shares"][player], dtype=float)[entry])
