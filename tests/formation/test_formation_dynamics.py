"""Paths of moves, and the structure worth most, against all partitions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.formation import FormationGame
from gametrade.solvers.formation_dynamics import MOVING, RISING, after_move, formation_path
from gametrade.solvers.formation_potential import formation_potential
from gametrade.solvers.optimal_structure import formation_prices, optimal_structure
from gametrade.solvers.partition_finder import SINGLE_MOVES
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
    assert path.replayed(formation)
    for before, move, after in zip(path.structures, path.moves, path.structures[1:], strict=False):
        assert after_move(formation, before, move) == after
        gained = formation.payoffs(after) - formation.payoffs(before)
        gains = gained[game.members(move.movers)]
        assert (gains > 0).all() if notion not in RISING else (gains.max() > 0 and gained.sum() > 0)
    stable = stable_partitions(formation, [notion])[notion].partitions
    assert path.ending == ("stable" if path.final in stable else "cycle")
    assert len(set(path.structures)) == len(path.structures) - (path.ending == "cycle")
    assert path.ending == "stable" or not path.potential


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
        formation_path(formation, notion="coalition_proof")
    with pytest.raises(gt.InvalidInputError, match="most_moves"):
        formation_path(formation, most_moves=-1)


def test_a_replay_notices_a_changed_path():
    formation = FormationGame(gt.TableGame.from_values({("a", "b"): 4.0, ("a", "b", "c"): 4.5}))
    path = formation_path(formation, notion="individual")
    assert path.replayed(formation)
    assert not replace(path, moves=(replace(path.moves[0], gains=(9.0,)), *path.moves[1:])).replayed(formation)
    assert not replace(path, structures=path.structures[:1], moves=()).replayed(formation)
    assert not replace(path, ending="cycle").replayed(formation)


def test_the_figure_has_a_frame_for_each_structure():
    formation = FormationGame(gt.TableGame.from_values({("a", "b"): 4.0, ("a", "b", "c"): 4.5}))
    figure = formation_path(formation, notion="individual").plot()
    assert [frame.name for frame in figure.frames] == ["0", "1"]
    assert list(figure.frames[1].data[0].text) == ["a", "b", "c"]
    assert list(figure.frames[1].data[0].x) == [1, 1, 2]
    assert figure.frames[1].layout.title.text.endswith("(stable)")


@given(table_games(max_players=4), st.sampled_from(list(SINGLE_MOVES)))
def test_a_potential_rises_with_every_move_and_a_cycle_needs_moves(game, notion):
    formation = FormationGame(game)
    found = formation_potential(formation, notion)
    improving = {(a, b) for a in found.structures for b in found.structures if improves_alone(formation, a, b, notion)}
    if found.values is not None:
        rank = dict(zip(found.structures, found.values.tolist(), strict=True))
        assert all(rank[b] > rank[a] for a, b in improving)
        for structure in found.structures:
            assert len(formation_path(formation, structure, notion=notion).moves) <= found.longest_path
    else:
        assert all(pair in improving for pair in zip(found.cycle, found.cycle[1:] + found.cycle[:1], strict=True))
    assert found.values is not None or notion != "contractually_individual"


def improves_alone(formation, before, after, notion):
    """Whether one player gains between two structures, with the consent that the notion asks for."""
    entry, leave = SINGLE_MOVES[notion]
    gained = formation.payoffs(after) - formation.payoffs(before)
    home = [{i: set(part) for part in structure for i in part} for structure in (before, after)]
    for k, i in enumerate(formation.players):
        if {frozenset(p) - {i} for p in before} - {frozenset()} == {frozenset(p) - {i} for p in after} - {frozenset()}:
            loses = {j for j, gain in zip(formation.players, gained, strict=True) if gain < -formation.tolerance}
            refused = (entry and home[1][i] & loses) or (leave and home[0][i] & loses)
            if gained[k] > formation.tolerance and not refused:
                return True
    return False
