"""Numbers of the literature and of measured homes that any machine must reproduce."""

from __future__ import annotations

import numpy as np
import pytest

import gametrade as gt
from gametrade.solvers.exit_cost import exit_cost_per_member
from gametrade.solvers.least_subsidy import least_subsidy
from tests.strategies import one_step


def test_smallest_community_in_which_the_mid_market_rate_is_blocked():
    game = one_step([1, 1, -1])
    allocation = gt.allocate(game, "mid_market_rate")
    assert allocation.payoffs == pytest.approx([2, 2, 4])
    found = gt.blocking_coalition(game, allocation.payoffs)
    assert found.coalition in (("A", "C"), ("B", "C"))
    assert found.excess == pytest.approx(2)
    assert least_subsidy(game, allocation.payoffs).upper_bound == pytest.approx(2)
    assert exit_cost_per_member(game, allocation.payoffs).lower_bound == pytest.approx(1)
    shapley = gt.allocate(game, "shapley").payoffs
    assert shapley == pytest.approx([4 / 3, 4 / 3, 16 / 3])
    assert gt.blocking_coalition(game, shapley).excess == pytest.approx(4 / 3)
    assert gt.allocate(game, "competitive_price").payoffs == pytest.approx([0, 0, 8])
    assert gt.blocking_coalition(game, [0, 0, 8]).excess == pytest.approx(0, abs=1e-12)


def test_its_mirror():
    game = one_step([-1, -1, 1])
    allocation = gt.allocate(game, "mid_market_rate")
    assert allocation.payoffs == pytest.approx([2, 2, 4])
    assert gt.blocking_coalition(game, allocation.payoffs).excess == pytest.approx(2)
    ratio = gt.allocate(game, "supply_demand_ratio").payoffs
    assert gt.blocking_coalition(game, ratio).excess == pytest.approx(3)


@pytest.mark.parametrize("positions", [[1, -1], [5, -1], [1, -5], [2, 3, -5], [5, -1, -2], [3, -1, -1, -0.5]])
def test_the_mid_market_rate_is_in_the_core_of_pairs_balance_and_single_sellers_with_plenty(positions):
    game = one_step(positions)
    found = gt.blocking_coalition(game, gt.allocate(game, "mid_market_rate").payoffs)
    assert found.blocks is False


def test_thirteen_measured_homes():
    game = gt.SharingGame(gt.communities.fontana("flat"))
    payoffs = gt.allocate(game, "mid_market_rate").payoffs
    found = gt.blocking_coalition(game, payoffs)
    table = gt.blocking_coalition(game, payoffs, engine="table")
    assert found.proved
    assert found.excess == pytest.approx(34.38, abs=0.01)
    assert found.excess == pytest.approx(table.excess, abs=3 * game.tolerance)
    root = gt.blocking_coalition(game, payoffs, engine="bracket")
    assert root.excess <= found.excess + game.tolerance
    assert 50.0 <= root.upper_bound <= 53.0
    shares = np.array([payoffs.sum(), game.grand_value])
    assert shares[0] == pytest.approx(shares[1], rel=1e-12)
    competitive = gt.blocking_coalition(game, gt.allocate(game, "competitive_price").payoffs, floor=0.0)
    assert competitive.blocks is False
