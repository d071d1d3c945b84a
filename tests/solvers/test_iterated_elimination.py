"""Domination is decided in whole numbers, and what survives holds every equilibrium."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

import gametrade as gt
from gametrade.solvers.dominance import Dominated, beats, dominated_actions
from gametrade.solvers.iterated_elimination import eliminate
from tests.solvers.finite_games import fractions_of, normal_form_games

any_players = normal_form_games(players=(1, 3), most_actions=4)


def everything(game):
    return [list(range(size)) for size in game.shape]


def most_gained(game, player, action):
    """Largest least gain of a mixture over an action, by another solver in floats."""
    table = np.moveaxis(game.payoffs[player], player, 0).reshape(game.shape[player], -1)
    table = table / (np.abs(table).max() or 1.0)
    others = [i for i in range(len(table)) if i != action]
    if not others:
        return -1.0
    ahead = table[others] - table[action]
    rows = np.hstack([-ahead.T, np.ones((ahead.shape[1], 1))])
    total = np.append(np.ones(len(others)), 0.0)[None]
    bounds = [(0, None)] * len(others) + [(None, None)]
    return -linprog(-np.eye(len(others) + 1)[-1], rows, np.zeros(len(rows)), total, [1.0], bounds).fun


@given(any_players)
def test_strict_domination_is_what_a_linear_program_says(game):
    for player in range(game.n_players):
        found = {d.action: d for d in dominated_actions(game, player, everything(game), weak=False, mixed=True)}
        for action in range(game.shape[player]):
            gain = most_gained(game, player, action)
            if abs(gain) > 1e-7:
                assert (action in found) == (gain > 0)
        assert all(beats(game, dominated, everything(game), weak=False) for dominated in found.values())


@given(any_players)
def test_weak_domination_holds_by_definition_and_finds_what_is_strict(game):
    for player in range(game.n_players):
        weak = dominated_actions(game, player, everything(game), weak=True, mixed=True)
        strict = dominated_actions(game, player, everything(game), weak=False, mixed=True)
        pure = dominated_actions(game, player, everything(game), weak=True, mixed=False)
        assert all(beats(game, dominated, everything(game), weak=True) for dominated in weak)
        assert {d.action for d in strict} | {d.action for d in pure} <= {d.action for d in weak}
        table = np.moveaxis(game.payoffs[player], player, 0).reshape(game.shape[player], -1)
        by_definition = {
            k for k in range(len(table)) if any((row >= table[k]).all() and (row > table[k]).any() for row in table)
        }
        assert {d.action for d in pure} == by_definition


@given(normal_form_games())
def test_strict_elimination_keeps_every_equilibrium(game):
    kept = eliminate(game).kept
    for equilibrium in gt.solve(game, "vertex_enumeration"):
        for row, strategy in zip(kept, equilibrium.strategies, strict=True):
            assert set(np.flatnonzero(strategy).tolist()) <= set(row)
    assert len(gt.solve(game.restricted(kept), "vertex_enumeration")) == len(gt.solve(game, "vertex_enumeration"))


@given(any_players, st.sampled_from(["strict", "weak"]), st.booleans())
def test_one_profile_left_is_an_equilibrium(game, dominance, mixed):
    solution = gt.solve(game, "iterated_elimination", dominance=dominance, mixed=mixed)
    struck = sum(game.shape) - sum(len(row) for row in eliminate(game, dominance=dominance, mixed=mixed).kept)
    assert len(solution.trace) == struck
    for equilibrium in solution:
        assert game.exact_regrets(fractions_of(equilibrium)) == [0] * game.n_players
        if dominance == "strict":
            assert solution.complete
            assert len(gt.solve(game, "pure_equilibria")) == 1


def test_a_mixture_dominates_where_no_action_does():
    game = gt.NormalFormGame.bimatrix([[3, 0], [0, 3], [1, 1]], [[1, 0], [1, 0], [0, 9]])
    first = gt.solve(game, "iterated_elimination").trace[0]
    assert (first["player"], first["action"], first["by"]) == ("player 1", "3", {"1": "1/2", "2": "1/2"})
    assert not gt.solve(game, "iterated_elimination:mixed=false").trace


def test_weak_elimination_says_that_it_may_lose_equilibria():
    game = gt.NormalFormGame.bimatrix([[1, 1], [1, 0]], [[1, 1], [1, 0]])
    solution = gt.solve(game, "iterated_elimination:dominance=weak")
    assert len(solution) == 1
    assert not solution.complete
    assert "may have been struck out" in solution.finding
    assert len(gt.solve(game, "pure_equilibria")) == 3


def test_false_claims_of_domination_are_refuted():
    game = gt.NormalFormGame.bimatrix([[1, 1], [1, 0]], [[0, 0], [0, 0]])
    claim = Dominated(0, 1, ((0, Fraction(1)),))
    assert beats(game, claim, everything(game), weak=True)
    assert not beats(game, claim, everything(game), weak=False)
    assert not beats(game, Dominated(0, 0, ((1, Fraction(1)),)), everything(game), weak=True)
    assert not beats(game, Dominated(0, 1, ((0, Fraction(2)),)), everything(game), weak=True)


def test_a_kind_that_is_not_there():
    with pytest.raises(gt.InvalidInputError, match="must be one of"):
        gt.solve(gt.NormalFormGame.bimatrix(np.eye(2)), "iterated_elimination", dominance="risk")
