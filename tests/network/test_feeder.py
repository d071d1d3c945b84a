"""Feeders: trees of any order, refusals by name, power flow against an alternating-current solver."""

from __future__ import annotations

import math
from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.community.feeder import Feeder
from gametrade.community.feeder_files import feeder_from_pandapower, read_feeder
from gametrade.community.loss_shares import loss_shares
from gametrade.community.network_charges import network_charges
from gametrade.community.power_flow import lin_dist_flow, voltage_sensitivity
from gametrade.games.coalitional.feasible_trades import feasible_trades
from tests.network.feeders import feeders
from tests.strategies import communities, make_community

checked = settings(max_examples=40, deadline=None, derandomize=True)
HOMES = tuple("ABCD")


def walked(feeder, load):
    """Squared voltages bus by bus, from the root outwards."""
    below = {bus: load[k] for k, bus in enumerate(feeder.buses[1:])}
    for k in range(len(feeder.lines) - 1, -1, -1):
        start, end = feeder.lines[k]
        if start != feeder.root:
            below[start] = below[start] + below[end]
    square = {feeder.root: feeder.held**2}
    queue = deque(enumerate(feeder.lines))
    while queue:
        k, (start, end) = queue.popleft()
        square[end] = square[start] - 2000 / feeder.voltage**2 * feeder.resistance[k] * below[end]
    return np.array([square[bus] for bus in feeder.buses[1:]])


class TestPowerFlow:
    @checked
    @given(feeders(HOMES), st.lists(st.floats(-30, 30, width=32), min_size=4, max_size=4))
    def test_voltages_are_those_of_a_walk_along_the_lines(self, feeder, load):
        power = np.array(load)[: len(feeder.lines)]
        flow = lin_dist_flow(feeder, power[:, None])
        expected = walked(feeder, power)
        assert np.allclose(flow.voltage[:, 0] ** 2, np.maximum(expected, 0), atol=1e-9)
        assert np.allclose(feeder.held**2 - voltage_sensitivity(feeder) @ power, expected, atol=1e-9)

    @pytest.mark.filterwarnings("ignore")
    @pytest.mark.parametrize("scaling", [0.3, -0.5, -1.0])
    def test_voltages_agree_with_an_alternating_current_solver_on_the_cigre_feeder(self, scaling):
        pandapower = pytest.importorskip("pandapower", reason="the extra gametrade[network] is not installed")
        import pandapower.networks as networks

        net = networks.create_cigre_network_lv()
        feeder = feeder_from_pandapower(net, low_bus=int(net.trafo["lv_bus"].iloc[0]))
        net.load["scaling"] = scaling
        pandapower.runpp(net, numba=False)
        position = {int(end): k for k, (_, end) in enumerate(feeder.lines)}
        active, reactive = np.zeros((2, len(feeder.lines), 1))
        for _, load in net.load[net.load["bus"].isin(position)].iterrows():
            active[position[load["bus"]]] += load["p_mw"] * 1000 * scaling
            reactive[position[load["bus"]]] += load["q_mvar"] * 1000 * scaling
        flow = lin_dist_flow(feeder, active, reactive)
        exact = np.array([net.res_bus.at[int(bus), "vm_pu"] for bus in feeder.buses[1:]])
        assert np.abs(flow.voltage[:, 0] - exact).max() < 0.0025 * max(1.0, scaling**2)
        ours = {frozenset(line): loss for line, loss in zip(feeder.lines, flow.losses[:, 0], strict=True)}
        lines = net.line.index[net.line["from_bus"].isin(position)]
        exact_loss = float(net.res_line.loc[lines, "pl_mw"].sum()) * 1000
        total = sum(loss for pair, loss in ours.items() if "grid" not in pair)
        assert total == pytest.approx(exact_loss, rel=0.15)


class TestTrees:
    def test_lines_may_come_in_any_order_and_direction(self):
        homes = {"Ada": "c"}
        one = Feeder([("grid", "a"), ("a", "b"), ("b", "c")], [1, 2, 3], [0, 0, 0], homes=homes)
        other = Feeder([("c", "b"), ("a", "grid"), ("b", "a")], [3, 1, 2], [0, 0, 0], homes=homes, root="grid")
        assert one.buses == other.buses
        assert one.resistance.tolist() == other.resistance.tolist() == [1, 2, 3]

    @pytest.mark.parametrize(
        ("lines", "words"),
        [
            ([("g", "a"), ("a", "b"), ("b", "g")], "closes a mesh"),
            ([("g", "a"), ("g", "a")], "closes a mesh"),
            ([("g", "a"), ("b", "c")], "'b' is apart"),
            ([], "at least one"),
        ],
    )
    def test_what_is_no_tree_is_refused(self, lines, words):
        with pytest.raises(gt.InvalidInputError, match=words):
            Feeder(lines, [0.1] * len(lines), [0.0] * len(lines), homes={})

    @pytest.mark.parametrize(
        ("changed", "words"),
        [
            ({"resistance": [math.nan]}, "resistance of Feeder"),
            ({"resistance": [-1.0]}, "resistance of Feeder"),
            ({"reactance": [0.1, 0.2]}, "one for each line"),
            ({"capacity": [0.0]}, "capacity of Feeder must be above 0"),
            ({"capacity": [math.nan]}, "capacity of Feeder must be above 0"),
            ({"held": 1.2}, "held of Feeder must lie between"),
            ({"homes": {"Ada": "b"}}, "bus of home 'Ada'"),
            ({"root": "x"}, "root of Feeder"),
        ],
    )
    def test_what_makes_no_sense_is_refused_in_one_sentence(self, changed, words):
        given_ = {"resistance": [0.1], "reactance": [0.0], "homes": {"Ada": "a"}} | changed
        with pytest.raises(gt.GametradeError, match=words):
            Feeder([("g", "a")], **given_)


class TestFiles:
    def test_a_file_is_read_with_its_ratings(self, tmp_path):
        file = tmp_path / "lines.csv"
        file.write_text("from_bus,to_bus,resistance_ohm,reactance_ohm,capacity_kva\n0,1,0.1,0.05,50\n1,2,0.2,0.1,20\n")
        feeder = read_feeder(file, {"Ada": "2"}, highest=1.05)
        assert feeder.capacity.tolist() == [50, 20]
        assert feeder.highest == 1.05

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("from_bus,to_bus,resistance_ohm\n0,1,0.1\n", "column 'reactance_ohm'"),
            ("from_bus,to_bus,resistance_ohm,reactance_ohm\n0,1,0.1,0.05\n1,2,,0.1\n", "Got none in line 3"),
            ("from_bus,to_bus,resistance_ohm,reactance_ohm\n0,1,x,0.05\n", "Got none in line 2"),
        ],
    )
    def test_missing_line_data_is_named(self, tmp_path, text, words):
        file = tmp_path / "lines.csv"
        file.write_text(text)
        with pytest.raises(gt.InvalidInputError, match=words):
            read_feeder(file, {})

    def test_a_missing_file_is_named(self, tmp_path):
        with pytest.raises(gt.InvalidInputError, match="No such file"):
            read_feeder(tmp_path / "none.csv", {})


class TestChargesAndLosses:
    @checked
    @given(feeders(HOMES))
    def test_distances_are_a_metric_on_the_tree(self, feeder):
        for by in ("lines", "resistance"):
            charge = network_charges(feeder, HOMES, rate=0.01, by=by)
            assert np.allclose(charge, charge.T)
            assert (np.diag(charge) == 0).all()
            assert (charge[:, :, None] <= charge[:, None, :] + charge.T[None, :, :] + 1e-12).all()
        assert network_charges(feeder, HOMES, rate=1.0, by="resistance")[0, 1] == pytest.approx(
            feeder.distance("A", "B")
        )

    def test_zones_charge_borders(self):
        feeder = Feeder([("g", "a"), ("a", "b")], [0.1, 0.1], [0, 0], homes={"Ada": "a", "Bob": "b", "Cy": "g"})
        zones = {"g": "town", "a": "town", "b": "hill"}
        charge = network_charges(feeder, ["Ada", "Bob", "Cy"], rate=0.02, by="zone", zones=zones)
        assert charge.tolist() == [[0, 0.02, 0], [0.02, 0, 0.02], [0, 0.02, 0]]
        with pytest.raises(gt.InvalidInputError, match="zones of network_charges"):
            network_charges(feeder, ["Ada"], rate=0.02, by="zone")
        with pytest.raises(gt.InvalidInputError, match="rate of network_charges"):
            network_charges(feeder, ["Ada"], rate=-0.02)
        with pytest.raises(gt.UnknownNameError, match="Did you mean 'lines'"):
            network_charges(feeder, ["Ada"], rate=0.02, by="line")

    @checked
    @given(communities(min_homes=2, max_homes=4, scales=(1.0,)), st.data())
    def test_shares_add_up_to_the_losses_and_are_their_integral(self, street, data):
        feeder = data.draw(feeders(street.names))
        load = feeder.at(street.names) @ street.net_load
        losses = lin_dist_flow(feeder, load).losses.sum(axis=0)
        for by in ("aumann_shapley", "energy"):
            assert np.allclose(loss_shares(street, feeder, by=by).sum(axis=0), losses, atol=1e-9)
        step, eps = 1e-3, 1e-6
        at, net = feeder.at(street.names), street.net_load[:, 0]

        def lost(x):
            return lin_dist_flow(feeder, (at @ x)[:, None]).losses.sum()

        direct = np.zeros(net.size)
        for tau in np.arange(step / 2, 1, step * 50):
            for i in range(net.size):
                up, down = tau * net.copy(), tau * net.copy()
                up[i] += eps
                down[i] -= eps
                direct[i] += 50 * step * net[i] * (lost(up) - lost(down)) / (2 * eps)
        assert np.allclose(loss_shares(street, feeder)[:, 0], direct, rtol=0.06, atol=1e-4)


def test_trades_that_do_not_fit_are_no_links():
    street = make_community([[-9.0], [9.0], [1.0]])
    feeder = Feeder([("g", "a"), ("g", "b")], [0, 0], [0, 0], capacity=[5, 50], homes={"A": "a", "B": "b", "C": "b"})
    links = feasible_trades(street, feeder)
    assert links == (("A", "C"), ("B", "C"))
    game = gt.GraphGame(gt.SharingGame(street), links)
    assert game.value(["A", "B"]) == 0
    assert gt.allocate(game, "myerson").payoffs.sum() == pytest.approx(game.grand_value)
    with pytest.raises(gt.InvalidInputError, match="share of feasible_trades"):
        feasible_trades(street, feeder, share=0.0)
