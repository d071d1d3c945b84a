"""Words follow from numbers: statements, notes, refusals and the tables that are read."""

from __future__ import annotations

import copy
import itertools
from functools import cache

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.claims import rule_verdicts
from gametrade.analysis.statements import WORDS, Facts, write_statement
from gametrade.analysis.verification import verify_document
from tests.analysis.leaves import report
from tests.strategies import make_community

NET = np.random.default_rng(7).integers(-3, 4, size=(4, 48)).astype(float)
RULES = ["mid_market_rate", "equal_split", "competitive_price"]


@cache
def study(contract="whole"):
    return gt.analyse_stability(make_community(NET, 0.3, 0.08), RULES, contract=contract, contracts=["day"])


def refusals(document):
    return {o.id: o.detail for o in verify_document(document) if o.outcome == "refuted"}


@pytest.mark.parametrize("contract", ["whole", "day"])
def test_no_statement_can_be_edited(contract):
    original = report(study(contract))
    assert refusals(original) == {}
    for k, claim in enumerate(original["claims"]):
        for words in (claim["statement"] + " at all", claim["statement"].replace("no ", "some ") + ".", "true"):
            changed = copy.deepcopy(original)
            changed["claims"][k]["statement"] = words
            assert "the statement must be" in refusals(changed)[claim["id"]]


@pytest.mark.parametrize("contract", ["whole", "day"])
def test_no_note_can_be_edited_added_or_dropped(contract):
    original = report(study(contract))
    for k, note in enumerate(original["notes"]):
        for notes in (
            [*original["notes"][:k], note + " Really.", *original["notes"][k + 1 :]],
            original["notes"][:k] + original["notes"][k + 1 :],
            [*original["notes"], note],
        ):
            assert set(refusals({**original, "notes": notes})) == {"notes"}
    changed = copy.deepcopy(original)
    changed["answers"][0]["notes"] = ["the best rule of all"]
    assert "notes" in refusals(changed)


def test_bundled_data_cannot_be_described_otherwise():
    week = gt.communities.fontana("flat").select(["home02", "home03"], start="2017-06-01", end="2017-06-03")
    original = report(gt.analyse_stability(week, ["equal_split"], contracts=[]))
    assert refusals(original) == {}
    for field, value in {"label": "a street in Bern", "notes": ["public domain"]}.items():
        assert "notes" in refusals({**original, "data": {**original["data"], field: value}})


def test_a_rule_of_ours_cannot_be_said_to_be_left_out():
    original = report(study())
    reason = {"bill_sharing": "needs more homes"}
    assert "though it can be applied" in refusals({**original, "skipped": reason})["notes"]
    many = gt.analyse_stability(
        make_community(np.random.default_rng(0).normal(size=(26, 3))),
        ["equal_split", "shapley:exact=True"],
        contracts=[],
    )
    if many.skipped:
        document = report(many)
        assert refusals(document) == {}
        (rule,) = document["skipped"]
        assert "notes" in refusals({**document, "skipped": {rule: "it is unfair"}})


def test_every_property_has_words_and_no_claim_uses_others():
    for result in study():
        again = rule_verdicts(result)
        assert {claim.statement for claim in again.values()} == {v.statement for v in result.verdicts.values()}
        names = {name if not name.startswith("core_") else "core_of_periods" for name in again}
        assert names == set(WORDS) - {"balanced", "least_core_excess", "cost_of_stability"}
    facts = Facts("r", "EUR", 1e-9, 3, {"count": 2}, "day", "2023-06-01")
    assert write_statement("n_blocking", facts).startswith("in the day of 2023-06-01: 2 of 6 proper coalitions")


@pytest.mark.parametrize(
    ("holds", "start"),
    [(True, "True: a"), (False, "False, because of {a, b}: it is not so that"), (None, "Not proved")],
)
def test_a_verdict_says_whether_its_statement_is_true(holds, start):
    verdict = gt.Verdict("mine", "core", "a claim", holds, -1.5, "EUR", ("a", "b"), {"kind": "none"})
    assert verdict.sentence.startswith(start)
    assert verdict.sentence.endswith("a claim.")


@pytest.mark.parametrize("section", ["claims", "answers", "summary", "contracts"])
def test_a_missing_field_is_named_in_a_sentence(section):
    original = report(study())
    for field in original[section][0]:
        changed = copy.deepcopy(original)
        del changed[section][0][field]
        details = refusals(changed)
        assert any("lacks the field" in detail and repr(field) in detail for detail in details.values()), field
        assert not any("KeyError" in detail or "np.float64" in detail for detail in details.values())


def test_refusals_are_sentences_without_the_names_of_exceptions():
    original = report(study())
    values = itertools.cycle((None, "x", [[1]], {}))
    for k, claim in enumerate(original["claims"]):
        for field in claim["certificate"]:
            changed = copy.deepcopy(original)
            changed["claims"][k]["certificate"][field] = next(values)
            for detail in refusals(changed).values():
                assert not any(word in detail for word in ("Error(", "np.float", "np.int"))


def test_the_supporting_path_is_checked():
    original = report(study())
    for k, answer in enumerate(original["answers"]):
        path = answer["supporting_path"]
        for field, value in {
            "shortfall": path["shortfall"] + 0.1,
            "supports": not path["supports"],
            "period": "2023-06",
            "contract": "month",
            "steps": path["steps"] + 1,
        }.items():
            changed = copy.deepcopy(original)
            changed["answers"][k]["supporting_path"][field] = value
            assert "tables" in refusals(changed), field
        changed["answers"][k]["supporting_path"] = None
        assert "tables" in refusals(changed)


@pytest.mark.parametrize("contract", ["whole", "day"])
def test_supporting_prices_are_what_the_report_says(contract):
    for result in study(contract):
        game, prices = result.blocking.game, result.supporting_prices()
        assert prices.shape == (game.community.n_steps,)
        traded = game.trade_steps
        assert np.isnan(np.delete(prices, traded)).all()
        tariff = game.community.tariff
        positions = (prices - tariff.export_price)[traded] / tariff.spread()[traded]
        gap = np.maximum(0, game.price_values(positions) - result.blocking.payoffs).sum()
        assert gap == pytest.approx(result.price_shortfall, abs=1e-9)
        assert result.largest_excess <= gap + 1e-9
        assert result.supported == (gap <= result.blocking.tolerance)
    assert study()["competitive_price"].supported
    assert not study()["mid_market_rate"].supported


def test_tables_have_no_supporting_prices():
    result = gt.analyse_stability(gt.TableGame.from_values({("s", "b"): 6.0}), ["equal_split"])["equal_split"]
    assert result.supported is None
    assert np.isnan(result.focus_bill)
    with pytest.raises(gt.InvalidInputError, match="need a SharingGame"):
        result.supporting_prices()


def test_tables_searched_without_prices_have_a_supporting_path_all_the_same():
    by_table = gt.analyse_stability(make_community(NET, 0.3, 0.08), RULES, contracts=[], engine="table")
    assert all(result.supported is not None for result in by_table)
    assert refusals(report(by_table)) == {}


def test_the_focus_of_a_shorter_contract_has_its_own_gains_and_bill():
    whole, day = study()["mid_market_rate"], study("day")["mid_market_rate"]
    assert whole.focus is None
    assert whole.focus_period == ""
    assert whole.focus_gains == study().game.grand_value
    assert day.focus_period == day.focus.period == "2023-06-02" or day.focus_period == "2023-06-01"
    other = [steps for label, steps in zip(*days(study("day").game), strict=True) if label == day.focus_period]
    part = study("day").game.during(other[0])
    assert day.focus_gains == part.grand_value < whole.focus_gains
    assert day.focus_bill == pytest.approx(part.community.stand_alone_bills().sum())
    assert sum(day.focus_payoffs.values()) == pytest.approx(day.focus_gains)


def days(game):
    from gametrade.analysis.contracts import Periods

    periods = Periods.of(game, "day")
    return periods.labels, periods.steps


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({"contracts": "mnth"}, gt.UnknownNameError, r"Got 'mnth'\. Did you mean 'month'"),
        ({"contracts": 5}, gt.InvalidInputError, "contracts of analyse_stability must be names"),
        ({"contracts": [5]}, gt.InvalidInputError, "contract of analyse_stability must be one of"),
        ({"contract": None}, gt.InvalidInputError, "contract of analyse_stability must be one of"),
        ({"rules": 5}, gt.InvalidInputError, "rules of analyse_stability must be names of rules"),
        ({"rules": [None]}, gt.InvalidInputError, "Got NoneType None"),
    ],
)
def test_questions_of_the_wrong_type(asked, error, words):
    with pytest.raises(error, match=words):
        gt.analyse_stability(make_community([[1, -1], [-1, 1]]), **asked)


@pytest.mark.parametrize("game", ["load.csv", 5, None, [[1, 2]]])
def test_what_is_no_game_is_refused(game):
    with pytest.raises(gt.InvalidInputError, match="must be a CoalitionalGame or a Community"):
        gt.analyse_stability(game)


def test_one_contract_length_may_be_named_alone():
    found = gt.analyse_stability(make_community([[1, -1], [-1, 1]]), ["equal_split"], contracts="day")
    assert [entry.contract for entry in found["equal_split"].contracts] == ["day"]


def test_tables_to_read_are_narrow_and_the_full_ones_are_there():
    compared = study().compare()
    assert max(map(len, str(compared).splitlines())) <= 80
    assert list(compared.columns) == ["status", "smallest gain [EUR]", "largest excess [EUR]"]
    assert list(compared.index) == [result.rule for result in study()]
    assert list(study().compare(["equal_split"]).index) == ["equal_split"]
    everything = study().to_frame("all")
    assert list(everything.columns) == [name for name in study().results[0].row() if name != "rule"]
    assert study().compare(columns="all").shape == everything.shape
    assert list(study().to_frame(["gini", "jain"]).columns) == ["gini", "jain"]
    with pytest.raises(gt.UnknownNameError, match="Did you mean 'largest_excess'"):
        study().to_frame(["largest_exces"])


def test_a_page_is_verified_inside_and_the_visible_part_is_said_not_to_be(tmp_path):
    from click.testing import CliRunner

    from gametrade.cli import main

    for name, said in (("report.html", True), ("report.json", False)):
        path = tmp_path / name
        getattr(study(), "to_html" if said else "to_json")(path)
        result = CliRunner().invoke(main, ["verify", str(path)])
        assert result.exit_code == 0
        assert ("what the page shows was not compared" in result.output) is said
