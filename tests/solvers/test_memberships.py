"""Kernel and bargaining set: published facts, inclusions, and second methods that take no short cut."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import gametrade as gt
from gametrade.solvers.bargaining_set_membership import bargaining_set_membership
from gametrade.solvers.kernel_membership import kernel_membership
from tests.solvers import values_by_definition as definition
from tests.strategies import LABELS, make_community, quasi_balanced_games, table_games

checked = settings(max_examples=60, deadline=None, derandomize=True)
majority = gt.TableGame.from_function("abc", lambda s: int(len(s) > 1))


@st.composite
def games_with_imputations(draw, players=4):
    """A game of small whole numbers and an imputation with ties, at the edge or inside."""
    n = draw(st.integers(2, players))
    numbers = np.array([0.0] + [float(draw(st.integers(0, 6))) for _ in range(2**n - 1)])
    numbers[1 << np.arange(n)] = 0
    numbers[-1] = draw(st.integers(1, 8))
    shares = np.array([draw(st.integers(0, 3)) for _ in range(n)], dtype=float)
    shares = shares if shares.sum() else np.ones(n)
    denominator = int(shares.sum())
    x = [Fraction(int(share) * int(numbers[-1]), denominator) for share in shares]
    return gt.TableGame(LABELS[:n], numbers), x


def unanswerable(game, x, i, j):
    """Whether i has an objection to j without a counter, by one linear program for each coalition."""
    n = game.n_players
    excess = game.table() - np.array([sum(x[k] for k in range(n) if mask >> k & 1) for mask in range(2**n)])
    for mask in range(2**n):
        if mask >> i & 1 and not mask >> j & 1 and excess[mask] > 1e-9:
            members = [k for k in range(n) if mask >> k & 1]
            counters = [t for t in range(2**n) if t >> j & 1 and not t >> i & 1]
            rows = [[-float(t >> k & 1) for k in members] + [1.0] for t in counters]
            answer = linprog([0.0] * len(members) + [-1.0], A_ub=rows, b_ub=[-excess[t] for t in counters],
                             A_eq=[[1.0] * len(members) + [0.0]], b_eq=[excess[mask]],
                             bounds=[(0, None)] * len(members) + [(None, None)])  # fmt: skip
            if answer.status == 0 and -answer.fun > 1e-7:
                return True
    return False


class TestKernel:
    @checked
    @given(games_with_imputations())
    def test_agrees_with_the_definition(self, game_x):
        game, x = game_x
        expected = definition.in_kernel(definition.worths(game), game.n_players, x)
        assert kernel_membership(game, x, exact=True).holds == expected
        assert kernel_membership(game, [float(number) for number in x]).holds == expected

    @checked
    @given(table_games(min_players=2, max_players=4).filter(lambda g: g.grand_value >= g.single_values.sum() + 1e-3))
    def test_contains_the_nucleolus(self, game):
        exact = gt.allocate(game, "nucleolus", exact=True)
        assert kernel_membership(game, exact.fractions, exact=True).holds
        assert kernel_membership(game, exact.payoffs).holds
        assert bargaining_set_membership(game, exact.payoffs).holds
        assert bargaining_set_membership(game, exact.fractions, exact=True).holds is not False

    def test_two_ends_of_a_kernel_that_is_not_a_point(self):
        """Two left and two right gloves: the kernel is the segment of equal prices."""
        gloves = gt.AssignmentGame(["L1", "L2"], ["R1", "R2"], np.ones((2, 2)))
        for price in (Fraction(0), Fraction(1, 3), Fraction(1)):
            assert kernel_membership(gloves, [price, price, 1 - price, 1 - price], exact=True).holds
        assert not kernel_membership(gloves, [1, Fraction(1, 2), Fraction(1, 2), 0], exact=True).holds

    def test_says_who_outweighs_whom(self):
        answer = kernel_membership(majority, [0.5, 0.5, 0])
        assert not answer.holds
        assert answer.margin == -0.5
        assert answer.evidence["from"] == "c"
        assert "does not belong" in str(answer)

    @pytest.mark.parametrize(
        ("payoffs", "reason"), [([1, 1, 1], "miss v"), ([1.5, -0.5, 0], "b gets 0.5 less than alone")]
    )
    def test_only_imputations_belong(self, payoffs, reason):
        for decide in (kernel_membership, bargaining_set_membership):
            answer = decide(majority, payoffs)
            assert not answer.holds
            assert reason in answer.reason

    def test_one_player(self):
        assert kernel_membership(gt.TableGame("a", [0, 2]), [2]).holds


class TestBargainingSet:
    @settings(max_examples=150, deadline=None, derandomize=True)
    @given(games_with_imputations())
    def test_agrees_with_plain_linear_programs(self, game_x):
        game, x = game_x
        numbers = [float(number) for number in x]
        answer = bargaining_set_membership(game, numbers)
        assert bargaining_set_membership(game, x, exact=True).holds == answer.holds
        pairs = permutations(range(game.n_players), 2)
        assert answer.holds == (not any(unanswerable(game, numbers, i, j) for i, j in pairs))
        if not answer.holds:
            self.assert_cannot_be_countered(game, numbers, answer.evidence)

    @staticmethod
    def assert_cannot_be_countered(game, x, evidence):
        """The witness itself: everybody in the coalition is paid, and no counter-coalition can pay its members."""
        position = {label: i for i, label in enumerate(game.players)}
        paid = {position[label]: money for label, money in evidence["payoffs"].items()}
        assert sum(paid.values()) == pytest.approx(game.value(evidence["coalition"]))
        assert all(money >= x[k] - 1e-9 for k, money in paid.items())
        i, j = position[evidence["from"]], position[evidence["against"]]
        assert i in paid
        assert j not in paid
        for mask in range(2**game.n_players):
            if mask >> j & 1 and not mask >> i & 1:
                needed = sum(paid.get(k, x[k]) for k in range(game.n_players) if mask >> k & 1)
                assert game.table()[mask] < needed

    @checked
    @given(quasi_balanced_games(min_players=2, max_players=4))
    def test_contains_the_core(self, game):
        x = gt.allocate(game, "nucleolus").payoffs
        if not gt.blocking_coalition(game, x).blocks:
            answer = bargaining_set_membership(game, x)
            assert answer.holds

    @checked
    @given(games_with_imputations())
    def test_contains_the_kernel(self, game_x):
        game, x = game_x
        if kernel_membership(game, x, exact=True).holds:
            assert bargaining_set_membership(game, [float(number) for number in x]).holds

    def test_twelve_players(self):
        game = gt.SharingGame(make_community(np.random.default_rng(0).normal(size=(12, 3))))
        assert not bargaining_set_membership(game, gt.allocate(game, "equal_split").payoffs).holds
        assert bargaining_set_membership(game, gt.allocate(game, "competitive_price").payoffs).holds


class TestBoth:
    @pytest.mark.parametrize("decide", [kernel_membership, bargaining_set_membership])
    def test_bad_input(self, decide):
        with pytest.raises(gt.InvalidInputError, match="3 finite numbers"):
            decide(majority, [1.0, 0.0])
        with pytest.raises(gt.InvalidInputError, match="3 finite numbers"):
            decide(majority, [1.0, np.nan, 0.0])
        large = gt.SharingGame(make_community(np.ones((13, 1))))
        with pytest.raises(gt.TooManyPlayersError, match=r"at most 12.*blocking_coalition"):
            decide(large, np.zeros(13))

    @pytest.mark.parametrize("name", ["in_kernel", "in_bargaining_set"])
    def test_verdicts(self, name):
        good = gt.check(gt.allocate(majority, "nucleolus"), name)
        assert good.holds
        exact = gt.check(gt.allocate(majority, "nucleolus", exact=True), name, exact=True)
        assert exact.holds
        assert exact.statement.endswith("exactly")
        bad = gt.check(gt.Allocation(majority, "unfair", [0.5, 0.5, 0.0]), name)
        assert not bad.holds
        assert bad.id == f"unfair/{name}"
        assert bad.witness
        assert bad.margin < 0
        with pytest.raises(gt.InvalidInputError, match="property of an allocation"):
            gt.check(majority, name)
