"""How equilibria move: differences against closed forms, kinks and jumps."""

from __future__ import annotations

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.closed_forms import closed_form
from gametrade.analysis.comparative_statics import comparative_statics, parameters_of

CHARGE = {"intercepts": [0.5], "slopes": [0.1], "usage_charge": [0.06], "import_price": 0.60, "export_price": 0.08}


@pytest.mark.parametrize("seed", range(6))
def test_differences_agree_with_the_closed_form_of_random_duopolies(seed):
    """Prices p, q with demand A - 2p + sq: derivatives by sympy beside central differences."""
    rng = np.random.default_rng(seed)
    scale = float(10.0 ** rng.integers(-3, 4))
    numbers = {"A": scale * rng.uniform(5, 20), "c": scale * rng.uniform(0.5, 2), "s": rng.uniform(0.1, 1.5)}
    numbers = {name: round(float(value), 9) for name, value in numbers.items()}
    top = 100 * scale
    data = {
        "variables": {"a": {"p": [0, top]}, "b": {"q": [0, top]}},
        "payoffs": {"a": "(A - 2*p + s*q)*(p - c)", "b": "(A - 3*q + s*p)*(q - c)"},
        "parameters": numbers,
    }
    letters = closed_form(data, gt.analyse_equilibria(data, parameters=[]).solution[0])
    assert letters is not None
    for name in numbers:
        moves = comparative_statics("formulas", data, f"parameters.{name}")
        for k, variable in enumerate("pq"):
            exact = letters.derivative(variable, name)
            assert abs(moves.derivatives[k] - exact) <= max(3 * moves.errors[k], 1e-7 * abs(exact))


def test_a_leader_between_its_limits_moves_as_its_closed_form():
    """p* = (a - tau + export price) / 2, so demand falls by half of the charge over b."""
    for name, by_price, by_energy in (
        ("usage_charge", -0.5, -5.0),
        ("export_price", 0.5, -5.0),
        ("intercepts", 0.5, 5.0),
    ):
        moves = comparative_statics("usage_charge", CHARGE, name)
        assert moves.names[:2] == ("prosumer: price", "followers: follower 1")
        assert moves.derivatives[:2] == pytest.approx([by_price, by_energy], rel=1e-6)
        assert not moves.finding


def test_the_price_at_which_the_grid_begins_to_bind_is_a_kink():
    """Below the cap the import price does nothing, at the cap the leader follows it one to one."""
    at_cap = {**CHARGE, "import_price": 0.26 + 0.06}
    moves = comparative_statics("usage_charge", at_cap, "import_price")
    assert "kink" in moves.finding
    assert [moves.below[0], moves.above[0]] == pytest.approx([1.0, 0.0], abs=1e-6)
    assert comparative_statics("usage_charge", CHARGE, "import_price").derivatives[0] == pytest.approx(0.0, abs=1e-9)


def test_a_leader_between_two_equal_optima_jumps():
    """At one cost two prices are equally good: serve one customer or both."""

    def build(data):
        from gametrade.games.stackelberg import PriceLeaderGame

        return PriceLeaderGame([10.0, data["second"]], [1.0, 0.1], unit_cost=1.0)

    low, high = 1.0, 4.0
    for _ in range(60):
        middle = (low + high) / 2
        both = gt.solve(build({"second": middle}))[0].strategies[0][0] < 5
        low, high = (low, middle) if both else (middle, high)
    moves = comparative_statics(build, {"second": high}, "second")
    assert "jumps" in moves.finding


def test_what_may_move_and_what_may_not():
    assert parameters_of({"system": "x", "n": 3, "a": 0.5, "b": [0.5, 1], "label": "x", "c": float("inf")}) == [
        "a",
        "b",
    ]
    assert parameters_of({"variables": {}, "parameters": {"c": 1.0}}) == ["parameters.c"]
    with pytest.raises(gt.UnknownNameError, match="Did you mean 'slopes'"):
        comparative_statics("usage_charge", CHARGE, "slope")
    with pytest.raises(gt.InvalidInputError, match="finite numbers"):
        comparative_statics("usage_charge", {**CHARGE, "leader": "Ada"}, "leader")
    with pytest.raises(gt.UnknownNameError):
        comparative_statics("usage_charge", CHARGE, "slopes.7")
    one = comparative_statics("usage_charge", CHARGE, "slopes.0")
    assert one.value == 0.1


def test_an_equilibrium_at_a_limit_has_no_closed_form():
    data = {
        "variables": {"a": {"x": [0, 1]}, "b": {"y": [0, 1]}},
        "payoffs": {"a": "x*(p - x - y)", "b": "y*(p - x - y)"},
        "parameters": {"p": 9.0},
    }
    assert gt.analyse_equilibria(data).closed_form is None
