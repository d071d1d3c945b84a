"""What every registered mechanism owes: balance of energy, its promises, and the same answer twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.mechanisms.crossing import Crossing
from gametrade.registry import mechanisms
from tests.mechanisms.books import order_books

DRAWING = {entry.name for entry in mechanisms if entry.traits.get("draws")}
NAMES = [name for name in mechanisms.variants() if name not in DRAWING]


def promising(promise):
    return [name for name in NAMES if promise in mechanisms.resolve(name)[0].promises]


def money(book):
    """Size of the money in a book, for tolerances."""
    return 1e-9 * float(book.prices @ book.energies) + 1e-300


@pytest.mark.parametrize("name", NAMES)
@given(book=order_books())
def test_energy_balances_and_nobody_trades_more_than_its_order(name, book):
    outcome = gt.clear(book, name)
    slack = 1e-9 * book.energies.sum()
    assert (outcome.fills >= 0).all()
    assert (outcome.fills <= book.energies + slack).all()
    assert outcome.fills[book.buys].sum() == pytest.approx(outcome.fills[~book.buys].sum(), abs=slack)
    if outcome.trades is not None:
        assert outcome.trades.fills(book.n_orders) == pytest.approx(outcome.fills, abs=slack)
        assert outcome.trades.payments(book.n_orders) == pytest.approx(outcome.payments, abs=money(book))


@pytest.mark.parametrize("name", NAMES)
@given(book=order_books())
def test_the_same_answer_twice_and_the_book_untouched(name, book):
    before = book.prices.copy(), book.energies.copy()
    first, again = gt.clear(book, name), gt.clear(book, name)
    assert (first.fills == again.fills).all()
    assert (first.payments == again.payments).all()
    assert (before[0] == book.prices).all()
    assert (before[1] == book.energies).all()


@pytest.mark.parametrize("name", sorted(DRAWING))
def test_lots_need_a_source_and_can_be_drawn_again(name):
    assert any(variant.startswith(f"{name}:rng=") for variant in NAMES)
    book = gt.OrderBook.of([(k, 1) for k in range(20)], [(k, 1) for k in range(20)])
    for source in (None, "1", True, -1, 0.5):
        with pytest.raises(gt.InvalidInputError, match=f"rng of {name} must be a numpy.random.Generator, or a whole"):
            gt.clear(book, name, rng=source)
    outcome = gt.clear(book, name, rng=np.random.default_rng(4))
    again = gt.clear(book, name, **outcome.options)
    assert (outcome.fills == again.fills).all()
    fills = {tuple(gt.clear(book, name, rng=lot).fills) for lot in range(5)}
    assert len(fills) > 1


@pytest.mark.parametrize("name", NAMES)
@given(book=order_books())
def test_options_of_an_outcome_clear_the_book_again(name, book):
    outcome = gt.clear(book, name)
    again = gt.clear(book, outcome.mechanism, **outcome.options)
    assert (outcome.fills == again.fills).all()
    assert (outcome.payments == again.payments).all()


@pytest.mark.parametrize("name", promising("individual_rationality"))
@given(book=order_books())
def test_no_trader_loses_at_its_own_limits(name, book):
    outcome = gt.clear(book, name)
    assert (outcome.by_trader(outcome.gains) >= -money(book)).all()


@pytest.mark.parametrize("name", promising("budget_balance"))
@given(book=order_books())
def test_the_money_balances(name, book):
    assert abs(gt.clear(book, name).surplus) <= money(book)


@pytest.mark.parametrize("name", promising("weak_budget_balance"))
@given(book=order_books())
def test_no_money_is_added(name, book):
    assert gt.clear(book, name).surplus >= -money(book)


@pytest.mark.parametrize("name", promising("efficiency"))
@given(book=order_books())
def test_welfare_is_the_most_there_is(name, book):
    assert gt.clear(book, name).welfare == pytest.approx(Crossing.of(book).welfare, abs=money(book))


def gains_from(book, name, trader, lie):
    """What a trader really gains if its order says something else."""
    outcome = gt.clear(lie, name)
    return float(outcome.by_trader(outcome.gains_at(book.prices))[trader])


def lies(book, order):
    """Prices between, at and beyond every limit of the book: all that a price rule can tell apart."""
    marks = np.unique(np.concatenate([[0.0], book.prices]))
    between = (marks[1:] + marks[:-1]) / 2
    for price in (*marks, *between, marks[-1] * 2 + 1):
        prices = book.prices.copy()
        prices[order] = price
        yield prices


@pytest.mark.parametrize("name", promising("strategyproof") + promising("strategyproof_for_units"))
@given(book=order_books(max_orders=6, units=True, several=False), pick=st.integers(0, 5))
def test_no_lie_about_the_price_pays(name, book, pick):
    if not book.n_orders:
        return
    order = pick % book.n_orders
    trader = int(book.owner_positions[order])
    honest = gains_from(book, name, trader, book)
    for prices in lies(book, order):
        assert gains_from(book, name, trader, book.changed(prices=prices)) <= honest + money(book)


@pytest.mark.parametrize("name", promising("strategyproof"))
@given(book=order_books(max_orders=6), pick=st.integers(0, 5), share=st.sampled_from([0.0, 0.5, 1.0]))
def test_no_lie_about_price_and_energy_pays(name, book, pick, share):
    if not book.n_orders:
        return
    order = pick % book.n_orders
    trader = int(book.owner_positions[order])
    honest = gains_from(book, name, trader, book)
    energies = book.energies.copy()
    energies[order] *= share
    for prices in lies(book, order):
        assert gains_from(book, name, trader, book.changed(prices=prices, energies=energies)) <= honest + money(book)
