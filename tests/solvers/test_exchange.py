"""Players whom only a shared balance connects: one price, found by exchange and by one central program."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.building_game import Storage, building_game
from tests.solvers.continuous_games import INF, cournot, profile

METHODS = ("exchange_admm", "linear_quadratic", "extragradient", "golden_ratio", "potential_maximum")


def exchange(slopes, wishes, bound=1e4):
    """Everyone wants d_i at cost a_i/2 (e - d_i)^2; energies sum to zero."""
    n = len(slopes)
    hessians, linear = np.zeros((n, n, n)), np.zeros((n, n))
    for i, (a, d) in enumerate(zip(slopes, wishes, strict=True)):
        hessians[i, i, i], linear[i, i] = -a, a * d
    shared = gt.Polyhedron.of([-INF] * n, [INF] * n, equal=(np.ones((1, n)), [0.0]))
    sets = [gt.Polyhedron.of([-bound], [bound])] * n
    return gt.QuadraticGame.of([f"h{i}" for i in range(n)], hessians, linear, sets, shared=shared)


@given(st.lists(st.tuples(st.floats(0.2, 5), st.floats(-5, 5)), min_size=1, max_size=6))
def test_quadratic_exchange_has_the_price_of_the_closed_form(pairs):
    slopes, wishes = np.array(pairs).T
    price = wishes.sum() / (1 / slopes).sum()
    for method in METHODS:
        found = gt.solve(exchange(slopes, wishes), method)[0]
        assert found.concept == "variational"
        assert found.certificate["kind"] == "price_taking_gap"
        assert found.certificate["shared_equal_prices"] == pytest.approx([price], abs=1e-5)
        assert profile(found) == pytest.approx(wishes - price / slopes, abs=1e-5)
        assert found.regret < 1e-2 * max(1, np.abs(wishes).max())


def test_the_published_instance():
    found = gt.solve(exchange([1, 2, 4], [3, -1, -4]), "exchange_admm")[0]
    assert found.certificate["shared_equal_prices"] == pytest.approx([-8 / 7], abs=1e-7)


def test_a_balanced_plan_that_is_no_equilibrium_shows_in_the_gap_though_no_one_can_move_alone():
    from gametrade.solvers.price_taking import price_taking_answer
    from gametrade.solvers.regret_bounds import regret_bounds

    game = exchange([1.0, 1.0], [3.0, -1.0])
    x = np.zeros(2)
    assert regret_bounds(game, x)[0] == pytest.approx([0, 0], abs=1e-9)
    answer = price_taking_answer(game, x, (np.zeros(0), np.array([1.0])))
    assert answer.regrets == pytest.approx([2.0, 2.0])


def buildings(seed, n, steps):
    rng = np.random.default_rng(seed)
    demand, generation = rng.uniform(0, 3, (n, steps)), rng.choice([0.0, 1.0, 4.0], (n, steps))
    buy = rng.uniform(0.2, 0.4, steps)
    storage = Storage(rng.choice([0.0, 5.0], n), rng.uniform(0.5, 2, n))
    return building_game(demand, generation, buy, np.full(steps, 0.08), storage=storage)


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 4))
def test_buildings_agree_with_one_central_program(seed, n, steps):
    game = buildings(seed, n, steps)
    central = gt.solve(game, "potential_maximum")[0]
    shared = gt.solve(game, "exchange_admm", tolerance=1e-9)[0]
    size = max(1.0, float(np.abs(central.payoffs).sum()))
    assert shared.payoffs.sum() == pytest.approx(central.payoffs.sum(), abs=1e-5 * size)
    assert shared.regret < 1e-3 * size
    assert game.sets_violation(profile(shared)) < 1e-6 * max(1.0, float(np.abs(profile(shared)).max()))
    alone = [minus_cost_alone(game, player) for player in range(n)]
    prices = np.array(shared.certificate["shared_equal_prices"])
    for player, x in enumerate(shared.strategies):
        paid = prices @ x[: prices.size]
        assert shared.payoffs[player] - paid >= alone[player] - 1e-5 * size


def minus_cost_alone(game, player):
    """Best payoff of a building that shares nothing."""
    from gametrade.solvers.affine_variational import AffineProblem, interior_point

    part, points = game.slices[player], game.sets[player]
    steps = points.dimension // 6
    low, high = points.lower.copy(), points.upper.copy()
    low[:steps] = high[:steps] = 0.0
    own = gt.Polyhedron.of(low, high, equal=(points.equal_rows, points.equal_limits))
    x = interior_point(AffineProblem(game.own_block(player), game.offset[part], own)).x
    return float(-game.offset[part] @ x - 0.5 * x @ game.own_block(player) @ x)


def test_what_exchange_refuses_and_what_it_cannot_finish():
    with pytest.raises(gt.InvalidInputError, match="Got a payoff of f0 that f1 changes"):
        gt.solve(cournot([0, 0], shared=gt.Polyhedron.of([-INF] * 2, [INF] * 2, [[1, 1]], [9])), "exchange_admm")
    with pytest.raises(gt.InvalidInputError, match="needs shared constraints"):
        gt.solve(cournot([0]), "exchange_admm")
    stopped = gt.solve(exchange([1, 2, 4], [3, -1, -4]), "exchange_admm", max_rounds=25, tolerance=1e-15)
    assert len(stopped) == 0
    assert "No end after 25 rounds" in stopped.finding
    apart = gt.Polyhedron.of([-INF] * 2, [INF] * 2, equal=([[1, 1]], [50.0]))
    game = gt.QuadraticGame.of(
        "ab", -np.ones((2, 2, 2)) * np.eye(2), np.zeros((2, 2)), [gt.Polyhedron.of([0.0], [9.0])] * 2, shared=apart
    )
    with pytest.raises(gt.InvalidInputError, match="shared constraints must admit a profile"):
        gt.solve(game, "exchange_admm")


def test_shared_inequalities_are_priced_too():
    limit = gt.Polyhedron.of([-INF] * 2, [INF] * 2, [[1.0, 2.0], [1.0, 0.0]], [1.0, 50.0])
    hessians = np.zeros((2, 2, 2))
    hessians[0, 0, 0], hessians[1, 1, 1] = -2, -4
    game = gt.QuadraticGame.of("ab", hessians, [[4, 0], [0, 4]], [gt.Polyhedron.of([0.0], [9.0])] * 2, shared=limit)
    first, second = (gt.solve(game, name)[0] for name in ("exchange_admm", "linear_quadratic"))
    assert profile(first) == pytest.approx(profile(second), abs=1e-6)
    assert first.certificate["shared_prices"] == pytest.approx(second.certificate["shared_prices"], abs=1e-6)
    assert first.certificate["shared_prices"][1] == pytest.approx(0, abs=1e-7)
