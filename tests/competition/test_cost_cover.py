"""Costs that a provider can cover, and those at which it loses its members."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.studies.competition import registered_provider
from gametrade.games.competition import ProviderMarket
from gametrade.solvers.cost_cover import cost_cover
from gametrade.solvers.provider_choice import joint_move
from tests.strategies import communities, make_community


@given(
    communities(min_homes=2, max_homes=4, max_steps=2, scales=(1.0,)),
    st.sampled_from(["mid_market_rate", "competitive_price"]),
    st.sampled_from([0.0, 0.1, 0.4]),
    st.sampled_from([0.05, 0.3]),
)
@settings(max_examples=25, deadline=None)
def test_what_covers_the_cost_is_borne_or_somebody_leaves(community, rule, share, switching):
    gains = gt.SharingGame(community).grand_value
    if gains <= 1e-6:
        return
    n = community.n_prosumers
    pool = registered_provider(rule, name="pool")
    market = ProviderMarket(community, [pool], switching * gains)
    found = cost_cover(market, ["pool"] * n, "pool", fixed_cost=share * gains)
    assert found.needed == pytest.approx(share * gains / n)
    priced = ProviderMarket(community, [replace(pool, fee_per_member=found.needed)], switching * gains)
    regret = priced.regrets(np.zeros(n, dtype=np.int64)).max()
    if abs(found.needed - found.alone.fee) > 1e-6 * gains:
        assert found.against_single_homes == (regret <= priced.tolerance)
    if rule == "competitive_price":
        assert found.together.fee == pytest.approx(switching * gains, abs=1e-6 * gains)
    if rule == "competitive_price" and abs(found.needed - found.together.fee) > 1e-6 * gains:
        assert found.against_groups is (found.needed <= found.together.fee)
    if found.against_groups:
        assert joint_move(priced, ["pool"] * n) is None


def test_an_unstable_rule_covers_no_cost_without_switching_costs():
    street = make_community(np.array([[-1.0], [-1.0], [1.0]]))
    market = ProviderMarket(street, [registered_provider("mid_market_rate", name="pool")])
    found = cost_cover(market, ["pool"] * 3, "pool", cost_per_member=0.1)
    assert found.against_single_homes
    assert found.against_groups is False
    assert found.together.fee < 0
    assert found.core == 0
    assert "covers the cost" in str(found)


def test_costs_are_not_negative_and_providers_have_members():
    street = make_community(np.array([[-1.0], [1.0]]))
    market = ProviderMarket(street, [registered_provider("mid_market_rate", name="pool")])
    with pytest.raises(gt.InvalidInputError, match="fixed_cost"):
        cost_cover(market, ["pool", "pool"], "pool", fixed_cost=-1.0)
    with pytest.raises(gt.InvalidInputError, match="must have a member"):
        cost_cover(market, ["alone", "alone"], "pool")
