"""Properties of equilibria beside their definitions: lattices, uniqueness, welfare, replicator stability."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import gametrade as gt
from gametrade.analysis.verification.games.claims import pure_profiles
from gametrade.analysis.verification.leaders import ExactLeader
from gametrade.games.stackelberg import PriceLeaderGame


def supermodular_game(rng, sizes):
    """Payoffs with a concave own part and a product of positions that rises, in whole numbers."""
    n = len(sizes)
    table = np.zeros((n, *sizes))
    own = [rng.integers(-4, 5, size) for size in sizes]
    cross = rng.integers(0, 4, n)
    for where in itertools.product(*map(range, sizes)):
        for i in range(n):
            table[(i, *where)] = own[i][where[i]] + cross[i] * where[i] * (sum(where) - where[i])
    return gt.NormalFormGame(table)


@pytest.mark.parametrize("seed", range(25))
def test_every_pure_equilibrium_lies_between_the_ends_of_the_lattice(seed):
    rng = np.random.default_rng(seed)
    game = supermodular_game(rng, tuple(rng.integers(1, 5, rng.integers(1, 4))))
    assert gt.check(game, "supermodular", exact=True).holds
    verdict = gt.check(game, "lattice_bounds")
    ends = [
        tuple(row.index(a) for row, a in zip(game.actions, verdict.certificate[side], strict=True))
        for side in ("lowest", "highest")
    ]
    found = pure_profiles(game)
    assert set(ends) <= set(found)
    for profile in found:
        assert all(a <= k <= b for a, k, b in zip(ends[0], profile, ends[1], strict=True))
    assert verdict.holds == (ends[0] == ends[1])
    if verdict.holds:
        assert gt.check(game, "unique_equilibrium").holds


def test_a_game_that_is_not_supermodular_has_no_lattice_bounds():
    with pytest.raises(gt.InvalidInputError, match="supermodular"):
        gt.check(gt.NormalFormGame.bimatrix([[1, -1], [-1, 1]]), "lattice_bounds")


@pytest.mark.parametrize("seed", range(20))
def test_uniqueness_of_bimatrix_games_is_the_number_of_their_equilibria(seed):
    rng = np.random.default_rng(seed)
    payoffs = rng.integers(-3, 4, (2, *rng.integers(1, 4, 2))).astype(float)
    game = gt.NormalFormGame(payoffs)
    count = len(gt.solve(game, "vertex_enumeration"))
    assert gt.check(game, "unique_equilibrium").holds == (count == 1)


@pytest.mark.parametrize("seed", range(20))
def test_pure_equilibria_of_two_populations_attract_if_strict_and_mixed_ones_never_do(seed):
    rng = np.random.default_rng(seed)
    game = gt.NormalFormGame(rng.normal(size=(2, 2, 3)))
    rows = gt.check(game, "stable_replicator").certificate["equilibria"]
    for equilibrium, row in zip(gt.solve(game), rows, strict=True):
        pure = all(strategy.max() == 1 for strategy in equilibrium.strategies)
        assert row["attracts"] is True if pure else row["attracts"] is not True


@pytest.mark.parametrize("seed", range(10))
def test_welfare_loss_of_quadratic_duopolies_beside_a_grid(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.uniform(5, 15, 2)
    cross = rng.uniform(-0.9, 0.9)
    game = gt.ContinuousGame.from_expressions(
        {"a": "x*(A - x - s*y)", "b": "y*(B - y - s*x)"},
        {"a": {"x": (0, 9)}, "b": {"y": (0, 9)}},
        parameters={"A": a, "B": b, "s": cross},
    )
    verdict = gt.check(game, "price_of_anarchy")
    x, y = np.meshgrid(np.linspace(0, 9, 901), np.linspace(0, 9, 901))
    best = (x * (a - x - cross * y) + y * (b - y - cross * x)).max()
    assert verdict.certificate["optimum"] == pytest.approx(best, rel=1e-4)
    assert best <= verdict.certificate["optimum_at_most"] * (1 + 1e-9)
    reached = gt.solve(game)[0].payoffs.sum()
    assert verdict.margin == pytest.approx(reached - verdict.certificate["optimum"])
    assert verdict.holds is False
    assert gt.check(game, "price_of_stability").holds is False


def test_welfare_of_a_leader_is_largest_at_marginal_cost():
    game = PriceLeaderGame([10.0, 8.0], [1.0, 2.0], unit_cost=2.0)
    verdict = gt.check(game, "price_of_anarchy")
    assert verdict.certificate["price"] == pytest.approx(2.0)
    assert verdict.certificate["optimum"] == pytest.approx(8.0**2 / 2 + 6.0**2 / 4)
    alone = gt.check(PriceLeaderGame([10.0], [1.0], unit_cost=2.0), "price_of_anarchy")
    assert alone.certificate["ratio"] == pytest.approx(4 / 3, rel=1e-9), "a monopoly loses a quarter of the welfare"


def test_a_sum_of_payoffs_that_is_not_concave_is_not_optimised():
    game = gt.ContinuousGame.from_expressions(
        {"a": "-x**2 + 5*x*y", "b": "-y**2 + 5*x*y"}, {"a": {"x": (0, 1)}, "b": {"y": (0, 1)}}
    )
    with pytest.raises(gt.InvalidInputError, match="must be concave"):
        gt.check(game, "price_of_anarchy")


@pytest.mark.parametrize("seed", range(10))
def test_quadratic_games_have_a_potential_exactly_where_cross_derivatives_agree(seed):
    rng = np.random.default_rng(seed)
    s, t = (round(float(value), 3) for value in rng.uniform(-1, 1, 2))
    for left, right in ((s, s), (s, t)):
        game = gt.ContinuousGame.from_expressions(
            {"a": f"-x**2 + ({left})*x*y", "b": f"-y**2 + ({right})*x*y + 3*x"},
            {"a": {"x": (-1, 1)}, "b": {"y": (-1, 1)}},
        )
        verdict = gt.check(game, "exact_potential")
        assert verdict.holds == (left == right)
        if verdict.holds:
            matrix, offset = np.array(verdict.certificate["matrix"]), np.array(verdict.certificate["offset"])
            x, moved = rng.uniform(-1, 1, 2), rng.uniform(-1, 1)
            for player in range(2):
                there = x.copy()
                there[player] = moved
                gains = game.payoff(there)[player] - game.payoff(x)[player]
                values = [-(p @ matrix @ p) / 2 - offset @ p for p in (there, x)]
                assert values[0] - values[1] == pytest.approx(gains)


def test_a_sample_of_profiles_is_never_a_proof():
    game = gt.ContinuousGame.from_expressions(
        {"a": "log(1 + x) - x*y/9", "b": "log(1 + y) - x*y/9"}, {"a": {"x": (0, 2)}, "b": {"y": (0, 2)}}
    )
    verdict = gt.check(game, "unique_equilibrium")
    assert verdict.holds is None
    assert verdict.certificate["kind"] == "none"
    assert "no proof" in verdict.certificate["why"]


def test_a_tie_of_two_prices_is_told():
    """6 to the customer who pays more, or 2 to both: 36 either way, in numbers that floats hold exactly."""
    game = PriceLeaderGame([12.0, 3.0], [1.0, 0.125])
    verdict = gt.check(game, "unique_equilibrium")
    assert (verdict.holds, verdict.certificate["count"]) == (False, 2)
    value, prices = ExactLeader.of(game).maximisers()
    assert (value, prices) == (36, {2, 6})
