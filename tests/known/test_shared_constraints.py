"""Generalized Nash problems of the collection by Facchinei and Kanzow: concept named, each to 1e-6.

Every answer has a second source: a closed form, or a root found on one line, beside the printed digits.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

import gametrade as gt
from tests.known.test_continuous_games import COSTS, POWERS, SLOPES, oligopoly, river_basin
from tests.solvers.continuous_games import profile

SOLVERS = ("linear_quadratic", "lemke", "complementary_bases", "extragradient", "golden_ratio")


def switching(first=(0.01, 1.0)):
    """Internet switching: ten players share a line of capacity 1, x_i / S - x_i each, which is concave in x_i."""
    sets = [gt.Polyhedron.of([low], [high]) for low, high in (first, *[(0.01, 1.0)] * 9)]
    line = gt.Polyhedron.of(np.full(10, -np.inf), np.full(10, np.inf), np.ones((1, 10)), [1.0])
    payoffs = tuple(lambda x, k=k: x[k] / x.sum() - x[k] for k in range(10))
    slopes = tuple(lambda x, k=k: np.array([(x.sum() - x[k]) / x.sum() ** 2 - 1]) for k in range(10))
    names = tuple(f"p{k}" for k in range(10))
    return gt.ContinuousGame(names, (("x",),) * 10, payoffs, slopes, tuple(sets), line, True)


@pytest.mark.parametrize("solver", ["extragradient", "golden_ratio"])
def test_ten_equal_players_on_one_line(solver):
    """A.14: nine tenths of the line are used, (n - 1) / n^2 each."""
    found = gt.solve(switching(), solver)[0]
    assert profile(found) == pytest.approx(np.full(10, 0.09), abs=1e-6)
    assert found.concept == "variational"
    assert found.certificate["shared_prices"] == pytest.approx([0], abs=1e-6)


def test_one_privileged_player_on_the_line():
    """A.1: the first takes at least 0.3; the others solve 81 x^2 - 2.6 x - 0.21 = 0."""
    found = gt.solve(switching((0.3, 0.5)), "extragradient")[0]
    other = (2.6 + np.sqrt(2.6**2 + 4 * 81 * 0.21)) / 162
    assert profile(found) == pytest.approx([0.3, *[other] * 9], abs=1e-6)
    assert found.concept == "variational"


@pytest.mark.parametrize("solver", SOLVERS)
def test_two_players_with_one_limit(solver):
    """A.11: every (x, 1 - x) with x from 1/2 to 1 is an equilibrium; the variational one is (3/4, 1/4)."""
    game = gt.ContinuousGame.from_expressions(
        {"a": "-(x - 1)**2", "b": "-(y - 1/2)**2"}, {"a": {"x": (-9, 9)}, "b": {"y": (-9, 9)}}, constraints=["x+y<=1"]
    )
    found = gt.solve(game, solver)
    assert profile(found[0]) == pytest.approx([0.75, 0.25], abs=1e-6)
    assert found[0].concept == "variational"
    assert found[0].certificate["shared_prices"] == pytest.approx([0.5], abs=1e-6)


@pytest.mark.parametrize("weights", [(1, 1), (1, 3), (4, 1)])
def test_normalised_equilibria_of_the_same_game(weights):
    """Rosen's weights r move the point: 2 (1 - x) r_1 = 2 (1/2 - y) r_2 on x + y = 1."""
    game = gt.ContinuousGame.from_expressions(
        {"a": "-(x - 1)**2", "b": "-(y - 1/2)**2"}, {"a": {"x": (-9, 9)}, "b": {"y": (-9, 9)}}, constraints=["x+y<=1"]
    )
    found = gt.solve(game, "linear_quadratic", weights=weights)[0]
    r1, r2 = weights
    x = (r1 + r2 / 2) / (r1 + r2)
    assert profile(found) == pytest.approx([x, 1 - x], abs=1e-9)
    assert found.concept == ("variational" if r1 == r2 else "normalised")


@pytest.mark.parametrize("solver", SOLVERS)
def test_the_river_basin_to_the_sixth_digit(solver):
    found = gt.solve(river_basin(), solver)[0]
    assert profile(found) == pytest.approx([21.144796, 16.027853, 2.725963], abs=1e-6)
    assert found.concept == "variational"


@pytest.mark.parametrize(
    ("limit", "printed"),
    [
        (75, (10.403965, 13.035817, 15.407354, 17.381556, 18.771308)),
        (100, (14.050088, 17.798379, 20.907187, 23.111429, 24.132916)),
        (150, (23.588799, 28.684248, 32.021533, 33.287258, 32.418182)),
        (200, (35.785329, 40.748959, 42.802485, 41.966381, 38.696846)),
    ],
)
def test_the_oligopoly_under_a_limit_against_a_root_on_one_line(limit, printed):
    """A.16: at the limit the price is known, so each firm's marginal profit, less one common price, is a root."""
    slope = -(5000 ** (10 / 11)) * (10 / 11) * limit ** (-21 / 11)
    price = (5000 / limit) ** (10 / 11)

    def one(common, c, k, b):
        def left(x):
            return price + x * slope - c - (x / k) ** (1 / b) - common

        return brentq(left, 0.0, 300.0) if left(0.0) > 0 else 0.0

    def sold(common):
        return np.array([one(common, *firm) for firm in zip(COSTS, SLOPES, POWERS, strict=True)])

    common = brentq(lambda value: sold(value).sum() - limit, 0.0, price, xtol=1e-13)
    found = gt.solve(oligopoly(limit), "extragradient", tolerance=1e-10)[0]
    assert profile(found) == pytest.approx(sold(common), abs=1e-6)
    assert profile(found) == pytest.approx(printed, abs=2e-3)
    assert found.certificate["shared_prices"] == pytest.approx([common], abs=1e-5)
    assert found.concept == "variational"


@pytest.mark.parametrize("solver", [*SOLVERS, "best_response"])
def test_the_duopoly_of_krawczyk_and_uryasev(solver):
    """A.12: nothing is shared, so there is one concept; 16/3 each."""
    game = gt.ContinuousGame.from_expressions(
        {"a": "x*(16 - x - y)", "b": "y*(16 - x - y)"}, {"a": {"x": (-10, 10)}, "b": {"y": (-10, 10)}}
    )
    found = gt.solve(game, solver)[0]
    assert profile(found) == pytest.approx([16 / 3, 16 / 3], abs=1e-6)
    assert found.concept == "Nash"


GENERATORS = (
    (0.04, 2.0, 80),
    (0.035, 1.75, 80),
    (0.125, 1.0, 50),
    (0.0166, 3.25, 55),
    (0.05, 3.0, 30),
    (0.05, 3.0, 40),
)
OWNED = ((0,), (1, 2), (3, 4, 5))
PRINTED = (46.661507, 32.152939, 15.004195, 22.104858, 12.340766, 12.340766)


@pytest.mark.parametrize("solver", ["linear_quadratic", "lemke", "extragradient", "best_response"])
def test_the_electricity_market_against_its_linear_system(solver):
    """A.15: three firms with one, two and three generators and price 378.4 - 2 S; no bound binds.

    The printed digits are of a penalty method and good to about a hundredth.
    """
    total = "+".join(f"x{k}" for k in range(6))
    payoffs, sets = {}, {}
    for firm, owned in enumerate(OWNED):
        sold = "+".join(f"x{k}" for k in owned)
        costs = "+".join(f"({GENERATORS[k][0]}*x{k}**2/2 + {GENERATORS[k][1]}*x{k})" for k in owned)
        payoffs[f"f{firm}"] = f"(378.4 - 2*({total}))*({sold}) - ({costs})"
        sets[f"f{firm}"] = {f"x{k}": (0, GENERATORS[k][2]) for k in owned}
    owner = np.repeat(np.arange(3), [1, 2, 3])
    bends, slopes, most = map(np.array, zip(*GENERATORS, strict=True))
    matrix = np.full((6, 6), 2.0) + 2.0 * np.equal.outer(owner, owner) + np.diag(bends)
    exact = np.linalg.solve(matrix, 378.4 - slopes)
    assert ((exact > 0) & (exact < most)).all()
    found = gt.solve(gt.ContinuousGame.from_expressions(payoffs, sets), solver)[0]
    assert profile(found) == pytest.approx(exact, abs=1e-6)
    assert profile(found) == pytest.approx(PRINTED, abs=1e-2)
    assert found.concept == "Nash"


def two_limits():
    """A.17: one player with two variables, one with one, and two shared limits."""
    return gt.ContinuousGame.from_expressions(
        {"a": "-(x**2 + x*y + y**2 + (x + y)*z - 25*x - 38*y)", "b": "-(z**2 + (x + y)*z - 25*z)"},
        {"a": {"x": (0, np.inf), "y": (0, np.inf)}, "b": {"z": (0, np.inf)}},
        constraints=["x + 2*y - z <= 14", "3*x + 2*y + z <= 30"],
    )


@pytest.mark.parametrize("solver", SOLVERS)
def test_two_players_under_two_limits(solver):
    """A.17: (t, 11 - t, 8 - t) for t from 0 to 2 are equilibria; t = 0 at common prices 3 and 1."""
    found = gt.solve(two_limits(), solver)[0]
    assert profile(found) == pytest.approx([0, 11, 8], abs=1e-6)
    assert found.concept == "variational"
    assert found.certificate["shared_prices"] == pytest.approx([3, 1], abs=1e-5)
    assert found.regret < 1e-5


@pytest.mark.parametrize("t", [0.5, 1.0, 2.0])
def test_the_other_equilibria_of_that_game_are_arbitrary(t):
    from gametrade.solvers.regret_bounds import regret_bounds

    game = two_limits()
    assert regret_bounds(game, np.array([t, 11 - t, 8 - t]))[0] == pytest.approx([0, 0], abs=1e-6)
    found = gt.solve(game, "best_response", start=[t, 11 - t, 8 - t])[0]
    assert found.concept == "generalized Nash (arbitrary)"
    assert found.regret < 1e-6
