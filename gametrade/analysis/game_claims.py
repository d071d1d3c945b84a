"""What a report claims about the game itself, whatever the rule: is there a core, and how much is missing?"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.analysis.core_section import CHEAP_PLAYERS, CoreNumbers
from gametrade.analysis.dispatch_document import evidence_of
from gametrade.analysis.dispatch_evidence import coalitions_to_dict
from gametrade.analysis.encoding import least_core_to_dict, path_to_dict, tree_to_dict
from gametrade.analysis.statements import Facts, write_statement
from gametrade.analysis.verdict import Verdict
from gametrade.errors import SolverError, TooManyPlayersError
from gametrade.games.coalitional import (
    AssignmentGame,
    CoalitionalGame,
    DispatchGame,
    IndividualTariffGame,
    SharingGame,
    TableGame,
)
from gametrade.solvers.assignment_core import assignment_core
from gametrade.solvers.cost_of_stability import CostOfStability
from gametrade.solvers.least_core_value import LeastCore, least_core_value
from gametrade.solvers.price_tree import PriceTree
from gametrade.solvers.row_generation import LeastCoreBracket
from gametrade.solvers.saddle_point import PRICE_GRID
from gametrade.tolerance import decision_tolerance

GAME = "game"
"""Stands where other claims name their rule."""

TABULATED_PLAYERS = 18
"""Most players of a game without prices for whose core the values of all coalitions are computed."""

PROGRAMS = "values are linear programs, of which no report proves so many"


def game_verdicts(game: CoalitionalGame, numbers: CoreNumbers | None) -> tuple[Verdict, ...]:
    """Claims about a game: that its core is not empty, and the numbers that the section on the core states.

    Parameters
    ----------
    game : CoalitionalGame
        At least 2 players.
    numbers : CoreNumbers or None
        Least-core value and cost of stability, where they were found.

    Returns
    -------
    tuple of Verdict
        ``balanced``, then ``least_core_excess`` and ``cost_of_stability``.
    """
    verdicts = [_balanced(game, numbers)]
    if numbers is not None:
        verdicts += [_least_core_excess(game, numbers.tightest), _cost_of_stability(game, numbers.stability)]
    return tuple(verdicts)


def _verdict(game: CoalitionalGame, name: str, holds: bool | None, margin: float, proof: dict[str, Any]) -> Verdict:
    """A claim about the game; the coalition with the largest weight is its witness."""
    weights = [float(Fraction(weight)) for weight in proof.get("weights", ())]
    witness = tuple(proof["coalitions"][int(np.argmax(weights))]) if weights else ()
    words = write_statement(name, Facts(GAME, game.unit, game.tolerance, game.n_players, proof))
    return Verdict(GAME, name, words, holds, margin + 0.0, game.unit, witness, proof)


def _balanced(game: CoalitionalGame, numbers: CoreNumbers | None) -> Verdict:
    """There are payoffs that nobody gains by leaving, or balancing weights show that there are none."""
    if isinstance(game, SharingGame | IndividualTariffGame):
        return _verdict(game, "balanced", True, 0.0, {"kind": "price_path", **path_to_dict(_clearing_path(game))})
    if isinstance(game, AssignmentGame):
        middle = assignment_core(game).midpoint.payoffs
        return _verdict(game, "balanced", True, 0.0, {"kind": "pairs", "payoffs": middle.tolist()})
    if isinstance(game, DispatchGame) and not game.terms.limited and evidence_of(game):
        return _verdict(game, "balanced", True, 0.0, {"kind": "dispatch_dual"})
    found = numbers.tightest if numbers and isinstance(numbers.tightest, LeastCore) else _tightest(game)
    if found is None:
        why = PROGRAMS if isinstance(game, DispatchGame) else f"more than {TABULATED_PLAYERS} players"
        return _verdict(game, "balanced", None, 0.0, {"kind": "none", "why": why})
    empty, proof = found.epsilon > found.tolerance, _weights(found, game)
    for name in ("bracket", "payoffs") if empty else ("bracket",):
        del proof[name]
    proof["kind"] = "balancing_weights" if empty else "point"
    holds = None if _proved(game, proof) is None else not empty
    return _verdict(game, "balanced", holds, -found.epsilon, proof)


def _least_core_excess(game: CoalitionalGame, found: LeastCore | LeastCoreBracket) -> Verdict:
    """No payoffs make the largest excess smaller, and these reach it."""
    if isinstance(found, LeastCoreBracket):
        return _by_rows(game, found)
    proof = _weights(found, game)
    return _verdict(game, "least_core_excess", _proved(game, proof), -found.epsilon, proof)


def _by_rows(game: CoalitionalGame, found: LeastCoreBracket) -> Verdict:
    """The same without a table: a price tree shows what the payoffs reach."""
    proof: dict[str, Any] = least_core_to_dict(found)
    holds: bool | None = True
    del proof["unit"]
    if found.upper_bound - found.lower_bound > game.n_players * decision_tolerance(game.tolerance, found.payoffs):
        proof |= {"kind": "none", "why": "the search ran out of time"}
        holds = None
    return _verdict(game, "least_core_excess", holds, -found.lower_bound, proof)


def _cost_of_stability(game: CoalitionalGame, found: CostOfStability) -> Verdict:
    """No smaller sum from outside is enough, and this one is."""
    proof = _weights(found, game)
    if isinstance(game, SharingGame | IndividualTariffGame) and game.n_players > CHEAP_PLAYERS:
        path = _clearing_path(game).astype(np.uint8)[None, :]
        tree = PriceTree(game.tolerance, path, (-1,), (-1,), (-1,))
        proof["tree"] = tree_to_dict(tree, game.players)
    return _verdict(game, "cost_of_stability", _proved(game, proof), found.subsidy, proof)


def _proved(game: CoalitionalGame, proof: dict[str, Any]) -> bool | None:
    """Whether verification can have the values of all coalitions; if not, the proof says so."""
    if _tabled(game):
        return True
    proof |= {"kind": "none", "why": PROGRAMS}
    return None


def _tabled(game: CoalitionalGame) -> bool:
    """Whether verification has the value of every coalition, without trust in a linear program."""
    return not isinstance(game, DispatchGame) or bool(coalitions_to_dict(game))


def _tightest(game: CoalitionalGame) -> LeastCore | None:
    """The least core, where it is cheap: for few players, or from values that are given."""
    cheap = game.n_players <= TABULATED_PLAYERS or isinstance(game, TableGame)
    if not cheap or not _tabled(game):
        return None
    try:
        return least_core_value(game)
    except (SolverError, TooManyPlayersError):
        return None


def _weights(found: LeastCore | CostOfStability, game: CoalitionalGame) -> dict[str, Any]:
    """A balanced collection, payoffs, and the two numbers between which they put the truth."""
    value = found.epsilon if isinstance(found, LeastCore) else found.subsidy
    return {
        "kind": "balancing_weights",
        "coalitions": [list(game.labels(np.asarray(row))) for row in found.coalitions],
        "weights": [str(weight) for weight in found.weights],
        "payoffs": found.payoffs.tolist(),
        "bracket": [float(value), float(value + found.gap)],
    }


def _clearing_path(game: SharingGame | IndividualTariffGame) -> np.ndarray:
    """Price position that clears each trade step: at the export price in surplus, at the import price in shortage."""
    net = game.position.sum(axis=0)
    return np.where(net > 0, 0, np.where(net < 0, PRICE_GRID, PRICE_GRID // 2))
