"""Auctions as games: who gains by another bid than the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.studies.auction_game import auction_game
from gametrade.games.bidding import bidding_game

BIDS, ASKS = (9, 8, 7, 4), (2, 4, 6, 7.5)
BOOK = gt.OrderBook.of(bids=[(p, 1) for p in BIDS], asks=[(p, 1) for p in ASKS])
GRID = np.arange(0.125, 10, 0.25).tolist()


def most_gained_by_one_lie(mechanism):
    gains = []
    for trader, truth in zip(BOOK.traders, BOOK.prices.tolist(), strict=True):
        game = auction_game(BOOK, mechanism, {trader: [truth, *(p for p in GRID if p != truth)]})
        gains.append(float(game.payoffs[0].max() - game.payoffs[0][0]))
    return max(gains)


def test_truth_is_best_where_theory_says_so():
    assert most_gained_by_one_lie("mcafee") == 0
    assert most_gained_by_one_lie("vickrey_clarke_groves") == 0
    assert 0 < most_gained_by_one_lie("uniform_price:k=0.5") <= 0.5


@given(st.lists(st.sampled_from([2.0, 3.0, 5.0, 8.0]), min_size=4, max_size=4))
def test_every_cell_is_the_market_cleared_at_those_bids(prices):
    book = gt.OrderBook.of(bids=[(prices[0], 1), (prices[1], 2)], asks=[(prices[2], 1), (prices[3], 1)])
    grid = [2.0, 4.0, 6.0]
    game = auction_game(book, "uniform_price", {"b0": grid, "a1": grid})
    assert game.players == ("b0", "a1")
    for i, first in enumerate(grid):
        for j, second in enumerate(grid):
            stated = gt.OrderBook.of(bids=[(first, 1), (prices[1], 2)], asks=[(prices[2], 1), (second, 1)])
            gains = gt.clear(stated, "uniform_price").gains_at(book.prices)
            assert game.at((i, j)).tolist() == gains[[0, 3]].tolist()
    assert len(gt.solve(game)) >= 1


def test_a_trader_with_several_orders_is_one_player():
    book = gt.OrderBook(["x", "y", "z"], [True, True, False], [9, 7, 3], [1, 1, 2], owners=["ann", "ann", "bob"])
    game = bidding_game(book, lambda orders: gt.clear(orders, "uniform_price"), [3, 5])
    assert game.shape == (2, 2)
    assert game.payoff({"ann": "3", "bob": "3"})["ann"] == 10


def test_wrong_bids():
    with pytest.raises(gt.UnknownNameError, match="trader in bids"):
        auction_game(BOOK, "mcafee", {"nobody": [1]})
    with pytest.raises(gt.InvalidInputError, match="at least one trader"):
        auction_game(BOOK, "mcafee", {})
    with pytest.raises(gt.InvalidInputError, match="must differ"):
        auction_game(BOOK, "mcafee", {"b0": [1, 1]})
    with pytest.raises(gt.InvalidInputError, match="at most a million"):
        auction_game(BOOK, "mcafee")
