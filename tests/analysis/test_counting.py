"""Counts of blocking coalitions: exact ones by brute force, samples within their standard errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

import gametrade as gt
from gametrade.analysis import counting
from gametrade.analysis.counting import count_blocking, table_is_cheap
from gametrade.games.coalitional import subset_sums
from tests.solvers.brute_force import excesses, money_scale
from tests.strategies import games_with_payoffs, make_community, one_step, sharing_games, table_games


@pytest.mark.parametrize("games", [sharing_games(min_homes=2), table_games(min_players=2)])
def test_everything_that_is_tabulated(games):
    @given(games_with_payoffs(games))
    def holds(pair):
        game, payoffs = pair
        found, truth = count_blocking(game, payoffs, best=5), excesses(game, payoffs)
        slack = 1e-12 * money_scale(game, payoffs)
        sure = sum(e > game.tolerance + slack for e in truth.values())
        maybe = sum(e > game.tolerance - slack for e in truth.values())
        assert sure <= found.count <= maybe
        assert found.share == found.count / len(truth)
        assert found.standard_error == 0
        for size, largest in enumerate(found.largest_by_size, 1):
            wanted = max(e for members, e in truth.items() if len(members) == size)
            assert largest == pytest.approx(wanted, abs=slack)
        ranked = sorted(truth.values(), reverse=True)[:5]
        assert [e for _, e in found.best] == pytest.approx(ranked, abs=slack)
        for i, (names, best) in enumerate(found.best_of_home):
            assert game.players[i] in names
            assert best == pytest.approx(max(e for members, e in truth.items() if i in members), abs=slack)

    holds()


@pytest.mark.parametrize("seed", range(4))
def test_samples_are_within_five_standard_errors(seed):
    rng = np.random.default_rng(seed)
    game = gt.SharingGame(make_community(rng.normal(size=(14, 6)), 0.3, 0.08))
    payoffs = gt.allocate(game, "equal_split").payoffs
    exact, sampled = count_blocking(game, payoffs, exact=True), count_blocking(game, payoffs, exact=False, rng=rng)
    assert sampled.count is None
    assert sampled.largest_by_size is None
    assert sampled.best == ()
    assert abs(sampled.share - exact.share) <= 5 * sampled.standard_error
    again = count_blocking(game, payoffs, exact=False)
    assert again.share == count_blocking(game, payoffs, exact=False).share


def test_samples_of_few_players_are_of_proper_coalitions():
    game = one_step([1, 1, -1])
    payoffs = gt.allocate(game, "mid_market_rate").payoffs
    exact, sampled = count_blocking(game, payoffs), count_blocking(game, payoffs, exact=False)
    assert abs(sampled.share - exact.share) <= 5 * sampled.standard_error


def test_samples_do_not_count_the_grand_coalition():
    game = gt.TableGame(("a", "b"), [0.0, 0, 0, 1])
    assert count_blocking(game, [0.0, 0.0], exact=False).share == 0


def test_samples_never_claim_certainty():
    game = one_step([1, -1, 1, -1])
    assert count_blocking(game, [100.0] * 4, exact=False).share == 0
    assert count_blocking(game, [100.0] * 4, exact=False).standard_error > 0


def test_what_is_cheap_enough(monkeypatch):
    game = one_step([1, 1, -1])
    assert table_is_cheap(game)
    monkeypatch.setattr(counting, "TABLE_BUDGET", 7)
    assert not table_is_cheap(game)
    assert count_blocking(game, [1, 1, 1]).count is None
    assert count_blocking(game, [1, 1, 1], exact=True).count is not None


def test_too_many_or_too_few_numbers():
    many = gt.SharingGame(make_community(np.ones((26, 1))))
    with pytest.raises(gt.TooManyPlayersError):
        count_blocking(many, np.zeros(26), exact=True)
    assert count_blocking(many, np.zeros(26)).count is None
    with pytest.raises(gt.InvalidInputError, match=r"must have 26 numbers\. Got shape \(2,\)"):
        count_blocking(many, [1, 2])


def test_one_player_has_no_proper_coalition():
    found = count_blocking(gt.TableGame(("a",), [0.0, 5.0]), [3.0])
    assert (found.count, found.share, found.best, found.best_of_home) == (0, 0.0, (), ())


def test_subset_sums_are_in_bitmask_order():
    numbers = np.array([1.0, 10, 100, 1000])
    sums = subset_sums(numbers)
    for mask in range(16):
        assert sums[mask] == sum(numbers[i] for i in range(4) if mask >> i & 1)
