"""The theorems of competing providers with many small homes, one step, no fee; and how they fail over several."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.competition import AtomlessMarket

POSITIVE = st.fractions(Fraction(1, 6), 6, max_denominator=6)
SELLERS_BUYERS = [[1], [-1]]


def two_providers(supply, need, **options):
    return AtomlessMarket(SELLERS_BUYERS, [supply, need], 4, 12, **options)


@given(st.lists(st.tuples(POSITIVE, POSITIVE), min_size=1, max_size=4))
def test_fragmentation_costs_nothing_exactly_on_one_side(pools):
    supply, need = zip(*pools, strict=True)
    market = two_providers(supply, need)
    assert market.loss == 8 * (min(sum(supply), sum(need)) - sum(map(min, supply, need)))
    assert market.loss >= 0
    short, long = any(d > s for s, d in pools), any(d < s for s, d in pools)
    assert (market.loss == 0) == (not (short and long))


@given(POSITIVE, POSITIVE, st.fractions(Fraction(1, 6), 1, max_denominator=6), st.booleans(), st.data())
def test_same_side_is_stable_if_and_only_if_ratios_are_equal(first, second, ratio, sellers_long, data):
    other = data.draw(st.one_of(st.just(ratio), st.fractions(Fraction(1, 6), 1, max_denominator=6)))
    longer, shorter = (first, second), (ratio * first, other * second)
    market = two_providers(*((longer, shorter) if sellers_long else (shorter, longer)))
    assert market.stable == (ratio == other)


@given(POSITIVE, POSITIVE, st.fractions(Fraction(1, 9), Fraction(8, 9)), st.fractions(Fraction(1, 9), Fraction(8, 9)))
def test_mixed_sides_are_never_stable(first, second, below, above):
    market = two_providers((first, second), (below * first, second / above))
    sellers, buyers = market.payoffs
    assert sellers[1] > sellers[0]
    assert buyers[0] > buyers[1]
    assert not market.stable
    assert market.loss > 0


@given(st.fractions(0, 2, max_denominator=12), st.fractions(0, 2, max_denominator=12))
def test_the_largest_sustainable_gap_of_seller_fees_is_the_gap_of_prices(first, second):
    market = two_providers((4, 4), (2, 3), seller_fee=(first, second))
    assert market.seller_prices(0) == (6, 7)
    sellers, _ = market.payoffs
    assert (sellers[0] >= sellers[1]) == (second - first >= 1)
    assert (sellers[0] <= sellers[1]) == (second - first <= 1)
    assert market.stable == (second - first == 1)


def test_ratios_that_differ_in_every_step_can_be_stable():
    market = AtomlessMarket([[1, 1], [-1, 0], [0, -1]], [[4, 4], [2, 3], [3, 2]], 4, 12)
    assert all(market.seller_prices(t)[0] != market.seller_prices(t)[1] for t in (0, 1))
    assert market.stable


def test_equal_ratios_of_the_totals_are_not_enough():
    market = AtomlessMarket([[1, 0], [0, 1], [-1, 0], [0, -1]], [[4, 4], [4, 4], [2, 3], [3, 2]], 4, 12)
    totals = [[sum(market.totals(m, t)[k] for t in (0, 1)) for k in (0, 1)] for m in (0, 1)]
    assert totals[0] == totals[1]
    assert not market.stable


def test_sides_that_differ_can_be_stable_when_other_steps_bind_the_homes():
    kinds = [[2, 9, 0], [-1, -9, 0], [1, 0, 9], [-2, 0, -9]]
    market = AtomlessMarket(kinds, [[1, 0], [1, 0], [0, 1], [0, 1]], 4, 12)
    ratios = [market.totals(m, 0)[1] / market.totals(m, 0)[0] for m in (0, 1)]
    assert ratios == [Fraction(1, 2), 2]
    assert market.stable
    assert market.loss == 8
    first = AtomlessMarket([[kind[0]] for kind in kinds], market.mass, 4, 12)
    assert not first.stable


@pytest.mark.parametrize(
    "arguments",
    [
        ([[1]], [[1], [1]], 4, 12),
        ([[1]], [[-1]], 4, 12),
        ([[1]], [[1]], 12, 4),
        ([[1]], [[1]], 4, 12, 2),
        ([], [], 4, 12),
        ([[1, 2], [1]], [[1], [1]], 4, 12),
    ],
)
def test_bad_input_is_refused(arguments):
    with pytest.raises(gt.errors.InvalidInputError):
        AtomlessMarket(*arguments)
