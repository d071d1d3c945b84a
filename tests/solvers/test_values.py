"""Values of games against their definitions, in exact rational arithmetic."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.coalitional import all_coalitions
from gametrade.solvers.banzhaf import banzhaf_fractions, banzhaf_values
from gametrade.solvers.core_intervals import core_intervals
from gametrade.solvers.core_vertices import core_vertices
from gametrade.solvers.fee_limits import fee_limits
from gametrade.solvers.marginal_vectors import marginal_vectors
from gametrade.solvers.tau_value import bounds_of_the_core, is_quasi_balanced
from gametrade.solvers.weighted_shapley import weighted_shapley
from tests.solvers import values_by_definition as definition
from tests.strategies import LABELS, make_community, sharing_games, table_games

checked = settings(max_examples=80, deadline=None, derandomize=True)


def near(game, *payoffs):
    return 1e-12 * max(1e-300, np.abs(game.table()).max(), *(np.abs(x).max() for x in payoffs))


def floats(numbers):
    return np.array([float(x) for x in numbers])


@st.composite
def games_with_weights(draw, players=4):
    game = draw(table_games(max_players=players))
    weights = draw(st.lists(st.sampled_from([1, 2, 3, 7, 0.5]), min_size=game.n_players, max_size=game.n_players))
    return game, weights


class TestBanzhaf:
    @checked
    @given(table_games())
    def test_equals_the_definition(self, game):
        exact = definition.banzhaf(definition.worths(game), game.n_players)
        assert banzhaf_fractions(game) == exact
        assert np.abs(banzhaf_values(game.table()) - floats(exact)).max() <= near(game)
        answer = gt.allocate(game, "banzhaf", exact=True)
        assert sum(answer.fractions) == Fraction(game.grand_value)
        total = sum(exact)
        if abs(total) > Fraction(1, 10**5) * sum(map(abs, exact)):
            scaled = [x * Fraction(game.grand_value) / total for x in exact]
            assert list(answer.fractions) == scaled
            assert np.abs(gt.allocate(game, "banzhaf").payoffs - floats(scaled)).max() <= 1e6 * near(game)

    def test_values_that_cancel_are_topped_up_with_a_note(self):
        game = gt.TableGame("ab", [0, 1, -1, 0])
        assert "cancel" not in " ".join(gt.allocate(gt.TableGame("ab", [0, 1, 2, 4]), "banzhaf").notes)
        answer = gt.allocate(game, "banzhaf")
        assert "cancel" in answer.notes[1]
        assert answer.imbalance == pytest.approx(0)

    def test_null_player_gets_nothing(self):
        game = gt.TableGame.from_function("abc", lambda s: 3.0 * ("a" in s) * ("b" in s))
        assert gt.allocate(game, "banzhaf").payoffs.tolist() == [1.5, 1.5, 0]


class TestTau:
    @checked
    @given(table_games())
    def test_equals_the_definition_or_says_that_there_is_none(self, game):
        exact = definition.tau(definition.worths(game), game.n_players)
        if exact is None:
            with pytest.raises(gt.InvalidInputError, match="quasi-balanced"):
                gt.allocate(game, "tau_value", exact=True)
        else:
            assert is_quasi_balanced(game)
            answer = gt.allocate(game, "tau_value", exact=True)
            assert list(answer.fractions) == exact
            assert np.abs(gt.allocate(game, "tau_value").payoffs - floats(exact)).max() <= 1e4 * near(game)

    @checked
    @given(sharing_games(max_homes=5))
    def test_sharing_games_are_quasi_balanced_and_their_core_lies_between_the_bounds(self, game):
        answer = gt.allocate(game, "tau_value")
        core = gt.allocate(game, "competitive_price").payoffs
        slack = max(game.tolerance, near(game)) * 10
        assert (core <= answer.beside["utopia"] + slack).all()
        assert (core >= answer.beside["minimal_rights"] - slack).all()
        rights, utopia = bounds_of_the_core(game.table())
        assert (rights >= -slack).all()
        assert (rights <= utopia + slack).all()

    def test_is_not_listed_for_a_game_without_one(self):
        majority = gt.TableGame.from_function("abc", lambda s: len(s) > 1)
        assert "tau_value" not in [result.rule for result in gt.analyse_stability(majority)]
        with pytest.raises(gt.InvalidInputError, match=r"not between the sums|above its utopia"):
            gt.allocate(majority, "tau_value")


class TestEqualShares:
    @checked
    @given(table_games())
    def test_centres_of_the_game_and_its_dual(self, game):
        v, n = definition.worths(game), game.n_players
        alone = [v[1 << i] for i in range(n)]
        added = [v[-1] - v[2**n - 1 - (1 << i)] for i in range(n)]
        for rule, base in (("egalitarian", alone), ("ensc", added)):
            exact = [x + (v[-1] - sum(base)) / n for x in base]
            answer = gt.allocate(game, rule, exact=True)
            assert list(answer.fractions) == exact
            assert np.abs(gt.allocate(game, rule).payoffs - floats(exact)).max() <= 10 * near(game)
        same = np.abs(gt.allocate(game, "egalitarian").payoffs - gt.allocate(game, "equal_split").payoffs)
        assert same.max() <= 10 * near(game)

    def test_a_report_lists_equal_shares_once(self):
        study = gt.analyse_stability(gt.TableGame.from_values({("a", "b"): 1.0}))
        rules = [result.rule for result in study]
        assert "equal_split" in rules
        assert "egalitarian" not in rules


class TestMarginalVectors:
    @checked
    @given(table_games(max_players=4))
    def test_mean_is_the_shapley_value(self, game):
        exact = marginal_vectors(game, exact=True)
        shapley = definition.shapley(definition.worths(game), game.n_players)
        assert [sum(column) / len(exact) for column in exact.T] == shapley
        assert np.abs(marginal_vectors(game) - exact.astype(float)).max() <= 10 * near(game)
        assert {sum(row) for row in exact} == {Fraction(game.grand_value)}

    def test_of_a_convex_game_they_are_in_the_core(self):
        game = gt.TableGame.from_function("abcd", lambda s: len(s) ** 2)
        rows = all_coalitions(4)
        for vector in marginal_vectors(game):
            assert (game.table() - rows @ vector).max() <= 1e-12

    def test_given_orders(self):
        game = gt.TableGame("ab", [0, 1, 2, 4.0])
        assert marginal_vectors(game, [("b", "a")]).tolist() == [[2, 2]]
        with pytest.raises(gt.InvalidInputError, match="every player once"):
            marginal_vectors(game, [("b", "b")])

    def test_too_many_orders(self):
        game = gt.SharingGame(make_community(np.ones((10, 1))))
        with pytest.raises(gt.TooManyPlayersError, match="n! orders"):
            marginal_vectors(game)


class TestWeightedShapley:
    @checked
    @given(games_with_weights())
    def test_equals_random_orders_from_the_last_to_the_first(self, game_weights):
        game, weights = game_weights
        exact = definition.weighted_shapley(definition.worths(game), game.n_players, [Fraction(w) for w in weights])
        assert list(weighted_shapley(game, weights=weights, exact=True).fractions) == exact
        payoffs = gt.allocate(game, weighted_shapley, weights=dict(zip(game.players, weights, strict=True))).payoffs
        assert np.abs(payoffs - floats(exact)).max() <= 10 * near(game)

    def test_equal_weights_are_shapley(self):
        numbers = np.random.default_rng(2).normal(size=2**12)
        numbers[0] = 0
        game = gt.TableGame(LABELS[:12], numbers)
        same = weighted_shapley(game, weights=[3.0] * 12).payoffs
        np.testing.assert_allclose(same, gt.allocate(game, "shapley").payoffs, atol=1e-13)

    @pytest.mark.parametrize("weights", [[1.0], [1.0, 0.0], [1.0, -1.0], [1.0, np.nan], {"A": 1.0}])
    def test_bad_weights(self, weights):
        with pytest.raises(gt.InvalidInputError, match="weights of weighted_shapley"):
            weighted_shapley(gt.TableGame("AB", [0, 0, 0, 1]), weights=weights)

    @checked
    @given(games_with_weights(), st.lists(st.integers(0, 2), min_size=4, max_size=4))
    def test_priority_is_the_limit_of_ever_larger_weights(self, game_weights, ranks):
        """Classes whose weights differ by a factor of 10^12, in fractions, are within 10^-9 of strict priority."""
        game, weights = game_weights
        classes = [[label for label, rank in zip(game.players, ranks, strict=False) if rank == k] for k in range(3)]
        steep = [Fraction(w) * Fraction(10) ** (-12 * rank) for w, rank in zip(weights, ranks, strict=False)]
        strict = weighted_shapley(game, weights=weights, priority=classes, exact=True).fractions
        near_strict = definition.weighted_shapley(definition.worths(game), game.n_players, steep)
        largest = max(map(abs, definition.worths(game)))
        assert max(abs(x - y) for x, y in zip(strict, near_strict, strict=True)) <= Fraction(1, 10**9) * largest
        assert sum(strict) == Fraction(game.grand_value)

    def test_priority_lists_nobody_twice(self):
        game = gt.TableGame("AB", [0, 0, 0, 1])
        with pytest.raises(gt.InvalidInputError, match="'A' twice"):
            weighted_shapley(game, priority=[["A"], ["A", "B"]])

    def test_too_many_players_for_fractions(self):
        game = gt.SharingGame(make_community(np.ones((15, 1))))
        with pytest.raises(gt.TooManyPlayersError, match="stops at 14"):
            weighted_shapley(game, exact=True)

    def test_unknown_player(self):
        with pytest.raises(gt.UnknownNameError, match="'C'"):
            weighted_shapley(gt.TableGame("AB", [0, 0, 0, 1]), weights={"A": 1, "B": 1, "C": 1})


@pytest.mark.parametrize("rule", ["shapley", "banzhaf", "tau_value", "egalitarian", "ensc"])
@pytest.mark.parametrize("scale", [1e-8, 1e-3, 1e8])
def test_scale_and_shift(rule, scale):
    """The same game in other money, with additive parts of up to 1e4 times its range, exactly and to rounding."""
    rng = np.random.default_rng(11)
    numbers = np.rint(64 * rng.random(2**6)) / 64
    numbers[0], numbers[-1] = 0, 8
    plain = gt.allocate(gt.TableGame(LABELS[:6], numbers), rule)
    scaled = gt.allocate(gt.TableGame(LABELS[:6], numbers * scale), rule)
    assert np.abs(scaled.payoffs - scale * plain.payoffs).max() <= 1e-12 * scale * 8
    if rule != "banzhaf":
        shift = 8e4 * np.linspace(-1, 1, 6)
        moved = gt.allocate(gt.TableGame(LABELS[:6], numbers + all_coalitions(6) @ shift), rule)
        assert np.abs(moved.payoffs - plain.payoffs - shift).max() <= 1e-9 * 8e4


@pytest.mark.parametrize("rule", ["banzhaf", "tau_value"])
def test_too_many_coalitions_are_refused_with_what_scales(rule):
    game = gt.SharingGame(make_community(np.random.default_rng(0).normal(size=(25, 700))))
    with pytest.raises(gt.TooManyPlayersError, match="shapley samples"):
        gt.allocate(game, rule)


def test_games_without_meter_data_are_told_the_memory_and_what_scales_for_them():
    large = gt.AssignmentGame([f"s{i}" for i in range(20)], [f"b{i}" for i in range(20)], np.ones((20, 20)))
    with pytest.raises(gt.TooManyPlayersError, match=r"\(8 TiB\). Got 40 players; marginal_contribution"):
        gt.allocate(large, "nucleolus")


def test_a_sample_is_drawn_from_a_seed_or_a_generator():
    game = gt.TableGame(tuple("abcd"), np.arange(16.0) ** 2)
    drawn = [
        gt.allocate(game, rule, **option).payoffs.tolist()
        for rule, option in (
            ("shapley:method=permutation:max_permutations=50:rng=3", {}),
            ("shapley:method=permutation:max_permutations=50", {"rng": np.random.default_rng(3)}),
        )
    ]
    assert drawn[0] == drawn[1]
    for wrong in (-1, "three", None):
        with pytest.raises(gt.InvalidInputError, match="rng of shapley must be a seed of at least 0"):
            gt.allocate(game, "shapley", method="permutation", rng=wrong)


@pytest.mark.parametrize("question", [weighted_shapley, marginal_vectors, core_intervals, core_vertices, fee_limits])
def test_what_is_no_game_is_refused_in_one_sentence(question):
    with pytest.raises(gt.InvalidInputError, match=f"{question.__name__} needs a coalitional game"):
        question("street")
    with pytest.raises(gt.InvalidInputError, match="allocate needs a coalitional game"):
        gt.allocate("street", "shapley")


def test_definitions_agree_with_each_other():
    """The oracles of these tests: random orders with equal weights are all orders."""
    v = [Fraction(x) for x in (0, 1, 0, 3, 2, 2, 5, 9)]
    assert definition.weighted_shapley(v, 3, [1, 1, 1]) == definition.shapley(v, 3)
    assert len(list(permutations(range(3)))) == 6


def test_rules_that_need_tables_are_settled_by_period_while_the_tables_fit(monkeypatch):
    from gametrade.analysis import stability

    street = make_community(np.random.default_rng(0).normal(size=(4, 6)))
    rules = ["shapley", "mid_market_rate"]
    before = gt.analyse_stability(street, rules, contracts=["step"])
    monkeypatch.setattr(stability, "PERIOD_TABLES", 2**4)
    after = gt.analyse_stability(street, rules, contracts=["step"])
    assert [len(before[rule].contracts) for rule in rules] == [1, 1]
    assert [len(after[rule].contracts) for rule in rules] == [0, 1]
    assert after["shapley"].status == before["shapley"].status
