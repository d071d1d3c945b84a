"""Studies of games that wrap others: their reports verify, or say why they cannot."""

from __future__ import annotations

import json

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.encoding import doubles
from gametrade.analysis.exact_price_levels import ExactPriceLevels
from gametrade.analysis.game_document import game_from_dict, game_to_dict
from gametrade.analysis.verification import verify_document
from gametrade.games.coalitional import ExistingStorageGame, LoadDataGame, SlabTariffGame, StorageInvestmentGame
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


COMMUNITY = make_community(NET, 0.3, 0.1)
TRADE = gt.TableGame.from_values({("s", "b"): 6.0, ("s", "b", "c"): 7.0})
KINDS = {
    "graph": lambda: gt.GraphGame(TRADE, [("s", "b")]),
    "graph of a community": lambda: gt.GraphGame(gt.SharingGame(COMMUNITY), [COMMUNITY.names[:2]]),
    "tariffs": lambda: gt.IndividualTariffGame(COMMUNITY, [0.3, 0.2, 0.4], [0.1, 0.1, 0.1]),
    "slabs": lambda: SlabTariffGame(COMMUNITY, [0.3] * 3, [0.2] * 3, [1.0] * 3, [0.1] * 3),
    "fees on batteries": lambda: gt.FeeGame(gt.DispatchGame(COMMUNITY), per_coalition=0.01),
    "assignment": lambda: gt.AssignmentGame(["s0", "s1"], ["b0", "b1"], [[8, 5], [6, 2]]),
    "storage": lambda: ExistingStorageGame("ab", [4, 1], peak=[2, 5], off_peak=[1, 1], high_price=0.5, low_price=0.2),
    "investment": lambda: StorageInvestmentGame(
        "ab", [[4, 0], [0, 4]], high_price=0.5, low_price=0.2, storage_price=0.1
    ),
    "load data": lambda: LoadDataGame("ab", [[0, 0, 1, 1], [0, 1, 0, 1]], [1, 2, 2, 3], 2.0, 3.0, 1.0),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_report_carries_the_game_itself_and_is_proved(kind):
    document = report(KINDS[kind]())
    assert document["data"]["source"] == "game"
    assert {outcome.outcome for outcome in verify_document(document)} == {"proved"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_game_that_is_written_and_read_has_the_same_values(kind):
    game = KINDS[kind]()
    again = game_from_dict(json.loads(json.dumps(game_to_dict(game))))
    assert type(again) is type(game)
    assert again.players == game.players
    assert np.array_equal(again.table(), game.table())


@pytest.mark.parametrize("kind", ["graph", "tariffs"])
@pytest.mark.parametrize("part", ["recipe", "values"])
def test_a_changed_recipe_or_listed_value_is_refuted(kind, part):
    document = report(KINDS[kind]())
    if part == "values":
        document["data"]["values"][3] += 0.5
    elif kind == "graph":
        document["data"]["game"]["graph"] = [["s", "c"]]
    else:
        document["data"]["game"]["import_price"]["doubles"] = doubles(np.array([0.3, 0.3, 0.2, 0.2, 0.4, 0.5]))
    assert {outcome.id: outcome.outcome for outcome in verify_document(document)} == {"data": "refuted"}


def test_a_kind_that_is_unknown_is_refused_and_one_of_the_callers_own_is_a_table():
    class Own(gt.TableGame):
        """A game of the caller's."""

    document = report(gt.GraphGame(Own(TRADE.players, TRADE.numbers), [("s", "b")]))
    assert document["data"]["source"] == "table"
    document = report(KINDS["graph"]())
    document["data"]["game"]["kind"] = "NoSuchGame"
    with pytest.raises(gt.InvalidInputError, match="kind of a game in a report must be one of"):
        verify_document(document)


def test_price_levels_in_whole_numbers_are_the_game():
    rng = np.random.default_rng(3)
    net = rng.integers(-3, 4, size=(5, 6)).astype(float)
    game = gt.IndividualTariffGame(make_community(net, 0.3, 0.1), rng.uniform(0.2, 0.4, 5), rng.uniform(0, 0.2, 5))
    exact = ExactPriceLevels(game)
    assert np.allclose([float(value) for value in exact.table()], game.table(), rtol=1e-12)
    path = rng.integers(0, 129, len(exact.steps))
    gains = [float(gain) for gain in exact.price_values(path, 128)]
    assert np.allclose(gains, game.price_values(path / 128), rtol=1e-12)
    row = np.array([True, False, True, True, False])
    assert float(exact.value(row)) == pytest.approx(game.values(row[None, :])[0], rel=1e-12)


def test_a_shared_connection_has_no_competitive_price_and_the_rest_goes_on():
    game = gt.DispatchGame(make_community(NET, 0.3, 0.1), connection_limit=9.0)
    study = gt.analyse_stability(game)
    assert "competitive_price" not in [result.rule for result in study]
    with pytest.raises(gt.InvalidInputError, match="connection_limit"):
        gt.allocate(game, "competitive_price")
