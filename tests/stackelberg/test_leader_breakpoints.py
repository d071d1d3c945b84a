"""A leader's best price: against exact rationals, fine grids, closed forms and scipy's scalar search."""

from __future__ import annotations

import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import gametrade as gt
from gametrade.analysis.verification.leaders import ExactLeader, prove_leader
from gametrade.games.stackelberg import PriceLeaderGame
from gametrade.games.stackelberg.price_pieces import demand_pieces
from gametrade.games.stackelberg.sums import running_sums
from tests.stackelberg.leaders import price_leaders


def span(game):
    """Money in play: what all followers together could ever be worth, or cost, at prices allowed."""
    top = max(abs(game.cap) if np.isfinite(game.cap) else 0.0, abs(game.floor), np.abs(game.intercepts).max())
    energy = np.abs(np.stack([game.demands(game.floor), game.demands(min(game.cap, top))])).sum(axis=1).max()
    return (top + abs(game.unit_cost) + game.quadratic_cost * energy) * max(energy, 1e-300)


@given(price_leaders())
def test_the_optimum_is_that_of_exact_arithmetic(game):
    answer = gt.solve(game)
    exact = ExactLeader.of(game).optimum()
    assert answer.complete
    if exact is None:
        assert not len(answer)
        assert "capacity" in answer.finding
        return
    tolerance = 1e-11 * span(game)
    for equilibrium in answer:
        assert game.floor <= equilibrium.strategies[0][0] <= game.cap
        proof = prove_leader(equilibrium)
        assert -tolerance <= proof.regret <= tolerance
        assert proof.regret <= Fraction(float(equilibrium.regrets[0])) or proof.excess_demand > 0
        assert equilibrium.regrets[0] <= tolerance
        assert 0 <= proof.follower_gap <= tolerance
        assert proof.excess_demand <= 1e-9 * max(game.capacity, np.abs(game.demands(game.floor)).sum())


@given(price_leaders(), st.integers(0, 2**31))
def test_no_price_of_a_fine_grid_does_better(game, seed):
    answer = gt.solve(game)
    ends = np.concatenate([np.linspace(game.floor, game.cap, 400), game.breakpoints()])
    grid = np.concatenate([ends, np.random.default_rng(seed).uniform(game.floor, game.cap, 200)])
    grid = grid[(grid >= game.floor) & (grid <= game.cap)]
    feasible = [p for p in grid if game.demands(p).sum() <= game.capacity]
    if not len(answer):
        assert not feasible
        return
    best = max((game.objective(p) for p in feasible), default=-np.inf)
    assert best <= answer[0].payoffs[0] + 1e-11 * span(game)
    assert best <= answer[0].certificate["bound"] + 1e-11 * span(game)


@given(price_leaders())
def test_local_maxima_are_local_maxima_and_the_pieces_cover_the_prices(game):
    answer = gt.solve(game)
    if not len(answer):
        return
    width = max(game.cap - game.floor, 1e-300)
    lowest = answer[0].certificate["feasible_from"]
    for step in answer.trace:
        for near in (step["price"] - 1e-6 * width, step["price"] + 1e-6 * width):
            if lowest <= near <= game.cap:
                assert game.objective(near) <= step["payoff"] + 1e-10 * span(game)
    pieces = np.array(answer[0].certificate["pieces"])
    assert (pieces[1:, 0] == pieces[:-1, 1]).all()
    assert pieces[0, 0] <= lowest
    assert pieces[-1, 1] == game.cap
    assert pieces[:, 2].max() <= answer[0].certificate["bound"]
    json.dumps(answer.to_dict())


def test_a_price_at_which_a_piece_shrinks_to_a_point_is_no_local_maximum():
    """Demand reaches the capacity where a customer reaches its least: the piece before is that one price."""
    game = PriceLeaderGame([1.0, 0.0], 0.125, [0.5, 0.5], [1.0, 0.5], capacity=1.0, cap=6.0)
    answer = gt.solve(game)
    assert answer[0].certificate["feasible_from"] == 0.9375
    assert [step["price"] for step in answer.trace] == [6.0]


@given(price_leaders(max_followers=5), st.randoms())
def test_relabelled_followers_change_nothing(game, random):
    order = list(range(game.n_followers))
    random.shuffle(order)
    columns = (column[order] for column in (game.intercepts, game.slopes, game.lower, game.upper))
    told = {
        name: getattr(game, name)
        for name in ("unit_cost", "quadratic_cost", "welfare_weight", "capacity", "floor", "cap")
    }
    other = gt.solve(PriceLeaderGame(*columns, usage_charge=game.usage_charge[order], **told))
    answer = gt.solve(game)
    assert len(answer) == len(other)
    for one, two in zip(answer, other, strict=True):
        assert one.payoffs[0] == pytest.approx(two.payoffs[0], abs=1e-11 * span(game))


def test_a_retailer_with_two_customers_has_two_local_optima():
    answer = gt.solve(PriceLeaderGame([10.0, 4.0], [1.0, 0.1], unit_cost=1.0))
    assert len(answer) == 1
    assert answer[0].strategies[0] == pytest.approx([61 / 22], rel=1e-14)
    assert [step["global"] for step in answer.trace] == [True, False, False]
    assert answer.trace[1]["price"] == pytest.approx(5.5)
    assert answer.trace[1]["payoff"] == pytest.approx(20.25)


def test_two_prices_that_tie_are_both_reported():
    """With A = 8 + 2/b and H = 1 + 1/b both earn A^2 / 4H at p = A / 2H, the first alone 16 at p = 4: b = 1/8."""
    game = PriceLeaderGame([8.0, 2.0], [1.0, 1.0 / 8.0])
    assert (8 + 16) ** 2 / (4 * 9) == 16
    answer = gt.solve(game)
    assert [equilibrium.strategies[0][0] for equilibrium in answer] == pytest.approx([4 / 3, 4.0], rel=1e-14)
    assert all(step["global"] for step in answer.trace[:2])


@given(
    hnp.arrays(float, st.integers(1, 5), elements=st.floats(5, 50, width=32)),
    st.floats(0.1, 3),
    st.floats(0, 4),
    st.floats(0, 0.95),
)
def test_closed_forms_of_vehicle_charging(worth, slope, cost, share):
    """p* = max(A/2H, (A - C)/H); A/2H + w/2; with a welfare weight [A(1 - 2mu) + (1 - mu)Hw] / [H(2 - 3mu)]."""
    free = PriceLeaderGame(worth, slope, -np.inf, np.inf, unit_cost=cost, floor=-np.inf)
    a, h = (worth / slope).sum(), worth.size / slope
    assert gt.solve(free)[0].strategies[0][0] == pytest.approx(a / (2 * h) + cost / 2, rel=1e-9)
    capacity = share * a
    limited = PriceLeaderGame(worth, slope, -np.inf, np.inf, capacity=capacity)
    assert gt.solve(limited)[0].strategies[0][0] == pytest.approx(
        max(a / (2 * h), (a - capacity) / h), rel=1e-9, abs=1e-12
    )
    weight = share / 2
    caring = PriceLeaderGame(worth, slope, -np.inf, np.inf, unit_cost=cost, floor=-np.inf, welfare_weight=weight)
    wanted = (a * (1 - 2 * weight) + (1 - weight) * h * cost) / (h * (2 - 3 * weight))
    assert gt.solve(caring)[0].strategies[0][0] == pytest.approx(wanted, rel=1e-9, abs=1e-9)


def test_at_weight_one_half_the_price_is_the_cost():
    game = PriceLeaderGame([9.0, 7.0], 1.0, -np.inf, np.inf, unit_cost=2.0, welfare_weight=0.5, floor=-np.inf)
    assert gt.solve(game)[0].strategies[0][0] == pytest.approx(2.0, abs=1e-12)


def test_unbounded_and_infeasible_are_findings():
    endless = gt.solve(PriceLeaderGame([5.0], 1.0, 1.0, 2.0))
    assert not len(endless)
    assert endless.complete
    assert "without bound" in endless.finding
    crowded = gt.solve(PriceLeaderGame([5.0], 1.0, 1.0, 2.0, capacity=0.5, cap=10.0))
    assert not len(crowded)
    assert "capacity" in crowded.finding
    with pytest.raises(gt.InvalidInputError, match="no equilibrium"):
        crowded[0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"slopes": 0.0}, "positive"),
        ({"intercepts": []}, "Got none"),
        ({"intercepts": [np.nan]}, "finite"),
        ({"lower": 3.0, "upper": 2.0}, "at most upper"),
        ({"floor": 3.0, "cap": 2.0}, "floor"),
        ({"welfare_weight": 1.5}, "0 to 1"),
        ({"quadratic_cost": -1.0}, "at least 0"),
        ({"slopes": [1.0, 2.0, 3.0]}, "one number"),
        ({"capacity": np.nan}, "floor"),
        ({"followers": ["a", "b"]}, "labels"),
    ],
)
def test_bad_input_is_named(changes, said):
    told = {"intercepts": [5.0], "slopes": 1.0, **changes}
    with pytest.raises(gt.InvalidInputError, match=said):
        PriceLeaderGame(told.pop("intercepts"), told.pop("slopes"), **told)


@given(hnp.arrays(float, st.integers(0, 60), elements=st.floats(-1e12, 1e12, allow_subnormal=False)))
def test_running_sums_are_those_of_fsum(terms):
    wanted = [math.fsum(terms[:k]) for k in range(terms.size + 1)]
    assert running_sums(terms) == pytest.approx(wanted, rel=1e-15, abs=1e-25 * np.abs(terms).sum())


def test_sums_over_a_million_followers_do_not_carry_what_cancelled():
    """Demand, its slope and the surplus at chosen breakpoints, up to the top ones where few are left, against fsum."""
    rng = np.random.default_rng(7)
    n = 1_000_000
    game = PriceLeaderGame(rng.uniform(1, 10, n), 10.0 ** rng.uniform(-3, 3, n), 0.0, rng.uniform(0.1, 50, n))
    pieces = demand_pieces(game)
    for k in (0, 1000, pieces.lower.size // 2, pieces.lower.size - 2000, pieces.lower.size - 20):
        price = pieces.origin[k]
        wanted = math.fsum(game.demands(price).tolist())
        assert pieces.total[k] == pytest.approx(wanted, rel=1e-13, abs=1e-15 * pieces.total[0])
        inside = game.demands((price + min(pieces.upper[k], price + 1.0)) / 2)
        active = (inside > game.lower) & (inside < game.upper)
        steep = math.fsum((1 / game.slopes[active]).tolist())
        assert pieces.steep[k] == pytest.approx(steep, rel=1e-13, abs=1e-15 * pieces.steep.max())
        surplus = math.fsum(game.demands(price) * (game.intercepts - price - game.slopes * game.demands(price) / 2))
        assert pieces.surplus[k] == pytest.approx(surplus, rel=1e-13, abs=1e-14 * pieces.surplus[0])
    plain = np.array([1e16, 1.0, -1e16] * 1000)
    assert running_sums(plain)[-1] == 1000.0


@given(price_leaders())
def test_scipy_never_beats_it(game):
    from scipy.optimize import minimize_scalar

    answer = gt.solve(game)
    if not len(answer) or game.cap == game.floor:
        return
    low = answer[0].certificate["feasible_from"]
    found = minimize_scalar(lambda p: -game.objective(p), bounds=(low, game.cap), method="bounded")
    assert -found.fun <= answer[0].payoffs[0] + 1e-11 * span(game)


@given(price_leaders())
def test_a_search_piece_by_piece_agrees(game):
    """The general solver knows nothing of running sums: it evaluates the payoff at three points of every piece."""
    if np.isfinite(game.capacity):
        with pytest.raises(gt.InvalidInputError, match="leader_breakpoints"):
            gt.solve(game, "leader_scan")
        return
    if game.floor == game.cap:
        return
    exact, slow = gt.solve(game), gt.solve(game, "leader_scan")
    assert slow.complete
    assert slow[0].payoffs[0] == pytest.approx(exact[0].payoffs[0], abs=1e-11 * span(game))
    assert slow[0].regrets[0] <= 1e-10 * span(game)
    assert gt.solve(game, "diagonalisation")[0].payoffs[0] == pytest.approx(exact[0].payoffs[0], abs=1e-11 * span(game))


def test_a_price_without_cap_never_grows_by_rounding():
    """Beyond the last breakpoint nobody buys: a demand of one rounding error there would be growth without bound."""
    for k in range(40):
        game = PriceLeaderGame([10.0, 3.0 + k / 66], [1.0, 0.1], unit_cost=1.0)
        answer = gt.solve(game)
        assert len(answer) == 1, answer.finding
        assert prove_leader(answer[0]).regret <= Fraction(1, 10**9)
