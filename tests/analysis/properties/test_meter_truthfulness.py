"""What a home gains at its own meter: by hand, run again, and for every rule and mechanism there is."""

from __future__ import annotations

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.market_section import market_labels
from gametrade.analysis.properties.meter_changes import WAYS, MeterChange, changed
from gametrade.analysis.properties.meter_truthfulness import gain_of
from gametrade.analysis.studies.manipulations import manipulation_table
from gametrade.analysis.studies.market_allocation import split
from tests.strategies import make_community

HOMES = make_community([[-3.1, 1.0], [2.0, -0.5], [1.0, 1.0]], 0.30, 0.08)


def test_every_rule_and_mechanism_is_asked():
    table = manipulation_table(HOMES, most=6)
    assert {"competitive_price", "mid_market_rate", "shapley", *market_labels()} <= set(table.index)
    assert table.columns.tolist() == [name for way in WAYS for name in (way, f"{way}_by")]
    assert (table[list(WAYS)] >= 0).all(axis=None)
    assert ((table["waste"] > 0) == (table["waste_by"] != "")).all()


def test_the_competitive_price_jumps_where_supply_meets_demand():
    """3.1 kWh sell at 0.08; of 3 kWh plus a hair less each brings 0.30 to the seller."""
    verdict = gt.check(gt.allocate(HOMES, "competitive_price"), "meter_truthfulness", way="waste")
    assert (verdict.holds, verdict.witness) == (False, ("A",))
    assert -verdict.margin == pytest.approx(3 * 0.30 - 3.1 * 0.08, abs=1e-5)
    assert verdict.certificate["change"]["step"] == 0
    assert 0.1 <= verdict.certificate["change"]["energy"] <= 0.1001
    vickrey = gt.check(split(gt.SharingGame(HOMES), "vickrey_clarke_groves"), "meter_truthfulness", way="waste")
    assert vickrey.holds is None
    assert "without proof" in vickrey.certificate["why"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "rule", ["competitive_price", "equal_split", "bill_sharing", "static_key", "uniform_price:k=0"]
)
def test_gains_are_bills_before_and_after(rule, way):
    allocation = split(gt.SharingGame(HOMES), rule)
    verdict = gt.check(allocation, "meter_truthfulness", way=way, most=40)
    if verdict.holds is not False:
        assert verdict.certificate["kind"] in (("enumeration", "theorem") if verdict.holds else ("none",))
        return
    told = verdict.certificate["change"]
    change = MeterChange(HOMES.names.index(told["home"]), told["way"], told["step"], told["other"], told["energy"])
    seen, mine = changed(HOMES, change)
    after = seen.stand_alone_bills() - split(gt.SharingGame(seen), rule).payoffs
    before = HOMES.stand_alone_bills() - allocation.payoffs
    assert (
        before[change.home] - after[mine].sum()
        == pytest.approx(-verdict.margin)
        == pytest.approx(gain_of(allocation, change))
    )


def test_changes_keep_what_they_should():
    for change in (MeterChange(0, "shift", 1, 0, 0.5), MeterChange(0, "accounts", -1, -1, 0.5)):
        seen, mine = changed(HOMES, change)
        assert seen.demand[mine].sum() == pytest.approx(HOMES.demand[0].sum())
        assert seen.generation[mine].sum() == pytest.approx(HOMES.generation[0].sum())
    seen, mine = changed(HOMES, MeterChange(0, "accounts", -1, -1, 0.0))
    assert not seen.generation[0].any()
    assert not seen.demand[mine[1]].any()
    assert np.allclose(changed(HOMES, MeterChange(0, "burn", 0, -1, 1.0))[0].net_load[0], [-2.1, 1.0])


def test_what_cannot_be_asked():
    with pytest.raises(gt.InvalidInputError, match="way of meter_truthfulness must be 'any' or one of waste"):
        gt.check(gt.allocate(HOMES, "equal_split"), "meter_truthfulness", way="theft")
    table = gt.allocate(gt.TableGame("ab", [0, 0, 0, 1]), "equal_split")
    assert gt.check(table, "meter_truthfulness").holds is None
