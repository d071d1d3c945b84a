"""The auction among electric vehicles against closed forms, a general convex solver, and its own price-taking gap."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, minimize

import gametrade as gt
from gametrade.games.vehicle_trading import VehicleTrading
from gametrade.solvers.iterative_double_auction import iterative_double_auction, price_taking_gap


def one_pair(weight, least, quadratic, linear, efficiency=0.9):
    """Positive root of the first-order condition."""
    rest = 1 - least
    b = 2 * quadratic * rest + linear * efficiency
    c = linear * rest - weight * efficiency
    a = 2 * quadratic * efficiency
    return (-b + np.sqrt(b * b - 4 * a * c)) / (2 * a)


@given(
    st.floats(0.1, 20),
    st.sampled_from([0.0, 0.5, 5.0, 10.0]),
    st.floats(0.002, 0.1),
    st.floats(0, 0.5),
    st.sampled_from([11.2, 14.0, 20.0]),
)
def test_one_pair_has_a_closed_form(weight, least, quadratic, linear, supply):
    market = VehicleTrading([weight], [least], [16.0], [supply], [quadratic], [linear])
    answer = iterative_double_auction(market)
    ends = least / 0.9, min(16.0 / 0.9, supply)
    assert answer.converged
    assert answer.energies[0, 0] == pytest.approx(np.clip(one_pair(weight, least, quadratic, linear), *ends), abs=1e-5)


def random_market(seed, n, m):
    rng = np.random.default_rng(seed)
    return VehicleTrading(
        rng.uniform(1, 8, n),
        rng.uniform(0, 5, n) * (n <= m),
        rng.uniform(8, 18, n),
        rng.uniform(6, 20, m),
        rng.uniform(0.005, 0.02, m),
        rng.choice([0.0, 0.1, 0.2], m),
    )


@pytest.mark.parametrize(("seed", "n", "m"), [(0, 2, 3), (1, 3, 2), (2, 4, 4), (3, 1, 4), (4, 4, 1)])
def test_welfare_is_the_optimum_of_a_general_solver(seed, n, m):
    market = random_market(seed, n, m)
    answer = iterative_double_auction(market)
    received = np.kron(np.eye(n), np.ones((1, m)))
    given_ = np.kron(np.ones((1, n)), np.eye(m))
    start = np.tile(market.supply / (n + 1), (n, 1)).ravel()
    optimum = minimize(
        lambda x: -market.welfare(x.reshape(n, m)),
        start,
        bounds=[(0, None)] * (n * m),
        constraints=[
            LinearConstraint(received, market.least / 0.9, market.most / 0.9),
            LinearConstraint(given_, -np.inf, market.supply),
        ],
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-12},
    )
    assert answer.converged
    assert answer.welfare == pytest.approx(-optimum.fun, abs=1e-4)
    assert answer.welfare >= -optimum.fun - 1e-4


@pytest.mark.parametrize("seed", range(4))
def test_the_gap_bounds_what_is_missing_at_any_prices(seed):
    market = random_market(seed, 3, 3)
    best = iterative_double_auction(market).welfare
    rng = np.random.default_rng(seed)
    for _ in range(20):
        energies = rng.uniform(1, 2, market.shape)
        prices = rng.uniform(0, 1, market.shape)
        assert price_taking_gap(market, energies, prices) >= best - market.welfare(energies) - 1e-6


def test_prices_are_marginal_utilities_and_marginal_costs_where_energy_flows():
    market = VehicleTrading([4.0, 6.0], [0.0, 0.0], [15.0, 18.0], [20.0, 20.0], [0.01, 0.02], [0.1, 0.05])
    answer = iterative_double_auction(market)
    received = 0.9 * answer.energies.sum(axis=1)
    assert (received < market.most).all()
    assert (answer.energies.sum(axis=0) < market.supply - 1e-3).all()
    marginal = market.weights * 0.9 / (received + 1)
    assert answer.prices == pytest.approx(np.tile(marginal[:, None], 2), abs=1e-6)
    assert answer.prices == pytest.approx(2 * market.quadratic * answer.energies + market.linear, abs=1e-6)


def test_money_balances_sellers_never_lose_and_buyers_without_obligation_neither():
    for seed in range(5):
        market = random_market(seed, 4, 3)
        answer = iterative_double_auction(market)
        assert answer.buyer_gains.sum() + answer.seller_gains.sum() == pytest.approx(answer.welfare)
        assert (answer.seller_gains >= -1e-6).all()
        assert (answer.buyer_gains >= -1e-6).all()


def test_an_obliged_buyer_can_lose():
    answer = iterative_double_auction(VehicleTrading([0.1], [10.0], [12.0], [20.0], [0.05], [0.2]))
    assert answer.energies[0, 0] == pytest.approx(10 / 0.9)
    assert answer.buyer_gains[0] < -1


def test_nobody_trades_where_a_side_is_empty():
    for market in (VehicleTrading([], [], [], [3.0], 0.1, 0.1), VehicleTrading([1.0], [0.0], [5.0], [], [], [])):
        answer = iterative_double_auction(market)
        assert (answer.converged, answer.welfare, answer.energies.size) == (True, 0.0, 0)


def test_too_few_rounds_are_reported():
    answer = iterative_double_auction(random_market(0, 3, 3), max_rounds=2)
    assert not answer.converged
    assert np.isfinite(answer.gap)
    assert "not converged in 2 rounds" in str(answer)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": [0.0]}, "weights must be positive in VehicleTrading. Got 0."),
        ({"least": [13.0]}, "most must be at least the least in VehicleTrading. Got 12."),
        ({"least": [12.0], "supply": [5.0]}, "need 13.3333 kWh at the dischargers. Got a supply of 5."),
        ({"quadratic": [0.0]}, "quadratic must be positive"),
        ({"efficiency": 0.0}, "efficiency must be above 0 and at most 1 in VehicleTrading. Got 0."),
        ({"linear": [np.nan]}, "linear of VehicleTrading must be 1 finite numbers."),
    ],
)
def test_bad_markets_are_refused(change, message):
    good = {"weights": [1.0], "least": [0.0], "most": [12.0], "supply": [9.0], "quadratic": [0.1], "linear": [0.1]}
    with pytest.raises(gt.InvalidInputError) as caught:
        VehicleTrading(**{**good, **change})
    assert message in str(caught.value)
