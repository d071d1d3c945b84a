"""Charging, shared facilities, sellers to buyers with budgets, storage investment: closed forms and second methods."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.stackelberg import (
    BudgetBuyersGame,
    StackelbergGame,
    StorageInvestmentGame,
    buying_utility,
    gains_over_feed_in,
    trade_profit,
    uniform_pair_equilibrium,
)
from gametrade.games.systems.charging_retailer import charging_retailer
from gametrade.games.systems.contract_game import contract_game
from gametrade.games.systems.flexibility_seller import flexibility_seller
from gametrade.games.systems.microgrid_operator import microgrid_operator
from gametrade.games.systems.offer_game import offer_game
from gametrade.games.systems.shared_facility import shared_facility
from tests.strategies import make_community

POSITIVE = st.floats(0.25, 8, width=32)


@given(st.lists(st.tuples(POSITIVE, POSITIVE), min_size=1, max_size=5), st.floats(0.125, 2), st.floats(0, 40))
def test_a_shared_facility_pays_the_least(rows, grid_price, requirement):
    surplus, weight = (np.array(column) for column in zip(*rows, strict=True))
    game = shared_facility(surpluses=surplus, preferences=weight, requirement=requirement, grid_price=grid_price)
    answer = gt.solve(game, "leader_scan")
    assert answer.complete
    best = answer[0]
    scale = grid_price * (requirement + surplus.sum() + 1)
    assert best.regrets.max() <= 1e-7 * scale
    for price in np.linspace(0, grid_price, 300):
        assert game.payoff(np.array([price])) <= best.payoffs[0] + 1e-7 * scale
    interior = np.sqrt(grid_price * weight.sum() / (surplus + 1).sum())
    energy = surplus + 1 - weight / interior
    if (energy > 0).all() and (energy < surplus).all() and energy.sum() < requirement and interior < grid_price:
        assert game.payoff(np.array([interior])) <= best.payoffs[0] + 1e-12 * scale


def test_everything_interior_is_the_closed_form():
    game = shared_facility(surpluses=[4.0, 5.0, 6.0], preferences=[1.0, 2.0, 1.5], requirement=50.0, grid_price=0.9)
    price = gt.solve(game, "leader_scan")[0].strategies[0][0]
    assert price == pytest.approx(np.sqrt(0.9 * 4.5 / 18.0), rel=1e-7)


def test_a_station_that_is_full_raises_the_price():
    assert gt.solve(charging_retailer(intercepts=[10.0, 8.0], slopes=1.0, station_capacity=6.0))[0].strategies[0][
        0
    ] == pytest.approx(6.0)
    assert gt.solve(charging_retailer(intercepts=[10.0, 8.0], slopes=1.0))[0].strategies[0][0] == pytest.approx(4.5)


def test_storage_sells_to_the_operator_and_vehicles_buy():
    game = microgrid_operator(
        stored_value=[0.1, 0.15],
        wear=0.02,
        power=3.0,
        vehicles=([0.5], [0.05], [8.0]),
        grid_price=0.25,
        import_price=0.35,
    )
    answer = gt.solve(game)[0]
    assert game.components(1) == ("prosumer 1", "prosumer 2", "station 1")
    assert (answer.strategies[1][:2] < 0).all()
    assert answer.strategies[1][2] > 0
    grid = np.linspace(0, 0.35, 2000)
    assert max(game.objective(p) for p in grid) <= answer.payoffs[0] + 1e-12


def test_flexibility_separates_from_energy():
    numbers = {"most_flexibility": 5.0, "flexibility_value": 0.6, "import_price": 0.9}
    pair = flexibility_seller(intercepts=[1.0, 0.8], slopes=0.5, discomfort=[2.0, 1.0], **numbers)
    found = gt.solve(pair)[0]
    assert [s[0] for s in found.strategies[:2]] == pytest.approx([0.0, 0.6])
    assert found.strategies[2] == pytest.approx([2.0, 1.6, 0.3, 0.6])
    alone = flexibility_seller(intercepts=[1.0], slopes=0.5, discomfort=2.0, welfare_weight=0.0, **numbers)
    found = gt.solve(alone)[0]
    assert [s[0] for s in found.strategies[:2]] == pytest.approx([0.5, 0.3])
    assert found.regret <= 1e-12


@st.composite
def budget_games(draw, fees=False):
    k, n = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    supplies, budgets = [draw(POSITIVE) for _ in range(k)], [draw(POSITIVE) for _ in range(n)]
    depths = [draw(st.sampled_from([0.25, 1.0, 1.0, 5.0])) for _ in range(n)]
    extra = np.array([[draw(st.sampled_from([0.0, 0.25, 2.0])) for _ in range(k)] for _ in range(n)]) if fees else 0.0
    return BudgetBuyersGame(supplies, budgets, depths, fees=extra)


@given(budget_games())
def test_no_seller_gains_by_another_price(game):
    answer = gt.solve(game)
    assert len(answer) == 1
    prices = np.array([float(s[0]) for s in answer[0].strategies[:-1]])
    scale = game.budgets.sum()
    assert answer[0].regret <= 1e-8 * scale
    assert game.sales(prices) == pytest.approx(game.supplies, rel=1e-7)
    for seller in range(prices.size):
        for factor in np.geomspace(0.05, 20, 60):
            moved = prices.copy()
            moved[seller] *= factor
            revenue = moved[seller] * min(game.sales(moved)[seller], game.supplies[seller])
            assert revenue <= answer[0].payoffs[seller] + 1e-8 * scale


@given(budget_games(fees=True), st.integers(0, 1000))
def test_buyers_spend_their_budget_best(game, seed):
    """First-order conditions: the gain of a unit of money is the same at all sellers bought from, and not less."""
    prices = np.random.default_rng(seed).uniform(0.1, 5.0, game.supplies.size)
    taken, paid = game.purchases(prices), prices + game.fees
    assert (taken * paid).sum(axis=1) == pytest.approx(game.budgets, rel=1e-9)
    gain = 1 / ((taken + game.satiations[:, None]) * paid)
    for row, energy in zip(gain, taken, strict=True):
        assert row[energy > 0] == pytest.approx(row.max(), rel=1e-9)
    assert game.buyer_gaps(prices, taken).max() <= 1e-12


def test_the_rational_instance_and_where_the_formula_fails():
    assert BudgetBuyersGame([4.0, 9.0], [10.0], 1.0).closed_form() == pytest.approx([20 / 17, 10 / 17])
    corner = BudgetBuyersGame([1.0, 50.0], [1.0, 10.0], [20.0, 1.0])
    assert not corner.interior(np.abs(corner.closed_form()))
    assert "leaves a seller out" in gt.solve(corner).finding


@settings(max_examples=5)
@given(st.tuples(POSITIVE, POSITIVE), POSITIVE)
def test_taking_turns_with_global_replies_agrees_with_the_closed_form(supplies, budget):
    game = BudgetBuyersGame(supplies, [budget], 1.0)
    slow = gt.solve(game, "diagonalisation", start=game.closed_form(), rounds=3)
    assert len(slow) == 1
    assert slow[0].regrets[:-1].max() <= 1e-4 * budget
    assert slow[0].payoffs[:-1] == pytest.approx(gt.solve(game)[0].payoffs[:-1], rel=1e-3)


def test_regions_with_fees_are_not_answered_by_the_formula():
    game = BudgetBuyersGame([4.0, 9.0], [10.0, 8.0], 1.0, fees=[[0.0, 0.5], [0.5, 0.0]])
    with pytest.raises(gt.InvalidInputError, match="fees"):
        gt.solve(game)
    answer = gt.solve(game, "diagonalisation", start=[1.0, 1.0], gap=1e-3)
    assert len(answer) == 1
    assert answer[0].regrets[:-1].max() <= 2e-3 * 18


def test_both_metrics_are_positive_between_the_grid_prices():
    cost, benefit = gains_over_feed_in(np.array([3.0]), np.array([3.0]), 0.2, import_price=0.3, export_price=0.1)
    assert (cost, benefit) == pytest.approx((100 / 3, 100.0))
    for price in np.linspace(0.1, 0.3, 11):
        both = gains_over_feed_in(np.ones(2), np.ones(2), price, import_price=0.3, export_price=0.1)
        assert min(both) >= -1e-12


PRICES = {"high_price": 54.0, "low_price": 21.5, "storage_cost": 13.0}
COVARIANCE = np.array([[4, 1, 0.5], [1, 3, 0.2], [0.5, 0.2, 2]])


def test_storage_of_three_firms():
    game = StorageInvestmentGame([10, 6, 8], COVARIANCE, **PRICES)
    assert game.service_level == pytest.approx(0.6)
    answer = gt.solve(game)
    capacities = np.array([s[0] for s in answer[0].strategies[:3]])
    assert capacities == pytest.approx([10.39570158, 6.30217212, 8.19425351], abs=5e-9)
    assert capacities.sum() == pytest.approx(24.89212721, abs=5e-9)
    assert answer.complete
    assert answer[0].regrets[:3].max() <= 1e-5 * 500
    assert game.expected_spot_price(capacities) == pytest.approx(21.5 + 13.0)
    together = np.array([game.cost(k, capacities) for k in range(3)])
    assert (together < game.costs_alone()).all()
    turns = gt.solve(game, "diagonalisation")
    assert len(turns) == 1
    assert [s[0] for s in turns[0].strategies[:3]] == pytest.approx(capacities.tolist(), abs=1e-3)


def test_expected_costs_are_those_of_drawn_demands():
    game = StorageInvestmentGame([10, 6, 8], COVARIANCE, **PRICES)
    drawn = np.random.default_rng(3).multivariate_normal([10, 6, 8], COVARIANCE, 400_000)
    capacities = np.array([11.0, 5.0, 8.5])
    spot = np.where(drawn.sum(axis=1) > capacities.sum(), 54.0, 21.5)
    for k in range(3):
        sample = (13.0 + 21.5) * capacities[k] + spot * (drawn[:, k] - capacities[k])
        assert game.cost(k, capacities) == pytest.approx(sample.mean(), abs=5 * sample.std() / np.sqrt(len(drawn)))
    alone = [
        ((13.0 + 21.5) * c + np.where(x > c, 54.0 * (x - c), 21.5 * (x - c))).mean()
        for x, c in zip(drawn.T, game.alone(), strict=True)
    ]
    assert game.costs_alone() == pytest.approx(alone, rel=1e-3)


@given(st.lists(POSITIVE, min_size=1, max_size=4), st.integers(0, 500), st.floats(0.05, 0.95))
def test_no_firm_gains_by_another_capacity(means, seed, share):
    n = len(means)
    root = np.random.default_rng(seed).uniform(0, 1, (n, n))
    game = StorageInvestmentGame(
        10 + np.array(means), root @ root.T + np.eye(n), high_price=3.0, low_price=1.0, storage_cost=2 * share
    )
    assert game.aligned
    answer = gt.solve(game)
    capacities = game.closed_form()
    for firm in range(n):
        now = game.cost(firm, capacities)
        for other in np.linspace(0, 40, 81):
            moved = capacities.copy()
            moved[firm] = other
            assert game.cost(firm, moved) >= now - 1e-9 * 40
    assert answer.complete


def test_without_alignment_the_answer_says_so():
    against = StorageInvestmentGame([10, 10], [[9.0, -2.5], [-2.5, 1.0]], **PRICES)
    assert not against.aligned
    answer = gt.solve(against)
    assert not answer.complete
    assert "Not aligned" in answer.finding
    assert "firm 2" in answer.finding


@pytest.mark.parametrize(("level", "total"), [(7 / 8, 1.5), (0.5, 1.0), (1 / 8, 0.5), (0.0, 0.0), (1.0, 2.0)])
def test_two_uniform_firms(level, total):
    assert uniform_pair_equilibrium(level) == pytest.approx((total, total / 2))


def test_bad_numbers_of_storage_are_refused():
    with pytest.raises(gt.InvalidInputError, match="storage_cost"):
        StorageInvestmentGame([1.0], [[1.0]], high_price=2.0, low_price=1.0, storage_cost=3.0)
    with pytest.raises(gt.InvalidInputError, match="covariance"):
        StorageInvestmentGame([1.0], [[-1.0]], high_price=2.0, low_price=1.0, storage_cost=0.5)


@settings(max_examples=20)
@given(st.floats(0.1, 0.9), POSITIVE, POSITIVE)
def test_two_price_leaders_settle_at_the_differentiated_prices(g, first, second):
    """p_i = [(2b + g)(b - g) a + 2 b^2 c_i + b g c_j] / (4 b^2 - g^2) with b = 1; regrets vanish."""
    costs, a = np.array([first, second]) / 8, 10.0
    scale = 1 / (1 - g * g)

    def response(x):
        return scale * ((a - x) - g * (a - x[::-1]))

    top = gt.Polyhedron.of([0.0], [a])
    game = StackelbergGame(
        ("one", "two"),
        (("p1",), ("p2",)),
        (top, top),
        tuple(lambda x, y, i=i: (x[i] - costs[i]) * y[i] for i in range(2)),
        response,
        between="quadratic",
    )
    answer = gt.solve(game, "diagonalisation")
    wanted = [((2 + g) * (1 - g) * a + 2 * costs[i] + g * costs[1 - i]) / (4 - g * g) for i in range(2)]
    assert len(answer) == 1
    assert [s[0] for s in answer[0].strategies[:2]] == pytest.approx(wanted, rel=1e-7)
    assert answer[0].regrets[:2].max() <= 1e-9 * a * a * scale


def test_a_leader_over_answers_known_at_points():
    game = StackelbergGame.of_answers("seller", [0.0, 1.0, 2.0], [[4.0], [3.0], [0.0]], lambda x, y: x[0] * y[0])
    answer = gt.solve(game, "leader_scan")
    assert not answer.complete
    assert "not proved" in answer.finding
    assert answer[0].payoffs[0] == pytest.approx(3.0, rel=1e-6)


def test_a_leader_over_a_game_of_followers():
    """A price set for two firms in Cournot competition with each other."""

    def followers(x):
        hessians = [[[-2, -1], [-1, 0]], [[0, -1], [-1, -2]]]
        box = [gt.Polyhedron.of([0.0], [100.0])] * 2
        return gt.QuadraticGame.of(["a", "b"], hessians, (12 - x[0]) * np.eye(2), box)

    game = StackelbergGame.over(
        followers,
        lambda inner: np.full(2, inner.linear[0, 0] / 3),
        leaders=["supplier"],
        sets=[gt.Polyhedron.of([0.0], [12.0])],
        payoffs=[lambda x, y: x[0] * y.sum()],
    )
    answer = gt.solve(game, "leader_scan")[0]
    assert answer.strategies[0][0] == pytest.approx(6.0, abs=1e-6)
    assert answer.strategies[1] == pytest.approx([2.0, 2.0], abs=1e-6)
    assert answer.regrets[1] <= 1e-6


def test_utilities_explain_the_demand_of_a_community():
    community = make_community([[2.0], [3.0], [-4.0], [0.0]], 0.3, 0.1, demand=np.full((4, 1), 1.0))
    utility = buying_utility(community, 0, elasticity=0.5)
    assert utility.homes.tolist() == [0, 1]
    taken = (utility.intercepts - 0.3) / utility.slopes
    assert taken == pytest.approx(utility.observed)
    with pytest.raises(gt.InvalidInputError, match="elasticity"):
        buying_utility(community, 0, elasticity=0.0)


@given(st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]), min_size=1, max_size=4))
def test_an_offer_is_one_of_the_reservation_shares(least):
    game = offer_game(profit=6.0, reservations=least)
    answer = gt.solve(game, "leader_scan", gap=1e-3)
    best = max(6.0 * (1 - share) * sum(other <= share for other in least) for share in least)
    assert answer[0].payoffs[0] == pytest.approx(best, abs=1e-9)
    assert answer[0].regrets.max() <= 6e-3 * len(least)


def test_every_agreed_share_is_a_strict_equilibrium():
    shares = [0.1, 0.3, 0.5, 0.9]
    game = contract_game(profit=trade_profit(2.0, import_price=0.3, export_price=0.1), shares=shares)
    found = gt.solve(game, "pure_equilibria")
    agreed = [answer for answer in found if answer.payoffs.sum() > 0]
    assert len(agreed) == len(shares)
    for k, share in enumerate(shares):
        for player in range(2):
            others = np.delete(game.payoffs[player][:, k] if player == 0 else game.payoffs[player][k], k)
            assert (others == 0).all()
        assert agreed[k].payoffs == pytest.approx([0.4 * (1 - share), 0.4 * share])
    assert trade_profit(2.0, import_price=0.3, export_price=0.1, cost=0.5) == 0.0


@pytest.mark.parametrize(("shape", "said"), [("concave", "below the chord"), ("quadratic", "must be quadratic")])
def test_payoffs_that_are_not_what_is_declared_are_told_apart(shape, said):
    game = StackelbergGame(
        ("leader",),
        (("x",),),
        (gt.Polyhedron.of([-1.0], [1.0]),),
        (lambda x, y: float(x[0] ** 4),),
        lambda x: x,
        between=shape,
    )
    with pytest.raises(gt.InvalidInputError, match=said):
        gt.solve(game, "leader_scan")


def test_games_without_bounds_or_with_wrong_parts_are_refused():
    free = gt.Polyhedron.of([0.0], [np.inf])
    game = StackelbergGame(("leader",), (("x",),), (free,), (lambda x, y: float(-x[0]),), lambda x: x)
    with pytest.raises(gt.InvalidInputError, match="finite bounds"):
        gt.solve(game, "leader_scan")
    unit = gt.Polyhedron.of([0.0], [1.0])
    with pytest.raises(gt.InvalidInputError, match="must be finite"):
        gt.solve(StackelbergGame(("a",), (("x",),), (unit,), (lambda x, y: np.nan,), lambda x: x), "leader_scan")
    with pytest.raises(gt.InvalidInputError, match="different labels"):
        StackelbergGame((), (), (), (), lambda x: x)
    with pytest.raises(gt.InvalidInputError, match="one a leader"):
        StackelbergGame(("a",), (("x",),), (), (), lambda x: x)
    pair = StackelbergGame(("a", "b"), (("x",),) * 2, (unit,) * 2, (lambda x, y: 0.0,) * 2, lambda x: x)
    with pytest.raises(gt.InvalidInputError, match="one leader"):
        gt.solve(pair, "leader_scan")
    with pytest.raises(gt.InvalidInputError, match="within bounds"):
        gt.solve(pair, "diagonalisation", start=[2.0, 0.0])
