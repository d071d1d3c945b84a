"""Curves and bills: what is drawn is the book, and energy and money balance with the grid's part."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.mechanisms.curves import curves
from gametrade.registry import mechanisms
from gametrade.tolerance import BALANCE_TOLERANCE
from tests.mechanisms.books import order_books

NAMES = [name for name in mechanisms.variants() if not mechanisms.resolve(name)[0].traits.get("draws") or "rng" in name]


@pytest.mark.parametrize("name", NAMES)
@given(book=order_books(), charge=st.sampled_from([0.0, 0.05]))
def test_energy_and_money_balance_with_the_grid(name, book, charge):
    settled = gt.clear(book, name).with_grid(0.3, 0.08, network_charge=charge)
    energy = book.energies.sum()
    assert settled.energy_residual <= BALANCE_TOLERANCE * energy
    money = np.abs(settled.paid_inside).sum() + 0.4 * energy
    assert settled.money_residual <= BALANCE_TOLERANCE * money
    assert settled.savings.sum() == pytest.approx(settled.alone.sum() - settled.bills.sum(), abs=1e-9 * money)


@given(book=order_books(several=False))
def test_honest_homes_at_the_retail_tariff_never_lose(book):
    retail = book.changed(prices=np.where(book.buys, 0.3, 0.08))
    settled = gt.clear(retail, "uniform_price").with_grid(0.3, 0.08)
    assert (settled.savings >= -1e-9 * book.energies.sum()).all()


def test_a_trader_nets_its_own_remainder_at_its_meter():
    book = gt.OrderBook(["x", "y"], [True, False], [1, 9], [2, 3], owners=["me", "me"])
    settled = gt.clear(book, "uniform_price").with_grid(0.3, 0.1)
    assert settled.exported.tolist() == [1.0]
    assert settled.bills == pytest.approx([-0.1])
    assert settled.savings == pytest.approx([0.0])


def test_prices_must_be_finite():
    outcome = gt.clear(gt.OrderBook.of([(1, 1)], []), "uniform_price")
    with pytest.raises(gt.InvalidInputError, match=r"import_price of settle_with_grid must be finite\. Got nan"):
        outcome.with_grid(float("nan"), 0.1)


@given(book=order_books())
def test_curves_hold_every_order_with_energy_once(book):
    frame = curves(book)
    assert sorted(frame["order"]) == sorted(
        label for label, energy in zip(book.ids, book.energies, strict=True) if energy > 0
    )
    for side, sign in (("demand", -1), ("supply", 1)):
        steps = frame[frame["side"] == side]
        assert (sign * np.diff(steps["price"]) >= 0).all()
        assert steps["end"].to_numpy()[:-1] == pytest.approx(steps["start"].to_numpy()[1:])


def test_figures_of_any_book():
    for bids, asks in ([(20, 1), (17, 1)], [(4, 1), (18, 1)]), ([], [(3, 1)]), ([], []):
        outcome = gt.clear(gt.OrderBook.of(bids, asks), "uniform_price")
        figure = outcome.plot()
        assert len(figure.data) == bool(bids) + bool(asks)
        assert figure.layout.title.text == f"uniform_price: {outcome.volume:g} kWh traded"
    book = gt.OrderBook.of([(20, 1), (17, 1)], [(4, 1), (18, 1)])
    demand = gt.clear(book, "uniform_price").plot().data[0]
    assert (list(demand.x), list(demand.y)) == ([0, 1, 2], [20, 17, 17])
