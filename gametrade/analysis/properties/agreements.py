"""What every property of an agreement needs: its tolerance, and the same solution on another problem."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gametrade.analysis.verdict import Verdict
from gametrade.errors import InvalidInputError
from gametrade.games.bargaining import Agreement, BargainingProblem
from gametrade.registry import bargains

SHARE = 1e-6
"""Share of the utilities in play below which two agreements are the same: what chains of programs leave."""


def utility_tolerance(problem: BargainingProblem) -> float:
    """Utility that counts as none: a millionth of what is in play. [money]"""
    ideal = problem.ideal
    hope = float(np.abs(ideal - problem.disagreement).max()) if np.isfinite(ideal).all() else 0.0
    return SHARE * hope + 1e-12 * float(np.abs(problem.disagreement).max())


def agreement_verdict(
    answer: Agreement,
    property: str,
    statement: str,
    margin: float,
    *,
    holds: bool | None = None,
    witness: tuple[str, ...] = (),
    certificate: Mapping[str, Any],
) -> Verdict:
    """Put a verdict about an agreement together; it holds if the margin is not below the tolerance."""
    problem, tolerance = answer.problem, utility_tolerance(answer.problem)
    ordered = tuple(player for player in problem.players if player in witness)
    decided = margin >= -tolerance if holds is None else holds
    told = f"{statement}, to {tolerance:.3g} {problem.unit}"
    return Verdict(answer.solution, property, told, decided, margin + 0.0, problem.unit, ordered, certificate)


def solve_again(answer: Agreement, problem: BargainingProblem) -> Agreement:
    """The same solution with the same options on another problem."""
    if answer.solution not in bargains:
        raise InvalidInputError(
            f"solution of an Agreement must be registered to be run on another problem. Got {answer.solution!r}."
        )
    again: Agreement = bargains.get(answer.solution).function(problem, **answer.options)
    return again
