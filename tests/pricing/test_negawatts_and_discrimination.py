"""Savings against a baseline are a sharing game; prices for each seller against a scan of all prices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.pricing import BuyerOfEnergy, customer_baseline, negawatt_community


def street(demand):
    steps = np.datetime64("2023-06-01T00:00") + np.arange(np.shape(demand)[1]) * np.timedelta64(12, "h")
    return gt.Community(
        [f"h{k}" for k in range(len(demand))], demand, np.zeros_like(demand), steps, 12.0, gt.Tariff(12, 4)
    )


@given(st.integers(1, 12), st.integers(0, 100))
def test_the_baseline_is_the_mean_of_the_days_before(days, seed):
    demand = np.random.default_rng(seed).uniform(0, 3, (2, 10))
    baseline = customer_baseline(street(demand), days=days)
    for t in range(10):
        before = list(range(t % 2, t, 2))[-days:]
        expected = demand[:, before].mean(axis=1) if before else demand[:, t]
        assert baseline[:, t] == pytest.approx(expected)


def test_negawatts_balance_and_an_inflated_baseline_pays():
    community = street([[2.0, 5.0], [5.0, 1.0], [4.0, 4.0]])
    entitled = np.full((3, 2), 4.0)
    saved = negawatt_community(community, entitled)
    assert saved.net_load == pytest.approx(community.demand - entitled)
    honest = gt.allocate(gt.SharingGame(saved), "mid_market_rate").payoffs
    assert honest.sum() == pytest.approx(gt.SharingGame(saved).grand_value)
    assert honest[2] == 0
    lie = negawatt_community(community, entitled + [[0], [0], [1]])
    assert gt.allocate(gt.SharingGame(lie), "mid_market_rate").payoffs[2] >= 0
    assert lie.stand_alone_bills()[2] < saved.stand_alone_bills()[2]


@pytest.mark.parametrize("bad", [[[1.0, 1.0]], [[-1.0, 1.0], [1.0, 1.0]], [[np.nan, 1.0], [1.0, 1.0]]])
def test_bad_baselines_are_refused(bad):
    with pytest.raises(gt.InvalidInputError, match="baseline of negawatt_community must be finite numbers"):
        negawatt_community(street([[1.0, 1.0], [1.0, 1.0]]), bad)
    with pytest.raises(gt.InvalidInputError, match="days of customer_baseline must be a whole number"):
        customer_baseline(street([[1.0, 1.0]]), days=0)
    with pytest.raises(gt.InvalidInputError, match="days of customer_baseline must be a whole number"):
        customer_baseline(street([[1.0, 1.0]]), days=1.5)
    with pytest.raises(gt.InvalidInputError, match="needs whole days of 2 steps"):
        customer_baseline(street([[1.0, 1.0, 1.0]]))


sellers = st.lists(
    st.tuples(
        st.sampled_from([0.0, 2.0, 5.0, 9.0, 13.0]), st.sampled_from([0.1, 0.5, 2.0]), st.sampled_from([0.0, 1.0, 8.0])
    ),
    min_size=1,
    max_size=5,
)


@given(sellers, st.sampled_from([0.0, 4.0, 12.0]))
def test_prices_are_the_best_of_a_scan(pairs, value):
    buyer = BuyerOfEnergy(value, *np.array(pairs).T)
    scan = np.linspace(0, 14, 1401)
    each = np.array([(value - price) * buyer.sold(price) for price in scan])
    one, own = buyer.one_price(), buyer.individual_prices()
    assert one.profit >= each.sum(axis=1).max() - 1e-9
    assert own.profit >= each.max(axis=0).sum() - 1e-9
    assert own.profit >= one.profit - 1e-9
    for answer in (one, own):
        assert (answer.gains >= -1e-9).all()
        assert answer.welfare == pytest.approx(
            value * answer.energies.sum()
            - (buyer.reservation * answer.energies + buyer.reluctance * answer.energies**2).sum()
        )


def test_discrimination_pays_dear_sellers_more_and_cheap_ones_less():
    buyer = BuyerOfEnergy(12.0, [4.0, 8.0], [1.0, 1.0], [9.0, 9.0])
    own, one = buyer.individual_prices(), buyer.one_price()
    assert own.prices.tolist() == [8, 10]
    assert one.prices.tolist() == [9, 9]
    assert (own.profit, one.profit) == (10, 9)
    assert own.gains[0] < one.gains[0]
    assert own.gains[1] > one.gains[1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"value": -1.0}, "value of BuyerOfEnergy must be a finite number of at least 0. Got -1."),
        ({"reluctance": [0.0]}, "reluctance of BuyerOfEnergy must be 1 numbers, positive."),
        (
            {"capacity": [1.0, 2.0]},
            "capacity of BuyerOfEnergy must be finite numbers, 1 of them, at least 0. Got shape (2,).",
        ),
        ({"reservation": [np.inf]}, "reservation of BuyerOfEnergy must be 1 numbers, at least 0."),
    ],
)
def test_bad_buyers_are_refused(change, message):
    good = {"value": 1.0, "reservation": [0.1], "reluctance": [0.1], "capacity": [1.0]}
    with pytest.raises(gt.InvalidInputError) as caught:
        BuyerOfEnergy(**{**good, **change})
    assert message in str(caught.value)
    with pytest.raises(gt.InvalidInputError, match=r"prices of BuyerOfEnergy\.offer must be"):
        BuyerOfEnergy(**good).offer(np.nan)
