"""The partition game, its payoffs and the list of all partitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.formation import FormationGame, partition_of
from gametrade.solvers.partition_enumeration import partition_blocks
from tests.strategies import sharing_games, table_games

BELL = (1, 2, 5, 15, 52, 203, 877, 4140, 21147)


@pytest.mark.parametrize("n", range(1, 10))
def test_every_partition_comes_once(n):
    rows = [row for coalitions, place in partition_blocks(n) for row in zip(coalitions, place, strict=True)]
    assert len({tuple(place) for _, place in rows}) == len(rows) == BELL[n - 1]
    for coalitions, place in rows:
        expected = [sum(1 << i for i in range(n) if place[i] == k) for k in range(n)]
        assert coalitions.tolist() == expected


@given(st.one_of(table_games(max_players=4), sharing_games(max_homes=4)), st.sampled_from(["equal_split", "shapley"]))
def test_table_holds_what_the_rule_pays_each_coalition(game, rule):
    formation = FormationGame(game, rule)
    for mask in range(1, 2**game.n_players):
        inside = np.array([bool(mask >> i & 1) for i in range(game.n_players)])
        structure = [game.labels(inside), *[[label] for label in game.labels(~inside)]]
        paid = formation.payoffs(structure)[inside]
        assert np.allclose(formation.payoff_table[mask, inside], paid, rtol=1e-9, atol=formation.tolerance)
        assert np.isnan(formation.payoff_table[mask, ~inside]).all()


def test_rule_of_meter_data_splits_the_selected_community():
    street = gt.communities.fontana("flat")
    names = street.names[:4]
    formation = FormationGame(gt.SharingGame(street.select(names)), "mid_market_rate")
    pair = street.select([names[0], names[3]])
    assert np.allclose(formation.payoff_table[0b1001, [0, 3]], gt.allocate(pair, "mid_market_rate").payoffs)


@pytest.mark.parametrize(
    ("structure", "got"),
    [
        ([["a", "b"]], "Got none for 'c'"),
        ([["a", "b"], ["b", "c"]], "Got 'b' twice"),
        ([["a", "a"], ["b", "c"]], "Got 'a' twice"),
        ([["a", "b", "c"], []], "Got an empty coalition"),
    ],
)
def test_a_partition_covers_each_player_once(structure, got):
    game = gt.TableGame("abc", np.zeros(8))
    with pytest.raises(gt.InvalidInputError, match=got):
        partition_of(game, structure)


def test_a_rule_of_meter_data_needs_a_community():
    with pytest.raises(gt.InvalidInputError, match="mid_market_rate"):
        FormationGame(gt.TableGame("ab", np.zeros(4)), "mid_market_rate")
