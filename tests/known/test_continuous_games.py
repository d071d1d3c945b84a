"""Published continuous games: their equilibria, by every solver that fits."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.uniqueness import contraction, is_p_matrix, monotonicity, rosen_weights
from gametrade.games.concavity import concavity_witness
from gametrade.solvers.regret_bounds import regret_bounds
from tests.solvers.continuous_games import INF, profile

FOLDERS = [parent / "shared" / "known_values" for parent in Path(__file__).resolve().parents]
FILE = next((folder / "noncooperative.json" for folder in FOLDERS if folder.is_dir()), None)
ENTRIES = {entry["id"]: entry for entry in json.loads(FILE.read_text())["entries"]} if FILE else {}
needs_file = pytest.mark.skipif(not ENTRIES, reason="the known values are not here")
GENERAL = ("best_response", "extragradient", "golden_ratio")
QUADRATIC = (*GENERAL, "linear_quadratic")


def close(entry, found, exact):
    assert profile(found) == pytest.approx(exact, abs=max(entry["tolerance"], 1e-6))
    assert found.regret < 1e-6


def linear_cournot(data):
    intercept, _, slope = data["inverse_demand"].removeprefix("P=").removesuffix("Q").partition("-")
    names = [f"q{i}" for i in range(len(data["c"]))]
    price = f"({intercept} - {slope or 1}*({'+'.join(names)}))"
    payoffs = {f"f{i}": f"{q}*({price} - {c})" for i, (q, c) in enumerate(zip(names, data["c"], strict=True))}
    return gt.ContinuousGame.from_expressions(payoffs, {f"f{i}": {q: (0, INF)} for i, q in enumerate(names)})


@needs_file
@pytest.mark.parametrize("solver", [*QUADRATIC, "potential_maximum"])
@pytest.mark.parametrize("name", ["cournot_asymmetric", "cournot_dropout"])
def test_cournot(name, solver):
    entry = ENTRIES[name]
    close(entry, gt.solve(linear_cournot(entry["data"]), solver)[0], entry["answer"]["q"])


@needs_file
@pytest.mark.parametrize("solver", QUADRATIC)
def test_differentiated_bertrand(solver):
    entry = ENTRIES["bertrand_differentiated_duopoly"]
    first, second = entry["data"]["c"]
    game = gt.ContinuousGame.from_expressions(
        {"a": f"(p - {first})*(100 - 2*p + q)", "b": f"(q - {second})*(100 - 2*q + p)"},
        {"a": {"p": (0, 200)}, "b": {"q": (0, 200)}},
    )
    found = gt.solve(game, solver)[0]
    close(entry, found, entry["answer"]["p"])
    assert found.payoffs == pytest.approx(entry["answer"]["profit"], abs=1e-4)


@needs_file
@pytest.mark.parametrize("solver", QUADRATIC)
def test_hotelling(solver):
    entry = ENTRIES["hotelling"]
    game = gt.ContinuousGame.from_expressions(
        {"a": "(p - c)*(1/2 + (q - p)/(2*t))", "b": "(q - c)*(1/2 + (p - q)/(2*t))"},
        {"a": {"p": (0, 50)}, "b": {"q": (0, 50)}},
        parameters={"c": entry["data"]["c"], "t": 3},
    )
    found = gt.solve(game, solver)[0]
    close(entry, found, entry["answer"]["p"])
    assert found.payoffs == pytest.approx(entry["answer"]["profit"], abs=1e-6)


COSTS, SLOPES, POWERS = (10, 8, 6, 4, 2), (5, 5, 5, 5, 5), (1.2, 1.1, 1.0, 0.9, 0.8)


def oligopoly(limit=None):
    """Five firms of Murphy, Sherali and Soyster: P = (5000/Q)^(1/1.1), convex costs."""
    total = "+".join(f"x{i}" for i in range(5))
    payoffs = {
        f"f{i}": f"x{i}*5000**(10/11)*({total})**(-10/11) - ({c}*x{i} + {b}/({b}+1)*{k}**(-1/{b})*x{i}**(({b}+1)/{b}))"
        for i, (c, k, b) in enumerate(zip(COSTS, SLOPES, POWERS, strict=True))
    }
    shared = [f"{total} <= {limit}"] if limit else []
    sets = {f"f{i}": {f"x{i}": (0.5, 150)} for i in range(5)}
    return gt.ContinuousGame.from_expressions(payoffs, sets, constraints=shared)


@needs_file
@pytest.mark.parametrize("solver", GENERAL)
def test_the_five_firm_oligopoly(solver):
    entry = ENTRIES["cournot_mss1982"]
    game = oligopoly()
    assert concavity_witness(game) is None
    found = gt.solve(game, solver)[0]
    assert profile(found) == pytest.approx(entry["answer"]["x"], abs=1e-5)
    assert found.regret < 1e-4
    assert profile(found).sum() == pytest.approx(entry["answer"]["total"], abs=1e-5)


@needs_file
def test_homogeneous_bertrand_is_limit_pricing_and_each_bound_says_how_little_is_left():
    entry = ENTRIES["bertrand_homogeneous"]
    low, high = entry["data"]["c"]
    demand, eps = 100 - high, 1e-9
    payoffs = (
        lambda x: (x[0] - low) * (100 - x[0]) * (x[0] <= x[1]),
        lambda x: (x[1] - high) * (100 - x[1]) * (x[1] < x[0]),
    )
    sets = (gt.Polyhedron.of([0.0], [100.0]),) * 2
    game = gt.ContinuousGame(("a", "b"), (("p",), ("q",)), payoffs, None, sets)
    x = np.array(entry["answer"]["price"] * np.ones(2))
    bounds, certificate = regret_bounds(game, x)
    assert game.payoff(x) == pytest.approx(entry["answer"]["profit"])
    assert bounds == pytest.approx([0, 0], abs=eps * demand)
    assert not certificate["players"]["a"]["proved"]


@needs_file
def test_linear_supply_functions():
    """Each chooses the slope of its supply; the payoff is not concave, so the interval is scanned."""
    entry = ENTRIES["linear_sfe"]
    price = "10/(1 + s + t)"
    game = gt.ContinuousGame.from_expressions(
        {"a": f"s*({price})**2 - (s*{price})**2/2", "b": f"t*({price})**2 - (t*{price})**2/2"},
        {"a": {"s": (0, 5)}, "b": {"t": (0, 5)}},
    )
    found = gt.solve(game, "best_response")[0]
    close(entry, found, [entry["answer"]["beta"]] * 2)
    assert 10 / (1 + profile(found).sum()) == pytest.approx(entry["answer"]["price_for_N_10"], abs=1e-6)


@needs_file
def test_leaders_without_an_equilibrium_end_in_the_published_cycle():
    entry = ENTRIES["epec_pang_fukushima"]
    follower = "Max(0, 1 - x - y)"
    game = gt.ContinuousGame.from_expressions(
        {"a": f"-(x/2 + {follower})", "b": f"y/2 + {follower}"}, {"a": {"x": (0, 1)}, "b": {"y": (0, 1)}}
    )
    solution = gt.solve(game, "best_response", start=[0.9, 0.2])
    assert len(solution) == 0
    assert len(solution.cycle) >= 2
    assert "no equilibrium was reached" in solution.finding
    ends = {tuple(float(part[0]) for part in point) for point in solution.cycle}
    published = {tuple(point) for point in entry["answer"]["cycle"]}
    assert {tuple(round(value, 6) for value in point) for point in ends} == published


def test_harker():
    game = gt.ContinuousGame.from_expressions(
        {"a": "-(x**2 + 8*x*y/3 - 34*x)", "b": "-(y**2 + 5*x*y/4 - 97*y/4)"},
        {"a": {"x": (0, 10)}, "b": {"y": (0, 10)}},
        constraints=["x + y <= 15"],
    )
    for solver in ("linear_quadratic", "extragradient", "golden_ratio"):
        found = gt.solve(game, solver)[0]
        assert found.concept == "variational"
        assert profile(found) == pytest.approx([5, 9], abs=1e-6)
        assert found.regret < 1e-6
    other = gt.solve(game, "best_response", start=[9.5, 5.5])[0]
    assert other.concept == "generalized Nash (arbitrary)"
    assert other.regret < 1e-9
    assert profile(other) != pytest.approx([5, 9], abs=0.1)


def river_basin():
    """Three polluters of a river under two limits."""
    pollution = {"a": (0.10, 0.01), "b": (0.12, 0.05), "c": (0.15, 0.01)}
    payoffs = {
        player: f"(3 - 0.01*(x1 + x2 + x3) - {first} - {second}*x{k})*x{k}"
        for k, (player, (first, second)) in enumerate(pollution.items(), 1)
    }
    return gt.ContinuousGame.from_expressions(
        payoffs,
        {player: {f"x{k}": (0, 1000)} for k, player in enumerate(payoffs, 1)},
        constraints=["3.25*x1 + 1.25*x2 + 4.125*x3 <= 100", "2.2915*x1 + 1.5625*x2 + 2.8125*x3 <= 100"],
    )


def test_the_river_basin():
    game = river_basin()
    for solver in ("linear_quadratic", "extragradient", "golden_ratio"):
        found = gt.solve(game, solver)[0]
        assert profile(found) == pytest.approx([21.144796, 16.027853, 2.725963], abs=1e-6)
        assert found.concept == "variational"
        assert found.certificate["shared_prices"] == pytest.approx([0.574360, 0], abs=1e-6)
        assert found.regret < 1e-6


def test_duopoly_gap_function():
    game = gt.ContinuousGame.from_expressions(
        {"a": "x*(16 - x - y)", "b": "y*(16 - x - y)"}, {"a": {"x": (-10, 10)}, "b": {"y": (-10, 10)}}
    )
    assert regret_bounds(game, np.array([5.0, 5.0]))[0].sum() == pytest.approx(0.5)
    assert regret_bounds(game, np.zeros(2))[0].sum() == pytest.approx(128)
    assert profile(gt.solve(game)[0]) == pytest.approx([16 / 3] * 2)


@needs_file
@pytest.mark.parametrize("name", [name for name in ENTRIES if name.startswith("cert_")])
def test_certificates_of_uniqueness(name):
    entry = ENTRIES[name]
    matrix, answer = np.array(entry["data"]["pseudo_gradient_jacobian"]), entry["answer"]
    assert monotonicity(matrix) == pytest.approx(answer["min_eig_sym"], abs=1e-9)
    assert is_p_matrix(matrix) == answer["P_matrix"]
    assert contraction(matrix, np.arange(2)) == pytest.approx(answer["br_spectral_radius"], abs=1e-9)
    weights, margin = rosen_weights(matrix, np.arange(2))
    assert (margin > 0) == answer["P_matrix"]
    if "rosen_weights" in answer:
        r = np.array(answer["rosen_weights"])
        assert monotonicity(r[:, None] * matrix) == pytest.approx(answer["min_eig_weighted"], abs=1e-9)
    if margin > 0:
        assert monotonicity(weights[:, None] * matrix) > 0
