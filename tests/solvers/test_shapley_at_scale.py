"""The Shapley value of large games: by types, in fractions and by sample, each against a second method."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.solvers.shapley import shapley_fractions, shapley_values
from gametrade.solvers.shapley_types import HomeTypes, hypergeometric, shapley_by_types
from gametrade.solvers.size_sums import size_sums
from tests.solvers import values_by_definition as definition
from tests.strategies import LABELS, make_community, one_step, sharing_games, table_games

checked = settings(max_examples=80, deadline=None, derandomize=True)


class TestSums:
    @pytest.mark.parametrize("n", [1, 2, 5, 8, 9, 14, 15, 16])
    def test_every_size_and_player(self, n):
        """Below, at and above the width at which the table is folded; whole numbers, so that sums are exact."""
        table = np.random.default_rng(n).integers(-9, 10, 2**n)
        masks = np.arange(2**n)
        sizes = np.bitwise_count(masks)
        with_player, total = size_sums(table)
        assert total.tolist() == [table[sizes == k].sum() for k in range(n + 1)]
        for i in range(n):
            inside = masks >> i & 1 == 1
            assert with_player[i].tolist() == [table[inside & (sizes == k)].sum() for k in range(n + 1)]
        assert np.array_equal(size_sums(table.astype(float))[0], with_player)
        if n < 15:
            assert size_sums(table.astype(object))[0].tolist() == with_player.tolist()


class TestFractions:
    @checked
    @given(table_games())
    def test_equals_the_definition(self, game):
        answer = gt.allocate(game, "shapley", exact=True)
        assert list(answer.fractions) == definition.shapley(definition.worths(game), game.n_players)
        assert sum(answer.fractions) == Fraction(game.grand_value)

    def test_keeps_fractions_that_no_float_holds(self):
        game = gt.TableGame("abc", np.array([0, 0, 0, Fraction(1, 3), 0, 0, 0, Fraction(1, 3)], dtype=object))
        assert shapley_fractions(game) == [Fraction(1, 6), Fraction(1, 6), 0]

    def test_huge_additive_part_costs_nothing(self):
        rng = np.random.default_rng(5)
        small = np.rint(rng.random(2**6) * 64) / 64
        small[0] = 0
        shift = [10**9 + i for i in range(6)]
        added = np.array([sum(s for i, s in enumerate(shift) if mask >> i & 1) for mask in range(64)], dtype=float)
        plain, moved = (shapley_fractions(gt.TableGame(LABELS[:6], numbers)) for numbers in (small, small + added))
        assert moved == [x + s for x, s in zip(plain, shift, strict=True)]

    @pytest.mark.parametrize("scale", [1e-8, 1e8])
    def test_floats_of_twenty_players_round_the_fractions(self, scale):
        numbers = np.random.default_rng(3).normal(size=2**18) * scale
        numbers[0] = 0
        game = gt.TableGame(LABELS[:18], numbers)
        exact = np.array([float(x) for x in shapley_fractions(game)])
        assert np.abs(shapley_values(numbers) - exact).max() <= 1e-14 * np.abs(numbers).max()


class TestTypes:
    @checked
    @given(sharing_games(max_homes=3), st.lists(st.integers(1, 4), min_size=3, max_size=3))
    def test_agrees_with_the_table(self, game, copies):
        net = np.repeat(game.community.net_load, copies[: game.n_players], axis=0)
        many = gt.SharingGame(make_community(net))
        by_table = shapley_values(many.table())
        turnover = np.abs(many.position).sum()
        assert np.abs(shapley_by_types(HomeTypes.of(many)) - by_table).max() <= 1e-13 * turnover

    @pytest.mark.parametrize(("sellers", "buyers"), [(30, 25), (100, 100), (7, 60), (1, 40)])
    def test_many_unit_sellers_and_buyers(self, sellers, buyers):
        players = sellers + buyers
        seller = sum(
            Fraction(comb(sellers - 1, s) * comb(buyers, b), players * comb(players - 1, s + b))
            for s in range(sellers)
            for b in range(s + 1, buyers + 1)
        )
        answer = gt.allocate(one_step([1] * sellers + [-1] * buyers, 1, 0), "shapley")
        assert "2 types" in answer.notes[0]
        assert answer.standard_errors is None
        np.testing.assert_allclose(answer.payoffs[:sellers], float(seller), rtol=1e-11)
        buyer = (min(sellers, buyers) - sellers * seller) / buyers
        np.testing.assert_allclose(answer.payoffs[sellers:], float(buyer), rtol=1e-11)

    def test_sample_agrees(self):
        rng = np.random.default_rng(8)
        game = gt.SharingGame(make_community(rng.permutation(rng.normal(size=(4, 12)).repeat(9, axis=0))))
        exact = gt.allocate(game, "shapley").payoffs
        sample = gt.allocate(game, "shapley", exact=False, max_permutations=2000, relative_error=1e-9)
        assert (np.abs(sample.payoffs - exact) <= 5 * sample.standard_errors + 1e-12 * game.grand_value).all()

    def test_equal_homes_are_found_and_idle_ones_left_out(self):
        net = np.array([[1.0, -2], [0, 0], [-1, 1], [1, -2], [-0.0, 0.0]])
        types = HomeTypes.of(gt.SharingGame(make_community(net)))
        assert types.counts == (1, 2)
        assert types.of_home.tolist() == [1, -1, 0, 1, -1]
        assert shapley_by_types(types)[[1, 4]].tolist() == [0, 0]

    def test_homes_that_all_differ_are_not_of_few_types(self):
        game = gt.SharingGame(make_community(np.random.default_rng(2).normal(size=(27, 2))))
        with pytest.raises(gt.TooManyPlayersError, match="25 players"):
            gt.allocate(game, "shapley", exact=True)

    def test_chances_add_up(self):
        likely = hypergeometric(40, 17)
        for size in (0, 1, 20, 57):
            members = range(max(0, size - 17), min(40, size) + 1)
            assert sum(likely[a, size - a] for a in members) == pytest.approx(1, abs=1e-14)


class TestSampling:
    @pytest.mark.parametrize("method", ["antithetic", "permutation", "stratified"])
    def test_is_unbiased_within_its_errors(self, method):
        """Standardised errors of many independent samples have mean near 0 and spread near 1."""
        game = gt.SharingGame(make_community(np.random.default_rng(4).normal(size=(6, 3))))
        exact = gt.allocate(game, "shapley").payoffs
        rng = np.random.default_rng(17)
        scores = []
        for _ in range(60):
            sample = gt.allocate(game, "shapley", exact=False, method=method, relative_error=1e-9,
                                 max_permutations=600, rng=rng)  # fmt: skip
            assert abs(sample.imbalance) <= 1e-9 * game.grand_value
            scores.append((sample.payoffs - exact) / sample.standard_errors)
        assert np.abs(np.mean(scores, axis=0)).max() < 5 / np.sqrt(60)
        assert 0.6 < np.std(scores) < 1.5

    @pytest.mark.parametrize("method", ["antithetic", "permutation", "stratified"])
    @checked
    @given(sharing_games(min_homes=2, max_homes=4))
    def test_fast_walk_agrees_with_coalition_values(self, method, game):
        table = gt.TableGame(game.players, game.table())
        options = {"exact": False, "method": method, "max_permutations": 20}
        first, second = (gt.allocate(g, "shapley", **options) for g in (game, table))
        np.testing.assert_allclose(first.payoffs, second.payoffs, atol=1e-12 * np.abs(game.position).sum())

    def test_every_order_sampled_once_is_exact_for_three_players(self):
        """Two rotations of three players make all six orders, or one half of them twice."""
        game = gt.TableGame("abc", [0, 1, 2, 7, 4, 1, 0, 9.0])
        exact = gt.allocate(game, "shapley").payoffs
        answers = [
            gt.allocate(game, "shapley", exact=False, method="stratified", max_permutations=6,
                        rng=np.random.default_rng(seed)).payoffs
            for seed in range(20)
        ]  # fmt: skip
        assert any(np.allclose(x, exact, atol=1e-12) for x in answers)

    def test_stops_at_a_standard_error_in_money(self):
        game = gt.SharingGame(make_community(np.random.default_rng(1).normal(size=(12, 20))))
        sample = gt.allocate(game, "shapley", exact=False, standard_error=0.5, max_permutations=10**6)
        assert sample.standard_errors.max() <= 0.5
        assert "target 0.5 money reached" in sample.notes[0].replace(game.unit, "money")

    def test_says_how_far_from_the_core_it_can_be(self):
        game = one_step([1, 1, -1])
        note = gt.allocate(game, "shapley", core_bracket=True).notes[-1]
        assert note.startswith("The largest excess of any coalition under these payoffs is from 1.33333 to 1.33333")

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"method": "stratified", "max_permutations": 5}, "two rotations of 3 players"),
            ({"standard_error": 0}, "standard_error of shapley must be above 0"),
        ],
    )
    def test_bad_options(self, options, message):
        with pytest.raises(gt.InvalidInputError, match=message):
            gt.allocate(one_step([1, 1, -1]), "shapley", exact=False, **options)

    def test_unknown_method(self):
        with pytest.raises(gt.UnknownNameError, match="antithetic"):
            gt.allocate(one_step([1, -1]), "shapley", method="antithetical")


def test_a_method_asks_for_a_sample_and_an_exact_answer_takes_none():
    game = one_step([2, -1, -1])
    for method in ("antithetic", "permutation", "stratified"):
        found = gt.allocate(game, "shapley", method=method, max_permutations=60)
        assert found.standard_errors is not None
        assert found.notes[0].startswith("Sampled")
    assert gt.allocate(game, "shapley").standard_errors is None
    with pytest.raises(gt.InvalidInputError, match="must be left out where exact is True"):
        gt.allocate(game, "shapley", exact=True, method="stratified")
