"""The safe market, fair sharing, the operator over microgrids, offers of both readings, metrics over feed-in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.studies.systems.grid_leader import grid_leader
from gametrade.games.stackelberg.operator_leader import OperatorLeader
from gametrade.games.systems.building_sharing import building_sharing
from gametrade.games.systems.fair_sharing import fair_sharing, shares
from gametrade.games.systems.feed_in_market import feed_in_market
from gametrade.games.systems.operator_leader import operator_leader
from gametrade.games.systems.regional_market import regional_market
from gametrade.games.systems.safe_market import safe_market

SAFE = {
    "demand": [[3.0, 4.0], [2.0, 2.0], [5.0, 3.0]],
    "generation": [[1.0, 0.0], [4.0, 0.0], [0.0, 0.0]],
    "most_dispatched": [2.0, 0.0, 1.0],
    "dispatch_bend": 0.5,
    "capacity": [0.0, 4.0, 0.0],
    "power": [0.0, 2.0, 0.0],
    "partners": [[0, 1], [1, 2]],
}


@settings(max_examples=10)
@given(st.integers(1, 5), st.floats(0.2, 3), st.sampled_from([0.0, 0.5, 1.0]), st.floats(0.1, 2), st.integers(0, 10**6))
def test_total_imports_are_the_aggregative_closed_form(n, bend, cost, slope, seed):
    """sigma = (q D + N c) / (q + kappa (N + 1)); a planner imports less as soon as there are two."""
    demand = np.random.default_rng(seed).uniform(10, 12, (n, 1))
    game = safe_market(demand=demand, most_dispatched=100.0, dispatch_cost=cost, dispatch_bend=bend, grid_slope=slope)
    found = gt.solve(game)[0]
    sigma = sum(found.strategy(name)["imported 0"] for name in game.players)
    total = float(demand.sum())
    assert sigma == pytest.approx((bend * total + n * cost) / (bend + slope * (n + 1)), rel=1e-6)
    assert found.regret <= 1e-6 * (1 + total**2)
    planner = gt.QuadraticGame.of(
        ["planner"],
        [-bend * np.eye(n) - 2 * slope * np.ones((n, n))],
        [bend * demand.ravel() + cost],
        [gt.Polyhedron.of(np.full(n, -1000.0), np.full(n, 1000.0))],
        variables=[[f"import {k}" for k in range(n)]],
    )
    least = float(gt.solve(planner)[0].strategies[0].sum())
    assert least == pytest.approx((bend * total + n * cost) / (bend + 2 * slope * n), rel=1e-6)
    assert least < sigma or n == 1


def solved(**changes):
    game = safe_market(**{**SAFE, **changes})
    answer = gt.solve(game)
    return game, {name: answer[0].strategy(name) for name in game.players}, answer[0]


def test_what_one_buys_its_partner_sells_and_storage_remembers():
    game, plan, found = solved(network=[[1.0, 1.0, 1.0]], network_limits=[6.0])
    names = game.players
    for t in (0, 1):
        for a, b in ((0, 1), (1, 2)):
            net = [
                plan[names[i]][f"from {names[j]} {t}"] - plan[names[i]][f"to {names[j]} {t}"]
                for i, j in ((a, b), (b, a))
            ]
            assert sum(net) == pytest.approx(0.0, abs=1e-6)
        total = sum(plan[name][f"imported {t}"] for name in names)
        assert total <= 6.0 + 1e-6
    stored = plan[names[1]]
    for t in (0, 1):
        change = 0.95 * stored[f"charged {t}"] - stored[f"discharged {t}"] / 0.94
        assert stored[f"stored {t}"] - stored[f"stored {1 - t}"] == pytest.approx(change, abs=1e-6)
        assert stored[f"stored {t}"] >= 0.2 * 4.0 - 1e-6
    assert found.game.sets_violation(np.concatenate(found.strategies)) <= 1e-6
    assert found.concept == "variational"


def test_the_network_binds_and_costs():
    """A line limit that the free market breaks: it holds, and its price is positive."""
    free, plan, before = solved()
    drawn = max(sum(plan[name][f"imported {t}"] for name in free.players) for t in (0, 1))
    _, held, after = solved(network=[[1.0, 1.0, 1.0]], network_limits=[0.9 * drawn])
    assert max(sum(held[name][f"imported {t}"] for name in held) for t in (0, 1)) <= 0.9 * drawn + 1e-6
    assert max(after.certificate["shared_prices"]) > 1e-6
    assert after.payoffs.sum() != pytest.approx(before.payoffs.sum())


def test_a_market_that_no_network_bears_is_infeasible():
    with pytest.raises(gt.GametradeError):
        gt.solve(safe_market(**{**SAFE, "network": [[1.0, 1.0, 1.0]], "network_limits": [-2000.0 * 3]}))


CLAIMS = st.lists(st.integers(0, 6).map(float), min_size=1, max_size=4)


@given(CLAIMS, st.floats(0, 12), st.sampled_from(["proportional", "priority", "equal"]))
def test_shares_are_feasible_and_nobody_gets_more_than_claimed(claims, surplus, rule):
    got = shares(np.array(claims), surplus, rule)
    assert (got <= np.array(claims) + 1e-12).all()
    assert got.min() >= 0
    assert got.sum() == pytest.approx(min(surplus, sum(claims)))
    if rule == "equal":
        short = got < np.array(claims) - 1e-9
        assert got[short] == pytest.approx(got.max()) if short.any() else True


@settings(max_examples=20)
@given(st.lists(st.integers(1, 5).map(float), min_size=2, max_size=3), st.floats(0.5, 10))
def test_truth_is_dominant_under_the_uniform_rule_and_priority(needs, surplus):
    for rule in ("equal", "priority"):
        game = fair_sharing(needs=needs, surplus=surplus, import_price=0.3, export_price=0.1, rule=rule)
        for player in range(len(needs)):
            table = np.moveaxis(game.payoffs[player], player, 0)
            assert (table <= table[1] + 1e-12).all()


def test_claiming_more_pays_under_proportional_sharing():
    game = fair_sharing(needs=[2, 2], surplus=2, import_price=0.3, export_price=0.1)
    found = gt.solve(game, "pure_equilibria")
    assert [[int(s.argmax()) for s in e.strategies] for e in found] == [[3, 3]]
    plenty = fair_sharing(needs=[2, 2], surplus=9, import_price=0.3, export_price=0.1)
    assert [[int(s.argmax()) for s in e.strategies] for e in gt.solve(plenty, "pure_equilibria")] == [[1, 1]]


GRID = {"import_price": 0.4, "export_price": 0.1}


@settings(max_examples=25)
@given(st.integers(1, 3), st.integers(1, 3), st.integers(0, 10**6))
def test_an_operator_finds_the_best_charge_of_all(m, n, seed):
    rng = np.random.default_rng(seed)
    game = operator_leader(
        energies=rng.uniform(0, 6, m),
        keep_worth=rng.choice([0.0, 0.2, 0.3], m),
        keep_bends=rng.choice([0.02, 0.05], m),
        worth=rng.choice([0.2, 0.5, 0.6], n),
        bends=rng.choice([0.05, 0.1], n),
        losses=rng.choice([0.0, 0.002, 0.02]),
        **GRID,
    )
    answer = gt.solve(game)
    best = answer[0]
    assert best.regret <= 1e-9
    scale = 1e-9 * (1 + abs(best.payoffs[0]))
    for charge in np.linspace(0, 0.3, 151):
        assert game.payoff(np.array([charge])) <= best.payoffs[0] + scale
        price, traded = game.trade(float(charge))
        assert traded[:m].sum() == pytest.approx(traded[m:].sum(), abs=1e-9)
        assert price >= 0.1 - 1e-12
        assert price + charge <= 0.4 + 1e-12 or not traded.any() or charge > 0.3
        assert (traded[:m] <= game.offers(price) + 1e-9).all()
        assert (traded[m:] <= game.wants(price + charge) + 1e-9).all()


def test_any_network_function_leads_too():
    """A line that may carry 2 kWh, beyond which the operator pays a fine: no quadratic, so a scan that says so."""
    game = OperatorLeader(
        lambda net: 5.0 * max(0.0, float(net[:1].sum()) - 2.0), [9.0], 0.0, 0.05, [0.6], 0.05, quadratic=False, **GRID
    )
    answer = gt.solve(game, "leader_scan")
    assert not answer.complete
    assert answer[0].strategies[1][0] <= 2.0 + 1e-4 or answer[0].strategies[0][0] == pytest.approx(0.3)


@settings(max_examples=15)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 10**6))
def test_both_metrics_over_feed_in_are_at_least_zero(m, n, seed):
    rng = np.random.default_rng(seed)
    game = feed_in_market(
        surpluses=rng.uniform(0, 5, m),
        worth=rng.uniform(0.1, 0.6, n),
        bends=rng.uniform(0.02, 0.1, n),
        import_price=0.3,
        export_price=0.08,
    )
    found = gt.solve(game, max_rounds=1, deviations=0)[0]
    cost, benefit = game.over_feed_in(found.strategies)
    assert min(cost, benefit) >= -1e-9
    price = found.strategies[0][0]
    if benefit > 0:
        assert cost == pytest.approx(100 * (0.3 - price) / 0.3, abs=1e-9)
        assert benefit == pytest.approx(100 * (price - 0.08) / 0.08, abs=1e-9)


def test_regions_are_answered_by_turns_and_home_is_checked():
    game = regional_market(supplies=[4.0, 9.0], budgets=[10.0, 8.0], fee=0.5)
    assert game.fees.tolist() == [[0.0, 0.5], [0.5, 0.0]]
    assert gt.solve(game, start=[1.0, 1.0], gap=1e-2).solver == "diagonalisation"
    with pytest.raises(gt.InvalidInputError, match="home of regional_market"):
        regional_market(supplies=[4.0], budgets=[10.0, 8.0], fee=0.5)


def test_the_grid_leader_from_numbers():
    """Nobody trades: the largest worth; unrationed trade: the auction price."""
    peak = {"demand": 30.0, "threshold": 20.0, "regular_price": 0.3, "export_price": 0.08}
    alone = grid_leader(intercepts=[1.2, 0.9], slopes=0.1, **peak)
    assert gt.solve(alone)[0].strategies[0] == pytest.approx([1.2])
    plenty = grid_leader(intercepts=[1.2, 0.9], slopes=0.1, asks=[0.1], surpluses=[500.0], **peak)
    assert gt.solve(plenty)[0].strategies[0] == pytest.approx([plenty.auction.price], abs=1e-6)
    quiet = grid_leader(intercepts=[1.2], slopes=0.1, **{**peak, "demand": 10.0})
    assert gt.solve(quiet)[0].strategies[0] == pytest.approx([0.3])


def test_buildings_from_numbers_are_certified_at_one_price():
    found = gt.solve(
        building_sharing(demand=[[2], [0]], generation=[[0], [3]], import_price=[0.3], export_price=[0.1])
    )[0]
    assert found.certificate["shared_equal_prices"] == pytest.approx([0.1], abs=1e-6)
    assert found.regret <= 1e-6


HEATING = {
    "outdoor": [0.0, 5.0, 2.0],
    "first": [18.0, 21.0],
    "reference": 20.0,
    "resistance": 5.0,
    "capacitance": [2.0, 3.0],
    "power": 3.0,
    "discomfort": 0.02,
}


def test_heated_buildings_trade_comfort_for_money_at_one_price():
    numbers = {"demand": np.ones((2, 3)), "generation": [[0, 0, 0], [4, 2, 0.0]], "import_price": [0.3, 0.4, 0.3]}
    game = building_sharing(export_price=[0.08] * 3, heating=HEATING, **numbers)
    found = gt.solve(game)[0]
    prices = found.certificate["shared_equal_prices"]
    for k, name in enumerate(game.players):
        plan, before = found.strategy(name), HEATING["first"][k]
        size = HEATING["capacitance"][k]
        for t, outside in enumerate(HEATING["outdoor"]):
            reached = before + (outside - before) / (5.0 * size) + 3.0 * plan[f"heated {t}"] / size
            assert plan[f"temperature {t}"] == pytest.approx(reached, abs=1e-5)
            before = plan[f"temperature {t}"]
        bought = [plan[f"bought {t}"] * numbers["import_price"][t] - 0.08 * plan[f"sold {t}"] for t in range(3)]
        cold = sum(0.02 * (plan[f"temperature {t}"] - 20.0) ** 2 for t in range(3))
        wear = sum(0.01 * (plan[f"charged {t}"] ** 2 + plan[f"discharged {t}"] ** 2) for t in range(3))
        assert found.payoffs[k] == pytest.approx(-sum(bought) - cold - wear, abs=1e-5)
    assert all(0.08 - 1e-6 <= p <= 0.4 + 1e-6 for p in prices)
    assert found.regret <= 1e-5
    central = gt.solve(game, "potential_maximum")[0]
    assert found.payoffs.sum() == pytest.approx(central.payoffs.sum(), abs=1e-5)
    dear = building_sharing(export_price=[0.08] * 3, heating={**HEATING, "discomfort": 0.0}, **numbers)
    assert sum(gt.solve(dear)[0].strategy(dear.players[0])[f"heated {t}"] for t in range(3)) <= 1e-5


BAD = [
    (
        lambda: building_sharing(
            demand=[[1.0]],
            generation=[[0.0]],
            import_price=[0.3],
            export_price=[0.1],
            heating={**HEATING, "outdoor": [1.0], "first": 20.0, "capacitance": -1.0},
        ),
        "numbers of Heating",
    ),
    (lambda: safe_market(demand=[1.0]), "demand of safe_market"),
    (lambda: safe_market(demand=[[1.0], [2.0]], partners=[[0, 0]]), "different pairs"),
    (lambda: safe_market(demand=[[1.0], [2.0]], partners=[[0, 5]]), "different pairs"),
    (lambda: safe_market(demand=[[1.0]], network=[[1.0]], network_limits=[1.0, 2.0]), "one row of finite numbers"),
    (lambda: safe_market(demand=[[1.0]], charged_kept=0.0), "efficiencies"),
    (lambda: safe_market(demand=[[np.nan]]), "finite and at least 0"),
    (lambda: fair_sharing(needs=[], surplus=1.0, import_price=0.3, export_price=0.1), "at least 0, for one"),
    (lambda: fair_sharing(needs=[1.0], surplus=1.0, import_price=0.3, export_price=0.1, rule="fair"), "a rule of"),
    (lambda: fair_sharing(needs=[1.0] * 12, surplus=1.0, import_price=0.3, export_price=0.1), "at most 200000"),
    (
        lambda: operator_leader(energies=[], keep_worth=0, keep_bends=1, worth=[1], bends=1, **GRID),
        "a seller and a buyer",
    ),
    (lambda: operator_leader(energies=[1], keep_worth=0, keep_bends=0, worth=[1], bends=1, **GRID), "bends > 0"),
    (
        lambda: operator_leader(energies=[1], keep_worth=0, keep_bends=1, worth=[1], bends=1, flows=[[1.0]], **GRID),
        "flows of operator_leader",
    ),
]


@pytest.mark.parametrize(("call", "said"), BAD)
def test_bad_numbers_are_refused(call, said):
    with pytest.raises((gt.InvalidInputError, gt.TooManyPlayersError), match=said):
        call()
