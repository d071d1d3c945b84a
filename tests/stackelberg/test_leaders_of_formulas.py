"""Leaders whose payoffs are formulas or of bounded slope: bounds against grids and closed forms, proved again."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.verification import verify_document
from gametrade.games.stackelberg import StackelbergGame, leaders_of_formulas

RETAILER = {
    "variables": {"retailer": {"p": [0, 12]}},
    "payoffs": {"retailer": "(p - 1)*(x + y)"},
    "answers": {"x": "Max(0, 10 - p)", "y": "Max(0, 10*(4 - p))"},
    "followers": {
        "x": {"payoff": "10*x - x**2/2 - p*x", "between": [0, 50]},
        "y": {"payoff": "4*y - y**2/20 - p*y", "between": [0, 50]},
    },
}
TWO_PRICES = {
    "variables": {"retailer": {"p": [0, 12], "q": [0, 12]}},
    "payoffs": {"retailer": "(p - 1)*x + (q - 1)*y - c*(x + y)**2"},
    "answers": {"x": "Max(0, 10 - p + q/4)", "y": "Max(0, 10*(4 - q + p/8))"},
    "parameters": {"c": 0.05},
}


def outcomes(doc):
    return {outcome.id: outcome for outcome in verify_document(doc)}


def written(content, solver):
    return json.dumps(gt.analyse_equilibria(content, solver, properties=()).to_dict(), allow_nan=False)


@pytest.mark.parametrize("solver", ["leader_scan", "leader_boxes", "diagonalisation"])
def test_customers_who_drop_out_at_different_prices(solver):
    """34.568... at 61/22: 20.25 at 5.5 is a local maximum only."""
    doc = json.loads(written(RETAILER, solver))
    row = doc["equilibria"][0]
    assert row["strategies"]["retailer"]["values"] == pytest.approx([61 / 22], abs=1e-5)
    assert row["regrets"]["retailer"] <= 1e-3
    assert row["regrets"]["followers"] <= 1e-9
    found = outcomes(doc)
    for part in ("strategies", "payoffs", "regrets", "concept"):
        assert found[f"equilibrium 1/{part}"].outcome == "proved", found[f"equilibrium 1/{part}"]
    row["regrets"]["retailer"] = 0.0
    row["strategies"]["retailer"]["values"] = [5.5]
    row["strategies"]["followers"]["values"] = [4.5, 0.0]
    row["payoffs"]["retailer"] = 20.25
    assert outcomes(doc)["equilibrium 1/regrets"].outcome == "refuted"


def test_two_prices_are_bounded_by_boxes():
    doc = json.loads(written(TWO_PRICES, "leader_boxes"))
    game = leaders_of_formulas(TWO_PRICES["payoffs"], TWO_PRICES["variables"], TWO_PRICES["answers"],
                               parameters=TWO_PRICES["parameters"])  # fmt: skip
    best = doc["equilibria"][0]["payoffs"]["retailer"]
    grid = np.linspace(0, 12, 31)
    assert max(game.payoff(np.array([p, q])) for p in grid for q in grid) <= best
    assert doc["equilibria"][0]["regrets"]["retailer"] <= 1e-6
    found = outcomes(doc)
    assert found["equilibrium 1/regrets"].outcome == "proved"
    assert found["equilibrium 1/concept"].outcome == "not proved"
    doc["equilibria"][0]["strategies"]["retailer"]["values"] = [6.0, 6.0]
    doc["equilibria"][0]["strategies"]["followers"]["values"] = game.response(np.array([6.0, 6.0])).tolist()
    doc["equilibria"][0]["payoffs"]["retailer"] = game.payoff(np.array([6.0, 6.0]))
    assert outcomes(doc)["equilibrium 1/regrets"].outcome == "refuted"


@settings(max_examples=15)
@given(st.lists(st.floats(0.5, 9), min_size=3, max_size=3), st.sampled_from([1e-6, 1.0, 1e6]))
def test_a_bound_on_the_slope_bounds_waves(numbers, scale):
    """Sums of waves with many peaks: no point of a fine grid is above the bound, which is near the best found."""
    first, second, third = numbers

    def payoff(x, y):
        return scale * (np.sin(first * x[0]) + np.cos(second * x[0] + third) + y[0])

    game = StackelbergGame(
        ("leader",), (("x",),), (gt.Polyhedron.of([0.0], [4.0]),), (payoff,), lambda x: -x / 4,
        lipschitz=scale * (first + second + 0.25),
    )  # fmt: skip
    answer = gt.solve(game, "leader_scan", gap=1e-4)
    assert answer.complete
    bound = answer[0].payoffs[0] + answer[0].regrets[0]
    values = [game.payoff(np.array([x])) for x in np.linspace(0, 4, 2001)]
    assert max(values) <= bound + 1e-9 * scale
    assert answer[0].regrets[0] <= 1e-3 * scale
    assert answer[0].certificate["leaders"]["leader"]["method"] == "branch_and_bound"


def test_without_anything_that_bounds_the_payoff_a_scan_says_so():
    game = StackelbergGame(
        ("leader",), (("x",),), (gt.Polyhedron.of([0.0], [4.0]),), (lambda x, y: float(np.sin(x[0])),), lambda x: x
    )
    answer = gt.solve(game, "leader_scan")
    assert not answer.complete
    assert any("not proved" in note for note in answer[0].notes)


def test_a_follower_who_does_not_answer_its_best_is_seen():
    wrong = {**RETAILER, "answers": {"x": "Max(0, 9 - p)", "y": "Max(0, 10*(4 - p))"}}
    answer = gt.analyse_equilibria(wrong, "leader_scan", properties=()).solution
    assert answer[0].regrets[1] == pytest.approx(0.5, abs=1e-6)


def test_bad_input_is_named():
    sets = {"a": {"x": (0, 1)}}
    for wrong, says in (
        (lambda: leaders_of_formulas({"a": "x"}, {"b": {"x": (0, 1)}}, {"y": "x"}), "for every payoff"),
        (lambda: leaders_of_formulas({"a": "x"}, sets, {"x": "x"}), "own names"),
        (lambda: leaders_of_formulas({"a": "x"}, {"a": {"x": (0, np.inf)}}, {"y": "x"}), "finite bounds"),
        (lambda: leaders_of_formulas({"a": "x*z"}, sets, {"y": "x"}), r"\['z'\]"),
        (lambda: StackelbergGame(("a",), (("x",),), (gt.Polyhedron.of([0], [1]),), (lambda x, y: 0.0,), lambda x: x,
                                 lipschitz=-1.0), "lipschitz"),
    ):  # fmt: skip
        with pytest.raises(gt.InvalidInputError, match=says):
            wrong()
    pair = leaders_of_formulas({"a": "x*z", "b": "z"}, {"a": {"x": (0, 1)}, "b": {"z": (0, 1)}}, {"y": "x"})
    with pytest.raises(gt.InvalidInputError, match="one leader"):
        gt.solve(pair, "leader_boxes")
    two = leaders_of_formulas({"a": "x*z"}, {"a": {"x": (0, 1), "z": (0, 1)}}, {"y": "x"})
    with pytest.raises(gt.InvalidInputError, match="leader_boxes"):
        gt.solve(two, "leader_scan")
    with pytest.raises(gt.UnknownNameError, match="constraints"):
        gt.analyse_equilibria({**RETAILER, "constraints": []})
