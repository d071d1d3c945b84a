"""The equilibrium-property report: what it says is proved again, and what is tampered with is refuted."""

from __future__ import annotations

import copy
import json
from functools import cache

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.equilibrium_document import checksum
from gametrade.analysis.verification import verify_document
from gametrade.games.described import described
from gametrade.registry import properties, systems
from tests.analysis.strategic_games import DESCRIPTIONS


@cache
def written(name):
    """The report on a game as text of a file."""
    solver = {"not concave": "best_response"}.get(name)
    return json.dumps(gt.analyse_equilibria(DESCRIPTIONS[name], solver).to_dict(), allow_nan=False)


def document(name):
    return json.loads(written(name))


def outcomes(doc):
    return {outcome.id: outcome for outcome in verify_document(doc)}


def refuted(doc):
    return {name for name, outcome in outcomes(doc).items() if outcome.outcome == "refuted"}


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_strategies_payoffs_regrets_and_concepts_are_proved(name):
    found = outcomes(document(name))
    assert not [outcome for outcome in found.values() if outcome.outcome == "refuted"]
    about = [outcome for outcome in found.values() if outcome.id.startswith("equilibrium ")]
    assert len(about) == 4 * len(document(name)["equilibria"]) > 0
    assert {outcome.outcome for outcome in about} == {"proved"}


@pytest.mark.parametrize("name", DESCRIPTIONS)
@pytest.mark.parametrize("by", [1e-3, -1e-3])
def test_another_strategy_is_refuted(name, by):
    doc = document(name)
    player = doc["players"][0]
    doc["equilibria"][0]["strategies"][player]["values"][0] += by
    assert refuted(doc) & {f"equilibrium 1/{part}" for part in ("strategies", "payoffs", "regrets")}


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_another_payoff_is_refuted(name):
    doc = document(name)
    doc["equilibria"][-1]["payoffs"][doc["players"][0]] += 1e-6
    assert f"equilibrium {len(doc['equilibria'])}/payoffs" in refuted(doc)


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_a_game_with_other_data_is_refuted(name):
    doc = document(name)
    data = doc["data"]["description"]
    if "system" in data:
        data["intercepts"][0] *= 1.01
    elif "variables" in data:
        data["payoffs"]["Ada"] += " + x/50" if "x" in data["variables"]["Ada"] else " + p/50"
    else:
        data["payoffs"] = (np.array(data["payoffs"]) * [[[1.0, 1.01]]]).tolist()
    assert refuted(doc) == {"data"}
    doc["data"]["sha256"] = checksum(data)
    assert refuted(doc) - {"data"}


@pytest.mark.parametrize("name", ["duopoly", "logarithms", "not concave", "usage charge", "hunt"])
def test_a_profile_with_regret_cannot_be_passed_off_as_an_equilibrium(name):
    """Strategies and payoffs consistent with each other, the regret claimed to be none."""
    doc, game = document(name), described(DESCRIPTIONS[name]).game
    row = doc["equilibria"][0]
    if name == "hunt":
        row["certificate"] |= {"strategies": [["0", "1"], ["1", "0"]], "payoffs": ["3", "0"], "regrets": ["0", "0"]}
        strategies, payoffs = [[0.0, 1.0], [1.0, 0.0]], [3.0, 0.0]
    elif name == "usage charge":
        taken = game.demands(0.2)
        strategies, payoffs = [[0.2], taken.tolist()], [game.objective(0.2, taken), game.consumer_surplus(0.2, taken)]
    else:
        x = np.array([1.5, 0.75])
        strategies, payoffs = [[1.5], [0.75]], game.payoff(x).tolist()
    for player, strategy, payoff in zip(doc["players"], strategies, payoffs, strict=True):
        row["strategies"][player]["values"], row["payoffs"][player] = strategy, payoff
    found = refuted(doc)
    assert "equilibrium 1/regrets" in found
    assert not found & {"equilibrium 1/strategies", "equilibrium 1/payoffs"}


def test_a_smaller_regret_than_there_is_is_refuted():
    game = gt.NormalFormGame.bimatrix([[3, 0], [3.5, 1]], [[3, 3.5], [0, 1]])
    doc = gt.analyse_equilibria(game, "pure_equilibria:epsilon=1").to_dict()
    assert not refuted(doc)
    worst = max(range(len(doc["equilibria"])), key=lambda k: max(doc["equilibria"][k]["regrets"].values()))
    assert max(doc["equilibria"][worst]["regrets"].values()) > 0
    doc["equilibria"][worst]["regrets"] = dict.fromkeys(doc["players"], 0.0)
    assert f"equilibrium {worst + 1}/regrets" in refuted(doc)


OTHERS = {"duopoly": "variational", "shared limit": "normalised", "hunt": "correlated", "usage charge": "Nash"}


@pytest.mark.parametrize(("name", "concept"), OTHERS.items())
def test_another_concept_is_refuted(name, concept):
    doc = document(name)
    doc["equilibria"][0]["concept"] = concept
    assert "equilibrium 1/concept" in refuted(doc)


def test_an_arbitrary_equilibrium_under_a_shared_limit_is_not_variational():
    doc = gt.analyse_equilibria(DESCRIPTIONS["shared limit"], "best_response:damping=0.3").to_dict()
    assert not refuted(doc)
    row = doc["equilibria"][0]
    assert row["concept"] == "generalized Nash (arbitrary)"
    row["concept"] = "variational"
    row["certificate"] |= {"shared_prices": [0.5], "weights": [1.0, 1.0]}
    row["strategies"]["Ada"]["values"], row["strategies"]["Bob"]["values"] = [0.9], [0.1]
    row["payoffs"] = {"Ada": -0.01, "Bob": -0.16}
    assert "equilibrium 1/concept" in refuted(doc)


@pytest.mark.parametrize("name", ["hunt", "duopoly", "usage charge"])
def test_flipped_verdicts_left_out_claims_and_other_words_are_refuted(name):
    doc = document(name)
    for k, claim in enumerate(doc["claims"]):
        for change in ({"holds": not claim["holds"]}, {"margin": claim["margin"] + 1}, {"statement": "all is well"}):
            other = copy.deepcopy(doc)
            other["claims"][k] |= change
            assert claim["id"] in refuted(other), change
        shorter = copy.deepcopy(doc)
        del shorter["claims"][k]
        assert "completeness" in refuted(shorter)
        shorter["skipped"][claim["property"]] = "it did not suit"
        assert "completeness" in refuted(shorter)


def test_a_list_that_is_not_complete_is_refuted():
    game = gt.NormalFormGame.bimatrix([[4, 0], [3, 3]], [[4, 3], [0, 3]])
    doc = gt.analyse_equilibria(game, "pure_equilibria").to_dict()
    assert outcomes(doc)["list of equilibria"].outcome == "proved"
    del doc["equilibria"][0]
    assert "list of equilibria" in refuted(doc)


def test_malformed_reports_are_refuted_or_refused_in_a_sentence():
    doc = document("duopoly")
    for field in ("equilibria", "claims", "data", "complete"):
        other = {key: value for key, value in doc.items() if key != field}
        with pytest.raises(gt.InvalidInputError, match=field):
            verify_document(other)
    with pytest.raises(gt.InvalidInputError, match="must hold the data"):
        verify_document({**doc, "data": {"source": "not included"}})
    for part in ("certificate", "strategies", "payoffs"):
        other = copy.deepcopy(doc)
        other["equilibria"][0][part] = {}
        assert refuted(other)
    other = copy.deepcopy(doc)
    other["data"]["description"]["payoffs"]["Ada"] = "__import__('os').getcwd()"
    other["data"]["sha256"] = checksum(other["data"]["description"])
    assert "arithmetic" in outcomes(other)["data"].detail


def test_a_game_of_functions_has_a_report_that_says_it_holds_no_data():
    game = described(DESCRIPTIONS["duopoly"]).game
    study = gt.analyse_equilibria(game)
    assert study.description is None
    assert any("no data" in note for note in study.notes)
    with pytest.raises(gt.InvalidInputError, match="must hold the data"):
        verify_document(study.to_dict())


@pytest.mark.parametrize("entry", [pytest.param(entry, id=entry.name) for entry in systems])
def test_every_system_has_a_report_that_verifies(entry):
    study = gt.analyse_equilibria({"system": entry.name, **entry.traits["example"]}, parameters=[])
    found = verify_document(json.loads(json.dumps(study.to_dict(), allow_nan=False)))
    assert not [outcome for outcome in found if outcome.outcome == "refuted"]


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_every_property_that_applies_is_decided_or_left_out_with_a_reason(name):
    doc = document(name)
    assert all(reason.endswith(".") for reason in doc["skipped"].values())
    for claim in doc["claims"]:
        assert claim["property"] in properties
        assert claim["holds"] in (True, False, None)
        assert np.isfinite(claim["margin"])
        if claim["certificate"]["kind"] == "none":
            assert claim["certificate"]["why"]
