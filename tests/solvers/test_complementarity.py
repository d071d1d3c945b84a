"""Quadratic games in fractions: Lemke's path, and all equilibria by every binding set."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.symbolic import symbolic_equilibrium
from gametrade.errors import InvalidInputError
from gametrade.solvers.complementarity import fractions, lemke_path
from tests.solvers.continuous_games import INF, cournot, monotone, profile


def exact(equilibrium):
    return [Fraction(value) for value in equilibrium.certificate["exact"]]


def coupled(rng, d, low=0, high=2):
    """One variable a player, whole coefficients, not monotone: several equilibria are common."""
    own = rng.integers(1, 4, d)
    cross = rng.integers(-4, 5, (d, d))
    linear = rng.integers(-4, 8, d)
    hessians = np.zeros((d, d, d))
    for i in range(d):
        hessians[i, i, :] = cross[i]
        hessians[i, :, i] = cross[i]
        hessians[i, i, i] = -own[i]
    points = [gt.Polyhedron.of([float(low)], [float(high)])] * d
    return gt.QuadraticGame.of([f"p{i}" for i in range(d)], hessians, np.diag(linear), points)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("rows", [0, 3])
def test_lemke_meets_newton_on_monotone_games(seed, rows):
    game = monotone(np.random.default_rng(seed), (2, 1, 2), rows=rows)
    path, newton = gt.solve(game, "lemke")[0], gt.solve(game, "linear_quadratic")[0]
    assert profile(path) == pytest.approx(profile(newton), abs=1e-9)
    assert path.concept == newton.concept == ("variational" if rows else "Nash")
    assert path.regret < 1e-9
    assert path.certificate["residual"] < 1e-12
    if rows:
        assert path.certificate["shared_prices"] == pytest.approx(newton.certificate["shared_prices"], abs=1e-8)


def test_lemke_on_cournot_with_a_seller_who_stays_out():
    found = gt.solve(cournot([10.0, 20.0, 70.0]), "lemke")[0]
    assert exact(found) == [Fraction(100, 3), Fraction(70, 3), Fraction(0)]


def test_lemke_with_free_variables_upper_bounds_only_and_equations():
    game = gt.ContinuousGame.from_expressions(
        {"a": "-(x - 3)**2 - x*y/2", "b": "-(y + 2)**2 + x*y/2 - z**2 + z"},
        {"a": {"x": (-INF, INF)}, "b": {"y": (-INF, -1), "z": (-INF, INF)}},
        constraints=["y + z == -1"],
    )
    path, newton = gt.solve(game, "lemke")[0], gt.solve(game, "linear_quadratic")[0]
    assert profile(path) == pytest.approx(profile(newton), abs=1e-9)
    everything = gt.solve(game, "complementary_bases")
    assert len(everything) == 1
    assert exact(everything[0]) == exact(path)


def test_a_shared_equation_has_a_price_of_either_sign():
    game = gt.ContinuousGame.from_expressions(
        {"a": "-(x - 3)**2/2", "b": "-(y + 1)**2", "c": "-2*(z + 4)**2"},
        {"a": {"x": (-9, 9)}, "b": {"y": (-9, 9)}, "c": {"z": (-9, 9)}},
        constraints=["x + y + z == 0"],
    )
    for solver in ("lemke", "complementary_bases"):
        found = gt.solve(game, solver)[0]
        assert found.certificate["shared_equal_prices"] == pytest.approx([-8 / 7])
        assert found.concept == "variational"


def test_degenerate_rows_and_a_variable_that_cannot_move():
    sets = [gt.Polyhedron.of([0.0, 1.0], [2.0, 1.0], [[1, 1], [1, 1], [2, 2]], [2, 2, 4])]
    game = gt.QuadraticGame.of(["a"], [[[-1, 0], [0, -1]]], [[5, 5]], sets)
    for solver in ("lemke", "complementary_bases"):
        found = gt.solve(game, solver)
        assert exact(found[0]) == [1, 1]
        assert found[0].regret < 1e-9
    assert len(found) == 1
    assert found.complete


def test_an_empty_shared_set_is_refused_with_its_proof():
    game = gt.ContinuousGame.from_expressions(
        {"a": "-x**2", "b": "-y**2"},
        {"a": {"x": (0, 1)}, "b": {"y": (0, 1)}},
        constraints=["x + y >= 3"],
    )
    for solver in ("lemke", "complementary_bases", "linear_quadratic"):
        with pytest.raises(InvalidInputError, match="row 0"):
            gt.solve(game, solver)


def test_a_ray_in_a_game_that_is_not_monotone_proves_nothing():
    told = [gt.solve(coupled(np.random.default_rng(seed), 3), "lemke") for seed in range(20)]
    assert any(len(answer) for answer in told)
    assert all(len(answer) or "proves nothing" in answer.finding for answer in told)
    assert all(answer[0].regret < 1e-9 for answer in told if len(answer))


@pytest.mark.parametrize("seed", range(6))
def test_all_equilibria_against_the_cases_of_the_derivation(seed):
    """Sympy's case by case solution of the same game is a second way to list them."""
    rng = np.random.default_rng(seed)
    game = coupled(rng, 2)
    found = gt.solve(game, "complementary_bases")
    texts = {}
    for i in range(2):
        a, b, c = int(game.hessians[i, i, i]), int(game.hessians[i, i, 1 - i]), int(game.linear[i, i])
        texts[f"p{i}"] = f"({a})*x{i}**2/2 + ({b})*x{i}*x{1 - i} + ({c})*x{i}"
    limits = {f"p{i}": [f"x{i} >= 0", f"x{i} <= 2"] for i in range(2)}
    cases = symbolic_equilibrium(texts, {f"p{i}": f"x{i}" for i in range(2)}, limits=limits).cases
    listed = {
        tuple(Fraction(str(case.equilibrium[f"x{i}"])) for i in range(2)) for case in cases if not case.conditions
    }
    if found.complete:
        assert {tuple(exact(equilibrium)) for equilibrium in found} == listed
    assert listed <= {tuple(exact(e)) for e in found if "exact" in e.certificate}


@pytest.mark.parametrize("seed", range(4))
def test_all_equilibria_against_a_grid(seed):
    """No profile of a fine grid is nearly an equilibrium without one of the list nearby."""
    game = coupled(np.random.default_rng(100 + seed), 3)
    found = gt.solve(game, "complementary_bases")
    assert all(equilibrium.regret < 1e-9 for equilibrium in found)
    points = np.array([profile(equilibrium) for equilibrium in found])
    grid = np.linspace(0, 2, 21)
    for x in product(grid, repeat=3):
        slope = -game.pseudo_gradient(np.array(x))
        gap = (np.maximum(slope, 0) * (2 - np.array(x)) + np.maximum(-slope, 0) * np.array(x)).max()
        if gap < 1e-9:
            assert found.complete is False or np.abs(points - x).max(axis=1).min() < 1e-9


def test_a_continuum_is_told_by_its_ends():
    game = gt.ContinuousGame.from_expressions(
        {"a": "-(x - y)**2/2", "b": "-(x - y)**2/2"}, {"a": {"x": (0, 1)}, "b": {"y": (0, 1)}}
    )
    found = gt.solve(game, "complementary_bases")
    assert not found.complete
    assert "not isolated" in found.finding
    points = {tuple(profile(equilibrium).round(9)) for equilibrium in found}
    assert {(0.0, 0.0), (1.0, 1.0)} <= points
    assert all(equilibrium.regret < 1e-9 for equilibrium in found)


def test_too_many_binding_sets_are_refused():
    with pytest.raises(InvalidInputError, match="at most 60000"):
        gt.solve(cournot([10.0] * 12), "complementary_bases")


def test_paths_of_complementarity_problems():
    rng = np.random.default_rng(5)
    for _ in range(60):
        n = int(rng.integers(1, 7))
        root = rng.integers(-3, 4, (n, n))
        skew = rng.integers(-3, 4, (n, n))
        matrix = fractions(root @ root.T + skew - skew.T)
        right = fractions(rng.integers(-5, 6, n))
        z = lemke_path(matrix, right)
        if z is not None:
            w = matrix @ np.array(z, dtype=object) + right
            assert min(z) >= 0
            assert min(w) >= 0
            assert all(a * b == 0 for a, b in zip(z, w, strict=True))
