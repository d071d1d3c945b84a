"""The verdict on a structure says what the list of stable ones says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gametrade.analysis.partition_verdict import CLAIMS, partition_verdict
from gametrade.games.formation import FormationGame, partition_of
from gametrade.solvers.partition_finder import NOTIONS
from gametrade.solvers.partition_stability import stable_partitions
from tests.formation.test_partition_stability import all_partitions
from tests.strategies import table_games


@given(table_games(max_players=4), st.sampled_from((*NOTIONS, "strong_nash:3")))
def test_verdicts_agree_with_the_list(game, notion):
    formation = FormationGame(game)
    stable = stable_partitions(formation, [notion])[notion].partitions
    for partition in all_partitions(list(game.players)):
        verdict = partition_verdict(formation, partition, notion)
        assert verdict.holds == (partition_of(game, partition) in stable)
        assert bool(verdict.witness) != verdict.holds
        assert verdict.margin <= 0
        if verdict.certificate.get("gains") and notion not in ("merge_split", "d_c", "contractual_core"):
            assert verdict.margin < 0


def test_every_notion_has_its_claim():
    assert set(CLAIMS) == set(NOTIONS)
