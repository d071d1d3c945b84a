"""Lemke-Howson always ends with an equilibrium: from every label, on ties, at every scale."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

import gametrade as gt
from gametrade.solvers.lemke_howson import propose
from tests.solvers.finite_games import (
    extreme_equilibria,
    fractions_of,
    known_degenerate_games,
    normal_form_games,
    regrets_by_definition,
)

GAMES = known_degenerate_games()


@given(normal_form_games(most_actions=5))
def test_every_label_leads_to_an_equilibrium_in_floats_or_in_whole_numbers(game):
    for label in [None, *range(sum(game.shape))]:
        for exact in (False, True):
            (equilibrium,) = gt.solve(game, "lemke_howson", label=label, exact=exact)
            assert regrets_by_definition(game, fractions_of(equilibrium)) == [0, 0]
            assert equilibrium.regret == 0
            assert equilibrium.concept == "Nash"


@given(normal_form_games())
def test_whole_numbers_end_at_an_extreme_equilibrium(game):
    (equilibrium,) = gt.solve(game, "lemke_howson:exact=true")
    assert tuple(map(tuple, fractions_of(equilibrium))) in extreme_equilibria(game)


@pytest.mark.parametrize("name", GAMES)
def test_degenerate_games_on_which_other_paths_loop(name):
    first, second, _ = GAMES[name]
    game = gt.NormalFormGame.bimatrix(first, second)
    for label in range(sum(game.shape)):
        assert gt.solve(game, "lemke_howson", label=label)[0].regret == 0


@pytest.mark.parametrize("seed", range(3))
def test_large_games_are_proved_from_a_float_proposal(seed):
    game = gt.NormalFormGame.bimatrix(*np.random.default_rng(seed).integers(0, 10_000, (2, 60, 80)))
    solution = gt.solve(game, "lemke_howson")
    assert solution[0].notes == ()
    assert not solution.complete
    supports = [np.flatnonzero(strategy).tolist() for strategy in solution[0].strategies]
    assert tuple(supports) == propose(game)


def test_a_path_that_floats_cannot_walk_is_walked_in_whole_numbers():
    tiny = np.array([[1.0, 1.0 + 2**-50], [1.0 + 2**-50, 1.0]])
    game = gt.NormalFormGame.bimatrix(np.hstack([tiny, [[-1e9], [-1e9]]]), np.hstack([-tiny, [[-1e9], [-1e9]]]))
    equilibrium = gt.solve(game, "lemke_howson")[0]
    assert equilibrium.notes == ("Floats found no equilibrium; the path was walked in whole numbers.",)
    assert fractions_of(equilibrium)[0] == [0.5, 0.5]
    assert equilibrium.regret == 0


def test_a_label_that_is_not_there():
    with pytest.raises(gt.InvalidInputError, match=r"from 0 to 3\. Got 4"):
        gt.solve(gt.NormalFormGame.bimatrix(np.eye(2)), "lemke_howson", label=4)
