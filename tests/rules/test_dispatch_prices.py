"""Dual prices of dispatch games: Owen's theorem, the bound, and what breaks them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.community.flexibility import CurtailableLoad
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import all_coalitions
from gametrade.solvers.dispatch_prices import price_bound, supporting_prices
from tests.dispatch_games import dispatch_games, make_dispatch
from tests.strategies import communities

checked = settings(max_examples=60, deadline=None, derandomize=True)


@checked
@given(dispatch_games(max_homes=6, max_steps=3))
def test_dual_prices_are_in_the_core(game):
    split = gt.allocate(game, "competitive_price")
    assert abs(split.imbalance) <= game.tolerance
    excess = game.table() - all_coalitions(game.n_players) @ split.payoffs
    assert excess.max() <= game.tolerance


@checked
@given(dispatch_games(), st.randoms(use_true_random=False))
def test_any_price_path_bounds_every_coalition(game, random):
    n_steps = game.community.n_steps
    sell = [random.uniform(-0.1, 0.5) for _ in range(n_steps)]
    peak = [random.uniform(0, game.peak_charge) for _ in range(n_steps)]
    payoffs = np.array([random.uniform(-1, 1) for _ in range(game.n_players)]) * max(game.grand_value, 1e-3)
    bound = price_bound(game, sell, peak)
    rows = all_coalitions(game.n_players)
    assert (game.values(rows) <= rows @ bound.gains + game.tolerance).all()
    assert (game.values(rows) - rows @ payoffs).max() <= bound.excess_bound(payoffs) + game.tolerance
    assert bound.path.peak.sum() <= game.terms.peak_charge


@checked
@given(communities(max_homes=5))
def test_without_batteries_it_is_the_clearing_price(community):
    if (community.import_price < community.export_price).any():
        return
    sharing, game = gt.SharingGame(community), gt.DispatchGame(community)
    expected = gt.allocate(sharing, "competitive_price").payoffs
    assert np.abs(gt.allocate(game, "competitive_price").payoffs - expected).max() <= 2 * game.tolerance


@checked
@given(dispatch_games(min_homes=2, joint_peak=False), st.randoms(use_true_random=False))
def test_the_order_of_homes_does_not_matter(game, random):
    order = list(game.players)
    random.shuffle(order)
    other = gt.DispatchGame(game.community.select(order), game.flexibility)
    expected = dict(zip(game.players, gt.allocate(game, "competitive_price").payoffs, strict=True))
    payoffs = gt.allocate(other, "competitive_price").payoffs
    assert payoffs == pytest.approx([expected[home] for home in order], abs=2 * game.tolerance)


def test_a_battery_that_is_scarce_earns_the_difference_of_prices():
    batteries = gt.Batteries([0, 0, 1], [0, 0, 1], [1, 1, 1])
    game = make_dispatch([[-4, 0], [0, 4], [0, 0]], 0.30, 0.10, batteries=batteries)
    split = gt.allocate(game, "competitive_price")
    assert split.sell_price == pytest.approx([0.10, 0.30])
    assert split.payoffs == pytest.approx([0, 0, 0.20])


def test_a_peak_charge_has_a_dual_of_its_own():
    game = make_dispatch([[3, 0], [0, 1], [-1, -1]], 0.2, 0.2, peak_charge=2.0)
    bound = supporting_prices(game)
    assert bound.path.peak == pytest.approx([2.0, 0.0])
    assert bound.path.sell == pytest.approx([2.2, 0.2])
    assert bound.gains == pytest.approx([0.0, 2.0, 2.0])
    assert game.grand_value == pytest.approx(4.0)


def test_a_joint_connection_has_no_dual_price_allocation():
    loads = [CurtailableLoad("A", 1.0, 1.0), CurtailableLoad("B", 1.0, 1.0)]
    game = make_dispatch([[2.0], [2.0]], flexibility=loads, connection_limit=2.0)
    with pytest.raises(InvalidInputError, match="connection_limit 2 kW, which members share"):
        gt.allocate(game, "competitive_price")
    rows = all_coalitions(2)
    assert (game.values(rows) <= rows @ price_bound(game, [0.2]).gains + game.tolerance).all()


def test_rules_that_read_one_tariff_refuse_a_dispatch_game():
    with pytest.raises(InvalidInputError, match="needs a SharingGame"):
        gt.allocate(make_dispatch([[1.0], [-1.0]]), "mid_market_rate")


@checked
@given(dispatch_games(min_homes=2), st.randoms(use_true_random=False))
def test_with_a_peak_charge_the_order_of_homes_does_not_matter_either(game, random):
    order = list(game.players)
    random.shuffle(order)
    other = gt.DispatchGame(game.community.select(order), game.flexibility, peak_charge=game.peak_charge)
    expected = dict(zip(game.players, gt.allocate(game, "competitive_price").payoffs, strict=True))
    payoffs = gt.allocate(other, "competitive_price").payoffs
    assert payoffs == pytest.approx([expected[home] for home in order], abs=2 * game.tolerance)
    assert supporting_prices(other).nearest


@pytest.mark.parametrize(
    ("net", "expected"),
    [
        ([[-1.0], [1.0]], [0.2]),
        ([[-1.0, 0.0], [1.0, 1.0]], [0.2, 0.3]),
        ([[-1.0, 1.0], [1.0, -1.0]], [0.2, 0.2]),
    ],
)
def test_where_supply_meets_demand_it_is_the_middle_price(net, expected):
    assert supporting_prices(make_dispatch(net, 0.3, 0.1)).path.sell == pytest.approx(expected)


def test_prices_that_a_battery_ties_together_are_nearest_the_middle_weighted_by_energy():
    """Stored without loss from noon to night, a kWh has one price at both: the weighted mean of the two middles."""
    batteries = gt.Batteries([2, 0], [3, 0], [1, 1], start_kwh=[np.nan, np.nan])
    game = make_dispatch([[-1, 0], [0, 1]], [0.3, 0.5], [0.1, 0.1], batteries=batteries)
    first, second = supporting_prices(game).path.sell
    assert first == pytest.approx(second) == pytest.approx(0.25)


def test_homes_that_are_alike_are_paid_alike_when_prices_are_free():
    batteries = gt.Batteries([0, 1, 1, 0], [0, 1, 1, 0], [1, 0.9, 0.9, 1])
    game = make_dispatch([[-2, 0], [0, 0], [0, 0], [0, 2]], 0.3, 0.1, 0.02, batteries=batteries, peak_charge=0.5)
    payoffs = gt.allocate(game, "competitive_price").payoffs
    assert payoffs[1] == pytest.approx(payoffs[2], abs=game.tolerance)
