"""The value of a matrix game, exactly, beside all equilibria of the game."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given

import gametrade as gt
from gametrade.solvers.zero_sum import _by_whole_numbers
from tests.solvers.finite_games import fractions_of, normal_form_games

matrices = normal_form_games(most_actions=5).map(lambda game: game.payoffs[0])


@given(matrices)
def test_every_equilibrium_pays_the_value(matrix):
    game = gt.NormalFormGame.bimatrix(matrix)
    (optimal,) = gt.solve(game, "zero_sum")
    value = Fraction(optimal.certificate["payoffs"][0])
    assert optimal.regret == 0
    for equilibrium in gt.solve(game, "vertex_enumeration"):
        assert Fraction(equilibrium.certificate["payoffs"][0]) == value
        x, _ = fractions_of(equilibrium)
        assert game.exact_regrets([x, fractions_of(optimal)[1]]) == [0, 0]


@given(matrices)
def test_pivots_in_whole_numbers_are_optimal_too(matrix):
    game = gt.NormalFormGame.bimatrix(matrix)
    whole = game.whole_payoffs[0][0]
    positive = whole - min(whole.ravel().tolist()) + 1
    assert game.exact_regrets(_by_whole_numbers(positive)) == [0, 0]


def test_a_constant_sum_is_enough():
    game = gt.NormalFormGame.bimatrix([[3, -1], [-2, 1]], [[7, 11], [12, 9]])
    assert gt.solve(game, "zero_sum").finding == "The value of the game to player 1 is 1/7, about 0.142857."
    large = gt.NormalFormGame.bimatrix(np.random.default_rng(1).random((40, 60)))
    solution = gt.solve(large, "zero_sum")
    assert solution[0].regret == 0
    assert solution.finding.startswith("The value of the game to player 1 is about 0.")


def test_other_games_are_refused_with_the_profile():
    with pytest.raises(gt.InvalidInputError, match=r"Got 2\.0 at the profile \(2, 2\), 3\.0 at the first"):
        gt.solve(gt.NormalFormGame.bimatrix([[1, 1], [1, 1]], [[2, 2], [2, 1]]), "zero_sum")
    with pytest.raises(gt.InvalidInputError, match=r"two players\. Got 1"):
        gt.solve(gt.NormalFormGame([[1.0, 2.0]]), "zero_sum")
