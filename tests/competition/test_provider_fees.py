"""Fees that members bear: exact limits against moves by hand, Bertrand competition, and no pure equilibrium."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.studies.competition import registered_provider
from gametrade.games.competition import ProviderMarket
from gametrade.solvers.provider_dynamics import best_provider_dynamics
from gametrade.solvers.provider_fees import best_for_homes, breakaway_fee, fee_equilibria, fee_game, leaving_fee
from gametrade.solvers.pure_equilibria import pure_equilibria
from tests.strategies import communities, make_community


def charged(market, kind, fee):
    """The market with another fee of the first provider."""
    first = replace(market.providers[0], **{kind: fee})
    return ProviderMarket(market.community, [first, *market.providers[1:]], market.switching_cost)


@given(
    communities(min_homes=2, max_homes=5, max_steps=3, scales=(1.0,)),
    st.sampled_from(["mid_market_rate", "competitive_price", "bill_sharing"]),
    st.sampled_from(["fee_per_member", "fee_per_kwh", "share_of_savings"]),
    st.data(),
)
@settings(max_examples=60, deadline=None)
def test_members_stay_below_the_limit_and_the_named_one_leaves_above(community, rule, kind, data):
    cost = data.draw(st.sampled_from([0.0, 0.3]))
    offers = [registered_provider(rule, name="one"), registered_provider("mid_market_rate", name="two")]
    market = ProviderMarket(community, offers, cost)
    choice = np.array(data.draw(st.lists(st.sampled_from([0, 0, 1]), min_size=len(market.players), max_size=5)))
    choice = np.resize(choice, market.n_players)
    choice[0] = 0
    limit = leaving_fee(market, choice, "one", kind=kind)
    members = np.flatnonzero(choice == 0)
    top = 1.0 if kind == "share_of_savings" else 1e3
    scale = max(market.game.grand_value, cost, 1e-3)
    if np.isfinite(limit.fee) and 1e-6 * scale < limit.fee < top:
        below, above = (charged(market, kind, limit.fee * f).regrets(choice) for f in (0.999, 1.001))
        assert below[members].max() <= 1e-9 * scale
        assert above[market.players.index(limit.leavers[0])] > 0
    elif limit.fee < -1e-6 * scale:
        assert charged(market, kind, 0.0).regrets(choice)[members].max() > 0


@given(communities(min_homes=2, max_homes=5, max_steps=3), st.sampled_from([0.0, 0.25]))
@settings(max_examples=40, deadline=None)
def test_a_core_rule_bears_exactly_the_switching_cost(community, part):
    grand = gt.SharingGame(community).grand_value
    assume(grand > 0)
    cost = part * grand
    for rule in ("competitive_price", "mid_market_rate"):
        market = ProviderMarket(community, [registered_provider(rule, name="pool")], cost)
        found = breakaway_fee(market, ["pool"] * market.n_players, "pool")
        split = gt.allocate(community, rule)
        by_hand = max(
            (split.game.value([h for h, i in zip(market.players, row, strict=True) if i]) - split.payoffs[row].sum())
            / row.sum()
            for row in (
                np.array(list(np.binary_repr(k, market.n_players))) == "1" for k in range(1, 2**market.n_players)
            )
        )
        slack = 10 * market.tolerance
        assert found.fee == pytest.approx(cost - by_hand, abs=slack)
        assert found.fee <= cost + slack
        if rule == "competitive_price":
            assert found.fee == pytest.approx(cost, abs=slack)


def test_an_unstable_rule_loses_the_home_on_the_short_side_and_its_partner():
    street = make_community(np.array([[-1.0], [-1.0], [1.0]]))
    market = ProviderMarket(street, [registered_provider("mid_market_rate", name="pool")], 3.0)
    found = breakaway_fee(market, ["pool"] * 3, "pool")
    assert found.fee == pytest.approx(2.0)
    assert "C" in found.leavers
    assert len(found.leavers) == 2
    assert leaving_fee(market, ["pool"] * 3, "pool").fee == pytest.approx(5.0)


def rivals():
    """Two sellers and two buyers of one kWh, and two providers at the mid-market rate: 4 a home in one pool."""
    offers = [registered_provider("mid_market_rate", name=name) for name in ("old", "new")]
    return ProviderMarket(make_community(np.array([[-1.0], [-1.0], [1.0], [1.0]])), offers)


def test_homes_that_agree_bring_fees_down_to_the_last_step_of_the_grid_above_cost():
    for cost in (0.0, 1.0):
        game = fee_game(rivals(), [[0, 1, 2, 3]] * 2, respond=best_for_homes, cost_per_member=cost)
        found = fee_equilibria(game)
        assert found.complete
        assert found.equilibria
        for equilibrium in found:
            paid = min(float(row[int(s.argmax())]) for row, s in zip(game.actions, equilibrium.strategies, strict=True))
            assert paid <= cost + 1
            assert equilibrium.payoffs.max() <= 4.0


def test_an_incumbent_of_homes_that_move_one_by_one_takes_the_whole_gain():
    game = fee_game(rivals(), [[0, 2, 4, 5], [0, 1]])
    for equilibrium in fee_equilibria(game):
        assert equilibrium.strategy("old")["4"] == 1.0
        np.testing.assert_allclose(equilibrium.payoffs, [16.0, 0.0])


def test_captive_homes_and_shoppers_leave_no_pure_equilibrium():
    net = np.array([[5.0], [5.0], [-1.0], [-1.0], [-1.0]])
    offers = [registered_provider("mid_market_rate", name=name) for name in ("one", "two")]
    market = ProviderMarket(make_community(net), offers, [20.0, 20.0, 0.0, 0.0, 0.0])

    def respond(priced):
        return best_provider_dynamics(priced, ["one", "two", "one", "one", "one"])

    game = fee_game(market, [[1, 2, 3, 3.9]] * 2, respond=respond)
    np.testing.assert_allclose(game.payoff({"one": "3", "two": "2"})["two"], 8.0)
    assert len(pure_equilibria(game)) == 0
    found = fee_equilibria(game)
    assert found.equilibria
    assert max(found[0].regrets) <= 1e-12
    assert all((s > 0).sum() > 1 for s in found[0].strategies)


def test_three_providers_without_a_pure_equilibrium_mix():
    net = np.array([[5.0]] * 3 + [[-1.0]] * 3)
    offers = [registered_provider("mid_market_rate", name=name) for name in ("one", "two", "three")]
    market = ProviderMarket(make_community(net), offers, [20.0] * 3 + [0.0] * 3)

    def respond(priced):
        return best_provider_dynamics(priced, ["one", "two", "three", "one", "one", "one"])

    game = fee_game(market, [[2, 3, 3.9]] * 3, respond=respond)
    assert len(pure_equilibria(game)) == 0
    found = fee_equilibria(game)
    assert found.equilibria
    for mixed in found:
        assert max(mixed.regrets) <= 1e-9
        assert any((s > 0).sum() > 1 for s in mixed.strategies)


@pytest.mark.parametrize("kind", ["fee_per_kwh", "share_of_savings"])
def test_a_member_that_would_not_pay_the_fee_leaves_all_the_same(kind):
    """D has nothing to share and pays half a euro for it: no fee on what is shared keeps it."""
    net = np.array([[-1.0], [-1.0], [1.0], [0.0]])
    offers = [registered_provider("mid_market_rate", name="one", fee_per_member=0.5)]
    market = ProviderMarket(make_community(net), offers)
    together = ["one"] * 4
    assert market.regrets(market.positions(together)).tolist() == [0.0, 0.0, 0.0, 0.5]
    limit = leaving_fee(market, together, "one", kind=kind)
    assert (limit.fee, limit.leavers) == (-np.inf, (market.players[3],))


def test_nobody_leaves_a_provider_that_takes_all_gains_when_there_is_no_other():
    market = ProviderMarket(make_community(np.array([[-1.0], [1.0]])), [registered_provider("mid_market_rate")])
    limit = leaving_fee(market, [0, 0], market.options[0], kind="share_of_savings")
    assert (limit.fee, limit.leavers) == (1.0, ())
    assert charged(market, "share_of_savings", 1.0).regrets(np.zeros(2, dtype=int)).max() == 0.0


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        (lambda m: leaving_fee(m, ["new"] * 4, "old"), "InvalidInputError", "must have a member"),
        (lambda m: leaving_fee(m, ["old"] * 4, "odl"), "UnknownNameError", "Did you mean 'old'"),
        (lambda m: leaving_fee(m, ["old"] * 4, "old", kind="fee"), "UnknownNameError", "kind of fee"),
        (lambda m: fee_game(m, [[0]]), "InvalidInputError", "2 lists of fees"),
        (lambda m: fee_game(m, [[0], [-1]]), "InvalidInputError", "at least 0"),
        (lambda m: fee_game(m, [[0], []]), "InvalidInputError", "lists of fees"),
    ],
)
def test_one_clear_sentence(call, error, told):
    with pytest.raises(getattr(gt.errors, error), match=told):
        call(rivals())
