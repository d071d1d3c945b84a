"""Batteries and coalitions step by step: physics, both decisions at one price, and the end of every step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.community import Batteries
from gametrade.games.formation import FormationGame, battery_decision
from gametrade.solvers.partition_stability import stable_partitions
from gametrade.solvers.slot_formation import slot_formation
from tests.strategies import communities


def with_batteries(community, efficiency=0.81, wear=0.02):
    """Every second home has a battery of 2 kWh and 1 kW."""
    n = community.n_prosumers
    size = np.where(np.arange(n) % 2 == 0, 2.0, 0.0)
    return replace(community, batteries=Batteries(size, size / 2, np.full(n, efficiency), wear))


@given(
    communities(min_homes=2, max_homes=4, max_steps=4, scales=(1.0,)),
    st.sampled_from(["mid_market_rate", "supply_demand_ratio", "competitive_price"]),
)
@settings(max_examples=12, deadline=None)
def test_energy_is_kept_and_every_step_ends_where_nothing_moves(community, rule):
    street = with_batteries(community)
    found, b = slot_formation(street, rule), street.batteries
    charged = np.array([slot.decision.charged for slot in found.slots]).T
    discharged = np.array([slot.decision.discharged for slot in found.slots]).T
    power = b.power_kw[:, None] * street.step_hours
    assert ((charged >= 0) & (discharged >= 0) & (charged * discharged == 0)).all()
    assert ((charged <= power + 1e-12) & (discharged <= power + 1e-12)).all()
    assert ((found.charge >= 0) & (found.charge <= b.energy_kwh[:, None])).all()
    flow = charged * b.charge_efficiency[:, None] - discharged / b.discharge_efficiency[:, None]
    assert np.allclose(np.diff(found.charge, axis=1), flow, atol=1e-12)
    for t, slot in enumerate(found.slots):
        load = street.net_load[:, [t]] + charged[:, [t]] - discharged[:, [t]]
        step = street.steps(np.array([t]))
        after = gt.Community(
            street.names, np.maximum(load, 0), np.maximum(-load, 0), step.times, step.step_hours, step.tariff
        )
        formation = FormationGame(gt.SharingGame(after), rule)
        stable = stable_partitions(formation, ["merge_split", "individual", "d_c"])
        if slot.ending == "stable":
            assert slot.final in stable["merge_split"].partitions
            assert slot.final in stable["individual"].partitions
        else:
            assert not slot.rising
        assert slot.d_c == (slot.final in stable["d_c"].partitions)
        assert slot.optimal == pytest.approx(formation.game.grand_value, abs=10 * formation.tolerance)
        assert np.allclose(slot.payoffs, formation.payoffs(slot.final))
        assert slot.rising or "switch" in slot.moves or slot.optimal <= 10 * formation.tolerance
    assert len(found.to_frame()) == street.n_steps
    assert found.payoffs.sum() == pytest.approx(sum(slot.welfare[-1] for slot in found.slots), abs=1e-9)


@given(
    st.floats(-3, 3), st.floats(0, 2), st.floats(0.5, 1.0), st.floats(0, 0.1),
    st.floats(-0.1, 0.4), st.floats(0, 0.4), st.floats(-0.1, 0.5),
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_no_use_of_the_battery_is_cheaper_at_the_prices_of_the_step(load, held, efficiency, wear, sell, spread, value):
    battery, buy = Batteries([2.0], [1.5], [efficiency], wear), sell + spread
    found = battery_decision(
        np.array([load]), np.array([held]), battery, step_hours=0.5,
        sell_price=sell, buy_price=buy, replacement_price=value,
    )  # fmt: skip
    store, deliver = battery.charge_efficiency[0], battery.discharge_efficiency[0]
    into = np.linspace(0, min(0.75, (2.0 - held) / store), 50)
    out = np.linspace(0, min(0.75, held * deliver), 50)
    replaced = value / (store * deliver) + wear

    def cost(net):
        return buy * np.maximum(net, 0) - sell * np.maximum(-net, 0)

    best = min((cost(load + into) - value * into).min(), (cost(load - out) + replaced * out).min())
    if value >= 0:
        assert found.cost_with[0] <= best + 1e-9
    assert found.cost_without[0] == pytest.approx(cost(np.array([load]))[0])
    assert found.benefit[0] >= -1e-12
    used = load + found.charged[0] - found.discharged[0]
    again = cost(np.array([used]))[0] + replaced * found.discharged[0] - value * found.charged[0]
    assert found.cost_with[0] == pytest.approx(again)


def test_a_battery_shifts_sun_into_the_evening_and_sells_it():
    """Noon without buyers fills the battery of A; in the evening B and A need it."""
    noon, evening = "2023-06-01T12:00", "2023-06-01T13:00"
    street = gt.Community(
        ["A", "B"], [[0, 1], [0, 1]], [[2, 0], [0, 0]], [noon, evening], 1.0, gt.Tariff(0.30, 0.10),
        batteries=Batteries([2.0, 0.0], [2.0, 0.0], [1.0, 1.0]),
    )  # fmt: skip
    found = slot_formation(street, replacement_price=0.15)
    assert found.charge.tolist() == [[0, 2, 1], [0, 0, 0]]
    assert found.slots[1].decision.discharged.tolist() == [1, 0]  # selling pays 0.10 < 0.15, own need 0.30
    assert found.battery_benefit.tolist() == pytest.approx([2 * 0.05 + 0.15, 0])
    assert "2 steps: 2 end" in str(found)


def test_what_does_not_fit_is_refused():
    street = gt.communities.street(4, 1, rng=1)
    with pytest.raises(gt.InvalidInputError, match="must set prices"):
        slot_formation(street, "shapley")
    with pytest.raises(gt.InvalidInputError, match="finite"):
        slot_formation(street, replacement_price=np.inf)
    with pytest.raises(gt.TooManyPlayersError, match="switching_path"):
        slot_formation(gt.communities.street(11, 1, rng=1))
    full = Batteries([1.0] * 4, [1.0] * 4, [1.0] * 4, start_kwh=0.5, end_kwh=0.5)
    with pytest.raises(gt.InvalidInputError, match="final charge"):
        slot_formation(replace(street, batteries=full))
