"""Claims without certificate: nothing re-proves them, but what contradicts itself or names strangers is refuted."""

from __future__ import annotations

import copy
from functools import cache

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.verification import verify_document
from tests.analysis.leaves import report
from tests.dispatch_games import make_dispatch


@cache
def document():
    """Nine homes, one more than a report tabulates, one with a battery, under a rule that is blocked."""
    net = np.random.default_rng(2).integers(-3, 4, size=(9, 2)).astype(float)
    batteries = gt.Batteries(np.eye(9)[0] * 2, np.eye(9)[0] * 2, np.full(9, 0.9))
    return report(gt.analyse_stability(make_dispatch(net, 0.3, 0.1, 0.0, batteries=batteries), ["equal_split"]))


def claim_in(changed, name):
    return next(claim for claim in changed["claims"] if claim["id"] == f"equal_split/{name}")


def outcome(changed, name):
    return next(found for found in verify_document(changed) if found.id == f"equal_split/{name}").outcome


@pytest.mark.parametrize("name", ["exit_cost", "least_subsidy", "n_blocking"])
def test_the_original_says_that_it_is_computed_only(name):
    assert claim_in(document(), name)["holds"] is None
    assert outcome(document(), name) == "not proved"


@pytest.mark.parametrize("name", ["exit_cost", "least_subsidy", "n_blocking"])
def test_a_changed_margin_is_refuted(name):
    changed = copy.deepcopy(document())
    claim_in(changed, name)["margin"] += 0.01
    assert outcome(changed, name) == "refuted"


@pytest.mark.parametrize("name", ["exit_cost", "least_subsidy", "n_blocking"])
@pytest.mark.parametrize("names", [["nobody"], ["A", "A"]])
def test_a_stranger_or_a_home_named_twice_as_witness_is_refuted(name, names):
    changed = copy.deepcopy(document())
    claim_in(changed, name)["witness"] = names
    assert outcome(changed, name) == "refuted"


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("exit_cost", "coalition", ["nobody"]),
        ("exit_cost", "needed_by", []),
        ("exit_cost", "bracket", [-1.0, 0.0]),
        ("exit_cost", "bracket", [2.0, 1.0]),
        ("least_subsidy", "coalitions", [["nobody"]]),
        ("least_subsidy", "subsidy", [0.0]),
        ("least_subsidy", "bracket", [0.0, float("inf")]),
        ("n_blocking", "count", 511),
        ("n_blocking", "count", -1),
    ],
)
def test_numbers_that_contradict_each_other_are_refuted(name, field, value):
    changed = copy.deepcopy(document())
    claim = claim_in(changed, name)
    claim["certificate"][field] = value
    if field == "needed_by":
        claim["witness"] = value
    assert outcome(changed, name) == "refuted"


def test_a_coalition_of_strangers_in_the_lists_of_an_answer_is_refuted():
    changed = copy.deepcopy(document())
    changed["answers"][0]["most_profitable"][0]["coalition"] = ["nobody"]
    assert "refuted" in {found.outcome for found in verify_document(changed)}
