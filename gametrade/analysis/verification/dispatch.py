"""Re-prove what a report says of a dispatch game, from plans and duals alone."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.analysis.dispatch_evidence import (
    Bracket,
    alone_brackets,
    cost_from_above,
    costs_from_below,
    grand_bracket,
    leaf_states,
    value_brackets,
)
from gametrade.analysis.verification.case import Case, Certificate, Claim, Refuted
from gametrade.games.coalitional import DispatchGame
from gametrade.solvers.coalition_search import FREE, INSIDE
from gametrade.typing import IntArray


def proven_costs(case: Case) -> tuple[list[Bracket], Bracket]:
    """Exact brackets of the costs of every home alone and of all together, from the evidence of the report.

    Raises
    ------
    Refuted
        If a bracket does not hold the cost that the programs give, or is wider than the tolerance.
    """
    game = case.game
    assert isinstance(game, DispatchGame)
    if "dispatch" not in case.kept:
        evidence: Mapping[str, Any] = case.document["evidence"]
        alone, grand = alone_brackets(game, evidence["alone"]), grand_bracket(game, evidence["grand"])
        costs = [*game.alone_costs, game.grand.cost]
        room = Fraction(game.tolerance)
        for name, (low, high), cost in zip([*game.players, "all homes"], [*alone, grand], costs, strict=True):
            if not low - room <= Fraction(float(cost)) <= high + room or high - low > room:
                raise Refuted(f"the evidence puts the cost of {name} from {float(low):.9g} to {float(high):.9g}")
        case.kept["dispatch"] = alone, grand
    found: tuple[list[Bracket], Bracket] = case.kept["dispatch"]
    return found


def prove_values(case: Case) -> None:
    """Keep the values of all coalitions that plans and duals of the report prove, if it has them for each.

    Raises
    ------
    Refuted
        If the bracket of a value is wider than the tolerance; its middle is off by half of that at most.
    """
    game, entries = case.game, case.document["evidence"].get("coalitions")
    assert isinstance(game, DispatchGame)
    if not entries:
        return
    brackets = value_brackets(game, entries, *proven_costs(case))
    if max(high - low for low, high in brackets) > Fraction(game.tolerance):
        raise Refuted("the evidence leaves the value of a coalition open")
    case.kept["values"] = [(low + high) / 2 for low, high in brackets]


def dispatch_bracket(case: Case, claim: Claim, certificate: Certificate) -> tuple[Fraction, Fraction, Fraction]:
    """Bracket the largest excess of a proper coalition, and the imbalance of the payoffs.

    Parameters
    ----------
    case : Case
        The report and its game.
    claim : mapping
        The core claim of a rule.
    certificate : mapping
        Plan of the named coalition and leaves with prices and duals.

    Returns
    -------
    lower, upper : Fraction
        The named coalition gains at least `lower`, no proper one more than `upper`. [money]
    imbalance : Fraction
        What is paid out too much or too little. [money]

    Raises
    ------
    Refuted
        If the coalition is not a proper one.
    """
    game = case.game
    assert isinstance(game, DispatchGame)
    alone, grand = proven_costs(case)
    payoffs = case.payoffs(claim["rule"])
    members = game.members(certificate["coalition"])
    if not 0 < members.sum() < game.n_players or members.sum() != len(certificate["coalition"]):
        raise Refuted("the coalition must be a proper one that names no home twice")
    homes = np.flatnonzero(members)
    lower = sum((alone[i][0] - payoffs[i] for i in homes), Fraction(0)) - cost_from_above(game, members, certificate)
    leaves = certificate["leaves"]
    limits = [
        _leaf_limit(game, state, leaf, alone, payoffs)
        for state, leaf in zip(leaf_states(game, leaves), leaves, strict=True)
    ]
    saved = sum((low + high for low, high in alone), Fraction(0)) - sum(grand)
    return lower, max(limit for limit in limits if limit is not None), abs(sum(payoffs) - saved / 2)


def _leaf_limit(
    game: DispatchGame, state: IntArray, leaf: Certificate, alone: list[Bracket], payoffs: list[Fraction]
) -> Fraction | None:
    """What the prices of a leaf allow its proper coalitions, None if it has none. [money]"""
    costs, shared = costs_from_below(game.terms, game.homes, leaf)
    margins = [bracket[1] - cost - x for bracket, cost, x in zip(alone, costs, payoffs, strict=True)]
    inside = [margin for margin, side in zip(margins, state, strict=True) if side == INSIDE]
    free = sorted((margin for margin, side in zip(margins, state, strict=True) if side == FREE), reverse=True)
    least, most = max(0, 1 - len(inside)), min(len(free), game.n_players - 1 - len(inside))
    if least > most:
        return None
    taken = min(max(sum(margin > 0 for margin in free), least), most)
    return sum(inside, Fraction(0)) + sum(free[:taken], Fraction(0)) + shared
