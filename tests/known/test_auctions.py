"""Published auction instances: double auctions, McAfee, Vickrey-Clarke-Groves, zero-intelligence traders."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

import gametrade as gt
from gametrade.mechanisms.crossing import Crossing
from gametrade.mechanisms.simulated_market import simulate_traders

FILE = Path(__file__).resolve().parents[2].parent / "shared" / "known_values" / "noncooperative.json"
ENTRIES = json.loads(FILE.read_text(encoding="utf-8"))["entries"] if FILE.exists() else []
KNOWN = {entry["id"]: entry for entry in ENTRIES}
pytestmark = pytest.mark.skipif(not ENTRIES, reason="the file of published games is not on this machine")


def units(data):
    return gt.OrderBook.of([(p, 1) for p in data["bids"]], [(p, 1) for p in data["asks"]])


def test_k_double_auction():
    entry = KNOWN["da_kda"]
    book, answer = units(entry["data"]), entry["answer"]
    for k in entry["data"]["k"]:
        outcome = gt.clear(book, "uniform_price", k=k)
        assert outcome.price == answer["price_by_k"][f"{k:g}"]
        assert outcome.interval == tuple(answer["interval"])
        assert (outcome.volume, outcome.welfare) == (answer["trades"], answer["gains"])


def test_mcafee_and_vickrey_clarke_groves():
    entry = KNOWN["da_mcafee_reduction"]
    book, answer = units(entry["data"]), entry["answer"]
    crossing = Crossing.of(book)
    assert crossing.volume == answer["k"]
    assert (crossing.next_bid + crossing.next_ask) / 2 == answer["p0"]
    assert (crossing.last_ask <= answer["p0"] <= crossing.last_bid) == answer["p0_inside"]
    reduced = gt.clear(book, "mcafee")
    assert len(reduced.trades) == answer["mcafee"]["trades"]
    assert set(reduced.trades.buy_prices) == {answer["mcafee"]["buyer"]}
    assert set(reduced.trades.sell_prices) == {answer["mcafee"]["seller"]}
    assert (reduced.surplus, reduced.welfare) == (answer["mcafee"]["auctioneer"], answer["mcafee_gains"])
    vcg = gt.clear(book, "vickrey_clarke_groves")
    assert set(vcg.payments[vcg.fills > 0]) == {answer["vcg"]["buyer_pays"], -answer["vcg"]["seller_receives"]}
    assert (vcg.surplus, vcg.welfare) == (-answer["vcg"]["deficit"], answer["efficient_gains"])


MARKETS = {"mittweida 5x5": "market_a", "10x10 linear": "market_b"}
KINDS = {"ZI-C": "zero_intelligence_constrained", "ZI-U": "zero_intelligence_unconstrained"}


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize("kind", KINDS)
def test_zero_intelligence_traders(market, kind):
    """Our mean lies within four standard errors, of both samples together, of the published mean."""
    entry = KNOWN["cda_zi"]
    answer, data = entry["answer"][f"{market} {kind}"], entry["data"][MARKETS[market]]
    values, costs = data["v"], data["c"]
    if isinstance(values, str):
        values, costs = np.linspace(145, 55, 10), np.linspace(55, 145, 10)
    runs = [
        simulate_traders(values, costs, trader=KINDS[kind], highest=200, rng=np.random.default_rng(seed))
        for seed in range(200)
    ]
    efficiency = np.array([run.efficiency[0] for run in runs])
    error = np.hypot(efficiency.std(ddof=1) / np.sqrt(len(runs)), answer["se"])
    assert Crossing.of(runs[0].book).welfare == answer["optimal_gains"]
    assert abs(efficiency.mean() - answer["mean_eff"]) <= 4 * error + 1e-9
    assert abs(efficiency.mean() - answer["mean_eff"]) <= entry["tolerance"]
    volume = np.array([run.days[0].volume for run in runs])
    assert volume.mean() == pytest.approx(answer["mean_trades"], abs=4 * volume.std() / np.sqrt(len(runs)) + 1e-9)
    price = np.array([run.prices[0].mean() for run in runs])
    assert price.mean() == pytest.approx(answer["mean_price"], abs=5 * price.std() / np.sqrt(len(runs)))


def sealed(bids, mechanism):
    """One unit that costs its seller nothing: what each buyer gets and pays."""
    outcome = gt.clear(gt.OrderBook.of([(float(bid), 1) for bid in bids], [(0.0, 1)]), mechanism)
    return outcome.fills[:-1], outcome.payments[:-1]


def test_first_price_with_uniform_values():
    """Pay-as-bid with one unit: the bid 2v/3 is a best reply to itself, by quadrature over the highest rival."""
    n = KNOWN["first_price_uniform"]["data"]["n"]
    shade, places = (n - 1) / n, (np.arange(100) + 0.5) / 100
    rivals = shade * places ** (1 / (n - 1))
    for value in (0.6, 0.9):
        bids = shade * value * np.array([0.6, 0.8, 1.0, 1.2, 1.4])
        gains = []
        for bid in bids:
            won = [sealed((bid, rival), "pay_as_bid") for rival in rivals]
            gains.append(np.mean([value * fills[0] - payments[0] for fills, payments in won]))
        assert int(np.argmax(gains)) == 2


def test_first_and_second_price_raise_the_same():
    answer = KNOWN["first_price_uniform"]["answer"]
    n = KNOWN["first_price_uniform"]["data"]["n"]
    highest = ((np.arange(200) + 0.5) / 200) ** (1 / n)
    first = [sealed(((n - 1) / n * value, 0.0), "pay_as_bid")[1].sum() for value in highest]
    assert np.mean(first) == pytest.approx(answer["revenue"], abs=1e-3)
    values = itertools.product((np.arange(6) + 0.5) / 6, repeat=n)
    second = [sealed(draw, "vickrey_clarke_groves")[1].sum() for draw in values]
    assert np.mean(second) == pytest.approx(answer["second_price_revenue"])
