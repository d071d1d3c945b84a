"""The sharing game against rational arithmetic, and the theorems that hold for every community."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.coalitional import all_coalitions, sharing
from gametrade.solvers.price_tree import clearing_price
from tests.solvers.brute_force import exact_value, exact_values
from tests.strategies import communities, make_community, one_step, relabelled, sharing_games


def rounding(game):
    """Rounding error of a sum over homes and steps of spread times energy, as the meters count it."""
    community = game.community
    energy = community.demand.sum() + community.generation.sum()
    return 1e-13 * float(community.tariff.spread().max(initial=0.0) * energy)


@given(communities(max_homes=5))
def test_value_of_every_coalition_is_the_rational_one(community):
    game = gt.SharingGame(community)
    for members, exact in exact_values(community).items():
        value = game.value([community.names[i] for i in members])
        assert abs(Fraction(value) - exact) <= rounding(game)


@given(sharing_games(max_homes=6))
def test_table_is_in_bitmask_order(game):
    table = game.table()
    assert table.shape == (2**game.n_players,)
    assert table[0] == 0
    for mask in range(2**game.n_players):
        names = [name for i, name in enumerate(game.players) if mask >> i & 1]
        assert table[mask] == pytest.approx(game.value(names), rel=1e-12, abs=rounding(game))


@given(sharing_games(max_homes=5))
def test_it_is_superadditive_and_monotone_and_zero_normalised(game):
    table, slack = game.table(), rounding(game)
    masks = np.arange(len(table))
    for mask in masks:
        others = masks[masks & mask == 0]
        assert (table[others | mask] >= table[others] + table[mask] - slack).all()
        assert (table[others | mask] >= table[mask] - slack).all()
    assert (game.single_values == 0).all()
    assert (table[1 << np.arange(game.n_players)] == 0).all()
    assert game.grand_value == pytest.approx(table[-1], rel=1e-12, abs=slack)
    street = game.community
    bills = street.deficit * np.abs(street.import_price) + street.surplus * np.abs(street.export_price)
    assert game.tolerance == pytest.approx(max(1e-9 * game.grand_value, 1e-15 * bills.sum()), rel=1e-12)


@given(sharing_games(max_homes=6))
def test_clearing_prices_give_a_core_allocation(game):
    gains = game.price_values(clearing_price(game.position))
    assert gains.sum() == pytest.approx(game.grand_value, rel=1e-9, abs=rounding(game))
    excess = game.table() - all_coalitions(game.n_players) @ gains
    assert excess.max() <= rounding(game) + game.tolerance


@given(sharing_games(max_homes=6), st.data())
def test_every_price_path_bounds_every_coalition(game, data):
    path = np.array(data.draw(st.lists(st.floats(0, 1), min_size=len(game.spread), max_size=len(game.spread))))
    gains = game.price_values(path)
    assert (game.table() <= all_coalitions(game.n_players) @ gains + rounding(game)).all()
    local = game.local_price(path)
    assert local.shape == (game.community.n_steps,)
    tariff = game.community.tariff
    assert (local >= tariff.export_price - 1e-12).all()
    assert (local <= tariff.export_price + tariff.spread() + 1e-12).all()


def test_values_in_chunks_are_the_values_at_once(monkeypatch):
    rng = np.random.default_rng(0)
    game = gt.SharingGame(make_community(rng.normal(size=(7, 11))))
    rows = rng.random((101, 7)) < 0.5
    at_once = game.values(rows)
    for chunk in (1, 12, 50, 10**6):
        monkeypatch.setattr(sharing, "CHUNK", chunk)
        assert np.array_equal(game.values(rows), at_once) or np.allclose(game.values(rows), at_once, rtol=1e-14)
    assert game.values(rows[:0]).shape == (0,)


def test_table_of_fourteen_homes_is_the_values_of_all_coalitions():
    rng = np.random.default_rng(1)
    game = gt.SharingGame(make_community(rng.integers(-3, 4, size=(14, 5)).astype(float)))
    assert np.allclose(game.table(), game.values(all_coalitions(14)), rtol=1e-13, atol=1e-12)
    assert game.table() is game.table()
    assert not game.table().flags.writeable
    assert not game.position.flags.writeable


@pytest.mark.parametrize("scale", [1e-300, 1e-9, 1.0, 1e9])
def test_values_scale_with_energy(scale):
    net = np.array([[2.0, -1.0, 3.0], [-1.0, 2.0, -1.0], [1.0, -1.0, -1.0]])
    small, large = (gt.SharingGame(make_community(net * factor, 0.3, 0.1)).table() for factor in (1.0, scale))
    assert np.allclose(large, small * scale, rtol=1e-13)


def test_only_steps_with_a_spread_a_seller_and_a_buyer_count():
    net = [[1, -1, 1, 1, 0], [-1, -2, 1, 1, 0]]
    game = gt.SharingGame(make_community(net, [12, 12, 12, 3, 12], [4, 4, 4, 4, 4], 0.0))
    assert game.trade_steps.tolist() == [0]
    assert game.grand_value == 8
    assert gt.SharingGame(make_community(net, 12, 4, 9)).grand_value == 0
    assert game.unit == "EUR"


@given(sharing_games(min_homes=1, max_homes=5), st.randoms(use_true_random=False))
def test_relabelled_homes_keep_their_values(game, random):
    order = list(range(game.n_players))
    random.shuffle(order)
    other = relabelled(game, order)
    for mask in range(2**game.n_players):
        names = [name for i, name in enumerate(game.players) if mask >> i & 1]
        assert other.value(names) == pytest.approx(game.value(names), rel=1e-12, abs=rounding(game))


@given(sharing_games(max_homes=5), st.data())
def test_periods_add_up(game, data):
    cut = data.draw(st.integers(1, max(1, game.community.n_steps - 1)))
    if cut >= game.community.n_steps:
        return
    first, second = game.during(np.arange(cut)), game.during(np.arange(cut, game.community.n_steps))
    assert np.allclose(first.table() + second.table(), game.table(), rtol=1e-12, atol=rounding(game))


def test_a_community_that_shares_nothing_has_the_tolerance_of_its_bills():
    game = gt.SharingGame(make_community([[3.0, 1.0], [2.0, -1.0]], [12, 4], [-4, 4]))
    assert game.grand_value == 0
    assert game.tolerance == pytest.approx(1e-15 * (5 * 12 + 1 * 4 + 1 * 4), rel=1e-12)
    assert gt.SharingGame(make_community(np.zeros((2, 2)))).tolerance == 0


def test_labels_and_members_round_trip():
    game = one_step([1, -1, 2, -2])
    row = game.members(["C", "A"])
    assert row.tolist() == [True, False, True, False]
    assert game.labels(row) == ("A", "C")
    assert game.members([]).sum() == 0
    assert game.members(iter(["B"])).tolist() == [False, True, False, False]
    assert game.value(["A", "A", "B"]) == game.value(("A", "B"))


def test_wrong_labels_are_named():
    game = one_step([1, -1])
    with pytest.raises(gt.InvalidInputError, match=r"not one string\. Got 'AB'"):
        game.value("AB")
    with pytest.raises(gt.UnknownNameError, match=r"player must be one of 'A', 'B'\. Got 'Z'"):
        game.value(["Z"])
    with pytest.raises(gt.InvalidInputError, match=r"must be a Community\. Got ndarray"):
        gt.SharingGame(np.zeros((2, 2)))


def test_tables_stop_at_25_players():
    game = gt.SharingGame(make_community(np.ones((26, 1))))
    with pytest.raises(gt.TooManyPlayersError, match=r"stops at 25 players\. Got 26; blocking_coalition"):
        game.table()


def test_one_home_and_unequal_sides():
    assert gt.SharingGame(make_community([[1.0, -1.0]])).table().tolist() == [0, 0]
    game = one_step([1, 1, -1])
    assert exact_value(game.community, (0, 1, 2)) == Fraction(game.grand_value) == 8
