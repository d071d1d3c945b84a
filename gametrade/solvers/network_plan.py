"""The joint plan of all homes on a feeder: who exports how much when not all of it fits."""

from __future__ import annotations

import numpy as np

from gametrade.games.coalitional.network import NetworkGame
from gametrade.games.polyhedron import Polyhedron
from gametrade.optimise import maximise
from gametrade.solvers.highs_quadratic import minimise_quadratic
from gametrade.typing import FloatArray

SLACK = 1e-9
"""Share of the optimum that may be given up for a plan that treats equals alike."""


def network_plan(game: NetworkGame) -> FloatArray:
    """Exports of all homes that earn most together and, among such plans, lie nearest to the grants.

    Parameters
    ----------
    game : NetworkGame
        n homes, T steps.

    Returns
    -------
    ndarray of shape (n, T)
        All surplus in the steps in which it fits. [kWh]

    Notes
    -----
    Many plans can earn the same, as when two sellers at one bus compete for the same room; least squares from the
    grants picks one that relabelling does not change. Cost: a linear and a quadratic program over the bound steps.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.community.feeder import Feeder
    >>> street = gt.Community(["Ada", "Bob"], [[0], [0]], [[6], [6]], ["2023-06-01T12:00"], 1.0,
    ...                       gt.Tariff(import_price=0.30, export_price=0.08))
    >>> feeder = Feeder([("grid", "a")], [0.1], [0], homes={"Ada": "a", "Bob": "a"}, capacity=8)
    >>> network_plan(NetworkGame(street, feeder)).round(6).tolist()
    [[4.0], [4.0]]
    """
    exports = game.community.surplus.copy()
    steps, n = game.bound_steps, game.n_players
    if not steps.size:
        return exports
    program = game.program(np.ones(n, dtype=bool))
    best = maximise(program).objective
    planned, b = n * steps.size, steps.size
    near = game.granted[:, steps].ravel()
    rows = np.vstack([program.matrix.toarray(), -program.gain])
    floor = best - SLACK * float(np.abs(program.gain) @ program.upper)
    points = Polyhedron.of(program.lower, program.upper, rows, np.append(program.row_upper, -floor))
    hessian = np.diag(np.concatenate([np.ones(planned), np.zeros(b)]))
    answer = minimise_quadratic(hessian, np.concatenate([-near, np.zeros(b)]), points)
    exports[:, steps] = np.clip(answer.x[:planned].reshape(n, b), 0.0, exports[:, steps])
    return exports
