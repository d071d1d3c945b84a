"""Payoffs may be written in player order, by label, or be the answer of a rule."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import gametrade as gt
from gametrade.games.coalitional import payoff_vector

GAME = gt.TableGame(("a", "b", "c"), [0, 0, 0, 0, 0, 6, 6, 9])
PAYOFFS = {"a": 1.0, "b": 2.0, "c": 6.0}
QUESTIONS = [gt.blocking_coalition, gt.least_subsidy, gt.exit_cost_per_member, gt.count_blocking]


def order():
    return [PAYOFFS[player] for player in GAME.players]


@pytest.mark.parametrize(
    "written",
    [
        order(),
        tuple(order()),
        np.array(order()),
        np.array(order(), dtype=object),
        [Fraction(x) for x in order()],
        PAYOFFS,
        dict(reversed(PAYOFFS.items())),
        pd.Series(PAYOFFS).sort_index(ascending=False),
        gt.Allocation(GAME, "mine", order()),
        gt.Allocation(gt.TableGame(("c", "b", "a"), np.zeros(8)), "mine", [6.0, 2.0, 1.0]),
    ],
)
def test_every_way_to_write_payoffs(written):
    vector = payoff_vector(GAME, written, "mine")
    assert vector.tolist() == order()
    assert vector.dtype == float


@pytest.mark.parametrize("ask", QUESTIONS)
def test_labels_and_positions_get_the_same_answer(ask):
    assert str(ask(GAME, PAYOFFS)) == str(ask(GAME, order()))


@pytest.mark.parametrize("ask", QUESTIONS)
@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"a": 1, "c": 2}, "must name every player. Got none for 'b'."),
        ({"a": 1}, "and 1 more"),
        ({**PAYOFFS, "aa": 1}, "Got 'aa'. Did you mean 'a'?"),
        (pd.Series([1, 2, 3, 4], index=["a", "b", "c", "c"]), "Got 'c' twice"),
        (pd.Series([1, 2, 3]), "Got 0"),
        ({**PAYOFFS, "b": np.nan}, "Got nan for 'b'"),
        ({**PAYOFFS, "b": None}, "Got [1.0, None, 6.0]"),
        ([1, 2], "Got shape (2,)"),
        ([[1, 2, 3]], "Got shape (1, 3)"),
        ([1, np.inf, 3], "Got inf"),
        (["1", "2", "3"], "Got ['1', '2', '3']"),
        ([1, [2, 3], 4], "must be 3 finite numbers"),
        ("abc", "Got 'abc'"),
        (None, "Got None"),
        (7.0, "Got shape ()"),
        ([1j, 2, 3], "must be 3 finite numbers"),
    ],
)
def test_what_are_no_payoffs_is_one_sentence(ask, written, words):
    with pytest.raises((gt.InvalidInputError, gt.UnknownNameError)) as refusal:
        ask(GAME, written)
    told = str(refusal.value)
    assert words in told
    assert ask.__name__ in told
    assert "\n" not in told


@pytest.mark.parametrize("ask", QUESTIONS[1:])
def test_a_community_is_no_game(ask):
    with pytest.raises(gt.InvalidInputError, match=r"SharingGame\(community\)\. Got a Community"):
        ask(gt.communities.street(3, 2, rng=1), [0, 0, 0])
