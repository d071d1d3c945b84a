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

WORDS = (
    "unit",
    "statement",
    "notes",
    "label",
    "encoding",
    "why",
    "certificate.kind",
    "skipped",
    "standard_errors",
    "data.homes",
    "data.steps",
    "certificate.steps",
    "tree.inside",
    "tree.outside",
    "tree.branch",
    "certificate.cost_per_member",
)
"""Words, copies of what the data say, and branches of trees whose proof holds without them."""

HOLES = (
    "answers.*.most_profitable",
    "answers.*.alternatives",
    "claims.payoffs.holds",
    "claims.payoffs.margin",
    "claims.exit_cost.holds",
    "claims.exit_cost.witness",
    "claims.exit_cost.certificate.excess",
    "claims.exit_cost.certificate.coalition",
    "claims.least_subsidy.holds",
    "claims.least_subsidy.witness",
    "claims.n_blocking.holds",
    "claims.n_blocking.margin",
    "claims.core_day.certificate.period",
    "claims.core_day.certificate.contract",
    "claims.core_day.certificate.excess",
    "summary.*.worse_off",
    "summary.*.share_of_bill",
    "summary.*.n_blocking",
    "summary.*.blocking_share",
    "summary.*.price_shortfall",
    "summary.*.gini",
    "summary.*.jain",
    "summary.*.correlation",
    "summary.*.other_weeks",
    "contracts.*.periods",
    "contracts.*.blocked",
    "contracts.*.upper_bound",
    "contracts.*.period",
    "contracts.*.smallest_gain",
    "contracts.*.loser",
    "contracts.*.exact",
)
"""Numbers of a report that verification does not look at. Take kinds off this list, never put one on it."""


@cache
def document(case):
    net = np.random.default_rng(7).integers(-3, 4, size=(4, 5)).astype(float)
    community = make_community(net, 0.3, 0.08)
    if case == "sharing":
        return report(gt.analyse_stability(community, ["mid_market_rate", "equal_split"], contracts=["day"]))
    if case == "day":
        return report(gt.analyse_stability(community, ["bill_sharing"], contract="day", contracts=["month"]))
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
    known = {kind for kind in missed(case) if any(word in kind for word in (*WORDS, *HOLES))}
    loose = {"claims.budget_balance.witness", "claims.payoffs.witness", "claims.n_blocking.witness", "contract"}
    periods = {
        f"claims.core_{name}." + part
        for name in ("month", "day", "step")
        for part in ("holds", "certificate.period", "certificate.contract", "certificate.excess")
    }
    loose.add("claims.exit_cost.certificate.upper_bound")
    ties = {"claims.individual_rationality.witness.*", "claims.least_subsidy.certificate.weights.*"}
    assert missed(case) - known - loose - periods - ties == set()


@pytest.mark.parametrize("hole", HOLES)
@pytest.mark.xfail(strict=True, reason="verification does not look at this part of a report")
def test_holes(hole):
    assert not any(kind.startswith(hole) for case in CASES for kind in missed(case))


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


@pytest.mark.xfail(strict=True, reason="days and months follow the time zone, which the checksum does not cover")
def test_a_changed_time_zone_is_caught():
    changed = copy.deepcopy(document("sharing"))
    changed["data"]["time_zone"] = "Asia/Tokyo"
    assert caught(changed)


@pytest.mark.xfail(strict=True, reason="a claim with a verdict but without a certificate is only 'not proved'")
def test_a_flipped_verdict_without_certificate_is_caught():
    changed = copy.deepcopy(document("sharing"))
    claim = next(c for c in changed["claims"] if c["id"] == "equal_split/exit_cost")
    claim["certificate"] = {**claim["certificate"], "kind": "none", "why": "trust me"}
    claim["holds"] = False
    assert caught(changed)


@pytest.mark.xfail(strict=True, reason="nobody checks that every rule has all of its claims")
def test_left_out_claims_are_caught():
    changed = copy.deepcopy(document("sharing"))
    changed["claims"] = [c for c in changed["claims"] if c["property"] != "n_blocking"]
    assert caught(changed)


@pytest.mark.xfail(strict=True, reason="any claim may name steps of its own: a blocked rule passes for stable")
def test_a_claim_about_the_whole_cannot_be_proved_by_a_part():
    game = gt.SharingGame(make_community([[-1, -1], [1, -1], [0, 1]], 12, 4))
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
    assert caught(changed)


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
    found = set()
    for kind, changed in malformed(case, pick):
        try:
            verify_document(changed)
        except gt.InvalidInputError:
            pass
        except Exception as surprise:  # noqa: BLE001
            found.add((kind, type(surprise).__name__))
    return found


@pytest.mark.parametrize("case", CASES)
def test_malformed_words_are_refuted_or_refused(case):
    quiet = ("statement", "unit", "notes", "branch", "paths", "coalition", "summary", "contracts", "id", "rule")
    assert surprises(case, lambda kind: kind.startswith("claims.") and kind.endswith(quiet)) == set()


@pytest.mark.xfail(
    strict=True,
    reason="numbers of 1e999 (OverflowError), an empty witness (ZeroDivisionError), data or claims of another type",
)
@pytest.mark.parametrize("case", ["table"])
def test_malformed_documents_are_refuted_or_refused(case):
    assert surprises(case) == set()


@pytest.mark.xfail(strict=True, reason="AttributeError: the document is read as a mapping before it is looked at")
@pytest.mark.parametrize("value", [[], None, "report", 3])
def test_a_document_that_is_no_mapping_is_refused(value):
    with pytest.raises(gt.InvalidInputError):
        verify_document(value)


def test_verifying_changes_nothing():
    before = json.dumps(document("sharing"))
    verify_document(document("sharing"))
    assert json.dumps(document("sharing")) == before


def test_outcomes_name_every_claim_once_and_in_order():
    ids = [outcome.id for outcome in verify_document(document("sharing"))]
    claims = [claim["id"] for claim in document("sharing")["claims"]]
    assert ids[0] == "data"
    assert ids[-len(claims) :] == claims
