"""Least core, fair point, emptiness, membership and cost of stability against pulp models and exact programs."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings

import gametrade as gt
from gametrade.games.coalitional import all_coalitions
from gametrade.games.coalitional.subset_sums import subset_sums
from gametrade.solvers.core_emptiness import core_emptiness
from gametrade.solvers.core_membership import core_membership
from gametrade.solvers.core_models import core_model
from gametrade.solvers.cost_of_stability import cost_of_stability
from gametrade.solvers.exact_excess import largest_excess
from gametrade.solvers.exact_table import ExactTable
from gametrade.solvers.fair_core_point import fair_core_point
from gametrade.solvers.least_core_value import least_core_value
from gametrade.solvers.least_subsidy import least_subsidy
from tests.solvers.degenerate_games import as_game, random_game
from tests.solvers.exact_maschler import solution
from tests.strategies import sharing_games, table_games

checked = settings(max_examples=40, deadline=None, derandomize=True)


def games(count, seed):
    rng = np.random.default_rng(seed)
    while count:
        n, value = random_game(rng)
        if n > 1:
            count -= 1
            yield n, value, as_game(n, value)


@pytest.mark.parametrize("weak", [False, True])
def test_three_ways_to_the_least_core(weak):
    """500 games of up to 6 players against exact programs, and 84 of them against the pulp model."""
    for k, (n, value, game) in enumerate(games(500, 21)):
        _, levels = solution(n, value, per_member=weak, bounded=False, only_first=True)
        for solver in ("highs", "pulp") if k % 6 == 0 else ("highs",):
            found = least_core_value(game, weak=weak, solver=solver)
            assert found.fraction == levels[0], value
            assert (found.weights @ found.coalitions.astype(object) == 1).all()
            assert min(found.weights) > 0
            excess = game.numbers - all_coalitions(n) @ found.payoffs
            sizes = np.maximum(1, all_coalitions(n).sum(axis=1)) if weak else 1
            assert (excess / sizes)[1:-1].max() == pytest.approx(float(levels[0]), abs=1e-8)


def test_emptiness_is_decided_by_weights_or_by_a_point():
    empty = 0
    for _, _, game in games(80, 22):
        found = core_emptiness(game)
        by_model = core_emptiness(game, solver="pulp")
        assert found.empty == by_model.empty
        assert found.empty == (found.margin > 0)
        weighted = sum(weight * Fraction(game.value(labels)) for labels, weight in found.proof)
        assert weighted - Fraction(game.grand_value) == found.margin
        if found.empty:
            empty += 1
            assert found.payoffs is None
        else:
            assert core_membership(game, found.payoffs).inside
    assert 10 < empty < 70


def variance(game, payoffs):
    gains = payoffs - game.single_values
    return float(((gains - gains.mean()) ** 2).sum())


@pytest.mark.parametrize("weak", [False, True])
def test_the_fair_point_has_the_least_variance(weak):
    """Against scipy's SLSQP on the same program, and against random points of the least core."""
    from scipy.optimize import minimize

    for n, value, game in games(25, 23):
        fair = fair_core_point(game, weak=weak, exact=True)
        assert fair.gap == 0
        assert (
            np.abs(fair_core_point(game, weak=weak).payoffs - fair.payoffs).max() <= 1e-9 * np.abs(game.numbers).max()
        )
        rows = all_coalitions(n)[1:-1]
        least = game.numbers[1:-1] - float(fair.epsilon) * (rows.sum(axis=1) if weak else 1)
        constraints = [
            {"type": "ineq", "fun": lambda x, rows=rows, least=least: rows @ x - least},
            {"type": "eq", "fun": lambda x, game=game: x.sum() - game.grand_value},
        ]
        start = least_core_value(game, weak=weak).payoffs
        again = minimize(lambda x, game=game: variance(game, x), start, constraints=constraints, method="SLSQP")
        feasible = min((rows @ again.x - least).min(), 0.0)
        assert variance(game, fair.payoffs) <= variance(game, again.x) + 1e-5 - 100 * feasible, value
        assert variance(game, fair.payoffs) <= variance(game, start) + 1e-9


@checked
@given(sharing_games(min_homes=2, max_homes=5))
def test_a_sharing_game_has_a_core_and_its_fair_point_is_in_it(game):
    assert not core_emptiness(game).empty
    assert core_membership(game, gt.allocate(game, "least_core").payoffs).inside
    assert cost_of_stability(game).subsidy <= 2 * max(game.tolerance, 1e-12) * game.n_players


@checked
@given(table_games(min_players=2))
def test_membership_and_the_blocking_coalition_agree(game):
    payoffs = np.full(game.n_players, game.grand_value / game.n_players)
    found, other = core_membership(game, payoffs), gt.blocking_coalition(game, payoffs)
    assert float(found.excess) == pytest.approx(other.excess, abs=1e-9 * np.abs(game.numbers).max())
    if abs(float(found.excess)) > 10 * found.tolerance:
        assert found.inside == (not other.blocks)
    assert (
        Fraction(game.value(found.coalition))
        - sum(Fraction(float(payoffs[game.players.index(label)])) for label in found.coalition)
        == found.excess
    )


def test_cost_of_stability_against_a_program_of_its_own():
    import pulp

    for _, value, game in games(40, 24):
        found = cost_of_stability(game)
        model = core_model(game, fixed_excess=0.0)
        free = pulp.LpProblem("free", pulp.LpMinimize)
        for mask, row in model.rows.items():
            free.addConstraint(row, f"coalition_{mask}")
        free.addConstraint(pulp.lpSum(model.payoffs) >= game.grand_value, "everyone")
        free.setObjective(pulp.lpSum(model.payoffs))
        free.solve(pulp.HiGHS(msg=False))
        total = sum(variable.value() for variable in model.payoffs)
        assert found.subsidy == pytest.approx(total - game.grand_value, abs=1e-7), value
        left = found.payoffs - found.subsidy / game.n_players
        paid = least_subsidy(game, left).upper_bound
        assert paid == pytest.approx(found.subsidy, abs=1e-7 * np.abs(game.numbers).max() + 1e-12)
        assert (game.numbers - all_coalitions(game.n_players) @ found.payoffs).max() <= found.gap + 1e-12


@pytest.mark.parametrize("weak", [False, True])
def test_the_exact_fair_point_of_sums_of_floats(weak):
    """Rounding turns a least core that is a face into one that is thinner than any float can tell."""
    rng = np.random.default_rng(26)
    for n, value, game in games(40, 26):
        noisy = gt.TableGame(game.players, game.numbers * 0.1 + subset_sums(rng.uniform(-5, 5, n)))
        exact, floats = (gt.allocate(noisy, "least_core", weak=weak, exact=exact) for exact in (True, False))
        assert np.abs(exact.payoffs - floats.payoffs).max() <= 1e-9 * max(1.0, np.abs(noisy.numbers).max())
        epsilon = Fraction(exact.certificate["epsilon"])
        assert largest_excess(ExactTable.of(noisy, "test"), exact.fractions, per_member=weak, exact=True) == epsilon
        assert fair_core_point(noisy, weak=weak, exact=True).gap == 0, value


@pytest.mark.parametrize("factor", [1e-8, 1e8])
def test_scale_changes_nothing(factor):
    for n, value, game in games(25, 25):
        shift = 1e4 * factor * np.arange(n)
        scaled = as_game(n, value, factor, shift)
        size = factor * max(1.0, np.abs(game.numbers).max())
        assert least_core_value(scaled).epsilon == pytest.approx(
            factor * least_core_value(game).epsilon, abs=1e-9 * 1e4 * size
        )
        moved, point = gt.allocate(scaled, "least_core").payoffs, gt.allocate(game, "least_core").payoffs
        assert np.abs(moved - factor * point - shift).max() <= 1e-9 * (size + np.abs(shift).max())


def test_bad_questions_are_refused_in_one_sentence():
    alone = gt.TableGame(("a",), np.array([0.0, 1.0]))
    for question in (least_core_value, core_emptiness, cost_of_stability):
        with pytest.raises(gt.InvalidInputError, match="at least 2 players"):
            question(alone)
    pair = gt.TableGame.from_values({("a", "b"): 1.0})
    for payoffs in ([1.0], [1.0, float("nan")], [1.0, "x"], 1.0):
        with pytest.raises(gt.InvalidInputError, match="payoffs of core_membership must be 2 finite numbers"):
            core_membership(pair, payoffs)
    with pytest.raises(gt.InvalidInputError, match="highs, pulp"):
        least_core_value(pair, solver="glpk")
    with pytest.raises(gt.TooManyPlayersError, match="core_model"):
        least_core_value(gt.TableGame(tuple("ABCDEFGHIJKLM"), np.zeros(2**13)), solver="pulp")
    assert gt.allocate(alone, "least_core").payoffs.tolist() == [1.0]


def test_payoffs_are_taken_by_label_and_fractions_are_kept():
    pair = gt.TableGame.from_values({("a", "b"): Fraction(1, 3)})
    answer = gt.allocate(pair, "nucleolus", exact=True)
    for payoffs in (answer, answer.fractions, {"b": Fraction(1, 6), "a": Fraction(1, 6)}):
        found = core_membership(pair, payoffs, exact=True)
        assert found.inside
        assert found.imbalance == 0


def test_the_answers_tell_what_they_prove():
    majority = gt.TableGame.from_function("abc", lambda coalition: float(len(coalition) >= 2))
    document = core_emptiness(majority).to_dict()
    assert document["certificate"]["kind"] == "balancing_weights"
    assert document["certificate"]["weights"] == ["1/2"] * 3
    assert "1/2 x {b, c}" in str(core_emptiness(majority))
    assert "0.5" in str(cost_of_stability(majority))
    assert "3 balanced" in str(least_core_value(majority))
    assert "in the core" in str(core_membership(gt.TableGame.from_values({("a", "b"): 1.0}), [0.5, 0.5]))


@pytest.mark.parametrize("scale", [1e-12, 1e-8, 1e8])
@pytest.mark.parametrize("weak", [False, True])
def test_the_readable_model_answers_at_every_scale(scale, weak):
    game = gt.TableGame.from_function("abc", lambda members: scale * ((len(members) >= 2) + 0.3 * len(members)))
    answer = least_core_value(game, weak=weak, solver="pulp")
    assert answer.epsilon == pytest.approx(scale / (6 if weak else 3), rel=1e-9)
    assert core_emptiness(game, solver="pulp").empty
    nothing = gt.TableGame.from_function("ab", lambda members: scale * len(members))
    assert not core_emptiness(nothing, solver="pulp").empty


@pytest.mark.parametrize("ask", [core_emptiness, cost_of_stability, least_core_value])
def test_a_refusal_names_the_function_that_was_asked(ask):
    for what in (gt.TableGame.from_values({("a",): 1.0}), [1, 2]):
        with pytest.raises(gt.InvalidInputError, match=f"^{ask.__name__} needs"):
            ask(what)


@pytest.mark.parametrize("n_players", [17, 19])
def test_a_majority_with_a_veto_player_has_him_take_all(n_players):
    """Nearly every coalition of the table is tight at the one point of the core."""
    masks = np.arange(2**n_players)
    wins = (masks & 1 == 1) & (np.bitwise_count(masks) > n_players // 2)
    game = gt.TableGame([f"p{i}" for i in range(n_players)], wins.astype(float))
    expected = np.eye(n_players)[0]
    assert least_core_value(game).fraction == 0
    for rule in ("least_core", "nucleolus"):
        assert np.abs(gt.allocate(game, rule).payoffs - expected).max() <= 1e-12


def test_prices_answer_for_more_homes_than_a_table_holds():
    """A point of the core, and no money from outside; what needs the table names what does not."""
    game = gt.SharingGame(gt.communities.street(40, 1, rng=1))
    answer, needed = core_emptiness(game), cost_of_stability(game)
    assert not answer.empty
    assert needed.subsidy == 0
    assert gt.blocking_coalition(game, answer.payoffs).blocks is False
    assert float(answer.margin) == pytest.approx(-game.grand_value)
    for ask in (least_core_value, lambda game: gt.allocate(game, "least_core")):
        with pytest.raises(gt.TooManyPlayersError, match="least_core_by_rows and nucleolus_by_rows need no table"):
            ask(game)
