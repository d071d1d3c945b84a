"""The stability analyser end to end: whatever the community, its report re-proves itself."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis import claims
from gametrade.analysis import document as analysis_document
from gametrade.analysis.document import data_section
from gametrade.analysis.verification import verify_document
from tests.solvers.brute_force import excesses, money_scale
from tests.strategies import make_community, one_step, relabelled, sharing_games, table_games

FEW = ["mid_market_rate", "equal_split", "bill_sharing", "competitive_price"]


def outcomes(study):
    """Verification of the report after a round trip through JSON text."""
    document = json.loads(json.dumps(study.to_dict(), allow_nan=False))
    return verify_document(document)


def not_proved(study):
    return [outcome for outcome in outcomes(study) if outcome.outcome != "proved"]


def refuted(study):
    return [outcome for outcome in outcomes(study) if outcome.outcome == "refuted"]


@settings(max_examples=15)
@given(sharing_games(min_homes=2, max_homes=5, max_steps=3))
def test_every_claim_about_any_community_is_proved(game):
    assert not_proved(gt.analyse_stability(game, contracts=[])) == []


@settings(max_examples=20)
@given(sharing_games(min_homes=3, max_homes=5, max_steps=4), st.sampled_from(["month", "day", "step"]))
def test_no_claim_about_any_contract_is_refuted(game, contract):
    study = gt.analyse_stability(game, FEW, contract=contract, contracts=["step"])
    assert refuted(study) == []
    assert study.contract == contract


def test_a_community_that_shares_nothing_pays_no_rounding_noise():
    """All energy is worth 0 here, so the tolerance is 0 and the pooled price must be the grid's to the last digit."""
    study = gt.analyse_stability(make_community([[0, 0], [0, -3]], 0.1, [-0.05, 0.0]), ["bill_sharing_period"])
    result = study["bill_sharing_period"]
    assert study.game.tolerance == 0
    assert not result.allocation.payoffs.any()
    assert result.status == "core"
    assert not_proved(study) == []


@settings(max_examples=25)
@given(table_games(min_players=2, max_players=4))
def test_every_claim_about_any_table_is_proved(game):
    assert not_proved(gt.analyse_stability(game)) == []


@settings(max_examples=25)
@given(sharing_games(min_homes=2, max_homes=5, max_steps=3))
def test_verdicts_agree_with_brute_force(game):
    study = gt.analyse_stability(game, FEW, contracts=[])
    for result in study:
        payoffs = result.allocation.payoffs
        slack = game.tolerance + 1e-12 * money_scale(game, payoffs)
        best = max(excesses(game, payoffs).values())
        core = result.verdicts["core"]
        assert result.largest_excess == pytest.approx(best, abs=2 * slack)
        if best > 2 * slack:
            assert core.holds is False
            assert result.status == "blocked"
        elif best < game.tolerance - slack and abs(result.allocation.imbalance) < game.tolerance - slack:
            assert core.holds is True
        assert result.verdicts["individual_rationality"].holds == (len(result.worse_off) == 0)
        assert result.smallest_gain == result.verdicts["individual_rationality"].margin
        subsidy, cost = result.subsidy, result.exit_cost
        assert max(best, 0.0) <= subsidy.upper_bound + game.n_players * 2 * slack
        assert cost.lower_bound <= max(best, 0.0) + slack
        for home, (names, excess) in result.alternatives.items():
            assert home in names
            assert excess <= best + slack


@settings(max_examples=15)
@given(sharing_games(min_homes=2, max_homes=4, max_steps=3), st.randoms(use_true_random=False))
def test_relabelling_changes_no_number(game, random):
    order = list(range(game.n_players))
    random.shuffle(order)
    first = gt.analyse_stability(game, FEW, contracts=[])
    second = gt.analyse_stability(relabelled(game, order), FEW, contracts=[])
    for rule in FEW:
        one, two = first[rule], second[rule]
        slack = 4 * game.tolerance + 1e-11 * money_scale(game, one.allocation.payoffs)
        assert one.largest_excess == pytest.approx(two.largest_excess, abs=slack)
        assert one.subsidy.upper_bound == pytest.approx(two.subsidy.upper_bound, abs=game.n_players * slack)
        assert one.exit_cost.lower_bound == pytest.approx(two.exit_cost.lower_bound, abs=slack)


@pytest.mark.parametrize("contract", ["whole", "month", "day", "step"])
@pytest.mark.parametrize(
    "net", [np.zeros((3, 4)), np.ones((3, 4)), -np.ones((3, 4))], ids=["zero", "buyers", "sellers"]
)
def test_nothing_to_share_is_a_finding_not_a_crash(net, contract):
    study = gt.analyse_stability(make_community(net), contract=contract)
    assert not_proved(study) == []
    for result in study:
        assert result.status == "core"
        assert result.largest_excess == 0
        assert result.subsidy.upper_bound == 0
    assert str(study)
    assert study._repr_html_()


def test_two_homes():
    study = gt.analyse_stability(make_community([[2, -1, 3], [-1, 2, -1]]), contracts=[])
    assert not_proved(study) == []
    assert study["mid_market_rate"].status == "core"
    assert study["mid_market_rate"].excess_by_size.shape == (1,)


def test_contracts_of_two_homes_that_balance_are_certified_by_the_middle_price():
    """The clearing price of a balanced step is the middle, and so is what the rule pays."""
    study = gt.analyse_stability(make_community([[2, -1, 3], [-2, 1, -3]]), ["mid_market_rate"])
    result = study["mid_market_rate"]
    assert [entry.contract for entry in result.contracts] == ["month", "day", "step"]
    for entry in result.contracts:
        assert entry.supporting_path.tolist() == [64, 64, 64]
        verdict = result.verdicts[f"core_{entry.contract}"]
        assert verdict.holds
        assert verdict.certificate["kind"] == "price_path"
    assert not_proved(study) == []


def test_contracts_that_no_price_supports_are_proved_by_all_their_coalitions():
    """Two homes that split in the middle are in the core of every step, and no price path proves that."""
    study = gt.analyse_stability(make_community([[2, -1, 3], [-1, 2, -1]]), ["mid_market_rate"])
    result = study["mid_market_rate"]
    for entry in result.contracts:
        assert entry.holds
        assert entry.largest_excess < 0
        assert entry.supporting_path is None
        certificate = result.verdicts[f"core_{entry.contract}"].certificate
        assert certificate["kind"] == "periods"
        assert certificate["enumerated"] or certificate["trees"]
        assert result.verdicts[f"core_{entry.contract}"]
    assert not_proved(study) == []


def test_a_charge_that_eats_the_spread_is_proved_too():
    """0.8 - 0.3 - 0.5 is 0 in floats and 5.6e-17 in rationals."""
    prices = (0.8, 0.8, 0.9), (0.3, 0.3, 0.3), (0.5, 0.5, 0.5)
    community = make_community([[2, -1, 3], [-1, 2, -1], [1, -1, -1]], *prices)
    assert not_proved(gt.analyse_stability(community, ["mid_market_rate"], contracts=[])) == []


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_scales(scale):
    rng = np.random.default_rng(0)
    community = make_community(rng.integers(-3, 4, size=(4, 5)) * scale, 0.3, 0.08)
    assert not_proved(gt.analyse_stability(community, contracts=[])) == []


def test_more_homes_than_a_table_is_made_for():
    rng = np.random.default_rng(1)
    community = make_community(rng.normal(0.3, 1, size=(27, 12)), 0.3, 0.08)
    study = gt.analyse_stability(community, [*FEW, "stand_alone"], contracts=["month", "step"])
    assert refuted(study) == []
    undecided = {outcome.id.split("/")[1] for outcome in not_proved(study)}
    assert undecided <= {"n_blocking", "core_month", "core_step"}
    result = study["equal_split"]
    assert result.n_blocking is None
    assert result.blocking_error > 0
    assert len(result.most_profitable) > 1
    assert result.excess_by_size is None
    assert set(result.alternatives) == set(community.names)
    assert any("sampled" in note for note in study.notes)
    home = community.names[3]
    names, excess = result.alternative(home)
    assert home in names
    assert excess <= result.blocking.upper_bound + study.game.tolerance


def test_rules_that_need_too_much_are_left_out_and_named(monkeypatch):
    def needs_a_table(game):
        raise gt.TooManyPlayersError("needs 2^n numbers")

    study = gt.analyse_stability(make_community([[1, -1], [-1, 1]]), ["equal_split", needs_a_table])
    assert dict(study.skipped) == {"needs_a_table": "needs 2^n numbers"}
    assert "left out: needs 2^n numbers" in str(study)
    assert len(study) == 1


def all_to_the_first(game):
    """Everything to one home."""
    return [game.grand_value, *[0.0] * (game.n_players - 1)]


def test_a_rule_of_the_callers_own():
    community = make_community([[2, -1, 3], [-1, 2, -1], [1, -1, -1]])
    study = gt.analyse_stability(community, [all_to_the_first])
    result = study["all_to_the_first"]
    assert result.status == "blocked"
    assert {entry.contract for entry in result.contracts} >= {"month", "day", "step"}
    assert "all_to_the_first/payoffs" in {o.id for o in outcomes(study) if o.outcome == "not proved"}
    assert refuted(study) == []
    assert len(gt.analyse_stability(community, all_to_the_first)) == 1
    assert len(gt.analyse_stability(community, "equal_split")) == 1


def test_contracts_of_a_callers_rule_are_certified_for_the_payoffs_that_the_report_states(monkeypatch):
    community = make_community([[2, -1, 3], [-1, 2, -1], [1, -1, -1]])
    for contract in ("whole", "day"):
        study = gt.analyse_stability(community, [all_to_the_first, "bill_sharing"], contract=contract)
        assert {o.id for o in outcomes(study) if o.outcome != "proved"} == {"all_to_the_first/payoffs"}
        assert study["all_to_the_first"].status == "blocked"
    monkeypatch.setattr(claims, "STATED_PAYOFFS", 0)
    study = gt.analyse_stability(community, [all_to_the_first])
    for contract in ("month", "day", "step"):
        verdict = study["all_to_the_first"].verdicts[f"core_{contract}"]
        assert verdict.holds is None
        assert verdict.certificate["kind"] == "none"
        assert "too many payoffs to state" in verdict.certificate["why"]
    assert refuted(study) == []


def test_a_callers_rule_is_settled_by_period():
    community = make_community(np.tile([[1.0], [-1.0], [1.0]], 3))
    study = gt.analyse_stability(community, [all_to_the_first], contract="step")
    result = study["all_to_the_first"]
    assert result.contract == "step"
    (step,) = [entry for entry in result.contracts if entry.contract == "step"]
    one = study.game.during(step.steps)
    assert step.periods == step.blocked == 3
    assert step.payoffs.tolist() == all_to_the_first(one)
    assert result.blocking.game.grand_value == one.grand_value == 8
    assert result.largest_excess == step.largest_excess == 8
    assert refuted(study) == []


def test_two_rules_of_one_name_are_refused():
    community = make_community([[1, -1], [-1, 1]])
    with pytest.raises(gt.InvalidInputError, match=r"must have different names\. Got '<lambda>' twice"):
        gt.analyse_stability(community, [lambda game: [1, 1], lambda game: [2, 2]])
    with pytest.raises(gt.InvalidInputError, match="'equal_split' twice"):
        gt.analyse_stability(community, ["equal_split", "equal_split"])


def test_a_rule_that_borrows_a_registered_name_is_marked():
    def equal_split(game):
        return all_to_the_first(game)

    study = gt.analyse_stability(make_community([[1, -1], [-1, 1]]), [equal_split, "equal_split"])
    assert {result.rule for result in study} == {"equal_split", "equal_split (own function)"}
    gains = study.game.grand_value
    assert study["equal_split"].allocation.payoffs.tolist() == [gains / 2, gains / 2]
    assert study["equal_split (own function)"].allocation.payoffs.tolist() == [gains, 0]
    assert refuted(study) == []


def test_a_registered_function_goes_by_its_own_name():
    registered = gt.rules.get("equal_split").function
    study = gt.analyse_stability(make_community([[1, -1], [-1, 1]]), [registered])
    assert [result.rule for result in study] == ["equal_split"]
    assert refuted(study) == []


def test_no_rules_at_all():
    study = gt.analyse_stability(make_community([[1, -1], [-1, 1]]), [])
    assert len(study) == 0
    assert str(study)
    assert len(study.to_frame()) == 0
    assert len(study.contracts_frame()) == 0
    assert refuted(study) == []
    with pytest.raises(gt.InvalidInputError, match="figure 'gains' does not apply"):
        study.plot("gains")


def test_tables_with_single_values_count_who_is_worse_off_than_alone():
    def thirds(game):
        return np.full(3, game.grand_value / 3)

    game = gt.TableGame("ABC", [0, 5, 0, 6, 0, 6, 1, 9.0])
    study = gt.analyse_stability(game, [thirds])
    result = study["thirds"]
    assert result.worse_off == ("A",)
    assert result.smallest_gain == -2
    assert result.row()["worse_off"] == 1
    assert not result.verdicts["individual_rationality"]
    assert refuted(study) == []


def test_sorted_from_the_most_stable():
    study = gt.analyse_stability(make_community(np.random.default_rng(2).normal(size=(4, 6)), 0.3, 0.08), contracts=[])
    excesses = np.array([r.largest_excess for r in study])
    assert (np.diff(excesses) >= -1000 * study.game.tolerance).all(), "rules that differ by rounding go by name"
    assert excesses[-1] > excesses[0] + 1000 * study.game.tolerance


def test_tables_and_displays():
    study = gt.analyse_stability(one_step([1, 1, -1, 2, -1.5]), FEW)
    frame, compared = study.to_frame(), study.compare(["equal_split", "bill_sharing"])
    assert list(frame.index) == [r.rule for r in study]
    assert list(compared.index) == ["equal_split", "bill_sharing"]
    assert study.compare().shape[0] == 4
    contracts = study.contracts_frame()
    assert set(contracts.contract) >= {"month", "day", "step"}
    assert set(contracts.status) <= {"core", "blocked", "not proved"}
    text = str(study)
    assert text == repr(study)
    assert "5 players" in text
    assert "[1] Ex post" in text
    assert "<ol>" in study._repr_html_()
    result = study["equal_split"]
    assert sum(result.member_gains().values()) == pytest.approx(result.largest_excess)
    assert result.excess_per_member == pytest.approx(result.largest_excess / len(result.blocking.coalition))
    with pytest.raises(gt.UnknownNameError, match="Did you mean 'equal_split'"):
        study["equal_splt"]
    with pytest.raises(gt.UnknownNameError, match="player"):
        result.alternative("Z")
    assert len(list(study)) == len(study) == 4


def test_figures_of_a_study_are_drawn_by_name():
    study = gt.analyse_stability(one_step([1, 1, -1, 2, -1.5]), ["equal_split", "bill_sharing"], contracts=[])
    for name in ("gains", "excess_by_size", "prices", "exit_cost", "who_leaves"):
        assert len(study.plot(name).data) > 0
    assert study.plot().to_dict() == study.plot("gains").to_dict()
    with pytest.raises(gt.UnknownNameError, match="Did you mean 'gains'"):
        study.plot("gain")
    table = gt.analyse_stability(gt.TableGame.from_values({("s", "b"): 6.0}), ["equal_split"])
    with pytest.raises(gt.InvalidInputError, match="figure 'prices' does not apply"):
        table.plot("prices")


def test_data_too_large_for_a_report_are_named(monkeypatch):
    """Bundled data go by recipe, small data are embedded, large data go by recipe or not at all."""
    community = make_community([[1, -1], [-1, 1]])
    assert data_section(gt.SharingGame(community))["source"] == "embedded"
    assert data_section(gt.SharingGame(gt.communities.fontana()))["source"] == "bundled"
    monkeypatch.setattr(analysis_document, "EMBEDDED_NUMBERS", 3)
    assert data_section(gt.SharingGame(community))["source"] == "not included"
    street = gt.communities.street(3, 1, rng=0)
    section = data_section(gt.SharingGame(street))
    assert section["source"] == street.source.kind != "arrays"
    assert section["recipe"] == dict(street.source.recipe)
    for game in (gt.SharingGame(community), gt.SharingGame(street)):
        section = data_section(game)
        assert section["sha256"] == game.community.fingerprint
        assert "demand" not in section


def test_the_alternative_of_a_home_that_was_not_looked_up_is_searched():
    rng = np.random.default_rng(8)
    community = make_community(rng.normal(0.3, 1, size=(52, 6)), 0.3, 0.08)
    result = gt.analyse_stability(community, ["equal_split"], contracts=[])["equal_split"]
    assert dict(result.alternatives) == {}
    names, excess = result.alternative(community.names[51])
    assert community.names[51] in names
    assert excess <= result.blocking.upper_bound + result.blocking.tolerance


def test_share_of_the_bill_of_net_sellers_and_tables_is_not_a_number():
    net_seller = gt.analyse_stability(one_step([5, 5, -1]), ["equal_split"])["equal_split"]
    assert net_seller.blocking.members.any()
    table = gt.analyse_stability(gt.TableGame.from_values({("s", "b"): 6.0}), ["equal_split"])["equal_split"]
    assert np.isnan(table.excess_share_of_bill)
    assert np.isnan(table.price_shortfall)
    assert table.price_position is None


def test_bad_requests():
    community = make_community([[1, -1], [-1, 1]])
    with pytest.raises(gt.UnknownNameError, match="Did you mean 'mid_market_rate'"):
        gt.analyse_stability(community, ["mid_market_rat"])
    with pytest.raises(gt.UnknownNameError, match="Did you mean 'month'"):
        gt.analyse_stability(community, contract="mont")
    with pytest.raises(gt.UnknownNameError, match="contract must be one of"):
        gt.analyse_stability(community, contracts=["year"])
    with pytest.raises(gt.UnknownNameError, match="engine"):
        gt.analyse_stability(community, FEW, engine="tre")
    with pytest.raises(gt.UnknownNameError, match="option of"):
        gt.analyse_stability(community, ["proportional:two=demand"])
    with pytest.raises(gt.InvalidInputError, match="needs at least 2 players"):
        gt.analyse_stability(make_community([[1, -1]]))
    table = gt.TableGame.from_values({("s", "b"): 6.0})
    with pytest.raises(gt.InvalidInputError, match="must be 'whole' for a TableGame"):
        gt.analyse_stability(table, contract="day")
    with pytest.raises(gt.InvalidInputError, match="needs a SharingGame"):
        gt.analyse_stability(table, ["mid_market_rate"])


def test_progress_sees_every_rule():
    seen = []

    def progress(items, label):
        items = list(items)
        seen.append((label, len(items)))
        return items

    gt.analyse_stability(make_community([[1, -1], [-1, 1]]), FEW, progress=progress)
    assert seen == [("rules", 4), ("stability", 4)]


def test_same_study_twice():
    community = make_community(np.random.default_rng(3).normal(size=(4, 6)), 0.3, 0.08)
    first, second = (json.dumps(gt.analyse_stability(community).to_dict()) for _ in range(2))
    assert first == second


def test_engines_agree():
    community = make_community(np.random.default_rng(4).normal(size=(5, 8)), 0.3, 0.08)
    game = gt.SharingGame(community)
    by_engine = {
        engine: gt.analyse_stability(community, FEW, engine=engine, contracts=[])
        for engine in ("auto", "tree", "milp", "table")
    }
    for rule in FEW:
        found = [study[rule].largest_excess for study in by_engine.values()]
        assert np.ptp(found) <= 3 * game.tolerance
    for study in by_engine.values():
        assert refuted(study) == []
