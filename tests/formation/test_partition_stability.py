"""Stable structures against a literal reading of the definitions on all small partitions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.formation import FormationGame
from gametrade.solvers.partition_finder import SINGLE_MOVES
from gametrade.solvers.partition_stability import deviation_from, stable_partitions

NOTIONS = (*SINGLE_MOVES, "core", "merge_split")


def all_partitions(items):
    """Every partition of a list, by recursion on its first item."""
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for smaller in all_partitions(rest):
        yield [frozenset([first]), *smaller]
        for k, part in enumerate(smaller):
            yield [*smaller[:k], part | {first}, *smaller[k + 1 :]]


def subsets(items):
    return [frozenset(x for i, x in enumerate(items) if mask >> i & 1) for mask in range(1, 2 ** len(items))]


def pays(table, n):
    """Equal split in fractions: every single value is zero in these games."""
    value = {s: Fraction(int(table[sum(1 << i for i in s)]), len(s)) for s in subsets(range(n))}
    return lambda i, s: value[s]


def improves(x, parts, before):
    """Nobody loses and somebody gains when the players are in `parts`."""
    gains = [x(i, part) - x(i, before[i]) for part in parts for i in part]
    return min(gains) >= 0 and max(gains) > 0


def is_stable(x, n, partition, notion):
    home = {i: part for part in partition for i in part}
    if notion == "core":
        return not any(all(x(i, s) > x(i, home[i]) for i in s) for s in subsets(range(n)))
    if notion == "merge_split":
        merged = [frozenset().union(*(partition[k] for k in chosen)) for chosen in subsets(range(len(partition)))]
        splits = [parts for whole in partition for parts in all_partitions(sorted(whole))]
        return not any(improves(x, [whole], home) for whole in merged) and not any(
            improves(x, parts, home) for parts in splits
        )
    entry, leave = SINGLE_MOVES[notion]
    for i in range(n):
        left = home[i] - {i}
        for target in [*partition, frozenset()]:
            after = target | {i}
            refused = entry and any(x(j, after) < x(j, target) for j in target - {i})
            refused |= leave and any(x(j, left) < x(j, home[i]) for j in left)
            if i not in target and x(i, after) > x(i, home[i]) and not refused:
                return False
    return True


@st.composite
def whole_tables(draw, most=5):
    n = draw(st.integers(1, most))
    numbers = draw(st.lists(st.integers(-3, 12), min_size=2**n, max_size=2**n))
    return n, np.array([0 if m & (m - 1) == 0 else v for m, v in enumerate(numbers)])


@given(whole_tables())
def test_lists_hold_what_the_definitions_say(drawn):
    n, table = drawn
    game = gt.TableGame("ABCDE"[:n], table.astype(float))
    formation, x = FormationGame(game), pays(table, n)
    answers = stable_partitions(formation)
    for notion in NOTIONS:
        listed = {frozenset(map(frozenset, p)) for p in answers[notion].partitions}
        for partition in all_partitions(list(range(n))):
            labels = frozenset(frozenset("ABCDE"[i] for i in part) for part in partition)
            stable = is_stable(x, n, partition, notion)
            assert (labels in listed) == stable
            found = deviation_from(formation, labels, notion)
            assert (found is None) == stable
            if found is not None and notion != "merge_split" and found.gains:
                assert min(found.gains) > 0
    sets = {notion: set(answer.partitions) for notion, answer in answers.items()}
    assert sets["nash"] <= sets["individual"] <= sets["contractually_individual"]
    assert sets["nash"] <= sets["contractual"] <= sets["contractually_individual"]


def test_additive_games_leave_every_structure_stable():
    game = gt.TableGame.from_function("ABCD", lambda s: float(sum("ABCD".index(i) + 1 for i in s)))
    for notion, answer in stable_partitions(FormationGame(game)).items():
        assert len(answer.partitions) == (0 if notion == "d_c" else 15)  # D_c wants others to be worse
        assert answer.examined == 15


def test_a_superadditive_game_split_in_the_core_keeps_the_grand_coalition():
    game = gt.TableGame.from_function("ABCD", lambda s: float(len(s) ** 2))
    stable = stable_partitions(FormationGame(game, "shapley"), ["core", "nash"])
    assert stable["core"].partitions == stable["nash"].partitions == ((("A", "B", "C", "D"),),)


def test_three_players_have_an_empty_hedonic_core_when_pairs_are_liked_in_turn():
    """Each prefers the pair with the next player: A-B for A, B-C for B, C-A for C; all three are worst."""
    likes = {("A", "B"): (2, 1), ("B", "C"): (2, 1), ("A", "C"): (1, 2)}

    def rule(game):
        return likes.get(game.players, (0,) if game.n_players == 1 else (-1, -1, -1))

    game = gt.TableGame.from_function("ABC", lambda s: {1: 0.0, 2: 3.0, 3: -3.0}[len(s)])
    answers = stable_partitions(FormationGame(game, rule))
    assert not answers["core"].partitions
    assert not answers["nash"].partitions
    witness = deviation_from(FormationGame(game, rule), [["A", "B"], ["C"]], "core")
    assert witness.coalition == ("B", "C")
    assert witness.gains == (1.0, 1.0)


def test_too_many_players_and_unknown_notions():
    big = FormationGame(gt.TableGame([f"h{i}" for i in range(11)], np.zeros(2**11)))
    with pytest.raises(gt.TooManyPlayersError, match="core"):
        stable_partitions(big, ["core"])
    with pytest.raises(gt.UnknownNameError, match="notion"):
        stable_partitions(big, ["nsh"])
