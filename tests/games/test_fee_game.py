"""Fees: values by listing communities, mixed-integer programs against tables, when the core empties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.coalitional import all_coalitions, fees
from gametrade.solvers.core_emptiness import core_emptiness
from tests.games.test_individual_tariffs import tariff_games
from tests.strategies import make_community, sharing_games, table_games

checked = settings(max_examples=60, deadline=None, derandomize=True)


@st.composite
def fee_games(draw, games, **fixed):
    """A game with fees from none to more than anybody gains."""
    game = draw(games)
    money = max(abs(game.grand_value), float(np.abs(game.single_values).max()))
    shares = [draw(st.sampled_from([0.0, 0.05, 0.2, 2.0])) * money for _ in range(2)]
    options = {
        "per_member": shares[0] / game.n_players,
        "per_coalition": shares[1] / 4,
        "min_size": draw(st.integers(2, 4)),
        **fixed,
    }
    return fees.FeeGame(game, **options)


def by_listing(game, inside):
    """Best community inside a coalition, one after the other."""
    base, best = game.game, 0.0
    for row in all_coalitions(game.n_players):
        if row.sum() >= game.min_size and not (row & ~inside).any():
            gain = base.values(row[None, :])[0] - base.single_values[row].sum()
            best = max(best, gain - game.per_coalition - game.per_member * row.sum())
    return best + base.single_values[inside].sum()


def near(game):
    return 1e-12 * (np.abs(game.game.table()).sum() + game.per_coalition + game.n_players * game.per_member)


class TestValues:
    @checked
    @given(fee_games(st.one_of(table_games(), sharing_games(max_homes=5), tariff_games(max_homes=5))))
    def test_the_best_community_of_every_coalition(self, game):
        rows = all_coalitions(game.n_players)
        expected = np.array([by_listing(game, row) for row in rows])
        assert np.abs(game.values(rows) - expected).max() <= near(game)
        assert np.abs(game.table() - expected).max() <= near(game)
        assert game.single_values.tolist() == game.game.single_values.tolist()

    @checked
    @given(fee_games(st.one_of(sharing_games(max_homes=5), tariff_games(max_homes=5))))
    def test_large_games_take_programs(self, game):
        rows = all_coalitions(game.n_players)
        expected = game.values(rows)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(fees, "FEE_TABLE_PLAYERS", 0)
            assert np.abs(game.values(rows) - expected).max() <= max(near(game), game.tolerance)

    @checked
    @given(fee_games(table_games(min_players=2), may_stay_apart=False))
    def test_all_together_or_nothing(self, game):
        rows = all_coalitions(game.n_players)
        sizes = rows.sum(axis=1)
        paid = game.per_coalition + game.per_member * sizes
        expected = np.where(sizes >= game.min_size, game.game.table() - paid, rows @ game.game.single_values)
        assert np.abs(game.values(rows) - expected).max() <= near(game)
        assert np.abs(game.table() - expected).max() <= near(game)

    @checked
    @given(fee_games(sharing_games(max_homes=5)))
    def test_the_community_named_earns_the_value(self, game):
        inside = game.members(game.community_of(game.players))
        earned = 0.0
        if inside.any():
            assert inside.sum() >= game.min_size
            earned = game.game.values(inside[None, :])[0] - game.fee(inside.sum())
        assert earned == pytest.approx(game.grand_value, abs=near(game) + 6 * game.tolerance)

    def test_no_partition_beats_one_community(self):
        game = fees.FeeGame(gt.SharingGame(make_community([[-1.0], [1.0], [-2.0], [2.0]])), per_coalition=3.0)
        assert game.grand_value == 8 * 3 - 3
        assert game.value(["A", "B"]) + game.value(["C", "D"]) == 8 - 3 + 16 - 3


class TestCore:
    @checked
    @given(fee_games(sharing_games(min_homes=2, max_homes=5), per_member=0.0))
    def test_a_platform_cost_or_a_least_size_never_empties_the_core(self, game):
        assert not core_emptiness(game).empty

    def test_an_entry_fee_can_empty_it_as_weights_prove(self):
        rng = np.random.default_rng(5)
        found = None
        while found is None:
            game = gt.SharingGame(make_community(rng.integers(-2, 3, (4, 2)).astype(float)))
            answer = core_emptiness(fees.FeeGame(game, per_member=float(rng.integers(1, 6))))
            found = answer if answer.empty else None
        assert found.margin > 0
        assert found.game.game.grand_value > 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"per_member": -1.0}, "per_member of FeeGame must be a finite number of at least 0. Got -1"),
        ({"per_coalition": np.inf}, "per_coalition of FeeGame"),
        ({"min_size": 1}, "min_size of FeeGame must be at least 2"),
    ],
)
def test_fees_that_make_no_sense_are_refused(options, words):
    game = gt.TableGame.from_values({("s", "b"): 6.0})
    with pytest.raises(gt.InvalidInputError, match=words):
        fees.FeeGame(game, **options)
    with pytest.raises(gt.InvalidInputError, match="must be a CoalitionalGame"):
        fees.FeeGame("game")


def test_a_game_without_structure_needs_a_table():
    players = [f"P{i:02d}" for i in range(17)]
    game = fees.FeeGame(gt.TableGame(players, np.zeros(2**17)), per_member=1.0)
    with pytest.raises(gt.TooManyPlayersError, match="stop at 16 players"):
        game.value(players[:3])
