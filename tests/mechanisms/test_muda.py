"""MUDA: truthful for every lot, also for traders with several orders on both sides; random matching beside it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

import gametrade as gt
from gametrade.mechanisms.crossing import Crossing
from tests.mechanisms.books import order_books


@given(book=order_books(), lot=st.integers(0, 5), seed=st.integers(0, 50))
def test_no_joint_lie_of_all_orders_of_a_buyer_pays(book, lot, seed):
    """Also lies that ask for more energy than the buyer has use for."""
    rng = np.random.default_rng(seed)
    for trader in range(len(book.traders)):
        mine = book.owner_positions == trader
        if not book.buys[mine].all():
            continue
        honest = gt.clear(book, "muda", rng=lot)
        prices, energies = book.prices.copy(), book.energies.copy()
        prices[mine] = rng.choice([*book.prices, 0.0, book.prices.max() + 1], mine.sum())
        energies[mine] *= rng.choice([0.0, 0.5, 1.0, 2.0], mine.sum())
        lying = gt.clear(book.changed(prices=prices, energies=energies), "muda", rng=lot)
        truth = worth(book.select(mine), honest.fills[mine].sum()) - honest.payments[mine].sum()
        lie = worth(book.select(mine), lying.fills[mine].sum()) - lying.payments[mine].sum()
        assert lie <= truth + 1e-9 * float(book.prices @ book.energies)


def worth(orders, energy):
    """What this much energy is worth to a buyer with these orders."""
    order = np.argsort(-orders.prices)
    filled = np.clip(energy - (orders.energies[order].cumsum() - orders.energies[order]), 0, orders.energies[order])
    return float(orders.prices[order] @ filled)


@given(book=order_books(max_orders=6), lot=st.integers(0, 5), seed=st.integers(0, 50))
def test_no_joint_lie_of_a_trader_on_both_sides_pays(book, lot, seed):
    """Whatever net energy a lie gets, its true orders make the best of it; what it cannot deliver rules it out."""
    rng = np.random.default_rng(seed)
    honest = gt.clear(book, "muda", rng=lot)
    for trader in range(len(book.traders)):
        mine = book.owner_positions == trader
        prices, energies = book.prices.copy(), book.energies.copy()
        prices[mine] = rng.choice([*book.prices, 0.0, book.prices.max() + 1], mine.sum())
        energies[mine] *= rng.choice([0.0, 0.5, 1.0, 2.0], mine.sum())
        lying = gt.clear(book.changed(prices=prices, energies=energies), "muda", rng=lot)
        truth, lie = (best_use(book, mine, outcome) for outcome in (honest, lying))
        assert lie <= truth + 1e-7 * float(book.prices @ book.energies)


def best_use(book, mine, outcome):
    """Gain of a trader that uses the net energy of an outcome as its true orders are best served."""
    net = float((book.signs * outcome.fills)[mine].sum()) / book.energies.max(initial=1e-300)
    energies = book.energies[mine] / book.energies.max(initial=1e-300)
    value = book.signs[mine] * book.prices[mine]
    size = np.abs(value).max(initial=0.0) or 1.0
    used = linprog(-value / size, A_ub=[book.signs[mine]], b_ub=[net + 1e-12], bounds=[(0, e) for e in energies])
    if used.status == 2:
        return -np.inf
    return -used.fun * size * book.energies.max(initial=0.0) - outcome.payments[mine].sum()


def test_the_halves_do_not_trade_with_each_other():
    book = gt.OrderBook.of([(10 - k / 10, 1) for k in range(20)], [(k / 10, 1) for k in range(20)])
    outcome = gt.clear(book, "muda", rng=3)
    assert len({round(price, 9) for price in outcome.trades.buy_prices}) == 2
    assert (outcome.trades.buy_prices == outcome.trades.sell_prices).all()


def test_a_single_trader_has_nobody_to_trade_with_but_itself():
    assert gt.clear(gt.OrderBook.of([(9, 1)], [(1, 1)]), "muda", rng=0).volume == 0
    own = gt.OrderBook(["x", "y"], [True, False], [9, 1], [1, 1], owners=["me", "me"])
    outcome = gt.clear(own, "muda", rng=0)
    assert (outcome.volume, outcome.by_trader(outcome.payments).tolist()) == (1, [0.0])


def test_large_markets_lose_little():
    """The share of welfare lost falls as the market grows."""
    lost = []
    for n in (10, 100, 1000):
        rng = np.random.default_rng(n)
        book = gt.OrderBook.of([(p, 1) for p in rng.uniform(0, 1, n)], [(p, 1) for p in rng.uniform(0, 1, n)])
        best = Crossing.of(book).welfare
        lost.append(np.mean([1 - gt.clear(book, "muda", rng=rng).welfare / best for _ in range(10)]))
    assert lost[0] > lost[1] > lost[2]
    assert lost[2] < 0.05


@given(book=order_books(), lot=st.integers(0, 5))
def test_random_matching_leaves_no_pair_that_would_trade_and_never_beats_the_optimum(book, lot):
    outcome = gt.clear(book, "random_matching", rng=lot)
    left = outcome.unserved > 0
    bids, asks = book.prices[left & book.buys], book.prices[left & ~book.buys]
    assert not bids.size or not asks.size or bids.max() < asks.min()
    assert outcome.welfare <= Crossing.of(book).welfare + 1e-9 * float(book.prices @ book.energies)


def test_one_generator_serves_all_steps_of_a_community():
    street = gt.communities.fontana("flat").steps(np.arange(4000, 4030))
    market = gt.clear(street, "muda", rng=1)
    again = gt.clear(street, "muda", rng=np.random.default_rng(1))
    assert (market.bought == again.bought).all()
    assert market.surplus == pytest.approx(0, abs=1e-9)
    assert market.mechanism == "muda:rng=1"
