"""The leader's bound in fractions: against enumeration, with every leaf proved, and refused where nothing proves it."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.verification import verify_document
from gametrade.games.stackelberg import BilevelGame
from gametrade.registry import systems
from gametrade.solvers.complementarity_tree import leaf_bounds, least_cost
from gametrade.solvers.follower_conditions import INFINITE, FollowerConditions
from tests.stackelberg.test_bilevel import bilevel_games, size_of

WHOLE = st.integers(-3, 3).map(float)


@st.composite
def revenues(draw):
    """One or two prices for two buyers with blocks of energy, at any scale; convex costs of the leader on top."""
    prices, scale = draw(st.integers(1, 2)), draw(st.sampled_from([1.0, 1e-6, 1e6]))
    worth = [draw(st.integers(0, 4)) for _ in range(2)]
    trade = np.zeros((prices + 2, prices + 2))
    for buyer in range(2):
        price = min(buyer, prices - 1)
        trade[price, prices + buyer] = trade[prices + buyer, price] = 1.0
    own = np.diag([*[float(draw(st.integers(0, 1)))] * prices, 0.0, 0.0])
    return BilevelGame.of(
        {"linear": scale * np.array([0.0] * prices + [float(draw(st.integers(0, 1)))] * 2), "hessian": own - trade},
        {"linear": scale * np.array([0.0] * prices + [-float(w) for w in worth]), "hessian": trade},
        n_leader=prices,
        n_follower=2,
        bounds=[(0.0, 5.0 * scale)] * prices + [(0.0, 2.0), (0.0, float(draw(st.integers(0, 3))))],
    )


@settings(max_examples=15)
@given(bilevel_games())
def test_the_bound_is_what_enumeration_finds(game):
    proof = least_cost(game)
    cost = -gt.solve(game, "active_sets")[0].payoffs[0]
    assert float(proof.bound) == pytest.approx(cost, abs=1e-7 * size_of(game))


@settings(max_examples=10)
@given(revenues())
def test_revenues_become_linear_in_the_multipliers(game):
    proof = least_cost(game)
    answer = gt.solve(game, "active_sets")[0]
    size = 10 * float(np.abs(game.leader_limits).max())
    assert float(proof.bound) == pytest.approx(-answer.payoffs[0], abs=1e-9 * size)
    assert answer.certificate["exact"] == str(proof.bound)
    assert answer.regrets[0] <= 1e-9 * size


@settings(max_examples=10)
@given(bilevel_games(), st.data())
def test_leaves_cover_everything_and_a_changed_leaf_proves_no_more(game, data):
    proof, conditions = least_cost(game), FollowerConditions.of(game)
    bounds = list(leaf_bounds(conditions, proof.tree))
    assert min(bounds) == proof.bound
    assert len(bounds) == proof.leaves
    leaf = proof.tree
    while "row" in leaf:
        leaf = leaf[data.draw(st.sampled_from(["binding", "idle"]))]
    where = data.draw(st.integers(0, len(leaf["multipliers"]) - 1))
    changed = Fraction(leaf["multipliers"][where]) + data.draw(st.sampled_from([-1, 1, Fraction(1, 7)]))
    leaf["multipliers"][where] = str(changed)
    after = list(leaf_bounds(conditions, proof.tree))
    assert None in after or min(after) <= proof.bound


def test_nothing_feasible_is_proved_by_farkas():
    game = BilevelGame.of(
        {"linear": [1, 1], "rows": [[0, 1]], "limits": [-5]},
        {"linear": [0, 1]},
        n_leader=1,
        n_follower=1,
        bounds=[(0, 1), (0, 1)],
    )
    proof = least_cost(game)
    assert proof.bound is None
    assert set(leaf_bounds(FollowerConditions.of(game), proof.tree)) == {INFINITE}


def test_costs_that_stay_concave_and_those_that_fall_for_ever_are_not_bounded():
    concave = BilevelGame.of(
        {"linear": [0, 0], "hessian": [[-1, 0], [0, 0]]},
        {"linear": [0, 1]},
        n_leader=1,
        n_follower=1,
        bounds=[(-1, 2), (0, 1)],
    )
    assert least_cost(concave) is None
    answer = gt.solve(concave, "active_sets")[0]
    assert answer.payoffs[0] == pytest.approx(2.0)
    assert answer.certificate["tree"] is None
    assert any("no exact bound" in note for note in answer.notes)
    endless = BilevelGame.of(
        {"linear": [-1, 0]}, {"linear": [0, 1], "rows": [[0, -1]], "limits": [0]}, n_leader=1, n_follower=1
    )
    assert least_cost(endless) is None


def test_reports_prove_the_optimistic_optimum_and_refute_what_is_changed():
    content = {"system": "step_buyers", **systems.get("step_buyers").traits["example"]}
    text = json.dumps(gt.analyse_equilibria(content, properties=()).to_dict(), allow_nan=False)

    def regrets(doc):
        return {one.id: one for one in verify_document(doc)}["equilibrium 1/regrets"]

    assert regrets(json.loads(text)).outcome == "proved"
    for change in (
        lambda row: row["certificate"]["tree"]["binding"]["multipliers"].__setitem__(0, "1/3"),
        lambda row: row["certificate"].__setitem__("tree", {"point": None, "multipliers": []}),
        lambda row: row["certificate"]["tree"].pop("idle"),
        lambda row: row["certificate"]["tree"].__setitem__("row", 99),
    ):
        doc = json.loads(text)
        change(doc["equilibria"][0])
        assert regrets(doc).outcome == "refuted"
    doc = json.loads(text)
    doc["equilibria"][0]["certificate"]["tree"] = None
    assert regrets(doc).outcome == "not proved"
