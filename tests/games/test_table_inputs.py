"""Every way to write a table down, and every way to get it wrong."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.coalitional.coalition_orders import ORDERS, coalition_order
from gametrade.games.coalitional.integer_table import integer_table
from tests.strategies import table_games

SUBSETS = ["", "A", "B", "C", "AB", "AC", "BC", "ABC"]
SPELLED = {
    "bitmask": ["", "A", "B", "AB", "C", "AC", "BC", "ABC"],
    "reversed_bitmask": ["", "C", "B", "BC", "A", "AC", "AB", "ABC"],
    "size_lexicographic": SUBSETS,
    "lexicographic": sorted(SUBSETS),
}


def words(names, order):
    return ["".join(n for i, n in enumerate(names) if mask >> i & 1) for mask in coalition_order(len(names), order)]


@pytest.mark.parametrize("order", ORDERS)
def test_orders_of_three_players(order):
    assert words("ABC", order) == SPELLED[order]
    values = {word: len(word) + ord(word[0]) / 100 for word in SUBSETS if word}
    listed = [values.get(word, 0.0) for word in SPELLED[order]]
    for numbers in (listed, listed[1:], [Fraction(x) for x in listed]):
        game = gt.TableGame.from_array("ABC", numbers, order=order)
        assert all(game.value(word) == number for word, number in ((tuple(w), x) for w, x in values.items()))


def test_orders_of_five_players():
    names = "ABCDE"
    everyone = ["".join(c) for k in range(6) for c in combinations(names, k)]
    assert words(names, "size_lexicographic") == everyone
    assert words(names, "lexicographic") == sorted(everyone)
    counted = ["".join(n for n, inside in zip(names, row, strict=True) if inside) for row in product([0, 1], repeat=5)]
    assert words(names, "reversed_bitmask") == counted
    assert words(names[:1], "lexicographic") == ["", "A"]


def test_no_order_is_guessed():
    with pytest.raises(TypeError, match="order"):
        gt.TableGame.from_array("AB", [0, 1, 2, 3])
    with pytest.raises(gt.UnknownNameError, match="order of coalitions must be one of 'bitmask'"):
        gt.TableGame.from_array("AB", [0, 1, 2, 3], order="binary")
    with pytest.raises(gt.InvalidInputError, match=r"or one less without the empty coalition\. Got shape \(5,\)"):
        gt.TableGame.from_array("AB", [0, 1, 2, 3, 4], order="bitmask")
    with pytest.raises(gt.InvalidInputError, match="must be worth 0"):
        gt.TableGame.from_array("AB", [1, 1, 2, 3], order="lexicographic")


def test_labels_in_any_order_players_in_the_stated_one():
    game = gt.TableGame.from_values({("b", "a"): 3, ("c",): 1}, players="abc", missing=-2)
    assert game.players == ("a", "b", "c")
    assert game.table().tolist() == [0, -2, -2, 3, 1, -2, -2, -2]
    assert gt.TableGame.from_values({(): 0, ("a",): 1}).table().tolist() == [0, 1]


@pytest.mark.parametrize(
    ("values", "options", "error", "message"),
    [
        (
            {("a", "b"): 1, ("b", "a"): 2},
            {},
            gt.InvalidInputError,
            r"name each coalition once\. Got \('b', 'a'\) again",
        ),
        ({("a", "a"): 1}, {}, gt.InvalidInputError, "name each member once"),
        ({"ab": 1}, {}, gt.InvalidInputError, "not one string. Got 'ab'"),
        ({("a",): 1, ("z",): 1}, {"players": "ab"}, gt.UnknownNameError, "player must be one of 'a', 'b'. Got 'z'"),
        ({("a",): 1, ("b",): 1}, {"missing": None}, gt.InvalidInputError, r"Got none for \('a', 'b'\)"),
        ({("a",): 1, (): 1}, {}, gt.InvalidInputError, "empty coalition of TableGame must be worth 0. Got 1"),
        ({("a",): float("nan")}, {}, gt.InvalidInputError, "must be finite. Got nan"),
        ({("a",): 1}, {"missing": np.inf, "players": "ab"}, gt.InvalidInputError, "must be finite. Got inf"),
        ({("a",): "1"}, {}, gt.InvalidInputError, "must be a list of numbers"),
        ({("a",): None}, {}, gt.InvalidInputError, "must be"),
        ({}, {}, gt.InvalidInputError, "at least one"),
    ],
)
def test_wrong_mappings_are_refused(values, options, error, message):
    with pytest.raises(error, match=message):
        gt.TableGame.from_values(values, **options)


@pytest.mark.parametrize(
    "numbers", [["0", "1"], [0, "a"], [0, 1j], [[0], [1, 2]], np.array(["2020-01-01"] * 2, "M8[D]")]
)
def test_what_is_not_a_list_of_numbers_is_refused(numbers):
    with pytest.raises(gt.InvalidInputError, match="must be a list of numbers"):
        gt.TableGame(("a",), numbers)


def test_too_many_players_name_the_memory_and_what_scales():
    names = [f"home{i}" for i in range(40)]
    for build in (
        lambda: gt.TableGame(names, [0]),
        lambda: gt.TableGame.from_values({(name,): 1 for name in names}),
        lambda: gt.TableGame.from_array(names, [0], order="bitmask"),
        lambda: gt.TableGame.from_integers(names, np.zeros(1)),
    ):
        with pytest.raises(gt.TooManyPlayersError, match=r"8 TiB.*stops at.*Got 40; blocking_coalition.*brackets"):
            build()
    with pytest.raises(gt.TooManyPlayersError, match=r"\(512 MiB\)"):
        gt.TableGame.from_function(names[:26], len)


@given(table_games(), st.sampled_from(["+", "; "]))
def test_files_give_the_same_game_back(tmp_path_factory, game, separator):
    path = tmp_path_factory.mktemp("game") / "game.csv"
    game.to_csv(path, separator=separator)
    assert (
        gt.TableGame.from_csv(path, separator=separator, players=game.players).table().tolist() == game.table().tolist()
    )
    frame = game.to_frame()
    assert frame["value"].tolist() == game.numbers[1:].tolist()
    assert all(game.value(row.coalition) == row.value for row in frame.itertuples())


def test_fractions_survive_a_file(tmp_path):
    game = gt.TableGame("ab", [0, Fraction(1, 3), 0, Fraction(1, 10)])
    game.to_csv(tmp_path / "game.csv", separator="+")
    assert (tmp_path / "game.csv").read_text(encoding="utf-8") == "coalition,value\na,1/3\nb,0\na+b,1/10\n"
    numbers, denominator = integer_table(gt.TableGame.from_csv(tmp_path / "game.csv", separator="+", exact=True))
    assert (numbers.tolist(), denominator) == ([0, 10, 0, 3], 30)


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("a,b\n", {}, r"columns of the game .* must be \['coalition', 'value'\]"),
        ("", {}, r"columns .* Got \[\]"),
        ("coalition,value\na,1,2\n", {}, "must have two cells"),
        ("coalition,value\na,1\na,2\n", {}, "name each coalition once"),
        ("coalition,value\na+b,1\nb+a,2\n", {"missing": 0.0}, "name each coalition once"),
        ("coalition,value\na,1/3\n", {}, r"must be numbers \(exact=True reads fractions\). Got '1/3'"),
        ("coalition,value\na,1/0\n", {"exact": True}, "must be numbers. Got '1/0'"),
        ("coalition,value\na,x\n", {}, "must be numbers. Got 'x'"),
        ("coalition,value\na,nan\n", {}, "must be finite"),
        ("coalition,value\na+b,1\n", {}, "must name every coalition"),
        ("coalition,value\n+a,1\n", {"missing": 0.0, "players": "a"}, "must have a label on each side of '\\+'. Got"),
        ("coalition,value\na,1\n", {"separator": ""}, "separator must be text that is in no label"),
    ],
)
def test_wrong_files_are_refused(tmp_path, text, options, message):
    path = tmp_path / "game.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises((gt.InvalidInputError, gt.UnknownNameError), match=message):
        gt.TableGame.from_csv(path, **({"separator": "+"} | options))


def test_missing_files_and_separators_inside_labels_are_refused(tmp_path):
    with pytest.raises(gt.InvalidInputError, match="CSV file that can be read"):
        gt.TableGame.from_csv(tmp_path / "none.csv", separator="+")
    with pytest.raises(gt.InvalidInputError, match=r"in no label\. Got 'a' in 'ab'"):
        gt.TableGame(("ab",), [0, 1]).to_csv(tmp_path / "game.csv", separator="a")


def test_costs_become_gains_of_the_stated_kind():
    airport = {("A",): 1, ("B",): 3, ("A", "B"): 3}
    assert gt.TableGame.from_costs(airport, gains="savings").table().tolist() == [0, 0, 0, 1]
    assert gt.TableGame.from_costs(gt.TableGame.from_values(airport), gains="minus_costs").table().tolist() == [
        0,
        -1,
        -3,
        -3,
    ]
    exact = gt.TableGame.from_costs({("A",): Fraction(1, 3), ("B",): Fraction(1, 3), ("A", "B"): 0}, gains="savings")
    assert integer_table(exact)[0][-1] * 3 == integer_table(exact)[1] * 2
    with pytest.raises(gt.InvalidInputError, match="must name every coalition"):
        gt.TableGame.from_costs({("A",): 1, ("B",): 3}, gains="savings")
    with pytest.raises(gt.UnknownNameError, match="Did you mean 'savings'"):
        gt.TableGame.from_costs(airport, gains="saving")
