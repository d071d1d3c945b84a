"""Sentences and tables: signs, units, totals, and what is left out where it does not apply."""

from __future__ import annotations

import dataclasses
import math
import re
from types import SimpleNamespace

import numpy as np
import pytest

import gametrade as gt
from gametrade.reports.story.answer import nothing_to_share, three_sentences
from gametrade.reports.story.appendix import claim_words, claims_table, input_check_table, left_out
from gametrade.reports.story.contract_lengths import contracts_table
from gametrade.reports.story.details import homes_table, hours_sentence, rule_stories, shortest_window
from gametrade.reports.story.numbers import Writer, fixed, percent
from gametrade.reports.story.overview import assumptions_table, rules_table, tariff_words
from gametrade.reports.story.stepwise import StepExcess, shared_by, step_excess
from gametrade.reports.story.supporting import supporting_prices, supporting_table
from gametrade.reports.story.table import Column, Table
from gametrade.reports.story.words import (
    PROPERTIES,
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
    found.append(supporting_table(study))
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
    assert "At stake over the whole period" in text
    assert "of that month's gains from trade of" in text
    assert "what they pay alone in that month" in text
    assert re.search(r"a gain of at least [0-9.]+\N{NO-BREAK SPACE}USD in any month", text)


def test_the_gains_beside_the_excess_of_a_month_are_those_of_that_month(monthly: gt.StabilityStudy) -> None:
    result = monthly["mid_market_rate"]
    second = three_sentences(monthly)[1]
    assert f"{result.blocking.game.grand_value:,.2f}\N{NO-BREAK SPACE}USD" in second
    assert f"{monthly.game.grand_value:,.2f}" not in second
    heads = [column.head for column in rules_table(monthly).columns]
    assert "largest excess, worst month: in all [USD]" in heads
    assert "smallest gain, whole period: amount [USD]" in heads
    cells = dict(zip(heads, rules_table(monthly).rows[-1], strict=True))
    assert re.fullmatch(r"2017-0\d", cells["largest excess, worst month: month"])


def test_hypothetical_stands_beside_the_tariff_and_in_the_answer(community: gt.StabilityStudy) -> None:
    homes = gt.communities.fontana("flat").select(["home01", "home04", "home17"], "2017-06-01", "2017-06-03")
    study = gt.analyse_stability(homes, ["mid_market_rate"], contracts=["whole"])
    said = "(the flat price of 0.30 / 0.08 USD/kWh is hypothetical)"
    assert said in three_sentences(study)[0]
    assert dict(assumptions_table(study).rows)["tariff"] == f"import 0.30, export 0.08 USD/kWh {said}"
    assert "hypothetical" not in three_sentences(community)[0]
    assert isinstance(community.game, gt.SharingGame)
    assert tariff_words(community.game) == "import 0.30, export 0.08, network charge 0.02 USD/kWh"


def test_a_tariff_that_varies_shows_its_range() -> None:
    homes = gt.communities.fontana().select(["home01", "home04"], "2017-06-01", "2017-06-08")
    assert tariff_words(gt.SharingGame(homes)).startswith("import 0.22 to 0.54 (3 levels), export 0.08 USD/kWh (")


def test_a_rule_without_periods_is_counted_apart() -> None:
    street = gt.communities.street(26, 2, rng=np.random.default_rng(0))
    study = gt.analyse_stability(street, ["shapley", "mid_market_rate", "competitive_price"], contract="day")
    assert not study["shapley"].contracts
    first, second, third = three_sentences(study)
    assert first.startswith("Under 1 of 2 rules nobody gains by leaving for any single day")
    assert "for the whole period only: Shapley value" in first
    assert " on the day of 2023-01-0" in second
    assert "leaves no home worse off than alone on any day" in third
    heads = [column.head for column in rules_table(study).columns]
    rows = {row[0]: dict(zip(heads, row, strict=True)) for row in rules_table(study).rows}
    assert rows["Shapley value"]["largest excess, worst day: day"] == "whole period"


def test_the_answer_says_which_rules_it_counts(community: gt.StabilityStudy) -> None:
    first = three_sentences(community)[0]
    assert f" of {len(community) - 1} rules that share anything nobody gains" in first
    assert "stand-alone, where nobody shares, is the baseline" in first
    without = dataclasses.replace(community, results=tuple(r for r in community if r.rule != "stand_alone"))
    assert "baseline" not in three_sentences(without)[0]


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
    assert any(text.startswith("Worse off than alone: ") for text in rule_stories(large)[-1].sentences)


def test_standard_errors_have_a_column() -> None:
    street = gt.communities.street(26, 2, rng=np.random.default_rng(0))
    study = gt.analyse_stability(street, ["shapley"], contracts=["whole"])
    assert "standard error" in [column.name for column in homes_table(study, study["shapley"]).columns]


def test_columns_of_a_table_game(table: gt.StabilityStudy) -> None:
    heads = [column.head for column in rules_table(table).columns]
    assert "smallest gain: player" in heads
    assert not [head for head in heads if "of bill" in head]
    assert contracts_table(table) is None
    assert supporting_table(table) is None
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
    assert headline(table.results) is table["shapley"]
    assert headline([table["equal_split"], table["nucleolus"]]) is table["equal_split"]


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
    assert [row[1] for row in table.rows] == ["whole period", "month", "day", "step", "whole period"]
    assert table.spans == [4, 0, 0, 0, 1]
    assert "no row for shorter contracts" in table.note


def number(cell: str) -> float:
    return float(cell.replace("\N{MINUS SIGN}", "-").replace(",", ""))


def test_worst_losses_are_those_of_the_home_that_fares_worst(community: gt.StabilityStudy) -> None:
    table = contracts_table(community)
    assert table is not None
    rows = [dict(zip([column.name for column in table.columns], row, strict=True)) for row in table.rows]
    entries = {(rule_label(r.rule), e.contract): e for r in community for e in r.contracts}
    losses = 0
    for row in rows:
        if row["contract"] == "whole period":
            continue
        entry = entries[row["rule"], row["contract"]]
        if row["who"] == "nobody":
            assert entry.smallest_gain >= -2 * community.game.tolerance
            assert row["worst loss of a home"] == "0.00"
            continue
        losses += 1
        assert row["who"].startswith(f"{entry.loser}, 2017-0")
        if not row["worst loss of a home"].startswith("<"):
            assert number(row["worst loss of a home"]) == pytest.approx(-entry.smallest_gain, abs=0.005)
    assert losses


def test_the_worst_loss_in_a_step_is_found_by_paying_every_step(community: gt.StabilityStudy) -> None:
    result, game = community["bill_sharing"], community.game
    assert isinstance(game, gt.SharingGame)
    sell, buy = result.allocation.sell_price, result.allocation.buy_price
    assert sell is not None
    assert buy is not None
    homes = game.community
    gains = (sell - homes.export_price) * homes.surplus + (homes.import_price - buy) * homes.deficit
    gains = (gains - homes.network_charge * 0)[:, game.trade_steps]
    entry = next(entry for entry in result.contracts if entry.contract == "step")
    assert entry.loser == game.players[int(gains.min(axis=1).argmin())]


def test_footnotes_say_how_payoffs_are_split_over_time(community: gt.StabilityStudy) -> None:
    table = contracts_table(community)
    assert table is not None
    column = [column.name for column in table.columns].index("payoffs by")
    ways = {(row[0], row[1]): row[column] for row in table.rows}
    assert ways["mid-market rate", "month"] == "prices [a]"
    assert ways["equal split", "month"] == "anew [b]"
    assert ways["equal split", "whole period"] == "once [c]"
    assert all(f"\n[{letter}]" in table.note for letter in "abc")


def test_periods_that_do_not_add_up_are_shown() -> None:
    homes = gt.communities.fontana("flat").select(["home01", "home04", "home17"], "2017-05-20", "2017-06-10")
    study = gt.analyse_stability(homes, ["bill_sharing_period", "proportional:to=demand"], contracts=["month"])
    table = contracts_table(study)
    assert table is not None
    rows = {(row[0], row[1]): row for row in table.rows}
    month = rows["bill sharing (whole period)", "month"]
    assert abs(number(month[-2])) > 0.1
    split = rows["proportional (to: demand)", "month"]
    result = study["proportional:to=demand"]
    total = sum(
        gt.allocate(gt.SharingGame(part), "proportional", to="demand").payoffs
        for part in (homes.select(start="2017-05-20", end="2017-06-01"), homes.select(start="2017-06-01"))
    )
    assert number(split[-1]) == pytest.approx(np.abs(total - result.allocation.payoffs).max(), abs=0.005)
    assert number(split[-2]) == 0


def test_supporting_prices_lie_between_the_tariff_lines(community: gt.StabilityStudy) -> None:
    for result in community:
        prices = supporting_prices(result)
        assert prices is not None
        seen = np.isfinite(prices.price)
        assert (prices.price[seen] >= prices.floor[seen] - 1e-12).all()
        assert (prices.price[seen] <= prices.ceiling[seen] + 1e-12).all()
        assert np.allclose(prices.ceiling[seen] - prices.floor[seen], 0.30 - 0.08 - 0.02)


def test_the_supporting_price_is_the_energy_weighted_mean(community: gt.StabilityStudy) -> None:
    result, game = community["competitive_price"], community.game
    prices = supporting_prices(result)
    assert prices is not None
    assert isinstance(game, gt.SharingGame)
    homes = game.community
    energy = np.minimum(homes.surplus.sum(axis=0), homes.deficit.sum(axis=0))
    times = homes.local_times()
    total = weight = 0.0
    for step, position in zip(game.trade_steps, np.asarray(result.price_position), strict=True):
        if times[step].astype(object).hour == 9 and times[step].astype(object).month == 5:
            total += energy[step] * (0.08 + position * 0.20)
            weight += energy[step]
    assert prices.price[1, 9] == pytest.approx(total / weight)


def test_the_table_of_supporting_prices_says_how_far_they_fall_short(community: gt.StabilityStudy) -> None:
    table = supporting_table(community)
    assert table is not None
    short = community["mid_market_rate"].price_shortfall
    assert f"{short:.2f}\N{NO-BREAK SPACE}USD short" in table.caption
    only = supporting_table(dataclasses.replace(community, results=(community["competitive_price"],)))
    assert only is not None
    assert "supports it" in only.caption


def test_claims_are_in_english_and_failures_unmistakable(study: gt.StabilityStudy) -> None:
    for verdict, row in zip(study.verdicts, claims_table(study).rows, strict=True):
        assert verdict.property in PROPERTIES
        assert "_" not in row[1]
        assert (verdict.holds is False) == row[2].endswith("does not hold")
        assert (verdict.holds is False) == row[-1].startswith("does not hold: \N{LEFT DOUBLE QUOTATION MARK}")
        assert (verdict.holds is None) == claim_words(verdict).startswith("not proved: ")


def test_an_undecided_bracket_never_has_equal_ends() -> None:
    for low, high in ((-0.1512, -0.1508), (0.0, 1e-9), (1234.001, 1234.002)):
        ends = Writer("EUR").ends(low, high)
        assert ends[0] != ends[1]


def test_a_game_whose_parts_gain_is_not_called_empty() -> None:
    game = gt.TableGame.from_values({("a", "b"): 6.0, ("a", "b", "c"): 0.0})
    study = gt.analyse_stability(game, ["equal_split"])
    assert not study.nothing_shared
    assert "nothing to share" not in " ".join(three_sentences(study)).lower()


def test_gains_are_over_being_alone() -> None:
    game = gt.TableGame.from_values({("a",): 5.0, ("b",): 1.0, ("a", "b"): 10.0})
    study = gt.analyse_stability(game, ["equal_split"])
    table = homes_table(study, study["equal_split"])
    assert [row[1] for row in table.rows] == ["2.00", "2.00"]
    row = dict(zip([column.head for column in rules_table(study).columns], rules_table(study).rows[0], strict=True))
    assert (row["smallest gain: player"], row["smallest gain: amount [money]"]) == ("a", "2.00")


def test_no_rule_in_the_core(community: gt.StabilityStudy) -> None:
    study = dataclasses.replace(community, results=(community["mid_market_rate"], community["equal_split"]))
    first, _, third = three_sentences(study)
    assert first.startswith("None of the 2 rules is proved to leave nobody a gain from leaving: 2 are blocked.")
    assert third.endswith("would hold the community together.")


def test_a_stable_headline_compares_with_the_worst_rule(community: gt.StabilityStudy) -> None:
    study = dataclasses.replace(community, results=(community["competitive_price"], community["stand_alone"]))
    assert three_sentences(study)[2] == "It needs no exit cost and no subsidy to hold the community together."
