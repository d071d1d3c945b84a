"""Lies about several orders at once: none drawn at random beats the bound, which is found in rationals too."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.properties.axes import energy_axis
from gametrade.analysis.properties.cells import Cells
from gametrade.analysis.properties.market import Truth
from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.exact_lies import best_exact_lie
from gametrade.analysis.verification.lies import check_lie
from tests.mechanisms.books import order_books

JOINT = (
    "uniform_price", "uniform_price:k=0", "pay_as_bid", "pay_as_bid:k=0.5", "trade_reduction", "vickrey_clarke_groves",
    "continuous_double_auction", "periodic_double_auction", "random_matching:rng=1",
)  # fmt: skip
few = settings(max_examples=10, deadline=None, derandomize=True)
SEVERAL = gt.OrderBook(
    "abcdef", [True, True, False, False, True, False], [9, 8, 7, 8.5, 7.5, 3], [1, 0.5, 0.7, 0.4, 1, 0.3],
    owners=["x", "x", "y", "z", "w", "y"],
)  # fmt: skip


def bound(verdict):
    return verdict.certificate["supremum"] - verdict.certificate["honest"]


def money(book):
    return 1e-9 * float(book.prices @ book.energies) + 1e-300


@pytest.mark.parametrize("mechanism", JOINT)
@few
@given(book=order_books(max_orders=5, scales=(1.0,)), seed=st.integers(0, 2**16))
def test_no_random_joint_lie_beats_the_bound(mechanism, book, seed):
    rng, truth, honest = np.random.default_rng(seed), Truth(book), gt.clear(book, mechanism)
    before = dict(zip(book.traders, truth.gains(honest), strict=True))
    for about in ("price", "energy"):
        name = "strategyproofness"
        verdict = gt.check(honest, name, about=about, most=200_000)
        if not verdict.certificate["exhaustive"]:
            continue
        for _ in range(30 if book.n_orders else 0):
            liar = str(rng.choice(book.traders))
            mine = np.array([owner == liar for owner in book.owners])
            near = {"price": book.prices, "energy": book.energies}[about]
            told = rng.choice([*near, 0.0, rng.uniform(0, 12)], book.n_orders)
            told = np.where(mine, np.abs(told + rng.choice([0.0, 1e-7, -1e-7], book.n_orders)), near)
            lie = book.changed(**{"prices" if about == "price" else "energies": told})
            gain = truth.gain(liar, gt.clear(lie, mechanism)) - before[liar]
            assert gain <= bound(verdict) + 10 * money(book) + 1e-6 * (gain > 0)


@pytest.mark.parametrize("about", ["price", "energy", "both", "accounts", "pair"])
@pytest.mark.parametrize(
    "mechanism", ["uniform_price", "trade_reduction", "vickrey_clarke_groves", "mcafee", "multi_round_double_auction"]
)
@settings(max_examples=4, deadline=None, derandomize=True)
@given(book=order_books(max_orders=4, scales=(1.0,)))
def test_floats_and_rationals_agree_on_the_bound(mechanism, about, book):
    options = {"about": about} if about in ("price", "energy", "both") else {}
    name = {"accounts": "false_name_proofness", "pair": "pair_strategyproofness"}.get(about, "strategyproofness")
    verdict = gt.check(gt.clear(book, mechanism), name, most=10**6, **options)
    if about == "pair" and not verdict.certificate["exhaustive"] and len(set(book.owners)) == book.n_orders:
        if mechanism in ("uniform_price", "trade_reduction", "vickrey_clarke_groves"):
            with pytest.raises(Refuted, match="without bound"):
                best_exact_lie(book, mechanism, about)
        return
    exact = best_exact_lie(book, mechanism, about)
    assert (exact is not None) == verdict.certificate["exhaustive"] or not book.n_orders
    if exact is not None:
        assert max(0.0, bound(verdict)) == pytest.approx(max(0.0, float(exact)), abs=100 * money(book))


@pytest.mark.parametrize("mechanism", ["multi_round_double_auction:rounds=3:margin=0.5", "periodic_double_auction"])
@few
@given(book=order_books(max_orders=5, several=False, scales=(1.0,)), seed=st.integers(0, 2**16))
def test_auctions_in_rounds_are_decided_in_prices_and_energies(mechanism, book, seed):
    book = gt.OrderBook(book.ids, book.buys, book.prices, book.energies, times=np.zeros(book.n_orders))
    rng, truth, honest = np.random.default_rng(seed), Truth(book), gt.clear(book, mechanism)
    before = dict(zip(book.traders, truth.gains(honest), strict=True))
    verdict = gt.check(honest, "strategyproofness", most=10**6)
    assert verdict.certificate["exhaustive"]
    scales = np.array([1.0, 3.0, 1 / 3, 5 / 3, 0.6])
    for _ in range(40 if book.n_orders else 0):
        order = int(rng.integers(book.n_orders))
        prices, energies = book.prices.copy(), book.energies.copy()
        prices[order] = rng.choice(book.prices) * rng.choice(scales) + rng.choice([0.0, 1e-7, 0.3])
        energies[order] = rng.choice([rng.uniform(0, 4), rng.choice(book.energies), energies[order]])
        gain = truth.gain(book.owners[order], gt.clear(book.changed(prices=prices, energies=energies), mechanism))
        assert gain - before[book.owners[order]] <= bound(verdict) + 10 * money(book)


@pytest.mark.parametrize(
    ("mechanism", "about"),
    [
        ("continuous_double_auction", "energy"),
        ("random_matching:rng=2", "energy"),
        *(("muda:rng=1", about) for about in ("price", "energy", "both")),
    ],
)
@settings(max_examples=40, deadline=None, derandomize=True)
@given(book=order_books(max_orders=7, several=False, scales=(1.0,)), seed=st.integers(0, 2**16))
def test_what_a_definition_rules_out_never_pays(mechanism, about, book, seed):
    rng, truth, honest = np.random.default_rng(seed), Truth(book), gt.clear(book, mechanism)
    before = dict(zip(book.traders, truth.gains(honest), strict=True))
    verdict = gt.check(honest, "strategyproofness", about=about)
    assert verdict.holds is True
    assert check_lie(book, mechanism, verdict.to_dict()).startswith("no lie gains")
    for _ in range(10 if book.n_orders else 0):
        order = int(rng.integers(book.n_orders))
        prices, energies = book.prices.copy(), book.energies.copy()
        if about != "energy":
            prices[order] = rng.choice([rng.uniform(0, 10), rng.choice(book.prices)])
        if about != "price":
            energies[order] = rng.choice([rng.uniform(0, 4), rng.choice(book.energies), 0.0])
        gain = truth.gain(book.owners[order], gt.clear(book.changed(prices=prices, energies=energies), mechanism))
        assert gain - before[book.owners[order]] <= 10 * money(book)


def test_joint_lies_by_hand():
    """A buyer of two units under a uniform price bids for the second what the seller asks: it saves on the first."""
    book = gt.OrderBook("abc", [True, True, False], [9, 8, 1], [1, 1, 2], owners=["x", "x", "y"])
    verdict = gt.check(gt.clear(book, "uniform_price:k=1"), "strategyproofness", about="price")
    assert (verdict.certificate["exhaustive"], bound(verdict)) == (True, pytest.approx(2 * (8 - 1)))
    for about, tried in (("price", 800), ("energy", 300)):
        truthful = gt.check(gt.clear(SEVERAL, "vickrey_clarke_groves"), "strategyproofness", about=about)
        assert truthful.certificate["kind"] == "enumeration"
        assert truthful.certificate["tried"] > tried
        assert "every one tried" in check_lie(SEVERAL, "vickrey_clarke_groves", truthful.to_dict())
    lied = gt.check(gt.clear(SEVERAL, "uniform_price"), "strategyproofness", about="price")
    assert len(lied.certificate["orders"]) == 2
    assert check_lie(SEVERAL, "uniform_price", lied.to_dict()).startswith("the lie of")


def test_what_stays_a_bracket():
    """Prices and energies of several orders together, orders on both sides, and more than three of one trader."""
    both_sides = gt.OrderBook("abcd", [True, False, True, False], [9, 8, 7, 3], [1] * 4, owners=["x", "x", "y", "z"])
    for book, about in ((SEVERAL, "both"), (both_sides, "energy")):
        verdict = gt.check(gt.clear(book, "mcafee"), "strategyproofness", about=about)
        assert verdict.certificate["exhaustive"] is False
        assert verdict.certificate["bound"] > 0
    four = gt.OrderBook("abcde", [True] * 4 + [False], [9, 8, 7, 6, 1], [1] * 5, owners=["x"] * 4 + ["y"])
    assert gt.check(gt.clear(four, "uniform_price"), "strategyproofness", about="price").certificate["bound"] == 7.5


@pytest.mark.parametrize(("r", "rising"), [(1, False), (2, False), (3, False), (2, True), (3, True)])
def test_limits_of_a_function_that_jumps_between_regions(r, rising):
    """Affine in each region with another slope in each: limits at corners are those from inside."""
    marks, edge = np.array([0.0, 1.0, 2.5]), 4.0
    cells = Cells.between(marks, edge, r, rising=rising)
    assert len(cells.points) <= Cells.size(len(marks), r)

    def value(points):
        ranks = np.searchsorted(marks, points, side="left") + np.searchsorted(marks, points, side="right")
        order = np.sign(points[:, :, None] - points[:, None, :]).sum(axis=2)
        return ((ranks + 2 * order) * points).sum(axis=1) - ranks.sum(axis=1)

    limits = cells.limits(value(cells.points))
    rng = np.random.default_rng(0)
    drawn = rng.uniform(0, edge, (2000, r))
    drawn = np.sort(drawn, axis=1) if rising else drawn
    assert value(drawn).max() <= limits.max() + 1e-9
    assert value(drawn).min() >= limits.min() - 1e-9
    assert cells.grows(limits, 1e-9)


def test_a_limit_that_no_breakpoint_attains_is_approached():
    """Withholding just enough pays: the gain is a limit, and lies close to it are tried where no other one pays."""
    book = gt.OrderBook.of(bids=[(0.30, 3)], asks=[(0.08, 3.1)])
    verdict = gt.check(gt.clear(book, "uniform_price"), "quantity_truthfulness")
    assert bound(verdict) == pytest.approx(0.66)
    axis = energy_axis(book, 1, anywhere=False)
    near = axis.closer()
    assert len(near.values) > len(axis.values)
    line = 2 * near.values - 1
    assert near.limits @ line == pytest.approx(axis.limits @ line[: len(axis.values)])
    flat = gt.OrderBook.of(bids=[(5.0, 1), (1e-6, 3)], asks=[(0.0, 1), (4.999999, 1)])
    for mechanism in ("mcafee", "trade_reduction"):
        for about in ("price", "energy"):
            found = gt.check(gt.clear(flat, mechanism), "strategyproofness", about=about)
            assert found.holds is (bound(found) <= money(flat))
