"""Whether better prospects can hurt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gametrade.analysis.properties.agreements import agreement_verdict, solve_again
from gametrade.analysis.verdict import Verdict
from gametrade.errors import InvalidInputError
from gametrade.games.bargaining import Agreement, BargainingProblem
from gametrade.registry import properties

SLOPES = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 8.0)
"""Of the lines through the other player's best that cut the feasible set, in units of both best gains."""


@properties.register(of="agreement")
def monotonicity(answer: Agreement) -> Verdict:
    r"""A player that can reach more, whatever the other has, does not get less.

    Parameters
    ----------
    answer : Agreement
        A bargaining solution of two players.

    Returns
    -------
    Verdict
        Margin: least change of a player's utility when its prospects improve to those of the problem; witness: the
        player. [money]

    Raises
    ------
    InvalidInputError
        If there are not two players, or lotteries are ruled out.

    Notes
    -----
    The individual monotonicity of Kalai and Smorodinsky [1]_. Player i's prospects are made worse by
    :math:`u_i - d_i \le s\,(m_j - u_j)` for several slopes s, which leaves the other's best :math:`m_j`
    feasible; then the solution must not give i more than with all its prospects. A gain from having worse
    prospects refutes the axiom; none proves the statement about these cuts.

    References
    ----------
    .. [1] E. Kalai and M. Smorodinsky, "Other solutions to Nash's bargaining problem", Econometrica 43 (1975)
       513-518. :doi:`10.2307/1914280`

    Examples
    --------
    The second player can reach more in this problem than without its corner, and gets less from Nash.

    >>> import gametrade as gt
    >>> wide = gt.BargainingProblem.from_inequalities("ab", [[1, 0], [0.3, 1]], [1, 1], [0, 0])
    >>> verdict = gt.check(gt.registry.bargains.get("nash_bargaining").function(wide), "monotonicity")
    >>> verdict.holds, verdict.witness
    (False, ('b',))
    """
    problem = answer.problem
    if problem.n_players != 2 or problem.points is not None:
        raise InvalidInputError("monotonicity is checked for two players and a convex set of agreements.")
    hope = problem.ideal - problem.disagreement
    least, whose, worst_slope = 0.0, problem.players[0], None
    for i, player in enumerate(problem.players) if answer.agreed and (hope > 0).all() else ():
        for slope in SLOPES:
            before = solve_again(answer, _cut(problem, i, slope)).utilities[i]
            if float(answer.utilities[i] - before) < least:
                least, whose, worst_slope = float(answer.utilities[i] - before), player, slope
    return agreement_verdict(
        answer,
        "monotonicity",
        f"no player has less for having better prospects at every level of the other's ({len(SLOPES)} cuts tried each)",
        least,
        witness=(whose,),
        certificate={"kind": "recompute", "slope": worst_slope, "slopes": list(SLOPES)},
    )


def _cut(problem: BargainingProblem, i: int, slope: float) -> BargainingProblem:
    """The part of the problem below a line through the other player's best."""
    j = 1 - i
    best, hope = problem.ideal, problem.ideal - problem.disagreement
    row = problem.utilities[i] / hope[i] + slope * problem.utilities[j] / hope[j]
    limit = problem.disagreement[i] / hope[i] + slope * best[j] / hope[j]
    size = float(np.abs(row).max()) or 1.0
    rows = np.vstack([problem.rows, row / size])
    return replace(problem, rows=rows, limits=np.append(problem.limits, limit / size))
