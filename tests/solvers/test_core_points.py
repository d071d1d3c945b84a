"""Core intervals and the nearest core allocation, against pulp models over all coalitions and their own weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pulp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.coalitional import all_coalitions
from gametrade.games.coalitional.fees import FeeGame
from gametrade.solvers import core_approach, core_oracles
from gametrade.solvers.core_intervals import core_intervals
from gametrade.solvers.core_models import core_model
from gametrade.solvers.core_projection import project
from gametrade.solvers.core_start import supported_set
from gametrade.solvers.dispatch_prices import price_bound
from gametrade.solvers.least_core_value import least_core_value
from gametrade.solvers.nearest_core_allocation import length, nearest_core_allocation
from tests.games.test_individual_tariffs import tariff_games
from tests.strategies import make_community, payoff_vectors, sharing_games, table_games

checked = settings(max_examples=30, deadline=None, derandomize=True)
GAMES = st.one_of(
    table_games(min_players=2, max_players=4),
    sharing_games(min_homes=2, max_homes=5),
    tariff_games(min_homes=2, max_homes=5),
)
NORMS = ("l1", "l2", "linf", "fee")


def scale(game, payoffs=0.0):
    table = np.abs(game.table() - all_coalitions(game.n_players) @ game.single_values)
    return max(1e-300, float(table.max()), float(np.abs(payoffs - game.single_values).max()))


def model_of(game, payoffs=0.0):
    """The core as one constraint a coalition, in units of order one; relaxed to the least core if it is empty."""
    alone, unit = game.single_values, scale(game, payoffs)
    table = (game.table() - all_coalitions(game.n_players) @ alone) / unit
    scaled = gt.TableGame(game.players, table)
    epsilon = max(0.0, least_core_value(scaled).epsilon)
    return core_model(scaled, fixed_excess=epsilon + 1e-9), alone, unit


def optimum(model):
    model.problem.solve(pulp.HiGHS(msg=False))
    assert model.problem.status == pulp.LpStatusOptimal
    return np.array([variable.value() for variable in model.payoffs])


class TestIntervals:
    @checked
    @given(GAMES)
    def test_two_programs_a_player_agree_with_a_model_of_all_coalitions(self, game):
        found = core_intervals(game)
        model, alone, unit = model_of(game)
        near = 1e-7 * unit + 1e-12 * np.abs(alone).max()
        for i, variable in enumerate(model.payoffs):
            for sign, end in ((1, found.low[i]), (-1, found.high[i])):
                model.problem.setObjective(sign * variable)
                assert end == pytest.approx(optimum(model)[i] * unit + alone[i], abs=near)

    @checked
    @given(GAMES)
    def test_ends_are_attained_and_weights_prove_them(self, game):
        found = core_intervals(game)
        rows, unit = all_coalitions(game.n_players), scale(game)
        table, alone = game.table(), game.single_values
        near = 1e-8 * unit + 1e-12 * np.abs(alone).max() * game.n_players
        for i in range(game.n_players):
            assert found.low_bound[i] <= found.low[i] + near
            assert found.high[i] <= found.high_bound[i] + near
            for payoffs, end in ((found.lowest[i], found.low[i]), (found.highest[i], found.high[i])):
                assert payoffs[i] == end
                assert payoffs.sum() == pytest.approx(table[-1], abs=near)
                assert (table - rows @ payoffs)[1:-1].max() <= found.epsilon + near
            for weights, bound, sign in (
                (found.low_weights[i], found.low_bound[i], 1),
                (found.high_weights[i], found.high_bound[i], -1),
            ):
                assert (weights.weights >= 0).all()
                assert weights.direction == pytest.approx(sign * np.eye(game.n_players)[i], abs=1e-8)
                over_alone = game.values(weights.coalitions) - weights.coalitions @ alone - found.epsilon
                least = weights.weights @ over_alone + weights.everyone * (table[-1] - alone.sum())
                assert sign * (bound - alone[i]) == pytest.approx(least, abs=1e-7 * unit + near)
        assert found.exact

    def test_a_seller_with_two_buyers(self):
        game = gt.TableGame.from_values({("s1", "b"): 8, ("s2", "b"): 6, ("s1", "s2", "b"): 8})
        found = core_intervals(game)
        assert found.low == pytest.approx([0, 6, 0], abs=1e-9)
        assert found.high == pytest.approx([2, 8, 0], abs=1e-9)
        assert found.outside([3, 5, 0]) == pytest.approx([1, -1, 0], abs=1e-9)
        assert "never below" in str(found)
        assert found.to_dict()["intervals"][0]["player"] == "s1"

    def test_an_empty_core_gives_the_least_core(self):
        found = core_intervals(gt.TableGame.from_function("abc", lambda coalition: float(len(coalition) >= 2)))
        assert found.epsilon == pytest.approx(1 / 3)
        assert found.low == pytest.approx(np.full(3, 1 / 3), abs=1e-8)
        assert "least core" in str(found)

    def test_one_player_is_refused(self):
        with pytest.raises(gt.InvalidInputError, match="at least 2 players"):
            core_intervals(gt.TableGame(["a"], [0.0, 1.0]))


class TestNearest:
    @checked
    @given(st.data())
    def test_distance_agrees_with_a_model_of_all_coalitions(self, data):
        game = data.draw(GAMES)
        start = data.draw(payoff_vectors(game, kinds=("rule", "split", "random", "zero", "negative")))
        norm = data.draw(st.sampled_from(["l1", "linf", "fee"]))
        found = nearest_core_allocation(game, start, norm=norm)
        model = nearest_core_allocation(game, start, norm=norm, solver="pulp")
        size = scale(game, start)
        assert found.distance == pytest.approx(model.distance, abs=1e-7 * size)
        assert found.exact
        assert model.lower_bound == pytest.approx(model.distance, abs=1e-6 * size)
        assert model.largest_excess <= model.epsilon + 1e-6 * size
        assert model.payoffs.sum() == pytest.approx(game.grand_value, abs=1e-6 * size)

    @checked
    @given(st.data())
    def test_least_squares_satisfies_its_optimality_conditions(self, data):
        """No point of the core is nearer: every extreme point of it lies beyond the plane through the answer."""
        game = data.draw(GAMES)
        start = data.draw(payoff_vectors(game, kinds=("rule", "split", "random", "zero", "negative")))
        found = nearest_core_allocation(game, start, norm="l2")
        size = scale(game, start)
        model, alone, unit = model_of(game, start)
        direction = found.payoffs - start
        model.problem.setObjective(pulp.lpDot(list(direction / max(1e-300, np.abs(direction).max())), model.payoffs))
        other = optimum(model) * unit + alone
        assert direction @ (other - found.payoffs) >= -1e-6 * size * size

    @checked
    @given(st.data())
    def test_it_is_in_the_core_and_its_weights_bound_the_distance(self, data):
        game = data.draw(GAMES)
        start = data.draw(payoff_vectors(game))
        norm = data.draw(st.sampled_from(NORMS))
        found = nearest_core_allocation(game, start, norm=norm)
        size, rows = scale(game, start), all_coalitions(game.n_players)
        near = 2e-8 * size
        excess = game.table() - rows @ found.payoffs
        assert abs(excess[-1]) <= near
        assert excess[1:-1].max() <= found.epsilon + near
        direction, norms = found.weights.direction, {"l1": np.inf, "l2": 2, "linf": 1, "fee": 1}
        everyone = found.weights.everyone
        if norm == "fee":
            everyone -= max(0.0, direction.max())
            direction = direction - max(0.0, direction.max())
        values = game.values(found.weights.coalitions) - found.weights.coalitions @ start - found.epsilon
        proved = found.weights.weights @ values + everyone * (game.grand_value - start.sum())
        dual = np.linalg.norm(direction, norms[norm])
        if dual > 0:
            assert max(0.0, min(found.distance, proved / dual)) == pytest.approx(found.lower_bound, abs=near)
        assert found.common_fee == pytest.approx(max(0.0, (start - found.payoffs).max()), abs=near)

    @checked
    @given(st.data())
    def test_search_and_table_agree(self, data):
        game = data.draw(sharing_games(min_homes=3, max_homes=6))
        start = data.draw(payoff_vectors(game, kinds=("rule", "split", "random")))
        norm = data.draw(st.sampled_from(NORMS))
        expected = nearest_core_allocation(game, start, norm=norm)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(core_oracles, "TABLE_PLAYERS", 0)
            found = nearest_core_allocation(game, start, norm=norm, seconds=5.0)
        near = 1e-7 * scale(game, start)
        assert found.lower_bound - near <= expected.distance <= found.distance + near
        if found.exact:
            assert found.distance == pytest.approx(expected.distance, abs=near)

    def test_hundreds_of_homes_end_at_the_competitive_price(self):
        rng = np.random.default_rng(3)
        net = rng.normal(size=(300, 24)) + 0.8 * np.sin(np.arange(24) / 12 * np.pi)
        game = gt.SharingGame(make_community(net, 0.30, 0.08))
        competitive = gt.allocate(game, "competitive_price").payoffs
        for norm in NORMS:
            found = nearest_core_allocation(game, "mid_market_rate", norm=norm)
            assert found.exact
            assert found.payoffs == pytest.approx(competitive)
            assert found.local_price is not None
            largest = gt.blocking_coalition(game, found.payoffs, engine="bracket")
            assert largest.upper_bound <= 2 * largest.tolerance

    def test_a_rule_in_the_core_stays(self):
        game = gt.SharingGame(make_community([[-1.0, 2.0], [1.0, -1.0], [1.0, 1.0]]))
        found = nearest_core_allocation(game, "competitive_price")
        assert found.distance <= game.tolerance
        assert found.rule == "competitive_price"
        assert found.to_dict()["norm"] == "l1"
        assert "nearest point of the core" in str(found)

    def test_an_empty_core_gives_the_least_core(self):
        game = gt.TableGame.from_function("abc", lambda coalition: float(len(coalition) >= 2))
        found = nearest_core_allocation(game, [1.0, 0.0, 0.0], norm="l2")
        assert found.payoffs == pytest.approx(np.full(3, 1 / 3), abs=1e-7)
        assert "least core" in str(found)

    @pytest.mark.parametrize(
        ("rule", "options", "error", "words"),
        [
            ([1.0], {}, gt.InvalidInputError, "must be 2 finite numbers"),
            ([1.0, 2.0], {"norm": "l3"}, gt.UnknownNameError, "norm of nearest_core_allocation"),
            ("mid_market_rate", {}, gt.InvalidInputError, "needs a SharingGame"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, rule, options, error, words):
        with pytest.raises(error, match=words):
            nearest_core_allocation(gt.TableGame.from_values({("s", "b"): 6.0}), rule, **options)


@checked
@given(st.data())
def test_every_supported_allocation_is_in_the_core(data):
    game = data.draw(st.one_of(sharing_games(min_homes=2, max_homes=5), tariff_games(min_homes=2, max_homes=5)))
    known = supported_set(game)
    start = data.draw(payoff_vectors(game))
    for norm in NORMS:
        payoffs, path = known.nearest(start, norm)
        near = 1e-9 * scale(game, payoffs)
        assert payoffs == pytest.approx(game.price_values(path), abs=near)
        excess = game.table() - all_coalitions(game.n_players) @ payoffs
        assert excess.max() <= near
        for share in (0.0, 1.0):
            corner = known.least + known.slopes @ np.full(known.free.size, share)
            assert length(payoffs - start, norm) <= length(corner - start, norm) + 1e-6 * scale(game, start)


def test_a_fee_game_with_an_empty_core_has_a_nearest_point():
    rng = np.random.default_rng(8)
    while True:
        base = gt.SharingGame(make_community(rng.integers(-2, 3, (4, 2)).astype(float)))
        game = FeeGame(base, per_member=float(rng.integers(1, 6)))
        if least_core_value(game).epsilon > 1e-6:
            break
    found = nearest_core_allocation(game, np.full(4, game.grand_value / 4), norm="l2")
    assert found.epsilon == pytest.approx(least_core_value(game).epsilon)
    assert found.exact


def test_a_projection_without_rows_is_a_shift():
    box = np.zeros(3), np.array([1.0, 0.2, 1.0])
    found = project(np.array([0.5, 0.5, -0.5]), box, 1.0, np.zeros((0, 3), dtype=bool), np.zeros(0))
    assert found.point == pytest.approx([0.8, 0.2, 0.0])
    change = found.low - found.high + found.everyone
    assert change == pytest.approx(found.point - [0.5, 0.5, -0.5])


def proved_bound(found):
    """What the weights of an answer prove of the distance, from the values of their coalitions."""
    weights, everyone, direction = found.weights.weights, found.weights.everyone, found.weights.direction
    assert (weights >= 0).all()
    if found.norm == "fee":
        everyone, direction = everyone - max(0.0, direction.max()), direction - max(0.0, direction.max())
    rows = found.weights.coalitions
    gained = weights @ (found.game.values(rows) - rows @ found.start - found.epsilon)
    gained += everyone * (found.game.grand_value - found.start.sum())
    return gained / np.linalg.norm(direction, {"l1": np.inf, "l2": 2, "linf": 1, "fee": 1}[found.norm])


class TestWithoutATable:
    """Brackets that are narrowed from a point of the core, with a search instead of a table."""

    @pytest.mark.parametrize("norm", NORMS)
    def test_a_fat_core_agrees_with_its_table(self, norm):
        net = np.random.default_rng(1).normal(size=(14, 24))
        game = gt.SharingGame(make_community(net, 0.30, 0.10))
        expected = nearest_core_allocation(game, "mid_market_rate", norm=norm)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(core_oracles, "TABLE_PLAYERS", 0)
            found = nearest_core_allocation(game, "mid_market_rate", norm=norm)
        assert expected.exact
        assert found.exact
        assert found.distance == pytest.approx(expected.distance, abs=1e-7)
        assert proved_bound(found) == pytest.approx(found.lower_bound, abs=1e-8)
        table, rows = game.table(), all_coalitions(14)
        assert (table - rows @ found.payoffs)[1:-1].max() <= 2 * game.tolerance
        assert found.largest_excess <= 2 * game.tolerance
        supported = supported_set(game).nearest(found.start, norm)[0]
        assert found.distance <= length(supported - found.start, norm) + game.tolerance
        if found.price_position is None:
            assert found.distance < length(supported - found.start, norm) - game.tolerance / 4
        else:
            assert game.price_values(found.price_position) == pytest.approx(found.payoffs, abs=game.tolerance)

    def test_a_search_that_ends_early_leaves_two_valid_bounds(self):
        net = np.random.default_rng(1).normal(size=(14, 24))
        game = gt.SharingGame(make_community(net, 0.30, 0.10))
        exact = nearest_core_allocation(game, "mid_market_rate").distance
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(core_oracles, "TABLE_PLAYERS", 0)
            patch.setattr(core_approach, "PATIENCE", 1e-5)
            found = nearest_core_allocation(game, "mid_market_rate")
        near = 1e-9 * game.grand_value
        assert found.lower_bound <= exact + near
        assert exact <= found.distance + near
        assert proved_bound(found) == pytest.approx(found.lower_bound, abs=near)
        assert (game.table() - all_coalitions(14) @ found.payoffs)[1:-1].max() <= 2 * game.tolerance

    def test_a_hundred_homes_with_batteries_keep_both_bounds(self):
        hour = np.arange(24)
        prices = np.where((hour >= 17) & (hour < 21), 0.40, np.where(hour < 6, 0.22, 0.30))
        street = gt.communities.street(100, 1, rng=1, start="2023-04-01", pv_share=0.4, import_price=prices)
        energy = np.where(np.random.default_rng(0).random(100) < 0.5, 6.4, 0.0)
        batteries = gt.Batteries(energy, np.full(100, 5.0), np.full(100, 0.9))
        game = gt.DispatchGame(replace(street, batteries=batteries))
        demand = street.demand.sum(axis=1)
        found = nearest_core_allocation(game, game.grand_value * demand / demand.sum(), seconds=4.0)
        near = 1e-6 * game.grand_value
        assert 0 < found.lower_bound <= found.distance
        assert proved_bound(found) == pytest.approx(found.lower_bound, abs=near)
        assert found.payoffs.sum() == pytest.approx(game.grand_value, abs=near)
        assert found.largest_excess <= near
        largest = gt.blocking_coalition(game, found.payoffs, engine="bracket")
        assert largest.excess <= near
        if found.local_price is None:
            assert found.proof.upper_bound <= near
        else:
            assert largest.upper_bound <= near
            assert price_bound(game, found.local_price).gains == pytest.approx(found.payoffs, abs=near)
