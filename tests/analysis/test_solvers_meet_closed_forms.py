"""Every numeric solver against every equilibrium in letters that it can answer, at random numbers."""

from __future__ import annotations

import numpy as np
import pytest

import gametrade as gt
from gametrade.errors import InvalidInputError
from gametrade.games.stackelberg import StackelbergGame
from gametrade.registry import derivations, solvers
from gametrade.solvers.solve import plays
from tests.analysis.closed_form_games import MAKERS, RANGES, drawn, forms

SEEDS = (0, 1)

UNKNOWN_IN_LETTERS = {
    "BudgetBuyersGame", "EvolutionaryGame", "GridLeaderGame", "LedTable", "SellerCompetition", "StorageInvestmentGame"
}  # fmt: skip
"""Kinds of games of which no derivation is one; those that meet in pairs may be played by a population all the same."""

NEAR = {
    "fictitious_play": (0.1, "frequencies close in as one over the rounds"),
    "nash_seeking": (0.01, "ends within the order of the amplitude of its shaking"),
}
"""Solvers that approach an equilibrium by their nature, and how near they come at these options."""


def refusal(entry, game):
    """Why a solver of this kind of game cannot answer this one, None if it can."""
    name = entry.name
    if name == "zero_sum" and np.ptp(game.payoffs.sum(axis=0)) > 1e-9:
        return "add up to the same number"
    if name == "kkt_milp" and game.leader.hessian.any():
        return "linear cost"
    if name in ("extragradient", "golden_ratio", "potential_maximum") and game.concave is False:
        return "concave"
    if name == "leader_boxes" and game.formulas is None:
        return "formulas"
    if name == "exchange_admm" and game.n_players > 1:
        return "own variables alone"
    if name == "potential_maximum" and type(game).__name__ == "PayoffsOnly":
        return "exact potential"
    limited = getattr(game, "capacity", np.inf) < np.inf or getattr(game, "usage_charge", np.zeros(1)).any()
    if isinstance(game, StackelbergGame) and name != "leader_breakpoints" and limited:
        return "leader_breakpoints"
    return None


def nearness(entry, game):
    """How far an answer may be from the closed form."""
    if entry.name in NEAR:
        return NEAR[entry.name][0]
    if entry.name == "best_response" and game.concave is False:
        return 1e-4  # global replies to payoffs with a kink at the equilibrium
    if entry.name == "leader_potential" and game.between != "quadratic":
        return 1e-4  # replies found by a scan
    return 1e-6


def options(entry):
    """Shorter ways that suffice here."""
    return {"rounds": 8000} if entry.name == "nash_seeking" else {}


def exercised(game):
    """Solvers that play this kind of game, with as many players."""
    shape = len(game.players)
    fitting = [entry for entry in solvers if plays(entry, game) and entry.traits.get("players", shape) == shape]
    return [entry for entry in fitting if entry.name != "nash_seeking" or seeks(game)]


def seeks(game):
    """Seeking without a model is promised for smooth payoffs, and sees no difference between ways to store them."""
    return type(game).__name__ in ("PayoffsOnly", "QuadraticGame")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", [entry.name for entry in derivations])
def test_numbers_meet_letters(name, seed):
    for form in forms(name, drawn(name, seed)):
        for entry in exercised(form.game):
            told = (name, type(form.game).__name__, entry.name)
            why = refusal(entry, form.game)
            if why is not None:
                with pytest.raises(InvalidInputError, match=why):
                    gt.solve(form.game, entry.name)
                continue
            found = gt.solve(form.game, entry.name, **options(entry))
            assert len(found) == 1, (told, found.finding)
            assert form.read(found[0]) == pytest.approx(form.exact, abs=nearness(entry, form.game)), told


def test_every_solver_of_these_kinds_is_among_them():
    """Nothing is left out but solvers of kinds without letters, and those that refuse all of these games."""
    assert set(MAKERS) == set(RANGES) == {entry.name for entry in derivations}
    games = [form.game for name in MAKERS for form in forms(name, drawn(name, 0))]
    tried = {entry.name for game in games for entry in exercised(game) if refusal(entry, game) is None}
    left = [entry for entry in solvers if entry.name not in tried]
    assert {e.name for e in left if not set(e.traits["plays"]) <= UNKNOWN_IN_LETTERS} == {
        "exchange_admm", "kkt_milp", "zero_sum"
    }  # fmt: skip
