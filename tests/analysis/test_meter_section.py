"""What homes gain at their meters: exact where it is said to be, and re-proved in rationals."""

from __future__ import annotations

import copy
import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.market_document import market_to_dict
from gametrade.analysis.market_section import market_section
from gametrade.analysis.meter_section import meter_rules
from gametrade.analysis.properties.meter_changes import MeterChange, possible_changes
from gametrade.analysis.properties.meter_pieces import ONE_PRICE, ONE_STEP, best_change, pieces_of, step_gains
from gametrade.analysis.properties.meter_truthfulness import MONOTONE_COSTS, gain_of, most_of_any_change
from gametrade.analysis.studies.market_allocation import split
from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.exact_meters import exact_gain, prove_nothing_gains
from gametrade.analysis.verification.meter_part import check_meters
from tests.strategies import make_community

few = settings(max_examples=12, deadline=None, derandomize=True)


@st.composite
def meters(draw):
    """Homes with load and generation, ties and zeros on purpose, at prices that are not negative."""
    n, steps, scale = draw(st.integers(1, 4)), draw(st.integers(1, 2)), draw(st.sampled_from([1.0, 1e-6, 1e6]))
    number = st.one_of(st.integers(0, 3).map(float), st.floats(0, 3, width=32, allow_subnormal=False))
    rows = st.lists(st.lists(number, min_size=steps, max_size=steps), min_size=n, max_size=n)
    export, charge = draw(st.sampled_from([0.0, 0.08])), draw(st.sampled_from([0.0, 0.02]))
    grid = export + charge + draw(st.sampled_from([0.0, 0.1, 0.3])) + 0.01
    times = np.datetime64("2024-06-01T10:00") + np.arange(steps) * np.timedelta64(1, "h")
    demand, generation = (np.array(draw(rows)) * scale for _ in range(2))
    return gt.Community(list("abcd")[:n], demand, generation, times, 1.0, gt.Tariff(grid, export, charge))


def money(community):
    return 1e-8 * float(community.import_price.max() * (community.demand + community.generation).sum()) + 1e-300


@pytest.mark.parametrize("rule", ONE_PRICE)
@few
@given(community=meters(), seed=st.integers(0, 2**16))
def test_no_random_change_beats_the_bound_and_the_best_one_is_reached(rule, community, seed):
    allocation, rng = gt.allocate(community, rule), np.random.default_rng(seed)
    for way in ONE_STEP:
        best, pieces = best_change(allocation, way, 10**6), pieces_of(community, way)
        assert best.gain <= best.supremum + money(community)
        if best.change is not None:
            assert gain_of(allocation, best.change) == pytest.approx(best.gain, abs=money(community))
            exact = exact_gain(community, rule, best.change)
            assert float(exact) == pytest.approx(best.gain, abs=money(community))
        if pieces.home.size:
            k = rng.integers(pieces.home.size, size=60)
            energy = rng.uniform(0, 3 if way == "burn" else 1, 60) * pieces.width[k] + pieces.low[k]
            gains = step_gains(allocation, way, pieces.home[k], pieces.step[k], energy)
            assert gains.max() <= best.supremum + money(community)


@pytest.mark.parametrize("rule", ONE_PRICE)
@few
@given(community=meters())
def test_floats_and_rationals_agree_on_whether_something_gains(rule, community):
    allocation = gt.allocate(community, rule)
    slack = Fraction(10 * allocation.tolerance + money(community))
    for way in ONE_STEP:
        best = best_change(allocation, way, 10**6)
        if best.gain > 3 * slack * community.n_steps:
            with pytest.raises(Refuted, match="gain"):
                prove_nothing_gains(community, rule, way, slack)
        elif best.supremum < slack / 3:
            prove_nothing_gains(community, rule, way, slack * community.n_steps)


@pytest.mark.parametrize("rule", MONOTONE_COSTS)
@few
@given(community=meters())
def test_what_an_argument_rules_out_is_never_found(rule, community):
    allocation = split(gt.SharingGame(community), rule)
    for way in ("waste", "burn"):
        verdict = gt.check(allocation, "meter_truthfulness", way=way)
        assert (verdict.holds, verdict.certificate["kind"]) == (True, "theorem")
        for change in possible_changes(community, (way,), 20):
            assert gain_of(allocation, change) <= money(community)


@pytest.mark.parametrize("rule", ["shapley", "equal_split", "proportional", "marginal_contribution", "uniform_price"])
@few
@given(community=meters())
def test_no_change_beats_what_follows_from_nobody_losing(rule, community):
    allocation = split(gt.SharingGame(community), rule)
    for way in ("waste", "shift", "accounts"):
        bound = most_of_any_change(allocation, way)
        for change in possible_changes(community, (way,), 20):
            assert gain_of(allocation, change) <= bound + money(community)


def test_meters_by_hand():
    """A seller of 3.1 kWh beside 3 kWh of need: just below balance all is worth the grid's price."""
    pair = make_community([[-3.1], [3.0]], 0.30, 0.08)
    best = best_change(gt.allocate(pair, "competitive_price"), "waste", 10**6)
    assert best.supremum == pytest.approx(3 * 0.30 - 3.1 * 0.08)
    assert best.change.energy == pytest.approx(0.1, abs=1e-5)
    for rule in ("mid_market_rate", "supply_demand_ratio", "bill_sharing"):
        for way in ("waste", "burn"):
            assert gt.check(gt.allocate(pair, rule), "meter_truthfulness", way=way).certificate["kind"] == "enumeration"
    negative = make_community([[-3.1], [3.0]], 0.30, -0.08)
    verdict = gt.check(gt.allocate(negative, "competitive_price"), "meter_truthfulness", way="burn")
    assert verdict.holds is not True
    sellers = ([[2.0], [1.0], [0.0]], [[5.0], [0.0], [3.0]])
    trio = gt.Community(list("abc"), *sellers, ["2024-06-01T12:00"], 1.0, gt.Tariff(0.30, 0.08))
    bills = gt.check(gt.allocate(trio, "bill_sharing"), "meter_truthfulness", way="accounts")
    assert -bills.margin == pytest.approx(0.08 * 5 * (5 / 8 - 3 / 6))
    told = bills.certificate["change"]
    assert (told["home"], told["energy"]) == ("a", pytest.approx(2.0))
    assert gain_of(gt.allocate(trio, "bill_sharing"), MeterChange(0, "accounts", 0, -1, 2.0)) == -bills.margin


def section_rows():
    net = np.array([[3, -1, 2, -2], [-1, 2, 1, 2], [-1, -2, -4, 1], [0, 1, -2, -2]], dtype=float) / 10
    game = gt.SharingGame(make_community(net, 0.3, 0.08))
    section = market_section(game)
    rows = json.loads(json.dumps(market_to_dict(section), allow_nan=False))["meters"]
    return game, [hour.step for hour in section.hours], rows


def test_verification_proves_the_verdicts_about_meters_and_refutes_others():
    game, steps, rows = section_rows()
    counts = check_meters(game, steps, rows)
    assert counts["exact"] >= 15
    assert sum(counts.values()) == len(rows) == 4 * len(meter_rules(game))
    paid = next(k for k, row in enumerate(rows) if row["holds"] is False and row["rule"] == "competitive_price")
    held = next(k for k, row in enumerate(rows) if row["certificate"]["kind"] == "enumeration")
    theorem = next(k for k, row in enumerate(rows) if row["certificate"]["kind"] == "theorem")
    open_ = next(k for k, row in enumerate(rows) if row["holds"] is None and "bound" in row["certificate"])
    for k, path, value in (
        (paid, ("margin",), -1.0),
        (paid, ("holds",), True),
        (paid, ("witness",), ["B"]),
        (paid, ("certificate", "gain"), 1.0),
        (paid, ("certificate", "change", "energy"), 99.0),
        (paid, ("certificate", "change", "home"), "B"),
        (paid, ("certificate", "change", "time"), "never"),
        (held, ("holds",), None),
        (held, ("rule",), "shapley"),
        (held, ("statement",), "nothing pays"),
        (theorem, ("certificate", "why"), "because"),
        (open_, ("certificate", "bound"), 0.0),
        (open_, ("holds",), True),
    ):
        changed = copy.deepcopy(rows)
        part = changed[k]
        for name in path[:-1]:
            part = part[name]
        part[path[-1]] = value
        with pytest.raises(Refuted):
            pytest.fail(f"{path} may be {value!r}: {check_meters(game, steps, changed)}")
    with pytest.raises(Refuted, match="one for every rule and way"):
        check_meters(game, steps, rows[1:])
