"""Dual, zero-normalisation, subgame, sum, multiple and special players against their definitions in fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.coalitional import (
    dual,
    integer_table,
    null_players,
    subgame,
    symmetric_players,
    veto_players,
    zero_normalised,
)
from tests.games import brute_force as brute
from tests.strategies import LABELS, table_games


@st.composite
def exact_games(draw, max_players=4, n=None):
    """Games of fractions that floats would round."""
    n = n or draw(st.integers(1, max_players))
    values = draw(st.lists(st.fractions(-5, 9, max_denominator=7), min_size=2**n - 1, max_size=2**n - 1))
    return gt.TableGame(LABELS[:n], [0, *values])


either = st.one_of(table_games(), exact_games())


def same(game, expected):
    """Exactly the values expected, by set of positions."""
    numbers, denominator = integer_table(game)
    for coalition, value in expected.items():
        mask = sum(1 << i for i in coalition)
        assert Fraction(int(numbers[mask]), denominator) == value
        assert game.numbers[mask] == pytest.approx(float(value), rel=1e-15)


@given(either)
def test_dual(game):
    v, n = brute.exact_values(game), frozenset(range(game.n_players))
    same(dual(game, exact=True), {s: v[n] - v[n - s] for s in v})
    same(dual(dual(game, exact=True), exact=True), v)
    assert np.abs(dual(game).numbers - dual(game, exact=True).numbers).max() <= 1e-15 * np.abs(game.numbers).max() * 2


@given(either)
def test_zero_normalisation(game):
    v = brute.exact_values(game)
    same(zero_normalised(game, exact=True), {s: v[s] - brute.alone(v, s) for s in v})
    assert (zero_normalised(game).single_values == 0).all()
    assert zero_normalised(game).tolerance == pytest.approx(game.tolerance, rel=1e-9, abs=1e-12 * game.tolerance)


@given(either, st.data())
def test_subgame(game, data):
    members = data.draw(st.sets(st.integers(0, game.n_players - 1), min_size=1))
    small = subgame(game, [game.players[i] for i in members])
    order = sorted(members)
    assert small.players == tuple(game.players[i] for i in order)
    same(small, {s: brute.exact_values(game)[frozenset(order[i] for i in s)] for s in brute.subsets(range(len(order)))})


def test_subgames_of_nobody_and_of_strangers_are_refused():
    game = gt.TableGame("ab", [0, 1, 2, 3])
    with pytest.raises(gt.InvalidInputError, match="at least one member"):
        subgame(game, [])
    with pytest.raises(gt.UnknownNameError):
        subgame(game, ["c"])


@given(st.integers(1, 4).flatmap(lambda n: st.tuples(exact_games(n=n), exact_games(n=n))), st.fractions(-9, 9))
def test_sums_and_multiples_of_exact_games(pair, factor):
    v, w = (brute.exact_values(game) for game in pair)
    same(pair[0] + pair[1], {s: v[s] + w[s] for s in v})
    same(factor * pair[0], {s: factor * v[s] for s in v})


@given(table_games(), st.sampled_from([2, -0.5, np.float64(3.0), Fraction(1, 3), 2**70]))
def test_sums_and_multiples_of_floats(game, factor):
    assert np.allclose((game * factor).numbers, game.numbers * float(factor), rtol=1e-15, atol=0)
    assert ((factor * game) + game).numbers == pytest.approx(game.numbers * (float(factor) + 1), rel=1e-12)


def test_sums_beyond_64_bits_are_exact():
    big = gt.TableGame("a", [0, 2**62 + 1])
    assert integer_table(big + big)[0].tolist() == [0, 2**63 + 2]
    assert integer_table(big * 2**64)[0].tolist() == [0, 2**64 * (2**62 + 1)]
    assert integer_table(gt.TableGame("a", [0, Fraction(0)]) * Fraction(2**80, 3))[0].tolist() == [0, 0]


def test_wrong_sums_and_multiples_are_refused():
    game = gt.TableGame("ab", [0, 1, 2, 3])
    with pytest.raises(gt.InvalidInputError, match="same players in order"):
        game + gt.TableGame("ba", [0, 1, 2, 3])
    with pytest.raises(gt.InvalidInputError, match="factor of TableGame must be finite"):
        game * float("nan")
    with pytest.raises(TypeError):
        game + 1
    with pytest.raises(TypeError):
        "x" * game


@given(either)
def test_special_players_without_tolerance(game):
    v, n = brute.exact_values(game), game.n_players
    names = game.players
    assert null_players(game, exact=True) == tuple(names[i] for i in range(n) if brute.null(v, i))
    assert veto_players(game, exact=True) == tuple(names[i] for i in range(n) if brute.veto(v, i))
    classes = symmetric_players(game, exact=True)
    assert sorted(label for members in classes for label in members) == sorted(names)
    of = {label: k for k, members in enumerate(classes) for label in members}
    for i in range(n):
        for j in range(i):
            assert (of[names[i]] == of[names[j]]) == brute.symmetric(v, i, j)


@given(table_games(max_players=4), st.sampled_from([1e-8, 1.0, 1e8]))
def test_special_players_survive_rounding_at_any_scale(game, scale):
    noise = 1e-12 * float(brute.value_range(brute.exact_values(game)))
    wiggle = np.where(np.arange(len(game.numbers)) % 2, noise, -noise)
    wiggle[0] = 0
    other = gt.TableGame(game.players, (game.numbers + wiggle) * scale)
    assert set(null_players(game, exact=True)) <= set(null_players(other))
    assert set(veto_players(game, exact=True)) <= set(veto_players(other))
    merged = {frozenset(members) for members in symmetric_players(other)}
    for members in symmetric_players(game, exact=True):
        assert any(set(members) <= group for group in merged)
