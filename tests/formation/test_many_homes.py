"""Switching homes: against the tables of all coalitions for few, and by their certificates for more."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.formation import FormationGame
from gametrade.solvers.certified_structure import certified_structure
from gametrade.solvers.formation_dynamics import formation_path
from gametrade.solvers.partition_finder import SINGLE_MOVES
from gametrade.solvers.partition_stability import deviation_from, stable_partitions
from gametrade.solvers.settled_homes import settled_homes
from gametrade.solvers.switching_path import switching_path
from tests.strategies import sharing_games

RULES = ("mid_market_rate", "equal_split", "supply_demand_ratio", "competitive_price", "bill_sharing")


@given(sharing_games(max_homes=6, scales=(1.0,)), st.sampled_from(RULES), st.sampled_from(list(SINGLE_MOVES)))
@settings(max_examples=30, deadline=None)
def test_paths_end_where_the_tables_say_nobody_moves(game, rule, notion):
    formation = FormationGame(game, rule)
    path = switching_path(formation, notion=notion)
    assert path.replayed()
    if path.ending == "stable":
        left = deviation_from(formation, path.final, notion)
        assert left is None or max(left.gains) <= 10 * formation.tolerance
    else:
        assert path.ending == "cycle"
        assert notion != "contractually_individual"
    by_table = formation_path(formation, notion=notion)
    assert by_table.moves or not path.moves


@given(sharing_games(max_homes=5, scales=(1.0,)), st.sampled_from(RULES), st.data())
@settings(max_examples=30, deadline=None)
def test_the_certificate_says_what_enumeration_says(game, rule, data):
    formation = FormationGame(game, rule)
    numbers = data.draw(st.lists(st.integers(0, 2), min_size=game.n_players, max_size=game.n_players))
    structure = [[i for i, k in zip(game.players, numbers, strict=True) if k == c] for c in set(numbers)]
    proof = certified_structure(formation, structure)
    slack = 10 * formation.tolerance
    assert np.allclose(proof.payoffs, formation.payoffs(structure), rtol=1e-9, atol=slack)
    for notion, holds in (("nash", proof.nash_stable), ("pair_nash", proof.pair_stable)):
        found = deviation_from(formation, structure, notion)
        if holds:
            assert found is None or min(found.gains) <= slack
        elif notion == "nash" or (proof.pair is not None and min(proof.pair.gains) > slack):
            assert found is not None
    if proof.pair is not None:
        assert min(proof.pair.gains) == pytest.approx(best_pair_by_hand(formation, structure), abs=slack)
    if proof.blocking is not None and proof.blocking.blocks is False:
        assert deviation_from(formation, structure, "core") is None


def best_pair_by_hand(formation, structure):
    """Largest gain of the worse off of two homes over every simultaneous move."""
    players = list(formation.players)
    at = {i: k for k, part in enumerate(structure) for i in part}
    now, best = formation.payoffs(structure), -np.inf
    targets = range(len(structure) + 2)
    for i, j in itertools.combinations(players, 2):
        for a, b in itertools.product(targets, targets):
            if a == at[i] or b == at[j]:
                continue
            after = {**at, i: a, j: b}
            parts = [[x for x in players if after[x] == k] for k in set(after.values())]
            if {frozenset(p) for p in parts} == {frozenset(p) for p in structure if p}:
                continue
            gains = formation.payoffs(parts) - now
            best = max(best, min(gains[players.index(i)], gains[players.index(j)]))
    return best


def test_sixty_homes_settle_and_the_evidence_stands_by_itself():
    game = gt.SharingGame(gt.communities.street(60, 2, rng=1, start="2023-06-01"))
    formation = FormationGame(game, "mid_market_rate")
    path = switching_path(formation)
    assert path.ending == "stable"
    proof = certified_structure(formation, path.final)
    assert proof.nash_stable
    assert not proof.pair_stable
    home = proof.single.movers[0]
    moved = [[i for i in part if i != home] for part in path.final if set(part) != set(proof.single.coalition) - {home}]
    after = formation.payoffs([*filter(None, moved), proof.single.coalition])
    k = game.players.index(home)
    assert after[k] - proof.payoffs[k] == pytest.approx(proof.single.gains[0], abs=1e-9)
    movers = proof.pair.movers
    assert min(proof.pair.gains) > 0
    new = proof.pair.parts or (proof.pair.coalition,)
    left = [[i for i in part if i not in movers] for part in path.final]
    kept = [part for part in left if part and not any(set(part) <= set(joined) for joined in new)]
    gained = formation.payoffs([*kept, *new]) - proof.payoffs
    assert np.allclose(gained[game.members(movers)], proof.pair.gains)
    assert set(proof.to_dict()) >= {"structure", "single", "pair", "blocking"}
    assert "best pair" in str(proof)


def test_all_together_can_be_the_coalition_that_gains_most():
    """Two homes apart: no proper coalition gains, both together do."""
    game = gt.SharingGame(gt.communities.street(2, 1, rng=3, start="2023-06-01"))
    apart = certified_structure(FormationGame(game, "mid_market_rate"), [[name] for name in game.players])
    assert apart.blocking is not None
    assert game.grand_value > game.tolerance
    assert apart.blocking.coalition == game.players
    assert apart.blocking.excess == pytest.approx(game.grand_value)
    assert apart.blocking.blocks


def test_prices_in_the_core_hold_together_against_pairs():
    game = gt.SharingGame(gt.communities.street(30, 2, rng=1, start="2023-06-01"))
    end = settled_homes(FormationGame(game, "competitive_price"), [game.players])
    assert end.ending == "stable"
    assert end.certificate.pair_stable
    assert end.certificate.blocking.blocks is False
    assert "stable" in str(end)


def test_pairs_that_leave_and_return_make_a_cycle():
    game = gt.SharingGame(gt.communities.street(20, 1, rng=1, start="2023-06-01"))
    end = settled_homes(FormationGame(game, "mid_market_rate"), [game.players])
    assert end.ending in ("cycle", "stopped")
    assert not end.certificate.pair_stable
    assert settled_homes(FormationGame(game, "mid_market_rate"), [game.players], most_pairs=0).ending == "stopped"


def test_other_starts_end_where_the_first_runs_in_a_circle():
    game = gt.SharingGame(gt.communities.street(30, 7, rng=1, start="2023-06-01"))
    formation = FormationGame(game, "supply_demand_ratio")
    first = settled_homes(formation)
    assert first.ending == "cycle"
    assert len(first.cycle) > 1
    more = settled_homes(formation, starts=12, rng=np.random.default_rng(0))
    assert more.ending == "stable"
    assert more.certificate.pair_stable
    assert more.cycle == first.cycle
    assert all(path.replayed() for path in more.paths)


def test_a_street_without_any_structure_that_pairs_keep():
    """All 203 structures of six homes: some are Nash-stable, no pair keeps any of them, and no start ends."""
    game = gt.SharingGame(gt.communities.street(6, 7, rng=4, start="2023-06-01"))
    formation = FormationGame(game, "mid_market_rate")
    found = stable_partitions(formation, ["nash", "pair_nash"])
    assert found["nash"].partitions
    assert not found["pair_nash"].partitions
    end = settled_homes(formation, starts=6, rng=np.random.default_rng(0))
    assert (end.ending, end.starts) == ("cycle", 6)
    assert end.certificate.structure in found["nash"].partitions
    assert end.certificate.nash_stable
    assert not end.certificate.pair_stable


def test_a_changed_path_is_noticed():
    game = gt.SharingGame(gt.communities.street(8, 1, rng=1, start="2023-06-01"))
    path = switching_path(FormationGame(game, "mid_market_rate"))
    assert path.replayed()
    home, pool, gain = path.moves[0]
    assert not replace(path, moves=((home, pool, gain + 1.0), *path.moves[1:])).replayed()
    assert not replace(path, moves=path.moves[:-1]).replayed()
    assert len(path.plot().frames) == len(path.moves) + 1
    assert switching_path(path.formation, most_moves=1).ending == "stopped"


def test_what_does_not_fit_is_refused():
    game = gt.SharingGame(gt.communities.street(4, 1, rng=1))
    with pytest.raises(gt.InvalidInputError, match="many homes"):
        switching_path(FormationGame(game, "shapley"))
    with pytest.raises(gt.InvalidInputError, match="many homes"):
        switching_path(FormationGame(gt.TableGame("ab", np.zeros(4))))
    with pytest.raises(gt.UnknownNameError, match="moves"):
        switching_path(FormationGame(game), notion="core")
    with pytest.raises(gt.InvalidInputError, match="most_moves"):
        switching_path(FormationGame(game), most_moves=-1)
    with pytest.raises(gt.InvalidInputError, match="most_pairs"):
        settled_homes(FormationGame(game), most_pairs=-1)
    with pytest.raises(gt.InvalidInputError, match="rng of settled_homes must be given for more than two starts"):
        settled_homes(FormationGame(game), starts=3)
    with pytest.raises(gt.InvalidInputError, match="exactly one coalition"):
        certified_structure(FormationGame(game), [game.players[:2]])
