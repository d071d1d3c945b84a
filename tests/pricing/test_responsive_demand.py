"""Homes that answer prices, against a general solver; prices and demand that settle or go round."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

import gametrade as gt
from gametrade.games.pricing import ResponsiveDemand
from gametrade.solvers.joint_demand import joint_demand
from gametrade.solvers.price_response import price_response

TIMES = np.datetime64("2023-06-01T22:00") + np.arange(4) * np.timedelta64(1, "h")


def homes(demand, generation, *, discomfort=0.5, flexible=0.5, total=True, prices=(0.4, 0.1)):
    names = [f"h{k}" for k in range(len(demand))]
    community = gt.Community(names, demand, generation, TIMES[: len(demand[0])], 1.0, gt.Tariff(*prices))
    return ResponsiveDemand(community, discomfort, flexible=flexible, keep_daily_total=total)


@given(
    st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.3]), min_size=4, max_size=4),
    st.lists(st.sampled_from([0.0, 0.0, 1.0, 2.5]), min_size=4, max_size=4),
    st.integers(0, 1000),
    st.booleans(),
)
def test_the_best_demand_is_that_of_a_general_solver(demand, generation, seed, total):
    """Split into bought and sold energy, the problem is smooth; nothing feasible near the answer is better."""
    problem = homes([demand], [generation], total=total)
    rng = np.random.default_rng(seed)
    sell = rng.uniform(0, 0.3, 4)
    buy = sell + rng.uniform(0, 0.3, 4)
    best = problem.best_demand(buy, sell)
    preferred = problem.community.demand
    assert (best >= 0.5 * preferred - 1e-12).all()
    assert (best <= 1.5 * preferred + 1e-12).all()
    day = np.array([0, 0, 1, 1])
    if total:
        for d in (0, 1):
            assert best[0, day == d].sum() == pytest.approx(preferred[0, day == d].sum(), abs=1e-9)
    cost = problem.costs(best, buy, sell)[0]
    for _ in range(20):
        other = rng.uniform(0.5, 1.5, 4) * preferred[0]
        if total:
            other = match_totals(other, preferred[0], day)
        mixed = best[0] + rng.choice([1.0, 0.1, 0.01]) * (other - best[0])
        assert problem.costs(mixed[None], buy, sell)[0] >= cost - 1e-9


def match_totals(demand, preferred, day):
    """A feasible demand: pull it towards the preferred one until the daily totals fit."""
    fixed = demand.copy()
    for d in (0, 1):
        inside = day == d
        first, second = np.flatnonzero(inside)
        shift = min(0.5 * preferred[first], 0.5 * preferred[second]) * (2 * demand[first] / 3.5 % 1 - 0.5)
        fixed[first], fixed[second] = preferred[first] + shift, preferred[second] - shift
    return fixed


def test_without_bounds_the_answer_is_the_first_order_condition():
    problem = homes([[2.0, 2.0]], [[0.0, 0.0]], total=False, flexible=1.0)
    assert problem.best_demand([0.4, 0.2], 0.1) == pytest.approx(np.array([[2 - 0.4, 2 - 0.2]]))
    sunny = homes([[2.0, 2.0]], [[9.0, 1.9]], total=False, flexible=1.0)
    assert sunny.best_demand(0.4, 0.05) == pytest.approx(np.array([[2 - 0.05, 1.9]]))


def test_selling_above_buying_is_refused():
    with pytest.raises(gt.InvalidInputError, match="sell of best_demand must be at most buy"):
        homes([[1.0]], [[0.0]]).best_demand(0.1, 0.2)
    with pytest.raises(gt.InvalidInputError, match="price of ResponsiveDemand must be"):
        homes([[1.0]], [[0.0]]).best_demand(float("nan"), 0.0)


@pytest.mark.parametrize("discomfort", [0.0, -1.0, float("nan"), [1.0, 2.0, 3.0]])
def test_discomfort_must_be_positive(discomfort):
    with pytest.raises(gt.InvalidInputError, match="discomfort of ResponsiveDemand must be"):
        homes([[1.0]], [[0.0]], discomfort=discomfort)


def falling(slope):
    """A price that rises by `slope` with each kWh of demand in the step."""

    def pricing(community):
        price = slope * community.demand.sum(axis=0)
        return price, np.zeros_like(price)

    return pricing


def test_a_steep_price_goes_round_in_a_cycle_of_two_and_a_shorter_step_settles():
    """x -> 2 - slope x with slope 1 maps x to 2 - x: every demand but 1 repeats after two rounds."""
    problem = homes([[2.0]], [[0.0]], discomfort=0.5, flexible=1.0, total=False)
    cycle = price_response(problem, falling(1.0), adapt=False)
    assert cycle.status == "cycle"
    assert sorted(float(demand[0, 0]) for demand in cycle.cycle) == pytest.approx([0.0, 2.0])
    assert "cycle of 2" in str(cycle)
    for settled in (
        price_response(problem, falling(1.0), adapt=False, step=0.5),
        price_response(problem, falling(1.0)),
    ):
        assert settled.status == "settled"
        assert settled.demand[0, 0] == pytest.approx(1.0, abs=1e-5)
        assert settled.regret.max() <= 1e-9


def test_a_price_that_jumps_has_no_fixed_point():
    """Dear while anybody consumes more than 1, free otherwise: no demand answers its own price."""
    problem = homes([[2.0]], [[0.0]], discomfort=0.5, flexible=1.0, total=False)

    def pricing(community):
        price = np.where(community.demand.sum(axis=0) > 1, 2.0, 0.0)
        return price, np.zeros_like(price)

    assert price_response(problem, pricing, adapt=False).status == "cycle"
    assert price_response(problem, pricing, max_rounds=100).status in ("cycle", "unsettled")


def test_the_supply_demand_ratio_settles_with_step_control():
    week = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-04")

    def ratio(community):
        split = gt.allocate(gt.SharingGame(community), "supply_demand_ratio")
        return split.buy_price, split.sell_price

    answer = price_response(ResponsiveDemand(week, 0.05), ratio)
    assert answer.status == "settled"
    assert answer.regret.max() <= 1e-5
    assert min(answer.steps) < 1
    assert answer.demand.sum() == pytest.approx(week.demand.sum())


@pytest.mark.parametrize("seed", range(4))
def test_the_joint_plan_is_the_optimum_of_a_general_solver(seed):
    rng = np.random.default_rng(seed)
    problem = homes(rng.uniform(0.5, 2, (3, 4)), rng.uniform(0, 3, (3, 4)) * (rng.random((3, 4)) < 0.4), discomfort=0.1)
    answer = joint_demand(problem, rounds=2000, gap=1e-8)
    community = problem.community

    def cost(flat):
        net = (flat.reshape(3, 4) - community.generation).sum(axis=0)
        return (
            0.4 * np.maximum(net, 0).sum()
            - 0.1 * np.maximum(-net, 0).sum()
            + problem.discomforts(flat.reshape(3, 4)).sum()
        )

    preferred = community.demand.ravel()
    days = np.kron(np.eye(3), np.kron(np.eye(2), np.ones((1, 2))))
    bounds = list(zip(0.5 * preferred, 1.5 * preferred, strict=True))
    fits = {"type": "eq", "fun": lambda x: days @ (x - preferred)}
    found = minimize(cost, preferred, bounds=bounds, constraints=[fits], method="SLSQP", options={"maxiter": 500})
    assert answer.bound <= answer.cost
    assert answer.cost - answer.bound <= 1e-4
    assert answer.bound <= found.fun + 1e-9
    assert cost(answer.demand.ravel()) == pytest.approx(answer.cost)


@pytest.mark.parametrize("step", [0, 1.5, -1])
def test_steps_are_shares(step):
    with pytest.raises(gt.InvalidInputError, match="step of price_response must be above 0 and at most 1"):
        price_response(homes([[1.0]], [[0.0]]), falling(1.0), step=step)
