"""The utilitarian solution: the largest sum of utilities."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gametrade.games.bargaining.agreement import Agreement, no_agreement
from gametrade.games.bargaining.problem import BargainingProblem
from gametrade.registry import bargains
from gametrade.solvers.bargaining_ray import along_ray, hopes
from gametrade.solvers.bargaining_weights import positive_weights
from gametrade.typing import ArrayLike

TIE = 1e-10
"""Share of the largest sum within which agreements count as equally good."""


@bargains.register(
    promises=("individual_rationality", "pareto_efficiency", "symmetry"),
    source="Thomson 1981",
)
def utilitarian_bargaining(problem: BargainingProblem, *, weights: ArrayLike | None = None) -> Agreement:
    """Make the weighted sum of utilities as large as possible, with nobody worse off.

    Parameters
    ----------
    problem : BargainingProblem
        What can be agreed on; utilities of different players are added, so they must be in one unit.
    weights : array_like of shape (n,), optional
        Weight of each player, above 0; one if not given.

    Returns
    -------
    Agreement
        Of several best agreements the one that is best for whoever gains least.

    Raises
    ------
    InvalidInputError
        If weights are not positive or there is not one for each player.

    References
    ----------
    .. [1] W. Thomson, "Nash's bargaining solution and utilitarian choice rules", Econometrica 49 (1981)
       535-538.

    Examples
    --------
    >>> import gametrade as gt
    >>> pie = gt.BargainingProblem.from_inequalities(["a", "b"], [[1, 2], [1, 0]], [100, 80], [0, 0])
    >>> utilitarian_bargaining(pie).utilities.round(6)
    array([80., 10.])
    """
    n = problem.n_players
    shares = positive_weights(n, weights, "utilitarian_bargaining")
    options = {} if weights is None else {"weights": shares.tolist()}
    hope = hopes(problem)
    if not np.isfinite(hope).all() or not (hope > 0).any():
        return no_agreement(problem, "utilitarian_bargaining")
    if problem.points is not None:
        rational = (problem.points >= problem.disagreement).all(axis=1)
        sums = np.where(rational, problem.points @ shares, -np.inf)
        equal = problem.points[sums >= sums.max() - TIE * np.abs(problem.points @ shares).max()]
        winner, _ = along_ray(replace(problem, points=equal), np.ones(n))
        return Agreement(
            problem, "utilitarian_bargaining", winner, certificate={"kind": "enumeration"}, options=options
        )
    most = float(shares @ problem.best(shares))
    least = most - TIE * max(abs(most), float(np.abs(hope).max()))
    utilities, _ = along_ray(problem, np.ones(n), lexicographic=True, at_least=(shares, least))
    return Agreement(
        problem,
        "utilitarian_bargaining",
        utilities,
        certificate={"kind": "linear_program", "sum": most},
        options=options,
    )
