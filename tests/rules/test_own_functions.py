"""A rule may be anybody's function: what it may return, and what is refused in one sentence that names it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import gametrade as gt
from tests.strategies import make_community

STREET = make_community([[2, -1], [-1, 2], [1, -1]])
TABLE = gt.TableGame(("A", "B", "C"), [0, 0, 0, 0, 0, 6, 6, 9])


def rule_that_returns(answer):
    def mine(game):
        return answer(game) if callable(answer) else answer

    return mine


@pytest.mark.parametrize("game", [STREET, TABLE])
@pytest.mark.parametrize(
    "answer",
    [
        [1, 2, 3],
        (1.0, 2.0, 3.0),
        np.array([1, 2, 3]),
        {"C": 3, "A": 1, "B": 2},
        pd.Series({"B": 2.0, "C": 3.0, "A": 1.0}),
        lambda game: gt.Allocation(game, "mine", [1, 2, 3]),
        lambda game: gt.Allocation(gt.TableGame(game.players, np.zeros(8)), "mine", [1, 2, 3]),
    ],
)
def test_what_a_rule_may_return(game, answer):
    split = gt.allocate(game, rule_that_returns(answer))
    assert split.payoffs.tolist() == [1, 2, 3]
    assert split.rule == "mine"
    assert split.game.grand_value == gt.allocate(game, "equal_split").game.grand_value


@pytest.mark.parametrize("game", [STREET, TABLE])
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "Got None; is a return statement missing?"),
        ([1, 2], "Got shape (2,)"),
        ([[1, 2, 3]], "Got shape (1, 3)"),
        (3.0, "Got shape ()"),
        ([1, np.nan, 3], "Got nan for 'B'"),
        ([1, 2, np.inf], "Got inf for 'C'"),
        (["1", "2", "3"], "must be 3 finite numbers"),
        ("123", "must be 3 finite numbers"),
        ({"A": 1, "B": 2}, "Got none for 'C'"),
        ({"A": 1, "B": 2, "C": 3, "D": 4}, "Got 'D'"),
        ({"A": 1, "B": "x", "C": 3}, "must be 3 finite numbers"),
        ({}, "Got none for 'A' and 2 more"),
        (lambda game: gt.allocate(gt.TableGame(("X", "Y"), np.zeros(4)), "equal_split"), "Got other players"),
        (lambda game: gt.Allocation(game, "mine", [1, 2, 3], buy_price=[1]), "Got one of them"),
        (
            lambda game: gt.Allocation(game, "mine", [1, 2, 3], buy_price=[1] * 5, sell_price=[1] * 5),
            "one number a settlement step",
        ),
    ],
)
def test_what_a_rule_may_not_return(game, answer, words):
    with pytest.raises((gt.InvalidInputError, gt.UnknownNameError)) as refusal:
        gt.allocate(game, rule_that_returns(answer))
    told = str(refusal.value)
    assert words in told
    assert "'mine'" in told
    assert "\n" not in told


def divides(game):
    return [1 / 0] * game.n_players


def overwrites(game):
    game.community.demand[0] = 0
    return [0.0] * game.n_players


def stops_in_silence(game):
    raise RuntimeError


def no_game():
    return [1, 2, 3]


@pytest.mark.parametrize(
    ("rule", "cause", "words"),
    [
        (divides, ZeroDivisionError, "division by zero"),
        (overwrites, ValueError, "read-only"),
        (stops_in_silence, RuntimeError, "It stopped with RuntimeError."),
        (no_game, TypeError, "positional argument"),
    ],
)
def test_a_rule_that_stops_is_named_and_its_exception_kept(rule, cause, words):
    with pytest.raises(gt.InvalidInputError, match=f"allocation rule '{rule.__name__}' must return payoffs") as refusal:
        gt.allocate(STREET, rule)
    assert isinstance(refusal.value.__cause__, cause)
    assert words in str(refusal.value)
    with pytest.raises(gt.InvalidInputError, match=rule.__name__):
        gt.analyse_stability(STREET, [rule, "mid_market_rate"])


def test_a_refusal_of_the_package_passes_through_a_rule():
    def asks_too_much(game):
        raise gt.TooManyPlayersError("too many")

    with pytest.raises(gt.TooManyPlayersError, match=r"^too many$"):
        gt.allocate(STREET, asks_too_much)


def test_interrupts_are_not_findings():
    def interrupted(game):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gt.allocate(STREET, interrupted)


def test_options_of_a_plain_function():
    def mine(game, *, level=1.0):
        return [level] * game.n_players

    def anything(game, **options):
        return [len(options)] * game.n_players

    assert gt.allocate(STREET, mine, level=2).rule == "mine:level=2"
    assert gt.allocate(STREET, anything, a=1, b=2).payoffs.tolist() == [2, 2, 2]
    with pytest.raises(gt.UnknownNameError, match=r"option of mine must be one of 'level'.*Did you mean 'level'"):
        gt.allocate(STREET, mine, levle=2)
    with pytest.raises(gt.UnknownNameError, match=r"^no_game takes no options\. Got 'level'\.$"):
        gt.allocate(STREET, no_game, level=2)


@pytest.mark.parametrize("rule", [None, 3, ["mid_market_rate"]])
def test_what_is_no_rule(rule):
    with pytest.raises(gt.InvalidInputError, match="allocation rule must be a name or a function"):
        gt.allocate(STREET, rule)


def test_a_function_that_hides_its_signature():
    with pytest.raises(gt.InvalidInputError, match="allocation rule 'max' must return payoffs"):
        gt.allocate(STREET, max)
