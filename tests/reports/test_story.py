"""Sentences and tables: signs, units, totals, and what is left out where it does not apply."""

from __future__ import annotations

import dataclasses
import math
from types import SimpleNamespace

import numpy as np
import pytest

import gametrade as gt
from gametrade.reports.story.answer import nothing_to_share, three_sentences
from gametrade.reports.story.appendix import claims_table, input_check_table, left_out
from gametrade.reports.story.details import homes_table, hours_sentence, rule_stories, shortest_window
from gametrade.reports.story.numbers import Writer, fixed, percent
from gametrade.reports.story.overview import assumptions_table, contracts_table, rules_table
from gametrade.reports.story.stepwise import StepExcess, shared_by, step_excess
from gametrade.reports.story.table import Column, Table
from gametrade.reports.story.words import (
    chosen,
    headline,
    listed,
    plural,
    rule_label,
    rule_summary,
    status_kind,
    status_words,
)


def tables(study: gt.StabilityStudy) -> list[Table]:
    found = [assumptions_table(study), rules_table(study), contracts_table(study), input_check_table(study)]
    found += [story.homes for story in rule_stories(study)] + [claims_table(study)]
    return [table for table in found if table is not None]


def everything(study: gt.StabilityStudy) -> str:
    parts = three_sentences(study)
    for story in rule_stories(study):
        parts += [story.label, story.status, *story.sentences, *story.notes]
    for table in tables(study):
        last = 6 if table.caption.startswith("Every claim") else None
        parts += [table.caption, table.note, *(cell for row in table.rows for cell in row[:last])]
    return "\n".join(parts)


def test_every_row_fills_every_column(study: gt.StabilityStudy) -> None:
    for table in tables(study):
        assert all(len(row) == len(table.columns) for row in table.rows), table.caption
        assert not table.marks or len(table.marks) == len(table.rows)
        assert sum(width for _, width in table.groups) in (0, len(table.columns))


def test_no_bad_number_is_ever_written(study: gt.StabilityStudy) -> None:
    text = everything(study)
    for bad in ("-0.0", "\N{MINUS SIGN}0.00 ", "nan", "inf ", "None", "e-1"):
        assert bad not in text.replace("finance", "").replace(str(study.game.tolerance), ""), bad


def test_the_answer_has_three_sentences_with_sizes(community: gt.StabilityStudy) -> None:
    first, second, third = three_sentences(community)
    assert "competitive price" in first
    assert f"{community.game.grand_value:,.2f}\N{NO-BREAK SPACE}USD" in first
    result = community["mid_market_rate"]
    assert "is blocked" in second
    assert f"{result.largest_excess:.2f}\N{NO-BREAK SPACE}USD" in second
    assert f"({len(result.blocking.coalition)} of 5)" in second
    assert f"{result.exit_cost.upper_bound:.2f}" in third
    assert "needs none of these" in third


def test_the_answer_of_a_month_says_which(monthly: gt.StabilityStudy) -> None:
    text = " ".join(three_sentences(monthly))
    assert "for any single month" in text
    assert "in the month of 2017-0" in text
    assert "of the bill of that month" in text


def test_the_answer_of_a_table_game_speaks_of_players(table: gt.StabilityStudy) -> None:
    text = " ".join(three_sentences(table))
    assert "home" not in text
    assert "bill" not in text


def test_one_rule_alone() -> None:
    game = gt.TableGame.from_values({("a", "c"): 6.0, ("b", "c"): 6.0, ("a", "b", "c"): 6.0})
    assert (
        "Only one rule was examined, equal split, and it is blocked"
        in three_sentences(gt.analyse_stability(game, "equal_split"))[0]
    )
    stable = three_sentences(gt.analyse_stability(game, "marginal_contribution"))
    assert "proved stable" in stable[0]
    assert stable[2] == "It needs no exit cost and no subsidy to hold the community together."


def test_no_rule_at_all(table: gt.StabilityStudy) -> None:
    empty = dataclasses.replace(table, results=(), skipped={"shapley": "too many players."})
    assert three_sentences(empty) == ["No rule was examined: too many players."]
    assert left_out(empty) == ["Shapley value: too many players."]


@pytest.mark.parametrize(
    ("demand", "generation", "prices", "reason"),
    [
        ([[1, 1], [1, 1]], [[0, 0], [0, 0]], (0.3, 0.1), "no seller"),
        ([[0, 0], [0, 0]], [[1, 0], [0, 0]], (0.3, 0.1), "no buyer"),
        ([[1, 0], [0, 0]], [[1, 0], [0, 0]], (0.3, 0.1), "a surplus or a deficit"),
        ([[0, 0], [1, 0]], [[1, 0], [0, 0]], (0.1, 0.1), "import price"),
        ([[0, 0], [0, 1]], [[1, 0], [0, 0]], (0.3, 0.1), "in no settlement step"),
    ],
)
def test_why_there_is_nothing_to_share(
    demand: list[list[int]], generation: list[list[int]], prices: tuple[float, float], reason: str
) -> None:
    times = ["2023-06-01T12:00", "2023-06-01T13:00"]
    homes = gt.Community(["A", "B"], demand, generation, times, 1.0, gt.Tariff(*prices))
    study = gt.analyse_stability(homes, ["equal_split"])
    assert reason in three_sentences(study)[0]


def test_a_game_without_gains() -> None:
    study = gt.analyse_stability(gt.TableGame(("A", "B"), np.zeros(4)), ["equal_split"])
    assert "all players together gain nothing" in nothing_to_share(study)


def test_step_excess_adds_up_to_the_excess(study: gt.StabilityStudy) -> None:
    for result in study:
        steps = step_excess(result)
        if steps is None:
            assert isinstance(study.game, gt.TableGame)
            continue
        assert math.isclose(steps.total, result.largest_excess, abs_tol=1e-9 * max(1.0, study.game.grand_value))
        assert math.isclose(float(steps.by_hour().sum()), steps.total, abs_tol=1e-9)
        assert math.isclose(sum(steps.by_state()), steps.total, abs_tol=1e-9)


def test_energy_shared_by_the_coalition_is_part_of_all(community: gt.StabilityStudy) -> None:
    for result in community:
        alone, together, money = shared_by(result)
        assert 0 <= alone <= together
        assert math.isclose(money, community.game.value(result.blocking.coalition))


def test_gains_in_the_table_of_homes_add_up(community: gt.StabilityStudy) -> None:
    for result in community:
        rows = homes_table(community, result).rows
        total = sum(float(row[1].replace("\N{MINUS SIGN}", "-").replace(",", "")) for row in rows)
        assert abs(total - result.allocation.payoffs.sum()) < 0.005 * len(rows) + 1e-9


def test_large_communities_list_the_smallest_gains(large: gt.StabilityStudy) -> None:
    table = homes_table(large, large["bill_sharing"])
    assert len(table.rows) == 20
    assert "20 homes with the smallest gains" in table.caption
    assert any("are worse off" in text or "are, by up to" in text for text in rule_stories(large)[-1].sentences)


def test_standard_errors_have_a_column() -> None:
    street = gt.communities.street(26, 2, rng=np.random.default_rng(0))
    study = gt.analyse_stability(street, ["shapley"], contracts=["whole"])
    assert "standard error" in [column.name for column in homes_table(study, study["shapley"]).columns]


def test_columns_of_a_table_game(table: gt.StabilityStudy) -> None:
    heads = [column.head for column in rules_table(table).columns]
    assert "smallest gain: player" in heads
    assert not [head for head in heads if "of bill" in head]
    assert contracts_table(table) is None
    assert input_check_table(table) is None


def test_status_is_told_by_word_and_shape(community: gt.StabilityStudy) -> None:
    words = {result.rule: status_words(result) for result in community}
    assert words["competitive_price"] == "\N{BLACK CIRCLE} core, proved"
    assert words["mid_market_rate"] == "\N{BLACK UP-POINTING TRIANGLE} blocked, proved"


def result_like(status: str, excess: float, *, proved: bool) -> SimpleNamespace:
    game = SimpleNamespace(tolerance=1e-6)
    return SimpleNamespace(
        rule="mid_market_rate",
        status=status,
        contract="whole",
        contracts=(),
        largest_excess=excess,
        blocking=SimpleNamespace(
            game=game, proved=proved, blocks=None, upper_bound=1.0, coalition=("a",), excess=excess
        ),
        allocation=SimpleNamespace(imbalance=-2.0, sell_price=None),
        exit_cost=SimpleNamespace(lower_bound=0.1, upper_bound=math.inf),
        subsidy=SimpleNamespace(upper_bound=1.0),
    )


def test_other_kinds_of_status() -> None:
    assert status_kind(result_like("blocked", 0.0, proved=True)) == "unbalanced"
    assert status_words(result_like("not proved", 0.0, proved=False)).endswith("not proved")
    assert status_words(result_like("blocked", 1.0, proved=False)).endswith("blocked, size bracketed")


@pytest.mark.parametrize(("status", "words"), [("blocked", "miss the gains"), ("not proved", "is not decided")])
def test_sentences_for_the_rarer_kinds(table: gt.StabilityStudy, status: str, words: str) -> None:
    study = dataclasses.replace(table, results=(result_like(status, 0.0, proved=False),))
    sentences = three_sentences(study)
    assert words in sentences[1]
    assert "To be sure that nobody leaves" in sentences[2]


def test_headline_prefers_the_mid_market_rate_then_prices(
    community: gt.StabilityStudy, table: gt.StabilityStudy
) -> None:
    assert headline(community.results).rule == "mid_market_rate"
    rest = [result for result in community if result.rule != "mid_market_rate"]
    assert headline(rest).rule == "bill_sharing"
    assert headline([community["competitive_price"]]).rule == "competitive_price"
    assert headline(table.results) is table.results[0]


def test_chosen_rules_keep_the_order_of_the_study(community: gt.StabilityStudy) -> None:
    names = [result.rule for result in chosen(community.results, 3)]
    assert set(names) == {"mid_market_rate", "competitive_price", "bill_sharing"}
    assert names == [result.rule for result in community if result.rule in names]
    assert [result.rule for result in chosen([community["stand_alone"]], 3)] == ["stand_alone"]


def test_hours_of_a_single_step() -> None:
    times = np.array(["2023-06-01T12:00"], dtype="datetime64[s]")
    text = hours_sentence(StepExcess(times, np.array([2.0]), True, np.array([1.0])), Writer("EUR"))
    assert "in a single hour" in text


def test_shortest_window_goes_around_midnight() -> None:
    by_hour = np.zeros(24)
    by_hour[[23, 0]] = 1.0
    assert shortest_window(by_hour, 2.0) == (23, 2)
    assert shortest_window(by_hour - 1.0, 5.0) == (0, 24)


def test_numbers_of_tiny_communities_keep_their_digits() -> None:
    study = gt.analyse_stability(gt.TableGame.from_values({("a", "b"): 0.004}), ["equal_split"])
    assert Writer.of(study).number(0.002) == "0.00200"


def test_writing_numbers() -> None:
    write = Writer("EUR", 2, 1e-9)
    assert write.number(-0.001) == ">\N{MINUS SIGN}0.01"
    assert write.number(math.inf) == "\N{EN DASH}"
    assert write.bracket(1.0, 1.001) == "1.00"
    assert write.bracket(1.0, 1.5) == "1.00 to 1.50"
    assert fixed(1234567.0, 0) == "1,234,567"
    assert percent(-0.5, 0) == "\N{MINUS SIGN}50"


def test_words() -> None:
    assert listed(["a"]) == "a"
    assert listed([]) == ""
    assert listed(["a", "b", "c"], 2) == "a, b and c"
    assert plural(1, "home") == "1 home"
    assert plural(2, "copy", "copies") == "2 copies"
    assert rule_label("proportional:to=shared_energy") == "proportional (to: shared energy)"
    assert rule_summary("my own rule") == ""
    assert Column("amount", "EUR", "gain").head == "gain: amount [EUR]"


def test_a_rule_without_contracts_leaves_its_cells_empty(community: gt.StabilityStudy) -> None:
    bare = dataclasses.replace(community["equal_split"], contracts=())
    study = dataclasses.replace(community, results=(community["mid_market_rate"], bare))
    table = contracts_table(study)
    assert table is not None
    assert table.rows[1][3] == "\N{EN DASH}"


def test_no_rule_in_the_core(community: gt.StabilityStudy) -> None:
    study = dataclasses.replace(community, results=(community["mid_market_rate"], community["equal_split"]))
    first, _, third = three_sentences(study)
    assert first.startswith("No rule of the 2 is proved to leave nobody a gain from leaving: 2 are blocked.")
    assert third.endswith("would hold the community together.")


def test_a_stable_headline_compares_with_the_worst_rule(community: gt.StabilityStudy) -> None:
    study = dataclasses.replace(community, results=(community["competitive_price"], community["stand_alone"]))
    assert three_sentences(study)[2] == "It needs no exit cost and no subsidy to hold the community together."
