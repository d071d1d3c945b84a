"""Mechanisms as split rules, and mechanisms side by side."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import assume, given, settings

import gametrade as gt
from gametrade.analysis.verification import verify_document
from gametrade.registry import mechanisms
from tests.strategies import sharing_games

few = settings(max_examples=30, deadline=None, derandomize=True)
STREET = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-08")
BOOK = gt.OrderBook.of([(20, 1), (17, 1), (14, 1), (10, 1), (6, 1)], [(4, 1), (7, 1), (11, 1), (15, 1), (18, 1)])


@few
@given(sharing_games(max_homes=5))
def test_the_uniform_price_at_retail_is_the_competitive_price(game):
    community = game.community
    assume((community.export_price >= 0).all() and (community.import_price >= community.network_charge).all())
    auction, price = gt.market_allocation(game), gt.allocate(game, "competitive_price")
    assert auction.payoffs == pytest.approx(price.payoffs, abs=10 * price.tolerance)
    assert auction.rule == "uniform_price"
    assert abs(auction.imbalance) <= 10 * auction.tolerance


@pytest.mark.parametrize("name", [entry.name for entry in mechanisms if not entry.traits.get("draws")])
@settings(max_examples=12, deadline=None, derandomize=True)
@given(game=sharing_games(max_homes=4))
def test_payoffs_are_bills_alone_less_bills_with_the_market(name, game):
    """The second method: the bill of every home, step by step, from its energies and payments."""
    community = game.community
    market = gt.clear(community, name)
    left, kept = community.deficit - market.bought, community.surplus - market.sold
    charge = (market.bought * community.network_charge).sum(axis=1)
    bills = left @ community.import_price - kept @ community.export_price + market.payments.sum(axis=1) + charge
    allocation = gt.market_allocation(game, name)
    money = 1e-9 * (np.abs(community.deficit @ community.import_price).sum() + 1)
    assert allocation.payoffs == pytest.approx(community.stand_alone_bills() - bills, abs=money)
    again = gt.market_allocation(market)
    assert (again.payoffs == allocation.payoffs).all()


def test_prices_are_given_only_where_they_explain_the_payoffs():
    priced = gt.market_allocation(STREET, "uniform_price:ties=pro_rata")
    assert priced.sell_price is not None
    unequal = gt.Community(
        ["a", "b", "c"], [[0], [1], [1]], [[1], [0], [0]], ["2023-06-01T12:00"], 1.0, gt.Tariff(12, 4)
    )
    first_come = gt.market_allocation(unequal, "pay_as_bid:k=0.5")
    assert first_come.payoffs == pytest.approx([4, 4, 0])
    assert first_come.sell_price is None
    deficit = gt.market_allocation(STREET, "vickrey_clarke_groves")
    assert deficit.imbalance > 0
    assert any("adds" in note for note in deficit.notes)
    assert any("keeps" in note for note in gt.market_allocation(STREET, "mcafee").notes)


def test_stability_takes_mechanisms_beside_rules_and_verification_runs_them_again(tmp_path):
    study = gt.analyse_stability(STREET, ["mid_market_rate", "uniform_price", "pay_as_bid:k=0.5"], sections="none")
    assert study["uniform_price"].status == "core"
    assert study["pay_as_bid:k=0.5"].verdicts["payoffs"].certificate["kind"] == "recompute"
    path = tmp_path / "report.json"
    study.to_json(path)
    outcomes = {row.id: row.outcome for row in verify_document(json.loads(path.read_text(encoding="utf-8")))}
    assert "refuted" not in outcomes.values()
    assert outcomes["uniform_price/payoffs"] == outcomes["pay_as_bid:k=0.5/payoffs"] == "proved"


def test_what_is_no_market_is_refused():
    with pytest.raises(gt.InvalidInputError, match="market_allocation needs meter data"):
        gt.market_allocation(gt.TableGame("ab", [0, 0, 0, 1]), "mcafee")
    with pytest.raises(gt.UnknownNameError, match="allocation rule must be one of"):
        gt.analyse_stability(STREET, ["uniform_prize"])


def test_the_table_says_what_each_mechanism_gives_up():
    second = gt.OrderBook.of([(p, 1) for p in (20, 17, 14, 13, 6)], [(p, 1) for p in (4, 7, 11, 18, 19)])
    table = gt.mechanism_table([BOOK, second], ["uniform_price", "mcafee", "trade_reduction", "vickrey_clarke_groves"])
    lost = {name: [p.partition(":")[0] for p in table.gives_up(name)] for name in table.mechanisms}
    assert lost == {
        "uniform_price": ["strategyproofness"],
        "mcafee": ["allocative_efficiency"],
        "trade_reduction": ["allocative_efficiency"],
        "vickrey_clarke_groves": ["budget_balance"],
    }
    assert table.worst("vickrey_clarke_groves", "budget_balance:weak=true").margin == pytest.approx(-9)
    assert "Myerson and Satterthwaite (1983)" in str(table)
    assert "cannot prove or refute" in table._repr_html_()
    frame = table.to_frame()
    assert len(frame) == 16
    proof = frame[(frame.mechanism == "uniform_price") & (frame.property == "strategyproofness")].iloc[0]
    assert (proof.evidence, proof.books_failing) == ("lie", 2)


def test_the_table_takes_functions_and_properties():
    def mine(book):
        """The uniform price under my name."""
        return gt.clear(book, "uniform_price", k=1)

    table = gt.mechanism_table(BOOK, [mine], ["strategyproofness:about=price", "equal_gains"])
    assert table.mechanisms == ("mine",)
    assert table.gives_up("mine") == ("strategyproofness:about=price", "equal_gains")
    with pytest.raises(gt.InvalidInputError, match=r"books of mechanism_table must be one or more\. Got none"):
        gt.mechanism_table([])
