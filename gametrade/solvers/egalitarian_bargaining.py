"""The egalitarian solution: everybody gains the same."""

from __future__ import annotations

import numpy as np

from gametrade.games.bargaining.agreement import Agreement, no_agreement
from gametrade.games.bargaining.problem import BargainingProblem
from gametrade.registry import bargains
from gametrade.solvers.bargaining_ray import along_ray, hopes


@bargains.register(
    promises=("individual_rationality", "weak_pareto_efficiency", "symmetry", "monotonicity"),
    source="Kalai 1977, 10.2307/1913954",
)
def egalitarian_bargaining(problem: BargainingProblem, *, lexicographic: bool = False) -> Agreement:
    """Give everybody the same gain, as large as possible.

    Parameters
    ----------
    problem : BargainingProblem
        What can be agreed on; utilities of different players are compared, so they must be in one unit.
    lexicographic : bool, default=False
        When some can gain more at nobody's cost, let them, again equally (leximin).

    Returns
    -------
    Agreement
        ``certificate["share"]`` is the common gain. [money]

    Notes
    -----
    Without ``lexicographic`` the answer is weakly Pareto efficient only. For a list of points without
    lotteries the one with the largest smallest gain is taken.

    References
    ----------
    .. [1] E. Kalai, "Proportional solutions to bargaining situations: interpersonal utility comparisons",
       Econometrica 45 (1977) 1623-1630. :doi:`10.2307/1913954`

    Examples
    --------
    >>> import gametrade as gt
    >>> pie = gt.BargainingProblem.from_total(["a", "b"], 90.0, [0.0, 0.0], highest=[30.0, 90.0])
    >>> egalitarian_bargaining(pie).utilities, egalitarian_bargaining(pie, lexicographic=True).utilities.round(6)
    (array([30., 30.]), array([30., 60.]))
    """
    hope = hopes(problem)
    if not np.isfinite(hope).all() or not (hope > 0).any():
        return no_agreement(problem, "egalitarian_bargaining")
    utilities, gain = along_ray(problem, np.ones(problem.n_players), lexicographic=lexicographic)
    return Agreement(
        problem,
        "egalitarian_bargaining",
        utilities,
        certificate={"kind": "ray", "share": gain},
        options={"lexicographic": lexicographic},
    )
