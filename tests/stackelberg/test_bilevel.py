"""Bilevel games: enumeration against the mixed-integer program and a grid of choices, ties, no feasible choice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import gametrade as gt
from gametrade.games.stackelberg import BilevelGame
from gametrade.solvers.kkt_milp import certified_bounds

WHOLE = st.integers(-4, 4).map(float)


@st.composite
def bilevel_games(draw, quadratic=None):
    """One leader variable, one or two of the follower, in boxes, with up to two more rows."""
    q, rows = draw(st.integers(1, 2)), draw(st.integers(0, 2))
    d = 1 + q

    def several(count):
        return [draw(WHOLE) for _ in range(count)]

    hessian = np.zeros((d, d))
    if draw(st.booleans()) if quadratic is None else quadratic:
        hessian[1:, 1:] = np.diag([draw(st.sampled_from([1.0, 2.0, 0.0])) for _ in range(q)])
        hessian[0, 1:] = hessian[1:, 0] = several(q)
    scale = draw(st.sampled_from([1.0, 1.0, 100.0]))
    return BilevelGame.of(
        {"linear": scale * np.array(several(d))},
        {
            "linear": scale * np.array(several(d)),
            "hessian": scale * hessian,
            "rows": np.array([several(d) for _ in range(rows)]).reshape(rows, d),
            "limits": [draw(st.integers(0, 6)) for _ in range(rows)],
        },
        n_leader=1,
        n_follower=q,
        bounds=[(-2.0, 3.0)] + [(-1.0, 2.0)] * q,
    )


def size_of(game):
    return 1 + np.abs(game.leader.linear).sum() * 3


@settings(max_examples=25)
@given(bilevel_games())
def test_enumeration_and_mixed_integer_program_agree(game):
    exact, milp = gt.solve(game, "active_sets"), gt.solve(game, "kkt_milp")
    assert len(exact) > 0
    assert milp[0].payoffs[0] == pytest.approx(exact[0].payoffs[0], abs=1e-7 * size_of(game))
    assert milp[0].regrets[0] <= 1e-6 * size_of(game)
    for answer in (*exact, *milp):
        assert answer.regrets[1] <= 1e-6 * size_of(game)
        assert answer.certificate["pessimistic"] >= answer.certificate["optimistic"] - 1e-7 * size_of(game)


@settings(max_examples=25)
@given(bilevel_games(quadratic=False))
def test_no_choice_of_a_grid_does_better(game):
    """The follower's program solved for many choices, then the leader's favourite among its best answers."""
    best = -gt.solve(game, "active_sets")[0].payoffs[0]
    own = slice(1, None)
    for x in np.linspace(-2.0, 3.0, 41):
        limits = game.follower_limits - game.follower_rows[:, 0] * x
        cost = game.follower.linear[own]
        first = linprog(cost, A_ub=game.follower_rows[:, own], b_ub=limits, bounds=(None, None))
        if first.status == 2:
            continue
        rows = np.vstack([game.follower_rows[:, own], cost])
        second = linprog(game.leader.linear[own], A_ub=rows, b_ub=np.append(limits, first.fun), bounds=(None, None))
        if second.status == 0:
            assert second.fun + game.leader.linear[0] * x >= best - 1e-6 * size_of(game)


@given(bilevel_games())
def test_multipliers_of_every_answer_are_within_the_certified_bounds(game):
    slacks, multipliers = certified_bounds(game)
    answer = gt.solve(game, "active_sets")[0]
    z = np.concatenate(answer.strategies)
    assert (game.follower_limits - game.follower_rows @ z <= slacks + 1e-9).all()
    assert (multipliers >= 0).all()
    assert np.isfinite(multipliers).all()


def test_without_bounds_no_big_m_is_certified():
    game = BilevelGame.of(
        {"linear": [1, 1]}, {"linear": [0, 1], "rows": [[-1, -1]], "limits": [0]}, n_leader=1, n_follower=1
    )
    with pytest.raises(gt.InvalidInputError, match="bounded"):
        gt.solve(game, "kkt_milp")
    endless = BilevelGame.of(
        {"linear": [1, 0]}, {"linear": [0, 1], "rows": [[0, -1]], "limits": [0]}, n_leader=1, n_follower=1
    )
    assert "without bound" in gt.solve(endless).finding


def test_no_feasible_choice_is_a_finding():
    game = BilevelGame.of(
        {"linear": [1, 1], "rows": [[0, 1]], "limits": [-5]},
        {"linear": [0, 1]},
        n_leader=1,
        n_follower=1,
        bounds=[(0, 1), (0, 1)],
    )
    for solver in ("active_sets", "kkt_milp"):
        answer = gt.solve(game, solver)
        assert not len(answer)
        assert answer.complete
        assert "No choice" in answer.finding


def test_bad_input_is_named():
    with pytest.raises(gt.InvalidInputError, match="convex"):
        BilevelGame.of({"linear": [1, 1]}, {"linear": [0, 1], "hessian": [[0, 0], [0, -1]]}, n_leader=1, n_follower=1)
    with pytest.raises(gt.InvalidInputError, match="shapes"):
        BilevelGame.of({"linear": [1]}, {"linear": [0, 1]}, n_leader=1, n_follower=1)
    with pytest.raises(gt.InvalidInputError, match="linear cost"):
        gt.solve(
            BilevelGame.of({"linear": [1, 1], "hessian": np.eye(2)}, {"linear": [0, 1]}, n_leader=1, n_follower=1),
            "kkt_milp",
        )
    wide = BilevelGame.of(
        {"linear": np.ones(20)}, {"linear": np.ones(20)}, n_leader=10, n_follower=10, bounds=[(0, 1)] * 20
    )
    with pytest.raises(gt.TooManyPlayersError, match="kkt_milp"):
        gt.solve(wide, "active_sets")
