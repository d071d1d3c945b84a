"""The least core without a table against the linear program over all coalitions."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.optimize import linprog

import gametrade as gt
from gametrade.analysis.encoding import least_core_to_dict
from gametrade.analysis.verification.balance import check_least_core, check_least_core_bracket
from gametrade.analysis.verification.case import Refuted
from gametrade.community.flexibility import CurtailableLoad
from gametrade.games.coalitional import all_coalitions
from gametrade.solvers.row_generation import least_core_by_rows
from tests.dispatch_games import dispatch_games, make_dispatch
from tests.games.test_individual_tariffs import tariff_games
from tests.strategies import make_community, sharing_games

checked = settings(max_examples=25, deadline=None, derandomize=True)


def least_core_of_table(game):
    """Least core value by one linear program over all proper coalitions, solved by SciPy."""
    table, rows = game.table(), all_coalitions(game.n_players)[1:-1].astype(float)
    unit = np.abs(table).max() or 1.0
    answer = linprog(
        [*np.zeros(game.n_players), 1.0],
        -np.column_stack([rows, np.ones(len(rows))]),
        -table[1:-1] / unit,
        [[*np.ones(game.n_players), 0.0]],
        [table[-1] / unit],
        (None, None),
    )
    assert answer.status == 0, answer.message
    return answer.fun * unit


def agrees(game, answer):
    """The bracket holds the value, the payoffs reach it, and the weights prove it from below."""
    rows = all_coalitions(game.n_players)
    excess = (game.table() - rows @ answer.payoffs)[1:-1].max()
    room = 4 * max(game.tolerance, 1e-12 * np.abs(answer.payoffs).sum())
    expected = least_core_of_table(game)
    assert abs(answer.payoffs.sum() - game.grand_value) <= room
    assert answer.lower_bound <= expected + room + 1e-8 * abs(game.grand_value)
    assert excess <= answer.upper_bound + room
    assert answer.upper_bound - answer.lower_bound <= 2 * room
    assert min(answer.weights) > 0
    for player in answer.coalitions.T:
        assert sum(weight for weight, inside in zip(answer.weights, player, strict=True) if inside) == 1
    weights = np.array([float(weight) for weight in answer.weights])
    proved = (weights @ game.values(answer.coalitions) - game.grand_value) / weights.sum()
    assert proved == pytest.approx(answer.lower_bound, abs=room)
    if isinstance(game, gt.SharingGame):
        assert float(check_least_core(game, answer.to_dict())) == pytest.approx(answer.lower_bound, abs=room)


@checked
@given(sharing_games(min_homes=2, max_homes=5))
def test_sharing_games(game):
    agrees(game, least_core_by_rows(game))


@checked
@given(dispatch_games(min_homes=2, max_homes=4, max_steps=3))
def test_dispatch_games(game):
    agrees(game, least_core_by_rows(game))


def test_a_harder_sharing_game_is_solved_without_its_table():
    net = np.random.default_rng(0).normal(size=(10, 24))
    game = gt.SharingGame(make_community(net, 0.3, 0.1))
    answer = least_core_by_rows(game)
    agrees(game, answer)
    assert answer.upper_bound < -0.1
    assert "least core value from -0.15056" in str(answer)


def test_the_dual_of_the_least_core_is_a_certificate_that_can_be_refuted():
    game = gt.SharingGame(make_community(np.random.default_rng(1).normal(size=(7, 24)), 0.3, 0.1))
    written = json.loads(json.dumps(least_core_by_rows(game).to_dict()))
    assert check_least_core(game, written) < 0
    low, high = written["bracket"]
    changed = [{"bracket": [low + 0.01, high]}, {"weights": ["1/2", *written["weights"][1:]]}]
    for other in (*changed, {"coalitions": [[*game.players], *written["coalitions"][1:]]}):
        with pytest.raises(Refuted):
            check_least_core(game, written | other)


def test_an_empty_core_has_a_positive_value():
    loads = [CurtailableLoad(home, 1.0, 1.0) for home in "ABC"]
    game = make_dispatch([[2.0], [2.0], [1.0]], flexibility=loads, connection_limit=2.0)
    answer = least_core_by_rows(game)
    assert answer.lower_bound > 0
    agrees(game, answer)


def test_when_the_time_is_up_the_bracket_is_the_answer():
    net = np.random.default_rng(2).normal(size=(18, 24))
    game = gt.SharingGame(make_community(net, 0.3, 0.1))
    answer = least_core_by_rows(game, seconds=0.0)
    assert answer.lower_bound <= answer.upper_bound <= 2 * game.tolerance
    excess = game.values(all_coalitions(18)[1:-1]) - all_coalitions(18)[1:-1] @ answer.payoffs
    assert excess.max() <= answer.upper_bound + game.tolerance


def test_a_wide_bracket_is_enough_if_asked_for():
    net = np.random.default_rng(0).normal(size=(12, 24))
    game = gt.SharingGame(make_community(net, 0.3, 0.1))
    answer = least_core_by_rows(game, width=0.05)
    assert answer.upper_bound - answer.lower_bound <= 0.05 * game.grand_value * 1.001


@pytest.mark.parametrize(
    ("game", "words"),
    [
        (gt.TableGame.from_values({("a", "b"): 1.0}), "an IndividualTariffGame or a DispatchGame. Got TableGame"),
        (make_community([[1.0], [-1.0]], 0.3, 0.1), "an IndividualTariffGame or a DispatchGame. Got Community"),
        (gt.SharingGame(make_community([[1.0]], 0.3, 0.1)), "least_core_by_rows needs at least 2 players"),
    ],
)
def test_other_games_are_refused(game, words):
    with pytest.raises(gt.InvalidInputError, match=words):
        least_core_by_rows(game)


def test_both_ends_without_a_table_are_proved_again_from_what_is_stored():
    game = gt.SharingGame(make_community(np.random.default_rng(0).normal(size=(14, 24)), 0.3, 0.1))
    found = least_core_by_rows(game, stored=True)
    kept = json.loads(json.dumps(least_core_to_dict(found)))
    low, high = check_least_core_bracket(game, kept)
    assert low == pytest.approx(found.lower_bound, abs=game.tolerance)
    assert low <= high <= low + 3 * game.tolerance
    assert high < 0
    first, second, *rest = kept["payoffs"]
    moved = {"payoffs": [first + 0.05, second - 0.05, *rest]}
    more = {"payoffs": [first + 0.05, second, *rest]}
    for other in (
        moved,
        more,
        {"bracket": [kept["bracket"][0], high - 0.01]},
        {"tree": kept["tree"] | {"limit": -9.0}},
    ):
        with pytest.raises(Refuted):
            check_least_core_bracket(game, kept | other)


@checked
@given(tariff_games(min_homes=2, max_homes=5))
def test_games_with_individual_tariffs(game):
    agrees(game, least_core_by_rows(game))
