"""Lotteries that nobody disobeys, and none better."""

from __future__ import annotations

import itertools
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

import gametrade as gt
from tests.solvers.finite_games import fractions_of, normal_form_games

any_players = normal_form_games(players=(1, 3), most_actions=3, scales=(1.0, 0.1, 1e8))


def lottery(equilibrium):
    return {tuple(r["actions"]): Fraction(r["probability"]) for r in equilibrium.certificate["joint"]}


def gain_by_definition(game, joint, player, told, other):
    """What a player gains in expectation by playing one action where another is recommended."""
    total = Fraction(0)
    for where, probability in joint.items():
        if where[player] == told:
            changed = (*where[:player], other, *where[player + 1 :])
            table = game.payoffs[player]
            total += probability * (Fraction(float(table[changed])) - Fraction(float(table[where])))
    return total


def best_by_another_solver(game, egalitarian):
    """The optimum in floats by scipy, payoffs scaled."""
    scale = np.abs(game.payoffs).max() or 1.0
    profiles = list(itertools.product(*map(range, game.shape)))
    rows = []
    for player, size in enumerate(game.shape):
        for told, other in itertools.permutations(range(size), 2):
            point = [float(gain_by_definition(game, {w: Fraction(1)}, player, told, other)) / scale for w in profiles]
            rows.append([*point, 0.0])
    pay = [[float(table[w]) / scale for w in profiles] for table in game.payoffs]
    rows += [[*(-p for p in row), 1.0] for row in pay]
    cost = [0.0] * len(profiles) + [-1.0] if egalitarian else [-sum(c) for c in zip(*pay, strict=True)] + [0.0]
    bounds = [(0, None)] * len(profiles) + [(None, None)]
    found = linprog(cost, rows, [0.0] * len(rows), [[1.0] * len(profiles) + [0.0]], [1.0], bounds)
    return -found.fun * scale


@given(any_players, st.sampled_from(["welfare", "egalitarian"]))
def test_nobody_disobeys_and_nothing_is_better(game, objective):
    (found,) = gt.solve(game, "correlated_equilibrium", objective=objective)
    joint = lottery(found)
    assert sum(joint.values()) == 1
    assert min(joint.values()) > 0
    for player, size in enumerate(game.shape):
        for told, other in itertools.permutations(range(size), 2):
            assert gain_by_definition(game, joint, player, told, other) <= 0
    got = found.payoffs.min() if objective == "egalitarian" else found.payoffs.sum()
    scale = np.abs(game.payoffs).max() or 1.0
    assert got == pytest.approx(best_by_another_solver(game, objective == "egalitarian"), abs=1e-6 * scale)
    for row, strategy in zip(game.shape, found.strategies, strict=True):
        assert strategy.shape == (row,)
        assert strategy.sum() == pytest.approx(1)


@given(normal_form_games())
def test_at_least_as_good_as_every_equilibrium(game):
    best = Fraction(0) + sum(map(Fraction, gt.solve(game, "correlated_equilibrium")[0].certificate["payoffs"]))
    for equilibrium in gt.solve(game, "vertex_enumeration"):
        payoffs, _ = game.exact_payoffs_and_regrets(fractions_of(equilibrium))
        assert sum(payoffs) <= best


@given(any_players)
def test_multipliers_prove_the_best_welfare(game):
    certificate = gt.solve(game, "correlated_equilibrium")[0].certificate
    best = sum(map(Fraction, certificate["payoffs"]))
    for where in itertools.product(*map(range, game.shape)):
        bound = sum(Fraction(float(table[where])) for table in game.payoffs)
        for player, told, other, price in certificate["multipliers"]:
            assert Fraction(price) > 0
            bound -= Fraction(price) * gain_by_definition(game, {where: Fraction(1)}, player, told, other)
        assert bound <= best


@pytest.mark.parametrize("objective", ["welfare", "egalitarian"])
def test_large_games_in_floats_have_regrets_of_rounding_size(monkeypatch, objective):
    monkeypatch.setattr(sys.modules["gametrade.solvers.correlated_equilibrium"], "WHOLE_ENTRIES", 0)
    game = gt.NormalFormGame(np.random.default_rng(2).random((3, 4, 4, 4)))
    found = gt.solve(game, "correlated_equilibrium", objective=objective)
    assert "by HiGHS" in found.finding
    assert 0 <= found[0].regret < 1e-9
    monkeypatch.undo()
    exact = gt.solve(game, "correlated_equilibrium", objective=objective)
    assert exact[0].regret == 0
    pick = np.min if objective == "egalitarian" else np.sum
    assert pick(found[0].payoffs) == pytest.approx(pick(exact[0].payoffs), abs=1e-8)


def test_an_objective_that_is_not_there():
    with pytest.raises(gt.InvalidInputError, match="objective of correlated_equilibrium"):
        gt.solve(gt.NormalFormGame.bimatrix(np.eye(2)), "correlated_equilibrium", objective="mine")
