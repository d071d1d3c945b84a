"""Theorems and instances of double auctions, and what every mechanism does with awkward books."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.mechanisms.crossing import Crossing
from gametrade.registry import mechanisms
from tests.mechanisms.books import order_books

FIRST = gt.OrderBook.of([(p, 1) for p in (20, 17, 14, 10, 6)], [(p, 1) for p in (4, 7, 11, 15, 18)])
SECOND = gt.OrderBook.of([(p, 1) for p in (20, 17, 14, 13, 6)], [(p, 1) for p in (4, 7, 11, 18, 19)])
NAMES = [name for name in mechanisms.variants() if not mechanisms.resolve(name)[0].traits.get("draws") or "rng" in name]
EFFICIENT = ("uniform_price", "pay_as_bid", "vickrey_clarke_groves", "multi_round_double_auction")


def test_the_first_instance():
    outcome = gt.clear(FIRST, "uniform_price")
    assert (outcome.volume, outcome.interval, outcome.price, outcome.welfare) == (3, (11, 14), 12.5, 29)
    mcafee = gt.clear(FIRST, "mcafee")
    assert (mcafee.volume, mcafee.price, mcafee.surplus) == (3, 12.5, 0)
    vcg = gt.clear(FIRST, "vickrey_clarke_groves")
    assert vcg.payments.tolist() == [11, 11, 11, 0, 0, -14, -14, -14, 0, 0]
    assert vcg.surplus == -9


def test_the_second_instance():
    mcafee = gt.clear(SECOND, "mcafee")
    assert mcafee.volume == 2
    assert set(mcafee.trades.buy_prices) == {14}
    assert set(mcafee.trades.sell_prices) == {11}
    assert mcafee.surplus == 6
    assert mcafee.optimal_welfare - mcafee.welfare == 14 - 11


@given(book=order_books(units=True, several=False))
def test_the_deficit_of_vickrey_clarke_groves_is_volume_times_the_interval(book):
    """One unit a trader: buyers pay the low end and sellers get the high end of the clearing prices."""
    crossing = Crossing.of(book)
    if crossing.volume == 0:
        return
    low, high = crossing.interval
    outcome = gt.clear(book, "vickrey_clarke_groves")
    if np.isfinite(low) and np.isfinite(high):
        slack = 1e-9 * float(book.prices @ book.energies)
        assert -outcome.surplus == pytest.approx(crossing.volume * (high - low), abs=slack)


@given(book=order_books(units=True, several=False))
def test_truthful_balanced_rules_give_up_at_most_the_least_valuable_trade(book):
    crossing = Crossing.of(book)
    slack = 1e-9 * float(book.prices @ book.energies)
    for name in ("mcafee", "trade_reduction"):
        lost = crossing.welfare - gt.clear(book, name).welfare
        least = (crossing.last_bid - crossing.last_ask) * book.energies.max(initial=0.0) if crossing.volume else 0.0
        assert -slack <= lost <= least + slack


@given(book=order_books(), k=st.sampled_from([0.0, 0.5, 1.0]))
def test_one_price_and_pairwise_prices_differ_in_money_only(book, k):
    one, pairs = gt.clear(book, "uniform_price", k=k), gt.clear(book, "pay_as_bid", k=k)
    assert (one.fills == pairs.fills).all()
    assert one.gains.sum() == pytest.approx(pairs.gains.sum(), abs=1e-9 * float(book.prices @ book.energies))


def bid_of(value, k):
    return value / (1 + k) + k * (1 - k) / (2 * (1 + k))


def ask_of(cost, k):
    return cost / (2 - k) + (1 - k) / 2


@pytest.mark.parametrize("k", [0.0, 0.3, 0.5, 1.0])
def test_linear_strategies_are_best_replies_in_the_bilateral_double_auction(k):
    """Chatterjee and Samuelson: uniform values, price k b + (1 - k) s; scan every bid and every ask."""
    others = (np.arange(4000) + 0.5) / 4000
    for own in (0.2, 0.5, 0.9):
        asks, bids = ask_of(others, k), bid_of(others, k)
        quotes = np.linspace(0, 1, 401)[:, None]
        buyer = ((own - k * quotes - (1 - k) * asks) * (quotes >= asks)).mean(axis=1)
        seller = ((k * bids + (1 - k) * quotes - own) * (bids >= quotes)).mean(axis=1)
        best_bid, best_ask = bid_of(own, k), ask_of(own, k)
        assert ((own - k * best_bid - (1 - k) * asks) * (best_bid >= asks)).mean() >= buyer.max() - 1e-4
        assert ((k * bids + (1 - k) * best_ask - own) * (bids >= best_ask)).mean() >= seller.max() - 1e-4


def test_the_bilateral_double_auction_gains_nine_sixty_fourths():
    """By quadrature exactly enough, and by clearing simulated books within four standard errors."""
    grid = (np.arange(1000) + 0.5) / 1000
    value, cost = np.meshgrid(grid, grid)
    gain = (value - cost) * (bid_of(value, 0.5) >= ask_of(cost, 0.5))
    assert gain.mean() == pytest.approx(9 / 64, abs=1e-3)
    assert gain.mean() / np.maximum(value - cost, 0).mean() == pytest.approx(27 / 32, abs=5e-3)
    drawn = np.random.default_rng(0).random((2000, 2))
    gains = []
    for v, c in drawn:
        outcome = gt.clear(gt.OrderBook.of([(bid_of(v, 0.5), 1)], [(ask_of(c, 0.5), 1)]), "uniform_price")
        gains.append(float(outcome.gains_at(np.array([v, c])).sum()))
    assert np.mean(gains) == pytest.approx(9 / 64, abs=4 * np.std(gains) / np.sqrt(len(gains)))


EMPTY = {
    "nothing": ([], []),
    "bids only": ([(5, 1), (5, 2)], []),
    "asks only": ([], [(5, 1)]),
    "no crossing": ([(3, 1)], [(4, 1)]),
    "bids without energy": ([(9, 0)], [(4, 1)]),
    "asks without energy": ([(9, 1)], [(4, 0)]),
}


OTHER = {
    "bids only": "asks",
    "asks only": "bids",
    "bids without energy": "bids with energy",
    "asks without energy": "asks with energy",
}


def test_a_market_that_gives_up_its_only_trade_says_so():
    pair = gt.OrderBook.of([(5, 1)], [(1, 1)])
    for name in ("mcafee", "trade_reduction"):
        assert gt.clear(pair, name).notes[0] == "Nothing trades: the rule gives up every trade."
    dust = gt.clear(gt.OrderBook.of([(5, 1)], [(1, 1e13)]), "uniform_price")
    assert dust.notes == ("Nothing trades: what could trade is dust beside what is on offer.",)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", EMPTY)
def test_nothing_trades_where_nothing_can(name, case):
    outcome = gt.clear(gt.OrderBook.of(*EMPTY[case]), name)
    assert outcome.volume == 0
    assert not outcome.payments.any()
    assert outcome.price is None
    assert str(outcome)
    assert outcome.to_dict()["volume"] == 0
    why = {"nothing": "no bids", "no crossing": "every bid is below every ask"}.get(case, f"no {OTHER.get(case)}")
    assert outcome.notes[0] == f"Nothing trades: {why}."


@pytest.mark.parametrize("name", NAMES)
def test_a_flat_crossing_gains_nothing_and_loses_nothing(name):
    book = gt.OrderBook.of([(5, 1), (5, 2)], [(5, 2), (5, 2)])
    outcome = gt.clear(book, name)
    assert outcome.gains == pytest.approx(np.zeros(4))
    assert outcome.surplus == pytest.approx(0)
    if name.partition(":")[0] in EFFICIENT:
        assert outcome.volume == 3


@pytest.mark.parametrize("name", [n for n in NAMES if n.partition(":")[0] in (*EFFICIENT, "mcafee", "trade_reduction")])
def test_equal_limits_are_served_in_order_of_time(name):
    """Two bids at 9, the later one listed first; supply for one of them and a marginal pair to give up."""
    book = gt.OrderBook(
        ["late", "early", "last", "ask", "dear"],
        [True, True, True, False, False],
        [9, 9, 8.9, 2, 8.95],
        [1, 1, 1, 1, 1],
        times=[2, 1, 0, 0, 0],
    )
    fills = gt.clear(book, name).fills
    assert fills[1] >= fills[0]
    if name == "uniform_price":
        assert fills.tolist() == [1, 1, 0, 1, 1]
    scarce = book.select([0, 1, 2, 3])
    if name.partition(":")[0] in EFFICIENT:
        assert gt.clear(scarce, name).fills.tolist() == [0, 1, 0, 1]


def test_a_continuous_auction_can_trade_more_than_is_efficient():
    """Arrival decides: dear sells to dear and cheap to cheap."""
    book = gt.OrderBook(["b1", "a2", "b2", "a1"], [True, False, True, False], [10, 9, 4, 2], [1, 1, 1, 1])
    outcome = gt.clear(book, "continuous_double_auction")
    best = Crossing.of(book)
    assert (outcome.volume, best.volume) == (2, 1)
    assert (outcome.welfare, best.welfare) == (3, 8)


def test_rounding_leaves_no_crumbs_that_trade_or_rest():
    """0.3 - 0.1 is less than 0.2 by rounding: the last ask must not sell that to the next bid at its price."""
    book = gt.OrderBook(
        ["a", "b", "c", "d"], [True, False, True, False], [5, 1, 4, 2], [0.3, 0.1, 1.2, 0.2], times=[0, 1, 2, 3]
    )
    continuous = gt.clear(book, "continuous_double_auction")
    assert continuous.trades.buy_prices.tolist() == [5, 5]
    assert continuous.payments[2] == 0
    shared = gt.clear(gt.OrderBook.of([(5, 0.3)], [(1, 0.1), (2, 0.2)]), "storage_sharing_auction")
    assert shared.notes == ()
