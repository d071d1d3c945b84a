"""The least subsidy against one linear program over all coalitions, and its two proofs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from scipy.optimize import linprog

import gametrade as gt
from gametrade.solvers import least_subsidy as module
from gametrade.solvers.least_subsidy import least_subsidy
from tests.solvers.brute_force import excesses, money_scale, subset_matrix
from tests.strategies import games_with_payoffs, make_community, one_step, sharing_games, table_games


def subsidy_by_scipy(game, payoffs):
    """Least total over all non-empty coalitions, all players included, in units of the largest number."""
    rows = subset_matrix(game.n_players)
    excess = game.values(rows > 0.5) - rows @ payoffs
    scale = np.abs(excess).max() or 1.0
    answer = linprog(np.ones(game.n_players), A_ub=-rows, b_ub=-excess / scale, method="highs")
    return answer.fun * scale


def check(game, payoffs, answer):
    """Lower bound by its weights, upper bound by its payments."""
    slack = game.n_players * max(game.tolerance, 1e-12 * money_scale(game, payoffs))
    rows = subset_matrix(game.n_players)
    excess = game.values(rows > 0.5) - rows @ payoffs
    assert (answer.subsidy >= 0).all()
    assert (excess - rows @ answer.subsidy).max() <= slack
    assert answer.subsidy.sum() == pytest.approx(answer.upper_bound, abs=slack)
    assert (answer.weights >= 0).all()
    assert (answer.weights @ answer.coalitions).max() <= 1 + 1e-12
    met = game.values(answer.coalitions) - answer.coalitions @ payoffs
    assert max(0.0, answer.weights @ met) >= answer.lower_bound - slack
    assert answer.lower_bound <= answer.upper_bound + slack
    return slack


@given(games_with_payoffs(sharing_games(min_homes=2, max_homes=6)))
def test_sharing_games(pair):
    game, payoffs = pair
    answer = least_subsidy(game, payoffs)
    slack = check(game, payoffs, answer) + 1e-7 * np.abs(payoffs).sum()
    truth = subsidy_by_scipy(game, payoffs)
    assert answer.upper_bound == pytest.approx(truth, abs=slack + 1e-7 * game.grand_value)
    assert answer.lower_bound == pytest.approx(truth, abs=slack + 1e-7 * game.grand_value)


@given(games_with_payoffs(table_games(min_players=2)))
def test_table_games(pair):
    game, payoffs = pair
    answer = least_subsidy(game, payoffs)
    slack = check(game, payoffs, answer) + 1e-7 * money_scale(game, payoffs)
    assert answer.upper_bound == pytest.approx(subsidy_by_scipy(game, payoffs), abs=slack)


@given(games_with_payoffs(sharing_games(min_homes=2, max_homes=6)))
def test_it_lies_between_the_largest_excess_and_every_price_bound(pair):
    game, payoffs = pair
    answer = least_subsidy(game, payoffs)
    slack = game.n_players * (game.tolerance + 1e-12 * money_scale(game, payoffs))
    largest = max([*excesses(game, payoffs).values(), game.grand_value - payoffs.sum(), 0.0])
    assert largest <= answer.upper_bound + slack
    for level in (0.0, 0.25, 0.5, 1.0):
        gains = game.price_values(np.full(len(game.spread), level))
        assert answer.lower_bound <= np.maximum(0, gains - payoffs).sum() + slack


@given(pair=games_with_payoffs(sharing_games(min_homes=2, max_homes=6)))
def test_the_bracket_of_many_homes_holds_the_exact_answer(pair):
    game, payoffs = pair
    exact = least_subsidy(game, payoffs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "TABLE_LIMIT", 0)
        bracket = least_subsidy(game, payoffs)
    slack = check(game, payoffs, bracket)
    assert bracket.from_price_path
    assert bracket.lower_bound <= exact.upper_bound + slack
    assert bracket.upper_bound >= exact.lower_bound - slack


def test_twenty_homes_get_a_bracket():
    rng = np.random.default_rng(0)
    game = gt.SharingGame(make_community(rng.normal(size=(20, 24)), 0.3, 0.08))
    payoffs = gt.allocate(game, "equal_split").payoffs
    answer = least_subsidy(game, payoffs)
    largest = gt.blocking_coalition(game, payoffs, engine="tree")
    assert 0 < answer.lower_bound <= answer.upper_bound
    assert largest.excess <= answer.upper_bound + game.tolerance
    assert answer.upper_bound >= answer.lower_bound


def test_it_is_not_the_largest_excess():
    """Two pairs gain, one at a time by leaving, and both have to be paid."""
    apart = gt.TableGame.from_function("abcde", lambda s: 2.0 * (("a" in s and "b" in s) or ("c" in s and "d" in s)))
    answer = least_subsidy(apart, [0.0, 0, 0, 0, 2])
    assert max(excesses(apart, [0, 0, 0, 0, 2]).values()) == 2.0
    assert answer.upper_bound == pytest.approx(4.0)


@pytest.mark.parametrize("gap", [1e-5, 1e-6, 3e-7, 1e-7, 5e-8, 1e-8, 3e-9])
def test_near_ties_below_the_tolerance_of_the_linear_program(gap):
    """A pair gains a little more than its members pay for alone: HiGHS calls reduced costs of 1e-7 zero."""
    game = gt.TableGame.from_values({("a",): 1.0, ("b",): 1.0, ("a", "b"): 2 + gap, ("a", "b", "c"): 4.0})
    answer = least_subsidy(game, [0, 0, 2.0])
    assert check(game, np.array([0, 0, 2.0]), answer) < gap * 10
    assert answer.upper_bound == pytest.approx(2 + gap, abs=3 * game.tolerance)


@pytest.mark.parametrize("seed", range(10))
def test_many_near_ties(seed):
    rng = np.random.default_rng(seed)
    sizes = subset_matrix(6).sum(axis=1)
    numbers = np.concatenate([[0.0], sizes + rng.integers(-20, 20, size=63) * 2e-8])
    game = gt.TableGame(tuple("abcdef"), numbers)
    payoffs = np.zeros(6)
    answer = least_subsidy(game, payoffs)
    check(game, payoffs, answer)


@pytest.mark.parametrize("rich", [1e3, 1e6, 1e8])
def test_one_enormous_payoff_hides_no_small_gain(rich):
    game = gt.TableGame.from_values({("a", "b"): 1.0, ("a", "b", "c"): 1.0})
    assert least_subsidy(game, [0, 0, rich]).upper_bound == pytest.approx(1.0, abs=1e-6)


def test_nobody_gains_nobody_is_paid():
    game = one_step([2, -1])
    answer = least_subsidy(game, [4, 4])
    assert (answer.lower_bound, answer.upper_bound) == (0, 0)
    assert (answer.subsidy == 0).all()


def test_small_gains_beside_large_ones_are_paid_too():
    """With HiGHS' own tolerance of 1e-7 the home of 3 Wh was left a gain of 8e-6 beside gains of 150."""
    net = [[0, 0, 0], [0, 0, 5.54494038e-05], [0, -3e-3, -2e-3], [0, 4e3, -1e3], [3e3, 0, 2e3]]
    game = gt.SharingGame(make_community(net, 0.1, -0.05))
    payoffs = np.zeros(5)
    answer = least_subsidy(game, payoffs)
    check(game, payoffs, answer)
    rows = subset_matrix(5)
    left = game.values(rows > 0.5) - rows @ (payoffs + answer.subsidy)
    assert left.max() <= game.tolerance


@given(games_with_payoffs(sharing_games(min_homes=2, max_homes=6)))
def test_a_known_coalition_changes_nothing(pair):
    game, payoffs = pair
    known = gt.blocking_coalition(game, payoffs)
    with_it, without = (least_subsidy(game, payoffs, known=k) for k in (known, None))
    assert (with_it.lower_bound, with_it.upper_bound) == (without.lower_bound, without.upper_bound)
    assert np.array_equal(with_it.subsidy, without.subsidy)


@pytest.mark.parametrize("rule", ["equal_split", "bill_sharing", "competitive_price"])
def test_many_homes_with_a_known_coalition(rule):
    rng = np.random.default_rng(2)
    game = gt.SharingGame(make_community(rng.normal(size=(55, 24)), 0.3, 0.08))
    payoffs = gt.allocate(game, rule).payoffs
    brackets = [
        least_subsidy(game, payoffs, known=k) for k in (None, gt.blocking_coalition(game, payoffs, engine="bracket"))
    ]
    assert brackets[0].lower_bound == brackets[1].lower_bound
    assert np.array_equal(brackets[0].subsidy, brackets[1].subsidy)
    deeper = least_subsidy(game, payoffs, known=gt.blocking_coalition(game, payoffs))
    slack = game.n_players * game.tolerance
    assert deeper.lower_bound <= brackets[0].upper_bound + slack
    assert brackets[0].lower_bound <= deeper.upper_bound + slack
