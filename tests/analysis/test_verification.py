"""Verification of reports: every false number is caught, and nothing malformed is a surprise."""

from __future__ import annotations

import copy
import json
from functools import cache

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.encoding import pack, tree_to_dict, unpack
from gametrade.analysis.verification import verify_document
from gametrade.rules.settlement import step_payoffs
from tests.analysis.leaves import false_values, kind_of, leaves, lists, replaced, report, wrong_shapes
from tests.strategies import make_community

CASES = ("sharing", "day", "table")
OF_EACH_KIND = 2
"""Leaves of one kind that are tampered with."""

FREE = {
    "data.label": "words about embedded data",
    "encoding": "words",
    "tree.inside": "a branch whose proof holds without it",
    "tree.outside": "a branch whose proof holds without it",
    "tree.branch": "a branch whose proof holds without it",
    "least_subsidy.certificate.weights": "other weights may prove as much",
    "individual_rationality.witness": "homes may tie",
    "contracts.*.loser": "homes may tie",
}
"""Parts of a report that may be otherwise without a false number, and why."""

HOLES = {
    "summary.*.other_weeks": "needs a search for the best coalition of the odd weeks",
    "contracts.*.exact": "how the analyser searched cannot be seen from the data",
}
"""Columns that are computed, not certified, which the outcome of the tables says. Never put one on this list."""


CORE = "core."
"""Bounds there may be loosened and some numbers are computed only: test_core_section says which, and tests the rest."""


@cache
def document(case):
    net = np.random.default_rng(7).integers(-3, 4, size=(4, 5)).astype(float)
    community = make_community(net, 0.3, 0.08)
    if case == "sharing":
        return report(
            gt.analyse_stability(community, ["mid_market_rate", "equal_split"], contracts=["day"], sections="core")
        )
    if case == "day":
        return report(
            gt.analyse_stability(community, ["bill_sharing"], contract="day", contracts=["month"], sections="core")
        )
    return report(gt.analyse_stability(gt.TableGame("ABC", [0, 0, 0, 6, 0, 6, 0, 7.0]), ["shapley"]))


def caught(changed):
    """Whether a document is refuted or refused; any other exception is an error of the verifier."""
    try:
        return any(outcome.outcome == "refuted" for outcome in verify_document(changed))
    except gt.InvalidInputError:
        return True


def some_leaves(case):
    """A few leaves of each kind, the rest is alike."""
    by_kind = {}
    for path, value in leaves(document(case)):
        by_kind.setdefault(kind_of(document(case), path), []).append((path, value))
    return {kind: found[:: max(1, len(found) // OF_EACH_KIND)] for kind, found in by_kind.items()}


@cache
def missed(case):
    """Kinds of leaves of which some false value goes unnoticed."""
    original, kinds = document(case), set()
    assert not caught(original)
    for kind, found in some_leaves(case).items():
        for path, value in found:
            for false in false_values(value, original["players"], original["gains"]):
                if not caught(replaced(original, path, false)):
                    kinds.add(kind)
    return kinds


@pytest.mark.parametrize("case", CASES)
def test_the_original_is_proved(case):
    assert {outcome.outcome for outcome in verify_document(document(case))} == {"proved"}


@pytest.mark.parametrize("case", CASES)
def test_every_false_number_is_caught(case):
    found = {kind for kind in missed(case) if not kind.startswith(CORE)}
    assert {kind for kind in found if not any(part in kind for part in (*FREE, *HOLES))} == set()


@pytest.mark.parametrize("hole", HOLES)
def test_what_is_not_certified_is_said(hole):
    (tables,) = [outcome for outcome in verify_document(document("sharing")) if outcome.id == "tables"]
    assert "computed, not certified: " in tables.detail
    assert hole.replace(".*", "") in tables.detail
    assert any(kind.startswith(hole) for case in CASES for kind in missed(case)), "certified now: take it off the list"


@pytest.mark.parametrize("case", CASES)
def test_payoffs_changed_with_their_sum_kept_are_caught(case):
    changed = copy.deepcopy(document(case))
    payoffs = changed["answers"][0]["payoffs"]
    first, second = list(payoffs)[:2]
    payoffs[first] += 1e-6 * changed["gains"]
    payoffs[second] -= 1e-6 * changed["gains"]
    outcomes = {o.id: o.outcome for o in verify_document(changed)}
    assert outcomes[changed["answers"][0]["rule"] + "/payoffs"] == "refuted"


def test_every_path_byte_that_lowers_a_bound_below_the_truth_is_caught():
    original = document("sharing")
    claims = [c for c in original["claims"] if c["property"] == "core" and "tree" in c["certificate"]]
    for claim in claims:
        index = original["claims"].index(claim)
        paths = np.frombuffer(unpack(claim["certificate"]["tree"]["paths"]), dtype=np.uint8)
        low = replaced(
            copy.deepcopy(original),
            ("claims", index, "certificate", "tree", "limit"),
            claim["certificate"]["excess"] - 1e-6,
        )
        low["claims"][index]["certificate"]["upper_bound"] = claim["certificate"]["excess"] - 1e-6
        assert caught(low)
        for value in (0, 64, 128):
            low["claims"][index]["certificate"]["tree"]["paths"] = pack(np.full_like(paths, value))
            assert caught(low)


def test_changed_data_are_caught_with_and_without_the_old_checksum():
    changed = copy.deepcopy(document("sharing"))
    demand = np.frombuffer(unpack(changed["data"]["demand"]), dtype="<f8").copy()
    demand[0] += 0.5
    changed["data"]["demand"] = pack(demand)
    outcomes = verify_document(changed)
    assert [o.id for o in outcomes] == ["data"]
    assert outcomes[0].outcome == "refuted"
    changed["data"]["sha256"] = outcomes[0].detail.split("is ")[1].split(",")[0]
    assert caught(changed)
    table = copy.deepcopy(document("table"))
    table["data"]["values"][-1] += 1
    assert caught(table)


def test_a_changed_time_zone_is_caught():
    changed = copy.deepcopy(document("sharing"))
    changed["data"]["time_zone"] = "Asia/Tokyo"
    assert caught(changed)


def test_a_flipped_verdict_without_certificate_is_caught():
    changed = copy.deepcopy(document("sharing"))
    claim = next(c for c in changed["claims"] if c["id"] == "equal_split/exit_cost")
    claim["certificate"] = {**claim["certificate"], "kind": "none", "why": "trust me"}
    claim["holds"] = False
    assert caught(changed)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("section", ["answers", "claims", "summary", "contracts"])
def test_what_is_left_out_or_stands_twice_is_caught(case, section):
    original = document(case)
    for row in original[section]:
        assert caught({**original, section: [other for other in original[section] if other is not row]})
        assert caught({**original, section: [*original[section], row]})


def test_a_rule_cannot_be_answered_and_left_out():
    assert caught({**document("sharing"), "skipped": {"equal_split": "too many homes"}})


@pytest.mark.parametrize("name", ["core", "exit_cost", "least_subsidy", "n_blocking"])
def test_a_claim_cannot_change_its_period(name):
    """Every period but the one of the certificate of the contract is refused, and so are no steps and half a day."""
    original = document("day")
    (index,) = [k for k, claim in enumerate(original["claims"]) if claim["property"] == name]
    certificate = original["claims"][index]["certificate"]
    bare = {key: value for key, value in certificate.items() if key not in ("steps", "payoffs")}
    assert caught(replaced(original, ("claims", index, "certificate"), bare))
    for steps in (certificate["steps"][:-1], certificate["steps"][::-1], [0], [], [10**30], [[0]], [0.5], "x"):
        if steps != certificate["steps"]:
            assert caught(replaced(original, ("claims", index, "certificate", "steps"), steps)), steps


@cache
def own_rules(contract):
    """A report with two functions of the caller's, one with the name of a registered rule."""

    def equal_split(game):
        return np.full(game.n_players, game.grand_value / game.n_players)

    def my_rule(game):
        return equal_split(game)

    net = np.random.default_rng(7).integers(-3, 4, size=(4, 30)).astype(float)
    rules = [equal_split, my_rule, "mid_market_rate"]
    return report(gt.analyse_stability(make_community(net, 0.3, 0.08), rules, contract=contract))


@pytest.mark.parametrize("contract", ["whole", "day"])
def test_own_rules_are_certified_only_for_the_payoffs_that_the_report_states(contract):
    outcomes = {outcome.id: outcome.outcome for outcome in verify_document(own_rules(contract))}
    assert "refuted" not in outcomes.values()
    for rule in ("my_rule", "equal_split (own function)"):
        assert outcomes[f"{rule}/payoffs"] == "not proved"
        assert {outcomes[f"{rule}/{name}"] for name in ("core", "core_month", "core_day", "core_step")} == {"proved"}


@pytest.mark.parametrize("contract", ["whole", "day"])
def test_stated_payoffs_of_periods_are_those_that_are_judged(contract):
    """A rule that cannot be run again is judged by what the report says it pays in every period."""
    original = own_rules(contract)
    for index, claim in enumerate(original["claims"]):
        if "period_payoffs" not in claim["certificate"]:
            continue
        payoffs = np.frombuffer(unpack(claim["certificate"]["period_payoffs"]), dtype="<f8")
        for changed in (payoffs[:-1], np.zeros(0), np.full(len(payoffs), np.nan), payoffs + (payoffs.max() + 1)):
            certificate = {**claim["certificate"], "period_payoffs": pack(changed)}
            assert caught(replaced(original, ("claims", index, "certificate"), certificate)), claim["id"]
        bare = {name: value for name, value in claim["certificate"].items() if name != "period_payoffs"}
        assert caught(replaced(original, ("claims", index, "certificate"), bare)), claim["id"]


def test_own_rules_cannot_claim_a_certificate():
    original = own_rules("day")
    for index, claim in enumerate(original["claims"]):
        if claim["rule"] != "mid_market_rate" and claim["certificate"]["kind"] == "none":
            assert caught(replaced(original, ("claims", index, "holds"), True))
            for kind in ("recompute", "coalition", "price_path", "price_tree", "enumeration", "balancing_weights"):
                assert caught(replaced(original, ("claims", index, "certificate", "kind"), kind)), (claim["id"], kind)


def test_a_registered_rule_must_be_run_again():
    original = document("sharing")
    (index,) = [k for k, claim in enumerate(original["claims"]) if claim["id"] == "equal_split/payoffs"]
    changed = replaced(original, ("claims", index), {**original["claims"][index], "holds": None})
    assert caught(replaced(changed, ("claims", index, "certificate"), {"kind": "none", "why": "trust me"}))


@pytest.mark.parametrize(
    ("contract", "homes"), [("whole", 2), ("month", 5), ("day", 2), ("day", 17), ("step", 5), ("step", 2)]
)
def test_true_reports_are_never_refuted(contract, homes):
    net = np.random.default_rng(homes).normal(size=(homes, 40))
    rules = ["mid_market_rate", "competitive_price", "equal_split", "marginal_contribution", "shapley:exact=False"]
    study = gt.analyse_stability(make_community(net, 0.3, 0.08), rules, contract=contract)
    assert [outcome for outcome in verify_document(report(study)) if outcome.outcome == "refuted"] == []


def test_other_contracts_are_caught():
    for contract in ("month", "step", "year", "whole"):
        assert caught({**document("day"), "contract": contract})
    assert caught({**document("table"), "contract": "day"})


def test_a_claim_about_the_whole_cannot_be_proved_by_a_part():
    game = gt.SharingGame(make_community([[-1, -3], [1, -3], [0, 3]], 12, 4))
    changed = report(gt.analyse_stability(game, ["mid_market_rate"], contracts=[]))
    core = next(c for c in changed["claims"] if c["property"] == "core")
    assert core["holds"] is False
    allocation = gt.allocate(game, "mid_market_rate")
    by_step = step_payoffs(game, allocation.sell_price, allocation.buy_price)
    part, payoffs = game.during(np.array([0])), by_step[:, 0]
    answer = gt.blocking_coalition(part, payoffs, engine="tree")
    core["holds"], core["margin"], core["witness"] = True, -answer.excess, list(answer.coalition)
    core["certificate"] |= {
        "coalition": list(answer.coalition),
        "excess": answer.excess,
        "upper_bound": answer.upper_bound,
        "tree": tree_to_dict(answer.price_tree, game.players),
        "steps": [0],
        "payoffs": payoffs.tolist(),
    }
    size = len(answer.coalition)
    changed["summary"][0] |= {
        "status": "core",
        "largest_excess": answer.excess,
        "upper_bound": answer.upper_bound,
        "per_member": answer.excess / size,
        "members": size,
        "exit_cost": max(0.0, answer.excess),
    }
    outcomes = {outcome.id: outcome for outcome in verify_document(changed)}
    assert "by some of its steps" in outcomes["mid_market_rate/core"].detail
    assert outcomes["mid_market_rate/core"].outcome == "refuted"


def test_another_schema_is_refused():
    for schema in ("gametrade-report/2", None, 1):
        with pytest.raises(gt.InvalidInputError, match="schema of the report must be"):
            verify_document({**document("table"), "schema": schema})
    changed = {**document("sharing"), "data": {"source": "not included", "sha256": "0"}}
    with pytest.raises(gt.InvalidInputError, match="data"):
        verify_document(changed)


def malformed(case, pick):
    """Copies of a document with one place of the wrong type, or missing."""
    original = document(case)
    places = [(path, None) for path in ((key,) for key in original)]
    places += [found[0] for found in some_leaves(case).values()] + [(path, None) for path, _ in lists(original)]
    seen = set()
    for path, _ in places:
        kind = kind_of(original, path)
        if kind in seen or not pick(kind):
            continue
        seen.add(kind)
        for value in wrong_shapes():
            yield kind, replaced(original, path, value)
    for key in original:
        if key != "schema" and pick(key):
            yield f"no {key}", {k: v for k, v in original.items() if k != key}


def surprises(case, pick=lambda kind: True):
    """Kinds of malformed places that raise anything but a refusal."""
    found = set()
    for kind, changed in malformed(case, pick):
        try:
            verify_document(changed)
        except gt.InvalidInputError:
            pass
        except Exception as surprise:  # noqa: BLE001
            found.add((kind, type(surprise).__name__))
    return found


@pytest.mark.parametrize("case", ["day", "table"])
def test_malformed_documents_are_refuted_or_refused(case):
    """The core section has the same fields in both, and is quick to verify for a table."""
    assert surprises(case, lambda kind: case == "table" or not kind.startswith(CORE)) == set()


@pytest.mark.parametrize("value", [[], None, "report", 3])
def test_a_document_that_is_no_mapping_is_refused(value):
    with pytest.raises(gt.InvalidInputError):
        verify_document(value)


def test_verifying_changes_nothing():
    before = json.dumps(document("sharing"))
    verify_document(document("sharing"))
    assert json.dumps(document("sharing")) == before


def test_too_many_homes_are_not_enumerated():
    community = make_community(np.random.default_rng(1).normal(size=(26, 3)))
    changed = report(gt.analyse_stability(community, ["competitive_price"], contracts=[], engine="bracket"))
    assert not caught(changed)
    (index,) = [k for k, claim in enumerate(changed["claims"]) if claim["property"] == "n_blocking"]
    claim = {**changed["claims"][index], "holds": True, "certificate": {"kind": "enumeration", "count": 1}}
    outcomes = {o.id: o for o in verify_document(replaced(changed, ("claims", index), claim))}
    assert "too many" in outcomes["competitive_price/n_blocking"].detail


def test_outcomes_name_every_claim_once_and_in_order():
    ids = [outcome.id for outcome in verify_document(document("sharing"))]
    claims = [claim["id"] for claim in document("sharing")["claims"]]
    assert ids[:3] == ["data", "completeness", "tables"]
    assert ids[-len(claims) :] == claims
