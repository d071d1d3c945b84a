"""The load-data game against the newsvendor's cost computed by trying every purchase."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.coalitional import LoadDataGame, all_coalitions

checked = settings(max_examples=80, deadline=None, derandomize=True)


@st.composite
def load_data_games(draw):
    n, scenarios = draw(st.integers(1, 3)), draw(st.integers(1, 8))
    signals = [[draw(st.integers(0, 2)) for _ in range(scenarios)] for _ in range(n)]
    load = [draw(st.integers(-3, 9)) / 2 for _ in range(scenarios)]
    surplus, ahead, shortage = sorted(draw(st.sampled_from([0.0, 1.0, 2.0, 3.5, -1.0])) for _ in range(3))
    chance = draw(st.one_of(st.none(), st.just([1.0 + k for k in range(scenarios)])))
    return LoadDataGame([f"h{i}" for i in range(n)], signals, load, ahead, shortage, surplus, chance)


def cost(game, scenarios, probability):
    """Least cost over every purchase worth trying: the loads themselves."""

    def of(bought):
        short, over = np.maximum(game.load - bought, 0), np.maximum(bought - game.load, 0)
        each = game.ahead_price * bought + game.shortage_price * short - game.surplus_price * over
        return float(probability[scenarios] @ each[scenarios])

    return min(of(bought) for bought in game.load[scenarios])


@checked
@given(load_data_games())
def test_value_is_the_saving_of_the_best_purchases(game):
    chance = np.ones(len(game.load)) if game.chance is None else np.array(game.chance)
    probability = chance / chance.sum()
    nothing = cost(game, np.ones(len(game.load), dtype=bool), probability)
    for row in all_coalitions(game.n_players)[1:]:
        cells = {tuple(column) for column in game.signals[row].T}
        informed = sum(
            cost(game, np.array([tuple(column) == cell for column in game.signals[row].T]), probability)
            for cell in cells
        )
        assert game.values(row[None])[0] == pytest.approx(nothing - informed, abs=1e-9)


@checked
@given(load_data_games())
def test_more_data_never_costs(game):
    table = game.table()
    for mask in range(2**game.n_players):
        for i in range(game.n_players):
            assert table[mask | 1 << i] >= table[mask] - 1e-9


def test_rules_share_the_value_of_data():
    game = LoadDataGame(["a", "b"], [[0, 0, 1, 1], [0, 1, 0, 1]], [1, 2, 2, 3], 2.0, 3.0, 1.0)
    assert gt.allocate(game, "shapley").payoffs.tolist() == [0.25, 0.25]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"signals": [[0]]}, "shape"),
        ({"ahead_price": 9.0}, "surplus <= ahead <= shortage"),
        ({"load": [1.0, np.inf]}, "finite"),
        ({"chance": [0.0, 0.0]}, "not negative nor all 0"),
    ],
)
def test_bad_input(change, message):
    good = {"names": ["a"], "signals": [[0, 1]], "load": [1.0, 2.0], "ahead_price": 2.0, "shortage_price": 3.0,
            "surplus_price": 1.0}  # fmt: skip
    with pytest.raises(gt.InvalidInputError, match=message):
        LoadDataGame(**{**good, **change})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"load": ["x", 1]}, "load of LoadDataGame must be"),
        ({"load": 3}, "load of LoadDataGame must be"),
        ({"ahead_price": "x"}, "ahead_price of LoadDataGame must be a finite number"),
        ({"signals": [[0, 1], [1]]}, "rows of the same length"),
        ({"signals": [[0, float("nan")]]}, "signals of LoadDataGame must be finite numbers"),
        ({"chance": [1]}, "chance of LoadDataGame must be"),
    ],
)
def test_what_is_no_number_is_said_in_a_sentence(change, words):
    given = {
        "names": ["a", "b"],
        "signals": [[0, 1], [1, 1]],
        "load": [1, 2],
        "ahead_price": 2.0,
        "shortage_price": 3.0,
    }
    with pytest.raises(gt.InvalidInputError, match=words):
        LoadDataGame(**{**given, "surplus_price": 1.0, **change})
