"""A grid leader in a peak hour: threshold, auction, deterrence price, break-even root, stability."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.studies.auction_by import auction_by
from gametrade.analysis.studies.play_steps import step_game
from gametrade.games.stackelberg import GridLeaderGame
from tests.strategies import make_community

HOUR = {"demand": 100.0, "threshold": 90.0, "regular_price": 0.5}


@st.composite
def grid_leaders(draw):
    n, m = draw(st.integers(1, 5)), draw(st.integers(0, 4))

    def several(count, elements):
        return np.array([draw(elements) for _ in range(count)], dtype=float)

    return GridLeaderGame(
        auction_by(draw(st.sampled_from(["uniform_price", "uniform_price:k=0", "mcafee"]))),
        several(n, st.integers(1, 12)),
        several(n, st.sampled_from([0.5, 1, 2])),
        asks=several(m, st.integers(0, 9)),
        surpluses=several(m, st.sampled_from([0, 0.5, 1, 3, 20])),
        deficits=draw(st.sampled_from([np.inf, 2.0, 0.0])),
        demand=10.0,
        threshold=5.0,
        regular_price=4.0,
        export_price=draw(st.sampled_from([0.0, 1.0])),
        quadratic_cost=draw(st.sampled_from([0.0, 1.0])),
        blocks=draw(st.sampled_from([1, 3])),
    )


@given(grid_leaders())
def test_it_is_the_smallest_price_at_which_nobody_buys_from_the_grid(game):
    answer = gt.solve(game)[0]
    price = float(answer.strategies[0][0])
    assert answer.strategies[1].sum() == pytest.approx(0.0, abs=1e-9)
    assert answer.payoffs[0] == pytest.approx(0.0, abs=1e-9)
    for above in (price * 1.01 + 1e-9, price + 1.0):
        assert game.residuals(above).sum() == pytest.approx(0.0, abs=1e-9)
    if price > game.export_price:
        for lower in (price * 0.999, (price + game.export_price) / 2):
            assert game.residuals(lower).sum() > 0
            assert game.cost(game.residuals(lower).sum()) > 0


@given(grid_leaders())
def test_energy_is_balanced_and_nobody_loses_in_the_auction(game):
    auction = game.auction
    assert auction.bought.sum() == pytest.approx(auction.sold.sum(), abs=1e-9)
    assert (auction.sold <= game.surpluses + 1e-9).all()
    if auction.bought.any():
        assert (game.intercepts - game.slopes * auction.bought)[auction.bought > 0].min() >= auction.price - 1e-9
        assert game.asks[auction.sold > 0].max() <= auction.price + 1e-9
        assert auction.price >= game.export_price


def no_trade(bids, wanted, asks, offered):
    from gametrade.games.stackelberg import Auction

    return Auction(None, np.zeros(wanted.size), np.zeros(offered.size))


def test_without_trade_it_is_the_highest_value():
    game = GridLeaderGame(no_trade, [0.7, 0.9, 0.4], 0.1, **HOUR)
    assert gt.solve(game)[0].strategies[0][0] == pytest.approx(0.9)


def test_without_rationing_it_is_the_auction_price():
    game = GridLeaderGame(auction_by(), [8.0, 7.0], 1.0, asks=[2.0], surpluses=[40.0], **HOUR)
    assert game.auction.price == pytest.approx(2.0)
    assert game.auction.bought == pytest.approx([6.0, 5.0])
    assert gt.solve(game)[0].strategies[0][0] == pytest.approx(2.0)


def test_with_rationing_it_is_the_highest_value_that_is_left():
    game = GridLeaderGame(auction_by("uniform_price:k=0"), [8.0, 7.0], 1.0, asks=[2.0], surpluses=[3.0], **HOUR)
    answer = gt.solve(game)[0]
    left = (game.intercepts - game.slopes * game.auction.bought).max()
    assert answer.strategies[0][0] == pytest.approx(left)
    assert game.auction.bought.sum() <= 3.0


def test_it_does_not_act_up_to_the_threshold():
    for demand in (90.0, 10.0):
        game = GridLeaderGame(no_trade, [0.7], 0.1, demand=demand, threshold=90.0, regular_price=0.5)
        answer = gt.solve(game)
        assert answer[0].strategies[0][0] == 0.5
        assert answer[0].concept == "regular tariff"
        assert "does not act" in answer.finding
        assert answer[0].strategies[1][0] == pytest.approx(2.0)


@given(st.floats(0, 2), st.floats(0.125, 3), st.floats(3.5, 9), st.floats(0.125, 3))
def test_break_even_is_the_other_root(a, b, worth, slope):
    """With residual demand A - B p: p = (a A + b) / (1 + a B)."""
    game = GridLeaderGame(no_trade, [worth], slope, linear_cost=b, quadratic_cost=a, **HOUR)
    answer = gt.solve(game, "grid_price", root="break_even")[0]
    wanted = (a * worth / slope + b) / (1 + a / slope)
    assert answer.strategies[0][0] == pytest.approx(wanted, rel=1e-9)
    assert answer.concept == "break-even"
    assert wanted < gt.solve(game)[0].strategies[0][0]


@given(grid_leaders())
def test_at_break_even_revenue_covers_the_cost(game):
    if game.linear_cost > game.deterrence_price:
        with pytest.raises(gt.InvalidInputError, match="no break-even"):
            gt.solve(game, "grid_price", root="break_even")
        return
    answer = gt.solve(game, "grid_price", root="break_even")[0]
    price, energy = float(answer.strategies[0][0]), float(answer.strategies[1].sum())
    profit = price * energy - game.cost(energy)
    assert profit >= -1e-7 * (1 + game.cost(energy))
    if price > game.export_price:
        assert profit == pytest.approx(0.0, abs=1e-7 * (1 + game.cost(energy)))


def test_a_reduced_auction_leaves_a_pair_that_would_rather_trade():
    book = {"asks": [1.0, 2.0, 6.0], "surpluses": [1.0, 1.0, 1.0], "deficits": 1.0}
    full = GridLeaderGame(auction_by(), [9.0, 8.0, 3.0], 0.5, **book, **HOUR)
    reduced = GridLeaderGame(auction_by("trade_reduction"), [9.0, 8.0, 3.0], 0.5, **book, **HOUR)
    assert "stable" in gt.solve(full)[0].notes[1]
    assert "blocked" in gt.solve(reduced)[0].notes[1]


def test_a_peak_hour_of_a_community():
    community = make_community([[2.0], [3.0], [-4.0], [0.0]], 0.3, 0.1, demand=np.full((4, 1), 1.0))
    game = step_game(community, "grid_leader", 0, options={"threshold": 2.0})
    assert game.buyers == ("A", "B")
    assert game.sellers == ("C",)
    assert gt.solve(game)[0].strategies[1].sum() == pytest.approx(0.0, abs=1e-9)
    assert not step_game(community, "grid_leader", 0, options={"threshold": 20.0}).acts


@pytest.mark.parametrize(
    "changes", [{"slopes": 0.0}, {"surpluses": -1.0}, {"linear_cost": -1.0}, {"blocks": 0}, {"intercepts": [np.nan]}]
)
def test_bad_input_is_refused(changes):
    told = {"intercepts": [1.0], "slopes": 1.0, "asks": [1.0], "surpluses": 1.0, **HOUR, **changes}
    with pytest.raises(gt.InvalidInputError):
        GridLeaderGame(no_trade, told.pop("intercepts"), told.pop("slopes"), **told)


@example([(4, 2.0)])
@given(st.lists(st.tuples(st.integers(4, 12), st.sampled_from([0.5, 1.0, 2.0])), min_size=1, max_size=4))
def test_scarce_energy_is_all_sold_near_the_competitive_price(rows):
    """Supply of 3 kWh at ask 1: demand at the competitive price p is the sum of (a - p) / b over those with a > p."""
    worth, slopes = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    game = GridLeaderGame(auction_by(), worth, slopes, asks=[1.0], surpluses=[3.0], blocks=200, **HOUR)
    prices = np.linspace(0.5, 12.0, 100_001)
    demand = np.maximum(0.0, (worth[:, None] - prices) / slopes[:, None]).sum(axis=0)
    competitive = max(1.0, prices[np.argmax(demand <= 3.0)])
    width = 12.0 / 200
    assert game.auction.price == pytest.approx(competitive, abs=2 * width)
    most = min(3.0, np.maximum(0.0, (worth - game.auction.price) / slopes).sum()) if competitive == 1.0 else 3.0
    assert game.auction.sold.sum() == pytest.approx(most, abs=3e-9)
    assert gt.solve(game)[0].strategies[0][0] == pytest.approx(competitive, abs=2 * width)
    assert "stable" in gt.solve(game)[0].notes[1]
