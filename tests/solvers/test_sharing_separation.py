"""Regions of coalitions looked at one by one, and searches that close regions by prices, against all coalitions."""

from __future__ import annotations

import time

import numpy as np
import pytest

import gametrade as gt
from gametrade.games.coalitional import all_coalitions
from gametrade.solvers import excess_oracles, span_search
from gametrade.solvers.coalition_scan import CoalitionScan
from gametrade.solvers.row_generation import least_core_by_rows
from gametrade.solvers.sharing_separation import SharingSeparation
from tests.solvers.test_row_generation import agrees
from tests.strategies import make_community


def excess_of(position, payoffs, rows):
    """Excesses by the definition, from supply and need."""
    supply, need = rows @ np.maximum(position, 0), rows @ np.maximum(-position, 0)
    return np.minimum(supply, need).sum(axis=1) - rows @ payoffs


def test_a_scan_finds_the_coalitions_of_a_region_and_no_others():
    rng = np.random.default_rng(0)
    for _ in range(300):
        n, steps = rng.integers(1, 9), rng.integers(0, 6)
        position = rng.integers(-3, 4, size=(n, steps)).astype(float)
        payoffs, level = rng.integers(-2, 5, n) / 2, rng.integers(-3, 3) / 2
        state = rng.integers(-1, 2, n)
        every = all_coalitions(n)
        excess = excess_of(position, payoffs, every)
        expected = every[every[:, state == 1].all(axis=1) & ~every[:, state == -1].any(axis=1) & (excess > level)]
        scan = CoalitionScan(position, payoffs)
        rows, found = scan.above(state, level)
        assert {row.tobytes() for row in rows} == {row.tobytes() for row in expected}
        assert len(rows) == len(expected)
        assert found == pytest.approx(excess_of(position, payoffs, rows))
        assert scan.work(state) <= 2.0 ** (state == 0).sum() * max(1, steps)


@pytest.mark.parametrize("scanned", [0.0, 300.0, 1e9])
def test_searches_find_what_is_above_the_level_or_prove_that_nothing_is(scanned, monkeypatch):
    monkeypatch.setattr(span_search, "SCANNED", scanned)
    for seed in range(6):
        rng = np.random.default_rng(seed)
        game = gt.SharingGame(make_community(rng.normal(size=(8, 6)), 0.3, 0.1))
        rows = all_coalitions(8)[1:-1]
        payoffs = game.price_values(rng.uniform(size=game.position.shape[1]))
        payoffs += (game.grand_value - payoffs.sum()) / 8
        excess = excess_of(game.position, payoffs, rows)
        top, until = float(excess.max()), time.monotonic() + 60
        search = SharingSeparation.of(game)
        assert search is not None
        level = float(np.quantile(excess, 0.9))
        some, values = search.some(payoffs, level, until)
        assert len(some)
        assert (values - some @ payoffs > level).all()
        found = search.proved(payoffs, level, until)
        assert found.proved
        assert found.excess == pytest.approx(top)
        above = {row.tobytes() for row in rows[excess > level + 1e-9 * game.grand_value]}
        assert above <= {row.tobytes() for row in search.met(payoffs, level)[0]}
        none = SharingSeparation.of(game).proved(payoffs, top, until)
        assert none.upper_bound <= top + game.tolerance
        open_bound = SharingSeparation.of(game).proved(payoffs, level, time.monotonic() - 1).upper_bound
        assert open_bound >= top


def test_the_least_core_by_regions_agrees_with_all_coalitions(monkeypatch):
    monkeypatch.setattr(excess_oracles, "SCANNED_PLAYERS", 0)
    for scanned in (200.0, 3000.0):
        monkeypatch.setattr(span_search, "SCANNED", scanned)
        for seed in range(4):
            net = np.random.default_rng(seed).normal(size=(9, 12))
            game = gt.SharingGame(make_community(net, 0.3, 0.1))
            agrees(game, least_core_by_rows(game))


def test_games_of_other_kinds_and_sizes_are_left_to_others():
    assert SharingSeparation.of(gt.TableGame.from_values({("a", "b"): 1.0})) is None
    assert SharingSeparation.of(gt.SharingGame(make_community([[1.0], [1.0]], 0.3, 0.1))) is None
    assert SharingSeparation.of(gt.SharingGame(make_community(np.tile([[1.0], [-1.0]], (40, 1)), 0.3, 0.1))) is None
