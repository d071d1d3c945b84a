"""Stability against groups: literal readings of the definitions in fractions, on all partitions of few players."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.formation import FormationGame
from gametrade.solvers.formation_dynamics import after_move, formation_path
from gametrade.solvers.partition_finder import most_players
from gametrade.solvers.partition_stability import deviation_from, stable_partitions
from tests.formation.test_partition_stability import all_partitions, improves, pays, subsets, whole_tables

GROUPS = ("pair_nash", "strong_nash:3", "strong_nash", "contractual_core", "d_c", "coalition_proof")


def homes(partition):
    return {i: part for part in partition for i in part}


def reached(partition, group, n):
    """Every partition in which all outside `group` are with whom they were, less the group."""
    fixed = {part - group for part in partition if part - group}
    for other in map(frozenset, all_partitions(list(range(n)))):
        if {part - group for part in other if part - group} == fixed:
            yield other


def strongly_stable(x, n, partition, most):
    home = homes(partition)
    for group in subsets(range(n)):
        if len(group) <= most and any(
            all(x(i, homes(other)[i]) > x(i, home[i]) for i in group) for other in reached(partition, group, n)
        ):
            return False
    return True


def harmless_deviation(x, n, partition):
    """Some S of which nobody loses and somebody gains, while nobody left behind loses."""
    home = homes(partition)
    for s in subsets(range(n)):
        rest = [i for i in range(n) if i not in s]
        if improves(x, [s], home) and all(x(i, home[i] - s) >= x(i, home[i]) for i in rest):
            return True
    return False


def defects(x, n, partition):
    """Some collection that the partition, cut down to its players, does not Pareto-dominate."""
    for players in subsets(range(n)):
        frame = frozenset(part & players for part in partition if part & players)
        for collection in map(frozenset, all_partitions(sorted(players))):
            if collection != frame and not improves(x, frame, homes(collection)):
                return True
    return False


def coalition_proof(x, n, partition):
    @cache
    def enforced(start, group):
        """Whether the group has a deviation from which no part of it has one."""
        home = homes(start)
        return any(
            all(x(i, homes(other)[i]) > x(i, home[i]) for i in group)
            and not any(enforced(other, part) for part in subsets(sorted(group)) if part < group)
            for other in reached(start, group, n)
        )

    return not any(enforced(frozenset(partition), group) for group in subsets(range(n)))


LITERAL = {
    "pair_nash": lambda x, n, p: strongly_stable(x, n, p, 2),
    "strong_nash:3": lambda x, n, p: strongly_stable(x, n, p, 3),
    "strong_nash": lambda x, n, p: strongly_stable(x, n, p, n),
    "contractual_core": lambda x, n, p: not harmless_deviation(x, n, p),
    "d_c": lambda x, n, p: not defects(x, n, p),
    "coalition_proof": coalition_proof,
}


@given(whole_tables(most=4))
@settings(max_examples=60, deadline=None)
def test_lists_hold_what_the_definitions_say(drawn):
    n, table = drawn
    game = gt.TableGame("ABCDE"[:n], table.astype(float))
    formation, x = FormationGame(game), pays(table, n)
    answers = stable_partitions(formation, (*GROUPS, "nash", "core", "merge_split", "contractually_individual"))
    for notion in GROUPS:
        listed = {frozenset(map(frozenset, p)) for p in answers[notion].partitions}
        for partition in all_partitions(list(range(n))):
            labels = frozenset(frozenset("ABCDE"[i] for i in part) for part in partition)
            stable = LITERAL[notion](x, n, partition)
            assert (labels in listed) == stable
            found = deviation_from(formation, labels, notion)
            assert (found is None) == stable
            if found is not None and notion not in ("d_c", "contractual_core"):
                before = tuple(sorted((tuple(sorted(part)) for part in labels), key=min))
                after = after_move(formation, before, found)
                gained = formation.payoffs(after) - formation.payoffs(before)
                assert np.allclose(gained[game.members(found.movers)], found.gains)
                assert min(found.gains) > 0
    sets = {notion: set(answer.partitions) for notion, answer in answers.items()}
    assert sets["strong_nash"] <= sets["pair_nash"] & sets["core"] & sets["coalition_proof"]
    assert sets["coalition_proof"] <= sets["nash"]
    assert sets["pair_nash"] <= sets["nash"]
    assert sets["contractual_core"] <= sets["contractually_individual"] & sets["merge_split"]
    assert sets["d_c"] <= sets["merge_split"]
    assert len(sets["d_c"]) <= 1


@given(whole_tables(most=4), st.data())
@settings(max_examples=60, deadline=None)
def test_merge_and_split_end_in_the_d_c_stable_structure_if_there_is_one(drawn, data):
    n, table = drawn
    formation = FormationGame(gt.TableGame("ABCDE"[:n], table.astype(float) + np.bitwise_count(np.arange(2**n)) ** 2))
    found = stable_partitions(formation, ["d_c"])["d_c"].partitions
    start = data.draw(st.sampled_from(list(all_partitions(list("ABCDE"[:n])))))
    path = formation_path(formation, start, notion="merge_split")
    assert path.ending == "stable"
    assert not found or path.final == found[0]


def test_larger_groups_undo_what_pairs_cannot():
    """Only all four together gain, so nobody and no pair starts, and three do."""
    game = gt.TableGame.from_function("ABCD", lambda s: {1: 0.0, 2: -1.0, 3: -1.0, 4: 4.0}[len(s)])
    formation = FormationGame(game)
    alone = [["A"], ["B"], ["C"], ["D"]]
    assert deviation_from(formation, alone, "pair_nash") is None
    found = deviation_from(formation, alone, "strong_nash:3")
    assert len(found.movers) == 3
    assert found.coalition == ("A", "B", "C", "D")
    assert found.gains == (1.0, 1.0, 1.0)


def test_movers_that_go_to_different_coalitions_are_told_where():
    """B and D swap their partners: each gains, and nobody else is asked."""
    likes = {("A", "B"): (0, 1), ("C", "D"): (0, 1), ("A", "D"): (0, 2), ("B", "C"): (2, 0)}

    def rule(game):
        return likes.get(game.players, (0,) if game.n_players == 1 else (-1,) * game.n_players)

    game = gt.TableGame.from_function(
        "ABCD", lambda s: float(sum(rule(gt.TableGame(sorted(s), np.zeros(2 ** len(s))))))
    )
    formation = FormationGame(game, rule)
    pairs = (("A", "B"), ("C", "D"))
    assert deviation_from(formation, pairs, "nash") is None
    found = deviation_from(formation, pairs, "pair_nash")
    assert (found.movers, found.gains) == (("B", "D"), (1.0, 1.0))
    assert found.parts == after_move(formation, pairs, found) == (("A", "D"), ("B", "C"))
    assert deviation_from(formation, found.parts, "strong_nash") is None


def test_a_deviation_that_would_be_betrayed_does_not_count():
    """A and C would leave B for 2 and 1, but then C would leave A to join B for 3."""
    likes = {("A", "B"): (-1, 3), ("A", "C"): (2, 1), ("B", "C"): (0, 3)}
    formation = FormationGame(
        gt.TableGame("ABC", np.zeros(8)), lambda part: likes.get(part.players, (0,) * part.n_players)
    )
    together = [["A", "B", "C"]]
    assert deviation_from(formation, together, "strong_nash").movers == ("A", "C")
    assert deviation_from(formation, together, "coalition_proof") is None
    answers = stable_partitions(formation, ["strong_nash", "coalition_proof"])
    assert not answers["strong_nash"].partitions
    assert answers["coalition_proof"].partitions == ((("A", "B", "C"),),)


def test_ten_players_of_separate_games_are_coalition_proof_where_each_game_is():
    """Three games of betrayal and a player by itself; who mixes them loses, so the structures multiply."""
    likes = {(0, 1): (-1, 3), (0, 2): (2, 1), (1, 2): (0, 3)}

    def rule(part):
        who = ["ABCDEFGHIJ".index(player) for player in part.players]
        if len({i // 3 for i in who}) > 1:
            return (-1,) * len(who)
        return likes.get(tuple(i % 3 for i in who), (0,) * len(who))

    formation = FormationGame(gt.TableGame("ABCDEFGHIJ", np.zeros(2**10)), rule)
    apart = (("A", "B", "C"), ("D", "E", "F"), ("G", "H", "I"), ("J",))
    answer = stable_partitions(formation, ["coalition_proof"])["coalition_proof"]
    assert answer.partitions == (apart,)
    assert answer.examined == 115_975
    assert deviation_from(formation, apart, "strong_nash") is not None


@pytest.mark.parametrize("notion", ["strong_nash:0", "strong_nash:x", "strong_nash:", "pairs"])
def test_unknown_notions_are_refused(notion):
    with pytest.raises(gt.UnknownNameError, match="notion of stability"):
        most_players(notion)


def test_coalition_proofness_is_for_few_players():
    with pytest.raises(gt.TooManyPlayersError, match="strong_nash, which implies it"):
        stable_partitions(FormationGame(gt.TableGame("ABCDEFGHIJK", np.zeros(2**11))), ["coalition_proof"])
