"""Games that cannot be solved and numbers that make no sense: one sentence each, and no bound that is not one."""

from __future__ import annotations

import numpy as np
import pytest

import gametrade as gt
from gametrade.registry import systems
from gametrade.solvers.regret_bounds import box_gains, regret_bounds

UNIT = (gt.Polyhedron.of([0.0], [1.0]),) * 2
ITERATIONS = {"extragradient": "max_steps", "golden_ratio": "max_steps", "best_response": "max_rounds",
              "nikaido_isoda": "max_rounds", "nash_seeking": "rounds"}  # fmt: skip


def with_payoff(payoff, gradients=None):
    return gt.ContinuousGame(("a", "b"), (("x",), ("y",)), (payoff, lambda x: -((x[1] - x[0]) ** 2)), gradients, UNIT)


def cournot():
    return gt.ContinuousGame.from_expressions(
        {"a": "x*(90 - x - y)", "b": "y*(80 - x - y)"}, {"a": {"x": (0, 90)}, "b": {"y": (0, 90)}}
    )


@pytest.mark.parametrize("solver", ["best_response", "extragradient", None])
def test_an_endless_payoff_has_no_regret_bound(solver):
    """log(1 + x) rises for ever: wherever an iteration stops, the regret there is infinite."""
    game = gt.ContinuousGame.from_expressions(
        {"a": "log(1 + x)", "b": "-y**2"}, {"a": {"x": (0, np.inf)}, "b": {"y": (0, 1)}}
    )
    found = gt.solve(game, solver)[0]
    assert found.regrets[0] == np.inf
    assert any("no bound" in note for note in found.notes)
    assert regret_bounds(game, np.array([1e5, 0.0]))[0][0] == np.inf


def test_gains_on_boxes_without_an_end():
    low, high = np.array([-np.inf, 0.0, -1.0, 0.0]), np.array([0.0, np.inf, 1.0, np.inf])
    gains = box_gains(np.array([0.0, 1e-9, 1.0, 2.0]), low, high, np.array([0.0, 0.0, 0.0, 1.0]))
    assert gains.tolist() == [0.0, np.inf, 1.0, 2.0]


@pytest.mark.parametrize(
    ("payoff", "says"),
    [
        (lambda x: np.nan if x[0] > 0.5 else x[0] - x[0] ** 2, "profile"),
        (lambda x: 1 / 0, "ZeroDivisionError"),
        (lambda x: x, "return a number"),
        (lambda x: None, "return a number"),
    ],
)
@pytest.mark.parametrize("solver", ["best_response", "extragradient", "golden_ratio", "nash_seeking"])
def test_payoffs_that_are_no_numbers_name_the_profile(payoff, says, solver):
    with pytest.raises(gt.InvalidInputError, match=says) as told:
        gt.solve(with_payoff(payoff), solver)
    assert "profile" in str(told.value)
    assert " of a " in str(told.value)


def test_gradients_of_another_shape_are_refused():
    slopes = (lambda x: np.zeros(3), lambda x: np.array([2 * (x[0] - x[1])]))
    with pytest.raises(gt.InvalidInputError, match="gradient of a must have 1"):
        gt.solve(with_payoff(lambda x: -(x[0] ** 2), slopes), "extragradient")


@pytest.mark.parametrize("solver", ITERATIONS)
def test_iterations_take_a_step_and_say_when_they_did_not_end(solver):
    option = ITERATIONS[solver]
    for wrong in (0, -1):
        with pytest.raises(gt.InvalidInputError, match=f"{option} of {solver} must be at least 1"):
            gt.solve(cournot(), solver, **{option: wrong})
    short = gt.solve(cournot(), solver, **{option: 2})
    assert not len(short)
    assert not short.complete
    assert short.finding


def test_tolerances_are_numbers():
    for wrong in (-1.0, float("nan")):
        with pytest.raises(gt.InvalidInputError, match="tolerance of extragradient"):
            gt.solve(cournot(), "extragradient", tolerance=wrong)


def test_one_round_of_admm_is_no_answer():
    name = "building_sharing"
    game = systems.get(name).function(**systems.get(name).traits["example"])
    short = gt.solve(game, "exchange_admm", max_rounds=1)
    assert not len(short)
    assert short.finding


def test_constraints_and_parameters_are_finite():
    with pytest.raises(gt.InvalidInputError, match="rows of a strategy set"):
        gt.Polyhedron.of([0.0], [1.0], [[np.nan]], [1.0])
    with pytest.raises(gt.InvalidInputError, match="limits of a strategy set"):
        gt.Polyhedron.of([0.0], [1.0], [[1.0]], [np.inf])
    with pytest.raises(gt.InvalidInputError, match="parameter p"):
        gt.ContinuousGame.from_expressions({"a": "p*x"}, {"a": {"x": (0, 1)}}, parameters={"p": np.nan})


def test_a_payoff_flat_at_its_best_is_no_accident():
    """The slope of a quartic is 0 in all its first three derivatives: the zero is found all the same."""
    game = gt.ContinuousGame.from_expressions(
        {"a": "-(x - y)**4", "b": "-(x + y - 1)**4"}, {"a": {"x": (-1, 1)}, "b": {"y": (-1, 1)}}
    )
    found = gt.solve(game, "best_response", max_rounds=200, start=[0.9, 0.4], simultaneous=True, damping=0.5)
    assert np.concatenate(found[0].strategies) == pytest.approx([0.5, 0.5], abs=1e-3)
