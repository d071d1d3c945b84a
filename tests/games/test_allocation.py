"""The answer of an allocation rule."""

from __future__ import annotations

import json

import numpy as np
import pytest

import gametrade as gt
from tests.strategies import make_community, one_step


def test_payoffs_are_copied_and_read_only():
    payoffs = np.array([1.0, 2.0])
    allocation = gt.Allocation(one_step([1, -1]), "mine", payoffs)
    payoffs[0] = 7
    assert allocation.payoffs.tolist() == [1, 2]
    with pytest.raises(ValueError, match="read-only"):
        allocation.payoffs[0] = 1
    assert allocation.imbalance == 3 - 8


@pytest.mark.parametrize(
    ("payoffs", "message"),
    [
        ([1.0], r"one number for each of the 2 players\. Got shape \(1,\)"),
        ([1.0, np.nan], "payoffs of Allocation by 'mine' must be finite"),
        ([[1.0, 2.0]], r"Got shape \(1, 2\)"),
    ],
)
def test_bad_payoffs_are_refused(payoffs, message):
    with pytest.raises(gt.InvalidInputError, match=message):
        gt.Allocation(one_step([1, -1]), "mine", payoffs)
    with pytest.raises(gt.InvalidInputError, match="sell_price of Allocation"):
        gt.Allocation(one_step([1, -1]), "mine", [1, 2], sell_price=[np.inf])


def test_forms_of_display():
    game = one_step([1, -1])
    allocation = gt.Allocation(
        game, "mine", [3, 5], standard_errors=[0.1, 0.2], beside={"before": np.array([1.0, 2.0])}, notes=("a tie",)
    )
    frame = allocation.to_frame()
    assert frame.loc["B"].to_dict() == {"payoff": 5.0, "before": 2.0, "standard_error": 0.2}
    data = json.loads(json.dumps(allocation.to_dict()))
    assert data["payoffs"] == {"A": 3.0, "B": 5.0}
    assert data["unit"] == "EUR"
    assert data["buy_price"] is None
    assert "[1] a tie" in str(allocation)
    assert "<table" in allocation._repr_html_()


def test_prices_are_in_the_json_form_and_long_lists_are_cut():
    allocation = gt.allocate(make_community(np.where(np.eye(45), -1.0, 1.0)), "mid_market_rate")
    assert len(allocation.to_dict()["sell_price"]) == 45
    assert "and 5 more" in str(allocation)
