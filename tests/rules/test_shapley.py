"""The Shapley value against its definition, closed forms and its own sample."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import permutations
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.solvers.shapley import exact_by_default, shapley_values
from tests.strategies import communities, make_community, one_step, sharing_games, table_games

checked = settings(max_examples=80, deadline=None, derandomize=True)


def by_definition(table, n):
    """Average marginal contribution over all n! orders, in exact arithmetic."""
    total, orders = [Fraction(0)] * n, list(permutations(range(n)))
    for order in orders:
        mask = 0
        for player in order:
            total[player] += Fraction(float(table[mask | 1 << player])) - Fraction(float(table[mask]))
            mask |= 1 << player
    return np.array([float(x / len(orders)) for x in total])


def likely_error(table, sample):
    """Error of each sampled payoff that chance exceeds once in 10^9 samples, by Bernstein's inequality.

    The mean of k pairs of orders errs by more than t with a probability of at most
    2 exp(-k t^2 / (2 s^2 + 2 r t / 3)), s being the spread and r the largest deviation of one pair, both taken
    over all n! pairs. The standard error of the sample itself bounds nothing: it is 0 until a rare order is met.
    """
    pairs = all_pair_means(table, sample.payoffs.size)
    k = int(re.search(r"Sampled: (\d+) permutations", sample.notes[0])[1]) // 2
    odds = np.log(2 / 1e-9)
    spread, largest = pairs.std(axis=0), np.abs(pairs - pairs.mean(axis=0)).max(axis=0)
    return np.sqrt(2 * spread**2 * odds / k) + 2 * largest * odds / (3 * k)


def all_pair_means(table, n):
    """Mean marginal contributions along each order and its reverse, shape (n!, n)."""
    return np.array([[(a + b) / 2 for a, b in zip(along(table, order), along(table, order[::-1]), strict=True)]
                     for order in permutations(range(n))])  # fmt: skip


def along(table, order):
    """Marginal contributions of the players if they arrive in this order."""
    added, mask = [0.0] * len(order), 0
    for player in order:
        added[player] = table[mask | 1 << player] - table[mask]
        mask |= 1 << player
    return added


class TestExact:
    @checked
    @given(table_games())
    def test_agrees_with_the_definition(self, game):
        expected = by_definition(game.numbers, game.n_players)
        scale = np.abs(game.numbers).max() or 1.0
        np.testing.assert_allclose(gt.allocate(game, "shapley").payoffs, expected, rtol=1e-12, atol=1e-13 * scale)

    def test_three_home_example(self):
        split = gt.allocate(one_step([1, 1, -1]), "shapley")
        np.testing.assert_allclose(split.payoffs + [4, 4, -12], [16 / 3, 16 / 3, -20 / 3])
        assert split.game.value(["A", "C"]) - split.payoffs[[0, 2]].sum() == pytest.approx(4 / 3)
        assert split.notes == ("Exact: all 8 coalitions.",)
        assert split.standard_errors is None

    @pytest.mark.parametrize("sellers", range(1, 5))
    @pytest.mark.parametrize("buyers", range(1, 5))
    def test_unit_sellers_and_buyers(self, sellers, buyers):
        players = sellers + buyers
        expected = sum(
            Fraction(comb(sellers - 1, s) * comb(buyers, b), players * comb(players - 1, s + b))
            for s in range(sellers)
            for b in range(s + 1, buyers + 1)
        )
        published = {(2, 1): (1, 6), (1, 2): (2, 3), (3, 2): (7, 30), (3, 3): (1, 2)}
        if (sellers, buyers) in published:
            assert expected == Fraction(*published[sellers, buyers])
        payoffs = gt.allocate(one_step([1] * sellers + [-1] * buyers, 1, 0), "shapley").payoffs
        np.testing.assert_allclose(payoffs[:sellers], float(expected), rtol=1e-13)
        np.testing.assert_allclose(payoffs.sum(), min(sellers, buyers), rtol=1e-13)

    def test_long_side_gets_little_in_large_steps(self):
        """With half as many buyers as sellers the sellers' value falls towards the core's zero."""
        values = [gt.allocate(one_step([1] * 2 * k + [-1] * k, 1, 0), "shapley").payoffs[0] for k in (1, 2, 4, 6)]
        assert (np.diff(values) < 0).all()

    def test_many_tables_at_once(self):
        tables = np.random.default_rng(3).normal(size=(5, 16))
        tables[:, 0] = 0
        together = shapley_values(tables)
        assert together.shape == (5, 4)
        np.testing.assert_allclose(together, [by_definition(table, 4) for table in tables], atol=1e-13)
        np.testing.assert_allclose(together.sum(axis=1), tables[:, -1])

    @pytest.mark.parametrize("table", [np.zeros(3), np.zeros(1), np.array(2.0), np.zeros((2, 6))])
    def test_tables_that_are_none(self, table):
        with pytest.raises(gt.InvalidInputError, match="2\\^n entries"):
            shapley_values(table)

    @checked
    @given(sharing_games(max_homes=5))
    def test_sharing_games_are_individually_rational(self, game):
        assert (gt.allocate(game, "shapley").payoffs >= -game.tolerance).all()


class TestSampled:
    @settings(max_examples=25, deadline=None, derandomize=True)
    @given(communities(min_homes=2, max_homes=5, max_steps=3), st.integers(0, 2**32))
    def test_agrees_with_exact_within_the_error_of_chance(self, street, seed):
        game = gt.SharingGame(street)
        exact = gt.allocate(game, "shapley").payoffs
        rng = np.random.default_rng(seed)
        sample = gt.allocate(game, "shapley", exact=False, relative_error=1e-9, max_permutations=400, rng=rng)
        rounding = 1e-9 * game.grand_value
        assert (np.abs(sample.payoffs - exact) <= likely_error(game.table(), sample) + rounding).all()
        assert abs(sample.imbalance) <= 1e-9 * game.grand_value

    def test_standard_errors_are_those_of_chance(self):
        """Over many samples the errors, in standard errors, have mean 0 and the spread of Student's t, 1.03."""
        game = self.street()
        exact = gt.allocate(game, "shapley").payoffs
        draws = [
            gt.allocate(game, "shapley", exact=False, relative_error=1e-9, max_permutations=64, rng=rng)
            for rng in np.random.default_rng(0).spawn(300)
        ]
        scores = np.array([(draw.payoffs - exact) / draw.standard_errors for draw in draws])
        assert np.abs(scores.mean(axis=0)).max() < 5 / np.sqrt(300)
        assert 0.9 < np.sqrt((scores**2).mean()) < 1.15

    @settings(max_examples=25, deadline=None, derandomize=True)
    @given(table_games(), st.integers(0, 2**32))
    def test_tables_too(self, game, seed):
        exact = gt.allocate(game, "shapley").payoffs
        rng = np.random.default_rng(seed)
        sample = gt.allocate(game, "shapley", exact=False, max_permutations=300, rng=rng)
        scale = np.abs(game.numbers).max()
        assert (np.abs(sample.payoffs - exact) <= likely_error(game.numbers, sample) + 1e-9 * scale).all()
        assert abs(sample.imbalance) <= 1e-9 * max(scale, np.abs(sample.payoffs).sum())

    @checked
    @given(sharing_games(max_homes=4))
    def test_fast_walk_agrees_with_coalition_values(self, game):
        """The walk over running sums and the walk over coalitions are the same numbers."""
        table = gt.TableGame(game.players, game.table())
        first, second = (gt.allocate(g, "shapley", exact=False, max_permutations=20) for g in (game, table))
        turnover = np.abs(game.position).sum()
        np.testing.assert_allclose(first.payoffs, second.payoffs, rtol=1e-9, atol=1e-12 * turnover)

    def test_stops_when_precise_and_says_so(self):
        game = self.street()
        split = gt.allocate(game, "shapley", exact=False, relative_error=0.05, max_permutations=20_000)
        assert split.standard_errors.max() <= 0.05 * game.grand_value / game.n_players
        assert split.rule == "shapley:exact=False"
        assert "target 5.00% reached" in split.notes[0]

    def test_stops_at_the_last_permutation_and_says_so(self):
        split = gt.allocate(self.street(), "shapley", exact=False, relative_error=1e-6, max_permutations=70)
        assert split.notes[0].startswith("Sampled: 70 permutations")
        assert "NOT reached" in split.notes[0]

    def test_nothing_to_share_stops_at_once(self):
        split = gt.allocate(one_step([1, 2]), "shapley", exact=False)
        assert not split.payoffs.any()
        assert not split.standard_errors.any()
        assert "Sampled: 32 permutations" in split.notes[0]

    def test_same_source_same_sample(self):
        draws = [gt.allocate(self.street(), "shapley", exact=False, max_permutations=40) for _ in range(2)]
        other = gt.allocate(self.street(), "shapley", exact=False, max_permutations=40, rng=np.random.default_rng(5))
        assert np.array_equal(draws[0].payoffs, draws[1].payoffs)
        assert not np.array_equal(draws[0].payoffs, other.payoffs)

    def test_null_home_gets_exactly_nothing(self):
        net = np.random.default_rng(2).normal(size=(30, 5))
        net[7] = 0
        split = gt.allocate(make_community(net), "shapley", max_permutations=40)
        assert split.payoffs[7] == 0
        assert split.standard_errors[7] == 0

    def test_large_communities_are_sampled_and_never_in_silence(self):
        game = gt.SharingGame(make_community(np.random.default_rng(2).normal(size=(26, 3))))
        assert not exact_by_default(game)
        assert "Sampled" in gt.allocate(game, "shapley", max_permutations=40).notes[0]
        with pytest.raises(gt.TooManyPlayersError, match="25 players"):
            gt.allocate(game, "shapley", exact=True)

    def test_limit_counts_trade_steps(self):
        net = np.tile([[1.0], [-1.0]], (10, 1))
        few = gt.SharingGame(make_community(np.repeat(net, 4000, axis=1)))
        many = gt.SharingGame(make_community(np.repeat(net, 5000, axis=1)))
        assert exact_by_default(few)
        assert not exact_by_default(many)

    @pytest.mark.parametrize("option", [{"relative_error": 0}, {"max_permutations": 3}])
    def test_bad_options(self, option):
        with pytest.raises(gt.InvalidInputError, match=next(iter(option))):
            gt.allocate(one_step([1, -1]), "shapley", **option)

    @staticmethod
    def street():
        return gt.SharingGame(make_community(np.random.default_rng(1).normal(size=(12, 20))))
