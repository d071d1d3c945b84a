"""Leaders with several variables who fear ties: against the curves of one variable, grids, closed forms, proofs."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.stackelberg import BilevelGame
from gametrade.solvers.pessimistic_regions import WorstCost
from tests.stackelberg.test_bilevel import bilevel_games, size_of

WHOLE = st.integers(-3, 3).map(float)


def two_prices(limit=None, cap=0.5):
    """Prices for two buyers who take 2 and 3 kWh up to 0.5 and 0.25 a kWh; a kWh costs 0.125."""
    trade = np.zeros((4, 4))
    for k in range(2):
        trade[k, 2 + k] = trade[2 + k, k] = 1.0
    rows = {} if limit is None else {"rows": [[0, 0, 1, 1]], "limits": [limit]}
    return BilevelGame.of(
        {"linear": [0, 0, 0.125, 0.125], "hessian": -trade},
        {"linear": [0, 0, -0.5, -0.25], "hessian": trade, **rows},
        n_leader=2,
        n_follower=2,
        bounds=[(0, cap), (0, cap), (0, 2), (0, 3)],
    )


@st.composite
def wide_games(draw):
    """Two variables of the leader, one or two of the follower, sometimes a constraint of the leader on an answer."""
    q = draw(st.integers(1, 2))
    d = 2 + q

    def several(count):
        return [draw(WHOLE) for _ in range(count)]

    hessian = np.zeros((d, d))
    if draw(st.booleans()):
        hessian[2:, 2:] = np.diag([draw(st.sampled_from([1.0, 0.0])) for _ in range(q)])
        hessian[:2, 2:] = np.array([several(q) for _ in range(2)])
        hessian[2:, :2] = hessian[:2, 2:].T
    rows = [several(d)] if draw(st.booleans()) else []
    mine = {"rows": [[0.0, 0.0, *several(q)]], "limits": [1.0]} if draw(st.booleans()) else {}
    return BilevelGame.of(
        {"linear": several(d), **mine},
        {"linear": several(d), "hessian": hessian, "rows": np.array(rows).reshape(-1, d), "limits": [3.0] * len(rows)},
        n_leader=2,
        n_follower=q,
        bounds=[(-1.0, 1.0), (-1.0, 2.0)] + [(-1.0, 1.0)] * q,
    )


@settings(max_examples=15)
@given(bilevel_games(quadratic=False))
def test_one_variable_gives_the_bound_of_the_curves(game):
    answer = gt.solve(game, "pessimistic_leader")
    found = WorstCost(game).least()
    assert str(found.bound) == answer[0].certificate["bound"]
    assert (found.edge is None) == answer[0].certificate["attained"]


@settings(max_examples=12)
@given(wide_games())
def test_no_choice_of_a_grid_is_better_and_the_bound_is_approached(game):
    worst = WorstCost(game)
    found = worst.least()
    grid = [
        (Fraction(a, 4), Fraction(b, 4)) for a, b in product(range(-4, 5), range(-4, 9))
    ]  # fmt: skip
    costs = [worst.at(x)[-1][0] for x in grid if worst.allowed(x)]
    if found is None:
        assert not costs
        return
    assert all(cost >= found.bound for cost in costs)
    assert worst.allowed(found.choice)
    here = worst.at(found.choice)[-1][0]
    assert found.bound <= here <= found.bound + Fraction(1, 10**4)
    assert (here == found.bound) or found.edge is not None


@settings(max_examples=10)
@given(wide_games())
def test_answers_of_the_regions_are_the_faces_of_best_answers(game):
    """The dearest and the cheapest best answer to a choice, by enumeration in floats."""
    from gametrade.solvers.bilevel_faces import worst_answer

    worst = WorstCost(game)
    for x in ((Fraction(0), Fraction(0)), (Fraction(1, 2), Fraction(-1, 4))):
        here = worst.at(x)
        if here:
            answer = [float(f[0] + f[1] * x[0] + f[2] * x[1]) for f in here[0][1].answer]
            z = np.array([float(x[0]), float(x[1]), *answer])
            assert float(here[-1][0]) == pytest.approx(worst_answer(game, z)[0], abs=1e-7 * size_of(game))


def test_a_seller_asks_each_a_little_less():
    """At most 0.375 * 2 + 0.125 * 3; where 4 kWh are to be had, the dear buyer comes first."""
    for limit, profit in ((None, 1.125), (4.0, 1.0)):
        answer = gt.solve(two_prices(limit), "pessimistic_leader")
        assert answer[0].certificate["bound"] == str(-Fraction(profit))
        assert answer[0].concept == "epsilon Stackelberg, pessimistic"
        assert "approached" in answer.finding
        assert 0 < answer[0].regrets[0] <= 1e-5
        assert gt.solve(two_prices(limit), "active_sets")[0].payoffs[0] == pytest.approx(profit)


def test_where_nobody_is_indifferent_the_least_worst_cost_is_attained():
    answer = gt.solve(two_prices(cap=0.2), "pessimistic_leader")
    assert answer[0].concept == "Stackelberg, pessimistic"
    assert answer[0].payoffs[0] == pytest.approx(0.075 * 5)
    assert answer[0].regrets[0] == pytest.approx(0, abs=1e-15)


def test_what_is_refused_is_named():
    bent = BilevelGame.of(
        {"linear": [0, 0, 1], "hessian": np.diag([1.0, 0, 0])}, {"linear": [0, 0, 1]},
        n_leader=2, n_follower=1, bounds=[(0, 1)] * 3,
    )  # fmt: skip
    with pytest.raises(gt.InvalidInputError, match="affine along every answer"):
        gt.solve(bent, "pessimistic_leader")
    endless = BilevelGame.of(
        {"linear": [1, 1, 1]}, {"linear": [0, 0, 1]}, n_leader=2, n_follower=1, bounds=[(0, 1), (0, np.inf), (0, 1)]
    )
    with pytest.raises(gt.InvalidInputError, match="x2 of the leader"):
        gt.solve(endless, "pessimistic_leader")
    none = BilevelGame.of(
        {"linear": [1, 1, 1], "rows": [[0, 0, 1]], "limits": [-5]}, {"linear": [0, 0, 1]},
        n_leader=2, n_follower=1, bounds=[(0, 1)] * 3,
    )  # fmt: skip
    answer = gt.solve(none, "pessimistic_leader")
    assert answer.complete
    assert not len(answer)
