"""Extreme points of the core against every system of tight coalitions."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, permutations

import numpy as np
import pytest

import gametrade as gt
from gametrade.games.coalitional import all_coalitions
from gametrade.games.coalitional.subset_sums import subset_sums
from gametrade.solvers.core_emptiness import core_emptiness
from gametrade.solvers.core_vertices import core_vertices
from gametrade.solvers.least_core_value import least_core_value
from tests.solvers.degenerate_games import as_game, random_game
from tests.solvers.exact_maschler import echelon


def by_brute_force(n, value, epsilon=0):
    """Solve every choice of n - 1 tight coalitions and keep the points that nobody leaves."""
    proper = [c for c in value if len(c) < n]
    found = set()
    for tight in combinations(proper, n - 1):
        amounts = [(tuple(range(n)), value[tuple(range(n))]), *((c, value[c] - epsilon) for c in tight)]
        rows = echelon([[*(Fraction(int(i in c)) for i in range(n)), Fraction(v)] for c, v in amounts])
        if any(rows[i][i] != 1 for i in range(n)):
            continue
        point = tuple(rows[i][n] for i in range(n))
        if all(sum(point[i] for i in c) >= value[c] - epsilon for c in proper):
            found.add(point)
    return tuple(sorted(found))


def test_random_games_of_up_to_four_players():
    rng, filled = np.random.default_rng(31), 0
    for _ in range(120):
        n, value = random_game(rng, most_players=4)
        game = as_game(n, value)
        found = core_vertices(game)
        assert found == by_brute_force(n, value), value
        filled += len(found) > 1
        if n > 1:
            assert (found == ()) == core_emptiness(game).empty
    assert filled > 20


def test_the_least_core_is_the_smallest_core_that_is_not_empty():
    rng = np.random.default_rng(32)
    for _ in range(40):
        n, value = random_game(rng, most_players=4)
        if n < 2:
            continue
        game = as_game(n, value)
        epsilon = least_core_value(game).fraction
        assert core_vertices(game, epsilon=epsilon - Fraction(1, 1000)) == ()
        if all(value[(i,)] - epsilon <= value[tuple(range(n))] for i in range(n)):
            assert core_vertices(game, epsilon=epsilon) == by_brute_force(n, value, epsilon)


def test_a_convex_game_has_its_marginal_vectors():
    weights = np.array([3, 1, 4, 2, 5])
    game = gt.TableGame(tuple("abcde"), subset_sums(weights) ** 2)
    expected = set()
    for order in permutations(range(5)):
        masks = np.cumsum([0, *(1 << i for i in order)])
        point = np.empty(5)
        point[list(order)] = np.diff(game.numbers[masks])
        expected.add(tuple(Fraction(x) for x in point))
    assert core_vertices(game) == tuple(sorted(expected))


def test_floats_and_shifts_are_taken_exactly():
    game = gt.TableGame.from_values({("a", "b"): 0.1, ("b", "c"): 0.2, ("a", "b", "c"): 0.7})
    points = core_vertices(game)
    rows = all_coalitions(3)
    for point in points:
        paid = [sum(x for x, i in zip(point, row, strict=True) if i) for row in rows]
        excess = [Fraction(v) - total for v, total in zip(game.numbers, paid, strict=True)]
        assert max(excess[1:-1]) == 0
        assert excess[-1] == 0


def test_too_many_players():
    with pytest.raises(gt.TooManyPlayersError, match="core_membership"):
        core_vertices(gt.TableGame(tuple("abcdefgh"), np.zeros(256)))
    assert core_vertices(gt.TableGame(("a",), np.array([0, 3]))) == ((3,),)


@pytest.mark.parametrize("epsilon", [float("nan"), float("inf"), "x"])
def test_the_excess_is_a_finite_number(epsilon):
    with pytest.raises(gt.InvalidInputError, match="epsilon of core_vertices must be a finite number"):
        core_vertices(gt.TableGame.from_values({("a", "b"): 1}), epsilon=epsilon)
