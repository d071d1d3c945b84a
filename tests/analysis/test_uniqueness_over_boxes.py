"""Uniqueness of games that are not quadratic: arguments against exact matrices and roots, two equilibria, proofs."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.interval_jacobian import IntervalJacobian, definite_with, p_matrices, where_equilibria_are
from gametrade.analysis.two_equilibria import Enclosure, holds_one
from gametrade.analysis.uniqueness import determinant, is_p_matrix, monotonicity
from gametrade.analysis.verification import verify_document

UNIT = {"a": {"x": [-1.0, 1.0]}, "b": {"y": [-1.0, 1.0]}}
GAMES = {
    "rosen": ({"a": "-exp(x) + x - 1.5*x*y", "b": "-y**4/9 - y**2/2 + y - x*y/8"}, UNIT, "diagonal strict concavity"),
    "skewed": ({"a": "-x**4/9 - x**2/2 - 4*x*y", "b": "-y**2/2 + 3*x*y - cos(y)/9"}, UNIT, "diagonal strict concavity"),
    "local": (
        {"a": "log(1 + x) - x/3 - x*y/20", "b": "log(1 + y) - y/4 - x*y/20"},
        {"a": {"x": [0.0, 5.0]}, "b": {"y": [0.0, 5.0]}},
        "P-matrix where equilibria can be",
    ),
    "three": ({"a": "tanh(3*y)*x - x**2/2", "b": "tanh(3*x)*y - y**2/2"}, UNIT, "two equilibria"),
    "corners": ({"a": "x*y - x**4/8", "b": "x*y - y**4/8"}, UNIT, "two equilibria"),
}  # fmt: skip


def described(name):
    payoffs, variables, _ = GAMES[name]
    return {"payoffs": payoffs, "variables": variables}


def game_of(name):
    payoffs, variables, _ = GAMES[name]
    return gt.ContinuousGame.from_expressions(payoffs, variables)


@pytest.mark.parametrize("name", GAMES)
def test_the_argument_and_its_proof(name):
    doc = gt.analyse_equilibria(described(name), "best_response", properties=("unique_equilibrium",)).to_dict()
    doc = json.loads(json.dumps(doc, allow_nan=False))
    claim = doc["claims"][0]
    assert claim["holds"] == (name not in ("three", "corners"))
    assert claim["certificate"]["arguments"][0]["argument"] == GAMES[name][2]
    found = {one.id: one for one in verify_document(doc)}["game/unique_equilibrium"]
    assert found.outcome == "proved", found


def test_what_is_changed_is_refuted():
    changes = {
        "rosen": lambda row: row.__setitem__("weights", [1.0, 1e4]),
        "local": lambda row: row.__setitem__("within", [[4.0, 5.0], [4.0, 5.0]]),
        "three": lambda row: row.__setitem__("equilibria", row["equilibria"][:1] * 2),
    }
    for name, change in changes.items():
        doc = gt.analyse_equilibria(described(name), "best_response", properties=("unique_equilibrium",)).to_dict()
        change(doc["claims"][0]["certificate"]["arguments"][0])
        found = {one.id: one for one in verify_document(json.loads(json.dumps(doc)))}["game/unique_equilibrium"]
        assert found.outcome == "refuted", (name, found)


def test_equilibria_of_the_game_with_three_are_roots():
    """x = tanh(3 tanh(3 x)): 0 and two of opposite signs."""
    pair = gt.check(game_of("three"), "unique_equilibrium").certificate["arguments"][0]["equilibria"]
    for row in pair:
        x, y = row["near"]
        assert x == pytest.approx(np.tanh(3 * y), abs=1e-8)
        assert y == pytest.approx(np.tanh(3 * x), abs=1e-8)
    jacobian = IntervalJacobian(game_of("three"))
    assert not holds_one(game_of("three"), jacobian, Enclosure((0.5, 0.5), 1e-3))
    assert not holds_one(game_of("three"), jacobian, Enclosure((0.9999, 0.99), 1e-1))


@settings(max_examples=40)
@given(st.lists(st.integers(-4, 4), min_size=9, max_size=9), st.lists(st.integers(0, 2), min_size=9, max_size=9))
def test_interval_matrices_pass_only_if_their_corners_do(numbers, widths):
    """If a test says yes, matrices drawn between the bounds have the property, in exact arithmetic."""
    low = np.array(numbers, dtype=float).reshape(3, 3) + 3 * np.eye(3)
    high = low + np.array(widths).reshape(3, 3) / 4
    rng = np.random.default_rng(0)
    inside = [np.where(rng.random((3, 3)) < 0.5, low, high) for _ in range(20)]
    if p_matrices(low, high) is not None:
        assert all(is_p_matrix(matrix) for matrix in inside)
    for weights in ([1.0, 1.0, 1.0], [1.0, 4.0, 0.5]):
        if definite_with(weights)(low, high) is not None:
            assert all(monotonicity(np.array(weights)[:, None] * matrix) > 0 for matrix in inside)


def test_single_matrices_are_decided_by_all_minors():
    skew = np.array([[1.0, 5.0], [-5.0, 1.0]])
    assert p_matrices(skew, skew) is not None
    assert p_matrices(skew, skew + 0.01) is not None
    turned = np.array([[1.0, 2.0], [2.0, 1.0]])
    assert determinant([[Fraction(1), Fraction(2)], [Fraction(2), Fraction(1)]]) < 0
    assert p_matrices(turned, turned) is None


def test_boxes_that_are_left_hold_the_equilibria():
    jacobian = IntervalJacobian(game_of("three"))
    hull = list(where_equilibria_are(jacobian))[-1]
    assert all(low <= -0.99490 and high >= 0.99490 for low, high in hull)


def test_shared_constraints_are_decided_by_definiteness_alone():
    game = gt.ContinuousGame.from_expressions(
        {"a": "log(1 + x) - x*y/20", "b": "log(1 + y) - x*y/20"},
        {"a": {"x": (0, 2)}, "b": {"y": (0, 2)}},
        constraints=["x + y <= 3"],
    )
    verdict = gt.check(game, "unique_equilibrium")
    assert verdict.holds
    assert [row["argument"] for row in verdict.certificate["arguments"]] == ["diagonal strict concavity"]
    assert "normalised" in verdict.statement


def test_what_stays_open_says_so():
    open_ended = gt.ContinuousGame.from_expressions({"a": "log(1 + x) - x"}, {"a": {"x": (0, np.inf)}})
    assert "no bounds" in gt.check(open_ended, "unique_equilibrium").certificate["why"]
    flat = gt.ContinuousGame.from_expressions({"a": "-(x - y)**4", "b": "-(x - y)**4"}, UNIT)
    verdict = gt.check(flat, "unique_equilibrium")
    assert verdict.holds is None
    assert "evidence" in verdict.certificate["why"]


def test_quadratic_games_without_an_argument_are_listed():
    rivals = {"payoffs": {"a": "x - x**2/2 - 2*x*y", "b": "y - y**2/2 - 2*x*y"},
              "variables": {"a": {"x": [0, 1]}, "b": {"y": [0, 1]}}}  # fmt: skip
    doc = gt.analyse_equilibria(rivals, "complementary_bases", properties=("unique_equilibrium",)).to_dict()
    claim = doc["claims"][0]
    assert claim["holds"] is False
    assert claim["certificate"]["arguments"][0]["exact"] == [["0", "1"], ["1/3", "1/3"], ["1", "0"]]
    found = {one.id: one for one in verify_document(json.loads(json.dumps(doc)))}["game/unique_equilibrium"]
    assert found.outcome == "proved"
    claim["certificate"]["arguments"][0]["exact"] = [["0", "1"], ["1/2", "1/3"]]
    found = {one.id: one for one in verify_document(json.loads(json.dumps(doc)))}["game/unique_equilibrium"]
    assert found.outcome == "refuted"
    same = gt.ContinuousGame.from_expressions(
        {"a": "-(x - y)**2/2", "b": "-(x - y)**2/2"}, {"a": {"x": (-1, 1)}, "b": {"y": (-1, 1)}}
    )
    assert gt.check(same, "unique_equilibrium").holds is not True


WELFARE = {
    "rivals": {
        "payoffs": {"a": "x*(10 - x - y) - x**3/50", "b": "y*(10 - x - y) - y**3/40"},
        "variables": {"a": {"x": [0, 10]}, "b": {"y": [0, 10]}},
    },
    "strangers": {
        "payoffs": {"a": "log(1 + x) - x/3", "b": "sqrt(1 + y) - y/4"},
        "variables": {"a": {"x": [0, 5]}, "b": {"y": [0, 8]}},
    },
    "limited": {
        "payoffs": {"a": "log(1 + x) - x*y/9", "b": "log(1 + y) - x*y/8"},
        "variables": {"a": {"x": [0, 5]}, "b": {"y": [0, 8]}},
        "constraints": ["x + y <= 6"],
    },
}


@pytest.mark.parametrize("name", WELFARE)
def test_the_price_of_anarchy_of_formulas_against_a_grid(name):
    asked = ("price_of_anarchy", "price_of_stability")
    study = gt.analyse_equilibria(WELFARE[name], properties=asked)
    verdict = study["price_of_anarchy"]
    best, most = verdict.certificate["optimum"], verdict.certificate["optimum_at_most"]
    grid = [np.array([x, y]) for x in np.linspace(0, 5, 41) for y in np.linspace(0, 8, 41)]
    reached = max(study.game.payoff(x).sum() for x in grid if study.game.feasible.violation(x) <= 0)
    assert reached <= most + 1e-9
    assert most == pytest.approx(best, abs=1e-6)
    assert verdict.holds == (name == "strangers")
    assert verdict.margin == pytest.approx(study.solution[0].payoffs.sum() - best)
    found = {one.id: one for one in verify_document(json.loads(json.dumps(study.to_dict(), allow_nan=False)))}
    proved = "game/price_of_stability" if name == "strangers" else "game/price_of_anarchy"
    assert found[proved].outcome == "proved", found[proved]
    assert not [one for one in found.values() if one.outcome == "refuted"]


def test_kinds_without_a_price_of_anarchy_say_why():
    from gametrade.registry import systems

    for name, why in (("shared_facility", "followers"), ("step_buyers", "costs"), ("multiclass_energy", "owner")):
        game = {"system": name, **systems.get(name).traits["example"]}
        study = gt.analyse_equilibria(game, properties=("price_of_anarchy", "price_of_stability"))
        assert why in study.skipped["price_of_anarchy"]
        assert "not known" in study.skipped["price_of_stability"]
