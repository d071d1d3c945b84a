"""Where do best replies meet?"""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from gametrade.analysis.equilibrium_study import EquilibriumStudy
from gametrade.games.continuous import ContinuousGame
from gametrade.registry import figures
from gametrade.reports.figures.style import BLACK, Figure, finish, line_style
from gametrade.solvers.replies import Replies

POINTS = 81


@figures.register(order=1, of="game")
def best_replies(study: EquilibriumStudy) -> Figure | None:
    """Draw the best reply of each of two players to the other's only variable.

    Parameters
    ----------
    study : EquilibriumStudy
        Of a continuous game.

    Returns
    -------
    Figure or None
        None unless there are two players with one variable each.
    """
    game = study.game
    if not isinstance(game, ContinuousGame) or game.n_players != 2 or game.dimension != 2:
        return None
    found = [np.concatenate(equilibrium.strategies) for equilibrium in study.solution]
    low, high = _window(game, found)
    replies, plot = Replies(game), go.Figure()
    labels = [f"{player}: {game.variables[k][0]}" for k, player in enumerate(game.players)]
    for player in range(2):
        other = np.linspace(low[1 - player], high[1 - player], POINTS)
        own = np.array([_reply(replies, player, value, found) for value in other])
        x, y = (own, other) if player == 0 else (other, own)
        plot.add_trace(
            go.Scatter(x=x, y=y, mode="lines", name=f"best reply of {game.players[player]}", line=line_style(player))
        )
    for k, point in enumerate(found):
        plot.add_trace(
            go.Scatter(
                x=point[:1], y=point[1:], mode="markers", name="equilibrium", showlegend=k == 0,
                marker={"color": BLACK, "size": 10, "symbol": "star"},
            )
        )  # fmt: skip
    finish(plot, height=430, x=labels[0], y=labels[1])
    return Figure(
        "best-replies",
        "Where do best replies meet?",
        f"Each line is what one player does best against the other's choice, at {POINTS} choices. "
        "Equilibria are where the lines meet.",
        plot,
    )


def _window(game: ContinuousGame, found: list[Any]) -> tuple[Any, Any]:
    """The bounds of both variables; where there are none, twice the reach of the equilibria."""
    low, high = game.bounds
    reach = 2 * max([1.0, *(float(np.abs(point).max()) for point in found)])
    return np.where(np.isfinite(low), low, -reach), np.where(np.isfinite(high), high, reach)


def _reply(replies: Replies, player: int, other: float, found: list[Any]) -> float:
    """Best reply to a choice of the other player; not a number where the shared constraints leave none."""
    x = np.array(found[0] if found else np.zeros(2), dtype=float)
    x[1 - player] = other
    points = replies.game.deviations(player, x)
    if (points.lower > points.upper).any():
        return float("nan")
    return float(replies.one(player, x)[0])
