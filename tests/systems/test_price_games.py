"""Price and quantity games of sellers against closed forms, exhaustive deviations and each other."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.studies.seller_leader import seller_leader
from gametrade.games.pricing.capacity_competition import CapacityCompetition
from gametrade.games.systems.capacity_sellers import capacity_sellers
from gametrade.games.systems.coupled_pricing import coupled_pricing
from gametrade.games.systems.differentiated_sellers import differentiated_sellers
from gametrade.games.systems.multi_microgrid import multi_microgrid
from gametrade.games.systems.payoffs_only_sellers import payoffs_only_sellers
from gametrade.games.systems.quantity_sellers import quantity_sellers
from gametrade.games.systems.two_stage_clearing import two_stage_clearing
from gametrade.solvers.leader_reply import leader_reply

UNIT = st.floats(0.05, 0.95)


def duopoly(a, b, g, costs):
    """The formula of two sellers."""
    return [
        ((2 * b + g) * (b - g) * a + 2 * b * b * costs[i] + b * g * costs[1 - i]) / (4 * b * b - g * g) for i in (0, 1)
    ]


def values(answer):
    return np.concatenate(answer.strategies)


@given(UNIT, st.floats(0.5, 3), st.floats(0, 1), st.floats(0, 1), st.sampled_from([1e-6, 1.0, 1e6]))
def test_two_sellers_of_similar_energy(share, b, first, second, scale):
    a, g = 2.0 * scale, share * b * scale
    costs = [first * scale, second * scale]
    game = differentiated_sellers(worth=[a, a], own=b * scale, cross=g, costs=costs, cap=5 * scale)
    wanted = duopoly(a, b * scale, g, costs)
    for solver in (None, "best_response", "nikaido_isoda")[: 3 if scale == 1.0 else 1]:
        assert values(gt.solve(game, solver)[0]) == pytest.approx(wanted, rel=1e-6)
    assert gt.solve(game)[0].regret <= 1e-9 * scale


@given(st.integers(1, 5), UNIT, st.integers(0, 10**6))
def test_sales_are_what_buyers_choose(n, share, seed):
    """The response is the inverse of the matrix of the quadratic utility; equal worths and prices sell equally."""
    rng = np.random.default_rng(seed)
    game = differentiated_sellers(worth=rng.uniform(1, 2, n), own=1.0, cross=share, cap=2.0)
    prices = rng.uniform(0, 1, n)
    matrix = (1 - share) * np.eye(n) + share * np.ones((n, n))
    assert matrix @ game.sales(prices) == pytest.approx(game.worth - prices)
    profit = prices * game.sales(prices)
    assert game.payoff(prices) == pytest.approx(profit)


def test_prices_stop_at_their_bounds():
    game = differentiated_sellers(worth=[1.0, 1.0], own=1.0, cross=0.5, cap=0.2)
    assert values(gt.solve(game)[0]) == pytest.approx([0.2, 0.2])


CAPACITY = st.sampled_from([0.5, 1.0, 2.0, 3.0, 10 / 3, 4.0, 5.0, 6.0, 9.5, 10.0, 12.0])


@given(CAPACITY, CAPACITY, st.sampled_from([0.0, 1.0, 2.5]))
def test_capacity_decides_whether_there_is_an_equilibrium(first, second, cost):
    """Pure at the clearing price up to Cournot replies, at cost if either could serve all, in between none."""
    game = capacity_sellers(intercept=10.0 + cost, slope=1.0, capacities=[first, second], cost=cost)
    answer = gt.solve(game)
    assert answer.complete
    energies, most = [Fraction(first), Fraction(second)], Fraction(10)
    if all(energies[i] <= (most - energies[1 - i]) / 2 for i in (0, 1)):
        assert values(answer[0]) == pytest.approx([cost + 10 - first - second] * 2)
        assert answer[0].regret == 0
    elif min(energies) >= most:
        assert values(answer[0]) == pytest.approx([cost] * 2)
    else:
        assert not len(answer)
        assert "No equilibrium in pure prices" in answer.finding
        assert "mixed" in answer.finding


@pytest.mark.parametrize(
    ("first", "second"), [(2.0, 3.0), (1.0, 4.5), (5.0, 6.0), (9.5, 9.5), (12.0, 10.0), (9.0, 12.0)]
)
def test_no_pair_of_prices_is_an_equilibrium_where_none_is_claimed(first, second):
    """Second method: exact best deviations at every pair of a grid, the clearing price and monopoly prices in it."""
    game = capacity_sellers(intercept=10.0, slope=1.0, capacities=[first, second])
    answer = gt.solve(game)
    grid = sorted({Fraction(k, 2) for k in range(21)} | {Fraction(game.clearing_price)})
    pairs = []
    for p in grid:
        for q in grid:
            now = game.payoff(np.array([float(p), float(q)]))
            best = [float(game.best_profit(i, [p, q])[0]) for i in (0, 1)]
            if all(best[i] <= now[i] + 1e-9 for i in (0, 1)):
                pairs.append((p, q))
    if len(answer):
        assert pairs == [(game.clearing_price, game.clearing_price)]
    else:
        assert pairs == []


@given(CAPACITY, CAPACITY, st.integers(0, 10**6))
def test_the_bound_on_deviations_holds_and_is_approached(first, second, seed):
    game = capacity_sellers(intercept=10.0, slope=1.0, capacities=[first, second])
    rival = float(np.random.default_rng(seed).uniform(0, 10))
    bound, at = game.best_profit(0, [Fraction(0), Fraction(rival)])
    tried = np.concatenate([np.linspace(0, 10, 201), [float(at), float(at) - 1e-9, rival - 1e-9]])
    got = max(game.payoff(np.array([p, rival]))[0] for p in tried)
    assert got <= float(bound) + 1e-9
    assert got >= float(bound) - 1e-6


def test_one_seller_is_a_monopolist_and_nothing_to_sell_is_said():
    alone = gt.solve(capacity_sellers(intercept=10, slope=1, capacities=[8]))
    assert values(alone[0]) == pytest.approx([5.0])
    assert alone.complete
    short = gt.solve(capacity_sellers(intercept=10, slope=1, capacities=[2]))
    assert values(short[0]) == pytest.approx([8.0])
    nothing = gt.solve(capacity_sellers(intercept=10, slope=1, capacities=[8, 0]))
    assert nothing[0].payoffs == pytest.approx([25.0, 0.0])
    assert not nothing.complete
    unwanted = gt.solve(capacity_sellers(intercept=1, slope=1, capacities=[8, 3], cost=2.0))
    assert unwanted[0].payoffs == pytest.approx([0.0, 0.0])


def test_a_cap_that_binds_is_the_price_of_all_and_ends_cycles():
    short = gt.solve(capacity_sellers(intercept=10, slope=1, capacities=[2, 3], cap=4.0))
    assert values(short[0]) == pytest.approx([4.0, 4.0])
    assert short.complete
    assert not len(gt.solve(capacity_sellers(intercept=10, slope=1, capacities=[5, 6], cap=9.0)))
    with pytest.raises(gt.InvalidInputError, match="cap of CapacityCompetition"):
        capacity_sellers(intercept=10, slope=1, capacities=[2], cost=1.0, cap=0.5)


def test_equal_prices_share_in_proportion_and_cheaper_sellers_come_first():
    game = CapacityCompetition(10.0, 1.0, [6.0, 3.0])
    assert game.sales(np.array([4.0, 4.0])) == pytest.approx([4.0, 2.0])
    assert game.sales(np.array([4.0, 3.0])) == pytest.approx([3.0, 3.0])
    assert game.sales(np.array([3.0, 4.0])) == pytest.approx([6.0, 0.0])


@given(st.floats(0, 3), st.floats(0, 3), st.floats(0.5, 2))
def test_two_sellers_of_quantities(first, second, slope):
    game = quantity_sellers(intercept=10.0, slope=slope, costs=[first, second])
    found = gt.solve(game)[0]
    wanted = [(10 - 2 * first + second) / (3 * slope), (10 - 2 * second + first) / (3 * slope)]
    assert values(found) == pytest.approx(wanted, rel=1e-9)
    fees = quantity_sellers(intercept=10.0, slope=slope, costs=0.0 * np.ones(2), charges=[first, second])
    assert values(gt.solve(fees)[0]) == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize(("leaders", "followers"), [(1, 1), (1, 2), (2, 1)])
def test_promoted_sellers_of_quantities(leaders, followers):
    n = leaders + followers
    names = [f"s{k}" for k in range(n)]
    game = quantity_sellers(intercept=100.0, slope=2.0, costs=[10.0] * n, sellers=names)
    led = seller_leader(game, names[:leaders])
    each = 90 / (2.0 * (leaders + 1))
    at = np.full(leaders, each)
    assert led.response(at) == pytest.approx(each / (followers + 1))
    for leader in range(leaders):
        reply = leader_reply(led, leader, at)
        assert reply.proved
        assert reply.points[reply.tied] == pytest.approx([each], rel=1e-6)
        assert reply.bound == pytest.approx(led.payoff(at, leader))


def test_a_promoted_seller_whose_rival_is_full():
    """The rival's limit puts a kink into the leader's payoff; a fine grid knows no better choice."""
    game = quantity_sellers(intercept=10.0, slope=1.0, costs=[0.0, 0.0], capacities=[10.0, 3.0], sellers=["a", "b"])
    led = seller_leader(game, ["a"])
    answer = gt.solve(led, "leader_scan")
    assert answer.complete
    grid = [x * (10 - x - min(3.0, max(0.0, (10 - x) / 2))) for x in np.linspace(0, 10, 4001)]
    assert answer[0].payoffs[0] == pytest.approx(max(grid), abs=1e-6)
    assert led.kinks(0, np.array([1.0])) == pytest.approx([4.0, 10.0], abs=1e-6)


def test_a_price_leader_earns_no_less_than_as_an_equal():
    game = differentiated_sellers(worth=[1.0, 1.0], own=1.0, cross=0.6, costs=[0.1, 0.1], cap=1.0)
    equal = gt.solve(game)[0]
    led = gt.solve(seller_leader(game, ["seller 1"]), "leader_scan")[0]
    assert led.payoffs[0] > equal.payoffs[0]
    assert led.strategies[0][0] > equal.strategies[0][0]


@pytest.mark.parametrize(("g", "cost"), [(0.5, 0.2)])
def test_seeking_without_a_model_ends_near_the_formula(g, cost):
    game = payoffs_only_sellers(worth=[1.0, 1.0], own=1.0, cross=g, costs=[cost, 0.1], cap=1.5)
    assert game.gradients is None
    found = gt.solve(game, rounds=20_000)
    assert found.solver == "nash_seeking"
    assert values(found[0]) == pytest.approx(duopoly(1.0, 1.0, g, [cost, 0.1]), abs=0.02)


NEEDS = st.lists(st.integers(-6, 6).map(float), min_size=2, max_size=4)


@given(NEEDS, st.integers(0, 10**6))
def test_sharing_first_costs_least_and_clears(needs, seed):
    """Stage 1: no other exchange among buildings, or with the grid, costs less; energies balance with the grid's."""
    slopes = np.random.default_rng(seed).uniform(0.05, 0.4, len(needs))
    needs = [3.0, -1.0, *needs]
    slopes = np.concatenate([[0.2, 0.1], slopes])
    game = two_stage_clearing(
        needs=np.array(needs)[:, None], slopes=slopes, import_price=0.4, export_price=0.1, own=0.1, cross=0.04
    )
    energies, level = game.shared_energies[:, 0], game.prices[0]

    def cost(e):
        total = e.sum()
        return float((slopes / 2 * (np.array(needs) - e) ** 2).sum() + max(0.4 * total, 0.1 * total))

    rng = np.random.default_rng(seed)
    for _ in range(30):
        assert cost(energies + rng.normal(size=len(needs))) >= cost(energies) - 1e-12
    if 0.1 < level < 0.4:
        assert energies.sum() == pytest.approx(0.0, abs=1e-9)


def test_stage_one_of_the_published_kind():
    """lambda = sum d / sum 1/a = -8/7 for a = (1, 2, 4), d = (3, -1, -4)."""
    game = two_stage_clearing(
        needs=[[3.0], [-1.0], [-4.0]], slopes=[1, 2, 4], import_price=5.0, export_price=-5.0, own=1.0, cross=0.0
    )
    assert game.prices == pytest.approx([-8 / 7])
    assert game.shared_energies[:, 0] == pytest.approx([3 + 8 / 7, -1 + 4 / 7, -4 + 2 / 7])


@given(UNIT, st.floats(0.5, 2), st.integers(0, 10**6))
def test_relaxation_comes_to_the_formula_of_two_givers(share, ask, seed):
    """Equal givers: stage 2 is the duopoly whose worth makes stage 1's price sell stage 1's energies."""
    own, cross = 0.1, 0.1 * share
    game = two_stage_clearing(
        needs=[[2 * ask], [-ask], [-ask]], slopes=[0.1] * 3, import_price=9.0, export_price=0.0, own=own, cross=cross
    )
    answer = gt.solve(game)
    assert answer.solver == "nikaido_isoda"
    assert answer.trace[-1]["gain"] <= 1e-9
    worth = float(game.prices[0]) + (own + cross) * ask
    assert values(answer[0]) == pytest.approx(duopoly(worth, own, cross, [0.0, 0.0]), rel=1e-6)


def test_steps_of_clearing_do_not_mix():
    numbers = {"slopes": [0.1, 0.2, 0.4], "import_price": 0.4, "export_price": 0.08, "own": 0.1, "cross": 0.05}
    needs = np.array([[3.0, -2.0, 1.0], [-1.0, 4.0, 1.0], [-4.0, -3.0, 1.0]])
    both = gt.solve(two_stage_clearing(needs=needs, **numbers))[0]
    for t in (0, 1):
        alone = gt.solve(two_stage_clearing(needs=needs[:, [t]], **numbers))[0]
        for name in alone.game.players:
            assert both.strategy(name)[f"price {t}"] == pytest.approx(alone.strategy(name)["price 0"])
    with pytest.raises(gt.InvalidInputError, match="gives energy"):
        two_stage_clearing(needs=[[10.0], [10.0], [10.0]], **numbers)


@settings(max_examples=20)
@given(st.integers(1, 3), st.integers(1, 4), UNIT, st.sampled_from([0.0, 0.02, 0.2]), st.integers(0, 10**6))
def test_coupled_games_of_suppliers_and_prosumers(k, n, share, slope, seed):
    rng = np.random.default_rng(seed)
    worth, costs = 1.0 + 0.02 * rng.random(n), 0.1 * rng.random(k)
    game = coupled_pricing(worth=worth, own=1.0, cross=0.2 * share, price_slope=slope, costs=costs, cap=0.6)
    found = gt.solve(game)[0]
    scale = n * 1.0
    assert found.regret <= 1e-9 * scale
    prices, taken = values(found)[:k], found.strategies[-1].reshape(n, k)
    total = taken.sum(axis=0)
    assert (taken >= 0).all()
    slope_of_payoff = worth[:, None] - prices - slope * (total + taken) - 0.2 * share * taken.sum(axis=1, keepdims=True)
    assert slope_of_payoff - (1 - 0.2 * share) * taken == pytest.approx(np.zeros((n, k)), abs=1e-12)


def test_one_supplier_of_one_prosumer_by_hand():
    """X = (a - p) / (b + 2 kappa); profit (p + kappa X - c) X is best at a price from one quadratic."""
    game = coupled_pricing(worth=[1.0], own=1.0, cross=0.0, price_slope=0.25, costs=[0.2], cap=0.95)
    price = values(gt.solve(game)[0])[0]
    grid = np.linspace(0, 0.95, 100_001)
    sold = (1 - grid) / 1.5
    assert price == pytest.approx(grid[np.argmax((grid + 0.25 * sold - 0.2) * sold)], abs=2e-5)
    with pytest.raises(gt.InvalidInputError, match="leaves one"):
        coupled_pricing(worth=[1.0, 0.3], own=1.0, cross=0.0, price_slope=0.0, costs=[0.2], cap=0.9)


@settings(max_examples=15)
@given(st.sampled_from([(2.0, 3.0), (5.0, 6.0), (12.0, 11.0), (1.0, 1.0)]))
def test_offers_of_one_quantity_are_capacity_competition(capacities):
    """On a grid of prices that holds the clearing price."""
    exact = capacity_sellers(intercept=10.0, slope=1.0, capacities=capacities)
    grid = sorted({*np.arange(0, 10.25, 0.5).tolist(), float(exact.clearing_price)})
    game = multi_microgrid(
        prices=[grid, grid], quantities=[[q] for q in capacities], worth=[10.0], bends=[1.0], microgrids=["a", "b"]
    )
    for where in np.ndindex(*game.shape):
        assert game.at(where) == pytest.approx(exact.payoff(np.array([grid[k] for k in where])), abs=1e-9)
    pure = [tuple(grid[int(s.argmax())] for s in e.strategies) for e in gt.solve(game, "pure_equilibria")]
    answer = gt.solve(exact)
    if len(answer):
        assert (float(exact.clearing_price),) * 2 in pure
    else:
        assert gt.solve(game, "lemke_howson")[0].regret <= 1e-9


def test_buyers_take_the_least_delivered_cost():
    game = multi_microgrid(
        prices=[[1.0], [1.5]],
        quantities=[[3.0], [9.0]],
        worth=[10.0, 5.0],
        bends=[1.0, 1.0],
        charges=[[1.0, 0.0], [0, 1]],
    )
    gains = game.payoff({"microgrid 1": "1 @ 3", "microgrid 2": "1.5 @ 9"})
    # Group 2 takes 3 of microgrid 1 at 1.0 delivered; group 1 takes 8.5 of microgrid 2 at 1.5; group 2 nothing at 2.5
    # beyond (5 - 2.5) - 3 < 0.
    assert gains == pytest.approx({"microgrid 1": 3.0, "microgrid 2": 1.5 * 8.5})


BAD = [
    (lambda: differentiated_sellers(worth=[], own=1.0, cross=0.5, cap=1.0), "must be finite|is no|worth"),
    (lambda: differentiated_sellers(worth=[1.0], own=0.5, cross=0.5, cap=1.0), "own of PriceCompetition"),
    (lambda: differentiated_sellers(worth=[1.0], own=1.0, cross=0.5, floor=2.0, cap=1.0), "floor"),
    (lambda: capacity_sellers(intercept=1.0, slope=0.0, capacities=[1.0]), "slope of CapacityCompetition"),
    (lambda: capacity_sellers(intercept=np.nan, slope=1.0, capacities=[1.0]), "finite"),
    (lambda: quantity_sellers(intercept=1.0, slope=1.0, costs=[0.1], capacities=[-1.0]), "capacities at least 0"),
    (lambda: quantity_sellers(intercept=1.0, slope=1.0, costs=[np.nan]), "finite numbers"),
    (lambda: multi_microgrid(prices=[[1.0]], quantities=[[]], worth=[1.0], bends=[1.0]), "quantities"),
    (lambda: multi_microgrid(prices=[[1.0]], quantities=[[1.0]], worth=[1.0], bends=[0.0]), "bends > 0"),
    (
        lambda: multi_microgrid(prices=[range(50)] * 3, quantities=[[1.0]] * 3, worth=[1.0], bends=[1.0]),
        "at most 50000 profiles",
    ),
    (
        lambda: two_stage_clearing(needs=[1.0], slopes=[1.0], import_price=0.3, export_price=0.1, own=1.0, cross=0.0),
        "needs of TwoStageClearing",
    ),
    (
        lambda: two_stage_clearing(
            needs=[[1.0], [-1.0]], slopes=[1, 1], import_price=0.1, export_price=0.3, own=1.0, cross=0.0
        ),
        "import_price of TwoStageClearing",
    ),
    (lambda: coupled_pricing(worth=[], own=1.0, cross=0.0, price_slope=0.0, costs=[0.1], cap=1.0), "needs a prosumer"),
]


@pytest.mark.parametrize(("call", "said"), BAD)
def test_bad_numbers_are_refused(call, said):
    with pytest.raises((gt.InvalidInputError, gt.TooManyPlayersError), match=said):
        call()


def test_promotion_needs_leaders_and_followers():
    game = quantity_sellers(intercept=10.0, slope=1.0, costs=[1.0, 1.0], sellers=["a", "b"])
    with pytest.raises(gt.UnknownNameError, match="player of the game"):
        seller_leader(game, ["c"])
    with pytest.raises(gt.InvalidInputError, match="leave a follower"):
        seller_leader(game, ["a", "b"])
