"""Auctions held several times: one round is the k-double auction, and what is left goes on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from tests.mechanisms.books import order_books


@given(book=order_books(), k=st.sampled_from([0.0, 0.5, 1.0]))
def test_one_period_or_one_round_is_the_k_double_auction(book, k):
    once = gt.clear(book, "uniform_price", k=k)
    for outcome in (
        gt.clear(book, "periodic_double_auction", length=10, k=k),
        gt.clear(book, "multi_round_double_auction", rounds=1, k=k),
    ):
        assert (outcome.fills == once.fills).all()
        assert outcome.payments == pytest.approx(once.payments)
        assert outcome.price == (once.price if once.volume > 0 else None)


@given(book=order_books())
def test_expiring_periods_are_separate_auctions(book):
    outcome = gt.clear(book, "periodic_double_auction", carry=False)
    for j in range(4):
        rows = np.flatnonzero(book.times == j)
        assert outcome.fills[rows] == pytest.approx(gt.clear(book.select(rows), "uniform_price").fills)


@given(book=order_books())
def test_with_carry_no_pair_of_orders_is_left_that_would_trade(book):
    outcome = gt.clear(book, "periodic_double_auction")
    left = outcome.unserved > 1e-9 * book.energies.sum()
    bids, asks = book.prices[left & book.buys], book.prices[left & ~book.buys]
    assert not bids.size or not asks.size or bids.max() < asks.min()


def test_orders_carry_over_or_expire():
    book = gt.OrderBook(["b", "a", "c"], [True, False, False], [9, 7, 3], [2, 1, 1], times=[0, 0.5, 1])
    assert gt.clear(book, "periodic_double_auction").volume == 2
    expired = gt.clear(book, "periodic_double_auction", carry=False)
    assert (expired.volume, expired.price) == (1, 9)
    assert [event.time for event in expired.events] == [1.0]


def test_negative_times_belong_to_periods_too():
    book = gt.OrderBook(["b", "a"], [True, False], [9, 7], [1, 1], times=[-0.5, 0.5])
    assert gt.clear(book, "periodic_double_auction", carry=False).volume == 0
    assert [event.time for event in gt.clear(book, "periodic_double_auction").events] == [1.0]


@given(book=order_books(), margin=st.sampled_from([0.0, 0.3, 0.9]))
def test_every_round_trades_between_its_own_quotes(book, margin):
    outcome = gt.clear(book, "multi_round_double_auction", rounds=3, margin=margin)
    slack = 1e-9 * book.prices.max(initial=0.0)
    for event in outcome.events:
        concession = margin * (3 - event.time) / 2
        assert event.price <= book.prices[event.order] * (1 - concession) + slack
        assert event.price >= book.prices[event.against] * (1 + concession) - slack


@pytest.mark.parametrize(
    ("mechanism", "options", "message"),
    [
        ("periodic_double_auction", {"length": 0}, "length of periodic_double_auction must be positive. Got 0."),
        ("periodic_double_auction", {"length": np.inf}, "length of periodic_double_auction must be positive. Got inf."),
        ("periodic_double_auction", {"k": 2}, "k of periodic_double_auction must be from 0 to 1. Got 2."),
        ("multi_round_double_auction", {"rounds": 0}, "must be at least 1. Got 0."),
        ("multi_round_double_auction", {"rounds": 1.5}, "must be a whole number. Got 1.5."),
        ("multi_round_double_auction", {"margin": -0.1}, "must be from 0 to below 1. Got -0.1."),
        ("multi_round_double_auction", {"margin": 1.0}, "must be from 0 to below 1. Got 1.0."),
        ("continuous_double_auction", {"log": 3}, "log of continuous_double_auction must be a list"),
        ("random_matching", {"k": -1, "rng": 0}, "k of random_matching must be from 0 to 1. Got -1."),
        ("storage_sharing_auction", {"burden": "fair"}, "must be 'proportional' or 'equal'. Got 'fair'."),
        ("storage_sharing_auction", {"reluctance": -1}, "must be at least 0. Got -1."),
    ],
)
def test_bad_options_are_refused(mechanism, options, message):
    with pytest.raises(gt.InvalidInputError) as caught:
        gt.clear(gt.OrderBook.of([(3, 1)], [(1, 1)]), mechanism, **options)
    assert message in str(caught.value)
