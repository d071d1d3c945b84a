"""Mechanisms in exact rationals, written from their definitions, beside those in floats."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

import gametrade as gt
from gametrade.analysis.verification.exact_crossing import ExactCrossing, exact_orders
from gametrade.analysis.verification.exact_mechanisms import EXACT, exact_mechanism
from gametrade.mechanisms.crossing import Crossing
from gametrade.registry import mechanisms
from tests.mechanisms.books import order_books

DRAWING = {entry.name for entry in mechanisms if entry.traits.get("draws")}
VARIANTS = [name for name in mechanisms.variants() if name not in DRAWING]


def test_every_mechanism_has_a_second_definition():
    assert {*EXACT, "muda"} == {entry.name for entry in mechanisms}


@pytest.mark.parametrize("name", [*VARIANTS, "uniform_price:ties=pro_rata"])
@settings(max_examples=40)
@given(book=order_books())
def test_both_ways_trade_and_pay_the_same(name, book):
    entry, options = mechanisms.resolve(name)
    outcome = gt.clear(book, name)
    run = exact_mechanism(entry.name, options, frozenset(book.owners))
    assert run is not None
    cleared = run(exact_orders(book))
    fills = [float(cleared.fills.get(k, 0)) for k in range(book.n_orders)]
    payments = [float(cleared.payments.get(k, 0)) for k in range(book.n_orders)]
    energy, money = book.energies.sum(), float(book.prices.max(initial=0.0) * book.energies.sum())
    assert fills == pytest.approx(outcome.fills, abs=1e-9 * energy)
    assert payments == pytest.approx(outcome.payments, abs=1e-9 * money)


@given(book=order_books())
def test_the_crossing_without_rounding(book):
    exact, crossing = ExactCrossing(exact_orders(book)), Crossing.of(book)
    assert float(exact.welfare) == pytest.approx(crossing.welfare, abs=1e-9 * float(book.prices @ book.energies))
    if exact.pairs:
        assert tuple(map(float, exact.interval)) == crossing.interval
        low, high = exact.interval
        assert isinstance(low, Fraction)
        assert low <= high
    else:
        assert crossing.volume == 0


def test_sums_that_differ_by_rounding_only_meet():
    book = gt.OrderBook.of([(0.30, 0.3)], [(0.08, 0.1), (0.08, 0.2)])
    cleared = EXACT["uniform_price"](exact_orders(book))
    assert [float(paid) for paid in cleared.payments.values()] == pytest.approx([0.3 * 0.19, -0.1 * 0.19, -0.2 * 0.19])
    assert np.isclose(gt.clear(book, "uniform_price").price, 0.19)
