"""Reports with a nucleolus or a least core are re-proved from their certificates, and tampered ones are refuted."""

from __future__ import annotations

import copy
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

import gametrade as gt
from gametrade.analysis.verification import verify_document
from gametrade.analysis.verification.balance import check_empty_core
from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.kohlberg import check_kohlberg
from gametrade.solvers.core_emptiness import core_emptiness
from tests.strategies import sharing_games, table_games

RULES = ("nucleolus", "prenucleolus", "per_capita_nucleolus", "least_core", "least_core:weak=True")
GAME = gt.TableGame.from_values({("a", "b"): 4.1, ("b", "c"): 5.3, ("a", "c"): 2.2, ("a", "b", "c"): 9.7})


def payoff_outcomes(document):
    return {o.id: o for o in verify_document(document) if o.id.endswith("/payoffs")}


@settings(max_examples=25, deadline=None, derandomize=True)
@given(table_games(min_players=2))
def test_every_payoff_claim_of_a_table_is_proved(game):
    outcomes = payoff_outcomes(gt.analyse_stability(game, list(RULES)).to_dict())
    assert {o.outcome for o in outcomes.values()} == {"proved"}
    assert len(outcomes) == len(RULES)


@settings(max_examples=15, deadline=None, derandomize=True)
@given(sharing_games(min_homes=2, max_homes=5))
def test_every_payoff_claim_of_a_community_is_proved(game):
    outcomes = payoff_outcomes(gt.analyse_stability(game, list(RULES)).to_dict())
    assert {o.outcome for o in outcomes.values()} == {"proved"}
    assert all("certificate checked" in o.detail for o in outcomes.values())


def claim_of(document, rule):
    return next(claim for claim in document["claims"] if claim["id"] == f"{rule}/payoffs")


def another_point(document, rule):
    answer = next(answer for answer in document["answers"] if answer["rule"] == rule)
    answer["payoffs"]["a"] += 1e-4
    answer["payoffs"]["b"] -= 1e-4


def another_weight(document, rule):
    claim_of(document, rule)["certificate"]["levels"][0]["weights"][0] += 1


def no_levels(document, rule):
    claim_of(document, rule)["certificate"]["levels"] = []


def another_kind(document, rule):
    claim_of(document, rule)["certificate"]["kind"] = "least_core" if "nucleolus" in rule else "kohlberg"


def another_concept(document, rule):
    certificate = claim_of(document, rule)["certificate"]
    certificate["per_member"] = not certificate["per_member"]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("change", [another_point, another_weight, no_levels, another_kind, another_concept])
def test_a_changed_report_is_refuted(rule, change):
    document = gt.analyse_stability(GAME, list(RULES)).to_dict()
    assert payoff_outcomes(document)[f"{rule}/payoffs"].outcome == "proved"
    changed = copy.deepcopy(document)
    change(changed, rule)
    outcome = payoff_outcomes(changed)[f"{rule}/payoffs"]
    assert outcome.outcome == "refuted", outcome


def test_a_bound_that_can_be_met_must_not_be_dropped():
    game = gt.TableGame.from_values({("a",): 1, ("a", "b"): 3, ("b", "c"): 9, ("a", "b", "c"): 4})
    document = gt.analyse_stability(game, ["nucleolus", "prenucleolus"]).to_dict()
    answers = {answer["rule"]: answer for answer in document["answers"]}
    assert answers["nucleolus"]["payoffs"] != answers["prenucleolus"]["payoffs"]
    answers["nucleolus"]["payoffs"] = answers["prenucleolus"]["payoffs"]
    claim_of(document, "nucleolus")["certificate"] = claim_of(document, "prenucleolus")["certificate"]
    outcome = payoff_outcomes(document)["nucleolus/payoffs"]
    assert outcome.outcome == "refuted"
    assert "less than alone" in outcome.detail


def test_sums_of_floats_are_certified():
    """Ten times 0.1 is not 1: the right answer must not be refuted by rounding."""
    rng = np.random.default_rng(1)
    for _ in range(20):
        parts = rng.integers(0, 9, (10, 16)) * 0.1
        parts[:, 0] = 0
        game = gt.TableGame(tuple("abcd"), sum(parts))
        found = gt.allocate(game, "nucleolus")
        point = [Fraction(x) for x in found.payoffs.tolist()]
        assert 0 < check_kohlberg(game, point, found.certificate) < 1e-12
    exact = gt.allocate(game, "nucleolus", exact=True)
    assert check_kohlberg(game, exact.fractions, exact.certificate, exact=True) == 0


def test_an_empty_core_is_proved_by_weights_alone():
    majority = gt.TableGame.from_function("abc", lambda coalition: float(len(coalition) >= 2))
    certificate = core_emptiness(majority).to_dict()["certificate"]
    assert check_empty_core(majority, certificate) == Fraction(1, 2)
    with pytest.raises(Refuted, match="proves nothing"):
        check_empty_core(gt.TableGame(majority.players, majority.numbers * (np.arange(8) == 7)), certificate)
    for broken in ({**certificate, "weights": ["1/2", "1/2", "1/3"]}, {**certificate, "weights": ["1/2"]}):
        with pytest.raises(Refuted):
            check_empty_core(majority, broken)


@pytest.mark.parametrize(
    "rule", ["least_core", "least_core:weak=True", "least_core:exact=True", "nucleolus:exact=True"]
)
def test_fractions_are_proved_from_the_floats_of_the_report(rule):
    shares = iter(Fraction(7 * k % 5 + k, (3, 7, 11)[k % 3]) for k in range(1, 16))
    games = [
        gt.TableGame.from_values({("a", "b"): Fraction(1, 3)}),
        gt.TableGame.from_function("abcd", lambda coalition: next(shares) if coalition else Fraction(0)),
    ]
    for game in games:
        document = gt.analyse_stability(game, [rule]).to_dict()
        assert {outcome.outcome for outcome in verify_document(document)} == {"proved"}
        proof = next(claim for claim in document["claims"] if claim["property"] == "payoffs")["certificate"]
        if "epsilon" in proof:
            largest = max(abs(float(value)) for value in game.table())
            proof["epsilon"] = str(Fraction(proof["epsilon"]) + Fraction(largest) / 2**50)
            refuted = [o for o in verify_document(document) if o.outcome == "refuted"]
            assert any("the weights prove an excess" in outcome.detail for outcome in refuted)
