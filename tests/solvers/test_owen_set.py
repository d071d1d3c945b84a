"""The allocations that dual prices pay: every one is in the core, and the nearest is nearest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.coalitional import all_coalitions
from gametrade.solvers.dispatch_prices import price_bound
from gametrade.solvers.owen_set import nearest_dual_prices
from tests.dispatch_games import dispatch_games, make_dispatch

NORMS = ("l1", "l2", "linf", "fee")


def test_any_split_of_a_balanced_step_is_paid_by_a_price():
    game = make_dispatch([[-1.0], [1.0]], 0.4, 0.1)
    for first in (0.0, 0.1, 0.3):
        found = gt.nearest_core_allocation(game, [first, 0.3 - first])
        assert found.local_price == pytest.approx([0.1 + first])
        assert "a price path pays it" in str(found)


@settings(max_examples=12, deadline=None)
@given(dispatch_games(min_homes=2, max_homes=3, max_steps=3), st.sampled_from(NORMS), st.integers(0, 9))
def test_payoffs_of_dual_prices_are_found_again(game, norm, seed):
    """A random corner of the Owen set, approached from far away, is at no distance from itself."""
    far = np.random.default_rng(seed).normal(size=game.n_players) * 100 * game.tolerance / 1e-9
    corner = nearest_dual_prices(game, far, "l1").gains
    excess = game.table() - all_coalitions(game.n_players) @ corner
    assert np.abs(excess[[0, -1]]).max() <= 2 * game.tolerance >= excess.max()
    again = nearest_dual_prices(game, corner, norm)
    np.testing.assert_allclose(again.gains, corner, atol=1e3 * game.tolerance)


def test_no_price_of_a_fine_grid_is_nearer():
    batteries = gt.Batteries([0.0, 1.0], [0.0, 1.0], [1.0, 1.0])
    game = make_dispatch([[-1.0, 0.0], [0.0, 1.0]], 0.4, 0.1, batteries=batteries)
    start = np.array([0.05, 0.4])
    found = nearest_dual_prices(game, start, "l1").gains
    grid = [price_bound(game, [p, p]).gains for p in np.linspace(0.1, 0.4, 31)]
    assert np.abs(found - start).sum() <= min(np.abs(gains - start).sum() for gains in grid) + 1e-9
    assert found == pytest.approx([0.0, 0.3])
