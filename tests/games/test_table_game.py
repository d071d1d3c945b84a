"""Games given as tables: order, messages, read-only numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

import gametrade as gt
from gametrade.games.coalitional import all_coalitions
from tests.strategies import table_games


@given(table_games())
def test_table_values_and_value_agree(game):
    rows = all_coalitions(game.n_players)
    assert np.array_equal(game.values(rows), game.table())
    for row, number in zip(rows, game.table(), strict=True):
        assert game.value(game.labels(row)) == number
    assert game.grand_value == game.numbers[-1]
    assert game.single_values.tolist() == [game.numbers[1 << i] for i in range(game.n_players)]


@given(table_games())
def test_tolerance_is_a_billionth_of_the_zero_normalised_range(game):
    normalised = game.numbers - all_coalitions(game.n_players) @ game.single_values
    assert game.tolerance == pytest.approx(1e-9 * np.ptp(normalised), rel=1e-12)


def test_numbers_are_copied_and_read_only():
    numbers = np.array([0.0, 1, 2, 4])
    game = gt.TableGame(("a", "b"), numbers)
    numbers[3] = 99
    assert game.grand_value == 4
    with pytest.raises(ValueError, match="read-only"):
        game.table()[3] = 1
    assert game.unit == "money"


@pytest.mark.parametrize(
    ("names", "numbers", "message"),
    [
        ("ab", [0, 1, 2], r"must have 2\^n = 4 entries for 2 players\. Got shape \(3,\)"),
        ("ab", [[0, 1], [2, 3]], r"Got shape \(2, 2\)"),
        ("ab", [0, 1, np.nan, 3], r"must be finite\. Got nan for mask 2"),
        ("ab", [0, 1, 2, np.inf], r"must be finite\. Got inf for mask 3"),
        ("ab", [0, -1e308, 1e308, 1e308], r"must be at most 1e\+300 in size.*Got 1e\+308 for mask 2"),
        ("ab", [0, -1e308, 0, 1], r"Got -1e\+308 for mask 1"),
        ("ab", [1, 1, 2, 3], r"empty coalition of TableGame must be worth 0\. Got 1\.0"),
        ("aa", [0, 1, 2, 3], r"must be unique and at least one"),
        ("", [0], r"must be unique and at least one"),
    ],
)
def test_bad_tables_are_refused(names, numbers, message):
    with pytest.raises(gt.InvalidInputError, match=message):
        gt.TableGame(tuple(names), numbers)


def test_too_many_players_are_refused_before_anything_is_tabulated():
    with pytest.raises(gt.TooManyPlayersError, match="TableGame needs 2"):
        gt.TableGame.from_function([str(i) for i in range(26)], len)
    with pytest.raises(gt.TooManyPlayersError):
        gt.TableGame(tuple(str(i) for i in range(29)), np.zeros(1))


def test_from_function_sees_labels_in_player_order():
    seen = []
    game = gt.TableGame.from_function("xyz", lambda coalition: seen.append(coalition) or len(coalition))
    assert seen == [("x",), ("y",), ("x", "y"), ("z",), ("x", "z"), ("y", "z"), ("x", "y", "z")]
    assert game.grand_value == 3


def test_from_values_leaves_the_rest_at_zero_whatever_the_order_of_labels():
    game = gt.TableGame.from_values({("s", "b"): 6.0, ("t",): -1.0})
    assert game.players == ("s", "b", "t")
    assert game.value(["b", "s"]) == 6
    assert game.value(["t"]) == -1
    assert game.value(["s", "t"]) == 0
    with pytest.raises(gt.InvalidInputError, match="at least one"):
        gt.TableGame.from_values({})


def test_all_coalitions_of_some_masks():
    assert all_coalitions(3, np.array([5, 2])).tolist() == [[True, False, True], [False, True, False]]
    assert all_coalitions(0).shape == (1, 0)


class Majority(gt.CoalitionalGame):
    """A game that writes only what it must."""

    @property
    def players(self):
        return ("a", "b", "c")

    def values(self, members):
        return (members.sum(axis=1) >= 2).astype(float)


def test_a_game_that_writes_only_players_and_values_has_the_rest():
    game = Majority()
    assert game.table().tolist() == [0, 0, 0, 1, 0, 1, 1, 1]
    assert game.value(["a", "c"]) == 1
    assert (game.n_players, game.grand_value, game.unit) == (3, 1.0, "money")
    assert game.single_values.tolist() == [0, 0, 0]
    assert game.tolerance == 1e-9
    found = gt.blocking_coalition(game, [0.5, 0.25, 0.25])
    assert found.coalition == ("b", "c")
    assert found.excess == 0.5
    assert gt.analyse_stability(game, ["equal_split"])["equal_split"].n_blocking == 3
