"""Games in files: fractions as text, and costs that become gains."""

from __future__ import annotations

import json

import pytest

import gametrade as gt
from gametrade.cli.game_files import read_game
from gametrade.games.coalitional import integer_table

AIRPORT = {"A": 1, "B": 3, "A,B": 3}


def written(tmp_path, **content):
    path = tmp_path / "game.json"
    path.write_text(json.dumps({"players": ["A", "B"], **content}), encoding="utf-8")
    return path


def test_fractions_are_kept(tmp_path):
    numbers, denominator = integer_table(read_game(written(tmp_path, values={"A": "1/3", "B,A": 0.5})))
    assert (numbers.tolist(), denominator) == ([0, 2, 0, 3], 6)


def test_costs_become_gains(tmp_path):
    assert read_game(written(tmp_path, values=AIRPORT, gains="savings")).table().tolist() == [0, 0, 0, 1]
    assert read_game(written(tmp_path, values=AIRPORT, gains="minus_costs")).table().tolist() == [0, -1, -3, -3]


def test_wrong_costs_and_fractions_are_refused(tmp_path):
    with pytest.raises(gt.InvalidInputError, match="must name every coalition"):
        read_game(written(tmp_path, values={"A": 1}, gains="savings"))
    with pytest.raises(gt.UnknownNameError, match="Did you mean 'savings'"):
        read_game(written(tmp_path, values=AIRPORT, gains="saving"))
    for number in ("1/0", "a third", "nan", "1e999/3", None, [1]):
        with pytest.raises(gt.InvalidInputError, match="must be a finite number"):
            read_game(written(tmp_path, values={"A": number}))
