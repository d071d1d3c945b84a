"""Certificates that nobody gains in any contract period: each kind proves, and none survives tampering."""

from __future__ import annotations

import copy
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis import contracts, period_proofs
from gametrade.analysis.contracts import Periods
from gametrade.analysis.encoding import pack, unpack
from gametrade.analysis.exact import ExactSharingGame
from gametrade.analysis.exact_periods import ExactPeriods
from gametrade.analysis.verification import verify_document
from gametrade.solvers import price_tree
from tests.analysis.exact_checks import small_leaves
from tests.analysis.leaves import report
from tests.analysis.test_contracts import spread_games
from tests.solvers.brute_force import fractions
from tests.strategies import make_community

HOMES = (2, 3, 6, 13)
KINDS = ("enumerated", "trees")


def changing_pairs(homes, steps=40):
    """In each step one home sells more than one other home needs: half each is in the core, at no price path."""
    rng = np.random.default_rng(homes)
    net = np.zeros((homes, steps))
    for t in range(steps):
        seller, buyer = rng.choice(homes, 2, replace=False)
        net[seller, t], net[buyer, t] = rng.uniform(2, 3), -rng.uniform(0.5, 1.5)
    community = make_community(net, 0.3, 0.08)
    times = np.datetime64("2023-01-28T00:00:00") + np.arange(steps) * np.timedelta64(3, "h")
    return gt.Community(community.names, community.demand, community.generation, times, 3.0, community.tariff)


@cache
def document(homes, kind="any"):
    """A report whose contract claims are all of the cheapest kind, or of one kind if nothing else is allowed."""
    with pytest.MonkeyPatch.context() as patch:
        if kind != "any":
            patch.setattr(period_proofs, "_best_path", lambda game, payoffs: np.zeros(len(game.trade_steps), np.uint8))
        if kind == "trees":
            patch.setattr(period_proofs, "ENUMERATED_PLAYERS", 1)
            patch.setattr(price_tree, "LEAF_BITS", 0)
        study = gt.analyse_stability(changing_pairs(homes), ["mid_market_rate", "shapley", "equal_split"])
    return report(study)


def contract_claims(report):
    return [claim for claim in report["claims"] if claim["property"].startswith("core_")]


def outcome_of(report, claim):
    return next(o for o in verify_document(report) if o.id == claim["id"])


def holding(report, kind):
    """Position of a claim that holds, settled by a kind of proof that the price path does not give."""
    found = [k for k, c in enumerate(report["claims"]) if c["holds"] and c["certificate"].get(kind)]
    assert found, f"no claim of this report is settled by {kind}"
    return found[0]


@pytest.mark.parametrize("homes", HOMES)
def test_every_contract_is_decided_and_proved(homes):
    claims = contract_claims(document(homes))
    assert len(claims) == 9
    assert {claim["holds"] for claim in claims if claim["rule"] == "mid_market_rate"} == {True}
    assert {claim["holds"] for claim in claims} == ({True} if homes == 2 else {True, False})
    assert any(claim["certificate"]["kind"] == "periods" for claim in claims)
    assert {outcome.outcome for outcome in verify_document(document(homes))} == {"proved"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("homes", [2, 3, 6])
def test_each_kind_of_proof_is_accepted(homes, kind):
    original = document(homes, kind)
    claim = original["claims"][holding(original, kind)]
    assert claim["certificate"]["kind"] == "periods"
    assert {outcome.outcome for outcome in verify_document(original)} == {"proved"}


def tampered(kind):
    """Certificates that prove less than the claim, and why."""
    original = document(6, kind)
    index = holding(original, kind)
    certificate = original["claims"][index]["certificate"]
    worse = {**certificate, "path": pack(np.zeros(certificate["steps"], dtype=np.uint8))}
    changes = {
        "a period dropped": {**certificate, kind: certificate[kind][1:]},
        "no periods": {**certificate, "kind": "price_path", "enumerated": [], "trees": []},
        "steps changed": {**certificate, "steps": certificate["steps"] - 1},
        "a shorter path": {**certificate, "path": pack(np.zeros(certificate["steps"] - 1, dtype=np.uint8))},
        "a price beyond the grid": {**certificate, "path": pack(np.full(certificate["steps"], 129, dtype=np.uint8))},
        "another contract": {**certificate, "contract": "year"},
        "another encoding": {**certificate, "encoding": "plain"},
        "a worse path": {**worse, kind: certificate[kind][:1]},
    }
    if kind == "trees":
        entry = certificate["trees"][0]
        tree = entry["tree"]
        leaves = np.frombuffer(unpack(tree["paths"]), dtype=np.uint8)
        for name, changed in {
            "a leaf changed": {**tree, "paths": pack(128 - leaves)},
            "a limit raised": {**tree, "limit": 1.0},
            "a limit lowered": {**tree, "limit": -1e9},
            "another period": None,
        }.items():
            other = {**entry, "period": 10**6} if changed is None else {**entry, "tree": changed}
            changes[name] = {**certificate, "trees": [other, *certificate["trees"][1:]]}
    return original, index, changes


@pytest.mark.parametrize("kind", KINDS)
def test_a_certificate_that_proves_less_is_refuted(kind):
    original, index, changes = tampered(kind)
    for name, certificate in changes.items():
        changed = copy.deepcopy(original)
        changed["claims"][index]["certificate"] = certificate
        with small_leaves(0):
            assert outcome_of(changed, changed["claims"][index]).outcome == "refuted", name


@pytest.mark.parametrize("kind", KINDS)
def test_a_payoff_or_a_verdict_changed_is_refuted(kind):
    original = document(6, kind)
    index = holding(original, kind)
    for holds in (False, None):
        changed = copy.deepcopy(original)
        changed["claims"][index]["holds"] = holds
        assert outcome_of(changed, changed["claims"][index]).outcome == "refuted"
    changed = copy.deepcopy(original)
    answer = next(a for a in changed["answers"] if a["rule"] == original["claims"][index]["rule"])
    first, second = list(answer["payoffs"])[:2]
    answer["payoffs"][first] += 0.01
    answer["payoffs"][second] -= 0.01
    assert "refuted" in {outcome.outcome for outcome in verify_document(changed)}


def test_a_blocked_contract_cannot_be_claimed_to_hold():
    """All periods handed over to enumeration: the coalition that gains is found."""
    original = document(6)
    blocked = [k for k, claim in enumerate(original["claims"]) if claim["certificate"]["kind"] == "coalition"]
    assert blocked
    for index in blocked:
        changed = copy.deepcopy(original)
        claim = changed["claims"][index]
        row = next(
            r for r in changed["contracts"]
            if (r["rule"], f"core_{r['contract']}") == (claim["rule"], claim["property"])
        )  # fmt: skip
        steps = len(gt.SharingGame(changing_pairs(6)).trade_steps)
        claim["holds"] = True
        claim["certificate"] = {
            "kind": "periods",
            "contract": row["contract"],
            "steps": steps,
            "encoding": "base64(zlib(uint8)), price position in 128ths",
            "path": pack(np.full(steps, 64, dtype=np.uint8)),
            "enumerated": list(range(row["periods"])),
            "trees": [],
        }
        outcome = outcome_of(changed, claim)
        assert outcome.outcome == "refuted"
        assert "a coalition gains in the" in outcome.detail


@given(spread_games(), st.sampled_from(["month", "day", "step"]), st.sampled_from(["mid_market_rate", "equal_split"]))
def test_exact_periods_are_brute_force(game, contract, rule):
    """Shortfalls of a price path and the best gain of every period, against one exact game a period."""
    periods = Periods.of(game, contract)
    if not periods.games:
        return
    payoffs = periods.payoffs(gt.allocate(game, rule), rule)
    sharing = ExactSharingGame(game.community)
    exact = ExactPeriods(sharing, periods.steps)
    path = np.arange(len(sharing.steps)) * 37 % 129
    shortfalls = exact.shortfalls(path, 128, payoffs)
    for p, (own, columns) in enumerate(zip(periods.games, exact.columns, strict=True)):
        alone = ExactSharingGame(own.community)
        paid = fractions(payoffs[p])
        gains = alone.price_values(path[columns], 128)
        assert shortfalls[p] == sum((max(w - x, Fraction(0)) for w, x in zip(gains, paid, strict=True)), Fraction(0))
        sums = [Fraction(0)]
        for x in paid:
            sums += [total + x for total in sums]
        best = max(v - total for v, total in list(zip(alone.table(), sums, strict=True))[1:-1])
        assert exact.gaining_period(payoffs, best, [p]) is None
        assert exact.gaining_period(payoffs, best - Fraction(1, 10**40), [p]) == p
    assert exact.gaining_period(payoffs, max(shortfalls), range(len(payoffs))) is None


@pytest.mark.parametrize("size", [1, 2, 7])
def test_blocks_of_any_size_give_the_same_answer(monkeypatch, size):
    from gametrade.analysis import exact_periods

    game = gt.SharingGame(changing_pairs(3))
    for contract in ("month", "day", "step"):
        periods = Periods.of(game, contract)
        payoffs = periods.payoffs(gt.allocate(game, "equal_split"), "equal_split")
        exact = ExactPeriods(ExactSharingGame(game.community), periods.steps)
        path = np.full(len(game.trade_steps), 100)
        before = exact.shortfalls(path, 128, payoffs), exact.gaining_period(payoffs, Fraction(0), range(len(payoffs)))
        monkeypatch.setattr(exact_periods, "BLOCK", size)
        monkeypatch.setattr(exact_periods, "STEPS_AT_ONCE", size)
        after = exact.shortfalls(path, 128, payoffs), exact.gaining_period(payoffs, Fraction(0), range(len(payoffs)))
        monkeypatch.undo()
        assert before == after


def test_what_nothing_settles_is_truly_bracketed(monkeypatch):
    """Without enumeration and with trees of one node the answer is open, and its two ends differ."""
    monkeypatch.setattr(period_proofs, "ENUMERATED", 0)
    monkeypatch.setattr(period_proofs, "TREES", 0)
    monkeypatch.setattr(period_proofs, "_best_path", lambda game, payoffs: np.zeros(len(game.trade_steps), np.uint8))
    study = gt.analyse_stability(changing_pairs(6), ["mid_market_rate", "shapley"])
    undecided = [(result, entry) for result in study for entry in result.contracts if entry.holds is None]
    assert undecided
    for result, entry in undecided:
        verdict = result.verdicts[f"core_{entry.contract}"]
        assert verdict.holds is None
        assert not entry.exact
        lower, upper = verdict.certificate["bracket"]
        assert lower <= study.game.tolerance < upper
        assert (lower, upper) == (entry.largest_excess, entry.upper_bound)
    assert "refuted" not in {outcome.outcome for outcome in verify_document(report(study))}


def test_a_coalition_that_a_tree_meets_blocks(monkeypatch):
    """Many homes, no search beforehand: the tree of the period finds who gains."""
    monkeypatch.setattr(contracts, "TABLE_PLAYERS", 1)
    monkeypatch.setattr(contracts, "SEARCHED_PERIODS", 0)
    monkeypatch.setattr(period_proofs, "ENUMERATED_PLAYERS", 1)
    community = changing_pairs(5)
    quiet = gt.analyse_stability(community, ["mid_market_rate", "equal_split"])
    monkeypatch.undo()
    truth = gt.analyse_stability(community, ["mid_market_rate", "equal_split"])
    for result in truth:
        for exact, found in zip(result.contracts, quiet[result.rule].contracts, strict=True):
            assert found.holds == exact.holds
            assert found.largest_excess <= exact.largest_excess + truth.game.tolerance
