"""Leaders who fear ties: curves against linear programs, grids of choices, infima that are not attained."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import gametrade as gt
from gametrade.games.stackelberg import BilevelGame
from gametrade.registry import systems
from gametrade.solvers.bilevel_faces import follower_gap, worst_answer
from gametrade.solvers.worst_replies import ExactCost, reply_curves
from tests.stackelberg.test_bilevel import bilevel_games, size_of

GRID = [Fraction(k, 8) for k in range(-16, 25)]


def curves_of(game):
    cost = ExactCost.of(game.leader.hessian, game.leader.linear, game.leader.constant)
    return reply_curves(game, cost, Fraction(-2), Fraction(3))


@settings(max_examples=15)
@given(bilevel_games(quadratic=False))
def test_worst_and_best_answers_are_those_of_linear_programs(game):
    curves, own = curves_of(game), slice(1, None)
    for x in GRID[::2]:
        costs = [c.at(x) for c in curves if c.low <= x <= c.high]
        limits = game.follower_limits - game.follower_rows[:, 0] * float(x)
        first = linprog(game.follower.linear[own], A_ub=game.follower_rows[:, own], b_ub=limits, bounds=(None, None))
        assert (first.status == 2) == (not costs)
        if not costs:
            continue
        rows = np.vstack([game.follower_rows[:, own], game.follower.linear[own]])
        for sign, found in ((1.0, min(costs)), (-1.0, max(costs))):
            second = linprog(
                sign * game.leader.linear[own], A_ub=rows, b_ub=np.append(limits, first.fun), bounds=(None, None)
            )
            if second.status == 0:
                cost = sign * second.fun + game.leader.linear[0] * float(x)
                assert float(found) == pytest.approx(cost, abs=1e-6 * size_of(game))


@settings(max_examples=25)
@given(bilevel_games(quadratic=True))
def test_worst_answers_of_quadratic_followers_agree_with_the_faces_of_their_answers(game):
    curves = curves_of(game)
    for x in GRID[::5]:
        here = [c for c in curves if c.low <= x <= c.high]
        if here:
            z = np.array(here[0].point(x))
            assert follower_gap(game, z) <= 1e-7 * size_of(game)
            worst = worst_answer(game, z)[0]
            assert float(max(c.at(x) for c in here)) == pytest.approx(worst, abs=1e-6 * size_of(game))


@settings(max_examples=25)
@given(bilevel_games())
def test_no_choice_of_a_grid_has_a_smaller_worst_cost(game):
    answer, curves = gt.solve(game, "pessimistic_leader"), curves_of(game)
    bound = Fraction(answer[0].certificate["bound"])
    costs = [max(c.at(x) for c in curves if c.low <= x <= c.high) for x in GRID if _answered(curves, x)]
    assert min(costs) >= bound - Fraction(1, 10**12)
    hoped = -gt.solve(game, "active_sets")[0].payoffs[0]
    assert float(bound) >= hoped - 1e-7 * size_of(game)
    for equilibrium in answer:
        assert equilibrium.regrets[1] <= 1e-6 * size_of(game)
        if answer.complete:
            assert equilibrium.certificate["pessimistic"] == pytest.approx(float(bound), abs=1e-12 * size_of(game))
        else:
            assert "not attained" in answer.finding
            assert 0 < equilibrium.regrets[0] <= 1e-4 * size_of(game)


def _answered(curves, x):
    return any(c.low <= x <= c.high for c in curves)


@settings(max_examples=8)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=3), st.lists(st.integers(1, 3), min_size=3, max_size=3))
def test_a_seller_who_fears_ties_earns_the_same_and_never_gets_there(values, quantities):
    """Against every price of a fine grid; at a value itself the buyer takes nothing at worst."""
    game = systems.get("step_buyers").function(values=values, quantities=quantities[: len(values)], cap=8.0)
    hoped = gt.solve(game)[0].payoffs[0]
    feared = gt.solve(game, "pessimistic_leader")
    best = max(p * sum(q for v, q in zip(values, quantities, strict=False) if v >= p) for p in values)
    assert hoped == pytest.approx(best)
    assert Fraction(feared[0].certificate["bound"]) == -best
    assert not feared.complete
    assert feared[0].concept.startswith("epsilon")
    assert feared[0].regrets[0] > 0
    worst = [p * sum(q for v, q in zip(values, quantities, strict=False) if v > p) for p in np.linspace(0, 8, 81)]
    assert max(worst) < best


def test_constraints_on_answers_hold_for_every_best_answer():
    """The follower is indifferent at x = 1; the leader may not let y exceed 1/2, so 1 itself is forbidden to it."""
    rows = {"linear": [-1.0, 0.0], "rows": [[0.0, 1.0]], "limits": [0.5]}
    game = BilevelGame.of(
        rows, {"linear": [0, 1], "hessian": [[0, -1], [-1, 0]]}, n_leader=1, n_follower=1, bounds=[(0, 1), (0, 1)]
    )
    assert gt.solve(game, "active_sets")[0].strategies[0].tolist() == [1.0]
    feared = gt.solve(game, "pessimistic_leader")
    assert "not attained" in feared.finding
    assert feared[0].certificate["bound"] == "-1"
    none = BilevelGame.of(
        {**rows, "limits": [-1.0]}, {"linear": [0, 1]}, n_leader=1, n_follower=1, bounds=[(0, 1), (0, 1)]
    )
    assert "no choice" in gt.solve(none, "pessimistic_leader").finding
    assert gt.solve(none, "pessimistic_leader").complete


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_scales_do_not_matter(scale):
    game = systems.get("step_buyers").function(values=[0.5 * scale], quantities=[2.0], cap=scale)
    assert float(Fraction(gt.solve(game, "pessimistic_leader")[0].certificate["bound"])) == -scale


def test_what_is_not_bounded_or_too_large_is_refused():
    sides = {"linear": [1, 1]}, {"linear": [0, 1]}
    with pytest.raises(gt.InvalidInputError, match="two bounds of its own"):
        gt.solve(BilevelGame.of(*sides, n_leader=1, n_follower=1, bounds=[(0, np.inf), (0, 1)]), "pessimistic_leader")
    with pytest.raises(gt.InvalidInputError, match="y1 without bound"):
        gt.solve(BilevelGame.of(*sides, n_leader=1, n_follower=1, bounds=[(0, 1), (0, np.inf)]), "pessimistic_leader")
    pair = BilevelGame.of({"linear": [1, 1, 1]}, {"linear": [0, 0, 1]}, n_leader=2, n_follower=1, bounds=[(0, 1)] * 3)
    assert gt.solve(pair, "pessimistic_leader")[0].payoffs[0] == 0
    wide = systems.get("step_buyers").function(values=np.ones(9), quantities=np.ones(9))
    with pytest.raises(gt.TooManyPlayersError, match="systems"):
        gt.solve(wide, "pessimistic_leader")
