"""Many books cleared at once are those cleared one by one, in every mechanism."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.mechanisms import clear_many, retail
from gametrade.mechanisms.community_market import FEW_HOMES, MANY_STEPS, run_market
from gametrade.registry import mechanisms
from tests.mechanisms.books import order_books

DRAWING = {entry.name for entry in mechanisms if entry.traits.get("draws")}
NAMES = [*(name for name in mechanisms.variants() if name not in DRAWING), "uniform_price:ties=pro_rata"]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=25)
@given(book=order_books(), seed=st.integers(0, 2**16))
def test_at_once_and_one_by_one_are_the_same(name, book, seed):
    rng, shape = np.random.default_rng(seed), (4, book.n_orders)
    prices = np.where(rng.random(shape) < 0.5, book.prices, rng.choice([0.0, 1.0, 2.0, 3.5], shape))
    energies = np.where(rng.random(shape) < 0.7, book.energies, rng.choice([0.0, 0.5, 1.0], shape))
    made = clear_many(book, name, prices, energies)
    energy, money = 1e-9 * energies.sum(), 1e-9 * float((prices.max(initial=0.0) * energies).sum())
    for k in range(len(prices)):
        one = gt.clear(book.changed(prices=prices[k], energies=energies[k]), name)
        assert made.fills[k] == pytest.approx(one.fills, abs=energy)
        assert made.payments[k] == pytest.approx(one.payments, abs=money)


@pytest.mark.parametrize("name", [entry.name for entry in mechanisms if not entry.traits.get("draws")])
def test_all_steps_of_a_community_at_once(name):
    community = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-03")
    assert community.n_prosumers <= FEW_HOMES
    assert community.n_steps >= MANY_STEPS
    at_once = gt.clear(community, name)
    one_by_one = run_market(retail(community), name, lambda book: gt.clear(book, name))
    for column in ("bought", "sold", "payments", "prices"):
        assert getattr(at_once, column) == pytest.approx(getattr(one_by_one, column), abs=1e-12, nan_ok=True)


def test_no_books_and_a_mechanism_without_such_a_form():
    book = gt.OrderBook.of([(9, 1)], [(1, 1)])
    assert clear_many(book, "uniform_price", np.zeros((0, 2)), np.zeros((0, 2))).fills.shape == (0, 2)

    def nobody(book):
        return gt.MarketOutcome(book, "nobody", np.zeros(book.n_orders), np.zeros(book.n_orders))

    made = clear_many(book, nobody, np.ones((3, 2)), np.ones((3, 2)))
    assert (made.fills == 0).all()
    assert made.payments.shape == (3, 2)


def test_only_watched_orders_are_paid_for():
    book = gt.OrderBook.of([(9, 1), (8, 1)], [(2, 1), (4, 1)])
    watched = np.array([True, False, False, False])
    prices, energies = book.prices[None], book.energies[None]
    some = clear_many(book, "vickrey_clarke_groves", prices, energies, watched=watched).payments
    every = clear_many(book, "vickrey_clarke_groves", prices, energies).payments
    assert some[0, 0] == every[0, 0] == pytest.approx(gt.clear(book, "vickrey_clarke_groves").payments[0])


def test_options_are_checked_as_by_one_book():
    book, street = gt.OrderBook.of([(9, 1)], [(1, 1)]), gt.communities.fontana("flat").select(end="2016-08-03")
    bad = (("uniform_price:k=2", "k of uniform_price"), ("uniform_price:ties=x", "ties"), ("muda", "rng of muda"))
    for mechanism, message in bad:
        with pytest.raises(gt.InvalidInputError, match=message):
            clear_many(book, mechanism, book.prices[None], book.energies[None])
    with pytest.raises(gt.InvalidInputError, match="k of uniform_price"):
        gt.clear(street, "uniform_price", k=2)
    with pytest.raises(gt.GametradeError, match="rounds"):
        clear_many(book, "multi_round_double_auction", *np.ones((2, 1, 2)), options={"round": 3})
    one = gt.clear(book, "multi_round_double_auction", rounds=2)
    many = clear_many(book, "multi_round_double_auction", book.prices[None], book.energies[None], options={"rounds": 2})
    assert many.payments[0] == pytest.approx(one.payments)
