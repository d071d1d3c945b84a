"""Fees that a community bears, and who gains when somebody joins: against fee games and hand-made communities."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.coalitional import IndividualTariffGame
from gametrade.games.coalitional.fees import FeeGame
from gametrade.solvers.core_emptiness import core_emptiness
from gametrade.solvers.fee_limits import fee_limits
from gametrade.solvers.least_core_value import least_core_value
from gametrade.solvers.population_monotonicity import population_monotonicity
from tests.dispatch_games import dispatch_games, make_dispatch
from tests.games.test_individual_tariffs import tariff_games
from tests.strategies import make_community, sharing_games, table_games

checked = settings(max_examples=40, deadline=None, derandomize=True)
GAMES = st.one_of(table_games(min_players=2, max_players=4), sharing_games(min_homes=2, max_homes=5))


@checked
@given(GAMES)
def test_the_core_empties_at_the_largest_fee_and_not_before(game):
    found = fee_limits(game)
    near = 1e-6 * max(game.grand_value - game.single_values.sum(), 1e-300)
    assert found.per_member_bound - found.per_member <= near
    if core_emptiness(game).empty:
        assert found.per_member == 0
        return
    less = FeeGame(game, per_member=max(0.0, found.per_member - near), may_stay_apart=False)
    more = FeeGame(game, per_member=found.per_member + near, may_stay_apart=False)
    assert least_core_value(less).epsilon <= near / 100
    if near > 1e-250:
        assert least_core_value(more).epsilon > 0


@checked
@given(st.one_of(sharing_games(min_homes=2, max_homes=5), tariff_games(min_homes=2, max_homes=5)))
def test_no_charge_per_kwh_empties_the_core_and_the_largest_ends_the_gains(game):
    found = fee_limits(game)
    street = game.community

    def charged(extra):
        tariff = street.tariff
        charge = tariff.network_charge + extra
        prices = gt.Tariff(tariff.import_price, tariff.export_price, charge, allow_negative_spread=True)
        if isinstance(game, gt.SharingGame):
            return gt.SharingGame(street.with_tariff(prices))
        return gt.IndividualTariffGame(street.with_tariff(prices), game.import_price, game.export_price)

    for share in (0.3, 0.9):
        less = charged(share * found.per_kwh)
        assert not core_emptiness(less).empty
        assert (gt.allocate(less, "competitive_price").payoffs >= -less.tolerance).all()
        assert (less.grand_value > 0) == (game.grand_value > 0)
    assert charged(found.per_kwh * (1 + 1e-12) + 1e-15).grand_value <= 1e-9 * game.grand_value


def test_a_rule_bears_less_than_the_core():
    game = gt.SharingGame(make_community([[-2.0], [1.0], [1.0]]))
    found = fee_limits(game, "competitive_price")
    assert found.rule_per_member == pytest.approx(4.0)
    assert found.per_member == pytest.approx(16 / 3)
    assert "under competitive_price" in str(found)
    assert found.per_kwh == 8


def test_a_home_that_adds_nothing_bears_nothing():
    game = gt.SharingGame(make_community([[-2.0], [1.0], [0.0]]))
    assert fee_limits(game).per_member == pytest.approx(0.0, abs=1e-9)


class TestPopulation:
    @checked
    @given(sharing_games(min_homes=2, max_homes=5), st.sampled_from(["mid_market_rate", "equal_split", "shapley"]))
    def test_every_entry_is_two_runs_of_the_rule(self, game, rule):
        found = population_monotonicity(game, rule)
        for k, leaver in enumerate(game.players):
            others = [label for label in game.players if label != leaver]
            without = gt.allocate(gt.SharingGame(game.community.select(others)), rule).payoffs
            payoffs = gt.allocate(game, rule).payoffs
            change = found.when_leaving(leaver)
            for label, after in zip(others, without, strict=True):
                before = payoffs[game.players.index(label)]
                assert change[label] == pytest.approx(after - before, abs=1e-12 * max(1.0, abs(after)))
            assert found.gains[k, k] == payoffs[k]

    def test_shapley_of_a_convex_game_is_monotone(self):
        game = gt.TableGame.from_function("abcd", lambda coalition: float(len(coalition) ** 2))
        assert population_monotonicity(game, "shapley").holds

    def test_a_second_seller_harms_the_first(self):
        game = gt.SharingGame(make_community([[-1.0], [-1.0], [1.0]]))
        found = population_monotonicity(game, "competitive_price")
        assert not found.holds
        assert found.worst[2] == pytest.approx(-4.0)
        assert "because" in str(found)
        assert found.when_leaving("B")["A"] == pytest.approx(4.0)


def test_one_player_is_refused():
    game = gt.TableGame(["a"], np.array([0.0, 1.0]))
    with pytest.raises(gt.InvalidInputError, match="at least 2 players"):
        fee_limits(game)
    with pytest.raises(gt.InvalidInputError, match="at least 2 players"):
        population_monotonicity(game, "equal_split")


def test_a_charge_per_kwh_with_batteries_ends_where_the_gains_end():
    """The second home stores what the first has left over: 0.4 less 0.1, times what comes out again."""
    batteries = gt.Batteries([0.0, 2.0], [0.0, 2.0], [1.0, 0.8], [0.0, 0.05])
    game = make_dispatch([[-1.0, 0.0], [0.0, 1.0]], 0.4, 0.1, 0.02, batteries)
    limit = fee_limits(game).per_kwh
    assert limit == pytest.approx(0.8 * (0.4 - 0.05) - 0.1 - 0.02)
    for share, gains in ((0.999, True), (1.001, False)):
        charged = make_dispatch([[-1.0, 0.0], [0.0, 1.0]], 0.4, 0.1, 0.02 + share * limit, batteries)
        assert (charged.grand_value > game.tolerance) == gains


def test_a_joint_peak_is_saved_without_sharing():
    assert fee_limits(make_dispatch([[2.0, 0.0], [0.0, 2.0]], peak_charge=1.0)).per_kwh is None


def test_the_largest_spread_is_the_charge_without_batteries():
    game = make_dispatch([[-1.0, 2.0], [1.0, -2.0]], [0.4, 0.5], 0.1)
    assert fee_limits(game).per_kwh == pytest.approx(fee_limits(gt.SharingGame(game.community)).per_kwh)


@settings(max_examples=10, deadline=None, derandomize=True)
@given(dispatch_games(min_homes=2, max_homes=3, max_steps=3, joint_peak=False))
def test_nothing_is_left_to_gain_at_the_charge_of_any_dispatch_game(game):
    limit = fee_limits(game).per_kwh
    tariff = game.community.tariff
    for share in (0.99, 1.0):
        dearer = replace(tariff, network_charge=tariff.network_charge + share * limit)
        gain = replace(game, community=game.community.with_tariff(dearer)).grand_value
        assert gain <= game.tolerance or share < 1
        assert gain > 0 or limit == 0 or share == 1.0


def test_joining_with_individual_tariffs_is_that_of_the_table():
    homes = make_community(np.array([[2.0, -1.0, 1.0], [-1.0, 1.0, -2.0], [-1.0, -1.0, 2.0]]))
    game = IndividualTariffGame(homes, np.array([0.4, 0.35, 0.3]), np.array([0.1, 0.12, 0.08]))
    table = gt.TableGame(game.players, game.table())
    for rule in ("shapley", "nucleolus"):
        found, again = population_monotonicity(game, rule).gains, population_monotonicity(table, rule).gains
        np.testing.assert_allclose(found, again, atol=1e-9)
    assert population_monotonicity(game, "competitive_price").gains.shape == (3, 3)
