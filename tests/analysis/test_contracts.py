"""Shorter contracts: periods, payoffs by period, and the theorem that joins them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis import contracts
from gametrade.analysis.contracts import CONTRACTS, Periods, contract_stability, settles_by_period
from tests.solvers.brute_force import excesses, money_scale
from tests.strategies import make_community, sharing_games

START = np.datetime64("2023-01-30T22:00:00")
RULES = ("mid_market_rate", "bill_sharing", "equal_split", "competitive_price", "supply_demand_ratio")


def winter(net, hours=7, start=START):
    """A community whose few steps spread over days and months."""
    community = make_community(net, 0.3, 0.08)
    times = start + np.arange(community.n_steps) * np.timedelta64(hours, "h")
    return gt.Community(community.names, community.demand, community.generation, times, float(hours), community.tariff)


@st.composite
def spread_games(draw):
    """Sharing games whose steps lie hours apart, over several days and two months."""
    game = draw(sharing_games(min_homes=2, max_homes=5, max_steps=8))
    old = game.community
    times = START + np.arange(old.n_steps) * np.timedelta64(7, "h")
    return gt.SharingGame(gt.Community(old.names, old.demand, old.generation, times, 7.0, old.tariff))


def examine(game, periods, payoffs):
    """Stability over the periods of one stream of payoffs."""
    root = gt.blocking_coalition(game, payoffs.sum(axis=0))
    (entry,) = contract_stability(game, periods, [payoffs], [root])
    return entry


def slack_of(game, payoffs):
    return game.tolerance + 1e-12 * money_scale(game, payoffs)


@given(spread_games(), st.sampled_from(["month", "day", "step"]))
def test_periods_partition_the_trade_steps(game, contract):
    periods = Periods.of(game, contract)
    covered = np.concatenate([*periods.steps, np.zeros(0, dtype=int)])
    assert len(set(covered)) == len(covered)
    assert set(game.trade_steps) <= set(covered)
    assert sum(g.grand_value for g in periods.games) == pytest.approx(game.grand_value, rel=1e-12)
    assert len(periods.labels) == len(periods.steps) == len(periods.games) == len(set(periods.labels))
    length = {"month": 7, "day": 10, "step": 19}[contract]
    for label, steps, cut in zip(periods.labels, periods.steps, periods.games, strict=True):
        assert len(label) == length
        assert "T" not in label
        assert len(cut.trade_steps)
        stamps = {str(time)[:length].replace("T", " ") for time in game.community.times[steps]}
        assert stamps == {label}


def test_labels_of_periods():
    game = gt.SharingGame(winter(np.tile([[1.0], [-1.0]], 5)))
    assert Periods.of(game, "month").labels == ("2023-01", "2023-02")
    assert Periods.of(game, "day").labels == ("2023-01-30", "2023-01-31", "2023-02-01")
    assert Periods.of(game, "step").labels[:2] == ("2023-01-30 22:00:00", "2023-01-31 05:00:00")
    with pytest.raises(gt.UnknownNameError, match="Did you mean 'month'"):
        Periods.of(game, "mnoth")


def test_days_are_local_days():
    net = np.tile([[1.0], [-1.0]], 4)
    community = make_community(net, 0.3, 0.08)
    times = np.datetime64("2023-06-01T21:00:00") + np.arange(4) * np.timedelta64(3600, "s")
    local = gt.Community(
        community.names, community.demand, community.generation, times, 1.0, community.tariff, time_zone="Europe/Berlin"
    )
    periods = Periods.of(gt.SharingGame(local), "day")
    assert periods.labels == ("2023-06-01", "2023-06-02")
    assert [len(steps) for steps in periods.steps] == [1, 3]


@given(spread_games(), st.sampled_from(["month", "day", "step"]), st.sampled_from(RULES))
def test_payoffs_of_price_rules_add_up_over_periods(game, contract, rule):
    allocation = gt.allocate(game, rule)
    periods = Periods.of(game, contract)
    if not periods.games:
        return
    payoffs = periods.payoffs(allocation, rule)
    assert payoffs.shape == (len(periods.games), game.n_players)
    bills = np.abs(game.community.stand_alone_bills()).sum() + np.abs(game.community.net_load).sum()
    if allocation.sell_price is not None:
        assert np.allclose(payoffs.sum(axis=0), allocation.payoffs, atol=1e-12 * bills, rtol=1e-9)


@given(spread_games(), st.sampled_from(RULES))
def test_core_in_every_shorter_period_implies_the_core_over_the_union(game, rule):
    allocation = gt.allocate(game, rule)
    for contract in ("step", "day", "month"):
        periods = Periods.of(game, contract)
        if not periods.games:
            return
        payoffs = periods.payoffs(allocation, rule)
        total = payoffs.sum(axis=0)
        slack = slack_of(game, total)
        entry = examine(game, periods, payoffs)
        worst = max(excesses(game, total).values())
        assert worst <= len(periods.games) * max(entry.upper_bound, 0.0) + len(periods.games) * slack
        if entry.holds:
            assert worst <= len(periods.games) * slack


@given(spread_games(), st.sampled_from(["month", "day", "step"]), st.sampled_from(RULES))
def test_the_table_path_is_brute_force(game, contract, rule):
    periods = Periods.of(game, contract)
    payoffs = periods.payoffs(gt.allocate(game, rule), rule) if periods.games else np.zeros((0, game.n_players))
    entry = examine(game, periods, payoffs)
    if not periods.games:
        assert (entry.periods, entry.holds, entry.largest_excess) == (0, True, 0.0)
        return
    truth = [max(excesses(g, x).values()) for g, x in zip(periods.games, payoffs, strict=True)]
    slack = slack_of(game, payoffs)
    assert entry.exact
    assert entry.largest_excess == entry.upper_bound == pytest.approx(max(truth), abs=slack)
    assert sum(e > game.tolerance + slack for e in truth) <= entry.blocked <= sum(e > -slack for e in truth)
    assert entry.smallest_gain == payoffs.min()
    worst = periods.labels.index(entry.period)
    assert np.array_equal(entry.steps, periods.steps[worst])
    assert np.array_equal(entry.payoffs, payoffs[worst])
    members = game.members(entry.coalition)
    gain = periods.games[worst].values(members[None, :])[0] - entry.payoffs[members].sum()
    assert gain == pytest.approx(entry.largest_excess, abs=slack)
    loser = game.players.index(entry.loser)
    assert payoffs[:, loser].min() == payoffs.min()


@given(spread_games(), st.sampled_from(["month", "day", "step"]), st.sampled_from(RULES))
def test_the_search_path_brackets_the_table(game, contract, rule):
    periods = Periods.of(game, contract)
    if not periods.games:
        return
    payoffs = periods.payoffs(gt.allocate(game, rule), rule)
    table = examine(game, periods, payoffs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contracts, "TABLE_PLAYERS", 1)
        search = examine(game, periods, payoffs)
    slack = 2 * slack_of(game, payoffs)
    assert not search.exact
    assert search.largest_excess <= table.largest_excess + slack
    assert search.upper_bound >= table.largest_excess - slack
    assert search.blocked <= table.blocked or abs(table.largest_excess - game.tolerance) <= slack
    if search.holds is not None and abs(table.largest_excess - game.tolerance) > slack:
        assert search.holds == table.holds
    worst = periods.labels.index(search.period)
    members = game.members(search.coalition)
    gain = periods.games[worst].values(members[None, :])[0] - payoffs[worst][members].sum()
    assert gain == pytest.approx(search.largest_excess, abs=slack)


def test_which_rules_are_settled_by_period():
    game = gt.SharingGame(winter(np.array([[1.0, 2], [-1, -1]])))
    assert settles_by_period(gt.allocate(game, "mid_market_rate"))
    assert not settles_by_period(gt.Allocation(game, "shapley", [1, 1], standard_errors=[0.1, 0.1]))
    assert CONTRACTS == ("whole", "month", "day", "step")
