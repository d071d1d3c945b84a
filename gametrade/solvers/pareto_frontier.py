"""The agreements at which nobody can gain without a loss to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.bargaining.agreement import Agreement
from gametrade.games.bargaining.problem import BargainingProblem
from gametrade.games.coalitional import all_coalitions
from gametrade.typing import FloatArray

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go


MOST_PLAYERS = 5
"""Players of a convex set whose hull is built."""
MOST_CORNERS = 2000
TILT, FLAT, BEYOND = 1e-7, 1e-9, 1e-6
"""Weight of the others in a tie, slope that counts as none, and distance to a face that does, in shares of the best."""


@dataclass(frozen=True, eq=False)
class ParetoFrontier:
    """Utilities on the frontier; of two players from the first one's worst to its best.

    Parameters
    ----------
    problem : BargainingProblem
        Of n players.
    points : ndarray of shape (k, n)
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
            The figure, in space for three players.

        Raises
        ------
        InvalidInputError
            If there are not two or three players.
        """
        import plotly.graph_objects as go

        n = self.problem.n_players
        if n not in (2, 3):
            raise InvalidInputError(f"plot of ParetoFrontier needs two or three players; to_frame has all. Got {n}.")
        kind = go.Scatter if n == 2 else go.Scatter3d
        lines = n == 2 and self.problem.points is None
        marks = [("no agreement", self.problem.disagreement), *((a.solution, a.utilities) for a in agreements)]
        figure = go.Figure()
        for name, points in [("Pareto frontier", self.points), *((name, point[None]) for name, point in marks)]:
            axes = dict(zip("xyz", points.T, strict=False))
            frontier = name == "Pareto frontier"
            mode = "lines+markers" if frontier and lines else "markers"
            label, size = name.replace("_", " "), 6 if frontier else 11
            figure.add_trace(kind(**axes, mode=mode, name=label, marker={"size": size}))
        titles = {
            f"{axis}axis": {"title": f"{p} [{self.problem.unit}]"}
            for axis, p in zip("xyz", self.problem.players, strict=False)
        }
        figure.update_layout(template="simple_white", **(titles if n == 2 else {"scene": titles}))
        return figure


def pareto_frontier(problem: BargainingProblem) -> ParetoFrontier:
    """Find every corner of the frontier.

    Parameters
    ----------
    problem : BargainingProblem
        A convex set of at most 5 players, or a list of agreements of any number.

    Returns
    -------
    ParetoFrontier
        Corners, of two players in order; none if nothing leaves everybody at least as well off as without an agreement.

    Raises
    ------
    InvalidInputError
        If there are more than 5 players and no list.

    Notes
    -----
    Starts from each player's best. Between two neighbours it looks for a corner beyond the line through them until
    there is none: two linear programs a corner. Of more players, it takes the hull of the corners found and of
    whatever gives some players less, and looks for a corner beyond each of its faces, by one linear program a face,
    until none is further than 1e-6 of what the players can gain: then the hull has every corner [1]_.

    References
    ----------
    .. [1] H. P. Benson, "An outer approximation algorithm for generating all efficient extreme points in the outcome
       set of a multiple objective linear programming problem", J. Global Optim. 13 (1998) 1-24.

    Examples
    --------
    >>> import gametrade as gt
    >>> pie = gt.BargainingProblem.from_inequalities(["a", "b"], [[1, 1], [0, 1]], [100, 60], [0, 0])
    >>> pareto_frontier(pie).points
    array([[ 40.,  60.],
           [100.,   0.]])
    """
    n = problem.n_players
    if problem.points is not None:
        good = np.unique(problem.points[(problem.points >= problem.disagreement).all(axis=1)], axis=0)
        return ParetoFrontier(problem, _undominated(good, 0.0))
    if n > MOST_PLAYERS:
        raise InvalidInputError(f"pareto_frontier of a convex set needs at most {MOST_PLAYERS} players. Got {n}.")
    if problem.best_of_each() is None:
        return ParetoFrontier(problem, np.zeros((0, n)))
    hope = np.maximum(problem.ideal - problem.disagreement, 0.0)
    size = np.where(hope > 0, hope, 1.0)
    if n != 2:
        return ParetoFrontier(problem, _beyond_faces(problem, hope, size) + 0.0)
    left, right = (problem.best(weights / size) for weights in (np.array([TILT, 1.0]), np.array([1.0, TILT])))
    return ParetoFrontier(problem, _between(problem, (left, right), size) + 0.0)


def _undominated(points: FloatArray, slack: float) -> FloatArray:
    """Points that no other one improves on, by more than some slack for one player, without a loss to any."""
    kept = [p for p in points if not ((points >= p - slack).all(axis=1) & (points > p + slack).any(axis=1)).any()]
    return np.array(kept).reshape(-1, points.shape[1])


def _beyond_faces(problem: BargainingProblem, hope: FloatArray, size: FloatArray) -> FloatArray:
    """Corners of more than two players, in units of money."""
    from scipy.spatial import ConvexHull

    alive = np.flatnonzero(hope > 0)

    def corner(weights: FloatArray) -> FloatArray:
        """What is best at some weights of those who can gain, ties in favour of all."""
        every = np.full(problem.n_players, TILT)
        every[alive] += weights
        return problem.best(every / size)

    found = [corner(weights) for weights in np.eye(alive.size)] or [corner(np.zeros(0))]
    masks = all_coalitions(alive.size)
    while alive.size > 1:
        gains = ((np.array(found) - problem.disagreement) / size)[:, alive]
        hull = ConvexHull(np.unique((gains[:, None, :] * masks[None]).reshape(-1, alive.size), axis=0))
        faces = np.unique(np.round(hull.equations, 12), axis=0)
        outer = faces[(faces[:, :-1] >= -FLAT).all(axis=1)]
        beyond = []
        for *normal, offset in outer:
            weights = np.maximum(normal, 0.0)
            best = corner(weights)
            reached = ((best - problem.disagreement) / size)[alive]
            if weights @ reached + offset > BEYOND:
                beyond.append(best)
        if not beyond or len(found) > MOST_CORNERS:
            break
        found += beyond
    return _undominated(np.unique(np.round(np.array(found) / size, 9), axis=0), BEYOND) * size


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
