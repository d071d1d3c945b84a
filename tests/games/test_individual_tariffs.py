"""Individual tariffs: values by a transport program, prices by duality, blocking coalitions by table."""

from __future__ import annotations

import numpy as np
import pulp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import gametrade as gt
from gametrade.games.coalitional import all_coalitions
from gametrade.solvers.uniform_prices import uniform_prices
from tests.strategies import communities, make_community, payoff_vectors

checked = settings(max_examples=60, deadline=None, derandomize=True)


@st.composite
def tariff_games(draw, min_homes=1, max_homes=6, max_steps=3):
    """Communities of every awkward kind, prices from a few levels or any, negative ones too."""
    street = draw(communities(min_homes=min_homes, max_homes=max_homes, max_steps=max_steps))
    n = street.n_prosumers
    shape = draw(st.sampled_from([(n,), (n, street.n_steps)]))
    levels = draw(
        st.sampled_from([st.sampled_from([-0.05, 0.1, 0.3, 0.3, 0.5]), st.floats(-1, 1, allow_subnormal=False)])
    )
    bought, sold = (draw(hnp.arrays(float, shape, elements=levels)) for _ in range(2))
    return gt.IndividualTariffGame(street, bought + draw(st.sampled_from([0.0, 0.3])), sold)


def by_transport(game, inside):
    """Best matching of energy in each step, as a pulp model with one variable for each pair."""
    street, total = game.community, 0.0
    for t in range(street.n_steps):
        scale = max(1e-300, float(np.abs(street.net_load[:, t]).max()))
        surplus, deficit = street.surplus[:, t] * inside / scale, street.deficit[:, t] * inside / scale
        model = pulp.LpProblem("transport", pulp.LpMaximize)
        pairs = [(i, j) for i in np.flatnonzero(surplus) for j in np.flatnonzero(deficit)]
        variable = getattr(model, "add_variable", pulp.LpVariable)
        traded = {pair: variable(f"x_{pair[0]}_{pair[1]}", lowBound=0) for pair in pairs}
        gain = game.import_price[:, t] - street.tariff.network_charge[t]
        model.setObjective(pulp.lpSum((gain[j] - game.export_price[i, t]) * x for (i, j), x in traded.items()))
        for home in range(street.n_prosumers):
            model.addConstraint(pulp.lpSum(x for (i, _), x in traded.items() if i == home) <= float(surplus[home]))
            model.addConstraint(pulp.lpSum(x for (_, j), x in traded.items() if j == home) <= float(deficit[home]))
        if pairs:
            model.solve(pulp.HiGHS(msg=False))
            total += scale * (pulp.value(model.objective) or 0.0)
    return total


def turnover(game):
    """Money that could change hands, the scale of rounding."""
    street = game.community
    prices = np.abs(game.import_price) + np.abs(game.export_price) + street.tariff.network_charge
    return max(1e-300, float((np.abs(street.net_load) * prices).sum()))


class TestValues:
    @settings(checked, max_examples=25)
    @given(tariff_games(max_homes=4))
    def test_the_merit_order_is_the_best_matching(self, game):
        rows = all_coalitions(game.n_players)
        expected = np.array([by_transport(game, row) for row in rows])
        assert np.abs(game.values(rows) - expected).max() <= 1e-7 * turnover(game)
        assert np.abs(game.table() - expected).max() <= 1e-7 * turnover(game)

    @checked
    @given(communities(max_homes=6))
    def test_equal_tariffs_give_the_sharing_game(self, street):
        n = street.n_prosumers
        prices = [np.tile(price, (n, 1)) for price in (street.import_price, street.export_price)]
        individual, common = gt.IndividualTariffGame(street, *prices), gt.SharingGame(street)
        assert np.abs(individual.table() - common.table()).max() <= 1e-12 * turnover(individual)

    @checked
    @given(tariff_games())
    def test_the_value_is_the_least_price_bound_of_a_coalition(self, game):
        """Its dual: in every step the least over all limits of what the members gain at that price."""
        rows = all_coalitions(game.n_players)
        value = np.zeros(len(rows))
        for t in range(game.community.n_steps):
            step = gt.IndividualTariffGame(
                game.community.steps([t]), game.import_price[:, [t]], game.export_price[:, [t]]
            )
            limits = np.concatenate([step.asks.limit, step.bids.limit, [0.0]])
            value += np.min([rows @ step.price_gains(limit) for limit in limits], axis=0)
        assert np.abs(value - game.table()).max() <= 1e-12 * turnover(game)


class TestPrices:
    @checked
    @given(tariff_games(min_homes=2), st.data())
    def test_clearing_prices_share_everything_and_nobody_gains_by_leaving(self, game, data):
        found = uniform_prices(game)
        assert (found.low <= found.high).all()
        share = data.draw(hnp.arrays(float, found.low.shape, elements=st.sampled_from([0.0, 0.5, 1.0])))
        for price in (found.price, found.low + share * (found.high - found.low)):
            payoffs = game.price_gains(price)
            assert abs(payoffs.sum() - game.grand_value) <= 1e-12 * turnover(game)
            assert (game.table() - all_coalitions(game.n_players) @ payoffs).max() <= 1e-12 * turnover(game)
        assert gt.allocate(game, "competitive_price").payoffs == pytest.approx(found.payoffs)

    @checked
    @given(tariff_games(min_homes=2), st.floats(0.01, 0.5))
    def test_prices_outside_the_two_ends_do_not_clear(self, game, step):
        found = uniform_prices(game)
        traded = np.unique(game.levels.step)
        for price in (found.low - step, found.high + step):
            moved = found.price.copy()
            moved[traded] = price[traded]
            more = game.price_gains(moved).sum() - game.grand_value
            assert more > 0 if traded.size else abs(more) <= 1e-12 * turnover(game)

    @checked
    @given(tariff_games(min_homes=2), st.data())
    def test_every_path_over_levels_bounds_every_coalition(self, game, data):
        path = data.draw(hnp.arrays(float, game.position.shape[1], elements=st.floats(0, 1)))
        bound = all_coalitions(game.n_players) @ game.price_values(path)
        assert (game.table() <= bound + 1e-12 * turnover(game)).all()


@checked
@given(st.data())
def test_the_price_tree_finds_the_coalition_of_the_table(data):
    game = data.draw(tariff_games(min_homes=2))
    payoffs = data.draw(payoff_vectors(game))
    by_table = gt.blocking_coalition(game, payoffs, engine="table")
    by_tree = gt.blocking_coalition(game, payoffs, engine="tree")
    assert by_tree.proved
    slack = by_table.tolerance + 1e-12 * turnover(game)
    assert by_tree.excess == pytest.approx(by_table.excess, abs=slack)
    assert by_tree.upper_bound >= by_table.excess - slack


def test_one_kilowatt_hour_goes_to_the_dearest_tariff():
    street = make_community([[-1.0], [1.0], [1.0]], network_charge=1.0)
    game = gt.IndividualTariffGame(street, [12, 12, 20], [4, 4, 4])
    assert game.grand_value == 15
    found = uniform_prices(game)
    assert (found.low[0], found.high[0]) == (11, 19)


def test_all_buyers_and_one_player_gain_nothing():
    for net in ([[1.0], [2.0]], [[-1.0]]):
        n = len(net)
        game = gt.IndividualTariffGame(make_community(net), np.full(n, 0.3), np.full(n, 0.1))
        assert not game.table().any()
        assert np.isfinite(uniform_prices(game).price).all()


@pytest.mark.parametrize(
    ("prices", "words"), [([1, 2, 3], "each of 2 homes"), ([1, np.nan], "must be finite"), (0.3, "each of 2 homes")]
)
def test_prices_that_do_not_fit_are_refused(prices, words):
    street = make_community([[1.0], [-1.0]])
    with pytest.raises(gt.InvalidInputError, match=words):
        gt.IndividualTariffGame(street, prices, [0.1, 0.1])
    with pytest.raises(gt.InvalidInputError, match="must be a Community"):
        gt.IndividualTariffGame("street", [0.3, 0.3], [0.1, 0.1])


def test_the_exit_cost_of_individual_tariffs_is_that_of_the_table():
    street = make_community(np.random.default_rng(2).normal(size=(6, 5)))
    rng = np.random.default_rng(3)
    game = gt.IndividualTariffGame(street, rng.uniform(0.2, 0.4, 6), rng.uniform(0.0, 0.1, 6))
    payoffs = np.full(6, game.grand_value / 6)
    rows = all_coalitions(6)[1:-1]
    expected = ((game.values(rows) - rows @ payoffs) / rows.sum(axis=1)).max()
    found = gt.exit_cost_per_member(game, payoffs)
    assert expected > 0
    assert found.lower_bound - 1e-9 <= expected <= found.upper_bound + 1e-9
