"""Studies of games that wrap others: their reports verify, or say why they cannot."""

from __future__ import annotations

import json

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.verification import verify_document
from tests.strategies import make_community

NET = np.array([[-2.0, 1.0], [1.0, -1.0], [1.5, 0.5]])


def report(game):
    return json.loads(json.dumps(gt.analyse_stability(game).to_dict(), allow_nan=False))


def test_a_game_with_fees_is_verified_in_its_own_unit():
    game = gt.FeeGame(gt.SharingGame(make_community(NET, 0.3, 0.1)), per_member=0.01)
    document = report(game)
    assert {outcome.outcome for outcome in verify_document(document)} <= {"proved", "not proved"}
    document["unit"] = "pesos"
    assert any(outcome.outcome == "refuted" for outcome in verify_document(document))


@pytest.mark.parametrize("times", [0.5, 20.0])
def test_a_tolerance_that_is_sharper_or_much_looser_than_the_table_gives_is_refuted(times):
    game = gt.FeeGame(gt.SharingGame(make_community(NET, 0.3, 0.1)), per_member=0.01)
    document = report(game)
    document["tolerance"] *= times
    assert any(outcome.outcome == "refuted" for outcome in verify_document(document))


@pytest.mark.parametrize("kind", ["graph", "tariffs"])
def test_reports_whose_game_is_not_in_them_say_so(kind):
    base = gt.TableGame.from_values({("s", "b"): 6.0, ("s", "b", "c"): 7.0})
    tariffs = gt.IndividualTariffGame(make_community(NET, 0.3, 0.1), [0.3, 0.2, 0.4], [0.1, 0.1, 0.1])
    document = report(gt.GraphGame(base, [("s", "b")]) if kind == "graph" else tariffs)
    with pytest.raises(gt.InvalidInputError, match="nothing can be verified"):
        verify_document(document)


def test_a_shared_connection_has_no_competitive_price_and_the_rest_goes_on():
    game = gt.DispatchGame(make_community(NET, 0.3, 0.1), connection_limit=9.0)
    study = gt.analyse_stability(game)
    assert "competitive_price" not in [result.rule for result in study]
    with pytest.raises(gt.InvalidInputError, match="connection_limit"):
        gt.allocate(game, "competitive_price")
