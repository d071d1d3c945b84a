"""Whether somebody could have more at nobody's cost."""

from __future__ import annotations

import numpy as np

from gametrade.analysis.properties.agreements import agreement_verdict
from gametrade.analysis.verdict import Verdict
from gametrade.games.bargaining import Agreement
from gametrade.registry import properties
from gametrade.typing import FloatArray

GIVE = 1e-9
"""Share of the utilities by which the others may lose in the program, so that rounding leaves it feasible."""


@properties.register(of="agreement")
def pareto_efficiency(answer: Agreement) -> Verdict:
    r"""Nobody can have more without somebody having less.

    Parameters
    ----------
    answer : Agreement
        A bargaining solution.

    Returns
    -------
    Verdict
        Margin: minus what all could have more at nobody's cost; witness: who could gain most. [money]

    Notes
    -----
    One linear program, :math:`\max \sum_i u_i` over feasible :math:`u \ge u^*`, or a look at every point of a list
    without lotteries. ``certificate["better"]`` is the agreement that dominates.

    Examples
    --------
    >>> import gametrade as gt
    >>> pie = gt.BargainingProblem.from_total("abc", 90.0, [0, 0, 0], highest=[20, 90, 90])
    >>> equal = gt.registry.bargains.get("egalitarian_bargaining").function(pie)
    >>> verdict = gt.check(equal, "pareto_efficiency")
    >>> verdict.holds, round(verdict.margin, 6), verdict.witness
    (False, -30.0, ('b',))
    """
    better = dominating(answer)
    gained = better - answer.utilities
    return agreement_verdict(
        answer,
        "pareto_efficiency",
        "nobody can have more without somebody having less",
        0.0 - max(0.0, float(gained.sum())),
        witness=(answer.problem.players[int(gained.argmax())],),
        certificate={"kind": "linear_program", "better": better.tolist()},
    )


def dominating(answer: Agreement) -> FloatArray:
    """Feasible utilities, none below those of the answer, with the largest sum, shape (n,). [money]"""
    from gametrade.errors import SolverError

    problem, had = answer.problem, answer.utilities
    if problem.points is not None:
        good = problem.points[(problem.points >= had).all(axis=1)]
        return np.asarray(good[good.sum(axis=1).argmax()] if len(good) else had)
    size = np.abs(problem.utilities).max(axis=1).clip(min=np.finfo(float).tiny)
    rows = -problem.utilities / size[:, None]
    limits = -(had - GIVE * np.abs(np.concatenate([had, problem.disagreement])).max()) / size
    try:
        found = problem.decide(problem.utilities.sum(axis=0), rational=False, rows=rows, limits=limits)
    except SolverError:
        return np.asarray(had)  # nothing feasible is as good for all: only where there is no agreement
    return np.asarray(problem.utilities @ found)
