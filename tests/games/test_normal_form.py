"""Finite games: shapes, labels, exact payoffs and regrets, and everything that can be given wrongly."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.normal_form import whole_numbers
from tests.solvers.finite_games import normal_form_games, regrets_by_definition

any_players = normal_form_games(players=(1, 3), most_actions=3)


def some_profile(game, seed):
    rng = np.random.default_rng(seed)
    rows = [rng.integers(0, 4, size) for size in game.shape]
    for row in rows:
        row[0] += row.sum() == 0
    return [[Fraction(int(w), int(row.sum())) for w in row] for row in rows]


@given(any_players, st.integers(0, 99))
def test_exact_regrets_by_definition(game, seed):
    profile = some_profile(game, seed)
    exact = game.exact_regrets(profile)
    assert exact == regrets_by_definition(game, profile)
    floats = game.regrets([np.array([float(p) for p in row]) for row in profile])
    assert floats == pytest.approx([float(r) for r in exact], abs=1e-9 * max(1e-300, np.abs(game.payoffs).max()))
    payoffs, _ = game.exact_payoffs_and_regrets(profile)
    expected = game.expected([np.array([float(p) for p in row]) for row in profile])
    assert expected == pytest.approx([float(p) for p in payoffs], abs=1e-9 * max(1e-300, np.abs(game.payoffs).max()))


@given(any_players)
def test_pure_equilibria_by_definition(game):
    found = {tuple(e.certificate["actions"]) for e in gt.solve(game, "pure_equilibria")}
    expected = set()
    for where in itertools.product(*map(range, game.shape)):
        profile = [[Fraction(k == w) for k in range(size)] for w, size in zip(where, game.shape, strict=True)]
        if not any(regrets_by_definition(game, profile)):
            expected.add(where)
    assert found == expected


@given(any_players)
def test_whole_payoffs_lose_nothing(game):
    for table, (whole, denominator) in zip(game.payoffs, game.whole_payoffs, strict=True):
        assert [Fraction(w, denominator) for w in whole.ravel()] == [Fraction(v) for v in table.ravel().tolist()]
    assert (game.exact_payoffs.astype(float) == game.payoffs).all()


def test_whole_numbers_of_any_shape():
    assert whole_numbers(np.zeros((0, 2)))[0].shape == (0, 2)
    assert whole_numbers(np.array(2.5))[1] == 2


@given(any_players)
def test_first_choices_answer_every_game(game):
    solution = gt.solve(game)
    assert solution.solver == ("vertex_enumeration" if game.n_players == 2 else "pure_equilibria")


def test_large_games_are_answered_by_one_equilibrium():
    solution = gt.solve(gt.NormalFormGame.bimatrix(*np.random.default_rng(0).random((2, 20, 15))))
    assert (solution.solver, len(solution), solution[0].regret) == ("lemke_howson", 1, 0)


def test_labels_restriction_and_display():
    game = gt.NormalFormGame.from_function(
        ["ann", "bob"], [["low", "high"], ["in", "out"]], lambda p: {"ann": len(p[0]), "bob": float(p[1] == "in")}
    )
    assert game.payoff({"ann": "high", "bob": "in"}) == {"ann": 4.0, "bob": 1.0}
    small = game.restricted([[1], [0, 1]])
    assert small.actions == (("high",), ("in", "out"))
    assert repr(small) == "<NormalFormGame: 2 players, 1 x 2 actions>"
    solution = gt.solve(game)
    assert solution[0].strategy("ann") == {"low": 0.0, "high": 1.0}
    assert "ann" in str(solution)
    assert solution[0].to_frame().loc[("bob", "in"), "value"] == 1
    assert not game.payoffs.flags.writeable


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: gt.NormalFormGame(np.zeros((2, 2))), r"must have shape \(n, a_1, \.\.\., a_n\).*Got shape \(2, 2\)"),
        (lambda: gt.NormalFormGame(np.zeros((2, 2, 0))), "at least one action"),
        (lambda: gt.NormalFormGame(3.0), r"Got shape \(\)"),
        (lambda: gt.NormalFormGame([[[1, 2]], [[3, np.nan]]]), r"Got nan for player 2 at the profile \(player 1 1, p"),
        (lambda: gt.NormalFormGame.bimatrix([[1, 2]], [[1], [2]]), "must have one shape"),
        (lambda: gt.NormalFormGame.bimatrix([[1]], players=["a", "a"]), "2 different labels"),
        (lambda: gt.NormalFormGame.bimatrix([[1, 2]], actions=[["x"], ["y", "y"]]), "must differ"),
        (lambda: gt.NormalFormGame.bimatrix([[1, 2]], actions=[["x"], ["y"]]), r"must have \(1, 2\) labels"),
        (lambda: gt.NormalFormGame.from_function(["a"], [["x"]], lambda p: [1, 2]), "must return 1 numbers. Got 2"),
    ],
)
def test_wrong_games_are_refused_in_one_sentence(make, message):
    with pytest.raises(gt.InvalidInputError, match=message):
        make()


def test_wrong_profiles():
    game = gt.NormalFormGame.bimatrix([[1]])
    with pytest.raises(gt.UnknownNameError, match="player in the profile"):
        game.payoff({"player 1": "1"})
    with pytest.raises(gt.UnknownNameError, match="action of player 2"):
        game.payoff({"player 1": "1", "player 2": "9"})
