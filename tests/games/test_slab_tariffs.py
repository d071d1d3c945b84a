"""Slab tariffs: values by listing which blocks are saved, and an empty core with its balancing weights."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.optimize import linprog

import gametrade as gt
from gametrade.games.coalitional import all_coalitions
from gametrade.games.coalitional.slab_tariffs import SlabTariffGame
from gametrade.solvers.core_emptiness import core_emptiness
from tests.strategies import communities, make_community

checked = settings(max_examples=30, deadline=None, derandomize=True)


@st.composite
def slab_games(draw, rising=None):
    street = draw(communities(max_homes=4, max_steps=2, scales=(1.0, 1e-4, 1e4)))
    n = street.n_prosumers
    levels = st.sampled_from([0.1, 0.2, 0.3, 0.5])
    first, second, sold = (draw(hnp.arrays(float, n, elements=levels)) for _ in range(3))
    size = np.abs(street.net_load).max() or 1.0
    threshold = draw(hnp.arrays(float, n, elements=st.sampled_from([0.0, 0.25, 0.5, 2.0]))) * size
    if rising:
        first, second = np.minimum(first, second), np.maximum(first, second)
    return SlabTariffGame(street, first, second, threshold, sold - 0.1)


def by_listing(game, inside):
    """Best trades in each step over all ways to save the cheap block of a buyer in full, or not to go beyond it."""
    street, total = game.community, 0.0
    for t in range(street.n_steps):
        sellers = [i for i in np.flatnonzero(inside) if street.surplus[i, t] > 0]
        buyers = [i for i in np.flatnonzero(inside) if street.deficit[i, t] > 0]
        if not sellers or not buyers:
            continue
        unit, best = float(street.surplus[sellers, t].max()), 0.0
        above = [max(0.0, street.deficit[i, t] - game.threshold[i]) / unit for i in buyers]
        below = [min(street.deficit[i, t], game.threshold[i]) / unit for i in buyers]
        price = np.concatenate([game.above_price[buyers], game.import_price[buyers]]) - street.tariff.network_charge[t]
        for full in product([False, True], repeat=len(buyers)):
            bounds = [(0, street.surplus[i, t] / unit) for i in sellers]
            bounds += [(a if f else 0, a) for a, f in zip(above, full, strict=True)]
            bounds += [(0, b if f else 0) for b, f in zip(below, full, strict=True)]
            cost = np.concatenate([game.export_price[sellers], -price])
            balance = np.concatenate([np.ones(len(sellers)), -np.ones(2 * len(buyers))])
            answer = linprog(cost, A_eq=balance[None, :], b_eq=[0.0], bounds=bounds)
            best = max(best, -answer.fun) if answer.status == 0 else best
        total += best * unit
    return total


@checked
@given(slab_games())
def test_values_are_the_best_choice_of_blocks(game):
    rows = all_coalitions(game.n_players)
    expected = np.array([by_listing(game, row) for row in rows])
    scale = max(1e-300, float(np.abs(game.community.net_load).sum()))
    assert np.abs(game.values(rows) - expected).max() <= 1e-7 * scale


@checked
@given(slab_games(rising=True))
def test_rising_slabs_are_a_market_with_a_core(game):
    assert not game.blocks.any()
    if game.n_players > 1:
        assert not core_emptiness(game).empty


def test_discounts_for_bulk_can_empty_the_core():
    """Two buyers, each with a use for two of three kWh: some pair of sellers can always do better with a buyer."""
    street = make_community([[-1.0], [-1.0], [-1.0], [2.0], [2.0]])
    game = SlabTariffGame(street, np.full(5, 10.0), np.full(5, 2.0), np.full(5, 1.0), np.zeros(5))
    assert game.grand_value == pytest.approx(14.0)
    assert game.value(["A", "B", "D"]) == pytest.approx(12.0)
    found = core_emptiness(game)
    assert found.empty
    assert found.margin > 0
    assert (found.weights @ found.coalitions.astype(object) == 1).all()
    by_hand = sum(0.25 * game.value([*pair, buyer]) for pair in ("AB", "BC", "AC") for buyer in "DE")
    assert by_hand == pytest.approx(18.0)


def test_equal_slabs_are_the_game_of_individual_tariffs():
    street = make_community([[-3.0, 1.0], [1.0, -2.0], [2.0, 1.5]], network_charge=0.02)
    bought, sold = [0.3, 0.2, 0.4], [0.1, 0.05, 0.1]
    slabs = SlabTariffGame(street, bought, bought, [0.5, 0.0, 9.0], sold)
    assert slabs.table() == pytest.approx(gt.IndividualTariffGame(street, bought, sold).table())


@pytest.mark.parametrize(
    ("threshold", "words"), [([1.0], "each of 2 homes"), ([-1.0, 0.0], "at least 0"), ([np.nan, 0.0], "finite number")]
)
def test_thresholds_that_make_no_sense_are_refused(threshold, words):
    street = make_community([[1.0], [-1.0]])
    with pytest.raises(gt.InvalidInputError, match=words):
        SlabTariffGame(street, [0.3, 0.3], [0.2, 0.2], threshold, [0.1, 0.1])
