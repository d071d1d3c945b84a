"""The relaxation method agrees with the optimality conditions, and says when it does not end."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from tests.solvers.continuous_games import INF, bertrand, cournot, profile


@given(st.floats(10, 100), st.floats(1, 5), st.floats(0, 0.9), st.floats(0, 9), st.floats(0, 9))
def test_differentiated_prices(a, b, share, c0, c1):
    game = bertrand(a, b, share * b, (c0, c1))
    relaxed, exact = (profile(gt.solve(game, name)[0]) for name in ("nikaido_isoda", "linear_quadratic"))
    assert relaxed == pytest.approx(exact, abs=1e-7)


@given(st.lists(st.floats(0, 60), min_size=1, max_size=2), st.floats(20, 80))
def test_a_shared_limit_gets_the_same_price_as_the_optimality_conditions(costs, limit):
    n = len(costs)
    shared = gt.Polyhedron.of([-INF] * n, [INF] * n, np.ones((1, n)), [limit])
    game = cournot(costs, shared=shared)
    relaxed, exact = (gt.solve(game, name)[0] for name in ("nikaido_isoda", "linear_quadratic"))
    assert profile(relaxed) == pytest.approx(profile(exact), abs=1e-6)
    assert relaxed.concept == "variational"
    if abs(profile(exact).sum() - limit) > 1e-6 or exact.certificate["shared_prices"][0] > 1e-3:
        assert relaxed.certificate["shared_prices"] == pytest.approx(exact.certificate["shared_prices"], abs=1e-5)


def test_no_end_is_said():
    stuck = gt.solve(cournot([1.0] * 5), "nikaido_isoda", relaxation=1.0, max_rounds=50)
    assert len(stuck) == 0
    assert "No end after 50 rounds: the joint gain" in stuck.finding
    with pytest.raises(gt.InvalidInputError, match=r"relaxation .* \(0, 1\]"):
        gt.solve(cournot([1.0]), "nikaido_isoda", relaxation=2)
