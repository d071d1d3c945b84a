"""Evolutionary stability, exactly, beside mutants by definition."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import gametrade as gt
from gametrade.games.evolutionary import EvolutionaryGame
from gametrade.solvers.copositive import least_value, without_free

square = st.integers(1, 4).flatmap(lambda k: hnp.arrays(float, (k, k), elements=st.integers(-3, 3).map(float)))


def mutants(size, steps=6):
    """Weights on a grid."""
    return itertools.product(range(steps + 1), repeat=size)


def resists(matrix, state):
    """No mutant on a fine grid near the state, nor any mixture with few of them, does as well as the residents."""
    a = np.array([[Fraction(v) for v in row] for row in matrix.tolist()], dtype=object)
    x = np.array(state, dtype=object)
    for weights in mutants(len(state)):
        total = sum(weights)
        if not total:
            continue
        y = np.array([Fraction(w, total) for w in weights], dtype=object)
        if (y == x).all():
            continue
        first, second = x @ a @ x - y @ a @ x, x @ a @ y - y @ a @ y
        if first < 0 or (first == 0 and second <= 0):
            return False
    return True


@given(square)
def test_stable_states_resist_every_mutant_and_others_have_one(matrix):
    game = EvolutionaryGame.from_matrix(matrix)
    for equilibrium in gt.solve(game, "rest_points"):
        shares = equilibrium.certificate["strategies"][0]
        verdict = gt.check(game, "evolutionarily_stable", shares=shares)
        if verdict.holds:
            assert resists(matrix, [Fraction(p) for p in shares])
        if verdict.margin < 0 and len(matrix) > 1:
            assert verdict.witness
    some = gt.check(game, "evolutionarily_stable")
    assert some.holds == any(
        gt.check(game, "evolutionarily_stable", shares=e.certificate["strategies"][0]).holds
        for e in gt.solve(game, "rest_points")
    )


@given(square)
def test_a_state_that_is_no_equilibrium_fails_by_its_regret(matrix):
    game = EvolutionaryGame.from_matrix(matrix)
    verdict = gt.check(game, "evolutionarily_stable", shares=[1] + [0] * (len(matrix) - 1))
    regret = float(matrix[:, 0].max() - matrix[0, 0])
    if regret > 0:
        assert not verdict.holds
        assert verdict.margin == -regret
    elif len(matrix) > 1 and (matrix[1:, 0] < matrix[0, 0]).all():
        assert verdict.holds


def test_textbook_cases():
    def stable(matrix, shares):
        return gt.check(EvolutionaryGame.from_matrix(matrix), "evolutionarily_stable", shares=shares).holds

    third = ["1/3"] * 3
    assert not stable([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], third)
    assert stable([[0, -1, 2], [2, 0, -1], [-1, 2, 0]], third)
    assert not stable([[0, -2, 1], [1, 0, -2], [-2, 1, 0]], third)
    assert stable([[2, 0], [0, 1]], [1, 0])
    assert stable([[2, 0], [0, 1]], [0, 1])
    assert not stable([[2, 0], [0, 1]], ["1/3", "2/3"])
    assert not stable([[1, 1], [1, 1]], [1, 0])
    assert stable([[1, 1], [1, 0]], [1, 0])
    attracts = gt.solve(EvolutionaryGame.from_matrix([[0, -1, 2], [2, 0, -1], [-1, 2, 0]]), "rest_points")
    assert attracts[0].notes == ("Shares nearby return.",)


@given(hnp.arrays(float, (3, 3), elements=st.integers(-3, 3).map(float)), st.integers(0, 3))
def test_least_values_of_forms(table, free):
    table = table + table.T
    exact = [[Fraction(v) for v in row] for row in table.tolist()]
    value, weights = least_value(exact)
    assert sum(weights) == 1
    assert min(weights) >= 0
    assert sum(exact[i][j] * weights[i] * weights[j] for i in range(3) for j in range(3)) == value
    grid = np.array([w for w in mutants(3, 8) if sum(w)], dtype=float)
    grid /= grid.sum(axis=1, keepdims=True)
    assert (np.einsum("ki,ij,kj->k", grid, table, grid) >= float(value) - 1e-9).all()
    reduced = without_free(exact, free)
    definite = np.linalg.eigvalsh(table[:free, :free]).min(initial=1.0)
    if abs(definite) > 1e-9:
        assert (reduced is not None) == (definite > 0)


def test_wrong_questions():
    game = EvolutionaryGame.from_matrix(np.eye(2))
    with pytest.raises(gt.InvalidInputError, match="adding up to 1 without rounding"):
        gt.check(game, "evolutionarily_stable", shares=[0.1, 0.8])
    with pytest.raises(gt.InvalidInputError, match="is a property of EvolutionaryGame"):
        gt.check(game.pairwise, "evolutionarily_stable")
    with pytest.raises(gt.InvalidInputError, match="a property of a coalitional game"):
        gt.check(game, "convex")
    with pytest.raises(gt.InvalidInputError, match="one population"):
        gt.check(EvolutionaryGame.from_game(game.pairwise), "evolutionarily_stable")
    assert gt.check(gt.solve(game, "rest_points"), "evolutionarily_stable").holds
