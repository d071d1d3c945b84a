"""Sharing on a feeder: values by an independent program, prices that bound them, and when the core is empty."""

from __future__ import annotations

import numpy as np
import pulp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.community.feeder import Feeder
from gametrade.community.power_flow import lin_dist_flow
from gametrade.games.coalitional import all_coalitions
from gametrade.games.coalitional.network import NetworkGame
from gametrade.solvers.core_emptiness import core_emptiness
from gametrade.solvers.network_prices import network_prices, priced
from tests.network.feeders import network_games
from tests.strategies import make_community

checked = settings(max_examples=40, deadline=None, derandomize=True)


def scale(game):
    street = game.community
    prices = np.abs(street.import_price) + np.abs(street.export_price)
    return max(1e-12, float((np.abs(street.net_load) * prices).sum()))


def earned(game, inside):
    """u(S) over all steps as a pulp model of voltages and flows, line by line, not by sensitivities."""
    street, feeder, total = game.community, game.feeder, 0.0
    tan = np.tan(np.arccos(game.power_factor))
    at, outside = feeder.at(street.names), game.granted if game.outsiders == "granted" else 0 * game.granted
    for t in range(street.n_steps):
        model = pulp.LpProblem("plan", pulp.LpMaximize)
        new = getattr(model, "add_variable", pulp.LpVariable)
        export = [
            new(f"y{i}", 0, float(street.surplus[i, t])) if inside[i] else outside[i, t] for i in range(len(inside))
        ]
        shared = new("m", 0, float(street.deficit[inside, t].sum()))
        mine = pulp.lpSum(y for y, member in zip(export, inside, strict=True) if member)
        model.setObjective(float(street.export_price[t]) * mine + float(street.tariff.spread()[t]) * shared)
        model.addConstraint(shared <= mine)
        square = {feeder.root: feeder.held**2}
        for k, (start, end) in enumerate(feeder.lines):
            homes = [i for i in range(len(inside)) if (feeder.below[k] @ at[:, i]) > 0]
            flow = pulp.lpSum((float(street.deficit[i, t]) - export[i]) / street.step_hours for i in homes)
            reactive = tan * sum(float(street.deficit[i, t]) for i in homes) / street.step_hours
            drop = 2000 / feeder.voltage**2
            square[end] = square[start] - drop * (
                float(feeder.resistance[k]) * flow + float(feeder.reactance[k]) * reactive
            )
            model.addConstraint(square[end] <= feeder.highest**2)
            if feeder.capacity[k] < np.inf:
                model.addConstraint(flow >= -float(np.sqrt(feeder.capacity[k] ** 2 - reactive**2)))
        model.solve(pulp.HiGHS(msg=False))
        total += pulp.value(model.objective) or 0.0
    return total


class TestValues:
    @settings(checked, max_examples=12)
    @given(network_games(max_homes=4, max_steps=2))
    def test_values_are_those_of_a_model_line_by_line(self, game):
        rows = all_coalitions(game.n_players)
        alone = np.array([earned(game, row) for row in np.eye(game.n_players, dtype=bool)])
        expected = np.array([earned(game, row) - alone[row].sum() if row.any() else 0.0 for row in rows])
        assert np.abs(game.values(rows) - expected).max() <= 1e-6 * scale(game)

    @checked
    @given(network_games())
    def test_granted_exports_keep_every_limit_and_cannot_be_larger(self, game):
        taken = game.loading @ game.granted
        assert (taken <= game.room + 1e-9 * (1 + np.abs(game.room))).all()
        short = (game.granted < game.community.surplus * (1 - 1e-9)).any(axis=0)
        if game.limits:
            used = np.where(game.loading @ game.community.surplus > 0, game.room - taken, np.inf).min(axis=0)
            assert (used[short] <= 1e-9 * (1 + np.abs(game.room).max())).all()

    @checked
    @given(network_games())
    def test_a_wide_feeder_is_the_sharing_game(self, game):
        street, old = game.community, game.feeder
        if (street.export_price < 0).any():
            return
        wide = Feeder(old.lines, old.resistance / 1e4, old.reactance / 1e4, homes=old.homes, root=old.root)
        rows = all_coalitions(street.n_prosumers)
        expected = gt.SharingGame(street).values(rows)
        assert np.abs(NetworkGame(street, wide).values(rows) - expected).max() <= 1e-9 * scale(game)

    @checked
    @given(network_games())
    def test_the_grand_plan_keeps_voltages_and_flows(self, game):
        everybody = np.ones(game.n_players, dtype=bool)
        _, exports = game.plan(everybody)
        steps, feeder = game.bound_steps, game.feeder
        if not steps.size:
            return
        load = feeder.at(game.players) @ (game.community.deficit[:, steps] - exports) / game.community.step_hours
        active = lin_dist_flow(feeder, load)
        reactive_free = game.power_factor == 1.0
        assert (active.flow >= -feeder.capacity[:, None] - 1e-6).all()
        if reactive_free:
            assert (active.voltage <= feeder.highest + 1e-7).all()


class TestPrices:
    @checked
    @given(network_games(), st.integers(0, 2**32 - 1))
    def test_any_prices_bound_every_coalition(self, game, seed):
        rng = np.random.default_rng(seed)
        steps = game.bound_steps
        energy = rng.random(steps.size) * game.community.tariff.spread()[steps]
        limits = rng.random((len(game.limits), steps.size)) * rng.integers(0, 2)
        prices = priced(game, energy, limits, rng.random(game.free_game.position.shape[1]))
        rows = all_coalitions(game.n_players)
        excess = game.values(rows) - rows @ prices.gains - prices.rent
        assert excess.max() <= 1e-7 * scale(game)

    @checked
    @given(network_games())
    def test_dual_prices_share_what_all_gain_and_are_in_the_core_without_rent(self, game):
        prices = network_prices(game)
        assert prices.gains.sum() + prices.rent == pytest.approx(game.grand_value, abs=1e-7 * scale(game))
        if prices.rent <= 1e-9 * scale(game):
            rows = all_coalitions(game.n_players)
            assert (game.values(rows) - rows @ prices.gains).max() <= 1e-6 * scale(game)

    @settings(checked, max_examples=25)
    @given(network_games(max_homes=5), st.integers(0, 2**32 - 1))
    def test_the_program_finds_the_blocking_coalition_and_prices_bound_it(self, game, seed):
        payoffs = np.random.default_rng(seed).random(game.n_players) * (game.grand_value + 1) / game.n_players
        table = gt.blocking_coalition(game, payoffs, engine="table")
        answer = gt.blocking_coalition(game, payoffs, engine="milp")
        assert answer.excess == pytest.approx(table.excess, abs=1e-6 * scale(game))
        assert answer.upper_bound >= table.excess - 1e-9 * scale(game)


def test_a_limit_that_nobody_was_granted_can_empty_the_core():
    """Three sellers, room for all but nobody is granted any: each pair could have it all."""
    street = make_community([[-4.0], [-4.0], [-4.0]], 12.0, 4.0)
    feeder = Feeder([("grid", "a")], [0.0], [0.0], homes=dict.fromkeys(street.names, "a"), capacity=8.0)
    game = NetworkGame(street, feeder, outsiders="idle")
    assert game.values(all_coalitions(3)).round(9).tolist() == [0, 0, 0, 0, 0, 0, 0, -16.0]
    assert network_prices(game).rent > 0
    assert core_emptiness(gt.TableGame(street.names, game.table())).empty


def test_demand_that_breaks_a_limit_is_refused_by_name():
    street = make_community([[8.0], [-4.0]])
    feeder = Feeder([("grid", "a")], [0.0], [0.0], homes=dict.fromkeys(street.names, "a"), capacity=5.0)
    with pytest.raises(gt.InvalidInputError, match=r"breach at line grid - a at 2023-06-01 00:00"):
        NetworkGame(street, feeder)
