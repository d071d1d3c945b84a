"""The dispatch game against other programs, other games and hand calculations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.community.flexibility import CurtailableLoad, ShiftableLoad
from gametrade.errors import InvalidInputError, TooManyPlayersError, UnknownNameError
from gametrade.games.coalitional import all_coalitions
from gametrade.games.coalitional.dispatch import DispatchGame
from tests.dispatch_games import cost_by_linprog, dispatch_games, make_dispatch
from tests.strategies import communities

checked = settings(max_examples=60, deadline=None, derandomize=True)


@checked
@given(communities(max_homes=4))
def test_without_batteries_it_is_the_sharing_game(community):
    if (community.import_price < community.export_price).any():
        with pytest.raises(InvalidInputError, match="earn without end"):
            DispatchGame(community)
        return
    game, sharing = DispatchGame(community), gt.SharingGame(community)
    rows = all_coalitions(game.n_players)
    assert np.abs(game.values(rows) - sharing.values(rows)).max() <= game.tolerance


@checked
@given(dispatch_games())
def test_costs_agree_with_a_program_written_kwh_by_kwh(game):
    rows = all_coalitions(game.n_players)[1:]
    expected = np.array([cost_by_linprog(game, row) for row in rows])
    one_by_one = np.array([game.dispatch(row).cost for row in rows])
    scale = max(game.program.money_unit, np.abs(expected).max())
    assert np.abs(one_by_one - expected).max() <= 1e-7 * scale
    savings = rows @ game.alone_costs - expected
    assert np.abs(game.values(rows) - savings).max() <= 1e-7 * scale


@checked
@given(dispatch_games(max_homes=3))
def test_savings_are_superadditive_and_zero_alone(game):
    table = game.table()
    masks = np.arange(len(table))
    assert (table[2 ** np.arange(game.n_players)] == 0).all()
    for a in masks:
        apart = masks[(masks & a) == 0]
        assert (table[a | apart] >= table[a] + table[apart] - game.tolerance).all()


@checked
@given(dispatch_games())
def test_plans_obey_the_physics(game):
    plans = game.grand.plans
    for home, plan in zip(game.homes, plans, strict=True):
        room = 1e-9 * max(1.0, np.abs(home.upper).max(initial=0.0))
        assert (plan >= -room).all()
        assert (plan <= home.upper + room).all()
        left = home.rows @ plan - home.limit
        assert np.abs(left[home.equal]).max(initial=0.0) <= room * 10
        assert left[~home.equal].max(initial=0.0) <= room * 10


def test_a_battery_moves_noon_to_the_evening_by_hand():
    batteries = gt.Batteries([0, 2], [0, 3], [1, 0.81], 0.01)
    game = make_dispatch([[-4, 0], [0, 4]], 0.30, 0.10, batteries=batteries)
    alone = [-0.4, 1.2]
    charged = 2 / 0.9
    delivered = 2 * 0.9
    joint = -0.1 * (4 - charged) + 0.3 * (4 - delivered) + 0.01 * delivered
    assert game.alone_costs == pytest.approx(alone)
    assert game.grand.cost == pytest.approx(joint)
    assert game.grand_value == pytest.approx(sum(alone) - joint)


def test_a_given_charge_is_kept_and_a_given_end_is_reached():
    def batteries(end):
        return gt.Batteries([0, 4], [0, 4], [1, 1], start_kwh=[0, 3], end_kwh=[np.nan, end])

    net = [[0, 1], [0, 3]]
    assert make_dispatch(net, batteries=batteries(0.0)).grand.cost == pytest.approx(0.3)
    assert make_dispatch(net, batteries=batteries(3.0)).grand.cost == pytest.approx(1.2)


@pytest.mark.parametrize(("energy", "power"), [(0.0, 5.0), (5.0, 0.0)])
def test_no_capacity_or_no_power_is_no_battery(energy, power):
    net = [[-3, 1, 2], [1, -1, 2]]
    idle = make_dispatch(net, batteries=gt.Batteries([energy] * 2, [power] * 2, [0.9] * 2, start_kwh=energy / 2))
    assert idle.table() == pytest.approx(make_dispatch(net).table())
    assert all(home.rigid for home in idle.homes)


def test_a_charge_as_large_as_the_spread_shares_nothing():
    net = [[-2, -2], [2, 2]]
    assert make_dispatch(net, network_charge=[0.2, 0.05]).grand_value == pytest.approx(2 * 0.15)
    assert make_dispatch(net, network_charge=0.5).grand_value == pytest.approx(0.0, abs=1e-12)
    cheaper_peak = make_dispatch(net, network_charge=0.5, peak_charge=1.0)
    assert cheaper_peak.grand_value == pytest.approx(2.0 - 2 * 2 * 0.3)


def test_members_share_one_peak():
    game = make_dispatch([[3, 0], [0, 3]], 0.2, 0.2, peak_charge=2.0)
    assert game.alone_costs == pytest.approx([6.6, 6.6])
    assert game.grand_value == pytest.approx(6.0)


def test_a_shiftable_block_moves_to_the_surplus():
    loads = [ShiftableLoad("B", 3.0, 2.0, 0, 3)]
    game = make_dispatch([[-2, -2, 0], [0, 0, 0]], flexibility=loads)
    assert game.alone_costs == pytest.approx([-0.4, 0.9])
    assert game.grand_value == pytest.approx(3 * 0.2)
    late = make_dispatch([[-2, -2, 0], [0, 0, 0]], flexibility=[ShiftableLoad("B", 2.0, 2.0, 2, 3)])
    assert late.grand_value == pytest.approx(0.0, abs=1e-12)
    by_clock = ShiftableLoad("B", 3.0, 2.0, "2023-06-01T00:00", "2023-06-01T02:00")
    assert by_clock.steps(game.community).tolist() == [0, 1]


def test_demand_is_given_up_where_it_is_worth_less_than_its_price():
    game = make_dispatch([[2, 2], [0, 0]], [0.3, 0.2], 0.1, flexibility=[CurtailableLoad("A", 0.5, 0.25)])
    assert game.alone_costs[0] == pytest.approx(0.3 + 0.25 + 0.4)


def test_a_home_that_cannot_meet_its_limits_is_named():
    batteries = gt.Batteries([1, 4], [1, 1], [1, 1], start_kwh=[0, 0], end_kwh=[0, 4])
    game = make_dispatch([[1, 1], [1, 1]], batteries=batteries)
    assert game.infeasible_homes == ("B",)
    with pytest.raises(InvalidInputError, match="meet its own limits alone"):
        game.table()
    limited = make_dispatch([[1, 1], [5, 1]], import_limit=[2, 3])
    assert limited.infeasible_homes == ("B",)
    assert make_dispatch([[-1, 1], [5, 1]], import_limit=5, export_limit=[1, 0]).infeasible_homes == ()


def test_a_home_keeps_to_its_own_connection():
    batteries = gt.Batteries([0, 4], [0, 4], [1, 1])
    net = [[-4, 0, 4], [0, 0, 0]]
    wide = make_dispatch(net, batteries=batteries)
    narrow = make_dispatch(net, batteries=batteries, import_limit=[np.inf, 1.5], export_limit=[np.inf, 9])
    assert wide.grand_value == pytest.approx(4 * 0.2)
    assert narrow.grand_value == pytest.approx((1.5 + 0) * 0.2)


def test_two_homes_behind_one_connection_have_an_empty_core():
    loads = [CurtailableLoad("A", 1.0, 1.0), CurtailableLoad("B", 1.0, 1.0)]
    game = make_dispatch([[2.0], [2.0]], flexibility=loads, connection_limit=2.0)
    assert game.value(["A"]) == 0
    assert game.grand_value == pytest.approx(-2 * 0.7)
    assert game.grand_value < game.single_values.sum() - game.tolerance
    tight = make_dispatch([[2.0], [2.0]], connection_limit=2.0)
    with pytest.raises(InvalidInputError, match="cannot meet together"):
        tight.value(["A", "B"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"export_price": -0.1, "batteries": gt.Batteries([1, 1], [1, 1], [0.9, 1])}, "burn energy for money"),
        ({"peak_charge": -1}, "peak_charge of DispatchGame must be"),
        ({"connection_limit": np.nan}, "connection_limit of DispatchGame must be"),
        ({"import_limit": [1, -1]}, "import_limit of DispatchGame must be at least 0"),
        ({"flexibility": [ShiftableLoad("A", 5.0, 1.0)]}, "must fit into its window, at most 2 kWh"),
        ({"flexibility": [ShiftableLoad("A", 1.0, 1.0, 1, 5)]}, "must lie inside the 2 steps"),
        ({"flexibility": [CurtailableLoad("A", 0.6, 1.0)] * 2}, "must add up to at most 1"),
        ({"flexibility": ["A"]}, "must list ShiftableLoad and CurtailableLoad. Got str"),
    ],
)
def test_what_makes_no_sense_is_refused(options, message):
    with pytest.raises(InvalidInputError, match=message):
        make_dispatch([[1, 1], [1, 1]], **options)


def test_flexible_demand_is_checked():
    with pytest.raises(UnknownNameError, match="home of flexible demand"):
        make_dispatch([[1, 1]], flexibility=[ShiftableLoad("Z", 1.0, 1.0)])
    with pytest.raises(InvalidInputError, match="energy_kwh of the ShiftableLoad of 'A'"):
        ShiftableLoad("A", -1.0, 1.0)
    with pytest.raises(InvalidInputError, match="share of the CurtailableLoad of 'A' must be at most 1"):
        CurtailableLoad("A", 1.5, 1.0)


def test_negative_prices_are_fine_without_losses():
    game = make_dispatch([[-2, 1], [2, 1]], [0.1, 0.3], [-0.1, 0.0], batteries=gt.Batteries([1, 1], [1, 1], [1, 1]))
    rows = all_coalitions(2)[1:]
    assert [game.dispatch(row).cost for row in rows] == pytest.approx([cost_by_linprog(game, row) for row in rows])


@checked
@given(dispatch_games(), st.sampled_from([1e-6, 1e6]))
def test_money_scales(game, scale):
    community = game.community
    tariff = gt.Tariff(scale * community.import_price, scale * community.export_price, scale * community.network_charge)
    held = community.batteries
    batteries = gt.Batteries(
        held.energy_kwh, held.power_kw, held.efficiency, scale * held.wear_cost, start_kwh=held.start_kwh
    )
    loads = [
        CurtailableLoad(load.home, load.share, scale * load.value) if isinstance(load, CurtailableLoad) else load
        for load in game.flexibility
    ]
    other = DispatchGame(
        replace(community, tariff=tariff, batteries=batteries), loads, peak_charge=scale * game.peak_charge
    )
    assert np.abs(other.table() - scale * game.table()).max() <= 4 * scale * game.tolerance
    payoffs = gt.allocate(game, "competitive_price").payoffs
    assert np.abs(gt.allocate(other, "competitive_price").payoffs - scale * payoffs).max() <= 8 * scale * game.tolerance


def test_too_many_homes_for_a_table_are_told_what_scales():
    game = make_dispatch(np.ones((13, 1)))
    with pytest.raises(TooManyPlayersError, match="linear programs and stops at 12 players"):
        game.table()
    assert game.values(np.ones((1, 13), dtype=bool)) == pytest.approx([0.0], abs=1e-12)


def test_duplicates_and_one_home():
    batteries = gt.Batteries([2, 2], [2, 2], [0.9, 0.9])
    twins = make_dispatch([[-2, 3], [-2, 3]], batteries=batteries)
    assert twins.alone_costs[0] == twins.alone_costs[1]
    assert gt.allocate(twins, "competitive_price").payoffs == pytest.approx([0.0, 0.0], abs=1e-9)
    assert make_dispatch([[1.0, -1.0]]).table() == pytest.approx([0.0, 0.0])


def test_only_buyers_gain_nothing_but_a_lower_peak():
    net = [[1, 2, 0], [3, 0, 1]]
    assert make_dispatch(net).grand_value == pytest.approx(0.0, abs=1e-12)
    assert make_dispatch(net, peak_charge=1.0).grand_value == pytest.approx(2 + 3 - 4)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 10**6))
def test_no_battery_burns_energy_behind_a_limit_on_export(seed):
    """The linear programs cost as much as mixed-integer ones in which no battery charges and discharges at once."""
    rng = np.random.default_rng(seed)
    n, steps = 2, 4
    net = rng.integers(-5, 3, size=(n, steps)).astype(float)
    capacity, start = np.array([3.0, 2.0]), rng.choice([np.nan, 0.0, 1.0], 2)
    batteries = gt.Batteries(capacity, [2, 3], [0.81, 0.5], rng.choice([0.0, 0.01]), start_kwh=start)
    limits = [{"export_limit": [float(rng.integers(0, 2)), 1.0]}, {"connection_limit": 3.0}][seed % 2]
    game = make_dispatch(net, [0.3, 0.2, 0.3, 0.4], [0.1, 0.0, 0.1, 0.2], 0.0, batteries=batteries, **limits)
    for members in ([True, False], [True, True]):
        row = np.array(members)
        try:
            cost = game.dispatch(row).cost
        except InvalidInputError:
            continue
        assert cost == pytest.approx(cost_by_linprog(game, row, burning=False), abs=1e-7)


def test_what_may_not_be_sold_is_given_up_and_not_burnt():
    batteries = gt.Batteries([4.0], [4.0], [0.5], start_kwh=[0.0])
    game = make_dispatch([[-5.0, 0.0, 1.0]], 0.3, 0.1, batteries=batteries, export_limit=0.5)
    plan = game.grand.plans[0]
    assert game.alone_costs[0] == pytest.approx(-3 * 0.5 * 0.1)
    assert np.minimum(plan[:3], plan[3:6]).max() == pytest.approx(0.0, abs=1e-9)
    assert plan[-1] >= 0.5 - 1e-9
    assert make_dispatch([[-5.0, 0.0, 1.0]], 0.3, 0.1, export_limit=1.0).alone_costs[0] == pytest.approx(0.2)


@pytest.mark.parametrize("limit", [{"export_limit": 0.0}, {"connection_limit": 9.0}])
def test_a_battery_that_must_be_emptied_behind_a_limit_is_refused(limit):
    batteries = gt.Batteries([4.0], [4.0], [0.5], start_kwh=[3.0], end_kwh=[0.0])
    with pytest.raises(InvalidInputError, match="end_kwh of Batteries must be at least start_kwh in a DispatchGame"):
        make_dispatch([[0.0, 0.0]], batteries=batteries, **limit)
    lossless = gt.Batteries([4.0], [4.0], [1.0], start_kwh=[3.0], end_kwh=[0.0])
    assert make_dispatch([[0.0, 2.0]], batteries=lossless, export_limit=9.0).infeasible_homes == ()
