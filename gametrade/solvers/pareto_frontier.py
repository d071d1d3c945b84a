"""The agreements of two players at which nobody can gain without a loss to the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.bargaining.agreement import Agreement
from gametrade.games.bargaining.problem import BargainingProblem
from gametrade.typing import FloatArray

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go


@dataclass(frozen=True, eq=False)
class ParetoFrontier:
    """Utilities along the frontier, from the first player's worst to its best.

    Parameters
    ----------
    problem : BargainingProblem
        Of two players.
    points : ndarray of shape (k, 2)
        Corners of the frontier, or listed agreements where lotteries are ruled out. [money]
    """

    problem: BargainingProblem
    points: FloatArray

    def to_frame(self) -> pd.DataFrame:
        """One row a point, one column a player. [money]"""
        import pandas as pd

        return pd.DataFrame(self.points, columns=list(self.problem.players))

    def plot(self, agreements: Sequence[Agreement] = ()) -> go.Figure:
        """Draw the frontier, the disagreement point and, if given, some agreements.

        Parameters
        ----------
        agreements : sequence of Agreement
            Solutions of the same problem.

        Returns
        -------
        plotly.graph_objects.Figure
            The figure.
        """
        import plotly.graph_objects as go

        first, second = self.problem.players
        mode = "markers" if self.problem.points is not None else "lines+markers"
        figure = go.Figure(go.Scatter(x=self.points[:, 0], y=self.points[:, 1], mode=mode, name="Pareto frontier"))
        marks = [("no agreement", self.problem.disagreement), *((a.solution, a.utilities) for a in agreements)]
        for name, point in marks:
            label = name.replace("_", " ")
            figure.add_scatter(x=[point[0]], y=[point[1]], mode="markers", name=label, marker={"size": 11})
        unit = self.problem.unit
        figure.update_layout(xaxis_title=f"{first} [{unit}]", yaxis_title=f"{second} [{unit}]", template="simple_white")
        return figure


def pareto_frontier(problem: BargainingProblem) -> ParetoFrontier:
    """Find every corner of the frontier of a two-player problem.

    Parameters
    ----------
    problem : BargainingProblem
        Two players; a convex set or a list of agreements.

    Returns
    -------
    ParetoFrontier
        Corners in order; none if nothing leaves both at least as well off as without an agreement.

    Raises
    ------
    InvalidInputError
        If there are not two players.

    Notes
    -----
    Starts from each player's best and, between two neighbours, looks for a corner beyond the line through them until
    there is none: two linear programs a corner.

    Examples
    --------
    >>> import gametrade as gt
    >>> pie = gt.BargainingProblem.from_inequalities(["a", "b"], [[1, 1], [0, 1]], [100, 60], [0, 0])
    >>> pareto_frontier(pie).points
    array([[ 40.,  60.],
           [100.,   0.]])
    """
    if problem.n_players != 2:
        raise InvalidInputError(f"pareto_frontier needs two players. Got {problem.n_players}.")
    if problem.points is not None:
        good = np.unique(problem.points[(problem.points >= problem.disagreement).all(axis=1)], axis=0)
        kept = [p for p in good if not ((good >= p).all(axis=1) & (good > p).any(axis=1)).any()]
        return ParetoFrontier(problem, np.array(kept).reshape(-1, 2))
    if problem.best_of_each() is None:
        return ParetoFrontier(problem, np.zeros((0, 2)))
    hope = np.maximum(problem.ideal - problem.disagreement, 0.0)
    size = np.where(hope > 0, hope, 1.0)
    tilt = 1e-7
    left, right = (problem.best(weights / size) for weights in (np.array([tilt, 1.0]), np.array([1.0, tilt])))
    return ParetoFrontier(problem, _between(problem, (left, right), size) + 0.0)


def _between(problem: BargainingProblem, ends: tuple[FloatArray, FloatArray], size: FloatArray) -> FloatArray:
    """Corners from one end to the other, both included."""
    found, left = [ends[0]], [ends[1]]
    while left:
        a, b = found[-1], left[-1]
        if (np.abs(a - b) <= 1e-7 * size).all():
            left.pop()
            continue
        weights = np.array([a[1] - b[1], b[0] - a[0]]) / size[::-1]
        corner = problem.best(np.maximum(weights, 0.0) / size)
        beyond = float(np.maximum(weights, 0.0) / size @ (corner - a))
        if beyond > 1e-7 and len(found) + len(left) < 10_000:
            left.append(corner)
        else:
            found.append(left.pop())
    return np.array(found)
