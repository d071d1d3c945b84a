"""Reports on leaders and on sellers who name prices: regrets are proved again, and what is tampered with is refuted."""

from __future__ import annotations

import json
from functools import cache

import pytest

import gametrade as gt
from gametrade.analysis.verification import verify_document
from gametrade.registry import systems

PROVED = (
    "budget_buyers",
    "capacity_sellers",
    "coupled_pricing",
    "feed_in_market",
    "flexibility_seller",
    "offer_game",
    "operator_leader",
    "shared_facility",
    "storage_investment",
)
"""Systems whose regrets are proved; quick ones of each kind."""

SMALLER = {"capacity_sellers": {"capacities": [2.0, 1.5]}}


@cache
def written(name, solver=None):
    content = {"system": name, **systems.get(name).traits["example"], **SMALLER.get(name, {})}
    return json.dumps(gt.analyse_equilibria(content, solver, properties=()).to_dict(), allow_nan=False)


def outcomes(doc):
    return {outcome.id: outcome for outcome in verify_document(doc)}


@pytest.mark.parametrize("name", PROVED)
def test_strategies_payoffs_and_regrets_are_proved(name):
    found = outcomes(json.loads(written(name)))
    for part in ("strategies", "payoffs", "regrets"):
        assert found[f"equilibrium 1/{part}"].outcome == "proved", found[f"equilibrium 1/{part}"]
    assert not [one for one in found.values() if one.outcome == "refuted"]


@pytest.mark.parametrize("name", PROVED)
def test_another_choice_is_refuted(name):
    doc = json.loads(written(name))
    player = doc["players"][0]
    doc["equilibria"][0]["strategies"][player]["values"][0] += 1e-3
    refuted = {key for key, one in outcomes(doc).items() if one.outcome == "refuted"}
    assert refuted & {f"equilibrium 1/{part}" for part in ("strategies", "payoffs")}


@pytest.mark.parametrize("name", PROVED)
def test_a_choice_that_is_not_best_is_refuted_by_its_regret(name):
    """Choices, answers and payoffs told rightly, so that only the regret is wrong."""
    doc = json.loads(written(name))
    row, description = doc["equilibria"][0], {k: v for k, v in doc["data"]["description"].items() if k != "system"}
    game = systems.get(name).function(**description)
    if name in ("capacity_sellers", "feed_in_market"):
        row["certificate"]["price"] = "11/100" if name == "capacity_sellers" else row["certificate"]["price"]
        if name != "capacity_sellers":
            buyer = doc["players"][-1]
            row["strategies"][buyer]["values"] = [0.9, 0.1]
    else:
        first = game.sets[0]
        row["strategies"][doc["players"][0]]["values"] = [float(0.7 * first.lower[0] + 0.3 * first.upper[0])]
    found = outcomes(doc)["equilibrium 1/regrets"]
    assert found.outcome == "refuted"
    assert "gains" in found.detail or "regret of" in found.detail or "no fixed point" in found.detail


def test_optimistic_and_pessimistic_leaders_are_proved():
    for solver in (None, "pessimistic_leader"):
        assert outcomes(json.loads(written("step_buyers", solver)))["equilibrium 1/regrets"].outcome == "proved"
    doc = json.loads(written("step_buyers", "pessimistic_leader"))
    doc["equilibria"][0]["certificate"]["bound"] = "-1"
    assert outcomes(doc)["equilibrium 1/regrets"].outcome == "refuted"
