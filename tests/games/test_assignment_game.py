"""Assignment games: values by listing matchings, the core by its inequalities, blocking coalitions by table."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import gametrade as gt
from gametrade.games.coalitional import all_coalitions

checked = settings(max_examples=80, deadline=None, derandomize=True)


@st.composite
def assignment_games(draw, most=4):
    """Ties, zeros, negative gains, one-sided shapes, huge and tiny scales."""
    m, k = draw(st.integers(1, most)), draw(st.integers(1, most))
    elements = st.one_of(st.integers(-2, 6).map(float), st.floats(-1, 9, width=32, allow_subnormal=False))
    gains = draw(hnp.arrays(float, (m, k), elements=elements)) * draw(st.sampled_from([1.0, 1.0, 1e-7, 1e7]))
    return gt.AssignmentGame([f"s{i}" for i in range(m)], [f"b{j}" for j in range(k)], gains)


def by_listing(game, inside):
    """Best sum over all ways to seat the buyers of a coalition before its sellers, by brute force."""
    m = len(game.sellers)
    part = np.maximum(game.gains[np.ix_(inside[:m], inside[m:])], 0)
    part = part if part.shape[0] <= part.shape[1] else part.T
    rows = np.arange(part.shape[0])
    return max(part[rows, list(order)].sum() for order in permutations(range(part.shape[1]), part.shape[0]))


def near(game):
    return 1e-12 * max(1e-300, np.abs(game.gains).sum())


class TestValues:
    @checked
    @given(assignment_games(most=3))
    def test_best_matching_of_every_coalition(self, game):
        rows = all_coalitions(game.n_players)
        expected = np.array([by_listing(game, row) for row in rows])
        assert np.abs(game.values(rows) - expected).max() <= near(game)
        assert np.abs(game.table() - expected).max() <= near(game)

    def test_published_market(self):
        game = gt.AssignmentGame(["s0", "s1"], ["b0", "b1"], [[8, 5], [6, 2]])
        assert game.grand_value == 11
        core = gt.assignment_core(game)
        assert core.seller_optimal.payoffs.tolist() == [5, 3, 3, 0]
        assert core.buyer_optimal.payoffs.tolist() == [2, 0, 6, 3]
        assert core.midpoint.payoffs.tolist() == [3.5, 1.5, 4.5, 1.5]
        assert core.matching == (("s0", "b1"), ("s1", "b0"))
        assert "s0" in str(core)

    @pytest.mark.parametrize(
        ("sellers", "buyers", "gains", "message"),
        [
            (["a"], ["a"], [[1]], "unique"),
            (["a"], [], np.zeros((1, 0)), "one at least"),
            (["a"], ["b"], [[1, 2]], "shape"),
            (["a"], ["b"], [[np.nan]], "finite"),
        ],
    )
    def test_bad_input(self, sellers, buyers, gains, message):
        with pytest.raises(gt.InvalidInputError, match=message):
            gt.AssignmentGame(sellers, buyers, gains)


class TestCore:
    @checked
    @given(assignment_games())
    def test_the_three_allocations_are_core_allocations(self, game):
        core, m = gt.assignment_core(game), len(game.sellers)
        for split in (core.seller_optimal, core.buyer_optimal, core.midpoint):
            u, w = split.payoffs[:m], split.payoffs[m:]
            assert (split.payoffs >= 0).all()
            assert abs(split.imbalance) <= near(game)
            assert (u[:, None] + w[None] >= game.gains - near(game)).all()

    @checked
    @given(assignment_games(most=3))
    def test_the_ends_are_the_extreme_payoffs_of_the_core(self, game):
        """Least and most that each player can get in the core, by linear programming over all coalitions."""
        from scipy.optimize import linprog

        core = gt.assignment_core(game)
        rows, table, n = all_coalitions(game.n_players)[1:], game.table()[1:], game.n_players
        scale = np.abs(table).max() or 1.0
        for i in range(n):
            for sign in (1, -1):
                answer = linprog(sign * np.eye(n)[i], A_ub=-rows.astype(float), b_ub=-table / scale,
                                 A_eq=np.ones((1, n)), b_eq=[table[-1] / scale])  # fmt: skip
                seller_wants_more = (i < len(game.sellers)) == (sign == -1)
                end = core.seller_optimal if seller_wants_more else core.buyer_optimal
                assert abs(sign * answer.fun * scale - end.payoffs[i]) <= 1e-7 * scale

    @checked
    @given(assignment_games(most=3))
    def test_the_midpoint_is_the_tau_value(self, game):
        split = gt.allocate(game, "tau_value").payoffs
        assert np.abs(split - gt.assignment_core(game).midpoint.payoffs).max() <= 1e3 * near(game)

    def test_hundred_sellers_and_buyers(self):
        game = gt.AssignmentGame([f"s{i}" for i in range(100)], [f"b{i}" for i in range(80)],
                                 np.random.default_rng(0).integers(0, 50, (100, 80)))  # fmt: skip
        core = gt.assignment_core(game)
        for split in (core.seller_optimal, core.buyer_optimal, core.midpoint):
            assert not gt.blocking_coalition(game, split.payoffs).blocks

    def test_too_many_players_for_what_needs_all_coalitions(self):
        game = gt.AssignmentGame([f"s{i}" for i in range(40)], [f"b{i}" for i in range(40)], np.ones((40, 40)))
        for ask in (lambda: gt.least_subsidy(game, np.zeros(80)), lambda: gt.allocate(game, "banzhaf"), game.table):
            with pytest.raises(gt.TooManyPlayersError, match="2\\^n"):
                ask()


class TestBlocking:
    @checked
    @given(assignment_games(), st.randoms(use_true_random=False))
    def test_agrees_with_the_table(self, game, random):
        scale = max(np.abs(game.gains).max(), 1e-300)
        payoffs = np.array([random.choice([0, 0.5, 1, -1, random.random()]) for _ in game.players]) * scale
        found = gt.blocking_coalition(game, payoffs)
        table = gt.blocking_coalition(game, payoffs, engine="table")
        assert found.proved
        assert found.engine == "matching"
        assert found.excess == pytest.approx(table.excess, abs=100 * near(game))
        assert 0 < found.members.sum() < game.n_players
        true = game.values(found.members[None])[0] - payoffs[found.members].sum()
        assert found.excess == pytest.approx(true, abs=100 * near(game))

    def test_constraints_go_to_the_table(self):
        game = gt.AssignmentGame(["s0", "s1"], ["b0"], [[4], [3]])
        assert gt.blocking_coalition(game, [0, 1, 2], containing=["s1"]).coalition == ("s1", "b0")
        assert gt.blocking_coalition(game, [0, 1, 2], exit_cost=1).excess == 1
        with pytest.raises(gt.InvalidInputError, match="plain question"):
            gt.blocking_coalition(game, [0, 1, 2], engine="matching", count=2)
        with pytest.raises(gt.InvalidInputError, match="engine of blocking_coalition"):
            gt.blocking_coalition(game, [0, 1, 2], engine="tree")
