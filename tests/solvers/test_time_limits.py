"""Without time every search still answers with a bracket that holds; a time limit that is none is refused."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.solvers.core_intervals import core_intervals
from gametrade.solvers.fee_limits import fee_limits
from gametrade.solvers.nearest_core_allocation import nearest_core_allocation
from gametrade.solvers.nucleolus_by_rows import nucleolus_by_rows
from gametrade.solvers.row_generation import least_core_by_rows
from tests.dispatch_games import make_dispatch
from tests.network.feeders import network_games
from tests.strategies import make_community, sharing_games, table_games

checked = settings(max_examples=30, deadline=None, derandomize=True)
GAMES = st.one_of(table_games(min_players=2, max_players=4), sharing_games(min_homes=2, max_homes=5))
TIMES = (0, 1e-12)


def street(n_homes=9, steps=24):
    net = np.random.default_rng(3).normal(size=(n_homes, steps))
    return gt.SharingGame(make_community(net))


class TestBrackets:
    @checked
    @given(GAMES, st.sampled_from(TIMES))
    def test_intervals_without_time_contain_the_ends(self, game, seconds):
        hurried, full = core_intervals(game, seconds=seconds), core_intervals(game)
        slack = 1e-7 * max(1e-300, np.abs(game.table()).max())
        assert (hurried.low_bound <= full.low + slack).all()
        assert (hurried.high_bound >= full.high - slack).all()
        assert (hurried.low >= full.low - slack).all()
        assert (hurried.high <= full.high + slack).all()
        for x in (*hurried.lowest, *hurried.highest):
            assert gt.blocking_coalition(game, x).excess <= full.epsilon + slack

    @checked
    @given(GAMES, st.sampled_from(("l1", "l2", "linf", "fee")), st.sampled_from(TIMES))
    def test_a_projection_without_time_is_in_the_core_and_its_bound_holds(self, game, norm, seconds):
        start = np.zeros(game.n_players)
        start[0] = game.grand_value
        hurried = nearest_core_allocation(game, start, norm=norm, seconds=seconds)
        full = nearest_core_allocation(game, start, norm=norm)
        slack = 1e-7 * max(1e-300, np.abs(game.table()).max())
        assert hurried.lower_bound <= full.distance + slack
        assert full.lower_bound <= hurried.distance + slack
        assert gt.blocking_coalition(game, hurried.payoffs).excess <= full.epsilon + slack

    @pytest.mark.parametrize("seconds", TIMES)
    @pytest.mark.parametrize("engine", ["auto", "tree", "milp", "bracket"])
    def test_blocking_coalitions_of_a_street(self, engine, seconds):
        game = street()
        payoffs = np.full(9, game.grand_value / 9)
        truth = gt.blocking_coalition(game, payoffs, engine="table").excess
        answer = gt.blocking_coalition(game, payoffs, engine=engine, seconds=seconds)
        assert answer.excess - 1e-12 <= truth <= answer.upper_bound + 1e-12

    @pytest.mark.parametrize("engine", ["auto", "tree", "milp", "bracket"])
    def test_blocking_coalitions_with_batteries(self, engine):
        game = make_dispatch([[-4, 4], [3, -2], [1, 1]], batteries=gt.Batteries([3, 0, 0], [2, 0, 0], [0.9, 1, 1]))
        payoffs = np.full(3, game.grand_value / 3)
        truth = gt.blocking_coalition(game, payoffs, engine="tree").excess
        answer = gt.blocking_coalition(game, payoffs, engine=engine, seconds=0)
        assert answer.excess - 1e-9 <= truth <= answer.upper_bound + 1e-9

    def test_least_core_and_nucleolus_of_a_street(self):
        game = street()
        full, hurried = least_core_by_rows(game), least_core_by_rows(game, seconds=0)
        assert hurried.lower_bound <= full.upper_bound + 1e-9
        assert full.lower_bound <= hurried.upper_bound + 1e-9
        assert nucleolus_by_rows(game, seconds=0).rule == "nucleolus_not_proved"


@settings(max_examples=10, deadline=None, derandomize=True)
@given(network_games())
def test_blocking_coalitions_of_a_feeder_without_time(game):
    payoffs = np.full(game.n_players, game.grand_value / game.n_players)
    truth = gt.blocking_coalition(game, payoffs, engine="table").excess
    answer = gt.blocking_coalition(game, payoffs, engine="milp", seconds=0)
    slack = 1e-9 * max(1.0, abs(truth))
    assert answer.excess - slack <= truth <= answer.upper_bound + slack


@pytest.mark.parametrize("seconds", [-1, float("nan"), "a minute", None, True])
def test_a_time_limit_that_is_none_is_refused(seconds):
    game = street(4, 3)
    even = np.full(4, game.grand_value / 4)
    for name, call in {
        "core_intervals": lambda: core_intervals(game, seconds=seconds),
        "fee_limits": lambda: fee_limits(game, seconds=seconds),
        "nearest_core_allocation": lambda: nearest_core_allocation(game, even, seconds=seconds),
        "least_core_by_rows": lambda: least_core_by_rows(game, seconds=seconds),
        "nucleolus_by_rows": lambda: nucleolus_by_rows(game, seconds=seconds),
        "blocking_coalition": lambda: gt.blocking_coalition(game, even, seconds=seconds),
    }.items():
        with pytest.raises(gt.InvalidInputError, match=f"seconds of {name} must be a number of at least 0"):
            call()


@pytest.mark.parametrize("unit", [5e-324, 1e-310, 1e-290])
def test_values_near_the_least_float_are_solved_exactly(unit):
    game = gt.TableGame.from_function("abcd", lambda coalition: unit * (len(coalition) - 1) * len(coalition))
    assert gt.allocate(game, "nucleolus", exact=True).fractions == gt.allocate(game, "shapley", exact=True).fractions


@pytest.mark.parametrize("rule", ["nucleolus", "prenucleolus", "per_capita_nucleolus", "least_core"])
def test_floats_that_have_lost_digits_are_refused_with_the_way_out(rule):
    game = gt.TableGame("abc", 5e-324 * np.array([0, 0, 0, 3, 0, 5, 7, 8]))
    with pytest.raises(gt.InvalidInputError, match=r"must be 0 or reach 2.2e-308 in size.*exact=True"):
        gt.allocate(game, rule)
    with pytest.raises(gt.InvalidInputError, match="values of least_core must be 0 or reach"):
        core_intervals(game)
    assert sum(gt.allocate(game, "nucleolus", exact=True).fractions) == Fraction(8 * 5e-324)


def test_lengths_of_huge_payoffs_do_not_overflow():
    game = gt.TableGame.from_function("abcd", lambda coalition: 1e300 * (len(coalition) > 1))
    found = nearest_core_allocation(game, [1e300, 0, 0, 0], norm="l2")
    assert np.isfinite(found.distance)
    assert found.exact
