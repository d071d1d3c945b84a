"""Certificates of finite games are re-proved by code that no solver uses, and false ones refuted."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.regret import check_regret
from gametrade.games.evolutionary import EvolutionaryGame
from tests.solvers.finite_games import normal_form_games

TWO = ["vertex_enumeration", "support_enumeration", "lemke_howson", "lemke_howson:exact=true"]
MANY = ["pure_equilibria", "iterated_elimination", "iterated_elimination:dominance=weak", "correlated_equilibrium"]
PENNIES = gt.NormalFormGame.bimatrix([[1, -1], [-1, 1]])


@settings(max_examples=20)
@given(normal_form_games(players=(1, 3), most_actions=3), st.sampled_from(TWO + MANY))
def test_every_answer_of_every_solver_is_proved_again(game, name):
    if name in TWO and game.n_players != 2:
        name = "pure_equilibria"
    for equilibrium in gt.solve(game, name):
        stored = json.loads(json.dumps(equilibrium.to_dict()))
        told = check_regret(game.payoffs.tolist(), stored["certificate"], list(stored["regrets"].values()))
        assert told == "nobody gains anything by a change of its own, exactly"


@settings(max_examples=15)
@given(normal_form_games(players=(2, 3), most_actions=3))
def test_answers_of_dynamics_are_proved_with_their_regret(game):
    for equilibrium in gt.solve(game, "fictitious_play", rounds=200, epsilon=0.1):
        assert check_regret(game.payoffs, equilibrium.certificate, equilibrium.regrets.tolist())


def test_states_of_one_population():
    game = EvolutionaryGame.from_matrix([[0, -1, 2], [2, 0, -1], [-1, 2, 0]])
    (found,) = gt.solve(game, "rest_points")
    assert "nobody gains anything" in check_regret(game.pairwise.payoffs, found.certificate, [0.0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"strategies": [["1", "0"], ["1/2", "1/2"]]}, "player 2 gains 1, more than the 0 claimed"),
        ({"strategies": [["1/2", "1/3"], ["1/2", "1/2"]]}, "add up to 5/6"),
        ({"strategies": [["3/2", "-1/2"], ["1/2", "1/2"]]}, "are negative"),
        ({"strategies": [["1/2", "1/2"]]}, "none of a game"),
        ({"payoffs": ["1", "0"]}, "payoffs of the certificate"),
        ({"regrets": ["1/9", "0"]}, "regrets of the certificate"),
        ({"kind": "core"}, "bounds no regret"),
        ({"strategies": [["x", "1/2"], ["1/2", "1/2"]]}, "cannot be read"),
        ({"kind": "correlated", "joint": [{"actions": [0, 0], "probability": "1"}]}, "player 2 gains 2"),
        ({"kind": "correlated", "joint": [{"actions": [0, 0], "probability": "1/2"}]}, "do not add up"),
        ({"kind": "correlated", "joint": [{"actions": [0, 7], "probability": "1"}]}, "none of the game"),
    ],
)
def test_false_certificates_are_refuted(change, message):
    true = dict(gt.solve(PENNIES, "lemke_howson")[0].certificate)
    assert check_regret(PENNIES.payoffs, true, [0, 0])
    with pytest.raises(Refuted, match=message):
        check_regret(PENNIES.payoffs, {**true, **change}, [0, 0])


def test_shapes_and_claims():
    true = gt.solve(PENNIES, "lemke_howson")[0].certificate
    with pytest.raises(Refuted, match="of 1 players"):
        check_regret(PENNIES.payoffs, true, [0])
    with pytest.raises(Refuted, match="no finite game"):
        check_regret(PENNIES.payoffs[0], true, [0, 0])
    with pytest.raises(Refuted, match="no finite game"):
        check_regret(PENNIES.payoffs * np.nan, true, [0, 0])
    with pytest.raises(Refuted, match="cannot be read"):
        check_regret(PENNIES.payoffs, {}, [0, 0])
