"""Exact arithmetic on whole numbers against Python fractions, at scales that floats cannot mix."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import gametrade as gt
from gametrade.analysis.exact import (
    BLOCK,
    ExactSharingGame,
    digits_of,
    exact_masks,
    exact_sum,
    join,
    limbs,
    lowest_exponent,
    whole_numbers,
)
from tests.solvers.brute_force import exact_value, fractions
from tests.strategies import communities, make_community

FINITE = st.floats(-1e300, 1e300, allow_nan=False)
ENERGIES = st.one_of(
    st.integers(0, 5).map(float),
    st.floats(0, 10),
    st.floats(0, 1e-290),
    st.floats(1e8, 1e9),
    st.sampled_from([0.0, 5e-324, 1e-300, 1e-9, 0.1, 1e9, float(2**53 + 2)]),
)


@st.composite
def mixed_communities(draw):
    """Energies from 1e-300 to 1e9 in one community, demand and generation at the same time."""
    shape = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    demand, generation = (draw(hnp.arrays(float, shape, elements=ENERGIES)) for _ in range(2))
    prices = [draw(hnp.arrays(float, shape[1], elements=st.floats(-1, 1))) for _ in range(2)]
    charge = draw(hnp.arrays(float, shape[1], elements=st.sampled_from([0.0, 0.05, 1e-17, 0.3])))
    tariff = gt.Tariff(*prices, charge, allow_negative_spread=True)
    times = np.datetime64("2023-06-01T00:00:00") + np.arange(shape[1]) * np.timedelta64(3600, "s")
    names = [f"h{i}" for i in range(shape[0])]
    return gt.Community(names, demand, generation, times, 1.0, tariff)


@given(hnp.arrays(float, st.integers(0, 6), elements=FINITE))
def test_whole_numbers_are_the_floats(values):
    numbers, exponent = whole_numbers(values)
    unit = Fraction(2) ** exponent
    assert [int(n) * unit for n in numbers] == [Fraction(float(v)) for v in values]
    if any(numbers):
        assert any(int(n) & 1 for n in numbers)


@given(hnp.arrays(float, (2, 3), elements=ENERGIES))
def test_limbs_join_to_the_floats(values):
    exponent = lowest_exponent(values)
    digits = limbs(values, exponent)
    assert (digits >= 0).all()
    assert (digits < 2**24).all()
    joined = join(digits)
    unit = Fraction(2) ** exponent
    assert [[int(n) * unit for n in row] for row in joined] == fractions(values)


@given(st.lists(st.integers(0, 2**200), max_size=5))
def test_digits_join_to_the_numbers(numbers):
    array = np.array(numbers, dtype=object)
    assert join(digits_of(array)).tolist() == numbers


@given(st.one_of(communities(max_homes=4), mixed_communities()))
def test_every_value_is_the_rational_one(community):
    game = ExactSharingGame(community)
    table, rows = game.table(), exact_masks(community.n_prosumers)
    for row, number in zip(rows, table, strict=True):
        exact = exact_value(community, tuple(np.flatnonzero(row)))
        assert number == exact
        assert game.value(row) == exact


@given(st.one_of(communities(max_homes=4), mixed_communities()), st.data())
def test_every_price_value_is_the_rational_one(community, data):
    game = ExactSharingGame(community)
    steps = len(game.steps)
    path = np.array(data.draw(st.lists(st.integers(0, 128), min_size=steps, max_size=steps)), dtype=np.int64)
    spreads = fractions(community.tariff.spread())
    demand, generation = fractions(community.demand), fractions(community.generation)
    for i, found in enumerate(game.price_values(path, 128)):
        wanted = Fraction(0)
        for t, place in zip(game.steps, path, strict=True):
            surplus = generation[i][t] - demand[i][t]
            share = Fraction(int(place), 128)
            wanted += spreads[t] * (share * surplus if surplus > 0 else -(1 - share) * surplus)
        assert found == wanted


def test_more_steps_than_one_block():
    rng = np.random.default_rng(0)
    community = make_community(rng.normal(size=(2, BLOCK + 500)), 0.3, 0.08)
    game = ExactSharingGame(community)
    path = rng.integers(0, 129, size=len(game.steps))
    floats = gt.SharingGame(community).price_values(path / 128)
    exact = game.price_values(path, 128)
    assert np.allclose([float(x) for x in exact], floats, rtol=1e-12)
    assert float(game.value(np.ones(2, dtype=bool))) == pytest.approx(gt.SharingGame(community).grand_value, rel=1e-12)


def test_no_trade_at_all():
    game = ExactSharingGame(make_community(np.ones((2, 3))))
    assert len(game.steps) == 0
    assert game.table() == [0, 0, 0, 0]
    assert game.value(np.ones(2, dtype=bool)) == 0
    assert game.price_values(np.zeros(0, dtype=np.int64), 128) == [0, 0]


def test_exact_sum():
    assert exact_sum([0.1] * 10) != 1
    assert exact_sum([0.1] * 10) == 10 * Fraction(0.1)
    assert exact_sum([]) == 0


def test_a_spread_that_is_zero_in_floats_is_no_trade_step():
    """0.8 - 0.3 - 0.5 is 0 in floats and 5.6e-17 in rationals."""
    community = make_community([[1.0], [-1.0]], 0.8, 0.3, 0.5)
    assert ExactSharingGame(community).steps.tolist() == gt.SharingGame(community).trade_steps.tolist() == []


@given(st.one_of(communities(max_homes=4), mixed_communities()))
def test_float_and_exact_game_have_the_same_trade_steps(community):
    assert ExactSharingGame(community).steps.tolist() == gt.SharingGame(community).trade_steps.tolist()
