"""Tables as whole numbers over one denominator: exact at every scale, in 64 bits only where nothing overflows."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.coalitional import integer_table, subset_sums
from gametrade.games.coalitional.integer_table import whole_numbers
from tests.strategies import table_games

any_float = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(any_float, max_size=12))
def test_floats_come_back_exactly(values):
    numbers, denominator = whole_numbers(np.array(values, dtype=float))
    assert [Fraction(int(n), denominator) for n in numbers] == [Fraction(v) for v in values]


@given(table_games(), st.integers(1, 2**20))
def test_entries_of_64_bits_add_up_within_64_bits(game, terms):
    numbers, denominator = integer_table(game, terms=terms)
    assert [Fraction(int(n), denominator) for n in numbers] == [Fraction(v) for v in game.numbers.tolist()]
    largest = max(abs(int(n)) for n in numbers)
    assert (numbers.dtype == np.int64) == (largest * terms < 2**63)


@given(st.lists(st.fractions(-9, 9, max_denominator=12), min_size=3, max_size=3))
def test_fractions_and_whole_numbers_are_kept(values):
    game = gt.TableGame(("a", "b"), [0, *values])
    numbers, denominator = integer_table(game)
    assert [Fraction(int(n), denominator) for n in numbers] == [0, *values]
    assert game.numbers.tolist() == [0.0, *map(float, values)]


def test_whole_numbers_beyond_the_floats_are_kept():
    big = 2**53 + 1
    for values in ([0, big, 1, 5 * big], np.array([0, big, 1, 5 * big])):
        numbers, denominator = integer_table(gt.TableGame(("a", "b"), values))
        assert (numbers.tolist(), denominator) == ([0, big, 1, 5 * big], 1)
    huge = gt.TableGame(("a",), [0, 10**300])
    assert integer_table(huge)[0].tolist() == [0, 10**300]
    with pytest.raises(gt.InvalidInputError, match="must be finite"):
        gt.TableGame(("a",), [0, -(10**400)])


def test_what_is_handed_out_is_a_copy():
    game = gt.TableGame(("a",), [0, Fraction(1, 3)])
    integer_table(game)[0][1] = 7
    assert integer_table(game)[0].tolist() == [0, 1]


def test_several_blocks():
    numbers = np.arange(2**21) / 8.0
    whole, denominator = whole_numbers(numbers)
    assert denominator == 8
    assert np.array_equal(whole, np.arange(2**21))


@given(st.lists(st.fractions(-9, 9), max_size=6))
def test_subset_sums_are_sums(weights):
    sums = subset_sums(np.array(weights, dtype=object))
    for mask, total in enumerate(sums):
        assert total == sum(w for i, w in enumerate(weights) if mask >> i & 1)
    assert subset_sums(np.arange(3)).dtype == np.int64
