"""Shape checks against their definitions in fractions, on small games of every awkward kind."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.properties import splits
from tests.games import brute_force as brute
from tests.strategies import LABELS, table_games

often = settings(max_examples=150, deadline=None, derandomize=True)


@st.composite
def integer_games(draw, max_players=4):
    """Small whole numbers, so that inequalities tie; half of the games are nearly convex."""
    n = draw(st.integers(1, max_players))
    values = np.array([0, *draw(st.lists(st.integers(-2, 2), min_size=2**n - 1, max_size=2**n - 1))])
    sizes = np.array([bin(mask).count("1") for mask in range(2**n)])
    bend = draw(st.sampled_from([0, 0, 1, 3, -3]))
    return gt.TableGame(LABELS[:n], values + bend * sizes * (sizes - 1) // 2)


games = st.one_of(integer_games(), table_games(max_players=4))


def everyone(v):
    return max(v, key=len)


def added(v):
    """Every coalition, a player outside, and what that player adds."""
    return [(s, i, v[s | {i}] - v[s]) for s in v for i in everyone(v) - s]


def monotone(v):
    return min(gain for _, _, gain in added(v))


def zero_monotone(v):
    return min((gain - v[frozenset([i])] for s, i, gain in added(v) if s), default=0)


def convex(v):
    pairs = [(s, i, j) for s in v for i in everyone(v) - s for j in everyone(v) - s if i < j]
    return min((v[s | {i, j}] - v[s | {i}] - v[s | {j}] + v[s] for s, i, j in pairs), default=0)


def superadditive(v):
    return brute.superadditive_margin(v)


def subadditive(v):
    return brute.superadditive_margin({s: -number for s, number in v.items()})


def essential(v):
    return v[everyone(v)] - brute.alone(v, everyone(v))


def quasi_balanced(v):
    """From the definition by Tijs: minimum rights and utopia payoffs."""
    grand = everyone(v)
    utopia = {i: v[grand] - v[grand - {i}] for i in grand}
    rights = {i: max(v[s] - sum(utopia[j] for j in s - {i}) for s in v if i in s) for i in grand}
    slack = [utopia[i] - rights[i] for i in grand]
    return min([*slack, sum(utopia.values()) - v[grand], v[grand] - sum(rights.values())])


MARGINS = {
    f.__name__: f for f in (monotone, zero_monotone, convex, superadditive, subadditive, essential, quasi_balanced)
}


@pytest.mark.parametrize("name", MARGINS)
def test_exact_margins_are_those_of_the_definition(name):
    @often
    @given(games)
    def holds(game):
        margin = MARGINS[name](brute.exact_values(game))
        verdict = gt.check(game, name, exact=True)
        assert Fraction(verdict.certificate["margin"]) == margin
        assert verdict.margin == float(margin)
        assert verdict.holds == (margin > 0 if name == "essential" else margin >= 0)
        assert verdict.statement.endswith(", exactly")

    holds()


@pytest.mark.parametrize("name", MARGINS)
def test_rounded_decisions_agree_beyond_the_tolerance(name):
    @often
    @given(games, st.sampled_from([1.0, 0.1, 1e-8, 1e8]))
    def holds(game, scale):
        scaled = gt.TableGame(game.players, game.numbers * scale)
        margin = MARGINS[name](brute.exact_values(scaled))
        tolerance = 1e-9 * float(brute.value_range(brute.exact_values(scaled)))
        tolerance = max(tolerance, 1e-12 * np.abs(scaled.single_values).sum())
        verdict = gt.check(scaled, name)
        if abs(margin) > 1.001 * tolerance or margin == 0:
            assert verdict.holds == (margin > 0 if name == "essential" else margin >= 0)
        assert verdict.margin == pytest.approx(
            float(margin), abs=1e-3 * tolerance + 1e-14 * np.abs(scaled.numbers).sum()
        )

    holds()


@often
@given(games)
def test_pairs_decide_convexity_and_single_players_decide_monotonicity(game):
    v = brute.exact_values(game)
    assert gt.check(game, "convex", exact=True).holds == (brute.convex_margin(v) >= 0)
    assert gt.check(game, "monotone", exact=True).holds == (brute.monotone_margin(v) >= 0)


def test_counts_of_inequalities():
    game = gt.TableGame(tuple("abcd"), np.zeros(16))
    counts = {name: gt.check(game, name).certificate["count"] for name in MARGINS}
    assert counts == {
        "monotone": 32,
        "zero_monotone": 28,
        "convex": 24,
        "superadditive": 25,
        "subadditive": 25,
        "essential": 1,
        "quasi_balanced": 16,
    }


def test_one_player_has_nothing_to_lose():
    game = gt.TableGame("a", [0, -3])
    held = {name: gt.check(game, name).holds for name in MARGINS}
    assert held == dict.fromkeys(MARGINS, True) | {"monotone": False, "essential": False}
    assert gt.check(game, "monotone").witness == ("a",)


@pytest.mark.parametrize("low", [1, 2, 3])
def test_pairs_in_several_blocks(monkeypatch, low):
    monkeypatch.setattr(splits, "LOW_PLAYERS", low)

    @often
    @given(games)
    def holds(game):
        for name in ("superadditive", "subadditive"):
            verdict = gt.check(game, name, exact=True)
            assert Fraction(verdict.certificate["margin"]) == MARGINS[name](brute.exact_values(game))

    holds()


def test_too_many_pairs_are_refused_with_what_scales():
    game = gt.TableGame(tuple(f"h{i}" for i in range(21)), np.zeros(2**21))
    with pytest.raises(gt.TooManyPlayersError, match=r"superadditive looks at 3.*stops at 20.*Got 21; convex decides"):
        gt.check(game, "superadditive")


def test_rounding_of_additive_games_is_no_gain():
    weights = [0.1, 0.2, 0.3, 0.7]
    numbers = [sum(w for i, w in enumerate(weights) if mask >> i & 1) for mask in range(16)]
    game = gt.TableGame(tuple("abcd"), numbers)
    assert not gt.check(game, "essential")
    for name in ("superadditive", "subadditive", "convex", "zero_monotone", "quasi_balanced"):
        assert gt.check(game, name), name
        assert not gt.check(game, name, exact=True) or not gt.check(-1 * game, name, exact=True)


def test_fractions_are_decided_without_rounding():
    third = Fraction(1, 3)
    game = gt.TableGame("abc", [0, third, third, 2 * third, third, 2 * third, 2 * third, 1])
    assert gt.check(game, "convex", exact=True).margin == 0
    assert not gt.check(game, "essential", exact=True)


@st.composite
def simple_games(draw, max_players=5):
    """Monotone games of winners and losers, from random minimal winning coalitions."""
    n = draw(st.integers(1, max_players))
    seeds = draw(st.lists(st.integers(1, 2**n - 1), min_size=1, max_size=5))
    wins = [any(mask & seed == seed for seed in seeds) for mask in range(2**n)]
    return gt.TableGame(LABELS[:n], np.array(wins, dtype=float))


@often
@given(st.one_of(simple_games(), integer_games()))
def test_simple_is_zero_or_one_and_monotone_and_won_by_all(game):
    v = brute.exact_values(game)
    expected = all(x in (0, 1) for x in v.values()) and brute.monotone_margin(v) >= 0 and v[everyone(v)] == 1
    for exact in (False, True):
        verdict = gt.check(game, "simple", exact=exact)
        assert verdict.holds == expected
        if verdict.holds:
            assert game.value(verdict.witness) == 1
            assert len(verdict.witness) == min(len(s) for s in v if v[s] == 1)
            assert verdict.certificate["winning"] == sum(v.values())


@pytest.mark.parametrize(
    ("numbers", "margin", "witness"),
    [
        ([0, 0.25, 0, 1], -0.25, ("a",)),
        ([0, 0, -3, 1], -3, ("b",)),
        ([0, 1, 0, 0], -1, ("a", "b")),
        ([0, 0, 0, 0], -1, ("a", "b")),
    ],
)
def test_faults_of_games_that_are_not_simple(numbers, margin, witness):
    for name in ("simple", "weighted_voting"):
        verdict = gt.check(gt.TableGame("ab", numbers), name)
        assert (verdict.holds, verdict.margin, verdict.witness) == (False, margin, witness)


def weighted_by_search(game, largest=5):
    """Whether small whole weights and a quota decide: enough for up to 5 players."""
    from itertools import product

    wins = game.numbers > 0.5
    rows = [[mask >> i & 1 for i in range(game.n_players)] for mask in range(2**game.n_players)]
    sums = np.array(list(product(range(largest + 1), repeat=game.n_players))) @ np.array(rows).T
    light = np.where(wins, sums, sums.max() + 1).min(axis=1)
    heavy = np.where(wins, -1, sums).max(axis=1)
    return bool((light > heavy).any())


@settings(max_examples=80, deadline=None, derandomize=True)
@given(simple_games(max_players=5))
def test_weights_are_found_where_there_are_any_and_their_absence_is_proved(game):
    verdict = gt.check(game, "weighted_voting")
    certificate = verdict.certificate
    assert verdict.holds == weighted_by_search(game)
    if verdict.holds:
        weights, quota = certificate["weights"], certificate["quota"]
        for mask, value in enumerate(game.numbers):
            total = sum(weights[name] for i, name in enumerate(game.players) if mask >> i & 1)
            assert (total >= quota) == (value == 1)
        loser = sum(weights[name] for name in verdict.witness)
        assert verdict.margin == pytest.approx((quota - loser) / sum(weights.values()))
    else:
        check_trade(game, certificate)
        assert verdict.margin <= 1e-9


def check_trade(game, certificate):
    """As many winners as losers, and nobody more often among the winners: no weights tell them apart."""
    times = {side: sum(entry["times"] for entry in certificate[side]) for side in ("winning", "losing")}
    assert times["winning"] == times["losing"] > 0
    for side, value in (("winning", 1), ("losing", 0)):
        assert all(game.value(entry["coalition"]) == value for entry in certificate[side])
    for name in game.players:
        seen = {s: sum(e["times"] for e in certificate[s] if name in e["coalition"]) for s in times}
        assert seen["winning"] <= seen["losing"]


def test_two_chambers_are_no_weighted_game():
    """Pairs {1,2} and {3,4} win, {1,3} and {2,4} do not: the same players on both sides."""
    wins = {(0, 1), (2, 3)}
    game = gt.TableGame.from_function("abcd", lambda s: int(any(set(w) <= {"abcd".index(i) for i in s} for w in wins)))
    verdict = gt.check(game, "weighted_voting")
    assert verdict.holds is False
    check_trade(game, verdict.certificate)


def test_the_security_council_is_weighted():
    from gametrade.games.coalitional import subset_sums

    wins = subset_sums([7] * 5 + [1] * 10) >= 39
    game = gt.TableGame(tuple(f"c{i}" for i in range(15)), wins.astype(float))
    certificate = gt.check(game, "weighted_voting").certificate
    weights = [certificate["weights"][name] for name in game.players]
    assert np.array_equal(subset_sums(weights) >= certificate["quota"], wins)
