"""Studies of prices: indices against their definitions, billing schemes against coalition costs, neutral tariffs."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.studies.billing import SCHEMES, billing_scheme
from gametrade.analysis.studies.pricing_comparison import compare_pricing, prices_of
from gametrade.analysis.studies.tariff_baselines import compare_tariffs, tariff_baselines
from gametrade.games.pricing import ResponsiveDemand

WEEK = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-08")


def three(price=(12, 4)):
    steps = ["2023-06-01T12:00", "2023-06-01T13:00"]
    return gt.Community(
        ["A", "B", "C"], [[0, 2], [3, 3], [3, 0]], [[3, 0], [0, 0], [0, 1]], steps, 1.0, gt.Tariff(*price)
    )


def test_prices_of_the_published_step():
    """Supply 3, demand 6, prices 4 and 12: the supply-demand ratio sells at 6 and buys at 9."""
    step = three().steps([0])
    assert [price.tolist() for price in prices_of("supply_demand_ratio")(step)] == [[9.0], [6.0]]
    assert [price.tolist() for price in prices_of("bill_sharing")(step)] == [[6.0], [0.0]]
    assert [price.tolist() for price in prices_of("mid_market_rate")(step)] == [[10.0], [8.0]]
    assert [price.tolist() for price in prices_of("uniform_price:ties=pro_rata")(step)] == [[12.0], [12.0]]


def test_indices_without_response_share_what_is_technical_and_the_value():
    frame = compare_pricing(WEEK).to_frame()
    assert frame["value_tapping"].tolist() == pytest.approx([1.0] * 4)
    assert frame["power_flatness"].tolist() == [0.0] * 4
    for name in ("energy_balance", "self_sufficiency", "cost"):
        assert np.ptp(frame[name]) <= 1e-9 * abs(frame[name].iloc[0])
    net = WEEK.net_load
    served = 1 - np.maximum(net.sum(axis=0), 0).sum() / WEEK.demand.sum()
    assert frame["self_sufficiency"].iloc[0] == pytest.approx(served)
    assert frame["energy_balance"].iloc[0] == pytest.approx(1 - np.abs(net.sum(axis=0)).sum() / np.abs(net).sum())
    assert frame.loc["bill_sharing", "participation"] < 1
    assert (frame["participation"].drop("bill_sharing") == 1).all()


def test_with_response_the_ratio_beats_bill_sharing_and_nobody_beats_the_ideal():
    comparison = compare_pricing(WEEK, response=ResponsiveDemand(WEEK, 0.05))
    frame = comparison.to_frame()
    assert (frame["cost"] >= comparison.ideal - 1e-6).all()
    assert frame.loc["supply_demand_ratio", "status"] == "settled"
    assert frame.loc["bill_sharing", "status"] == "selling pays more than buying costs"
    assert frame.loc["supply_demand_ratio", "overall"] >= frame.loc["mid_market_rate", "overall"]
    assert frame.loc["mid_market_rate", "overall"] >= frame.loc["bill_sharing", "overall"]
    assert frame.loc["supply_demand_ratio", "power_flatness"] > 0
    assert "4 pricing methods" in str(comparison)


def test_methods_that_set_no_prices_are_refused():
    for name in ("equal_split", "nothing"):
        with pytest.raises(gt.UnknownNameError, match="pricing method must be one of"):
            prices_of(name)


def random_street(seed, prices):
    rng = np.random.default_rng(seed)
    steps = np.datetime64("2023-06-30T22:00") + np.arange(4) * np.timedelta64(1, "h")
    energy = rng.integers(0, 4, (2, 4, 4)).astype(float)
    tariff = gt.Tariff(*prices, allow_negative_spread=True)
    return gt.Community(["A", "B", "C", "D"], energy[0], energy[1], steps, 1.0, tariff)


@given(st.integers(0, 500), st.sampled_from(SCHEMES), st.sampled_from(["whole", "month", "day"]))
def test_billing_schemes_are_core_allocations_of_their_cost_games(seed, scheme, period):
    bills = billing_scheme(random_street(seed, (12, 4)), scheme, period=period)
    names = bills.community.names
    assert bills.subadditive
    assert bills.together.sum() == pytest.approx(bills.cost())
    for size in range(1, 5):
        for members in combinations(range(4), size):
            cost = bills.cost([names[k] for k in members])
            assert bills.together[list(members)].sum() <= cost + 1e-9
            assert cost <= bills.alone[list(members)].sum() + 1e-9


def test_schemes_agree_with_the_other_models():
    street = random_street(3, (12, 4))
    net = billing_scheme(street, "net_purchase_and_sale")
    assert net.alone == pytest.approx(street.stand_alone_bills())
    assert net.alone.sum() - net.cost() == pytest.approx(gt.SharingGame(street).grand_value)
    gross = billing_scheme(street, "feed_in_tariff")
    assert gross.together == pytest.approx(gross.alone)
    assert billing_scheme(street, "net_metering").cost() <= net.cost() <= gross.cost()


def test_feed_in_above_retail_breaks_subadditivity():
    street = gt.Community(
        ["A", "B"], [[0.0], [3.0]], [[3.0], [0.0]], ["2023-06-01"], 1.0, gt.Tariff(4, 12, allow_negative_spread=True)
    )
    bills = billing_scheme(street, "net_metering")
    assert not bills.subadditive
    assert bills.cost() > bills.alone.sum()
    assert "netting can cost" in str(bills)


def test_bad_schemes_are_refused():
    with pytest.raises(gt.UnknownNameError, match="billing scheme must be one of"):
        billing_scheme(three(), "gross")
    with pytest.raises(gt.UnknownNameError, match="netting period must be one of"):
        billing_scheme(three(), "net_metering", period="week")
    with pytest.raises(gt.UnknownNameError, match="home must be one of"):
        billing_scheme(three(), "net_metering").cost(["Z"])
    with pytest.raises(gt.InvalidInputError, match="import_price of net_metering must not change within"):
        billing_scheme(three(([12, 13], 4)), "net_metering")


def test_tariffs_earn_the_same_and_flatten_what_they_charge_for():
    tariffs = tariff_baselines(WEEK)
    deficit = WEEK.deficit.sum(axis=0)
    earned = [float(deficit @ tariff.import_price) for tariff in tariffs.values()]
    assert earned == pytest.approx([float(deficit @ WEEK.import_price)] * 4)
    assert len(np.unique(tariffs["critical_peak"].import_price)) == 2
    hours = WEEK.local_times()[tariffs["time_of_use"].import_price > tariffs["time_of_use"].import_price.min()]
    assert set((hours - hours.astype("datetime64[D]")).astype("timedelta64[h]").astype(int)) == {16, 17, 18, 19}
    frame = compare_tariffs(ResponsiveDemand(WEEK, 0.1))
    assert list(frame.index) == ["flat", "time_of_use", "real_time", "critical_peak"]
    assert frame.loc["real_time", "peak"] < frame.loc["flat", "peak"]
    balance = frame["imports"] - frame["exports"]
    assert balance.tolist() == pytest.approx([float(WEEK.net_load.sum())] * 4)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"peak_ratio": 0}, "peak_ratio of tariff_baselines must be positive. Got 0."),
        ({"critical_share": 2}, "critical_share of tariff_baselines must be from 0 to 1. Got 2."),
        ({"peak_hours": (20, 16)}, "peak_hours of tariff_baselines must rise from 0 to at most 24. Got (20, 16)."),
        (
            {"market_price": [1.0]},
            "market_price of tariff_baselines must be finite numbers, shape (168,). Got shape (1,).",
        ),
    ],
)
def test_bad_tariffs_are_refused(change, message):
    with pytest.raises(gt.InvalidInputError) as caught:
        tariff_baselines(WEEK, **change)
    assert message in str(caught.value)
