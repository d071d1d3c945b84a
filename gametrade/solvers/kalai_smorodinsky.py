"""The Kalai-Smorodinsky solution: gains in proportion to what each could hope for."""

from __future__ import annotations

import numpy as np

from gametrade.games.bargaining.agreement import Agreement, no_agreement
from gametrade.games.bargaining.problem import BargainingProblem
from gametrade.registry import bargains
from gametrade.solvers.bargaining_ray import along_ray, hopes


@bargains.register(
    promises=("individual_rationality", "weak_pareto_efficiency", "symmetry", "scale_invariance"),
    source="Kalai and Smorodinsky 1975, 10.2307/1914280",
)
def kalai_smorodinsky(problem: BargainingProblem, *, lexicographic: bool = False) -> Agreement:
    r"""Give everybody the same share, as large as possible, of the most that it could gain.

    Parameters
    ----------
    problem : BargainingProblem
        What can be agreed on.
    lexicographic : bool, default=False
        When some can gain more at nobody's cost, let them, again in equal shares [2]_. Needed for Pareto
        efficiency with three players or more.

    Returns
    -------
    Agreement
        ``certificate["share"]`` is the common share of the ideal gains.

    Notes
    -----
    .. math:: u = d + t\,(m - d), \quad t = \max \{ t : d + t (m - d) \le u' \text{ for a feasible } u' \}

    with ideal point m, the most each player has in agreements that leave nobody worse off. For a list of
    points without lotteries the one with the largest smallest share is taken.

    References
    ----------
    .. [1] E. Kalai and M. Smorodinsky, "Other solutions to Nash's bargaining problem", Econometrica 43 (1975)
       513-518. :doi:`10.2307/1914280`
    .. [2] H. Imai, "Individual monotonicity and lexicographic maxmin solution", Econometrica 51 (1983)
       389-401.

    Examples
    --------
    >>> import gametrade as gt
    >>> pie = gt.BargainingProblem.from_inequalities(["a", "b"], [[1, 1], [0, 1]], [100, 60], [0, 0])
    >>> kalai_smorodinsky(pie).utilities
    array([62.5, 37.5])
    """
    hope = hopes(problem)
    if not np.isfinite(hope).all() or not (hope > 0).any():
        return no_agreement(problem, "kalai_smorodinsky")
    options = {"lexicographic": lexicographic}
    utilities, share = along_ray(problem, hope, lexicographic=lexicographic)
    return Agreement(
        problem, "kalai_smorodinsky", utilities, certificate={"kind": "ray", "share": share}, options=options
    )
