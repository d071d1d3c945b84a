"""Lies with two accounts or in pairs: what is proved is proved, against lies drawn at random and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.properties.axes import price_axis, split_axes
from gametrade.analysis.properties.breakpoints import Breakpoints
from gametrade.analysis.properties.cells import Cells
from gametrade.analysis.properties.lies import with_account, with_order
from gametrade.analysis.properties.market import Truth
from tests.mechanisms.books import order_books

PRICED = ("uniform_price", "uniform_price:k=0", "pay_as_bid", "mcafee", "trade_reduction", "vickrey_clarke_groves")
few = settings(max_examples=8, deadline=None, derandomize=True)
small = order_books(max_orders=3, several=False, scales=(1.0,))


def check(book, mechanism, name, **options):
    return gt.check(gt.clear(book, mechanism), name, **options)


def money(book):
    return 1e-9 * float(book.prices @ book.energies) + 1e-300


def bound(verdict):
    return verdict.certificate["supremum"] - verdict.certificate["honest"]


def drawn_price(rng, book):
    near = rng.choice(np.append(book.prices, [0.0, 1.0]))
    return float(rng.choice([near, rng.uniform(0, 25), abs(near + rng.uniform(-1e-6, 1e-6))]))


@pytest.mark.parametrize("mechanism", PRICED)
@few
@given(book=small, seed=st.integers(0, 2**16))
def test_no_random_second_account_beats_the_supremum(mechanism, book, seed):
    verdict = check(book, mechanism, "false_name_proofness", most=100_000)
    assert verdict.holds is not None
    rng, truth = np.random.default_rng(seed), Truth(book)
    honest = truth.gains(gt.clear(book, mechanism))
    for _ in range(15 if book.energies.any() else 0):
        order = int(rng.choice(np.flatnonzero(book.energies)))
        part, name = float(book.energies[order]) * rng.uniform(0, 1), book.owners[order]
        rest = with_order(book, order, float(book.prices[order]), float(book.energies[order]) - part)
        lie = with_account(
            rest, "alias", bool(book.buys[order]), float(book.times[order]), (drawn_price(rng, book), part)
        )
        mine = np.array([owner in (name, "alias") for owner in lie.owners])
        gain = truth.gain(name, gt.clear(lie, mechanism), mine) - honest[book.traders.index(name)]
        assert gain <= bound(verdict) + 10 * money(book)


@pytest.mark.parametrize("mechanism", PRICED)
@few
@given(book=small, seed=st.integers(0, 2**16))
def test_no_random_pair_gains_where_pairs_are_proved_not_to(mechanism, book, seed):
    most = 400 if mechanism == "mcafee" else 100_000  # pairs under McAfee are searched, however many are allowed
    verdict = check(book, mechanism, "pair_strategyproofness", most=most)
    if verdict.holds is not True:
        assert verdict.holds is False or mechanism == "mcafee" or verdict.certificate["kind"] == "none"
        return
    assert verdict.certificate["kind"] in ("enumeration", "bound")
    rng, truth = np.random.default_rng(seed), Truth(book)
    honest = truth.gains(gt.clear(book, mechanism))
    for _ in range(30 if book.n_orders > 1 else 0):
        i, j = rng.choice(book.n_orders, 2, replace=False)
        prices = np.array(book.prices)
        prices[[i, j]] = drawn_price(rng, book), drawn_price(rng, book)
        lied = gt.clear(book.changed(prices=prices), mechanism)
        gain = sum(truth.gain(book.owners[k], lied) - honest[book.traders.index(book.owners[k])] for k in (i, j))
        assert gain <= 10 * money(book)


def test_two_accounts_by_hand():
    """The marginal order sets the price; under another name a crumb of it does, and the rest trades at that price."""
    book = gt.OrderBook.of([(9, 2)], [(1, 1), (2, 1)])
    assert bound(check(book, "trade_reduction", "false_name_proofness")) == pytest.approx(7)
    assert check(book, "vickrey_clarke_groves", "false_name_proofness").holds is True
    flat = gt.OrderBook.of([(5, 1), (5, 1)], [(5, 1), (5, 3)])
    for mechanism in ("uniform_price", "trade_reduction", "vickrey_clarke_groves", "mcafee"):
        assert check(flat, mechanism, "false_name_proofness").holds is True


def test_pairs_by_hand():
    """A buyer and a seller alone share one surplus, which no price between them changes; Vickrey adds money to it."""
    pair = gt.OrderBook.of([(9, 1)], [(1, 1)])
    for mechanism in ("uniform_price", "uniform_price:k=0", "trade_reduction"):
        verdict = check(pair, mechanism, "pair_strategyproofness")
        assert (verdict.holds, verdict.certificate["kind"]) == (True, "enumeration")
    assert check(pair, "vickrey_clarke_groves", "pair_strategyproofness").holds is False
    wide = gt.OrderBook.of([(9, 1), (8, 1)], [(1, 1)] * 4)
    assert check(wide, "vickrey_clarke_groves", "pair_strategyproofness").holds is True
    assert check(wide, "uniform_price", "pair_strategyproofness", most=50).holds is None
    several = gt.OrderBook("abcd", [True, True, False, False], [9, 8, 7, 8.5], [1] * 4, owners=["x", "x", "y", "z"])
    searched = check(several, "uniform_price", "pair_strategyproofness")
    assert (searched.holds is True, searched.certificate["exhaustive"]) == (False, False)
    alone = gt.OrderBook("abc", [True, True, False], [9, 8, 7], [1] * 3, owners=["x", "x", "y"])
    shared = check(alone, "uniform_price", "pair_strategyproofness")
    assert (shared.holds, shared.certificate["kind"]) == (True, "bound")


def test_regions_of_the_plane_reach_their_corners():
    """An affine function, another above the diagonal: limits are its values at the corners of both sides."""
    plane = Cells.between(np.array([0.0, 1.0]), 2.0)
    below = plane.points[:, 0] >= plane.points[:, 1]
    values = np.where(below, 1 + 2 * plane.points[:, 0] - plane.points[:, 1], -plane.points[:, 1])
    limits = plane.limits(values)
    assert limits.max() == pytest.approx(5.0)
    assert limits.min() == pytest.approx(-2.0)
    assert plane.grows(limits, 1e-9)
    assert not plane.grows(plane.limits(-plane.points.sum(axis=1)), 1e-9)


def test_breakpoints_of_a_small_book():
    book = gt.OrderBook.of([(9, 2), (5, 1)], [(1, 1)])
    assert {0.0, 1.0, 5.0, 9.0} <= set(price_axis(book, 0, Breakpoints("limits")).values)
    assert {2 * 5.0 - 1.0, 3.0} <= set(price_axis(book, 0, Breakpoints("midpoints")).values)
    prices, parts = split_axes(book, 0, Breakpoints("limits"))
    assert {0.0, 1.0, 2.0} <= set(parts.values)
    assert {1.0, 5.0, 9.0} <= set(prices.values)


@few
@given(book=order_books(max_orders=7, units=True, several=False))
def test_mcafee_is_decided_for_units_and_refuted_or_proved_for_other_sizes(book):
    assert check(book, "mcafee", "strategyproofness", about="price").holds is True


@few
@given(book=order_books(max_orders=6, several=False, scales=(1.0,)))
def test_mcafee_with_other_sizes_is_decided_either_way(book):
    verdict = check(book, "mcafee", "strategyproofness", about="price")
    assert verdict.holds in (True, False) or bound(verdict) > 0
