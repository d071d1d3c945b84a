"""The core of four players as a solid."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings

import gametrade as gt
from gametrade.analysis.verification import verify_document
from gametrade.games.coalitional import all_coalitions
from gametrade.reports.figures.core_picture import core_picture
from gametrade.solvers.core_body import core_body
from tests.dispatch_games import make_dispatch
from tests.strategies import table_games


def squares():
    return gt.TableGame.from_function("abcd", lambda coalition: float(len(coalition) ** 2))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(table_games(min_players=4, max_players=4))
def test_corners_are_in_the_core_and_edges_join_them(game):
    body = core_body(game)
    rows, table = all_coalitions(4), game.table()
    for corner in body.corners:
        assert (table - rows @ corner).max() <= 4 * game.tolerance + 1e-12 * np.abs(corner).sum()
    for i, j in body.edges:
        middle = (body.corners[i] + body.corners[j]) / 2
        assert np.linalg.matrix_rank(rows[np.abs(rows @ middle - table) <= 1e-9 * max(1, np.abs(table).max())]) == 3


def test_a_convex_game_has_a_corner_for_every_order_and_the_solid_obeys_euler():
    body = core_body(squares())
    assert (len(body.corners), len(body.edges)) == (24, 36)
    assert len(body.corners) - len(body.edges) + 14 == 2


def test_an_empty_core_has_no_corners_and_three_players_have_no_solid():
    majority = gt.TableGame.from_function("abcd", lambda coalition: float(len(coalition) >= 2))
    assert core_body(majority).corners.shape == (0, 4)
    with pytest.raises(gt.InvalidInputError, match="core of 4 players"):
        core_body(gt.TableGame.from_values({("a", "b"): 1.0}))


def test_a_report_draws_the_solid_or_the_slice_that_is_asked_for_and_verifies_both():
    for sections, kind in ((None, "scatter3d"), (["picture:a,b,d"], "scatter")):
        study = gt.analyse_stability(squares(), ["shapley"], sections=sections)
        figure = core_picture(study)
        assert kind in {trace.type for trace in figure.plot.data}
        document = json.loads(json.dumps(study.to_dict()))
        assert {outcome.outcome for outcome in verify_document(document)} == {"proved"}
        document["core"]["picture"]["corners"][0][0] += 1.0
        assert "refuted" in {outcome.outcome for outcome in verify_document(document)}
    assert study.core.picture.players == ("a", "b", "d")


@pytest.mark.parametrize(
    ("sections", "error", "words"),
    [
        (["picture:a,b"], gt.InvalidInputError, "three different"),
        (["picture:a,b,b"], gt.InvalidInputError, "three different"),
        (["picture:a,b,e"], gt.UnknownNameError, "Got 'e'"),
        (["fees:a,b,c"], gt.InvalidInputError, "takes no players"),
    ],
)
def test_a_picture_of_others_is_refused(sections, error, words):
    with pytest.raises(error, match=words):
        gt.analyse_stability(squares(), ["shapley"], sections=sections)


def test_what_a_home_with_a_battery_brings_to_the_others_is_in_the_report():
    batteries = gt.Batteries([0, 2, 0], [0, 3, 0], [1, 0.81, 1])
    loads = [gt.CurtailableLoad("C", 0.5, 0.25)]
    game = make_dispatch([[-4, 1], [0, 2], [1, 1]], 0.3, 0.1, 0.02, batteries=batteries, flexibility=loads)
    study = gt.analyse_stability(game, ["competitive_price", "shapley"], sections=["joining"])
    found = {each.rule: each for each in study.core.joining}
    assert set(found) == {"competitive_price", "shapley"}
    without = gt.DispatchGame(game.community.select(["A", "C"]), loads)
    paid = gt.allocate(game, "shapley").payoffs - gt.allocate(without, "shapley").payoffs[[0, 0, 1]]
    assert found["shapley"].gains[1, [0, 2]] == pytest.approx(paid[[0, 2]])
