"""The exit cost per member against the largest excess per head of every coalition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.solvers.exit_cost import exit_cost_per_member
from tests.analysis.exact_checks import tree_is_proof
from tests.solvers.brute_force import excesses, money_scale
from tests.strategies import games_with_payoffs, make_community, one_step, sharing_games, table_games


def largest_per_head(game, payoffs):
    return max(excess / len(members) for members, excess in excesses(game, payoffs).items())


@pytest.mark.parametrize("engine", ["auto", "tree", "table", "milp"])
@given(pair=games_with_payoffs(sharing_games(min_homes=2, max_homes=6)))
def test_sharing_games(engine, pair):
    game, payoffs = pair
    answer = exit_cost_per_member(game, payoffs, engine=engine)
    truth = max(0.0, largest_per_head(game, payoffs))
    slack = 2 * game.tolerance + 2e-12 * money_scale(game, payoffs)
    assert answer.lower_bound <= truth + slack
    assert answer.upper_bound >= truth - slack
    assert answer.upper_bound - answer.lower_bound <= slack
    if answer.coalition is not None:
        members = tuple(np.flatnonzero(answer.coalition.members))
        assert excesses(game, payoffs)[members] / len(members) == pytest.approx(truth, abs=slack)


@given(games_with_payoffs(table_games(min_players=2)))
def test_table_games(pair):
    game, payoffs = pair
    answer = exit_cost_per_member(game, payoffs)
    truth = max(0.0, largest_per_head(game, payoffs))
    assert answer.lower_bound == pytest.approx(truth, abs=2 * game.tolerance + 1e-12 * money_scale(game, payoffs))


@given(games_with_payoffs(sharing_games(min_homes=2, max_homes=6)))
def test_at_that_cost_nobody_gains(pair):
    game, payoffs = pair
    cost = exit_cost_per_member(game, payoffs).upper_bound
    found = gt.blocking_coalition(game, payoffs, exit_cost_per_member=cost)
    assert found.excess <= 2 * game.tolerance + 2e-12 * money_scale(game, payoffs)


def test_known_answer_and_nobody_to_hold_back():
    game = one_step([1, 1, -1])
    answer = exit_cost_per_member(game, gt.allocate(game, "mid_market_rate").payoffs)
    assert answer.lower_bound == pytest.approx(1.0)
    assert answer.coalition.coalition in (("A", "C"), ("B", "C"))
    calm = exit_cost_per_member(game, gt.allocate(game, "competitive_price").payoffs)
    assert (calm.lower_bound, calm.coalition) == (0.0, None)
    assert calm.upper_bound <= game.tolerance


def test_many_homes_get_a_bracket():
    rng = np.random.default_rng(0)
    game = gt.SharingGame(make_community(rng.normal(size=(55, 24)), 0.3, 0.08))
    payoffs = gt.allocate(game, "equal_split").payoffs
    answer = exit_cost_per_member(game, payoffs, engine="bracket")
    assert 0 < answer.lower_bound <= answer.upper_bound < np.inf
    lower = gt.blocking_coalition(game, payoffs, exit_cost_per_member=answer.lower_bound, engine="bracket")
    assert lower.excess <= game.tolerance


@given(games_with_payoffs(sharing_games(min_homes=2, max_homes=6)), st.sampled_from(["auto", "tree", "table"]))
def test_a_known_coalition_changes_nothing(pair, engine):
    game, payoffs = pair
    known = gt.blocking_coalition(game, payoffs, engine=engine)
    with_it, without = (exit_cost_per_member(game, payoffs, engine=engine, known=k) for k in (known, None))
    slack = 2 * game.tolerance + 2e-12 * money_scale(game, payoffs)
    assert with_it.lower_bound == pytest.approx(without.lower_bound, abs=slack)
    assert with_it.upper_bound == pytest.approx(without.upper_bound, abs=slack)
    truth = max(0.0, largest_per_head(game, payoffs))
    assert with_it.lower_bound - slack <= truth <= with_it.upper_bound + slack


@pytest.mark.parametrize("rule", ["equal_split", "bill_sharing", "competitive_price"])
def test_many_homes_with_a_known_coalition(rule):
    rng = np.random.default_rng(1)
    game = gt.SharingGame(make_community(rng.normal(size=(55, 24)), 0.3, 0.08))
    payoffs = gt.allocate(game, rule).payoffs
    known = gt.blocking_coalition(game, payoffs)
    with_it, without = (exit_cost_per_member(game, payoffs, known=k) for k in (known, None))
    assert with_it.lower_bound <= without.upper_bound + game.tolerance
    assert without.lower_bound <= with_it.upper_bound + game.tolerance
    assert with_it.lower_bound == pytest.approx(without.lower_bound, rel=0.02, abs=game.tolerance)
    for answer in (with_it, without):
        assert answer.proof.upper_bound <= 1.001 * answer.proof.tolerance
        assert answer.proof.exit_cost_per_member <= answer.upper_bound
        assert tree_is_proof(game, payoffs + answer.proof.exit_cost_per_member, answer.proof.price_tree)
