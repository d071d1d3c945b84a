"""What homes honestly bid, and the book of one step that they make."""

from __future__ import annotations

import numpy as np
import pytest

import gametrade as gt
from gametrade.mechanisms import Valuation, drawn_preference, flexible, local_preference, retail

TIMES = np.datetime64("2023-06-01T00") + np.arange(3) * np.timedelta64(1, "h")
STREET = gt.Community(
    ["Ada", "Bob", "Cem", "Dan"],
    [[2, 0, 1], [2, 3, 1], [0, 0, 1], [0, 0, 0]],
    [[0, 0, 0], [0, 0, 0], [3, 1, 0], [0, 0, 0]],
    TIMES,
    1.0,
    gt.Tariff(0.3, 0.1, network_charge=0.05),
)


def test_every_step_is_the_book_that_a_community_clears():
    valuation = drawn_preference(STREET, 0.0, 0.05, rng=np.random.default_rng(1))
    market = gt.clear(valuation, "uniform_price")
    for step in range(3):
        book = gt.OrderBook.from_community(valuation, step)
        outcome = gt.clear(book, "uniform_price")
        rows = [STREET.names.index(name) for name in book.ids]
        assert outcome.payments == pytest.approx(market.payments[rows, step])
        assert (book.signs * book.energies).tolist() == STREET.net_load[rows, step].tolist()
    assert gt.OrderBook.from_community(STREET, 1).ids == ("Bob", "Cem")
    assert gt.OrderBook.from_community(STREET, np.int64(2)).buys.all()


def test_flexible_homes_bid_their_value_up_to_the_grid():
    value = [0.2, 0.5, 0.2, 0.0]
    valuation = flexible(STREET, value)
    assert valuation.buy[:, 0] == pytest.approx([0.15, 0.25, 0.15, 0.0])
    assert (valuation.sell == retail(STREET).sell).all()
    assert (flexible(STREET, np.tile(np.array(value)[:, None], 3)).buy == valuation.buy).all()
    outcome = gt.clear(gt.OrderBook.from_community(valuation, 0), "uniform_price")
    assert outcome.fills.tolist() == [1, 2, 3]
    assert outcome.price == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: gt.OrderBook.from_community(STREET, 3),
            "step of OrderBook.from_community must be a whole number from",
        ),
        (lambda: gt.OrderBook.from_community(STREET, True), "from 0 to 2. Got True."),
        (lambda: gt.OrderBook.from_community([1], 0), "homes of OrderBook.from_community must be a Community or a Val"),
        (lambda: flexible(STREET, [1, -1, 1, 1]), "value of flexible must be"),
        (lambda: flexible(STREET, [1, 1]), "value of flexible must be"),
        (lambda: local_preference(STREET, [1, 1]), "premium of local_preference must be"),
        (lambda: local_preference(STREET, "x"), "premium of local_preference must be"),
        (lambda: drawn_preference(STREET, 0, np.inf, rng=np.random.default_rng(0)), "low and high of drawn_preference"),
        (lambda: drawn_preference(STREET, 0, 1, rng=3), "rng of drawn_preference must be a numpy.random.Generator"),
        (lambda: Valuation(STREET, "x", 1, ""), "buy of Valuation must be numbers"),
    ],
)
def test_bad_valuations_are_refused(call, message):
    with pytest.raises(gt.InvalidInputError) as caught:
        call()
    assert message in str(caught.value)
