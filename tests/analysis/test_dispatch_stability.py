"""Stability studies of communities with batteries, and reports that prove themselves without a solver."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.dispatch_evidence import doubles, floats
from gametrade.analysis.verification import verify_document
from tests.dispatch_games import make_dispatch

RULES = ["competitive_price", "equal_split", "marginal_contribution"]


def small_game(**options):
    batteries = gt.Batteries(
        [0, 2, 0, 1], [0, 3, 0, 1], [1, 0.81, 1, 0.9], 0.01, start_kwh=[np.nan, 1.0, np.nan, np.nan]
    )
    net = [[-4, -1, 0], [0, 4, 1], [1, 1, -2], [2, -1, 1]]
    loads = [gt.ShiftableLoad("C", 2.0, 1.5, 0, 2), gt.CurtailableLoad("B", 0.5, 0.25)]
    return make_dispatch(net, [0.3, 0.4, 0.3], 0.1, 0.02, batteries=batteries, flexibility=loads, **options)


def document_of(game, rules=RULES):
    return json.loads(json.dumps(gt.analyse_stability(game, rules).to_dict()))


def outcomes(document):
    return {outcome.id: outcome.outcome for outcome in verify_document(document)}


@pytest.mark.parametrize("options", [{}, {"peak_charge": 0.4}, {"import_limit": 5.0, "export_limit": [6, 6, 6, 6]}])
def test_a_report_proves_its_core_claims(options):
    found = outcomes(document_of(small_game(**options)))
    assert "refuted" not in found.values()
    assert all(found[f"{rule}/{name}"] == "proved" for rule in RULES for name in ("core", "payoffs", "budget_balance"))


def test_every_rule_that_applies_is_studied():
    study = gt.analyse_stability(small_game())
    names = {result.rule for result in study.results}
    assert "competitive_price" in names
    assert "mid_market_rate" not in names
    assert study["competitive_price"].status == "core"
    assert "refuted" not in outcomes(json.loads(json.dumps(study.to_dict()))).values()


def test_a_report_says_what_was_played(tmp_path):
    gt.analyse_stability(small_game(), RULES).to_html(tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "homes with a battery: 2; flexible loads: 2" in text


def test_a_joint_connection_is_studied_without_dual_prices():
    game = make_dispatch(
        [[2.0, 0.0], [2.0, 0.0], [0.0, 1.0]],
        flexibility=[gt.CurtailableLoad(home, 1.0, 1.0) for home in "AB"],
        connection_limit=3.0,
    )
    study = gt.analyse_stability(game, ["equal_split"])
    assert study["equal_split"].status == "blocked"
    assert "refuted" not in outcomes(json.loads(json.dumps(study.to_dict()))).values()


def test_forged_payoffs_are_refuted():
    document = document_of(small_game())
    answer = next(row for row in document["answers"] if row["rule"] == "competitive_price")
    answer["payoffs"]["A"] += 0.05
    answer["payoffs"]["B"] -= 0.05
    found = outcomes(document)
    assert found["competitive_price/core"] == "refuted"
    assert found["competitive_price/payoffs"] == "refuted"


def test_a_false_verdict_is_refuted():
    document = document_of(small_game())
    claim = next(claim for claim in document["claims"] if claim["id"] == "equal_split/core")
    assert claim["holds"] is False
    claim["holds"] = True
    assert outcomes(document)["equal_split/core"] == "refuted"


def test_a_forged_battery_is_refuted():
    document = document_of(small_game())
    held = document["data"]["dispatch"]["batteries"]
    held["energy_kwh"] = doubles(2 * floats(held["energy_kwh"]))
    assert outcomes(document) == {"data": "refuted"}


@pytest.mark.parametrize("part", ["plans", "leaves", "coalition"])
def test_a_forged_certificate_is_refuted(part):
    document = document_of(small_game())
    claim = next(claim for claim in document["claims"] if claim["id"] == "equal_split/core")
    forged = copy.deepcopy(claim["certificate"])
    if part == "plans":
        forged["plans"] = doubles(floats(forged["plans"]) + 9.0)
    elif part == "leaves":
        forged["leaves"] = forged["leaves"][:-1] if len(forged["leaves"]) > 1 else []
    else:
        forged["coalition"] = ["A", "A"]
    claim["certificate"] = forged
    assert outcomes(document)["equal_split/core"] == "refuted"


def test_forged_evidence_is_refuted():
    document = document_of(small_game())
    document["evidence"]["grand"]["plans"] = doubles(np.zeros(3))
    assert outcomes(document) == {"data": "refuted"}


def test_a_street_with_batteries_is_studied():
    community = gt.communities.street(13, 1, rng=5, start="2023-05-01")
    parts = {name: getattr(community, name) for name in ("names", "demand", "generation", "times", "tariff")}
    energy = np.where(np.arange(13) % 2, 6.4, 0.0)
    street = gt.Community(**parts, step_hours=1.0, batteries=gt.Batteries(energy, np.full(13, 5.0), np.full(13, 0.9)))
    study = gt.analyse_stability(gt.DispatchGame(street), ["competitive_price", "equal_split", "shapley"])
    assert study["competitive_price"].status == "core"
    assert study["equal_split"].status == "blocked"
    assert "2^n linear programs" in study.skipped["shapley"]
    assert study["equal_split"].subsidy.upper_bound >= study["equal_split"].subsidy.lower_bound > 0
    assert "refuted" not in outcomes(json.loads(json.dumps(study.to_dict()))).values()
