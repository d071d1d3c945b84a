"""Structures with a bound: against the exact dynamic program, and where all together are best."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

import gametrade as gt
from gametrade.games.formation import FormationGame, partition_of
from gametrade.solvers.bounded_structure import bounded_structure
from gametrade.solvers.optimal_structure import formation_prices, optimal_structure
from tests.strategies import sharing_games, table_games


@given(table_games())
@settings(max_examples=40, deadline=None)
def test_the_bound_meets_the_dynamic_program(game):
    found = bounded_structure(game)
    best = sum(map(game.value, optimal_structure(game)))
    slack = 1e-9 * max(1.0, np.abs(game.table()).max())
    assert partition_of(game, found.structure) == found.structure
    assert sum(map(game.value, found.structure)) == pytest.approx(found.value, abs=slack)
    assert found.value == pytest.approx(best, abs=slack)
    assert found.bound == pytest.approx(best, abs=slack)
    worst = (
        game.table()[1:] - np.array([found.prices[game.members(game.labels(row))].sum() for row in rows(game)])
    ).max()
    assert worst <= found.most_excess + slack


def rows(game):
    """Members of every coalition but the empty one."""
    masks = np.arange(1, 2**game.n_players)
    return (masks[:, None] >> np.arange(game.n_players) & 1).astype(bool)


@given(sharing_games(max_homes=6))
@settings(max_examples=30, deadline=None)
def test_sharing_keeps_everybody_together(game):
    found = bounded_structure(game)
    assert found.structure == (game.players,)
    assert found.gap <= 10 * game.tolerance
    best = sum(map(game.value, optimal_structure(game)))
    assert best <= found.bound + 10 * game.tolerance
    excess = game.table() - np.append(0.0, [found.prices[row].sum() for row in rows(game)])
    assert excess.max() <= 10 * game.tolerance


def test_eighteen_players_in_known_pairs():
    """Friends are worth 2 together, more than two cost extra: nine pairs."""
    n = 18
    masks = np.arange(2**n)
    sizes = np.bitwise_count(masks)
    pairs = np.bitwise_count(masks & masks >> 1 & 0b010101010101010101)
    game = gt.TableGame(tuple(f"h{i}" for i in range(n)), np.where(sizes > 1, 4.0 * pairs - 1.5 * sizes + 1.0, 0.0))
    found = bounded_structure(game)
    assert found.value == 18.0
    assert found.gap == 0.0
    assert all(int(a[1:]) // 2 == int(b[1:]) // 2 for a, b in found.structure[:9])
    with pytest.raises(gt.TooManyPlayersError, match="optimal_structure"):
        optimal_structure(game)
    with pytest.raises(gt.InvalidInputError, match="seconds"):
        bounded_structure(game, seconds=0)


def test_strong_prices_compare_only_structures_that_no_group_leaves():
    """Two or three together lose, all four gain 8: nobody starts alone, but all four start together."""
    game = gt.TableGame.from_function("ABCD", lambda s: {1: 0.0, 2: -2.0, 3: -3.0, 4: 8.0}[len(s)])
    weak, strong = (formation_prices(FormationGame(game), notion) for notion in ("nash", "strong_nash"))
    assert (weak.anarchy, strong.anarchy, strong.stability) == (float("inf"), 1.0, 1.0)
