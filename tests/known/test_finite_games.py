"""Published finite games: equilibria, potentials, prices of anarchy and populations, exactly."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import gametrade as gt
from gametrade.games.evolutionary import EvolutionaryGame

FILE = Path(__file__).resolve().parents[2].parent / "shared" / "known_values" / "noncooperative.json"
ENTRIES = json.loads(FILE.read_text(encoding="utf-8"))["entries"] if FILE.exists() else []
KNOWN = {entry["id"]: entry for entry in ENTRIES}
pytestmark = pytest.mark.skipif(not ENTRIES, reason="the file of published problems is not on this machine")


def exactly(value):
    """A published number as a fraction; decimals of thirds are thirds."""
    return Fraction(value) if isinstance(value, str) else Fraction(value).limit_denominator(1000)


def profiles(solution):
    return [[[Fraction(p) for p in row] for row in e.certificate["strategies"]] for e in solution]


@pytest.mark.parametrize("name", ["matrix_von_stengel_3", "matrix_shapley"])
@pytest.mark.parametrize("solver", ["vertex_enumeration", "support_enumeration"])
@pytest.mark.parametrize("scale", [1.0, 2.0**-30, 2.0**31])
def test_matrix_games(name, solver, scale):
    data, answer = KNOWN[name]["data"], KNOWN[name]["answer"]
    game = gt.NormalFormGame.bimatrix(np.array(data["A"]) * scale, np.array(data["B"]) * scale)
    published = [answer["ne"]] if answer.get("unique") else answer["ne"]
    expected = [[[exactly(p) for p in row] for row in profile] for profile in published]
    solution = gt.solve(game, solver)
    assert solution.complete
    assert sorted(profiles(solution)) == sorted(expected)
    if "payoff" in answer:
        assert solution[0].payoffs == pytest.approx(np.array(answer["payoff"]) * scale, rel=1e-12)
    for label in range(sum(game.shape)):
        assert profiles(gt.solve(game, "lemke_howson", label=label))[0] in expected


def test_fictitious_play_goes_round_in_shapleys_game():
    data = KNOWN["matrix_shapley"]["data"]
    solution = gt.solve(gt.NormalFormGame.bimatrix(data["A"], data["B"]), "fictitious_play", start=(0, 1))
    assert "goes round through 6 profiles" in solution.finding


def test_cournot_on_a_grid_is_an_exact_potential_game():
    known = KNOWN["potential_cournot"]
    costs, grid = known["data"]["c"], range(0, 61, 5)
    labels = [[str(q) for q in grid]] * 3

    def profit(profile):
        quantities = [int(q) for q in profile]
        return [(100 - sum(quantities) - c) * q for c, q in zip(costs, quantities, strict=True)]

    game = gt.NormalFormGame.from_function(["a", "b", "c"], labels, profit)
    verdict = gt.check(game, "exact_potential", exact=True)
    assert verdict.holds
    potential = [Fraction(value) for value in np.array(verdict.certificate["potential"]).ravel().tolist()]
    where = np.unravel_index(potential.index(max(potential)), game.shape)
    assert [5 * k for k in where] == known["answer"]["argmax"]
    assert float(max(potential)) == pytest.approx(known["answer"]["phi_at_max"], abs=1e-6)
    assert game.exact_regrets([[Fraction(int(k == w)) for k in range(13)] for w in where]) == [0, 0, 0]
    assert not gt.check(game, "supermodular").holds


@pytest.mark.parametrize(("bridge", "key"), [(True, "nash_with_edge"), (False, "nash_without")])
def test_braess(bridge, key):
    answer = KNOWN["poa_braess"]["answer"]

    def minus_time(state):
        first, second, both = [*state[0], 0.0][:3]
        return [[-(first + both) - 1, -1 - (second + both), -(first + 2 * both + second)][: 3 if bridge else 2]]

    routes = ("s-v-t", "s-w-t", "s-v-w-t")[: 3 if bridge else 2]
    game = EvolutionaryGame(("drivers",), (routes,), minus_time, unit="h")
    found = gt.solve(game, horizon=1e5, epsilon=1e-3)[0]
    assert -found.payoffs[0] == pytest.approx(answer[key], abs=1e-4)
    equilibrium = [[0.0, 0.0, 1.0]] if bridge else [[0.5, 0.5]]
    assert game.regrets(equilibrium).tolist() == [0.0]
    assert -game.averages(equilibrium)[0] == answer[key]
    if bridge:
        shares = np.linspace(0, 1, 101)
        split = [[p, q, 1 - p - q] for p in shares for q in shares if p + q <= 1]
        assert min(-game.averages([row])[0] for row in split) == pytest.approx(answer["opt"], abs=1e-6)


def test_braess_with_two_drivers():
    """Two atomic drivers of half the traffic each: the bridge is dominant, and costs both."""
    routes = [("sv", "vt"), ("sw", "wt"), ("sv", "vw", "wt")]

    def minus_time(profile):
        used = [routes[int(route)] for route in profile]
        load = {edge: sum(edge in route for route in used) / 2 for route in routes for edge in route}
        time = {"sv": load["sv"], "wt": load["wt"], "vt": 1.0, "sw": 1.0, "vw": 0.0}
        return [-sum(time[edge] for edge in route) for route in used]

    game = gt.NormalFormGame.from_function(["one", "two"], [["0", "1", "2"]] * 2, minus_time)
    assert gt.check(game, "exact_potential", exact=True)
    anarchy = gt.check(game, "price_of_anarchy", equilibria="vertex_enumeration")
    answer = KNOWN["poa_braess"]["answer"]
    assert anarchy.certificate["ratio"] == pytest.approx(answer["nash_with_edge"] / answer["opt"], abs=1e-12)


def test_proportional_shares():
    known = KNOWN["proportional_allocation"]
    worth, bids = known["data"]["a"], known["answer"]["bids"]
    grid = sorted({*np.linspace(0.02, 1, 50).tolist(), *bids})
    w, v = np.meshgrid(grid, grid, indexing="ij")
    first, second = worth[0] * w / (w + v), worth[1] * v / (w + v)
    game = gt.NormalFormGame.bimatrix(first - w, second - v)
    (found,) = gt.solve(game, "pure_equilibria", epsilon=1e-12)
    assert [grid[k] for k in found.certificate["actions"]] == bids
    i, j = found.certificate["actions"]
    assert first[i, j] + second[i, j] == pytest.approx(known["answer"]["welfare"], abs=1e-9)
    assert (first[i, j] + second[i, j]) / max(worth) == pytest.approx(known["answer"]["ratio"], abs=1e-9)


def test_rock_paper_scissors():
    known = KNOWN["evo_rps"]
    game = EvolutionaryGame.from_matrix(known["data"]["matrix"])
    solution = gt.solve(game, start=[known["data"]["x0"]], horizon=known["data"]["T"])
    assert not len(solution)
    for step in solution.trace:
        assert np.prod(step["shares"][0]) == pytest.approx(known["answer"]["value"], abs=1e-9)
    (rest,) = gt.solve(game, "rest_points")
    assert rest.strategies[0] == pytest.approx(known["answer"]["ne"])
    assert not gt.check(game, "evolutionarily_stable").holds
