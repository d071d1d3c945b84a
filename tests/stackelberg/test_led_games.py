"""One player of any game in the lead: tables against brute force, functions against quadratic games and formulas."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.studies.seller_leader import seller_leader
from gametrade.games.continuous import Formulas
from gametrade.games.stackelberg.led_game import led_game
from gametrade.games.stackelberg.reply_boxes import ReplyBoxes
from gametrade.solvers.best_response import best_response
from gametrade.solvers.regret_bounds import regret_bounds


def stable(table, leader, where):
    """Whether no follower gains by another action, profile by profile."""
    for i, size in enumerate(table.shape[1:]):
        others = [(*where[:i], other, *where[i + 1 :]) for other in range(size)]
        if i != leader and max(table[(i, *other)] for other in others) > table[(i, *where)]:
            return False
    return True


@given(st.integers(0, 2**32 - 1), st.sampled_from([(2, 2), (3, 4), (1, 3), (2, 3, 2)]), st.sampled_from([1e-9, 1, 1e9]))
@settings(max_examples=60)
def test_tables_as_brute_force_answers_them(seed, shape, scale):
    """Few different payoffs, so that followers tie."""
    table = scale * np.random.default_rng(seed).integers(0, 4, (len(shape), *shape)).astype(float)
    game, leader = gt.NormalFormGame(table), seed % len(shape)
    answers = [[] for _ in range(shape[leader])]
    for where in itertools.product(*map(range, shape)):
        if stable(table, leader, where):
            answers[where[leader]].append(table[(leader, *where)])
    found = gt.solve(seller_leader(game, [game.players[leader]]))
    if not any(answers):
        assert not len(found)
        assert "without randomising" in found.finding
        return
    best, sure = max(max(a) for a in answers if a), max(min(a) for a in answers if a)
    assert found[0].payoffs[leader] == best
    assert found[-1].payoffs[leader] == sure
    assert found.complete == (len(shape) == 2)
    for one in found:
        where = tuple(int(row.argmax()) for row in one.strategies)
        assert stable(table, leader, where)
        assert one.concept == "Stackelberg" or best != sure or not one.regret
    for name in ("nobody", "player 9"):
        with pytest.raises(gt.UnknownNameError):
            seller_leader(game, [name])
    if max(map(len, answers)) == 1:
        assert {one.concept for one in found} == {"Stackelberg"}


def by_general_route(game, leader, payoffs):
    """The game as if nothing was known of its shape but its formulas."""
    x, y = sympy.symbols("x y")
    formulas = Formulas(tuple(sympy.nsimplify(sympy.sympify(one), rational=True) for one in payoffs), (x, y))
    plain = gt.ContinuousGame(
        game.players, game.variables, game.payoffs, None, game.sets, concave=True, formulas=formulas
    )
    return led_game(
        plain, leader, lambda left: np.concatenate(best_response(left)[0].strategies),
        lambda left, y: regret_bounds(left, y)[0],
    )  # fmt: skip


@pytest.mark.parametrize(("leader", "scale"), [("a", 1024), ("b", 1 / 1024)])
def test_the_general_route_agrees_with_the_quadratic_one(leader, scale):
    payoffs = {"a": f"x*({9 * scale} - x - y)", "b": f"y*({8 * scale} - y - x/2)"}
    ends = {"a": {"x": (0, 8 * scale)}, "b": {"y": (0, 3 * scale)}}
    game = gt.ContinuousGame.from_expressions(payoffs, ends)
    exact = gt.solve(seller_leader(game, [leader]), "leader_scan")[0]
    found = gt.solve(by_general_route(game, leader, payoffs.values()), "leader_scan", gap=1e-5)
    assert found.complete
    assert found[0].payoffs[0] == pytest.approx(exact.payoffs[0], rel=1e-7)
    assert found[0].payoffs[0] <= exact.payoffs[0] + found[0].regrets[0] <= (1 + 1e-3) * exact.payoffs[0]
    assert found[0].strategies[0] == pytest.approx(exact.strategies[0], rel=1e-5)


def test_payoffs_that_are_not_quadratic_are_proved_by_boxes():
    """The follower answers y with 9 - x - 2 y = 2 y^3 / 25; a fine grid knows no better choice."""
    game = gt.ContinuousGame.from_expressions(
        {"a": "x*(9 - x - y)", "b": "y*(9 - x - y) - y**4/50"}, {"a": {"x": (0, 8)}, "b": {"y": (0, 5)}}
    )
    found = gt.solve(seller_leader(game, ["a"]), "leader_scan", gap=1e-4)
    assert found.complete
    assert "branch_and_bound" in found.finding
    answers = np.linspace(0, 5, 20_001)
    choices = 9 - 2 * answers - 2 * answers**3 / 25
    best = (choices * (9 - choices - answers)).max()
    assert found[0].payoffs[0] == pytest.approx(best, abs=1e-5)
    assert best <= found[0].payoffs[0] + found[0].regrets[0] <= best + 2e-3
    assert found[0].regrets[1] <= 1e-9


def test_boxes_hold_every_answer_of_three_followers():
    formulas = {name: f"{name}*(10 - a - b - c - d) - {name}**2*exp({name}/9)" for name in "abcd"}
    game = gt.ContinuousGame.from_expressions(formulas, {name: {name: (0, 4)} for name in "abcd"})
    led, boxes = seller_leader(game, ["b"]), ReplyBoxes(game, 1)
    rng = np.random.default_rng(3)
    for _ in range(2):
        low, high = np.sort(rng.uniform(0, 4, 2))
        held, roof = boxes.answers(low, high), boxes.ceiling(low, high)
        for choice in rng.uniform(low, high, 2):
            x = np.array([choice])
            y = np.insert(led.response(x), 1, choice)
            assert all(start <= value <= end for value, (start, end) in zip(y, held, strict=True))
            assert led.payoff(x) <= roof
    assert led.caveats == ("Whether the followers have another equilibrium is not decided.",)


def test_a_limit_that_players_share_bounds_what_a_leader_may_choose():
    """x + y <= 3 with y at least 1: the follower fills what the leader leaves, and the leader has to leave it 1."""
    game = gt.ContinuousGame.from_expressions(
        {"a": "x*(9 - x - y)", "b": "y*(9 - x - y)"},
        {"a": {"x": (0, 8)}, "b": {"y": (1, 5)}},
        constraints=["x + y <= 3"],
    )
    led = led_game(game, "a", lambda left: np.concatenate(replied(left)), lambda left, y: regret_bounds(left, y)[0])
    assert (led.sets[0].lower[0], led.sets[0].upper[0]) == pytest.approx((0, 2))
    assert led.response(np.array([0.5])) == pytest.approx([2.5], abs=1e-6)


def replied(left):
    """Strategies of the one follower, by its best reply."""
    return best_response(left)[0].strategies


def test_what_has_no_single_leader_is_refused():
    wide = gt.ContinuousGame.from_expressions(
        {"a": "-exp(x) - z**2", "b": "-y**2 + x"}, {"a": {"x": (0, 1), "z": (0, 1)}, "b": {"y": (0, 1)}}
    )
    with pytest.raises(gt.InvalidInputError, match="must have one variable and leave a follower"):
        seller_leader(wide, ["a"])
    with pytest.raises(gt.InvalidInputError, match="must be one player of a game"):
        seller_leader(wide, ["a", "b"])
    endless = gt.ContinuousGame.from_expressions(
        {"a": "-exp(x) + x", "b": "-exp(y) + x*y"}, {"a": {"x": (0, np.inf)}, "b": {"y": (0, 1)}}
    )
    with pytest.raises(gt.InvalidInputError, match="finite bounds"):
        seller_leader(endless, ["a"])
    with pytest.raises(gt.InvalidInputError, match="players who follow"):
        seller_leader(gt.NormalFormGame(np.zeros((1, 2))), ["player 1"])
