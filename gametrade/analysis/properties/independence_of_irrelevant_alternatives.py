"""Whether agreements that are not chosen matter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gametrade.analysis.properties.agreements import agreement_verdict, solve_again
from gametrade.analysis.verdict import Verdict
from gametrade.games.bargaining import Agreement, BargainingProblem
from gametrade.registry import properties

SHARES = (0.0, 0.5)
"""Where a cap stands between the agreement and a player's best."""


@properties.register(of="agreement")
def independence_of_irrelevant_alternatives(answer: Agreement) -> Verdict:
    """Ruling out agreements that were not chosen does not change the one that was.

    Parameters
    ----------
    answer : Agreement
        A bargaining solution.

    Returns
    -------
    Verdict
        Margin: minus the largest change of a utility; witness: whose other agreements were ruled out. [money]

    Notes
    -----
    Each player in turn may not have more than what it has agreed, or than half way from there to its best; the
    solution is run again. A change refutes the axiom; none proves the statement about these caps.

    Examples
    --------
    >>> import gametrade as gt
    >>> pie = gt.BargainingProblem.from_total("ab", 100.0, [0, 0])
    >>> hope = gt.registry.bargains.get("kalai_smorodinsky").function(pie)
    >>> verdict = gt.check(hope, "independence_of_irrelevant_alternatives")
    >>> verdict.holds, verdict.witness, round(verdict.margin, 6)
    (False, ('a',), -16.666667)
    """
    problem, worst, whose = answer.problem, 0.0, answer.problem.players[0]
    for i, player in enumerate(problem.players) if answer.agreed else ():
        for share in SHARES:
            cap = answer.utilities[i] + share * (problem.ideal[i] - answer.utilities[i])
            change = float(np.abs(solve_again(answer, capped(problem, i, cap)).utilities - answer.utilities).max())
            if change > worst:
                worst, whose = change, player
    return agreement_verdict(
        answer,
        "independence_of_irrelevant_alternatives",
        "capping one player at, or half way above, what it has agreed changes nothing",
        0.0 - worst,
        witness=(whose,),
        certificate={"kind": "recompute", "shares": list(SHARES)},
    )


def capped(problem: BargainingProblem, player: int, cap: float) -> BargainingProblem:
    """The problem in which a player can have at most so much."""
    if problem.points is not None:
        return replace(problem, points=problem.points[problem.points[:, player] <= cap])
    size = np.abs(problem.utilities[player]).max() or 1.0
    rows = np.vstack([problem.rows, problem.utilities[player] / size])
    return replace(problem, rows=rows, limits=np.append(problem.limits, cap / size))
