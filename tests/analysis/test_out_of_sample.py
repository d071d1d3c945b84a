"""Coalitions chosen on odd weeks and evaluated on even ones."""

from __future__ import annotations

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.out_of_sample import OutOfSample, out_of_sample
from tests.strategies import make_community


def weeks(n, seed=0, homes=3):
    rng = np.random.default_rng(seed)
    net = rng.integers(-3, 4, size=(homes, n * 168)).astype(float)
    return gt.SharingGame(make_community(net, 0.3, 0.08))


@pytest.mark.parametrize("rule", ["mid_market_rate", "equal_split"])
def test_it_is_the_best_coalition_of_the_odd_weeks(rule):
    game = weeks(4)
    found = out_of_sample(game, gt.allocate(game, rule), rule)
    hours = np.arange(4 * 168)
    odd, even = (np.flatnonzero(hours // 168 % 2 == k) for k in (0, 1))
    halves = game.during(odd), game.during(even)
    payoffs = [gt.allocate(half, rule).payoffs for half in halves]
    best = gt.blocking_coalition(halves[0], payoffs[0], engine="table")
    assert found.coalition == best.coalition
    assert found.chosen_on == pytest.approx(best.excess, abs=1e-9)
    row = game.members(best.coalition)
    assert found.evaluated_on == pytest.approx(halves[1].value(best.coalition) - payoffs[1][row].sum(), abs=1e-9)
    assert found.persists == (found.chosen_on > 0 and found.evaluated_on > 0)


def test_less_than_two_weeks_or_an_idle_half_give_none():
    game = weeks(1)
    assert out_of_sample(game, gt.allocate(game, "mid_market_rate"), "mid_market_rate") is None
    idle = np.zeros((2, 2 * 168))
    idle[0, 0], idle[1, 0] = 1.0, -1.0
    quiet = gt.SharingGame(make_community(idle))
    assert out_of_sample(quiet, gt.allocate(quiet, "mid_market_rate"), "mid_market_rate") is None


def test_persistence():
    assert OutOfSample(("A",), 1.0, 1.0).persists
    assert not OutOfSample(("A",), 1.0, -1.0).persists
    assert not OutOfSample(("A",), -1.0, 1.0).persists
