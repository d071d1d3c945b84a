"""Rules that share payoffs: equal, proportional, keys of energy-community laws, marginal contributions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import gametrade as gt
from gametrade.rules.allocation_keys import water_fill
from gametrade.rules.marginal_contribution import marginal_values
from gametrade.rules.settlement import shared_energy
from tests.strategies import make_community, one_step, sharing_games, table_games

checked = settings(max_examples=150, deadline=None, derandomize=True)
MAJORITY = gt.TableGame.from_function("ABC", lambda coalition: len(coalition) >= 2)


class TestEqualSplit:
    def test_shares_what_is_gained_over_being_alone(self):
        game = gt.TableGame.from_values({("A",): 1, ("B",): 3, ("A", "B"): 10})
        assert gt.allocate(game, "equal_split").payoffs.tolist() == [4, 6]

    def test_sharing_game(self):
        assert gt.allocate(one_step([1, 1, -1, 0]), "equal_split").payoffs.tolist() == [2, 2, 2, 2]


class TestProportional:
    def test_bases(self):
        street = make_community([[-2.0], [-4.0], [3.0]], demand=[[1.0], [1.0], [1.0]])
        assert gt.allocate(street, "proportional").payoffs.tolist() == [4, 8, 12]
        assert gt.allocate(street, "proportional:to=demand").payoffs.tolist() == [4, 4, 16]
        np.testing.assert_allclose(
            gt.allocate(street, "proportional", to="generation").payoffs, 24 * np.r_[3, 5, 1] / 9
        )

    def test_nobody_has_any_energy(self):
        split = gt.allocate(make_community([[0.0], [0.0]]), "proportional:to=generation")
        assert split.payoffs.tolist() == [0, 0]
        assert split.notes == ("Every home has zero generation: equal shares.",)

    def test_unknown_energy_suggests_the_right_one(self):
        with pytest.raises(gt.UnknownNameError, match="Did you mean 'demand'"):
            gt.allocate(one_step([1, -1]), "proportional:to=demands")

    def test_label_names_the_option(self):
        assert gt.allocate(one_step([1, -1]), "proportional:to=demand").rule == "proportional:to=demand"


class TestKeys:
    @checked
    @given(sharing_games())
    def test_pro_rata_at_the_middle_is_the_mid_market_rate(self, game):
        key, middle = gt.allocate(game, "dynamic_key"), gt.allocate(game, "mid_market_rate")
        tolerance = 1e-12 * max(game.grand_value, 1e-300)
        np.testing.assert_allclose(key.payoffs, middle.payoffs, rtol=1e-12, atol=tolerance)
        np.testing.assert_allclose(key.sell_price, middle.sell_price, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(key.buy_price, middle.buy_price, rtol=1e-12, atol=1e-15)

    @checked
    @given(sharing_games(), st.floats(0, 1))
    def test_static_keys_never_share_more_than_the_gains(self, game, local_share):
        split = gt.allocate(game, "static_key", local_share=local_share)
        assert split.imbalance <= 1e-9 * game.grand_value

    @checked
    @given(sharing_games(min_homes=2), st.data())
    def test_static_keys_by_definition(self, game, data):
        n, street = game.n_players, game.community
        keys = np.array(data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))) + np.eye(n)[0]
        keys = keys / keys.sum()
        split = gt.allocate(game, "static_key", keys=keys, local_share=0.25)
        surplus, deficit, spread = street.surplus, street.deficit, street.tariff.spread()
        supply = surplus.sum(axis=0)
        attributed = np.minimum(keys[:, None] * supply, deficit) * spread
        sold = np.divide(surplus, supply, out=np.zeros_like(surplus), where=supply > 0) * attributed.sum(axis=0)
        expected = (0.75 * attributed + 0.25 * sold).sum(axis=1)
        np.testing.assert_allclose(split.payoffs, expected, rtol=1e-9, atol=1e-12 * max(game.grand_value, 1e-300))

    def test_static_keys_by_name_and_the_gains_they_waste(self):
        game = one_step([4, -1, -3])
        fit = gt.allocate(game, "static_key", keys={"B": 0.25, "C": 0.75})
        assert fit.imbalance == 0
        assert fit.notes == (
            "The keys were given by the caller.",
            "The keys leave 0.0% of the gains unshared.",
        )
        waste = gt.allocate(game, "static_key", keys=[0, 1, 0], local_share=1)
        assert waste.payoffs.tolist() == [8, 0, 0]
        assert waste.imbalance == -24
        assert waste.rule == "static_key:local_share=1"
        assert "75.0%" in waste.notes[1]

    @pytest.mark.parametrize(
        ("keys", "message"),
        [
            ([0.5, 0.6], "sum to 1"),
            ([-0.5, 1.5], "at least 0"),
            ([1.0], "each of the 2 homes"),
            ("abc", "be numbers"),
        ],
    )
    def test_bad_keys_are_refused(self, keys, message):
        with pytest.raises(gt.InvalidInputError, match=message):
            gt.allocate(one_step([1, -1]), "static_key", keys=keys)

    def test_key_of_an_unknown_home(self):
        with pytest.raises(gt.UnknownNameError, match="home in keys"):
            gt.allocate(one_step([1, -1]), "static_key", keys={"Z": 1.0})

    @pytest.mark.parametrize("rule", ["static_key", "dynamic_key"])
    @pytest.mark.parametrize("local_share", [-0.1, 1.1, float("nan")])
    def test_local_price_outside_the_tariff_lines(self, rule, local_share):
        with pytest.raises(gt.InvalidInputError, match=f"local_share of {rule}"):
            gt.allocate(one_step([1, -1]), rule, local_share=local_share)

    def test_unknown_method(self):
        with pytest.raises(gt.UnknownNameError, match="method of dynamic_key"):
            gt.allocate(one_step([1, -1]), "dynamic_key", method="equals")

    def test_equal_amounts_up_to_each_deficit(self):
        split = gt.allocate(one_step([7, -1, -4, -9]), "dynamic_key", method="equal", local_share=0.0)
        assert split.payoffs.tolist() == [0, 8, 24, 24]
        assert split.rule == "dynamic_key:method=equal:local_share=0.0"
        assert split.sell_price is None

    @checked
    @given(hnp.arrays(float, (4, 3), elements=st.floats(0, 10)), hnp.arrays(float, 3, elements=st.floats(0, 1)))
    def test_water_filling(self, limits, share):
        amounts = share * limits.sum(axis=0)
        given_out = water_fill(limits, amounts)
        np.testing.assert_allclose(given_out.sum(axis=0), amounts, rtol=1e-12, atol=1e-12)
        assert (given_out <= limits).all()
        unfilled = given_out < limits
        level = given_out.max(axis=0)
        assert (np.abs(given_out - level) <= 1e-12 * (1 + level))[unfilled].all()


class TestMarginalContribution:
    def test_nobody_is_pivotal(self):
        split = gt.allocate(MAJORITY, "marginal_contribution")
        np.testing.assert_allclose(split.payoffs, 1 / 3)
        assert split.beside["clarke"].tolist() == [0, 0, 0]
        assert "equal shares" in split.notes[1]

    def test_contributions_that_cancel(self):
        game = gt.TableGame.from_values({("A",): 0, ("B", "C"): 4, ("A", "C"): 0, ("A", "B", "C"): 2})
        split = gt.allocate(game, "marginal_contribution")
        assert split.beside["clarke"].tolist() == [-2, 2, 2]
        assert split.payoffs.tolist() == [-2, 2, 2]

    def test_clarke_payoffs_and_their_imbalance_are_told(self):
        split = gt.allocate(one_step([1, 1, -2]), "marginal_contribution")
        assert split.payoffs.tolist() == [4, 4, 8]
        assert split.beside["clarke"].tolist() == [8, 8, 16]
        assert split.notes == ("The Clarke payoffs add up to +16 EUR over the gains.",)
        assert "clarke" in split.to_frame().columns

    @checked
    @given(sharing_games())
    def test_leave_one_out_agrees_with_coalition_values(self, game):
        generic = marginal_values.registry[object](game)
        np.testing.assert_allclose(marginal_values(game), generic, rtol=1e-9, atol=1e-9 * max(game.grand_value, 1e-300))

    @checked
    @given(sharing_games())
    def test_sharing_games_are_individually_rational_and_pay_no_null_home(self, game):
        payoffs = gt.allocate(game, "marginal_contribution").payoffs
        assert (payoffs >= -game.tolerance).all()
        assert not payoffs[~game.community.net_load.any(axis=1)].any()

    @checked
    @given(table_games())
    def test_scaled_in_proportion(self, game):
        split = gt.allocate(game, "marginal_contribution")
        added = split.beside["clarke"] - game.single_values
        shares = split.payoffs - game.single_values
        cross = added[:, None] * shares - shares[:, None] * added
        if len(split.notes) == 1:
            largest = np.abs(added).max(), np.abs(shares).max()
            rounding = 1e-15 * np.abs(game.numbers).max() * sum(largest)
            assert np.abs(cross).max() <= max(1e-300, 1e-9 * largest[0] * largest[1]) + rounding


class TestBaseline:
    def test_everything_is_left_unshared(self):
        split = gt.allocate(one_step([1, -1]), "stand_alone")
        assert (split.imbalance, split.sell_price, split.buy_price) == (-8, 4, 12)


def test_shared_energy_of_each_step():
    street = make_community([[-2.0, -2.0, 1.0], [3.0, 1.0, 1.0]], export_price=[4, 4, 12])
    assert shared_energy(gt.SharingGame(street)).tolist() == [2, 1, 0]


def test_rule_of_ones_own():
    split = gt.allocate(one_step([1, -1]), lambda game: [8.0, 0.0])
    assert split.payoffs.tolist() == [8, 0]
