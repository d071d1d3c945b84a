"""A prosumer who sells under a usage charge: its closed form, the grid as alternative, zones with different charges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.studies.play_steps import step_game
from gametrade.analysis.verification.leaders import prove_leader
from gametrade.games.stackelberg import UsageChargeGame
from tests.strategies import make_community

PRICES = st.floats(0, 1, width=32)


@given(st.floats(0.125, 3, width=32), st.floats(0.125, 5, width=32), PRICES, PRICES, PRICES)
def test_one_consumer_pays_the_closed_form(worth, slope, charge, one, two):
    export, import_ = sorted([one, two])
    game = UsageChargeGame([worth], [slope], charge, import_price=import_, export_price=export)
    answer = gt.solve(game)[0]
    energy = answer.strategies[1][0]
    wanted = np.clip((worth - charge + export) / 2, export, max(export, import_ - charge))
    if export + charge < import_ and export + charge < worth:
        assert answer.strategies[0][0] == pytest.approx(wanted, rel=1e-12)
        assert energy == pytest.approx((worth - wanted - charge) / slope, rel=1e-6, abs=1e-12)
        assert energy > 0
    else:
        assert answer.payoffs[0] == pytest.approx(0.0, abs=1e-12)
    assert answer.regrets.max() <= 1e-12 * (1 + worth) ** 2 / slope


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 4), st.integers(0, 4)), min_size=1, max_size=5),
    st.sampled_from([np.inf, 0.5, 3.0]),
)
def test_no_price_of_a_grid_beats_the_best_over_zones(rows, surplus):
    worth, slope, charge = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    game = UsageChargeGame(worth, slope, charge, import_price=6.0, export_price=1.0, surplus=surplus)
    answer = gt.solve(game)[0]
    prices = np.concatenate([np.linspace(1.0, game.cap, 600), game.highest_prices, game.highest_prices + 1e-9])
    for price in prices[(prices >= 1.0) & (prices <= game.cap)]:
        if game.demands(price).sum() <= surplus:
            assert game.objective(price) <= answer.payoffs[0] + 1e-9
    assert answer.strategies[1].sum() <= surplus + 1e-9
    assert answer.payoffs[0] == pytest.approx(
        (answer.strategies[0][0] - 1.0) * answer.strategies[1].sum(), rel=1e-12, abs=1e-12
    )
    assert answer.regrets.max() <= 1e-9
    proof = prove_leader(answer)
    assert abs(proof.regret) <= 1e-9
    assert 0 <= proof.follower_gap <= 1e-9


def test_the_far_zone_is_given_up_where_the_near_one_pays_more():
    game = UsageChargeGame([9.0, 9.0], [1.0, 20.0], [0.0, 4.0], import_price=6.0, export_price=1.0)
    answer = gt.solve(game)[0]
    assert answer.strategies[0][0] == pytest.approx(5.0)
    assert answer.strategies[1].tolist() == pytest.approx([4.0, 0.0])
    assert game.demands(2.0)[1] > 0


def test_the_import_price_may_not_be_the_lower_one():
    with pytest.raises(gt.InvalidInputError, match="import_price"):
        UsageChargeGame([1.0], [1.0], import_price=0.1, export_price=0.2)


def test_leaders_of_a_community():
    community = make_community([[2.0], [3.0], [-4.0], [0.0]], 0.3, 0.1, 0.05, demand=np.full((4, 1), 1.0))
    seller = step_game(community, "usage_charge", 0, elasticity=0.5)
    answer = gt.solve(seller)[0]
    assert seller.players == ("C", "followers")
    assert seller.components(1) == ("A", "B")
    assert 0.1 <= answer.strategies[0][0] <= 0.25
    assert answer.strategies[1].sum() <= 4.0 + 1e-9
    monopoly = step_game(community, "charging_retailer", 0, elasticity=0.5)
    assert gt.solve(monopoly)[0].strategies[0][0] == pytest.approx(0.3)
    assert gt.solve(monopoly)[0].strategies[1] == pytest.approx([2.0, 3.0])
    assert monopoly.followers == ("A", "B")
    assert step_game(make_community([[2.0], [3.0]]), "usage_charge", 0) is None
    assert step_game(make_community([[-1.0]]), "charging_retailer", 0) is None
