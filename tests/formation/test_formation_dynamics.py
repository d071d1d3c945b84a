"""Paths of moves, and the structure worth most, against all partitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.formation import FormationGame
from gametrade.solvers.formation_dynamics import MOVING, after_move, formation_path
from gametrade.solvers.optimal_structure import formation_prices, optimal_structure
from gametrade.solvers.partition_stability import stable_partitions
from tests.formation.test_partition_stability import all_partitions
from tests.strategies import table_games


@given(table_games())
def test_no_structure_is_worth_more(game):
    best = max(sum(map(game.value, partition)) for partition in all_partitions(list(game.players)))
    found = optimal_structure(game)
    assert sorted(label for part in found for label in part) == sorted(game.players)
    assert np.isclose(sum(map(game.value, found)), best, rtol=1e-12, atol=1e-12 * np.abs(game.table()).max())


@given(table_games(), st.sampled_from(MOVING))
def test_paths_end_in_a_listed_structure_or_in_a_cycle(game, notion):
    formation = FormationGame(game)
    path = formation_path(formation, notion=notion)
    for before, move, after in zip(path.structures, path.moves, path.structures[1:], strict=False):
        assert after_move(formation, before, move) == after
        gained = formation.payoffs(after) - formation.payoffs(before)
        assert (gained[game.members(move.movers)] > 0).all()
    stable = stable_partitions(formation, [notion])[notion].partitions
    assert path.ending == ("stable" if path.final in stable else "cycle")
    assert len(set(path.structures)) == len(path.structures) - (path.ending == "cycle")
    assert path.ending == "stable" or notion != "contractually_individual"


def test_a_player_that_runs_after_another_makes_a_cycle():
    """A wants to be with B and B wants to be alone."""
    game = gt.TableGame("AB", np.zeros(4))
    formation = FormationGame(game, lambda part: (1.0, -1.0) if part.n_players == 2 else (0.0,))
    path = formation_path(formation)
    assert path.ending == "cycle"
    assert set(path.cycle) == {(("A",), ("B",)), (("A", "B"),)}
    assert formation_path(formation, most_moves=1).ending == "stopped"
    assert formation_prices(formation).anarchy is None


def test_prices_compare_stable_gains_with_the_largest():
    """Two or three together lose, all four gain 8: nobody starts."""
    game = gt.TableGame.from_function("ABCD", lambda s: {1: 0.0, 2: -2.0, 3: -3.0, 4: 8.0}[len(s)])
    prices = formation_prices(FormationGame(game))
    assert (prices.optimal, prices.best, prices.worst) == (8.0, 8.0, 0.0)
    assert (prices.stability, prices.anarchy) == (1.0, float("inf"))


def test_one_player_and_bad_options():
    formation = FormationGame(gt.TableGame("A", [0.0, 3.0]))
    assert formation_path(formation).final == optimal_structure(formation.game) == (("A",),)
    with pytest.raises(gt.UnknownNameError, match="moves"):
        formation_path(formation, notion="merge_split")
    with pytest.raises(gt.InvalidInputError, match="most_moves"):
        formation_path(formation, most_moves=-1)
