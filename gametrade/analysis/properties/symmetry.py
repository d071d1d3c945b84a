"""Whether equals are treated as equals."""

from __future__ import annotations

import itertools

import numpy as np

from gametrade.analysis.properties.agreements import agreement_verdict, solve_again
from gametrade.analysis.verdict import Verdict
from gametrade.games.bargaining import Agreement, BargainingProblem
from gametrade.registry import properties


@properties.register(of="agreement")
def symmetry(answer: Agreement) -> Verdict:
    r"""Two players who can reach the same things gain the same.

    Parameters
    ----------
    answer : Agreement
        A bargaining solution.

    Returns
    -------
    Verdict
        Margin: minus the largest difference of two gains; witness: the pair. [money]

    Notes
    -----
    For each pair the solution is run again on the problem made symmetric: gains that are feasible and stay
    feasible with the two players exchanged. There, a symmetric solution gives both the same.

    Examples
    --------
    >>> import gametrade as gt
    >>> pie = gt.BargainingProblem.from_total("ab", 1.0, [0, 0])
    >>> first = gt.registry.bargains.get("alternating_offers").function(pie)
    >>> verdict = gt.check(first, "symmetry")
    >>> verdict.holds, verdict.witness, round(verdict.margin, 4)
    (False, ('a', 'b'), -0.0526)
    """
    problem = answer.problem
    worst, pair = 0.0, problem.players[:2]
    for i, j in itertools.combinations(range(problem.n_players), 2):
        gains = solve_again(answer, mirrored(problem, i, j)).gains
        if abs(gains[i] - gains[j]) > worst:
            worst, pair = abs(float(gains[i] - gains[j])), (problem.players[i], problem.players[j])
    return agreement_verdict(
        answer,
        "symmetry",
        "in the part of the problem that is symmetric in two players they gain the same",
        0.0 - worst,
        witness=pair,
        certificate={"kind": "recompute", "pairs": problem.n_players * (problem.n_players - 1) // 2},
    )


def mirrored(problem: BargainingProblem, i: int, j: int) -> BargainingProblem:
    """The gains that are feasible, and feasible with players i and j exchanged, as a problem."""
    order = np.arange(problem.n_players)
    order[[i, j]] = j, i
    alone, point = problem.disagreement, problem.points
    if point is not None:
        gains = point - alone
        swapped = gains[:, order]
        both = [k for k, row in enumerate(swapped) if (gains == row).all(axis=1).any()]
        kept = np.vstack([point[both], alone])
        return BargainingProblem.from_points(problem.players, kept, alone, lotteries=False, unit=problem.unit)
    k, scale = problem.utilities.shape[1], np.abs(problem.utilities).max() or 1.0
    twin = np.hstack([problem.utilities, -problem.utilities[order]]) / scale
    shift = (alone - alone[order]) / scale
    nothing = np.zeros_like(problem.rows)
    rows = np.vstack([np.hstack([problem.rows, nothing]), np.hstack([nothing, problem.rows]), twin, -twin])
    limits = np.concatenate([problem.limits, problem.limits, shift, -shift])
    utilities = np.hstack([problem.utilities, np.zeros((problem.n_players, k))])
    return BargainingProblem(problem.players, alone, utilities, rows, limits, unit=problem.unit)
