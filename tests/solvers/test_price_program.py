"""The linear program of the supporting prices against another solver and against all coalitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.coalitional import all_coalitions
from gametrade.solvers import price_program
from gametrade.solvers.branching import Branching
from gametrade.solvers.coalition_search import FREE, CoalitionSearch
from gametrade.solvers.price_program import PriceProgram, ProgramPoint
from gametrade.solvers.price_tree import coalition_bound
from gametrade.solvers.saddle_point import PRICE_GRID
from tests.solvers.brute_force import every_coalition
from tests.solvers.test_saddle_point import relaxed_optimum
from tests.strategies import games_with_payoffs, make_community, sharing_games


def random_search(seed, homes=30, steps=60, scale=1.0):
    rng = np.random.default_rng(seed)
    game = gt.SharingGame(make_community(scale * rng.normal(size=(homes, steps)), 0.3, 0.08))
    payoffs = gt.allocate(game, "mid_market_rate").payoffs
    return game, CoalitionSearch(game.position, payoffs, 1, homes - 1)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_best_supporting_price_bound(seed, scale):
    game, search = random_search(seed, scale=scale)
    point = PriceProgram.of(search, np.full(30, 0.5)).solve(np.zeros(30, np.int64), -np.inf)
    truth = scale * relaxed_optimum(game.position / scale, search.payoffs / scale)
    assert point.excess == pytest.approx(truth, abs=1e-6 * game.grand_value)
    bound = np.maximum(0, search.margins(point.price)).sum()
    assert truth - 1e-9 * game.grand_value <= bound <= truth + 0.02 * game.grand_value


@given(games_with_payoffs(sharing_games(min_homes=2, max_homes=6)), st.data())
def test_its_prices_bound_every_coalition_of_a_region(pair, data):
    game, payoffs = pair
    n = game.n_players
    state = np.array(data.draw(st.lists(st.sampled_from([-1, 0, 0, 1]), min_size=n, max_size=n)))
    weights = np.array(data.draw(st.lists(st.floats(0, 1), min_size=n, max_size=n)))
    search = CoalitionSearch(game.position, payoffs, 1, n - 1)
    point = PriceProgram.of(search, weights).solve(state, -np.inf)
    region = [
        members
        for members in (np.isin(np.arange(n), inside) for inside in every_coalition(n))
        if search.allows(members) and members[state == 1].all() and not members[state == -1].any()
    ]
    if not region:
        assert point is None
        return
    slack = 1e-9 * (np.abs(game.position).sum() + np.abs(payoffs).sum())
    best = max(search.excess(members) for members in region)
    assert point is not None
    assert point.excess >= best - 1e3 * slack
    assert coalition_bound(search.margins(point.price), state, 1, n - 1) >= best - slack
    assert np.array_equal(np.round(point.price * PRICE_GRID), point.price * PRICE_GRID)
    assert ((point.price >= 0) & (point.price <= 1)).all()
    assert ((point.weights >= 0) & (point.weights <= 1)).all()


def test_a_region_never_has_a_larger_bound_than_the_one_around_it():
    _, search = random_search(5)
    program = PriceProgram.of(search, np.full(30, 0.5))
    state = np.zeros(30, np.int64)
    above = program.solve(state, -np.inf)
    for home in range(0, 30, 7):
        for side in (-1, 1):
            state[home] = side
            part = program.solve(state, -np.inf, above.basis)
            assert part.excess <= above.excess + 1e-9 * program.unit
            state[home] = 0


def test_losses_of_a_trial_are_at_most_the_whole_fall_of_the_bound():
    _, search = random_search(6)
    program = PriceProgram.of(search, np.full(30, 0.5))
    state = np.zeros(30, np.int64)
    point = program.solve(state, -np.inf)
    for home in np.flatnonzero((point.weights > 0.01) & (point.weights < 0.99))[:3]:
        for loss, side in zip(program.losses(state, int(home), point), (-1, 1), strict=True):
            state[home] = side
            fall = point.excess - program.solve(state, -np.inf).excess
            assert 0.0 <= loss <= fall + 1e-7 * program.unit
        state[home] = 0


def test_it_branches_on_a_split_home_if_there_is_one_and_on_a_free_home_anyway():
    _, search = random_search(7)
    program = PriceProgram.of(search, np.full(30, 0.5))
    state = np.zeros(30, np.int64)
    state[:10] = -1
    point = program.solve(state, -np.inf)
    branching = Branching.start(np.abs(search.position).sum(axis=1))
    home = branching.choose(program, state, point, -np.inf)
    assert state[home] == FREE
    assert 0.0 < point.weights[home] < 1.0
    whole = ProgramPoint(point.excess, point.price, np.round(point.weights), point.basis)
    again = branching.choose(program, state, whole, -np.inf)
    assert state[again] == FREE
    assert branching.turnover[again] == branching.turnover[10:].max()


@pytest.mark.parametrize("homes", [2, 3, 6])
def test_rows_of_the_last_round_are_solved_for(homes, monkeypatch):
    monkeypatch.setattr(price_program, "FIRST_STEPS", 5)
    monkeypatch.setattr(price_program, "MORE_STEPS", 5)
    monkeypatch.setattr(price_program, "ROUNDS", 2)
    game = gt.SharingGame(gt.communities.street(homes, 60, rng=1))
    payoffs = gt.allocate(game, "mid_market_rate").payoffs
    found = gt.blocking_coalition(game, payoffs, engine="tree")
    best = max(game.values(rows[None])[0] - payoffs[rows].sum() for rows in proper_coalitions(homes))
    assert found.excess == pytest.approx(best, abs=game.tolerance)
    assert found.proved


def proper_coalitions(n):
    rows = all_coalitions(n)
    return rows[1:-1]
