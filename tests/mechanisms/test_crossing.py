"""The crossing of demand and supply against a linear program and hand-made books."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from scipy.optimize import linprog

import gametrade as gt
from gametrade.mechanisms.crossing import Crossing
from tests.mechanisms.books import order_books


def best_welfare(book):
    """Welfare optimum by a linear program over fills."""
    if not book.n_orders:
        return 0.0
    answer = linprog(
        -(book.signs * book.prices),
        A_eq=book.signs[None, :],
        b_eq=[0.0],
        bounds=list(zip(np.zeros(book.n_orders), book.energies, strict=True)),
    )
    return -answer.fun


@given(order_books(scales=(1.0,)))
def test_welfare_is_the_optimum_of_a_linear_program(book):
    assert Crossing.of(book).welfare == pytest.approx(best_welfare(book), abs=1e-7)


@given(order_books())
def test_any_price_of_the_interval_clears(book):
    crossing = Crossing.of(book)
    low, high = crossing.interval
    assert low <= high
    if crossing.volume == 0:
        return
    slack = 1e-9 * book.energies.sum()
    for price in (low, (low + high) / 2, high):
        assert book.energies[book.buys & (book.prices > price)].sum() <= crossing.volume + slack
        assert book.energies[~book.buys & (book.prices < price)].sum() <= crossing.volume + slack
        assert book.energies[book.buys & (book.prices >= price)].sum() >= crossing.volume - slack
        assert book.energies[~book.buys & (book.prices <= price)].sum() >= crossing.volume - slack


@given(order_books())
def test_both_sides_trade_the_volume(book):
    crossing = Crossing.of(book)
    for ties in ("time", "pro_rata"):
        fills = crossing.fills(ties=ties)
        assert ((fills >= 0) & (fills <= book.energies * (1 + 1e-12))).all()
        assert fills[book.buys].sum() == pytest.approx(crossing.volume, rel=1e-12)
        assert fills[~book.buys].sum() == pytest.approx(crossing.volume, rel=1e-12)


def crossing(bids, asks):
    return Crossing.of(gt.OrderBook.of(bids, asks))


def test_equal_limits_trade():
    assert crossing([(5, 2)], [(5, 3)]).volume == 2
    assert crossing([(5, 2)], [(5, 3)]).interval == (5, 5)


def test_an_order_filled_in_part_is_its_own_successor():
    assert crossing([(9, 1)], [(4, 3)]).interval == (4, 4)
    assert crossing([(9, 3)], [(4, 1)]).interval == (9, 9)
    assert crossing([(9, 1)], [(4, 1)]).interval == (4, 9)
    assert crossing([(9, 1), (7, 1)], [(4, 1), (8, 1)]).interval == (7, 8)


def test_sums_that_differ_by_rounding_only_are_equal():
    assert crossing([(9, 0.1), (8, 0.2)], [(4, 0.3)]).interval == (4, 8)
    assert crossing([(9, 0.3)], [(4, 0.1), (5, 0.2)]).interval == (5, 9)


def test_no_trade():
    for bids, asks in ([(3, 1)], [(4, 1)]), ([], [(4, 1)]), ([(3, 1)], []), ([], []), ([(9, 0)], [(4, 1)]):
        assert crossing(bids, asks).volume == 0
    assert crossing([(3, 1)], [(4, 1)]).interval == (3, 4)
    assert crossing([], [(4, 1)]).interval == (-np.inf, 4)


def test_earlier_orders_trade_first_at_equal_limits():
    book = gt.OrderBook(["late", "early", "ask"], [True, True, False], [5, 5, 4], [1, 1, 1], times=[2, 1, 0])
    assert Crossing.of(book).fills().tolist() == [0, 1, 1]
    assert Crossing.of(book).fills(ties="pro_rata").tolist() == [0.5, 0.5, 1]


@pytest.mark.parametrize("name", ["uniform_price", "mcafee", "trade_reduction", "vickrey_clarke_groves", "pay_as_bid"])
def test_dust_does_not_trade(name):
    """Energies below a trillionth of what is on offer are rounding: nothing trades and no price is made of it."""
    outcome = gt.clear(gt.OrderBook.of([(0.3, 1)], [(0.08, 1e-14)]), name)
    assert (outcome.volume, outcome.price, outcome.surplus) == (0, None, 0)
