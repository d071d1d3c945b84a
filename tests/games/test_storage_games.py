"""Shared storage: costs by listing storage sizes, allocations in the core by all coalitions, on days and on average."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import gametrade as gt
from gametrade.games.coalitional import all_coalitions
from gametrade.games.coalitional.storage_investment import ExistingStorageGame, StorageInvestmentGame
from gametrade.solvers.storage_allocation import storage_allocation

checked = settings(max_examples=80, deadline=None, derandomize=True)
PRICES = st.sampled_from([(0.5, 0.2), (54.0, 21.5), (1.0, 0.0), (3e-6, 1e-6)])
ENERGY = st.one_of(st.integers(0, 4).map(float), st.floats(0, 9, width=32, allow_subnormal=False))


@st.composite
def days(draw):
    n = draw(st.integers(1, 5))
    high, low = draw(PRICES)
    stored, peak, off_peak, fixed = (draw(hnp.arrays(float, n, elements=ENERGY)) for _ in range(4))
    names = [f"f{i}" for i in range(n)]
    return ExistingStorageGame(
        names, stored, peak=peak, off_peak=off_peak, high_price=high, low_price=low, fixed_cost=fixed
    )


@st.composite
def investments(draw):
    n, count = draw(st.integers(1, 5)), draw(st.integers(1, 6))
    high, low = draw(PRICES)
    peak, off_peak = (draw(hnp.arrays(float, (n, count), elements=ENERGY)) for _ in range(2))
    chance = draw(hnp.arrays(float, count, elements=st.integers(0, 3).map(float)))
    chance[0] += 1.0
    storage = (high - low) * draw(st.sampled_from([0.01, 0.25, 0.5, 1.0, 1.5]))
    return StorageInvestmentGame(
        [f"f{i}" for i in range(n)],
        peak,
        high_price=high,
        low_price=low,
        storage_price=storage,
        off_peak=off_peak,
        chance=chance,
    )


def by_listing(game, inside):
    """Least expected cost over all storage sizes that are a demand of the coalition, or none."""
    demand, rest = inside @ game.peak, inside @ game.off_peak
    costs = []
    for size in [0.0, *demand]:
        day = game.high_price * np.maximum(0, demand - size) + game.low_price * (np.minimum(size, demand) + rest)
        costs.append(game.storage_price * size + game.probability @ day)
    return min(costs)


def near(game):
    return 1e-12 * (game.costs(np.eye(game.n_players, dtype=bool)).sum() + 1e-300)


@checked
@given(days())
def test_one_day_is_shared_in_the_core(game):
    rows = all_coalitions(game.n_players)
    alone = game.costs(np.eye(game.n_players, dtype=bool))
    assert np.abs(rows @ alone - game.costs(rows) - game.values(rows)).max() <= near(game)
    found = storage_allocation(game)
    excess = game.values(rows) - rows @ found.payoffs
    assert abs(excess[-1]) <= near(game)
    assert excess.max() <= near(game)
    short = game.peak.sum() >= game.capacity.sum()
    dear = game.high_price * (game.peak - game.capacity) + game.low_price * game.capacity
    paid = game.fixed_cost + game.low_price * game.off_peak + (dear if short else game.low_price * game.peak)
    assert found.beside["cost"] == pytest.approx(paid, abs=near(game))


@checked
@given(investments())
def test_joint_storage_is_a_newsvendor(game):
    rows = all_coalitions(game.n_players)
    expected = np.array([by_listing(game, row) for row in rows])
    assert np.abs(game.costs(rows) - expected).max() <= near(game)
    for row in rows[1:]:
        size, demand = game.best_storage(game.labels(row)), row @ game.peak
        day = (game.high_price - game.low_price) * np.maximum(0, demand - size)
        energy = game.low_price * (game.probability @ (row @ (game.peak + game.off_peak)))
        cost = game.storage_price * size + game.probability @ day + energy
        assert cost == pytest.approx(by_listing(game, row), abs=near(game))


@checked
@given(investments())
def test_the_expected_costs_are_shared_in_the_core(game):
    rows = all_coalitions(game.n_players)
    found = storage_allocation(game)
    excess = game.values(rows) - rows @ found.payoffs
    assert abs(excess[-1]) <= near(game)
    assert excess.max() <= near(game)
    assert found.beside["cost"].sum() == pytest.approx(float(game.costs(rows[-1:])[0]), abs=near(game))


@checked
@given(investments(), st.randoms(use_true_random=False))
def test_splitting_a_scenario_changes_nothing(game, random):
    """Ties at the quantile in proportion to probability: a day told as two halves pays as one day."""
    k = random.randrange(game.peak.shape[1])
    chance = np.append(game.probability, game.probability[k] / 2)
    chance[k] /= 2
    split = StorageInvestmentGame(
        game.names,
        np.column_stack([game.peak, game.peak[:, k]]),
        high_price=game.high_price,
        low_price=game.low_price,
        storage_price=game.storage_price,
        chance=chance,
    )
    assert storage_allocation(split).payoffs == pytest.approx(storage_allocation(game).payoffs, abs=10 * near(game))


def test_in_expectation_is_not_every_day():
    """In the core on average; yet on one of the two days a member pays more than with storage of its own."""
    options = {"high_price": 0.5, "low_price": 0.2, "storage_price": 0.1}
    game = StorageInvestmentGame(["a", "b"], [[4, 0], [0, 4]], **options)
    assert storage_allocation(game).payoffs == pytest.approx([0.2, 0.2])
    shared = ExistingStorageGame(["a", "b"], [2, 2], peak=[4, 0], off_peak=[0, 0], high_price=0.5, low_price=0.2)
    assert storage_allocation(shared).beside["cost"][0] > 0.2 * 4


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"peak": [[-1.0]]}, "peak of StorageInvestmentGame must be finite numbers of at least 0"),
        ({"peak": [[np.nan]]}, "peak of StorageInvestmentGame"),
        ({"high_price": 0.1}, "low_price < high_price"),
        ({"storage_price": 0.0}, "storage_price of StorageInvestmentGame must be above 0"),
        ({"chance": [0.0]}, "must not be all 0"),
        ({"names": []}, "at least one, each once"),
    ],
)
def test_what_makes_no_sense_is_refused(change, words):
    given_ = {"names": ["a"], "peak": [[1.0]], "high_price": 0.5, "low_price": 0.2, "storage_price": 0.1} | change
    with pytest.raises(gt.InvalidInputError, match=words):
        StorageInvestmentGame(given_.pop("names"), given_.pop("peak"), **given_)
    with pytest.raises(gt.InvalidInputError, match="needs a game of storage"):
        storage_allocation(gt.TableGame.from_values({("s", "b"): 6.0}))
