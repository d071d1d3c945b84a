"""Collectives, energy classes, storage rental, cost shares, tokens and the markets of a community."""

from __future__ import annotations

import numpy as np
import pytest

import gametrade as gt
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.contracts import (
    EnergyCollective,
    PeerDispatch,
    community_contracts,
    community_dispatch,
    demurrage,
    energy_classes,
    half_life,
    no_worse_than_alone,
    storage_rental,
)
from gametrade.solvers.collective_dispatch import collective_dispatch
from gametrade.solvers.consensus_dispatch import consensus_dispatch
from gametrade.solvers.forward_market import forward_market
from gametrade.solvers.full_substitutability import full_substitutability
from gametrade.solvers.price_adjustment import price_adjustment
from tests.decentralised.instances import five
from tests.strategies import make_community


def random_street(rng, n=4, steps=3, **prices):
    return make_community(rng.integers(-4, 5, size=(n, steps)).astype(float), **prices)


@pytest.mark.parametrize("charge", [0.0, 2.0, 9.0])
def test_bilateral_markets_of_a_community_reach_the_gains_of_the_sharing_game(charge):
    rng = np.random.default_rng(int(charge))
    for _ in range(4):
        street = random_street(rng, network_charge=charge)
        found = consensus_dispatch(community_dispatch(street).game)
        value = gt.SharingGame(street).grand_value
        assert -found.cost == pytest.approx(value, abs=1e-5 * (1 + value))
        assert -found.cost_bound >= value - 1e-9


def test_payoffs_at_link_prices_are_in_the_core():
    rng = np.random.default_rng(8)
    for _ in range(4):
        street = random_street(rng)
        market = community_dispatch(street)
        found = consensus_dispatch(market.game, tolerance=1e-9)
        payoffs = market.of_homes(found.payoffs)
        game = gt.SharingGame(street)
        assert gt.blocking_coalition(game, payoffs).excess <= 1e-5 * (1 + game.grand_value)


def test_partners_charges_and_flexibility():
    street = make_community([[-2.0], [1.0], [1.0]])
    assert consensus_dispatch(community_dispatch(street, [("A", "B")]).game).cost == pytest.approx(-8, abs=1e-6)
    dear = community_dispatch(street, [("A", "B"), ("A", "C")], charge=[1.0, 5.0]).game
    assert consensus_dispatch(dear).cost == pytest.approx(-6, abs=1e-6)
    bent = community_dispatch(street, flexibility=8.0).game
    assert consensus_dispatch(bent).dispatch.max() == pytest.approx(2 / 3, abs=1e-5)


def test_contracts_of_a_community_are_substitutes_and_end_efficient():
    street = make_community([[-2.0], [1.0], [1.0]])
    network = community_contracts(street, [0], energy=0.5)
    assert all(full_substitutability(network, home).holds for home in network.players)
    found = price_adjustment(network, step=0.25, start=1)
    assert found.talk.converged
    assert float(found.welfare) == gt.SharingGame(street).grand_value == 16
    assert float(max(found.gaps.values())) <= 4 * 0.25


def test_manager_of_a_collective_finds_the_cut_price():
    homes = {"curvature": [1, 1, 2], "slope": [2, 12, 14], "lower": [0, -9, -9], "upper": [9, 0, 0]}
    inside = (2 + 12 + 14 / 2) / 2.5
    for outside, price in (((9, 4), inside), ((8, 4), 8.0), ((12, 10), 10.0)):
        found = collective_dispatch(EnergyCollective("abc", **homes, import_price=outside[0], export_price=outside[1]))
        assert found.talk.converged
        assert found.inside_price == pytest.approx(price, abs=1e-5)
        sold = (found.inside_price - np.array(homes["slope"])) / np.array(homes["curvature"])
        np.testing.assert_allclose(found.production, sold, atol=1e-4)
        assert found.largest_gap <= 1e-4


def test_terms_of_preference_cost_money_and_do_what_they_say():
    homes = {"curvature": [1, 1, 1], "slope": [2, 16, 12], "lower": [0, -9, -9], "upper": [1, 0, 0]}
    plain, own, fair = (
        collective_dispatch(EnergyCollective("abc", **homes, import_price=8, export_price=4, **terms))
        for terms in ({}, {"autonomy": 20.0}, {"fairness": 3.0})
    )
    assert own.flows[:, 2:].max() <= 1e-5 < plain.flows[:, 2].max()
    assert fair.flows[:, 2].max() < plain.flows[:, 2].max() - 0.5
    assert plain.cost < min(own.cost, fair.cost) + 1e-9


def test_a_collective_that_is_cut_off_says_so():
    found = collective_dispatch(EnergyCollective("ab", [1, 1], [2, 12], [0, -9], [9, 0], 10, 4), max_rounds=25)
    assert not found.talk.converged
    assert found.largest_gap == np.inf
    assert "NOT converged" in str(found)


def class_prices(market):
    answer = gt.solve(market, "exchange_admm")
    last, found = answer.trace[-1], answer[0]
    assert last["messages"] == 2 * market.n_players * last["round"] > 0
    return np.array(found.certificate["shared_equal_prices"]), found


def test_classes_differ_in_price_by_premium_and_subsidy():
    numbers = {"supply": [[1, 0], [0, 1], [0, 0]], "demand": [0, 0, 8], "value": [0, 0, 4], "import_price": 2.0}
    premium = [[0, 0], [0, 0], [0.5, 0.1]]
    prices, found = class_prices(energy_classes("abc", ["green", "local"], premium=premium, **numbers))
    np.testing.assert_allclose(prices, [2.5, 2.1, 2.0], atol=1e-5)
    assert found.regrets.max() <= 1e-5
    helped, _ = class_prices(energy_classes("abc", ["green", "local"], premium=premium, subsidy=[0, 0.3], **numbers))
    np.testing.assert_allclose(helped - prices, [0, 0.3, 0], atol=1e-5)


def test_plenty_of_a_class_makes_it_free():
    market = energy_classes(
        "ab", ["green"], supply=[[99], [0]], demand=[0, 8], premium=[[0], [0]], value=[0, 4], import_price=2
    )
    prices, found = class_prices(market)
    assert prices[0] == pytest.approx(0, abs=1e-5)
    assert found.strategies[1][1] == pytest.approx(8, abs=1e-4)


def test_rent_of_shared_storage_has_the_closed_form():
    rng = np.random.default_rng(4)
    for _ in range(5):
        most, spread = rng.uniform(1, 9, 4), rng.uniform(0.1, 0.5)
        capacity, wear = rng.uniform(0, 1) * most.sum(), rng.choice([0, 0.3 * spread])
        rent = max(wear, spread * (1 - capacity / most.sum()))
        found = consensus_dispatch(
            storage_rental("abcd", most, price_difference=spread, capacity=capacity, wear=wear), tolerance=1e-9
        )
        np.testing.assert_allclose(-found.dispatch[1:], most * (1 - rent / spread), atol=1e-4)
        np.testing.assert_allclose(found.link_price, rent, atol=1e-4)


def test_the_pareto_constraint_costs_nothing_at_the_pool_price():
    pool = 5.088235294117647
    free, held = consensus_dispatch(five()), consensus_dispatch(no_worse_than_alone(five(), pool))
    assert held.cost == pytest.approx(free.cost, abs=1e-5)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.2, 0.25, 0.5, 0.75, 0.9])
def test_cost_shares_of_a_pair_have_the_closed_form(share):
    pair = PeerDispatch("sb", [1, 1], [2, 12], [0, -9], [9, 0], [("s", "b")])
    found = consensus_dispatch(no_worse_than_alone(pair, 2 + 10 * share))
    assert found.trades[0] == pytest.approx(5 * min(1, 4 * share, 4 * (1 - share)), abs=1e-5)


def test_cost_shares_without_curvature():
    pair = PeerDispatch("sb", [0, 0], [2, 12], [0, -9], [9, 0], [("s", "b")])
    assert consensus_dispatch(no_worse_than_alone(pair, 5)).trades[0] == pytest.approx(9, abs=1e-6)
    assert consensus_dispatch(no_worse_than_alone(pair, 1)).trades[0] == pytest.approx(0, abs=1e-6)


def test_token_books_balance_and_decay_has_its_closed_forms():
    rng = np.random.default_rng(5)
    for decay in (0.0, 0.1):
        books = demurrage(random_street(rng, 5, 40), decay=decay, endowment=1.0, credit=0.5)
        assert books.imbalance <= 1e-12
        assert books.given.sum() == pytest.approx(books.received.sum())
        assert books.tokens.min() >= -0.5 - 1e-12
    idle = demurrage(make_community(np.zeros((1, 8))), decay=np.log(2) / 4, endowment=8.0)
    assert idle.tokens[0, [4, 8]] == pytest.approx([4, 2])
    assert half_life(np.log(2) / 4) == pytest.approx(4)
    assert (idle.talk.rounds, idle.talk.messages) == (0, 0)


def test_homes_that_meet_tell_the_ledger_of_tokens_and_are_told():
    street = make_community(np.array([[-1.0, -1.0, 0.0], [1.0, 0.0, 0.0], [2.0, 0.0, 1.0]]))
    talk = demurrage(street, decay=0.1, endowment=1.0).talk
    assert (talk.rounds, talk.messages, talk.numbers) == (1, 6, 6)


def test_income_leads_to_a_bounded_hoard():
    street = make_community(np.array([[-1.0] * 60, [1.0] * 60]))
    books = demurrage(street, decay=0.5, credit=1000.0)
    assert books.tokens[0, -1] == pytest.approx(1 / (1 - np.exp(-0.5)), rel=1e-6)


def test_decay_never_helps_a_lender():
    street = make_community([[-4.0, 0.0, 4.0], [4.0, 0.0, -4.0]])
    shared = [demurrage(street, decay=d, endowment=4.0).shared for d in (0.0, 0.2, 1.0)]
    assert shared[0] == 8 > shared[1] > shared[2]


STREET = make_community([[-2.0], [1.0], [1.0]])
COLLECTIVE = {"players": "ab", "curvature": [1, 1], "slope": [2, 12], "lower": [0, -9], "upper": [9, 0]}


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: community_dispatch(STREET, charge=-1), "charge of community_dispatch"),
        (lambda: community_dispatch(STREET, [("B", "C")]), "one sells and one buys"),
        (lambda: community_contracts(STREET, [0], energy=-1), "above 0"),
        (lambda: community_contracts(STREET, [0], energy=5), "a unit of surplus"),
        (lambda: community_contracts(STREET, [0], energy=1, cost=-1), "cost of community_contracts"),
        (lambda: EnergyCollective(**COLLECTIVE, import_price=1, export_price=2), "at least export_price"),
        (lambda: EnergyCollective(**COLLECTIVE, import_price=2, export_price=1, fairness=-1), "fairness"),
        (
            lambda: EnergyCollective(**{**COLLECTIVE, "lower": [99, 0]}, import_price=2, export_price=1),
            "lower <= upper",
        ),
        (lambda: storage_rental("a", [1], price_difference=-1, capacity=1), "price_difference"),
        (lambda: storage_rental(["storage"], [1], price_difference=1, capacity=1), "must not be called"),
        (lambda: no_worse_than_alone(five(0.5), 5), "without charges"),
        (lambda: no_worse_than_alone(PeerDispatch("ab", [1, 1], [1, 1], [1, -2], [2, 0], [("a", "b")]), 5), "nothing"),
        (lambda: demurrage(STREET, decay=-1), "decay of demurrage"),
        (lambda: half_life(0), "above 0"),
        (
            lambda: energy_classes(["grid"], ["x"], supply=[[1]], demand=[1], premium=[[0]], value=[1], import_price=1),
            "called 'grid'",
        ),
    ],
)
def test_bad_input_is_one_sentence(call, sentence):
    with pytest.raises(InvalidInputError, match=sentence) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_an_unknown_partner_is_named():
    with pytest.raises(UnknownNameError, match="'Zoe'"):
        community_dispatch(STREET, [("A", "Zoe")])


def test_a_perfect_forecast_pays_the_forward_utilities():
    street = make_community([[-2.0, 1.0], [1.0, -1.0], [1.0, 0.0]], network_charge=1.0)
    found = forward_market(street, street, [0, 1], energy=0.5, step=0.25)
    assert found.real_time is None or not found.real_time.concluded
    utilities = [float(found.forward.utilities.get(home, 0)) for home in street.names]
    np.testing.assert_allclose(found.gains, utilities, atol=1e-12)
    assert found.gains.sum() == pytest.approx(gt.SharingGame(street).grand_value)


def test_a_wrong_forecast_is_settled_and_money_balances():
    rng = np.random.default_rng(2)
    for _ in range(5):
        expected, came = (make_community(rng.integers(-3, 4, size=(3, 2)).astype(float)) for _ in range(2))
        found = forward_market(expected, came, [0, 1], energy=1.0, step=0.5)
        value = gt.SharingGame(came).grand_value
        assert found.gains.sum() <= value + 1e-9
        assert "forward" in str(found)


def test_no_forecast_leaves_all_to_real_time():
    idle, came = make_community(np.zeros((2, 1))), make_community([[-2.0], [2.0]])
    found = forward_market(idle, came, [0], energy=1.0, step=0.5)
    assert found.forward is None
    assert found.gains.sum() == pytest.approx(16)
    with pytest.raises(InvalidInputError, match="same homes"):
        forward_market(idle, make_community(np.zeros((3, 1))), [0], energy=1.0)


def test_the_collective_of_a_community_balances():
    street = make_community([[-3.0], [2.0], [2.0]], network_charge=1.0)
    found = collective_dispatch(EnergyCollective.of_step(street, 0, flexibility=4.0))
    assert found.talk.converged
    assert found.flows[:, 0].sum() == pytest.approx(found.flows[:, 1].sum(), abs=1e-5)
    assert found.largest_gap <= 1e-4
    with pytest.raises(InvalidInputError, match="above 0"):
        EnergyCollective.of_step(street, 0, flexibility=0.0)
