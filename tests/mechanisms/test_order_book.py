"""Books of orders: what is refused, and in which words."""

from __future__ import annotations

import pytest

import gametrade as gt

GOOD = {"ids": ["x", "y"], "buys": [True, False], "prices": [1.0, 2.0], "energies": [1.0, 1.0]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"prices": [-1.0, 2.0]}, "prices of OrderBook must be finite and not negative. Got -1 for order 'x'."),
        (
            {"prices": [1.0, float("nan")]},
            "prices of OrderBook must be finite and not negative. Got nan for order 'y'.",
        ),
        ({"energies": [1.0, -2.0]}, "energies of OrderBook must be finite and not negative. Got -2 for order 'y'."),
        ({"energies": [float("inf"), 2.0]}, "energies of OrderBook must be finite and not negative. Got inf"),
        ({"times": [0.0, float("nan")]}, "times of OrderBook must be finite. Got nan for order 'y'."),
        ({"ids": ["x", "x"]}, "ids of OrderBook must be unique. Got 'x' 2 times."),
        ({"prices": [1.0]}, "columns of OrderBook must have one entry an order. Got lengths"),
        ({"owners": ["one"]}, "owners 1"),
        ({"buys": ["bid", "ask"]}, "buys of OrderBook must be true (a bid) or false (an ask). Got 'bid'."),
        ({"buys": [True, None]}, "buys of OrderBook must be true (a bid) or false (an ask). Got None."),
        ({"buys": [float("nan"), False]}, "buys of OrderBook must be true (a bid) or false (an ask). Got nan."),
    ],
)
def test_bad_orders_are_refused(change, message):
    with pytest.raises(gt.InvalidInputError) as caught:
        gt.OrderBook(**{**GOOD, **change})
    assert message in str(caught.value)


def test_an_order_without_energy_is_refused():
    with pytest.raises(gt.InvalidInputError, match="pairs \\(price, energy\\)"):
        gt.OrderBook.of([(3,)], [])
    with pytest.raises(gt.InvalidInputError, match="pairs \\(price, energy\\)"):
        gt.OrderBook.of([3, 4], [])


def test_the_book_is_a_copy_and_read_only():
    prices = [1.0, 2.0]
    book = gt.OrderBook(**{**GOOD, "prices": prices})
    prices[0] = 9.0
    assert book.prices[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        book.prices[0] = 5.0


def test_parts_of_a_book_keep_their_columns():
    book = gt.OrderBook(
        ["x", "y", "z"], [True, False, True], [3, 2, 1], [1, 2, 3], times=[2, 1, 0], owners=["p", "q", "p"]
    )
    rest = book.without("p")
    assert (rest.ids, rest.owners, rest.times.tolist()) == (("y",), ("q",), [1.0])
    assert book.traders == ("p", "q")
    assert book.owner_positions.tolist() == [0, 1, 0]
    assert book.changed(prices=[1, 1, 1]).prices.tolist() == [1, 1, 1]
