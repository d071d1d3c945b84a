"""Shares that grow, frequencies that reply: certified where they stop, reported where they go round."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import gametrade as gt
from gametrade.games.evolutionary import EvolutionaryGame
from gametrade.solvers.rest_points import eigenvalues
from tests.solvers.finite_games import fractions_of, normal_form_games, regrets_by_definition

square = st.integers(1, 4).flatmap(lambda k: hnp.arrays(float, (k, k), elements=st.integers(-4, 4).map(float)))
SHAPLEY = gt.NormalFormGame.bimatrix([[0, 0, 1], [1, 0, 0], [0, 1, 0]], [[0, 1, 0], [0, 0, 1], [1, 0, 0]])


@settings(max_examples=25)
@given(normal_form_games(players=(1, 3), most_actions=3))
def test_whatever_is_returned_is_certified(game):
    spans = max(game.payoff_range)
    for name, options in (("replicator_dynamics", {"epsilon": 1e-6}), ("fictitious_play", {"rounds": 300})):
        solution = gt.solve(game, name, **options)
        assert solution.trace
        assert len(solution) <= 1
        assert solution.finding
        allowed = Fraction(options.get("epsilon", 0.01)) * Fraction(spans)
        for equilibrium in solution:
            regrets = regrets_by_definition(game, fractions_of(equilibrium))
            assert max(regrets) <= allowed
            assert [float(r) for r in regrets] == pytest.approx(equilibrium.regrets, abs=1e-12 * spans)
            assert (equilibrium.concept == "Nash") == (max(regrets) == 0)


def test_rock_paper_scissors_goes_round_on_closed_orbits():
    game = EvolutionaryGame.from_matrix([[0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    solution = gt.solve(game, "replicator_dynamics", start=[[0.5, 0.3, 0.2]], horizon=60)
    assert not len(solution)
    assert "go round" in solution.finding
    products = [np.prod(step["shares"][0]) for step in solution.trace]
    assert products == pytest.approx([0.03] * len(products), rel=1e-8)
    assert len(solution.cycle) > 10
    assert np.abs(solution.cycle[0][0] - solution.cycle[-1][0]).max() < 0.05


def test_shares_approach_what_they_should():
    mixed = gt.solve(EvolutionaryGame.from_matrix([[0, -1, 2], [2, 0, -1], [-1, 2, 0]]))
    assert mixed[0].certificate["strategies"] == [["1/3", "1/3", "1/3"]]
    assert mixed[0].regret == 0
    dilemma = gt.NormalFormGame.bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    found = gt.solve(dilemma, "replicator_dynamics")
    assert found[0].game is dilemma
    assert found[0].payoffs.tolist() == [1, 1]
    stuck = gt.solve(dilemma, "replicator_dynamics", start=[[1, 0], [1, 0]])
    assert not len(stuck)
    assert "would earn 2 more" in stuck.finding


def test_a_road_network_with_a_function_for_fitness():
    def minus_time(state):
        first, second, both = state[0]
        return [[-(first + both) - 1, -1 - (second + both), -(first + both) - (second + both)]]

    game = EvolutionaryGame(("drivers",), (("s-v-t", "s-w-t", "s-v-w-t"),), minus_time, unit="h")
    solution = gt.solve(game, horizon=2e4, epsilon=1e-3)
    assert solution[0].payoffs[0] == pytest.approx(-2, abs=1e-3)
    assert solution[0].certificate["kind"] == "none"
    assert "not certified" in solution[0].notes[0]


def test_fictitious_play_goes_round_in_shapleys_game():
    solution = gt.solve(SHAPLEY, "fictitious_play", start=(0, 1), rounds=50_000)
    assert not len(solution)
    assert "goes round through 6 profiles" in solution.finding
    assert len(solution.cycle) == 6
    assert solution.trace[-1]["regret"] > 0.05


@settings(max_examples=15)
@given(normal_form_games(most_actions=3).map(lambda game: game.payoffs[0]))
def test_fictitious_play_converges_in_zero_sum_games(matrix):
    game = gt.NormalFormGame.bimatrix(matrix)
    solution = gt.solve(game, "fictitious_play", epsilon=0.05, rounds=20_000)
    value = Fraction(gt.solve(game, "zero_sum")[0].certificate["payoffs"][0])
    assert len(solution) == 1
    assert abs(float(value) - solution[0].payoffs[0]) <= 0.1 * game.payoff_range.max() + 1e-12


@given(square)
def test_rest_points_stand_still_and_equilibria_are_the_symmetric_ones(matrix):
    game = EvolutionaryGame.from_matrix(matrix)
    solution = gt.solve(game, "rest_points")
    for point in solution.trace:
        shares = np.array([float(Fraction(p)) for p in point["shares"]])
        assert np.abs(game.velocity([shares])[0]).max() <= 1e-9
    symmetric = {
        tuple(map(Fraction, e.certificate["strategies"][0]))
        for e in gt.solve(game.pairwise, "vertex_enumeration")
        if e.certificate["strategies"][0] == e.certificate["strategies"][1]
    }
    listed = {tuple(map(Fraction, e.certificate["strategies"][0])) for e in solution}
    assert listed <= symmetric
    assert not solution.complete or listed == symmetric


@given(square, st.lists(st.integers(1, 5), min_size=4, max_size=4))
def test_eigenvalues_are_those_of_the_flow(matrix, weights):
    game = EvolutionaryGame.from_matrix(matrix)
    k = len(matrix)
    shares = np.array(weights[:k], dtype=float) / sum(weights[:k])
    rows = []
    for j in range(k - 1):
        step = np.zeros(k)
        step[j], step[-1] = 1e-6, -1e-6
        rows.append((game.velocity([shares + step])[0] - game.velocity([shares - step])[0])[: k - 1] / 2e-6)
    assert eigenvalues(game, shares).shape == (k - 1,)
    if k > 1:
        assert np.poly(eigenvalues(game, shares)) == pytest.approx(np.poly(np.array(rows).T), abs=1e-4)


def test_bad_questions():
    game = EvolutionaryGame.from_matrix(np.eye(2))
    with pytest.raises(gt.InvalidInputError, match="add up to 1"):
        gt.solve(game, "replicator_dynamics", start=[[0.5, 0.6]])
    with pytest.raises(gt.InvalidInputError, match="one list a population"):
        gt.solve(game, "replicator_dynamics", start=[[1.0]])
    with pytest.raises(gt.InvalidInputError, match="horizon and epsilon"):
        gt.solve(game, "replicator_dynamics", horizon=0)
    with pytest.raises(gt.InvalidInputError, match="one action a player"):
        gt.solve(SHAPLEY, "fictitious_play", start=(0, 3))
    with pytest.raises(gt.InvalidInputError, match="rounds of fictitious_play"):
        gt.solve(SHAPLEY, "fictitious_play", rounds=0)
    with pytest.raises(gt.InvalidInputError, match="one population"):
        gt.solve(EvolutionaryGame.from_game(SHAPLEY), "rest_points")
    with pytest.raises(gt.InvalidInputError, match=r"finite numbers of shape \(2,\)"):
        EvolutionaryGame(("p",), (("a", "b"),), lambda state: [[np.nan, 0.0]])
    with pytest.raises(gt.InvalidInputError, match="square"):
        EvolutionaryGame.from_matrix([[1, 2]])
    with pytest.raises(gt.InvalidInputError, match="must differ"):
        EvolutionaryGame.from_matrix(np.eye(2), ["a", "a"])
