"""Simulated traders: they keep to their limits, learn the competitive price, and leave a log that survives."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.mechanisms.continuous_market import Event
from gametrade.mechanisms.simulated_market import TRADERS, simulate_traders
from gametrade.mechanisms.zero_intelligence_plus import ZeroIntelligencePlus

VALUES, COSTS = [20, 17, 14, 10, 6], [4, 7, 11, 15, 18]
limits = st.lists(st.one_of(st.just(0.0), st.integers(0, 9).map(float), st.floats(0, 1e6)), max_size=5)


@given(limits, limits, st.sampled_from(sorted(TRADERS)), st.integers(0, 9))
def test_traders_keep_to_their_limits_and_nobody_trades_twice_a_day(values, costs, trader, seed):
    run = simulate_traders(values, costs, trader=trader, days=2, quotes=200, rng=np.random.default_rng(seed))
    slack = 1e-12 * run.book.prices.max(initial=0.0)
    for day in run.days:
        assert (day.fills <= 1).all()
        assert day.surplus == pytest.approx(0, abs=10 * slack)
        if trader != "zero_intelligence_unconstrained":
            assert (day.gains >= -slack).all()
            assert day.welfare <= day.optimal_welfare + 10 * slack


def test_zero_intelligence_plus_learns_the_competitive_price():
    runs = [
        simulate_traders(VALUES, COSTS, trader="zero_intelligence_plus", days=10, rng=np.random.default_rng(seed))
        for seed in range(20)
    ]
    rms = np.array([run.rms for run in runs])
    assert np.nanmean(rms[:, -3:]) < np.nanmean(rms[:, 0]) / 2
    assert np.nanmean(rms[:, 1]) < np.nanmean(rms[:, 0])
    efficiency = np.array([run.efficiency for run in runs])
    assert efficiency.mean() > 0.95
    assert efficiency[:, -3:].mean() > 0.98
    assert runs[0].competitive_price == 12.5


def test_learners_beat_traders_without_intelligence():
    plus, random = (
        np.mean(
            [
                np.nanmean(simulate_traders(VALUES, COSTS, trader=kind, days=5, rng=np.random.default_rng(s)).rms[1:])
                for s in range(10)
            ]
        )
        for kind in ("zero_intelligence_plus", "zero_intelligence_constrained")
    )
    assert plus < random / 2


def test_units_of_money_change_nothing():
    one, other = (
        simulate_traders(
            np.array(VALUES) * scale, np.array(COSTS) * scale, trader=kind, days=3, rng=np.random.default_rng(5)
        )
        for kind in ("zero_intelligence_plus",)
        for scale in (1.0, 1024.0)
    )
    assert np.concatenate(one.prices) * 1024 == pytest.approx(np.concatenate(other.prices))


def margins_after(price, bid, traded, active=(True, True, True, True)):
    """Which of two buyers (at about 8 and 12) and two sellers (8 and 12) raise or lower their quotes."""
    traders = ZeroIntelligencePlus(
        np.array([40.0, 60.0, 1.0, 2.0]), np.array([True, True, False, False]), np.random.default_rng(0)
    )
    traders._prices = np.array([8.0, 12.0, 8.0, 12.0])
    traders.hear(price, bid=bid, traded=traded, active=np.array(active))
    return np.sign(traders._prices - [8.0, 12.0, 8.0, 12.0]).astype(int).tolist()


def test_who_learns_from_what():
    assert margins_after(10, bid=True, traded=True) == [0, -1, 1, -1]
    assert margins_after(10, bid=False, traded=True) == [1, -1, 1, 0]
    assert margins_after(10, bid=True, traded=False) == [1, 0, 0, 0]
    assert margins_after(10, bid=False, traded=False) == [0, 0, 0, -1]
    assert margins_after(10, bid=True, traded=False, active=(False, True, True, True)) == [0, 0, 0, 0]


class Cut(list):
    """A log whose disk is full after some events."""

    def __init__(self, room):
        super().__init__()
        self.room = room

    def append(self, event):
        if len(self) == self.room:
            raise OSError("disk full")
        super().append(event)


def test_an_interrupted_run_keeps_its_log():
    whole: list[Event] = []
    simulate_traders(VALUES, COSTS, rng=np.random.default_rng(3), days=4, log=whole)
    cut = Cut(len(whole) // 2)
    with pytest.raises(OSError, match="disk full"):
        simulate_traders(VALUES, COSTS, rng=np.random.default_rng(3), days=4, log=cut)
    assert list(cut) == whole[: len(whole) // 2]


def test_a_trader_that_is_interrupted_leaves_the_log():
    class Interrupted:
        within_limits = True
        calls = 0

        def __init__(self, limits, buys, highest, rng):
            self.limits = limits

        def quote(self, trader):
            self.calls += 1
            if self.calls == 9:
                raise KeyboardInterrupt
            return self.limits[trader]

        def hear(self, price, *, bid, traded, active):
            pass

    log: list[Event] = []
    with pytest.raises(KeyboardInterrupt):
        simulate_traders(VALUES, COSTS, trader=Interrupted, rng=np.random.default_rng(0), days=9, log=log)
    assert log
    assert {event.kind for event in log} <= {"order", "trade"}


def test_the_log_of_a_community_holds_every_step():
    net = np.array([[1.0, -1.0] * 6, [-2.0, 1.0] * 6])
    times = np.datetime64("2023-06-01T00") + np.arange(12) * np.timedelta64(1, "h")
    pair = gt.Community(["A", "B"], np.maximum(net, 0), np.maximum(-net, 0), times, 1.0, gt.Tariff(0.3, 0.1))
    log: deque[Event] = deque()
    market = gt.clear(pair, "continuous_double_auction", log=log)
    assert sum(event.energy for event in log if event.kind == "trade") == market.volume == 12


def test_an_interrupted_auction_keeps_its_log():
    rng = np.random.default_rng(0)
    book = gt.OrderBook([f"o{k}" for k in range(200)], rng.random(200) < 0.5, rng.random(200), rng.random(200))
    whole = gt.clear(book, "continuous_double_auction").events
    cut = Cut(100)
    with pytest.raises(OSError, match="disk full"):
        gt.clear(book, "continuous_double_auction", log=cut)
    assert tuple(cut) == whole[:100]


def test_tables_and_figures():
    run = simulate_traders(VALUES, COSTS, rng=np.random.default_rng(3), days=2)
    frame = run.to_frame()
    assert len(frame) == sum(day.volume for day in run.days)
    assert (frame[["buyer_profit", "seller_profit"]] >= 0).all().all()
    assert len(run.plot().data) == 2
    assert "2 days of zero_intelligence_constrained: efficiency" in str(run)


def test_a_trader_of_ones_own():
    class Honest:
        within_limits = True

        def __init__(self, limits, buys, highest, rng):
            self.limits = limits

        def quote(self, trader):
            return self.limits[trader]

        def hear(self, price, *, bid, traded, active):
            pass

    run = simulate_traders(VALUES, COSTS, trader=Honest, rng=np.random.default_rng(0))
    assert run.trader == "Honest"
    assert run.days[0].volume >= 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rng": 3}, "rng of simulate_traders must be a numpy.random.Generator. Got 3."),
        ({"days": 0}, "days of simulate_traders must be at least 1. Got 0."),
        ({"quotes": 0}, "quotes of simulate_traders must be at least 1. Got 0."),
        ({"trader": "zip"}, "kind of trader must be one of"),
        ({"values": [-1]}, "prices of OrderBook must be finite and not negative. Got -1 for order 'b0'."),
    ],
)
def test_bad_input_is_refused(change, message):
    good = {"values": VALUES, "costs": COSTS, "rng": np.random.default_rng(0)}
    with pytest.raises(gt.GametradeError) as caught:
        simulate_traders(**{**good, **change})
    assert message in str(caught.value)
