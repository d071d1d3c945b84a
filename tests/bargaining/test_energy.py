"""Bargaining over energy: payments, caps, screening, contracts, and axioms with witnesses."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.registry import bargains
from gametrade.solvers.demand_response_contract import contract_price, demand_response_contract
from gametrade.solvers.distributed_bargaining import distributed_bargaining
from gametrade.solvers.pareto_frontier import pareto_frontier
from gametrade.solvers.payment_bargaining import payment_bargaining
from gametrade.solvers.two_stage_bargaining import screened, two_stage_bargaining
from tests.bargaining.problems import polytopes
from tests.strategies import sharing_games

few = settings(max_examples=25, deadline=None, derandomize=True)
PAIR = gt.TableGame.from_values({("s", "b"): 6.0})
EXAMPLE = ("abcd", [5, -2, 9, 1], [4, -6, 3, 2])


def run(name, problem, **options):
    return bargains.get(name).function(problem, **options)


@st.composite
def plans(draw):
    n = draw(st.integers(2, 5))
    whole = st.lists(st.integers(-9, 9).map(float), min_size=n, max_size=n)
    together, alone = np.array(draw(whole)), np.array(draw(whole))
    weights = draw(st.lists(st.integers(1, 4).map(float), min_size=n, max_size=n))
    highest = draw(st.lists(st.sampled_from([0.0, 1.0, 3.0, np.inf]), min_size=n, max_size=n))
    scale = draw(st.sampled_from([1.0, 1e-6, 1e6]))
    return "abcde"[:n], together * scale, alone * scale, np.array(weights), np.array(highest) * scale


def test_the_instance_of_the_literature():
    assert payment_bargaining(*EXAMPLE).payments == pytest.approx([1.5, -1.5, -3.5, 3.5])
    assert payment_bargaining(*EXAMPLE).gains == pytest.approx([2.5] * 4)
    weighted = payment_bargaining(*EXAMPLE, weights=[1, 2, 3, 2])
    assert weighted.payments == pytest.approx([0.25, -1.5, -2.25, 3.5])


@few
@given(plans())
def test_payments_are_the_nash_solution_within_caps(plan):
    names, together, alone, weights, highest = plan
    bargain = payment_bargaining(names, together, alone, weights=weights, highest=highest)
    size = np.abs(np.concatenate([together, alone])).max() + 1e-300
    assert bargain.payments.sum() == pytest.approx(0, abs=1e-9 * size)
    total = float((together - alone).sum())
    if not bargain.agreed:
        assert (bargain.gains == 0).all()
        room = np.minimum(highest, np.inf) + together - alone
        assert total <= 0 or (room < 0).any() or room.sum() < total
        return
    assert (bargain.payments <= highest + 1e-9 * size).all()
    caps = np.where(np.isfinite(highest), together + highest, 1e3 * size)
    pie = gt.BargainingProblem.from_total(names, float(together.sum()), alone, highest=caps)
    best = run("nash_bargaining", pie, weights=weights)
    assert bargain.gains == pytest.approx(best.gains, rel=1e-4, abs=1e-5 * size)


@pytest.mark.parametrize(
    ("worth", "lowest", "highest", "gains"),
    [
        ([8, 11, -3], [-3, 0, -3], np.inf, [5, 11, 0]),
        ([0, 3], [-1, 0], [np.inf, 3], [0, 3]),
        ([4, 0], -9, [-2, 2], [2, 2]),
    ],
)
def test_at_the_end_of_what_bounds_allow_nothing_is_left_to_bargain(worth, lowest, highest, gains):
    for solve in (payment_bargaining, distributed_bargaining):
        answer = solve("abc"[: len(worth)], worth, np.zeros(len(worth)), lowest=lowest, highest=highest)
        assert answer.gains == pytest.approx(gains)


def test_rounding_makes_and_breaks_no_agreement():
    """0.1 + 0.2 is more than 0.3 by rounding: as least gains they fit, and as a joint gain of three they are none."""
    for solve in (payment_bargaining, distributed_bargaining):
        assert solve("ab", [0.3, 0.0], [0, 0], lowest=[-0.2, 0.2]).gains == pytest.approx([0.1, 0.2])
        assert not solve("abc", [0.1, 0.2, -0.3], [0, 0, 0]).agreed


def test_the_traders_find_out_by_themselves_that_nothing_improves():
    """Nothing of the central solver is used; the finding is the same."""
    assert "payment_bargaining" not in distributed_bargaining.__globals__
    for together, alone, options in (
        ([1, 2], [2, 2], {}),
        ([2, 2], [2, 2], {}),
        ([9, 0], [1, 3], {"highest": 2.0}),
        ([9, 0], [1, 3], {"lowest": -2.0}),
        ([9, 9], [1, 3], {"lowest": 1.0}),
    ):
        talked = distributed_bargaining("ab", together, alone, **options)
        assert (talked.agreed, talked.residuals, talked.payments.tolist()) == (False, (), [0.0, 0.0])
        assert not payment_bargaining("ab", together, alone, **options).agreed
    assert distributed_bargaining("ab", [9, 0], [1, 3], highest=3.0).payments == pytest.approx([-3, 3], abs=1e-4)


@few
@given(plans())
def test_messages_lead_to_the_closed_form(plan):
    names, together, alone, weights, highest = plan
    closed = payment_bargaining(names, together, alone, weights=weights, highest=highest)
    talked = distributed_bargaining(names, together, alone, weights=weights, highest=highest)
    assert talked.agreed == closed.agreed
    if closed.agreed and np.isfinite(highest).sum() < len(names):
        size = np.abs(np.concatenate([together, alone])).max()
        assert talked.payments == pytest.approx(closed.payments, abs=1e-5 * size)
        assert talked.residuals[-1][0] <= 1e-6 * size


@few
@given(sharing_games(max_homes=5))
def test_screening_loses_nothing_and_keeps_only_those_who_add(game):
    inside, saved = screened(game)
    assert saved == pytest.approx(game.grand_value, abs=10 * game.tolerance + 1e-12)
    for player in np.flatnonzero(inside):
        without = inside.copy()
        without[player] = False
        assert game.values(without[None, :])[0] < saved
    bargain = two_stage_bargaining(game)
    assert bargain.gains.sum() == pytest.approx(saved if bargain.agreed else 0.0, abs=1e-9 * abs(saved) + 1e-12)
    assert bargain.gains[~inside] == pytest.approx(0, abs=0)
    if inside.any():
        assert bargain.gains[inside] == pytest.approx(saved / inside.sum(), abs=1e-9 * abs(saved) + 1e-12)


def test_a_community_bargains_from_what_each_member_can_do_alone():
    street = gt.communities.fontana("flat").select(["home01", "home02"], start="2017-06-01", end="2017-06-02")
    game = gt.DispatchGame(street)
    problem = gt.BargainingProblem.from_community(street)
    assert problem.disagreement == pytest.approx(-game.alone_costs)
    answer = run("nash_bargaining", problem)
    assert answer.gains == pytest.approx([game.grand_value / 2] * 2, rel=1e-4, abs=1e-6)
    sharing = gt.BargainingProblem.from_community(gt.SharingGame(street))
    assert sharing.disagreement == pytest.approx(-street.stand_alone_bills())


def test_contracts():
    assert contract_price(10.0, 4.0) == 7.0
    assert contract_price(10.0, 4.0, power=1.0) == 10.0
    assert contract_price(3.0, 4.0) is None
    reduction, bargain = demand_response_contract([0.5, 0.1], 0.2, 0.1, limit=2.0)
    grid = np.linspace(0, 2, 2001)
    assert reduction[0] == pytest.approx(grid[np.argmax((0.5 - 0.2) * grid - 0.05 * grid**2)], abs=1e-3)
    assert bargain.gains[0] == pytest.approx(bargain.gains[1])
    assert not demand_response_contract([0.1], 0.2, 0.1)[1].agreed


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: payment_bargaining("ab", [1, 2], [0, 0], weights=[1, 0]),
            "weights of payment_bargaining must be",
        ),
        (lambda: payment_bargaining("ab", ["x", 2], [0, 0]), "utilities and weights of payment_bargaining must be num"),
        (lambda: payment_bargaining("ab", [1, 2, 3], [0, 0]), "together of payment_bargaining must be 2 finite"),
        (lambda: payment_bargaining("ab", [1, 2], [0, 0], lowest=1, highest=0), "lowest of payment_bargaining"),
        (lambda: payment_bargaining("ab", [1, 2], [0, 0], lowest=[0, 0, 0]), "lowest of payment_bargaining must be"),
        (lambda: two_stage_bargaining(PAIR, weights=[1]), "weights of two_stage_bargaining must be 2 numbers above 0"),
        (lambda: two_stage_bargaining(PAIR, highest="x"), "highest of two_stage_bargaining must be"),
        (lambda: two_stage_bargaining(3), "two_stage_bargaining needs a Community or a game of coalitions. Got int"),
        (lambda: gt.BargainingProblem.from_community(None), "from_community of BargainingProblem needs a Comm"),
        (lambda: contract_price(float("nan"), 1), "most of contract_price must be"),
        (lambda: demand_response_contract([1, 2], [0, 1, 2], 0.1), "cost of demand_response_contract must be"),
        (lambda: demand_response_contract([1, 2], 0, 0.1, limit=-1), "limit of demand_response_contract must be"),
        (lambda: contract_price(1, 0, power=2), "power of contract_price must be from 0 to 1"),
        (lambda: demand_response_contract([1], [0], 0.0), "growth of demand_response_contract must be above 0"),
    ],
)
def test_bad_input_is_one_sentence(call, message):
    with pytest.raises(gt.InvalidInputError, match=message):
        call()


@few
@given(polytopes(players=2))
def test_the_frontier_is_what_weighted_sums_reach(problem):
    frontier = pareto_frontier(problem)
    size = np.abs(np.concatenate([problem.ideal, problem.disagreement])).max()
    assert (np.diff(frontier.points[:, 0]) >= -1e-6 * size).all()
    assert (np.diff(frontier.points[:, 1]) <= 1e-6 * size).all()
    for share in np.linspace(0.05, 0.95, 7):
        weights = np.array([share, 1 - share])
        assert (frontier.points @ weights).max() == pytest.approx(weights @ problem.best(weights), abs=1e-6 * size)
    answer = run("nash_bargaining", problem)
    assert len(frontier.plot([answer]).data) == 3


@few
@given(
    st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=1, max_size=4),
    st.lists(st.integers(1, 9), min_size=4, max_size=4),
)
def test_the_frontier_of_three_has_the_corners_that_nobody_improves_on(slopes, limits):
    """All corners of the polytope, three tight rows each, without those that another one dominates."""
    rows = np.vstack([np.array(slopes, dtype=float), np.ones((1, 3))])
    sides = np.append(np.array(limits[: len(slopes)], dtype=float), 10.0)
    problem = gt.BargainingProblem.from_inequalities("abc", rows, sides, [0, 0, 0])
    planes, ends = np.vstack([rows, -np.eye(3)]), np.append(sides, np.zeros(3))
    corners = []
    for three in combinations(range(len(planes)), 3):
        if abs(np.linalg.det(planes[list(three)])) > 1e-9:
            corner = np.linalg.solve(planes[list(three)], ends[list(three)])
            if (planes @ corner <= ends + 1e-9).all():
                corners.append(np.round(corner, 7) + 0.0)
    corners = np.unique(corners, axis=0)
    best = [c for c in corners if not ((corners >= c - 1e-9).all(axis=1) & (corners > c + 1e-9).any(axis=1)).any()]
    frontier = pareto_frontier(problem)
    assert np.array(sorted(map(tuple, frontier.points))) == pytest.approx(np.array(sorted(map(tuple, best))), abs=1e-5)
    assert len(frontier.plot().data) == 2


def test_the_frontier_of_many_is_a_list_or_a_sentence():
    agreements = [[1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 5], [2, 1, 1, 1, 1, 1]]
    listed = gt.BargainingProblem.from_points("abcdef", agreements, [0] * 6, lotteries=False)
    assert pareto_frontier(listed).points.tolist() == [[1, 2, 3, 4, 5, 6], [2, 1, 1, 1, 1, 1]]
    with pytest.raises(gt.InvalidInputError, match="needs two or three players; to_frame has all"):
        pareto_frontier(listed).plot()
    with pytest.raises(gt.InvalidInputError, match="at most 5 players"):
        pareto_frontier(gt.BargainingProblem.from_inequalities("abcdef", [[1] * 6], [1], [0] * 6))


AXIOMS = ("individual_rationality", "pareto_efficiency", "symmetry", "scale_invariance")


@pytest.mark.parametrize("axiom", AXIOMS)
@settings(max_examples=12, deadline=None, derandomize=True)
@given(problem=polytopes(players=2, scales=(1.0,)))
def test_nash_keeps_its_axioms(axiom, problem):
    verdict = gt.check(run("nash_bargaining", problem), axiom)
    assert verdict.holds is True, verdict
    assert set(verdict.witness) <= set(problem.players)


def test_each_axiom_is_broken_by_somebody_with_a_witness():
    capped = gt.BargainingProblem.from_inequalities("ab", [[1, 1], [0, 1]], [100, 60], [0, 0])
    hope, equal = run("kalai_smorodinsky", capped), run("egalitarian_bargaining", capped)
    assert gt.check(hope, "independence_of_irrelevant_alternatives").holds is False
    assert gt.check(run("nash_bargaining", capped), "independence_of_irrelevant_alternatives").holds is True
    assert gt.check(equal, "scale_invariance").holds is False
    assert gt.check(hope, "scale_invariance").holds is True
    assert gt.check(hope, "monotonicity").holds is True
    wide = gt.BargainingProblem.from_inequalities("ab", [[1, 0], [0.3, 1]], [1, 1], [0, 0])
    assert gt.check(run("nash_bargaining", wide), "monotonicity").witness == ("b",)
    first = run("alternating_offers", capped, discount=(0.5, 0.9), proposer=1)
    assert first.options == {"discount": (0.5, 0.9), "proposer": 1}
    assert gt.check(first, "symmetry").holds is False
    strong = run("nash_bargaining", capped, weights=[3, 1])
    assert gt.check(strong, "symmetry").holds is False
    pie = gt.BargainingProblem.from_total("abc", 90.0, [0, 0, 0], highest=[20, 90, 90])
    assert gt.check(run("egalitarian_bargaining", pie), "pareto_efficiency").holds is False
    outside = gt.Agreement(capped, "nash_bargaining", [-1.0, 50.0])
    loss = gt.check(outside, "individual_rationality")
    assert (loss.holds, loss.margin, loss.witness) == (False, -1.0, ("a",))
    with pytest.raises(gt.InvalidInputError, match="individual_rationality is a property of a market or an agreement"):
        gt.check(pie, "individual_rationality")
    with pytest.raises(gt.InvalidInputError, match="monotonicity is checked for two players"):
        gt.check(run("nash_bargaining", pie), "monotonicity")
