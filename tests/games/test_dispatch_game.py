"""The dispatch game against other programs, other games and hand calculations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

import gametrade as gt
from gametrade.community.flexibility import CurtailableLoad, ShiftableLoad
from gametrade.errors import InvalidInputError, UnknownNameError
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
