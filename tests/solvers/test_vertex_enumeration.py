"""Vertex enumeration loses nothing: ties, duplicates, nothing at stake, any scale."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given

import gametrade as gt
from gametrade.solvers.nash_subsets import maximal_subsets, nash_subsets
from tests.solvers.finite_games import (
    extreme_equilibria,
    fractions_of,
    known_degenerate_games,
    many_equilibria,
    normal_form_games,
    regrets_by_definition,
)

GAMES = known_degenerate_games()


def profiles(solution):
    return {tuple(map(tuple, fractions_of(equilibrium))) for equilibrium in solution}


@given(normal_form_games())
def test_all_extreme_equilibria_by_definition(game):
    solution = gt.solve(game, "vertex_enumeration")
    assert solution.complete
    assert profiles(solution) == extreme_equilibria(game)
    assert len(solution) == len(profiles(solution)) > 0
    for equilibrium in solution:
        assert regrets_by_definition(game, fractions_of(equilibrium)) == [0, 0]
        assert equilibrium.regret == 0


@pytest.mark.parametrize("name", GAMES)
@pytest.mark.parametrize("scale", [1, 1e8, 1e-9])
def test_games_on_which_others_lost_equilibria(name, scale):
    first, second, count = GAMES[name]
    game = gt.NormalFormGame.bimatrix(np.array(first) * float(scale), np.array(second) * float(scale))
    solution = gt.solve(game, "vertex_enumeration")
    assert profiles(solution) == extreme_equilibria(game)
    if scale == 1:
        assert len(solution) == count


def test_75_equilibria():
    solution = gt.solve(many_equilibria(), "vertex_enumeration")
    assert len(solution) == 75
    assert solution.complete
    assert "not degenerate" in solution.finding


@given(normal_form_games())
def test_every_mixture_inside_a_nash_subset_is_an_equilibrium(game):
    solution = gt.solve(game, "vertex_enumeration")
    sides = [[], []]
    for equilibrium in solution:
        for side, strategy in zip(sides, fractions_of(equilibrium), strict=True):
            if strategy not in side:
                side.append(strategy)
    covered = set()
    for subset in nash_subsets(solution):
        middle = []
        for side, chosen in zip(sides, (subset.rows, subset.columns), strict=True):
            weights = [Fraction(k + 1, sum(range(len(chosen) + 1))) for k in range(len(chosen))]
            corners = [side[k] for k in chosen]
            mixed = [sum(w * c[i] for w, c in zip(weights, corners, strict=True)) for i in range(len(corners[0]))]
            middle.append(mixed)
        assert game.exact_regrets(middle) == [0, 0]
        covered |= {(row, column) for row in subset.rows for column in subset.columns}
    assert len(covered) == len(solution)
    numbers = {equilibrium.certificate["component"] for equilibrium in solution}
    assert numbers == set(range(len(numbers)))


def test_components_that_touch_are_one():
    assert [s.component for s in maximal_subsets([(0, 0), (0, 1), (1, 1), (2, 2)])] == [0, 0, 1]
    zero = gt.solve(gt.NormalFormGame.bimatrix(np.zeros((2, 3))), "vertex_enumeration")
    assert len(nash_subsets(zero)) == 1
    assert "6 extreme equilibria form 1 connected component with 1 maximal Nash subset," in zero.finding


def test_a_limit_is_told():
    rng = np.random.default_rng(3)
    game = gt.NormalFormGame.bimatrix(*rng.random((2, 6, 6)))
    solution = gt.solve(game, "vertex_enumeration:limit=10")
    assert not solution.complete
    assert "Stopped at 10" in solution.finding
    assert nash_subsets(solution) is None
    assert profiles(solution) <= profiles(gt.solve(game, "vertex_enumeration"))


def test_three_players_are_refused():
    with pytest.raises(gt.InvalidInputError, match=r"two players\. Got 3"):
        gt.solve(gt.NormalFormGame(np.zeros((3, 2, 2, 2))), "vertex_enumeration")


def test_proposals_that_are_not_there(monkeypatch):
    game = gt.NormalFormGame.bimatrix(np.eye(2))
    with pytest.raises(gt.InvalidInputError, match="proposals of vertex_enumeration"):
        gt.solve(game, "vertex_enumeration", proposals="gambit")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(gt.InvalidInputError, match=r"needs the extra gametrade\[quantecon\]"):
        gt.solve(game, "vertex_enumeration", proposals="quantecon")


@given(normal_form_games(most_actions=4))
def test_what_quantecon_proposes_is_proved(game):
    pytest.importorskip("quantecon")
    proposed, everything = (gt.solve(game, "vertex_enumeration", proposals=name) for name in ("quantecon", "all"))
    assert profiles(proposed) <= profiles(everything)
    assert all(equilibrium.regret == 0 for equilibrium in proposed)
    assert len(proposed) > 0
    assert proposed.complete == (proposed.finding == everything.finding)


@pytest.mark.parametrize("seed", range(3))
def test_quantecon_agrees_on_random_games(seed):
    pytest.importorskip("quantecon")
    game = gt.NormalFormGame.bimatrix(*np.random.default_rng(seed).integers(0, 10_000, (2, 8, 8)))
    proposed, everything = (gt.solve(game, "vertex_enumeration", proposals=name) for name in ("quantecon", "all"))
    assert profiles(proposed) == profiles(everything)
    assert not proposed.complete
