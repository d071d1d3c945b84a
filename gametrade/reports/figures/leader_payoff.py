"""What does each price bring the leader?"""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from gametrade.analysis.equilibrium_study import EquilibriumStudy
from gametrade.games.stackelberg import PriceLeaderGame, StackelbergGame
from gametrade.registry import figures
from gametrade.reports.figures.style import BLACK, GREY, Figure, finish, line_style
from gametrade.typing import FloatArray

POINTS = 401
MOST_FOLLOWERS = 5000
LINES = 60
"""Breakpoints up to which each is drawn."""


@figures.register(order=2, of="game")
def leader_payoff(study: EquilibriumStudy) -> Figure | None:
    """Draw the payoff of a leader with one variable, followers answering, with the breakpoints of their answer.

    Parameters
    ----------
    study : EquilibriumStudy
        Of a game of one leader.

    Returns
    -------
    Figure or None
        None unless there is one leader with one variable.
    """
    game = study.game
    if not isinstance(game, StackelbergGame) or game.n_leaders != 1 or len(game.variables[0]) != 1:
        return None
    if isinstance(game, PriceLeaderGame) and game.n_followers > MOST_FOLLOWERS:
        return None
    kinks = _kinks(game)
    chosen = [float(equilibrium.strategies[0][0]) for equilibrium in study.solution]
    low, high = _window(game, kinks, chosen)
    grid = np.unique(np.concatenate([np.linspace(low, high, POINTS), kinks[(kinks >= low) & (kinks <= high)]]))
    values = np.array([game.payoff(np.array([point])) for point in grid])
    plot, unit, name = go.Figure(), game.unit, game.variables[0][0]
    plot.add_trace(
        go.Scatter(
            x=grid, y=values, mode="lines", name=f"payoff of {game.leaders[0]}", line=line_style(0),
            hovertemplate="%{x:.6g}: %{y:.6g} " + unit + "<extra></extra>",
        )
    )  # fmt: skip
    for kink in kinks[(kinks >= low) & (kinks <= high)][:LINES]:
        plot.add_vline(x=float(kink), line={"color": GREY, "width": 1, "dash": "dot"})
    best = [float(equilibrium.payoffs[0]) for equilibrium in study.solution]
    plot.add_trace(
        go.Scatter(
            x=chosen, y=best, mode="markers", name="equilibrium", marker={"color": BLACK, "size": 10, "symbol": "star"}
        )
    )
    priced = name.split()[-1] in ("price", "charge")
    finish(plot, height=430, x=f"{name} [{unit}/kWh]" if priced else name, y=f"payoff [{unit}]")
    inside = int(((kinks >= low) & (kinks <= high)).sum())
    return Figure(
        "leader-payoff",
        f"What does each {name} bring {game.leaders[0]}?",
        f"Followers answer every {name}. Dotted lines: the {inside} breakpoints in the window at which the answer of "
        "some follower changes its form; between them the payoff is compared exactly, the curve is drawn at "
        f"{grid.size:,} points.",
        plot,
    )


def _kinks(game: StackelbergGame) -> FloatArray:
    """Breakpoints of the followers' answer, none if they are not known."""
    return np.zeros(0) if game.kinks is None else np.unique(np.asarray(game.kinks(0, game.start), dtype=float))


def _window(game: StackelbergGame, kinks: FloatArray, chosen: list[float]) -> tuple[float, float]:
    """Choices to draw: the leader's bounds, within reach of breakpoints and equilibria where there are none."""
    low, high = float(game.sets[0].lower[0]), float(game.sets[0].upper[0])
    known = np.array([*kinks[np.isfinite(kinks)], *chosen, 0.0, 1.0])
    room = 0.1 * float(np.ptp(known))
    low = low if np.isfinite(low) else float(known.min()) - room
    high = high if np.isfinite(high) else float(known.max()) + room
    return low, max(high, low + 1e-9)
