"""Plans and duals of dispatch games in exact arithmetic, and what happens when they are tampered with."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

import gametrade as gt
from gametrade.analysis.dispatch_evidence import (
    alone_brackets,
    alone_to_dict,
    cost_from_above,
    costs_from_below,
    doubles,
    duals_to_dict,
    feasible_plan,
    floats,
    grand_bracket,
    grand_to_dict,
    leaf_states,
    plans_to_dict,
    proof_to_dict,
)
from gametrade.analysis.exact_dispatch import Broken, complete_plan
from gametrade.analysis.verification import verify_document
from gametrade.community.flexibility import CurtailableLoad
from tests.dispatch_games import dispatch_games, make_dispatch

checked = settings(max_examples=60, deadline=None, derandomize=True)


@checked
@given(dispatch_games())
def test_costs_are_bracketed_without_rounding(game):
    room = Fraction(game.tolerance)
    for (low, high), cost in zip(alone_brackets(game, alone_to_dict(game)), game.alone_costs, strict=True):
        assert low <= high <= low + room
        assert low - room <= Fraction(float(cost)) <= high + room
    low, high = grand_bracket(game, grand_to_dict(game))
    assert low <= high <= low + room
    assert low - room <= Fraction(game.grand.cost) <= high + room


@checked
@given(dispatch_games())
def test_rounded_plans_keep_every_limit_exactly(game):
    for home, plan in zip(game.homes, game.grand.plans, strict=True):
        whole = complete_plan(home, feasible_plan(home, plan))
        columns = np.array([float(Fraction(int(m)) * Fraction(2) ** whole.exponent) for m in whole.numbers])
        assert columns == pytest.approx(plan, abs=1e-7 * max(1.0, np.abs(home.upper).max(initial=0.0)))


@checked
@given(dispatch_games(max_homes=3, max_steps=2))
def test_any_duals_bound_from_below(game):
    bound = game.grand
    wild = [np.cos(np.arange(y.size) * 7.0) for y in bound.multipliers]
    data = duals_to_dict(bound.prices, [value * 1.1 for value in bound.values], wild)
    costs, shared = costs_from_below(game.terms, game.homes, data)
    assert sum(costs) - shared <= Fraction(game.grand.cost) + Fraction(game.tolerance)


def battery_game():
    batteries = gt.Batteries([0, 2, 0], [0, 3, 0], [1, 0.81, 1], 0.01)
    return make_dispatch([[-4, 0, 1], [0, 4, 1], [1, 1, -2]], 0.30, 0.10, 0.02, batteries=batteries)


def test_a_plan_that_cheats_is_caught():
    game = battery_game()
    everyone = np.ones(3, dtype=bool)
    data = plans_to_dict(game, everyone, game.grand)
    plan = floats(data["plans"])
    for place, number in ((0, 10.0), (6, 5.0), (0, -1.0)):
        forged = plan.copy()
        forged[place] = number
        with pytest.raises(Broken, match="leaves the power, energy or window"):
            cost_from_above(game, everyone, {**data, "plans": doubles(forged)})


@pytest.mark.parametrize(("name", "change"), [("sell", 1.0), ("sell", -1.0), ("peak", 1.0), ("import_limit", 1.0)])
def test_a_forged_price_proves_nothing_false(name, change):
    game = battery_game()
    path = game.grand.prices
    parts = {key: getattr(path, key) for key in ("sell", "peak", "import_limit", "export_limit")}
    parts[name] = parts[name] + change
    data = duals_to_dict(type(path)(**parts), game.grand.values, game.grand.multipliers)
    if name == "sell":
        costs, _ = costs_from_below(game.terms, game.homes, data)
        assert sum(costs) <= Fraction(game.grand.cost) + Fraction(game.tolerance)
        return
    with pytest.raises(Broken, match=r"peak charge|no joint connection"):
        costs_from_below(game.terms, game.homes, data)


def test_a_proof_with_a_missing_or_doubled_leaf_is_caught():
    game = battery_game()
    payoffs = np.full(3, game.grand_value / 3)
    leaves = proof_to_dict(gt.blocking_coalition(game, payoffs, engine="tree"))["leaves"]
    assert len(leaf_states(game, leaves)) == len(leaves)
    whole = [{"inside": [], "outside": []}]
    assert leaf_states(game, whole)
    halves = [{"inside": ["A"], "outside": []}, {"inside": [], "outside": ["A"]}]
    assert len(leaf_states(game, halves)) == 2
    with pytest.raises(Broken, match="miss a proper coalition"):
        leaf_states(game, halves[:1])
    with pytest.raises(Broken, match="cover the same coalition"):
        leaf_states(game, [*halves, {"inside": ["B"], "outside": []}])
    trimmed = [{"inside": ["A"], "outside": [b]} for b in ("B",)]
    with pytest.raises(Broken, match="miss a proper coalition"):
        leaf_states(game, trimmed)


def test_a_joint_connection_is_checked():
    loads = [CurtailableLoad(home, 1.0, 1.0) for home in "AB"]
    game = make_dispatch([[2.0], [2.0]], flexibility=loads, connection_limit=2.0)
    low, high = grand_bracket(game, grand_to_dict(game))
    assert low <= Fraction(game.grand.cost) + Fraction(1, 10**9)
    assert float(high - low) <= 1e-9
    greedy = {"plans": doubles(np.zeros(2)), "peak": 0.0}
    with pytest.raises(Broken, match="joint connection limit"):
        cost_from_above(game, np.ones(2, dtype=bool), greedy)


def test_a_joint_connection_without_room_is_proved_or_left_open_but_not_refuted():
    """Three batteries must fill a connection of exactly what they and the homes need, in sums that are no doubles."""
    batteries = gt.Batteries([1.0] * 3, [1.0] * 3, [0.9] * 3, start_kwh=[0.0] * 3, end_kwh=[0.0] * 3)
    game = make_dispatch([[0, 1], [0, 1], [0.3, 0.2]], [0.2, 0.4], batteries=batteries, connection_limit=1.3)
    assert "refuted" not in {o.outcome for o in verify_document(gt.analyse_stability(game, ["equal_split"]).to_dict())}


def test_plans_without_room_for_rounding_leave_the_core_open():
    net = np.random.default_rng(0).uniform(-1, 1, (2, 5))
    batteries = gt.Batteries([2.0] * 2, [2.0] * 2, [0.95] * 2)
    limit = 0.9 * float(np.abs(net).max()) + 0.05
    game = make_dispatch(net, [0.4, 0.2, 0.2, 0.4, 0.3], batteries=batteries, connection_limit=limit)
    study = gt.analyse_stability(game, ["equal_split"])
    assert "refuted" not in {o.outcome for o in verify_document(study.to_dict())}
