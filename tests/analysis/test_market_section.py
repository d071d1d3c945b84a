"""The section on auctions between the homes: what it says, in words and numbers, and what verification makes of it."""

from __future__ import annotations

import copy
import json
from functools import cache

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.market_section import (
    PROPERTIES,
    market_hours,
    market_labels,
    market_section,
    market_wanted,
)
from gametrade.analysis.verification import verify_document
from gametrade.analysis.verification.case import Case, Refuted
from gametrade.analysis.verification.lies import check_lie
from gametrade.analysis.verification.market_part import check_market
from gametrade.mechanisms.crossing import Crossing
from gametrade.registry import figures
from gametrade.reports.markdown import markdown_text
from tests.analysis.leaves import leaves, replaced
from tests.strategies import make_community


@cache
def study():
    net = np.array([[3, -1, 2, -2], [-1, 2, 1, 2], [-1, -2, -4, 1], [0, 1, -2, -2]], dtype=float) / 10
    return gt.analyse_stability(make_community(net, 0.3, 0.08), ["mid_market_rate"], contracts=[], sections="market")


@cache
def document():
    return json.loads(json.dumps(study().to_dict(), allow_nan=False))


def refused(changed):
    """Whether the section is refuted; any other exception is an error of the verifier."""
    outcomes = {outcome.id: outcome.outcome for outcome in verify_document(changed)}
    return outcomes["market"] == "refuted"


def test_the_section_is_there_for_days_of_data_and_when_asked_for():
    assert study().market is not None
    days = gt.SharingGame(make_community(np.tile([[1.0, -1.0], [-1.0, 1.0]], 30), 0.3, 0.1))
    assert market_wanted(None, days)
    assert not market_wanted(None, gt.SharingGame(study().market.community))
    assert [market_wanted(name, days) for name in ("market", "core", "none")] == [True, False, False]
    table = gt.TableGame("ab", [0, 0, 0, 1])
    assert gt.analyse_stability(table, ["equal_split"], sections="market").market is None


def test_totals_are_those_of_the_mechanisms():
    section = study().market
    community = section.community
    assert [row.mechanism for row in section.totals] == market_labels()
    for row in section.totals:
        market = gt.clear(community, row.mechanism)
        assert (row.volume, row.welfare) == pytest.approx((market.volume, market.welfare))
        assert row.surplus == pytest.approx(market.surplus, abs=1e-12)
        assert row.volume * (row.buy_price - row.sell_price) == pytest.approx(row.surplus, abs=1e-12)
    assert section.optimum == pytest.approx(gt.SharingGame(community).grand_value)
    assert (section.trading, section.counted, section.stride) == (4, 4, 1)
    pair = make_community([[1.0, -2.0, 3.0], [-1.0, 1.0, -1.0]], 0.3, 0.08)
    second = market_section(gt.SharingGame(pair), stride=2)
    assert (second.trading, second.counted) == (3, 2)
    assert second.optimum == pytest.approx(gt.SharingGame(pair.steps(np.array([0, 2]))).grand_value)


def test_hours_are_chosen_by_rule():
    game = gt.SharingGame(study().market.community)
    hours = {hour.why: hour for hour in market_hours(game)}
    volumes = [Crossing.of(hour.book).volume for hour in hours.values()]
    assert Crossing.of(hours["most trade"].book).volume == pytest.approx(max(volumes))
    assert len({hour.step for hour in hours.values()}) == len(hours)
    nobody = gt.SharingGame(make_community(np.ones((2, 3)), 0.3, 0.1))
    assert market_hours(nobody) == ()
    assert market_section(nobody) is None


def test_verdicts_and_words():
    section = study().market
    assert section.table.properties == PROPERTIES
    text = markdown_text(study())
    said = (
        "Auctions between the homes",
        "Myerson and Satterthwaite (1983)",
        "Vickrey-Clarke-Groves",
        "crossing is flat",
    )
    assert [words for words in said if words not in text] == []
    assert figures.get("market_hour").function(study()).id == "market-hour"


def test_verification_tells_every_lie_again():
    outcomes = {outcome.id: outcome for outcome in verify_document(document())}
    assert outcomes["market"].outcome == "proved"
    assert "lies told again" in outcomes["market"].detail
    assert "0 computed, not certified" in outcomes["market"].detail
    assert sum(row["certificate"]["kind"] == "lie" for row in document()["market"]["verdicts"]) > 5


FREE = ("supremum", "tried", "exhaustive", "dual_price", "bound", "welfare", "optimum", "gains")
"""Parts of a certificate that only say how the search went, or that are computed again without being compared."""


def test_every_number_of_a_lie_is_checked():
    """Leaves of the section, one of each kind: another value is refuted."""
    seen = set()
    lies = [k for k, row in enumerate(document()["market"]["verdicts"]) if row["certificate"]["kind"] == "lie"]
    case = Case(document(), gt.SharingGame(study().market.community))
    check_market(case)
    for path, value in leaves(document()["market"], ("market",)):
        kind = tuple(part for part in path if not isinstance(part, int))
        if kind[-1] in FREE or kind in seen or (path[1] == "verdicts" and path[2] not in lies):
            continue
        seen.add(kind)
        false = not value if isinstance(value, bool) else value + 1 if isinstance(value, int | float) else "x"
        changed = Case(replaced(document(), path, false), case.game)
        with pytest.raises((Refuted, gt.GametradeError, KeyError, AttributeError)):
            pytest.fail(f"{path} may be {false!r}: {check_market(changed)}")
    assert len(seen) > 20


@pytest.mark.parametrize(
    ("field", "value"),
    [("price", 0.31), ("price", -1.0), ("energy", 0.55), ("owner", "nobody"), ("id", "new order")],
)
def test_a_tampered_lie_is_refuted(field, value):
    book = gt.OrderBook.of([(20, 1), (17, 1), (14, 1)], [(4, 1), (7, 1), (11, 1)])
    verdict = gt.check(gt.clear(book, "uniform_price"), "strategyproofness", about="price").to_dict()
    assert check_lie(book, "uniform_price", verdict) == "the lie of b0 gains 1.5 money"
    changed = copy.deepcopy(verdict)
    changed["certificate"]["orders"][0][field] = value
    with pytest.raises(Refuted):
        check_lie(book, "uniform_price", changed)


def test_false_claims_about_lies_are_refuted():
    book = gt.OrderBook.of([(20, 1), (17, 1), (14, 1)], [(4, 1), (7, 1), (11, 1)])
    truthful = gt.check(gt.clear(book, "vickrey_clarke_groves"), "strategyproofness", about="price").to_dict()
    assert "every one tried" in check_lie(book, "vickrey_clarke_groves", truthful)
    with pytest.raises(Refuted, match=r"a lie gains 1\.5"):
        check_lie(book, "uniform_price", truthful)
    lie = gt.check(gt.clear(book, "uniform_price"), "strategyproofness", about="price").to_dict()
    for change, message in (
        ({"margin": -2.0}, "margin is"),
        ({"holds": None}, "holds is False"),
        ({"witness": ["b1"]}, "the witness is"),
        ({"statement": "lies never pay"}, "the statement must be"),
        ({"property": "quantity_truthfulness"}, "not refuted by a lie about 'price'"),
        ({"certificate": {**lie["certificate"], "kind": "none"}}, "holds is None"),
        ({"certificate": {**lie["certificate"], "lying": 9.5}}, "the gain with the lie"),
        ({"certificate": {"kind": "lie"}}, "cannot be read"),
    ):
        with pytest.raises(Refuted, match=message):
            pytest.fail(check_lie(book, "uniform_price", {**lie, **change}) + str(change))
    with pytest.raises(Refuted):
        check_lie(book, "muda:rng=1", lie)


@pytest.mark.parametrize("name", ["false_name_proofness", "pair_strategyproofness", "quantity_truthfulness"])
def test_other_lies_are_told_again(name):
    book = gt.OrderBook.of([(0.30, 3), (0.25, 1)], [(0.08, 2), (0.10, 1.1)])
    for mechanism in ("uniform_price", "pay_as_bid", "mcafee", "vickrey_clarke_groves"):
        verdict = gt.check(gt.clear(book, mechanism), name, most=800).to_dict()
        said = check_lie(book, mechanism, verdict)
        kind = {True: ("no lie", "not repeated"), False: ("the lie",), None: ("not proved",)}[verdict["holds"]]
        assert said.startswith(kind)
