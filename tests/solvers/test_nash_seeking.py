"""Players without a model come near the equilibrium that a model gives."""

from __future__ import annotations

import pytest

import gametrade as gt
from tests.solvers.continuous_games import profile


@pytest.mark.parametrize(("cross", "cost"), [(0.5, 0.0), (0.2, 0.3), (-0.4, 0.1)])
def test_differentiated_prices_are_found_to_the_order_of_the_amplitude(cross, cost):
    game = gt.ContinuousGame.from_expressions(
        {"a": "(p - c)*(1 - p + g*q)", "b": "q*(1 - q + g*p)"},
        {"a": {"p": (0, 3)}, "b": {"q": (0, 3)}},
        parameters={"g": cross, "c": cost},
    )
    exact = profile(gt.solve(game)[0])
    found = gt.solve(game, "nash_seeking", amplitude=0.02, gain=0.1)[0]
    assert profile(found) == pytest.approx(exact, abs=0.04)
    assert found.concept == "Nash (approximate)"
    assert 0 < found.regret < 0.01


@pytest.mark.parametrize("energy", [1e-6, 1.0, 1e3])
@pytest.mark.parametrize("money", [1e-4, 1.0, 1e6])
def test_other_units_of_energy_and_money_change_nothing(energy, money):
    price = money / energy
    game = gt.ContinuousGame.from_expressions(
        {"a": "(p - c)*(w - b*p + b*q/2)", "b": "q*(w - b*q + b*p/2)"},
        {"a": {"p": (0, 3 * price)}, "b": {"q": (0, 3 * price)}},
        parameters={"c": 0.3 * price, "w": energy, "b": energy / price},
    )
    exact = profile(gt.solve(game)[0]) / price
    found = gt.solve(game, "nash_seeking", rounds=6000)[0]
    assert profile(found) / price == pytest.approx(exact, abs=0.003)
    assert found.regret <= 1e-4 * money


def test_what_it_refuses_and_what_it_does_not_call_an_end():
    game = gt.ContinuousGame.from_expressions({"a": "-(p - 50)**2"}, {"a": {"p": (0, 90)}})
    for gain in (1e-3, 0.02):
        early = gt.solve(game, "nash_seeking", rounds=80, amplitude=0.01, gain=gain)
        assert len(early) == 0
        assert "no equilibrium was reached" in early.finding
    with pytest.raises(gt.InvalidInputError, match="must be positive"):
        gt.solve(game, "nash_seeking", gain=0)
    tied = gt.ContinuousGame.from_expressions(
        {"a": "-p**2 - q**2"}, {"a": {"p": (0, 1), "q": (0, 1)}}, constraints=["p + q <= 1"]
    )
    with pytest.raises(gt.InvalidInputError, match="needs bounds only"):
        gt.solve(tied, "nash_seeking")
