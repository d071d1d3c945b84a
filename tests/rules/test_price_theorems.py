"""The theorems on price rules, with their exact conditions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.coalitional import all_coalitions
from gametrade.rules.competitive_price import dual_price_allocation
from gametrade.rules.settlement import step_payoffs
from tests.rules import exact
from tests.strategies import communities, make_community, one_step, sharing_games

checked = settings(max_examples=200, deadline=None, derandomize=True)
positions = st.lists(st.integers(-4, 4), min_size=1, max_size=6)
BLOCKED = [1, 1, -1]


def excesses(game, payoffs):
    return game.table() - all_coalitions(game.n_players) @ payoffs


class TestMidMarketRate:
    def test_smallest_blocked_example(self):
        split = gt.allocate(one_step(BLOCKED), "mid_market_rate")
        assert split.payoffs.tolist() == [2, 2, 4]
        assert (split.payoffs + [4, 4, -12]).tolist() == [6, 6, -8]
        assert split.sell_price == 6
        assert split.buy_price == 8
        assert excesses(split.game, split.payoffs).max() == 2
        assert split.game.value(["A", "C"]) - split.payoffs[[0, 2]].sum() == 2

    def test_mirror_of_the_smallest_blocked_example(self):
        split = gt.allocate(one_step([-1, -1, 1]), "mid_market_rate")
        assert (split.sell_price, split.buy_price) == (8, 10)
        assert excesses(split.game, split.payoffs).max() == 2

    @checked
    @given(positions)
    def test_in_core_of_one_step_exactly_if_no_ratio_lies_between(self, q):
        payoffs = exact.mid_market_payoffs(q, 4, 12)
        assert sum(payoffs) == exact.value(q, range(len(q)), 8)
        assert (exact.largest_excess(q, payoffs, 8) <= 0) == exact.mid_market_is_in_core(q)

    @checked
    @given(positions, st.integers(0, 3))
    def test_rule_agrees_with_exact_arithmetic(self, q, charge):
        split = gt.allocate(one_step(q, network_charge=charge), "mid_market_rate")
        expected = exact.mid_market_payoffs(q, 4, 12, charge)
        np.testing.assert_allclose(split.payoffs, np.array(expected, dtype=float), rtol=1e-12, atol=1e-12)

    @checked
    @given(positions)
    def test_excess_formula_in_surplus(self, q):
        supply, need = sum(x for x in q if x > 0), -sum(x for x in q if x < 0)
        assume(0 < need < supply)
        ratio, payoffs = Fraction(need, supply), exact.mid_market_payoffs(q, 4, 12)
        for members in exact.coalitions(len(q)):
            s, d = sum(q[i] for i in members if q[i] > 0), -sum(q[i] for i in members if q[i] < 0)
            expected = 4 * (d - ratio * s) if s >= d else 4 * ((2 - ratio) * s - d)
            assert exact.value(q, members, 8) - sum(payoffs[i] for i in members) == expected

    @checked
    @given(st.lists(st.integers(-9, 9), min_size=2, max_size=2))
    def test_two_homes_never_block(self, q):
        assert exact.mid_market_is_in_core(q)

    @checked
    @given(st.lists(st.integers(-4, 4), min_size=1, max_size=5))
    def test_balance_and_single_seller_never_block(self, q):
        balanced = [*q, -sum(q)]
        assert exact.largest_excess(balanced, exact.mid_market_payoffs(balanced, 4, 12), 8) <= 0
        buyers = [-abs(x) for x in q]
        single = [*buyers, 1 - sum(buyers)]
        assert exact.largest_excess(single, exact.mid_market_payoffs(single, 4, 12), 8) <= 0

    def test_random_integer_steps_are_often_blocked(self):
        rng = np.random.default_rng(1)
        blocked = [not exact.mid_market_is_in_core(rng.integers(-4, 5, 5).tolist()) for _ in range(300)]
        assert 100 < sum(blocked) < 250


class TestUniformPrice:
    @checked
    @given(positions, st.integers(0, 16))
    def test_uniform_price_that_balances_is_unique(self, q, price):
        """Everyone trades everything at one price: the money balances at the competitive price alone."""
        assume(sum(q) != 0 and min(q) < 0 < max(q))
        game = one_step(q)
        payoffs = step_payoffs(game, np.array([float(price)]), np.array([float(price)]))
        competitive = 4 if sum(q) > 0 else 12
        assert (payoffs.sum() == game.grand_value) == (price == competitive)

    def test_in_balance_every_uniform_price_balances(self):
        game = one_step([2, -1, -1])
        for price in (4.0, 7.0, 12.0):
            payoffs = step_payoffs(game, np.array([price]), np.array([price]))
            assert payoffs.sum() == game.grand_value
            assert excesses(game, payoffs.sum(axis=1)).max() == 0


class TestCompetitivePrice:
    def test_core_point_of_the_blocked_example(self):
        split = gt.allocate(one_step(BLOCKED), "competitive_price")
        assert (split.payoffs + [4, 4, -12]).tolist() == [4, 4, -4]
        assert excesses(split.game, split.payoffs).max() == 0
        assert split.notes == ()

    def test_core_of_the_blocked_example_is_that_point(self):
        """x_1 + x_3 >= 8, x_2 + x_3 >= 8 and a total of 8 leave nothing to the two sellers."""
        game = one_step(BLOCKED)
        assert game.value(["A", "C"]) == game.value(["B", "C"]) == game.grand_value == 8

    @settings(max_examples=100, deadline=None, derandomize=True)
    @given(sharing_games(max_homes=8, max_steps=12))
    def test_in_core_for_any_number_of_steps(self, game):
        split = gt.allocate(game, "competitive_price")
        assert excesses(game, split.payoffs).max() <= game.tolerance

    def test_ties_take_the_middle_and_say_so(self):
        game = gt.SharingGame(make_community([[0.1 + 0.2, 1.0], [-0.3, -3.0]]))
        split = gt.allocate(game, "competitive_price")
        assert split.sell_price.tolist() == [8, 4]
        assert split.notes == ("Supply equals demand in 1 of 2 trade steps, which take the middle price.",)

    def test_network_charge_is_paid_from_the_spread(self):
        shortage = gt.allocate(one_step([1, -2], network_charge=3), "competitive_price")
        assert shortage.sell_price == 9
        assert shortage.buy_price == 10.5
        assert shortage.payoffs.tolist() == [5, 0]

    def test_needs_a_game_with_dual_prices(self):
        table = gt.TableGame.from_values({("s", "b"): 6.0})
        with pytest.raises(gt.InvalidInputError, match="dual prices"):
            dual_price_allocation(table)


class TestBillSharing:
    @checked
    @given(communities(min_homes=2))
    def test_sell_price_below_feed_in_in_every_sharing_step(self, street):
        game = gt.SharingGame(street)
        split = gt.allocate(game, "bill_sharing")
        steps = game.trade_steps[street.export_price[game.trade_steps] > 0]
        assert (split.sell_price[steps] <= street.export_price[steps]).all()
        bought = street.deficit.sum(axis=0)[steps] > 1e-12 * street.surplus.sum(axis=0)[steps]
        assert (split.sell_price[steps] < street.export_price[steps])[bought].all()

    @checked
    @given(communities())
    def test_prices_share_the_grid_bill(self, street):
        game = gt.SharingGame(street)
        split = gt.allocate(game, "bill_sharing")
        supply, need = street.surplus.sum(axis=0), street.deficit.sum(axis=0)
        for t in game.trade_steps:
            over, short = max(0.0, supply[t] - need[t]), max(0.0, need[t] - supply[t])
            assert split.sell_price[t] * supply[t] == pytest.approx(
                street.export_price[t] * over, abs=1e-12 * supply[t]
            )
            assert split.buy_price[t] * need[t] == pytest.approx(street.import_price[t] * short, abs=1e-12 * need[t])

    def test_a_seller_can_lose_and_block_alone(self):
        split = gt.allocate(one_step([1, -1]), "bill_sharing")
        assert split.payoffs.tolist() == [-4, 12]

    @checked
    @given(communities())
    def test_period_prices_are_the_pooled_bill(self, street):
        game = gt.SharingGame(street)
        split = gt.allocate(game, "bill_sharing_period")
        supply, need = street.surplus.sum(axis=0), street.deficit.sum(axis=0)
        shared = np.where(street.tariff.spread() > 0, np.minimum(supply, need), 0.0)
        if supply.sum():
            income = street.export_price @ (supply - shared)
            np.testing.assert_allclose(split.sell_price * supply.sum(), income, rtol=1e-9, atol=1e-12 * supply.sum())
        else:
            assert np.array_equal(split.sell_price, street.export_price)
        if need.sum():
            bill = street.import_price @ (need - shared)
            np.testing.assert_allclose(split.buy_price * need.sum(), bill, rtol=1e-9, atol=1e-12 * need.sum())
        else:
            assert np.array_equal(split.buy_price, street.import_price)

    def test_pooling_moves_money_where_nothing_is_shared(self):
        """Two buyers, a cheap and a dear hour: gains are zero and the buyer of the cheap hour still loses."""
        street = make_community([[1.0, 0.0], [0.0, 1.0]], import_price=[0.1, 0.3], export_price=0.05)
        split = gt.allocate(street, "bill_sharing_period")
        np.testing.assert_allclose(split.payoffs, [-0.1, 0.1])
        assert split.game.grand_value == 0

    def test_one_step_period_is_step_rule(self):
        game = one_step([3, 1, -2], network_charge=1)
        pooled, stepwise = gt.allocate(game, "bill_sharing_period"), gt.allocate(game, "bill_sharing")
        np.testing.assert_allclose(pooled.payoffs, stepwise.payoffs)


class TestSupplyDemandRatio:
    def test_published_instance(self):
        split = gt.allocate(one_step([3, -6]), "supply_demand_ratio")
        assert (split.sell_price, split.buy_price) == (6, 9)

    def test_blocked_in_deficit(self):
        split = gt.allocate(one_step([-1, -1, 1]), "supply_demand_ratio")
        assert split.payoffs.tolist() == [3, 3, 2]
        assert excesses(split.game, split.payoffs).max() == 3

    @checked
    @given(positions)
    def test_is_the_core_price_in_surplus(self, q):
        assume(sum(q) > 0)
        game = one_step(q)
        split, core = gt.allocate(game, "supply_demand_ratio"), gt.allocate(game, "competitive_price")
        np.testing.assert_allclose(split.payoffs, core.payoffs, atol=1e-12)

    def test_compensation_can_be_blocked(self):
        split = gt.allocate(one_step(BLOCKED), "supply_demand_ratio", compensation=2)
        assert (split.sell_price, split.buy_price) == (5, 6)
        assert split.payoffs.tolist() == [1, 1, 6]
        assert excesses(split.game, split.payoffs).max() == 1
        assert split.rule == "supply_demand_ratio:compensation=2"

    @checked
    @given(st.floats(0, 8), st.floats(0.01, 100), st.integers(0, 2))
    def test_formula_balance_and_continuity(self, compensation, ratio, charge):
        game = one_step([ratio, -1], network_charge=charge)
        split = gt.allocate(game, "supply_demand_ratio", compensation=compensation)
        x = min(compensation, 8 - charge)
        raised, ceiling = 4 + x, 12 - charge
        if ratio <= 1:
            sell = raised * ceiling / ((ceiling - raised) * ratio + raised)
            expected = (sell, sell * ratio + 12 * (1 - ratio))
        else:
            expected = (4 + x / ratio, 4 + x)
        np.testing.assert_allclose((split.sell_price[0], split.buy_price[0]), expected, rtol=1e-12)
        assert split.payoffs.sum() == pytest.approx(game.grand_value, rel=1e-12)
        near = [gt.allocate(one_step([r, -1]), "supply_demand_ratio").sell_price[0] for r in (1 - 1e-9, 1 + 1e-9)]
        assert near[0] == pytest.approx(near[1], rel=1e-8)

    def test_zero_export_price_means_zero(self):
        split = gt.allocate(one_step([1, -2], export_price=0), "supply_demand_ratio")
        assert split.sell_price == 0
        assert split.notes == ()

    @pytest.mark.parametrize(("import_price", "sell"), [(12, 0), (-1, -1)])
    def test_negative_export_price_is_a_finding(self, import_price, sell):
        game = one_step([1, -2], import_price=import_price, export_price=-3)
        split = gt.allocate(game, "supply_demand_ratio")
        assert split.sell_price == sell
        assert "undefined for a negative export price in 1 of 1" in split.notes[0]
        assert (split.payoffs >= 0).all()
        assert split.payoffs.sum() == game.grand_value

    def test_negative_export_price_in_surplus_is_just_the_export_price(self):
        split = gt.allocate(one_step([3, -2], export_price=-3), "supply_demand_ratio")
        assert (split.sell_price, split.buy_price) == (-3, -3)
        assert split.notes == ()

    def test_compensation_above_the_spread_is_cut_and_noted(self):
        split = gt.allocate(one_step([2, -1]), "supply_demand_ratio", compensation=100)
        assert split.buy_price == 12
        assert "1 of 1 trade steps and was cut" in split.notes[0]

    @pytest.mark.parametrize("compensation", [-1, float("nan"), float("inf")])
    def test_bad_compensation_is_refused(self, compensation):
        with pytest.raises(gt.InvalidInputError, match="compensation of supply_demand_ratio"):
            gt.allocate(one_step([1, -1]), "supply_demand_ratio", compensation=compensation)
