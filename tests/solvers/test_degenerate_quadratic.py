"""Quadratic games without an inside, with too many binding constraints, and of tiny or mixed scales."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.studies.play_steps import step_game
from gametrade.registry import systems
from gametrade.solvers.highs_quadratic import minimise_quadratic
from gametrade.solvers.linear_quadratic import dense_jacobian

SMALL = st.integers(0, 3).map(float)


def answered(game, scale):
    """The solution, whose regrets at common prices are small against the costs."""
    found = gt.solve(game, "linear_quadratic")
    assert found[0].concept == ("variational" if game.shared is not None else "Nash")
    assert found[0].regrets.max() <= 1e-6 * scale
    return found


@pytest.mark.parametrize("cost", [0.0, 1e-300, 8e-168, 1e-50, 1e-8, 1e-3])
def test_a_safe_market_of_one_with_tiny_costs(cost):
    game = systems.get("safe_market").function(demand=[[3.0]], dispatch_cost=cost, most_dispatched=[2.0])
    assert answered(game, 1.0)[0].strategies[0][0] == pytest.approx(2.0, abs=1e-6)
    cheap = systems.get("safe_market").function(
        demand=[[3.0]], dispatch_cost=cost / 2, most_dispatched=[1.0], tariff=max(cost, 1e-300), trade_cost=cost
    )
    answered(cheap, 1.0)


@st.composite
def dispatches(draw):
    """Homes on two sides, some of which cannot sell or use anything, with curvatures and charges of 0."""
    sides = draw(st.lists(st.booleans(), min_size=2, max_size=4).filter(lambda s: any(s) and not all(s)))
    n, scale = len(sides), draw(st.sampled_from([1e-6, 1.0, 1e6]))
    links = [(i, j) for i in range(n) for j in range(i + 1, n) if sides[i] != sides[j]]

    def numbers(count, most):
        return [scale * draw(st.integers(0, most)) for _ in range(count)]

    room = [draw(SMALL) for _ in range(n)]
    game = systems.get("bilateral_dispatch").function(
        homes=[f"h{k}" for k in range(n)],
        curvature=numbers(n, 1),
        slope=numbers(n, 3),
        lower=[0.0 if side else -r for side, r in zip(sides, room, strict=True)],
        upper=[r if side else 0.0 for side, r in zip(sides, room, strict=True)],
        links=[[f"h{i}", f"h{j}"] for i, j in links],
        charge=[numbers(2, 1) for _ in links],
    )
    return game, scale


@settings(max_examples=40)
@given(dispatches())
def test_degenerate_dispatches_cost_what_one_planner_would_pay(case):
    """Costs of others do not matter to a home, so the variational equilibrium is the cheapest plan."""
    game, scale = case
    found = answered(game, scale)
    x, bend = np.concatenate(found[0].strategies), dense_jacobian(game)
    best = minimise_quadratic(bend / scale, game.offset / scale, game.feasible).x
    costs = [float(z @ bend @ z / 2 + game.offset @ z) for z in (x, best)]
    assert costs[0] == pytest.approx(costs[1], abs=1e-6 * scale)


def test_links_of_many_homes_that_need_not_be_used():
    """196 variables, most of them at a bound with a multiplier of 0, and penalties far above the other derivatives."""
    street = gt.communities.fontana("flat").select(start="2017-06-01")
    game = step_game(street, "bilateral_dispatch", 137)
    found = answered(game, 1e-3)[0]
    assert found.certificate["residual"] <= 1e-11
    assert game.sets_violation(np.concatenate(found.strategies)) <= 1e-8
