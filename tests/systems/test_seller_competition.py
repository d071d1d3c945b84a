"""Sellers' prices, buyers' choice, and the loop around both: rest points, closed forms, bounds, deviations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.games.pricing.seller_competition import SellerCompetition
from gametrade.solvers.nested_prices import buyers_at_rest

GRID = {"import_price": 0.4, "export_price": 0.1}
SELLERS, BUYERS = st.integers(1, 4), st.integers(1, 5)


def drawn(m, n, seed, **grid):
    rng = np.random.default_rng(seed)
    return SellerCompetition(
        rng.choice([0.0, 2.0, 4.0, 6.0], m) if seed % 3 == 0 else rng.uniform(1, 6, m),
        rng.choice([0.1, 0.3, 0.35], m),
        rng.choice([0.02, 0.05], m),
        rng.choice([0.3, 0.5, 0.6], n),
        rng.choice([0.05, 0.1], n),
        **(grid or GRID),
    )


@settings(max_examples=20)
@given(SELLERS, BUYERS, st.integers(0, 10**6))
def test_at_rest_sellers_in_use_give_equal_welfare_and_others_no_more(m, n, seed):
    """(a), at arbitrary prices, sellers over-subscribed or not."""
    game = drawn(m, n, seed)
    prices = np.random.default_rng(seed).uniform(0.1, 0.4, m)
    shares, left = buyers_at_rest(game, prices, np.full((n, m), 1 / m), gap=1e-3, steps=20_000)
    welfare = game.welfare(prices, shares)
    top = float(np.abs(welfare).max())
    assert left <= 1e-3 * top
    for row, share in zip(welfare, shares, strict=True):
        average = float(row @ share)
        assert (row <= average + 1e-3 * top + 1e-15).all()
        assert row[share > 1e-6] == pytest.approx(average, abs=1e-3 * top + 1e-15)


def test_the_inner_game_is_an_evolutionary_game_with_the_same_rest_point():
    """Second method: LSODA on the population game."""
    game = SellerCompetition([3, 5], 0.1, 0.05, [0.6, 0.6], 0.05, **GRID)
    prices = np.array([0.2, 0.25])
    shares, _ = buyers_at_rest(game, prices, np.full((2, 2), 0.5), gap=1e-7, steps=20_000)
    flow = gt.solve(game.choice(prices), "replicator_dynamics", start=[[0.5, 0.5]] * 2)[0]
    assert flow.strategies[0] == pytest.approx(shares[0], abs=1e-4)
    assert game.demands(prices, shares)[0] > game.offers(prices)[0]


def test_replicators_never_jump_and_the_extinct_stay_extinct():
    game = SellerCompetition([3, 5], 0.1, 0.05, [0.6], 0.05, **GRID)
    shares, _ = buyers_at_rest(game, np.array([0.1, 0.4]), np.array([[0.0, 1.0]]), steps=50)
    assert shares[0] == pytest.approx([0.0, 1.0], abs=1e-200)
    one, _ = buyers_at_rest(game, np.array([0.1, 0.4]), np.array([[0.5, 0.5]]), gap=0.0, steps=1)
    assert 0 < one[0, 1] < 0.5


@given(SELLERS, st.integers(1, 4), st.integers(0, 10**6))
def test_the_fixed_point_of_both_loops(m, n, seed):
    """(b) law of one price and the closed form inside all bounds; (d), (e), boundary prices and zero energies."""
    game = drawn(m, n, seed)
    found = gt.solve(game, max_rounds=1, deviations=0)[0]
    prices, offered = (np.array([s[k] for s in found.strategies[:m]]) for k in (0, 1))
    shares = np.stack(found.strategies[m:])
    assert (prices == prices[0]).all()
    assert game.export_price <= prices[0] <= game.import_price
    assert found.regret <= 1e-12
    assert offered == pytest.approx(game.offers(prices))
    excess = game.demands(prices, shares) - offered
    scale = 1e-9 * (1 + game.energies.sum() + game.wanted(prices).sum())
    if game.export_price < prices[0] < game.import_price:
        assert np.abs(excess).max() <= scale
    elif prices[0] == game.import_price:
        assert excess.min() >= -scale
    else:
        assert excess.max() <= scale
    inside = (offered > 0).all() and (offered < game.energies).all() and (game.wanted(prices) > 0).all()
    if inside and game.export_price < prices[0] < game.import_price:
        assert prices[0] == pytest.approx(game.closed_form(), rel=1e-9)
    if offered.sum() > 0:
        assert shares[0] == pytest.approx(offered / offered.sum())


@settings(max_examples=6, deadline=None)
@given(st.integers(1, 3), st.integers(1, 3), st.integers(0, 10**6))
def test_the_loops_lead_to_the_fixed_point(m, n, seed):
    game = drawn(m, n, seed * 3 + 1)
    answer = gt.solve(game, deviations=0)
    assert answer.trace[-1]["excess"] <= 5e-3, answer.finding
    last = np.array(answer.trace[-1]["prices"])
    offered = game.offers(last)
    for seller in np.flatnonzero(offered > 0.02 * offered.sum()):
        assert last[seller] == pytest.approx(answer[0].strategies[seller][0], abs=5e-3)


@settings(max_examples=10)
@given(st.integers(2, 4), st.integers(1, 4), st.integers(0, 10**6))
def test_equal_prices_share_out_demand_as_energy_offered(m, n, seed):
    """(c), over-subscribed; then every seller serves the same share of what is asked of it."""
    rng = np.random.default_rng(seed)
    game = SellerCompetition(rng.uniform(0.5, 1.5, m), 0.05, 0.05, rng.uniform(0.8, 1, n), 0.05, **GRID)
    prices = np.full(m, 0.2)
    shares, _ = buyers_at_rest(game, prices, np.full((n, m), 1 / m), gap=1e-9, steps=20_000)
    asked, offered = game.demands(prices, shares), game.offers(prices)
    assert asked.sum() > offered.sum()
    assert asked / asked.sum() == pytest.approx(offered / offered.sum(), rel=1e-4)


def test_sellers_keep_what_is_worth_more_to_themselves():
    game = SellerCompetition([5.0], 0.3, 0.05, [0.5], 0.1, **GRID)
    assert game.offers(np.array([0.2])).tolist() == pytest.approx([3.0])
    for energy in np.linspace(0, 5, 51):
        kept = 5 - energy
        other = 0.3 * kept - 0.025 * kept**2 + 0.2 * energy
        best = 0.3 * 2 - 0.025 * 4 + 0.2 * 3
        assert other <= best + 1e-12


def test_too_little_energy_is_rationed_at_the_import_price():
    game = SellerCompetition([1.0, 2.0], 0.0, 0.05, [0.6, 0.6], 0.02, **GRID)
    found = gt.solve(game, deviations=0)[0]
    assert [s[0] for s in found.strategies[:2]] == [0.4, 0.4]
    assert found.strategies[2] == pytest.approx([1 / 3, 2 / 3])
    assert any("ration" in note for note in found.notes)


def test_nobody_who_wants_energy_leaves_the_lowest_price():
    game = SellerCompetition([1.0, 2.0], 0.0, 0.05, [0.05], 0.02, **GRID)
    found = gt.solve(game, deviations=0)[0]
    assert [s[0] for s in found.strategies[:2]] == [0.1, 0.1]
    assert found.payoffs == pytest.approx([0.1, 0.2, 0.0])
    assert any("unsold" in note for note in found.notes)


def test_what_a_seller_gains_by_setting_its_price_is_reported():
    game = SellerCompetition([8.0], 0.1, 0.02, [0.6], 0.05, **GRID)
    alone = gt.solve(game, deviations=31)[0]
    gain = alone.certificate["price_setting_gains"]["seller 1"]
    grid = [game.seller_payoffs(np.array([p]), np.ones((1, 1)))[0] for p in np.linspace(0.1, 0.4, 31)]
    assert gain == pytest.approx(max(grid) - alone.payoffs[0])
    assert gain > 0
    assert any("price takers" in note for note in alone.notes)


def test_bad_numbers_are_refused():
    with pytest.raises(gt.InvalidInputError, match="needs a seller and a buyer"):
        SellerCompetition([], [], [], [1.0], 1.0, **GRID)
    with pytest.raises(gt.InvalidInputError, match="import_price of SellerCompetition must be at least"):
        SellerCompetition([1.0], 0.1, 0.1, [1.0], 1.0, import_price=0.1, export_price=0.2)
    with pytest.raises(gt.InvalidInputError, match="keep_bends of SellerCompetition must be positive"):
        SellerCompetition([1.0], 0.1, 0.0, [1.0], 1.0, **GRID)
    with pytest.raises(gt.InvalidInputError, match="must be 1 numbers"):
        SellerCompetition([1.0], [0.1, 0.2], 0.1, [1.0], 1.0, **GRID)
    with pytest.raises(gt.InvalidInputError, match="finite"):
        SellerCompetition([np.nan], 0.1, 0.1, [1.0], 1.0, **GRID)
