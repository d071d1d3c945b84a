"""Supports and vertices find the same equilibria; nashpy's proposals are counted, never believed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

import gametrade as gt
from tests.solvers.finite_games import fractions_of, known_degenerate_games, normal_form_games

GAMES = known_degenerate_games()


def profiles(solution):
    return {tuple(map(tuple, fractions_of(equilibrium))) for equilibrium in solution}


@given(normal_form_games(most_actions=5))
def test_supports_and_vertices_agree(game):
    by_supports, by_vertices = gt.solve(game, "support_enumeration"), gt.solve(game, "vertex_enumeration")
    assert by_supports.complete
    assert profiles(by_supports) == profiles(by_vertices)
    assert by_supports.finding == by_vertices.finding
    assert [e.certificate for e in by_supports] == [e.certificate for e in by_vertices]


@settings(max_examples=20)
@given(normal_form_games(most_actions=3))
def test_what_nashpy_proposes_is_proved_and_what_it_loses_is_told(game):
    proposed, everything = gt.solve(game, "support_enumeration:proposals=nashpy"), gt.solve(game, "vertex_enumeration")
    assert all(equilibrium.regret == 0 for equilibrium in proposed)
    assert profiles(proposed) <= profiles(everything)
    lost = len(everything) - len(proposed)
    assert f"lost {lost} of {len(everything)}" in proposed.finding
    assert proposed.complete == (lost == 0)


@pytest.mark.parametrize("name", [name for name in GAMES if name != "nashpy 231"])
def test_degenerate_games(name):
    first, second, count = GAMES[name]
    assert len(gt.solve(gt.NormalFormGame.bimatrix(first, second), "support_enumeration")) == count


def test_wrong_questions():
    game = gt.NormalFormGame.bimatrix(np.zeros((12, 12)))
    with pytest.raises(gt.InvalidInputError, match="vertex_enumeration takes larger games"):
        gt.solve(game, "support_enumeration")
    with pytest.raises(gt.InvalidInputError, match="proposals of support_enumeration"):
        gt.solve(game, "support_enumeration", proposals="gambit")
