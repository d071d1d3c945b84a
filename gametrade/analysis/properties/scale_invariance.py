"""Whether the unit in which a player counts its utility matters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gametrade.analysis.properties.agreements import agreement_verdict, solve_again
from gametrade.analysis.verdict import Verdict
from gametrade.games.bargaining import Agreement
from gametrade.registry import properties

FACTORS = (0.25, 4.0)
"""By which each player's utility is multiplied in turn."""


@properties.register(of="agreement")
def scale_invariance(answer: Agreement) -> Verdict:
    """Counting one player's utility in another unit changes the agreement by that unit only.

    Parameters
    ----------
    answer : Agreement
        A bargaining solution.

    Returns
    -------
    Verdict
        Margin: minus the largest change of a utility, in the old units; witness: whose unit changed. [money]

    Notes
    -----
    Each player's utility is multiplied by a quarter and by four in turn and the solution run again. A change refutes
    the axiom; none proves the statement about these units and this problem.

    Examples
    --------
    >>> import gametrade as gt
    >>> pie = gt.BargainingProblem.from_total("ab", 1.0, [0, 0])
    >>> equal = gt.registry.bargains.get("egalitarian_bargaining").function(pie)
    >>> verdict = gt.check(equal, "scale_invariance")
    >>> verdict.holds, verdict.witness, round(verdict.margin, 6)
    (False, ('a',), -0.3)
    """
    problem, worst, whose = answer.problem, 0.0, answer.problem.players[0]
    for i, player in enumerate(problem.players):
        for factor in FACTORS:
            scale = np.ones(problem.n_players)
            scale[i] = factor
            other = replace(
                problem,
                disagreement=problem.disagreement * scale,
                utilities=problem.utilities * scale[:, None],
                points=None if problem.points is None else problem.points * scale,
            )
            change = float(np.abs(solve_again(answer, other).utilities / scale - answer.utilities).max())
            if change > worst:
                worst, whose = change, player
    return agreement_verdict(
        answer,
        "scale_invariance",
        "counting one player's utility in units of a quarter or of four changes nothing else",
        0.0 - worst,
        witness=(whose,),
        certificate={"kind": "recompute", "factors": list(FACTORS)},
    )
