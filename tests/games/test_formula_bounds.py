"""Bounds over boxes: never below a value, sharp at maxima, and intervals that hold every kind of function."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.formula_bounds import BoundedFormula, largest, proved_below
from gametrade.games.intervals import Intervals, NoBounds
from gametrade.games.polyhedron import Polyhedron
from gametrade.solvers.regret_bounds import regret_bounds

X, Y = sympy.symbols("x y", real=True)
FORMULAS = (
    sympy.exp(X) - X * Y,
    sympy.log(3 + X) * Y, sympy.sin(3 * X) + sympy.cos(Y), sympy.tanh(X - Y), sympy.Abs(X - Y) * Y,
    sympy.Max(0, X, Y - 1), sympy.Min(X, Y) ** 2, sympy.sqrt(4 + X + Y), (3 + X) ** sympy.Rational(1, 3) / (4 + Y),
    X**3 * Y - Y**2, sympy.Max(0, X - Y).diff(X) * Y, sympy.Abs(X).diff(X), sympy.Float(0.1) * X + sympy.tan(Y / 3),
)  # fmt: skip
ENDS = st.tuples(st.floats(-2, 2), st.floats(0, 1.5))


@settings(max_examples=60)
@given(st.sampled_from(FORMULAS), ENDS, ENDS, st.floats(0, 1), st.floats(0, 1))
def test_intervals_hold_every_value(formula, first, second, share, other):
    intervals = Intervals()
    box = {X: intervals.box(first[0], sum(first)), Y: intervals.box(second[0], sum(second))}
    found = intervals(formula, box)
    point = {X: sympy.Float(first[0] + share * first[1], 30), Y: sympy.Float(second[0] + other * second[1], 30)}
    value = float(formula.subs(point))
    if np.isfinite(value):
        assert float(found.a) - 1e-12 <= value <= float(found.b) + 1e-12


def test_what_has_no_interval_form_is_told():
    intervals = Intervals()
    for formula in (sympy.gamma(X), sympy.log(X), sympy.Abs(X).diff(X, 2), sympy.sqrt(X)):
        with pytest.raises(NoBounds):
            intervals(formula, {X: intervals.box(-1, 1)})


@settings(max_examples=8)
@given(st.lists(st.integers(-3, 3), min_size=5, max_size=5), st.booleans())
def test_the_bound_is_above_a_grid_and_near_its_best(numbers, limited):
    a, b, c, d, e = numbers
    formula = sympy.sin(a * X) + b * X * Y / 3 - c * Y**2 / 4 + sympy.exp(-d * X / 4) + e * Y / 2
    rows = ([[1.0, 1.0]], [1.0]) if limited else (None, None)
    points = Polyhedron.of([-1.0, -1.0], [1.0, 1.5], *rows)
    roof = largest(BoundedFormula(formula, [X, Y], points, np.zeros(2)), gap=1e-3)
    compiled = sympy.lambdify([X, Y], formula)
    xs, ys = np.meshgrid(np.linspace(-1, 1, 41), np.linspace(-1, 1.5, 41))
    allowed = xs + ys <= 1.0 if limited else np.ones_like(xs, dtype=bool)
    best = float(np.broadcast_to(compiled(xs, ys), xs.shape)[allowed].max())
    assert best <= roof.bound + 1e-12
    assert roof.bound <= roof.best + 2e-3
    assert points.violation(np.array(roof.at)) <= 1e-12
    assert proved_below(BoundedFormula(formula, [X, Y], points, np.array(roof.at)), roof.bound - roof.best + 1e-9)


def test_players_with_several_variables_have_proved_regrets():
    """log(1 + x) - x/2 + sqrt(1 + z) - z/3 is largest at x = 1, z = 5/4; a limit of 2 on both moves it."""

    def game(limits):
        return gt.ContinuousGame.from_expressions(
            {"a": "log(1 + x) - x/2 + sqrt(1 + z) - z/3", "b": "-(y - x)**2"},
            {"a": {"x": (0, 5), "z": (0, 5)}, "b": {"y": (0, 5)}},
            constraints=limits,
        )

    free = game([])
    x = np.array([1.0, 1.25, 1.0])
    bounds, certificate = regret_bounds(free, x)
    assert certificate["players"]["a"]["method"] == "intervals"
    assert bounds == pytest.approx([0, 0], abs=1e-9)
    worse = regret_bounds(free, np.array([0.0, 1.25, 1.0]))[0]
    assert worse == pytest.approx([np.log(2) - 0.5, 1.0], abs=1e-9)
    found = gt.solve(game(["x + z <= 2"]), "best_response")[0]
    slopes = [1 / (1 + found.strategies[0][0]) - 0.5, 0.5 / np.sqrt(1 + found.strategies[0][1]) - 1 / 3]
    assert slopes[0] == pytest.approx(slopes[1], abs=1e-6)
    assert found.regrets[0] <= 1e-8


def test_payoffs_that_are_not_concave_are_bounded_not_scanned():
    game = gt.ContinuousGame.from_expressions({"a": "sin(3*x) - x**2/5"}, {"a": {"x": (-2, 2)}})
    bounds, certificate = regret_bounds(game, np.array([-1.5]))
    part = certificate["players"]["a"]
    assert part["method"] == "intervals"
    assert part["proved"]
    grid = np.linspace(-2, 2, 100_001)
    assert bounds[0] == pytest.approx((np.sin(3 * grid) - grid**2 / 5).max() - (np.sin(-4.5) - 0.45), abs=1e-7)
