"""What no lie gains more than, against lies drawn at random about prices, energies, accounts and pairs."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.properties.lie_bounds import bounded, most_of_any_lie
from gametrade.analysis.properties.lies import with_account, with_order
from gametrade.analysis.properties.market import Truth
from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.market_file import market_document, verify_market
from gametrade.analysis.verification.market_part import check_verdict
from gametrade.registry import mechanisms
from tests.mechanisms.books import order_books

NAMES = [
    name
    for name in mechanisms.variants()
    if bounded(name) and (":rng=" in name or not mechanisms.resolve(name)[0].traits.get("draws"))
]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=10, deadline=None, derandomize=True)
@given(book=order_books(max_orders=5), seed=st.integers(0, 2**16))
def test_no_random_lie_beats_the_bound(name, book, seed):
    rng, truth, outcome = np.random.default_rng(seed), Truth(book), gt.clear(book, name)
    honest = dict(zip(book.traders, truth.gains(outcome), strict=True))
    slack = 1e-8 * float(book.prices @ book.energies) + 1e-300
    one, two = most_of_any_lie(outcome), most_of_any_lie(outcome, liars=2)
    for _ in range(6 if book.n_orders else 0):
        order, other = rng.integers(book.n_orders, size=2)
        price = float(rng.choice([*book.prices, 2 * book.prices.max(), 0.0])) * rng.choice([1.0, 1 + 1e-9])
        lie = with_order(book, order, price, float(book.energies[order]) * rng.choice([0.5, 1.0, 3.0]))
        liar = book.owners[order]
        assert truth.gain(liar, gt.clear(lie, name)) - honest[liar] <= one + slack
        price = float(rng.choice(book.prices))
        split = with_account(lie, "alias", bool(book.buys[order]), float(book.times[order]), (price, 1.0))
        mine = np.array([owner in (liar, "alias") for owner in split.owners])
        assert truth.gain(liar, gt.clear(split, name), mine) - honest[liar] <= one + slack
        pair = {liar, book.owners[other]}
        told = gt.clear(with_order(lie, other, price, float(book.energies[other])), name)
        gained = sum(truth.gain(trader, told) - honest[trader] for trader in pair)
        assert gained <= (two if len(pair) == 2 else one) + slack


def test_the_bound_is_reached():
    """Pay-as-bid leaves an honest buyer nothing; naming the seller's limit, it has all the welfare of the book."""
    pair = gt.OrderBook.of([(9, 1)], [(1, 1)])
    verdict = gt.check(gt.clear(pair, "pay_as_bid"), "strategyproofness", about="price")
    assert most_of_any_lie(gt.clear(pair, "pay_as_bid")) == 8.0 == -verdict.margin


def test_deficits_and_unknown_mechanisms_have_no_bound():
    book = gt.OrderBook.of([(9, 1), (8, 1)], [(1, 1), (2, 1)])
    assert most_of_any_lie(gt.clear(book, "vickrey_clarke_groves")) is None

    def mine(orders):
        return replace(gt.clear(orders, "uniform_price"), mechanism="mine")

    verdict = gt.check(gt.clear(book, mine), "strategyproofness", mechanism=mine, most=50)
    assert not verdict.certificate["exhaustive"]
    assert "bound" not in verdict.certificate


def test_a_bound_is_checked_and_nothing_to_gain_is_a_proof():
    sides, owners = [True, True, False, False], ["x", "x", "y", "z"]
    book = gt.OrderBook("abcd", sides, [9, 8, 1, 2], [1] * 4, owners=owners)
    open_ = gt.check(gt.clear(book, "muda:rng=1"), "strategyproofness", most=30)
    assert open_.holds is None
    assert 0 <= -open_.margin <= open_.certificate["bound"] <= 14
    row = {"asked": "strategyproofness", **open_.to_dict()}
    assert check_verdict(book, row) == "none"
    for value in (0.0, 13.0, 15.0):
        changed = copy.deepcopy(row)
        changed["certificate"]["bound"] = value if value != open_.certificate["bound"] else value + 1
        with pytest.raises(Refuted, match="bound of what a lie gains"):
            check_verdict(book, changed)
    flat = gt.OrderBook(["a", "b", "c"], [True, True, False], [5, 5, 5], [1, 2, 2], owners=["x", "x", "y"])
    for name in ("uniform_price", "storage_sharing_auction", "random_matching:rng=1"):
        outcome = gt.clear(flat, name)
        proved = gt.check(outcome, "strategyproofness", most=30)
        assert (proved.holds, proved.certificate["kind"]) == (True, "bound")
        told = verify_market(market_document(outcome, [("strategyproofness", proved)]))
        assert [each.outcome for each in told] == ["proved", "proved"]
    false = {"asked": "strategyproofness", **open_.to_dict(), "holds": True}
    false["certificate"] = {**false["certificate"], "kind": "bound"}
    with pytest.raises(Refuted):
        check_verdict(book, false)


def test_a_file_of_trades_and_log_is_proved_and_changes_are_not():
    book = gt.OrderBook(["a", "b", "c"], [True, False, False], [5, 1, 2], [3, 1, 1], times=[0, 1, 2])
    document = market_document(gt.clear(book, "continuous_double_auction"), [])
    assert [(event["order"], event["against"]) for event in document["events"]] == [("a", None), ("b", "a"), ("c", "a")]
    assert document["orders"][0]["unserved"] == 1
    assert [each.outcome for each in verify_market(document)] == ["proved"]
    for change in ("trades", "events"):
        changed = copy.deepcopy(document)
        changed[change][-1]["energy"] = 0.5
        assert [each.outcome for each in verify_market(changed)] == ["refuted"]
    for change in ("volume", "welfare", "surplus"):
        assert [each.outcome for each in verify_market({**document, change: 9.0})] == ["refuted"]
