"""Several leaders by a potential: closed forms, kinks, against turns of replies, and games without one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.stackelberg import StackelbergGame
from gametrade.games.stackelberg.leaders_game import leaders_game


def firms(intercept, costs, follower_cost, high=20.0, room=np.inf):
    """Leaders in quantities over one follower with a capacity, inverse demand a - Q."""
    n = len(costs)

    def answer(x):
        return np.clip((intercept - follower_cost - x.sum(keepdims=True)) / 2, 0.0, room)

    def kinks(leader, x):
        others = x.sum() - x[leader]
        return np.array([intercept - follower_cost - others, intercept - follower_cost - 2 * room - others])

    return StackelbergGame(
        tuple(f"leader {k}" for k in range(n)),
        tuple((f"x{k}",) for k in range(n)),
        (gt.Polyhedron.of([0.0], [high]),) * n,
        tuple((lambda x, y, k=k: x[k] * (intercept - x.sum() - y[0] - costs[k])) for k in range(n)),
        answer,
        kinks=kinks,
        between="quadratic",
    )


@settings(max_examples=15)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=3), st.integers(0, 4), st.sampled_from([1e-6, 1.0, 1e6]))
def test_leaders_sell_what_the_formula_says(costs, follower_cost, scale):
    """Inside the region: x_i = (n + 1) B_i / (n + 1) with B_i = (a + c_f) - 2 c_i less the mean of the others."""
    a, n = 30.0, len(costs)
    game = firms(a * scale, [c * scale for c in costs], follower_cost * scale, high=20.0 * scale)
    found = gt.solve(game, "leader_potential")
    each = np.array([a + follower_cost - 2 * c for c in costs], dtype=float)
    wanted = np.maximum(0, each - each.sum() / (n + 1))
    assert np.concatenate(found[0].strategies[:-1]) == pytest.approx(wanted * scale, abs=1e-6 * scale)
    assert found[0].regrets[:-1].max() <= 1e-6 * np.abs(found[0].payoffs[:-1]).max()
    assert gt.check(leaders_game(game), "exact_potential").holds


@settings(max_examples=10)
@given(st.integers(1, 9))
def test_a_follower_that_is_full_is_another_region(room):
    """Either the answer agrees with turns of global replies, or a reply in another region is named."""
    game = firms(30.0, [0.0, 0.0], 0.0, room=float(room))
    found, turns = gt.solve(game, "leader_potential"), gt.solve(game, "diagonalisation")
    if len(found):
        ends = [np.concatenate(e.strategies[:-1]) for e in turns]
        assert any(np.abs(end - np.concatenate(found[0].strategies[:-1])).max() <= 1e-5 for end in ends)
    else:
        assert "another region" in found.finding


def test_a_leader_without_potential_is_refused_by_name():
    game = StackelbergGame(
        ("a", "b"),
        (("x",), ("y",)),
        (gt.Polyhedron.of([0.0], [1.0]),) * 2,
        (lambda x, y: x[0] * (1 - x[0] - y[0]), lambda x, y: x[1] * (1 - x[1] + 2 * y[0])),
        lambda x: x.sum(keepdims=True) / 2,
        between="quadratic",
    )
    assert not gt.check(leaders_game(game), "exact_potential").holds
    with pytest.raises(gt.InvalidInputError, match=r"exact potential.*a's x.*b's y|exact potential.*b's y.*a's x"):
        gt.solve(game, "leader_potential")


def test_a_shape_that_is_not_quadratic_is_refused():
    game = StackelbergGame(
        ("a",), (("x",),), (gt.Polyhedron.of([0.0], [1.0]),), (lambda x, y: float(np.sin(9 * x[0])),), lambda x: x
    )
    with pytest.raises(gt.InvalidInputError, match="around of leaders_game must be 1 choices"):
        leaders_game(game, [1.0, 2.0])
    wavy = StackelbergGame(
        ("a",), (("x",),), (gt.Polyhedron.of([0.0], [1.0]),),
        (lambda x, y: float(np.sin(1e5 * x[0])),), lambda x: x,
    )  # fmt: skip
    with pytest.raises(gt.InvalidInputError, match="must be quadratic near"):
        leaders_game(wavy)


@pytest.mark.parametrize("share", [1e-5, 1e-3, 1e-2])
def test_payoffs_that_are_almost_quadratic_are_solved_and_not_taken_as_such(share):
    """Two leaders over a follower, each with a quartic beside x (12 - Q) / 2: 6 - 3 x / 2 = 4 c (x - 2)^3."""
    game = StackelbergGame(
        ("a", "b"), (("x",), ("y",)), (gt.Polyhedron.of([0.0], [6.0]),) * 2,
        tuple((lambda x, y, k=k: float(x[k] * (12 - x.sum() - y[0]) - share * (x[k] - 2) ** 4)) for k in range(2)),
        lambda x: np.maximum(0.0, (12 - x.sum(keepdims=True)) / 2),
    )  # fmt: skip
    found = gt.solve(game, "leader_potential")[0]
    for own in found.strategies[:-1]:
        exact = max(np.roots([-4 * share, 24 * share, -48 * share - 1.5, 32 * share + 6]), key=lambda z: -abs(z.imag))
        assert own[0] == pytest.approx(exact.real, abs=1e-4)
