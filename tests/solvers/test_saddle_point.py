"""The first-order method: both of its ends are valid wherever it stops, and they meet on easy problems."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

import gametrade as gt
from gametrade.solvers.coalition_search import CoalitionSearch, Region, best_prefix, improve
from gametrade.solvers.saddle_point import PRICE_GRID, Relaxation, saddle_point
from tests.solvers.brute_force import every_coalition
from tests.strategies import games_with_payoffs, make_community, sharing_games


def relaxed_optimum(position, payoffs):
    """Largest excess of a fractional coalition, by linear programming."""
    n, steps = position.shape
    surplus, deficit = np.maximum(position, 0), np.maximum(-position, 0)
    cost = np.concatenate([payoffs, -np.ones(steps)])
    rows = np.block([[-surplus.T, np.eye(steps)], [-deficit.T, np.eye(steps)]])
    bounds = [(0, 1)] * n + [(0, None)] * steps
    return -linprog(cost, A_ub=rows, b_ub=np.zeros(2 * steps), bounds=bounds).fun


def problem(game, payoffs, state):
    search = CoalitionSearch(game.position, payoffs, 1, game.n_players - 1)
    region = Region.start(search, np.array(state, dtype=np.int64))
    return search, region


@given(games_with_payoffs(sharing_games(min_homes=2, max_homes=6)), st.data())
def test_both_ends_are_valid_in_every_region(pair, data):
    game, payoffs = pair
    n = game.n_players
    state = data.draw(st.lists(st.sampled_from([-1, 0, 0, 1]), min_size=n, max_size=n))
    search, region = problem(game, payoffs, state)
    relaxation = Relaxation.of(search, region)
    steps, free = int(relaxation.open_steps.sum()), len(relaxation.free)
    iterations = data.draw(st.sampled_from([0, 1, 30, 200]))
    point = saddle_point(relaxation, np.full(steps, 0.5), np.full(free, 0.5), iterations=iterations)
    slack = 1e-9 * (np.abs(game.position).sum() + np.abs(payoffs).sum())
    best = max(
        search.excess(np.isin(np.arange(n), members))
        for members in every_coalition(n)
        if all((side != 1 or i in members) and (side != -1 or i not in members) for i, side in enumerate(state))
    )
    assert point.bound >= best - slack
    assert point.relaxed_excess <= point.bound + slack
    assert np.array_equal(np.round(point.price * PRICE_GRID), point.price * PRICE_GRID)
    assert ((point.price >= 0) & (point.price <= 1)).all()
    assert ((point.weights >= 0) & (point.weights <= 1)).all()
    assert relaxation.bound(point.price) == pytest.approx(point.bound, abs=slack)


@pytest.mark.parametrize("seed", range(4))
def test_it_comes_close_to_the_linear_program(seed):
    rng = np.random.default_rng(seed)
    game = gt.SharingGame(make_community(rng.normal(size=(30, 60)), 0.3, 0.08))
    payoffs = gt.allocate(game, "mid_market_rate").payoffs
    search, region = problem(game, payoffs, np.zeros(30))
    relaxation = Relaxation.of(search, region)
    start = np.full(int(relaxation.open_steps.sum()), 0.5), np.full(30, 0.5)
    point = saddle_point(relaxation, *start, iterations=3000)
    truth = relaxed_optimum(game.position, payoffs)
    assert point.relaxed_excess <= truth + 1e-7 * game.grand_value
    assert point.bound >= truth - 1e-7 * game.grand_value
    assert point.bound - point.relaxed_excess <= 0.01 * game.grand_value


@given(games_with_payoffs(sharing_games(min_homes=2, max_homes=6)), st.data())
def test_rounding_heuristics_tell_the_truth(pair, data):
    game, payoffs = pair
    n = game.n_players
    state = data.draw(st.lists(st.sampled_from([-1, 0, 0, 1]), min_size=n, max_size=n))
    search, region = problem(game, payoffs, state)
    weights = np.array(data.draw(st.lists(st.floats(0, 1), min_size=n, max_size=n)))
    slack = 1e-12 * (np.abs(game.position).sum() + np.abs(payoffs).sum())
    for excess, members in (best_prefix(search, region, weights), improve(search, region, region.state == 1)):
        assert (members[region.state == 1]).all()
        assert not members[region.state == -1].any()
        if np.isfinite(excess):
            assert search.allows(members)
            assert excess == pytest.approx(search.excess(members), abs=slack)
