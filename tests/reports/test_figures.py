"""Figures: units on axes, values that agree with the study, sizes that a browser can draw."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import gametrade as gt
from gametrade.reports.figures.all_figures import all_figures
from gametrade.reports.figures.cumulative import POINTS, cumulative
from gametrade.reports.figures.excess_by_size import excess_by_size
from gametrade.reports.figures.exit_cost import exit_cost, known_coalitions, largest_after
from gametrade.reports.figures.gains import gains
from gametrade.reports.figures.panels import step_corners
from gametrade.reports.figures.prices import prices
from gametrade.reports.figures.style import Figure, wrapped
from gametrade.reports.figures.supporting import supporting
from gametrade.reports.figures.who_leaves import ROWS, who_leaves
from gametrade.reports.story.seasons import hourly_mean
from gametrade.reports.story.supporting import supporting_prices


def titles(figure: Figure) -> str:
    layout = figure.plot.layout
    if any(trace.type == "scatter3d" for trace in figure.plot.data):
        layout = layout.scene
    return " ".join(str(layout[name].title.text) for name in layout if name.startswith(("xaxis", "yaxis")))


def test_every_figure_has_words_and_units(study: gt.StabilityStudy) -> None:
    for figure in all_figures(study):
        assert figure.title
        assert figure.caption.endswith(".")
        assert study.game.unit in titles(figure)
        assert len(figure.plot.to_json()) < 300_000


def test_which_figures(community: gt.StabilityStudy, table: gt.StabilityStudy, nothing: gt.StabilityStudy) -> None:
    assert [figure.id for figure in all_figures(community)] == [
        "gains", "excess-by-size", "prices-mid_market_rate", "prices-competitive_price", "prices-bill_sharing",
        "supporting", "cumulative", "exit-cost", "who-leaves", "core-intervals", "core-picture", "market-hour",
        "formation",
    ]  # fmt: skip
    assert [figure.id for figure in all_figures(table)] == [
        "gains", "excess-by-size", "exit-cost", "who-leaves", "core-intervals", "core-picture",
    ]  # fmt: skip
    assert all_figures(nothing) == []


def test_gains_are_the_payoffs(community: gt.StabilityStudy) -> None:
    figure = gains(community)
    drawn = sum(float(np.sum(trace.x)) for trace in figure.plot.data if trace.name != "median")
    assert np.isclose(drawn, sum(result.allocation.payoffs.sum() for result in community))


def test_gains_of_a_table_game_are_over_being_alone() -> None:
    game = gt.TableGame.from_values({("a",): 5.0, ("b",): 1.0, ("a", "b"): 10.0})
    figure = gains(gt.analyse_stability(game, ["equal_split"]))
    drawn = [float(x) for trace in figure.plot.data if trace.name != "median" for x in trace.x]
    assert sorted(drawn) == [2.0, 2.0]


def test_gains_of_many_homes_are_boxes(large: gt.StabilityStudy) -> None:
    figure = gains(large)
    assert sum(trace.type == "box" for trace in figure.plot.data) == len(large)
    assert "some homes lose" in figure.title


def test_excess_by_size_is_left_out_without_tables(large: gt.StabilityStudy) -> None:
    assert excess_by_size(large) is None


def test_excess_by_size_reaches_the_largest_excess(community: gt.StabilityStudy) -> None:
    figure = excess_by_size(community)
    assert figure is not None
    drawn = max(float(np.max(trace.y)) for trace in figure.plot.data)
    assert np.isclose(drawn, max(r.largest_excess for r in community if r.rule != "stand_alone"))


def test_excess_by_size_when_nobody_gains() -> None:
    game = gt.TableGame.from_values({("a", "b"): 6.0})
    figure = excess_by_size(gt.analyse_stability(game, ["equal_split"]))
    assert figure is not None
    assert "Nobody gains" in figure.caption


def test_prices_lie_between_the_tariff_lines(community: gt.StabilityStudy) -> None:
    figure = prices(community)[0]
    lines = {trace.name: np.asarray(trace.y, dtype=float) for trace in figure.plot.data[:5]}
    assert set(lines) == {"grid: import", "grid: export", "import less network charge", "buyers pay", "sellers earn"}
    assert (lines["sellers earn"] <= lines["grid: import"] + 1e-12).all()
    assert (lines["buyers pay"] >= lines["grid: export"] - 1e-12).all()


def test_hours_without_data_are_gaps() -> None:
    line = step_corners(hourly_mean(np.array([1.0, 2.0]), np.zeros(2), np.array([5, 5])))
    assert len(line) == 25
    assert line[5] == line[6] == 1.5
    assert np.isnan(line[7])


def test_supporting_prices_are_drawn_with_their_shortfall(community: gt.StabilityStudy) -> None:
    figure = supporting(community)
    assert figure is not None
    lines = {trace.name: np.asarray(trace.y, dtype=float) for trace in figure.plot.data[:6]}
    result = community["mid_market_rate"]
    own = supporting_prices(result)
    assert own is not None
    name = f"mid-market rate ({result.price_shortfall:.2f}\N{NO-BREAK SPACE}USD short)"
    seen = np.isfinite(own.price[1])
    assert np.allclose(lines[name][:24][seen], own.price[1][seen])
    assert "competitive price (supports it)" in lines
    assert {"import less network charge", "grid: export"} <= set(lines)
    assert "are drawn" in figure.caption


def test_supporting_prices_of_a_month_say_so(monthly: gt.StabilityStudy, table: gt.StabilityStudy) -> None:
    figure = supporting(monthly)
    assert figure is not None
    assert "month in which most is gained" in figure.caption
    assert supporting(table) is None


def test_cumulative_lines_end_at_the_largest_excess(community: gt.StabilityStudy) -> None:
    figure = cumulative(community)
    assert figure is not None
    assert "Shapley value" in figure.caption or "Equal split" in figure.caption
    ends = sorted(float(trace.y[-1]) for trace in figure.plot.data)
    known = [result.largest_excess for result in community]
    assert all(any(np.isclose(end, excess) for excess in known) for end in ends)
    assert all(len(trace.x) <= POINTS for trace in figure.plot.data)


def test_cumulative_without_a_blocked_rule(community: gt.StabilityStudy) -> None:
    stable = gt.analyse_stability(community.game, ["competitive_price"], contracts=["whole"])
    assert cumulative(stable) is None
    assert exit_cost(stable) is None
    assert who_leaves(stable) is None


def test_cumulative_of_a_month_says_so(monthly: gt.StabilityStudy) -> None:
    figure = cumulative(monthly)
    assert figure is not None
    assert "covers the month" in figure.caption
    assert "settled anew for the month alone" in figure.caption


def test_cumulative_says_how_payoffs_are_dated(community: gt.StabilityStudy) -> None:
    figure = cumulative(community)
    assert figure is not None
    assert "paid step by step at the rule's own prices" in figure.caption
    assert "settles such rules anew in every period instead" in figure.caption
    priced = gt.analyse_stability(community.game, ["mid_market_rate"], contracts=["whole"])
    alone = cumulative(priced)
    assert alone is not None
    assert "anew" not in alone.caption


def test_exit_cost_lines_reach_zero_at_the_exit_cost(community: gt.StabilityStudy) -> None:
    result = community["equal_split"]
    sizes, money = known_coalitions(result)
    cost = np.array([0.0, result.exit_cost.lower_bound * 0.999, result.exit_cost.lower_bound * 1.001])
    left = largest_after(money, sizes, cost)
    assert np.isclose(left[0], result.largest_excess)
    assert left[1] > 0
    assert np.isnan(left[2])


def test_exit_cost_without_tables_is_a_lower_bound(large: gt.StabilityStudy) -> None:
    figure = exit_cost(large)
    assert figure is not None
    assert "a lower bound" in figure.caption
    result = large["mid_market_rate"]
    sizes, money = known_coalitions(result)
    bound = result.exit_cost.upper_bound
    assert np.isnan(largest_after(money, sizes, np.array([bound * 1.001 + 1e-6]))).all()
    assert (money <= result.blocking.upper_bound + 1e-6).all()


def test_known_coalitions_of_a_stable_rule(large: gt.StabilityStudy) -> None:
    _, money = known_coalitions(large["competitive_price"])
    assert money.max() <= large.game.tolerance * 10


def test_known_coalitions_without_prices_are_those_that_were_found(community: gt.StabilityStudy) -> None:
    result = dataclasses.replace(community["mid_market_rate"], excess_by_size=None, price_position=None)
    sizes, money = known_coalitions(result)
    assert len(sizes) == len(money) == len(result.most_profitable) + 1 + (result.exit_cost.coalition is not None)
    assert money.max() == pytest.approx(result.largest_excess, abs=result.blocking.tolerance)


def test_known_coalitions_where_no_home_misses_anything(community: gt.StabilityStudy) -> None:
    stable = community["competitive_price"]
    game = stable.blocking.game
    assert isinstance(game, gt.SharingGame)
    rich = dataclasses.replace(stable.blocking, payoffs=stable.blocking.payoffs + game.grand_value)
    result = dataclasses.replace(stable, excess_by_size=None, blocking=rich)
    sizes, _ = known_coalitions(result)
    assert len(sizes) == len(result.most_profitable) + 1 + (result.exit_cost.coalition is not None)


def test_who_leaves_shows_the_members(community: gt.StabilityStudy) -> None:
    figure = who_leaves(community)
    assert figure is not None
    best = community["mid_market_rate"].most_profitable[0][0]
    grid = np.asarray(figure.plot.data[0].z)[::-1, 0]
    assert {player for player, inside in zip(community.game.players, grid, strict=True) if inside} == set(best)


def test_who_leaves_of_many_homes_shows_some(large: gt.StabilityStudy) -> None:
    figure = who_leaves(large)
    assert figure is not None
    assert len(figure.plot.data[0].y) == ROWS
    assert f"{ROWS} of 70 homes are shown" in figure.caption


def test_who_leaves_takes_the_first_blocked_rule_if_the_headline_is_stable(table: gt.StabilityStudy) -> None:
    figure = who_leaves(table)
    assert figure is not None
    assert "Shapley value" in figure.caption


@pytest.mark.parametrize(("text", "lines"), [("one", 1), ("proportional (to: generation)", 2), ("", 1)])
def test_labels_are_wrapped(text: str, lines: int) -> None:
    assert len(wrapped(text).split("<br>")) == lines


def test_prices_of_a_tariff_that_varies_say_how_to_read_them() -> None:
    homes = gt.communities.fontana().select(["home01", "home04", "home17"], "2017-06-01", "2017-06-08")
    study = gt.analyse_stability(homes, ["mid_market_rate"], contracts=["whole"])
    (figure,) = prices(study)
    assert "may lie outside them" in figure.caption


def test_table_games_have_no_prices_and_no_dates(table: gt.StabilityStudy) -> None:
    assert prices(table) == []
    assert cumulative(table) is None
