"""Billing schemes as sharing games, and the prices of steps in which nothing is shared."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings

import gametrade as gt
from gametrade.registry import rules
from gametrade.rules import rule_applies
from gametrade.rules.settlement import step_payoffs
from tests.strategies import communities, make_community, one_step

checked = settings(max_examples=200, deadline=None, derandomize=True)


class TestBilling:
    """Feed-in tariff, net metering, net purchase and sale: cost games of solar aggregation."""

    @checked
    @given(communities())
    def test_net_purchase_and_sale_per_step(self, street):
        """No charge, a positive spread, and no step in which buyers and sellers balance exactly."""
        street = street.with_tariff(
            gt.Tariff(street.import_price, np.minimum(street.export_price, street.import_price - 0.01))
        )
        energy = np.abs(street.net_load).sum(axis=0)
        one_sided = (np.abs(street.net_load.sum(axis=0)) > 1e-9 * energy) | (energy == 0)
        assume(one_sided.any())
        street = street.steps(one_sided)
        game = gt.SharingGame(street)
        payoffs = gt.allocate(game, "competitive_price").payoffs
        net, total = street.net_load, street.net_load.sum(axis=0)
        price = np.where(total > 0, street.import_price, street.export_price)
        saved = street.stand_alone_bills() - net @ price
        np.testing.assert_allclose(payoffs, saved, rtol=1e-9, atol=1e-9 * np.abs(net).sum())

    def test_net_metering_is_one_long_step(self):
        """Homes net over two hours first: one price for all their net energy."""
        street = make_community([[3.0, -1.0], [-2.0, -2.0], [0.0, 3.0]]).resample("2h")
        payoffs = gt.allocate(street, "competitive_price").payoffs
        net = np.array([2.0, -4.0, 3.0])
        np.testing.assert_allclose(payoffs, np.where(net > 0, 12 * net, 4 * net) - 12 * net)

    @pytest.mark.parametrize("export_price", [12, 15])
    def test_feed_in_tariff_makes_an_inessential_game(self, export_price):
        """Without a spread nothing is gained; below zero the cost game would not be subadditive."""
        game = one_step([2, -1, -3], export_price=export_price)
        assert not game.table().any()
        for rule in [name for name in rules.variants() if rule_applies(rules.get(name.split(":")[0]), game)]:
            assert not gt.allocate(game, rule).payoffs.any()

    def test_export_above_import_is_refused_without_being_asked_for(self):
        with pytest.raises(gt.InvalidInputError, match="at least export_price"):
            gt.Tariff(4, 12)


@checked
@given(communities())
def test_prices_are_the_grids_where_nothing_is_shared(street):
    game = gt.SharingGame(street)
    idle = np.setdiff1d(np.arange(street.n_steps), game.trade_steps)
    for name in (
        "bill_sharing",
        "mid_market_rate",
        "supply_demand_ratio",
        "competitive_price",
        "stand_alone",
    ):
        split = gt.allocate(game, name)
        assert np.array_equal(split.sell_price[idle], street.export_price[idle])
        assert np.array_equal(split.buy_price[idle], street.import_price[idle])


def test_step_payoffs_of_the_grids_prices_owe_no_network_charge():
    game = one_step([1, -1], network_charge=2)
    baseline = gt.allocate(game, "stand_alone")
    assert not step_payoffs(game, baseline.sell_price, baseline.buy_price).any()
