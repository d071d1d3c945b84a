"""Every market design: shapes, balance, bounds, relabelling, awkward communities."""

from __future__ import annotations

import numpy as np
import pytest

import gametrade as gt
from gametrade.registry import designs
from tests.strategies import make_community

AWKWARD = {
    "mixed": make_community([[-2.0, 1.0], [1.0, -3.0], [1.5, 1.0]], network_charge=1.0),
    "buyers": make_community([[1.0], [2.0]]),
    "sellers": make_community([[-1.0], [-2.0]]),
    "nothing": make_community([[0.0], [0.0]]),
    "one": make_community([[-1.0, 1.0]]),
    "no spread": make_community([[-1.0], [1.0]], import_price=4.0, export_price=4.0),
    "tiny": make_community([[-2e-6], [1e-6], [2e-6]]),
    "balanced": make_community([[-1.0], [1.0]]),
}


@pytest.mark.parametrize("kind", AWKWARD)
@pytest.mark.parametrize("name", designs.variants())
def test_gains_are_shared_and_never_exceed_the_best_plan(name, kind):
    community = AWKWARD[kind]
    entry, options = designs.resolve(name)
    outcome = entry.function(community, **options)
    best = gt.SharingGame(community).grand_value
    assert outcome.payoffs.shape == outcome.told.shape == outcome.receivers.shape == (community.n_prosumers,)
    assert np.isfinite(outcome.payoffs).all()
    assert outcome.talk.converged
    assert outcome.welfare <= best + 1e-5 * max(best, 1e-9)
    if name != "alone":
        assert outcome.welfare == pytest.approx(best, abs=1e-5 * max(best, 1e-9))
    assert outcome.payoffs.min() >= -1e-5 * max(best, 1e-9)
    again = entry.function(community, **options)
    np.testing.assert_array_equal(outcome.payoffs, again.payoffs)


@pytest.mark.parametrize("name", ["coordinated", "community_manager", "decentralised"])
def test_relabelled_homes_have_relabelled_gains_where_prices_are_unique(name):
    net = np.array([[-2.0, 1.0], [1.0, -3.0], [2.5, 1.0]])
    order = [2, 0, 1]
    first, second = (designs.get(name).function(make_community(rows)).payoffs for rows in (net, net[order]))
    np.testing.assert_allclose(first[order], second, atol=1e-4)
