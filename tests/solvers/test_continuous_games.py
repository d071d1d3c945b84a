"""Equilibria of continuous games: closed forms, methods that agree, cycles, divergence, refusals."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.feasibility import Emptiness, farkas_gap, feasible_point
from gametrade.games.sparse_quadratic import SparseQuadraticGame
from gametrade.solvers.affine_variational import AffineProblem, interior_point, semismooth_newton
from gametrade.solvers.regret_bounds import regret_bounds
from tests.solvers.continuous_games import INF, bertrand, cournot, monotone, profile

seeds = st.integers(0, 2**32 - 1)
ITERATIVE = ("extragradient", "golden_ratio")


def active_cournot(costs, intercept, slope):
    """Outputs by dropping the costliest firm until all produce."""
    order = np.argsort(costs)
    for n in range(len(costs), 0, -1):
        used = order[:n]
        total = (n * intercept - sum(costs[k] for k in used)) / (slope * (n + 1))
        outputs = np.zeros(len(costs))
        outputs[used] = [(intercept - slope * total - costs[k]) / slope for k in used]
        if (outputs >= 0).all():
            return outputs
    return np.zeros(len(costs))


@given(st.lists(st.floats(0, 90), min_size=1, max_size=5), st.floats(0.1, 50), st.sampled_from([1e-6, 1.0, 1e6]))
def test_cournot_with_firms_that_stay_out(costs, slope, scale):
    costs = [cost * scale for cost in costs]
    exact = active_cournot(costs, 100 * scale, slope * scale)
    game = cournot(costs, 100 * scale, slope * scale)
    solution = gt.solve(game)
    assert solution.complete
    assert profile(solution[0]) == pytest.approx(exact, rel=1e-9, abs=1e-9 * 100 / slope)
    assert solution[0].regret <= 1e-12 * max(solution[0].payoffs.max(), 100 * scale * 100 / slope)
    assert profile(gt.solve(game, "best_response")[0]) == pytest.approx(exact, rel=1e-8, abs=1e-8 * 100 / slope)


@given(st.floats(10, 100), st.floats(1, 5), st.floats(-0.9, 0.9), st.floats(0, 9), st.floats(0, 9))
def test_differentiated_prices_have_the_closed_form(a, b, share, c0, c1):
    g = share * b
    exact = [
        ((2 * b + g) * (b - g) * a + 2 * b * b * own + b * g * other) / (4 * b * b - g * g)
        for own, other in ((c0, c1), (c1, c0))
    ]
    game = bertrand(a, b, g, (c0, c1))
    for solver in ("linear_quadratic", "best_response", "extragradient", "golden_ratio"):
        found = gt.solve(game, solver)[0]
        assert profile(found) == pytest.approx(exact, rel=1e-7, abs=1e-7)
        assert found.concept == "Nash"


@given(seeds, st.lists(st.integers(1, 3), min_size=1, max_size=4), st.integers(0, 4))
def test_newton_interior_point_and_first_order_methods_agree(seed, sizes, rows):
    game = monotone(np.random.default_rng(seed), sizes, rows)
    problem = AffineProblem(game.jacobian, game.offset, game.feasible)
    newton, barrier = semismooth_newton(problem), interior_point(problem)
    assert newton.x == pytest.approx(barrier.x, abs=1e-8)
    solution = gt.solve(game)
    assert profile(solution[0]) == pytest.approx(newton.x, abs=1e-8)
    assert solution[0].regret < 1e-8
    assert solution[0].concept == ("variational" if rows else "Nash")
    for solver in ITERATIVE:
        assert profile(gt.solve(game, solver)[0]) == pytest.approx(newton.x, abs=1e-6)
    if not rows:
        replies = gt.solve(game, "best_response", damping=0.5)
        for found in replies:
            assert profile(found) == pytest.approx(newton.x, abs=1e-6)


@given(seeds, st.lists(st.integers(1, 3), min_size=1, max_size=3), st.integers(0, 3))
def test_regret_bounds_hold_and_are_tight(seed, sizes, rows):
    rng = np.random.default_rng(seed)
    game = monotone(rng, sizes, rows)
    x = profile(gt.solve(game)[0]) + (rng.normal(size=game.dimension) * 0.01 if not rows else 0)
    x = np.clip(x, *game.bounds)
    bounds, _ = regret_bounds(game, x)
    here = game.payoff(x)
    for player, part in enumerate(game.slices):
        points, best = game.deviations(player, x), 0.0
        for _ in range(200):
            y = x.copy()
            y[part] = np.clip(
                x[part] + rng.normal(size=part.stop - part.start) * rng.choice([0.01, 0.1, 3]),
                points.lower,
                points.upper,
            )
            if points.violation(y[part]) == 0:
                best = max(best, game.payoff(y)[player] - here[player])
        assert bounds[player] >= best - 1e-9
    if not rows:
        exact = [game.payoff(moved(game, i, x))[i] - here[i] for i in range(game.n_players)]
        assert bounds == pytest.approx(np.clip(exact, 0, None), abs=1e-7)


def moved(game, player, x):
    """The profile with one player at its best reply, by many small projected steps."""
    y, part = x.copy(), game.slices[player]
    block = game.own_block(player)
    step = 1 / np.linalg.eigvalsh(block)[-1]
    for _ in range(3000):
        y[part] = np.clip(y[part] + step * game.gradient(player, y), *(bound[part] for bound in game.bounds))
    return y


@pytest.mark.parametrize("n", [2, 3, 4, 7])
def test_simultaneous_cournot_replies_converge_for_two_and_cycle_for_more(n):
    solution = gt.solve(cournot([10.0] * n), "best_response", simultaneous=True)
    if n == 2:
        assert profile(solution[0]) == pytest.approx([30, 30])
    else:
        assert len(solution) == 0
        assert len(solution.cycle) == 2
        assert sorted(float(point[0][0]) for point in solution.cycle) == pytest.approx([0, 45])
        assert "repeat 2 profiles" in solution.finding
    damped = gt.solve(cournot([10.0] * n), "best_response", simultaneous=True, damping=0.9 * min(1, 4 / (n + 1)))
    assert profile(damped[0]) == pytest.approx([90 / (n + 1)] * n)


def test_a_zero_sum_game_defeats_replies_and_not_extragradient():
    game = gt.ContinuousGame.from_expressions({"a": "x*y", "b": "-x*y"}, {"a": {"x": (-1, 1)}, "b": {"y": (-1, 1)}})
    x = np.array([0.5, 0.5])
    lengths = []
    for _ in range(100):
        x = x - 0.5 * game.pseudo_gradient(x)
        lengths.append(np.linalg.norm(x))
    assert lengths[-1] == pytest.approx(np.sqrt(0.5) * np.sqrt(1.25) ** 100)
    replies = gt.solve(game, "best_response", start=[0.5, 0.5], simultaneous=True)
    assert len(replies) == 0
    assert replies.cycle
    for solver in (*ITERATIVE, "linear_quadratic"):
        assert profile(gt.solve(game, solver)[0]) == pytest.approx([0, 0], abs=1e-8)


def test_unbounded_replies_end_with_a_finding():
    game = gt.ContinuousGame.from_expressions(
        {"a": "-x**2 + 4*x*y", "b": "-y**2 + 4*x*y"}, {"a": {"x": (-INF, INF)}, "b": {"y": (-INF, INF)}}
    )
    solution = gt.solve(game, "best_response", start=[1, 1])
    assert len(solution) == 0
    assert "grow without end" in solution.finding
    stopped = gt.solve(cournot([0, 0]), "best_response", max_rounds=3)
    assert "No end after 3 rounds" in stopped.finding
    assert "No end after 3 steps" in gt.solve(cournot([0, 0]), "extragradient", start=[1, 2], max_steps=3).finding


@given(seeds)
def test_weights_choose_among_generalized_equilibria(seed):
    rng = np.random.default_rng(seed)
    r = rng.uniform(0.2, 5, 2)
    game = gt.ContinuousGame.from_expressions(
        {"a": "-(x-1)**2", "b": "-(y-1/2)**2"}, {"a": {"x": (-9, 9)}, "b": {"y": (-9, 9)}}, constraints=["x+y<=1"]
    )
    found = gt.solve(game, weights=r)[0]
    price = 1 / (1 / r[0] + 1 / r[1])
    assert profile(found) == pytest.approx([1 - price / (2 * r[0]), 0.5 - price / (2 * r[1])])
    assert found.certificate["shared_prices"] == pytest.approx([price])
    assert found.concept == "normalised"
    assert found.regret < 1e-9


@given(seeds, st.integers(1, 6))
def test_sparse_and_dense_games_are_the_same_game(seed, n):
    rng = np.random.default_rng(seed)
    costs, slope = rng.uniform(0, 50, n), rng.uniform(0.5, 3)
    dense = cournot(costs, 100, slope, capacity=100.0)
    ones = np.ones((n, 1))
    sparse = SparseQuadraticGame.of(
        dense.players, -slope * np.eye(n), 100 - costs, dense.sets, low_rank=(-slope * ones, ones)
    )
    x = rng.uniform(0, 30, n)
    assert sparse.payoff(x) == pytest.approx(dense.payoff(x))
    assert sparse.pseudo_gradient(x) == pytest.approx(dense.pseudo_gradient(x))
    assert regret_bounds(sparse, x)[0] == pytest.approx(regret_bounds(dense, x)[0], abs=1e-7)
    for solver in ("linear_quadratic", "best_response"):
        assert profile(gt.solve(sparse, solver)[0]) == pytest.approx(profile(gt.solve(dense, solver)[0]), abs=1e-8)


@given(seeds, st.integers(1, 4), st.integers(1, 6))
def test_a_set_has_a_point_or_a_proof_that_it_has_none(seed, d, m):
    rng = np.random.default_rng(seed)
    rows, limits = rng.integers(-3, 4, (m, d)), rng.integers(-4, 4, m)
    equal = rng.integers(-2, 3, (1, d)), rng.integers(-3, 4, 1)
    points = gt.Polyhedron.of(np.full(d, -1.0), np.full(d, 1.0), rows, limits, equal)
    found = feasible_point(points)
    if isinstance(found, Emptiness):
        assert (found.rows >= 0).all()
        assert farkas_gap(points, found.rows, found.equal) == found.gap > 0
    else:
        assert points.violation(found) < 1e-8


def test_refusals_name_what_is_wrong():
    with pytest.raises(gt.InvalidInputError, match=r"concave .* Got that of a: direction .* curvature 2"):
        gt.solve(gt.ContinuousGame.from_expressions({"a": "x**2"}, {"a": {"x": (0, 1)}}))
    wavy = gt.ContinuousGame.from_expressions({"a": "sin(9*x)"}, {"a": {"x": (0, 1)}})
    with pytest.raises(gt.InvalidInputError, match="payoff halfway"):
        gt.solve(wavy, "extragradient")
    crowded = cournot([0, 0], shared=gt.Polyhedron.of([-INF] * 2, [INF] * 2, [[-1, -1]], [-500]))
    with pytest.raises(gt.InvalidInputError, match=r"shared constraints must admit a profile.* asks for 0 >= 300"):
        gt.solve(crowded)
    alone = gt.ContinuousGame.from_expressions({"a": "-x"}, {"a": {"x": (0, 1)}}, constraints=["x >= 2"])
    with pytest.raises(gt.InvalidInputError, match="strategy set of a must not be empty"):
        gt.solve(alone)
    endless = gt.ContinuousGame.from_expressions({"a": "x"}, {"a": {"x": (0, INF)}})
    for solver in ("linear_quadratic", "best_response"):
        with pytest.raises(gt.InvalidInputError, match=r"payoff of a must be bounded\. Got growth .* \[1\.0\]"):
            gt.solve(endless, solver)
    broken = gt.ContinuousGame.from_expressions({"a": "log(x - 2)"}, {"a": {"x": (0, 1)}})
    with pytest.raises(gt.InvalidInputError, match=r"payoff of a .* at the profile \[0\."):
        gt.solve(broken, "extragradient")
    with pytest.raises(gt.InvalidInputError, match="Got \\['z'\\]"):
        gt.ContinuousGame.from_expressions({"a": "x*z"}, {"a": {"x": (0, 1)}})
    with pytest.raises(gt.InvalidInputError, match="linear in the variables"):
        gt.ContinuousGame.from_expressions({"a": "x"}, {"a": {"x": (0, 1)}}, constraints=["x**2 <= 1"])
    with pytest.raises(gt.InvalidInputError, match=r"damping of best_response must be in \(0, 1\]"):
        gt.solve(cournot([0, 0]), "best_response", damping=0)
    with pytest.raises(gt.InvalidInputError, match="start must be 2 finite numbers"):
        gt.solve(cournot([0, 0]), "best_response", start=[1])
    with pytest.raises(gt.InvalidInputError, match="weights must be 2 positive numbers"):
        gt.solve(cournot([0, 0]), weights=[1, 0])


def test_payoffs_that_are_not_quadratic():
    game = gt.ContinuousGame.from_expressions(
        {"a": "log(1+x) - x*(1+y/4)/4", "b": "log(1+y) - y*(1+x/4)/4"}, {"a": {"x": (0, 5)}, "b": {"y": (0, 5)}}
    )
    assert game.concave
    root = (-5 + np.sqrt(73)) / 2  # of (1 + x)(1 + x/4) = 4
    for solver in ("extragradient", "golden_ratio", "best_response"):
        found = gt.solve(game, solver)[0]
        assert profile(found) == pytest.approx([root, root], abs=1e-6)
        assert found.regret < 1e-6
        assert found.certificate["players"]["a"]["method"] == "frank_wolfe"


def test_a_nonconcave_variable_is_scanned_and_the_answer_says_so():
    game = gt.ContinuousGame.from_expressions(
        {"a": "sin(9*x) + x*y", "b": "-(y-1)**2"}, {"a": {"x": (0, 3)}, "b": {"y": (0, 2)}}
    )
    known = gt.solve(game, "best_response")[0]
    assert known.certificate["players"]["a"]["method"] == "intervals"
    assert known.regrets[0] <= 1e-9
    unknown = dataclasses.replace(game, formulas=None)
    found = gt.solve(unknown, "best_response")[0]
    grid = np.linspace(0, 3, 300001)
    assert found.payoffs[0] == pytest.approx((np.sin(9 * grid) + grid).max(), abs=1e-8)
    assert found.certificate["players"]["a"] | {"bound": 0, "reply": 0} == {
        "method": "scan",
        "bound": 0,
        "reply": 0,
        "proved": False,
        "points": 2001,
    }
    assert "not proved" in " ".join(found.notes)
    steep = gt.solve(dataclasses.replace(unknown, lipschitz=11.0), "best_response")[0]
    assert steep.certificate["players"]["a"]["method"] == "lipschitz"
    assert steep.regrets[0] <= 1e-5
    assert not steep.notes


@pytest.mark.parametrize(
    ("unit", "money", "constant"), [(1, 1, 0), (1, 1, 1e3), (1, 1e9, 0), (1e-6, 1, 0), (1e6, 1, 0)]
)
def test_replies_end_where_slopes_are_measured_or_payoffs_are_large(unit, money, constant):
    """Slopes by differences are never exact: moves of 1e-11 of a price must not hide an equilibrium."""

    def paid(own, other):
        return lambda x: constant + money * x[own] / unit * (10 * np.exp(-0.3 * x[own] / unit) + 0.1 * x[other] / unit)

    sets = (gt.Polyhedron.of([0.0], [3.9 * unit]),) * 2
    game = gt.ContinuousGame(("a", "b"), (("x",), ("y",)), (paid(0, 1), paid(1, 0)), None, sets, concave=True)
    found = gt.solve(game, "best_response")
    x = profile(found[0]) / unit
    slope = 10 * np.exp(-0.3 * x) * (1 - 0.3 * x) + 0.1 * x[::-1]
    assert np.abs(slope).max() <= 1e-6 if constant == 0 else np.abs(slope).max() <= 1e-5
    assert found[0].regret <= 1e-9 * np.abs(found[0].payoffs).max()
    assert found.trace[-1]["round"] < 200
