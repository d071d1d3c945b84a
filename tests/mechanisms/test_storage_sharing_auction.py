"""The storage-sharing auction: its Stackelberg price by scanning, burdens by bisection, and a lie that pays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

import gametrade as gt
from gametrade.mechanisms.crossing import Crossing
from gametrade.mechanisms.storage_sharing_auction import carried
from tests.mechanisms.books import order_books


@given(book=order_books())
def test_the_price_is_the_leaders_best_between_the_two_bounds(book):
    outcome = gt.clear(book, "storage_sharing_auction")
    crossing = Crossing.of(book)
    if outcome.price is None:
        assert crossing.volume == 0
        return
    trading = crossing.fills() > 0
    bids, asks = book.prices[trading & book.buys], book.prices[trading & ~book.buys]
    prices = np.linspace(crossing.interval[1], bids.max(), 2001)
    saving = (bids.mean() - prices) * (prices - asks.mean())
    best = prices[int(np.argmax(saving))]
    assert outcome.price == pytest.approx(best, abs=(prices[-1] - prices[0]) / 1000 + 1e-9 * prices[-1])


@given(
    st.lists(st.tuples(st.floats(0, 10), st.sampled_from([0.0, 1.0, 2.0, 7.5])), min_size=1, max_size=8),
    st.floats(0, 1),
)
def test_burdens_are_a_water_level(pairs, share):
    offers, weights = np.array(pairs).T
    excess = share * offers.sum()
    burden = carried(excess, offers, weights)
    assert burden.sum() == pytest.approx(excess)
    assert (burden <= offers * (1 + 1e-12)).all()
    if not (weights > 0).all() or share in (0.0, 1.0) or excess < 1e-9:
        return
    top = offers.max() / weights.min() + 1
    level = brentq(lambda lam: np.minimum(offers, lam * weights).sum() - excess, 0, top, xtol=1e-14)
    assert burden == pytest.approx(np.minimum(offers, level * weights), abs=1e-6)


def test_equal_and_proportional_burdens():
    book = gt.OrderBook.of(bids=[(40, 60)], asks=[(10, 25), (20, 25), (30, 25)])
    equal = gt.clear(book, "storage_sharing_auction", burden="equal")
    proportional = gt.clear(book, "storage_sharing_auction")
    assert equal.price == proportional.price == 30.0
    assert equal.fills.tolist() == [60, 20, 20, 20]
    assert proportional.fills == pytest.approx([60, 22.5, 20, 17.5])


def test_homes_that_share_reluctantly_offer_less():
    book = gt.OrderBook.of(bids=[(40, 500)], asks=[(10, 25), (20, 25)])
    outcome = gt.clear(book, "storage_sharing_auction", reluctance=0.5)
    assert outcome.price == 40
    assert outcome.fills.tolist() == [45, 25, 20]


def test_facilities_below_the_price_drop_out():
    book = gt.OrderBook.of(bids=[(40, 10), (12, 10)], asks=[(10, 20)])
    outcome = gt.clear(book, "storage_sharing_auction")
    assert outcome.price == 18
    assert outcome.fills.tolist() == [10, 0, 10]


def test_a_buyer_gains_by_shading_its_bid():
    """The mean bid moves the price, whatever the literature claims about incentives."""
    book = gt.OrderBook.of(bids=[(40, 10), (30, 10)], asks=[(10, 15), (12, 15)])
    lie = gt.clear(book.changed(prices=[31, 30, 10, 12]), "storage_sharing_auction")
    assert lie.gains_at(book.prices)[0] > gt.clear(book, "storage_sharing_auction").gains[0] + 1
