"""Every solver of every kind of game keeps its contract, without being named here.

Finite games have their own, stricter suite beside this one. A solver for a new kind of game asks for a sample below.
"""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.equilibrium_document import plain
from gametrade.errors import GametradeError, UnknownOptionError
from gametrade.games.described import described_game
from gametrade.games.stackelberg import (
    Auction,
    BilevelGame,
    BudgetBuyersGame,
    GridLeaderGame,
    PriceLeaderGame,
    StackelbergGame,
    StorageInvestmentGame,
    UsageChargeGame,
    leaders_of_formulas,
)
from gametrade.games.stackelberg.led_table import LedTable
from gametrade.registry import solvers, systems
from gametrade.solvers.solve import plays, solve
from tests.analysis.strategic_games import DESCRIPTIONS

SMALL = {"fictitious_play": {"rounds": 200}, "replicator_dynamics": {"horizon": 20.0}}
"""Options that keep slow solvers short."""

ONLY = {"nash_seeking": ("gentle prices",), "diagonalisation": ("firms", "leader")}
"""Samples of slow solvers."""

BARD = (
    {"linear": [-10, 4], "hessian": [[2, 0], [0, 8]], "constant": 26},
    {"linear": [0, -2], "hessian": [[0, -1.5], [-1.5, 2]], "rows": [[-3, 1], [1, -0.5], [1, 1]], "limits": [-3, 4, 7]},
)


MOST_ENTRIES = 24
"""Entries of all strategies of a sample."""


def entries(game):
    """How many numbers the players choose."""
    return sum(len(game.components(k)) for k in range(len(game.players)))


def nobody(bids, wanted, asks, offered):
    """An auction in which nothing is traded."""
    return Auction(None, np.zeros(wanted.size), np.zeros(offered.size))


@cache
def samples():
    """Small games of every kind, by name; those of the systems among them."""
    games = {name: described_game(data) for name, data in DESCRIPTIONS.items()}
    games |= {entry.name: entry.function(**entry.traits["example"]) for entry in systems}
    games["dilemma"] = gt.NormalFormGame.bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    games["gentle prices"] = gt.ContinuousGame.from_expressions(
        {"a": "p*(1 - p + q/2)", "b": "q*(1 - q + p/2)"}, {"a": {"p": (0, 2)}, "b": {"q": (0, 2)}}
    )
    games["led dilemma"] = LedTable(games["dilemma"], "player 1")
    games["zero sum"] = gt.NormalFormGame.bimatrix([[1, -1], [-2, 3]])
    games["hawks"] = gt.EvolutionaryGame.from_matrix([[-1, 4], [0, 2]], ["hawk", "dove"])
    games["leader"] = PriceLeaderGame([10.0, 4.0], [1.0, 0.1], unit_cost=1.0)
    games["charge"] = UsageChargeGame([0.5], [0.1], 0.06, import_price=0.30, export_price=0.08)
    games["firms"] = StackelbergGame(
        ("firm",), (("quantity",),), (gt.Polyhedron.of([0.0], [90.0]),),
        (lambda x, y: x[0] * (90 - x[0] - y[0]),), lambda x: (90 - x) / 2, between="quadratic",
    )  # fmt: skip
    games["two prices"] = leaders_of_formulas(
        {"retailer": "(p - 1)*x + (q - 2)*y"}, {"retailer": {"p": (0, 9), "q": (0, 9)}},
        {"x": "8 - p + q/4", "y": "6 - q + p/4"},
    )  # fmt: skip
    games["bard"] = BilevelGame.of(*BARD, n_leader=1, n_follower=1, bounds=[(0, 100), (0, 100)])
    lines = {"linear": [0, -1], "rows": [[1, 1], [-1, -4], [1, 2], [-7, 2]], "limits": [8, -8, 13, 0]}
    games["lines"] = BilevelGame.of({"linear": [1, 3]}, lines, n_leader=1, n_follower=1, bounds=[(0, 8), (-100, 5)])
    games["budgets"] = BudgetBuyersGame([4.0, 9.0], [10.0], 1.0)
    games["storage"] = StorageInvestmentGame([10, 6], [[4, 1], [1, 3]], high_price=54, low_price=21.5, storage_cost=13)
    games["grid"] = GridLeaderGame(nobody, [0.5, 0.4], [0.1, 0.1], demand=90, threshold=80, regular_price=0.3)
    return games


def answered(entry):
    """The solver on every sample that it takes, with what it refuses left out."""
    for name, game in samples().items():
        if name not in ONLY.get(entry.name, samples()) or entries(game) > MOST_ENTRIES:
            continue
        if plays(entry, game) and entry.traits.get("players", len(game.players)) == len(game.players):
            try:
                solution = solve(game, entry.name, **SMALL.get(entry.name, {}))
            except GametradeError:
                continue
            yield game, solution, name


ENTRIES = [pytest.param(entry, id=entry.name) for entry in solvers]


@pytest.mark.parametrize("entry", ENTRIES)
def test_answers_are_repeatable_certified_and_ready_for_files(entry):
    found = list(answered(entry))
    assert any(len(solution) for _, solution, _ in found), f"add a game that {entry.name} solves to the samples"
    for game, solution, name in found:
        assert solution.solver == entry.name, name
        assert solution.game is game
        again = solve(game, entry.name, **SMALL.get(entry.name, {}))
        document = plain(solution.to_dict())
        assert document == plain(again.to_dict()), name
        assert json.loads(json.dumps(document, allow_nan=False)) == document
        if not len(solution):
            assert solution.finding, name
        for equilibrium in solution:
            assert equilibrium.concept
            assert equilibrium.certificate["kind"]
            assert not (equilibrium.regrets < 0).any()
            for player, strategy in enumerate(equilibrium.strategies):
                assert len(game.components(player)) == strategy.size
                assert np.isfinite(strategy).all()


@pytest.mark.parametrize("entry", ENTRIES)
def test_entry_is_complete(entry):
    assert entry.traits["source"]
    assert entry.traits["plays"]
    for game in samples().values():
        if type(game).__name__ in entry.traits.get("first_choice_for", ()):
            assert plays(entry, game)
    assert entry.summary.endswith(".")
    for section in ("Parameters", "Returns", "Examples"):
        assert section in entry.function.__doc__


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_misspelled_option_is_an_error_that_names_the_solver(entry):
    game = next(game for game in samples().values() if plays(entry, game))
    with pytest.raises(UnknownOptionError, match=entry.name):
        solve(game, entry.name, no_such_option=1)


@pytest.mark.parametrize("name", [*(entry.name for entry in systems), *(n for n in DESCRIPTIONS if n != "not concave")])
def test_every_game_has_a_first_choice(name):
    solution = gt.solve(samples()[name])
    assert len(solution) or solution.finding


def test_the_first_choice_refuses_a_payoff_that_is_not_concave_with_a_witness():
    game = described_game({"variables": {"A": {"x": [0, 1], "y": [0, 1]}}, "payoffs": {"A": "exp(x*y)"}})
    with pytest.raises(gt.InvalidInputError, match=r"Got that of A: points \[\["):
        gt.solve(game)
