"""Bargaining solutions: their axioms on random problems, closed forms and published examples."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.registry import bargains
from tests.bargaining.problems import LABELS, point_lists, polytopes

NAMES = [entry.name for entry in bargains]


def promising(promise):
    return [entry.name for entry in bargains if promise in entry.promises]


def run(name, problem, **options):
    return bargains.get(name).function(problem, **options)


def fits(name, problem):
    return name != "alternating_offers" or (problem.n_players == 2 and problem.points is None)


def size(problem):
    return float(np.abs(np.concatenate([problem.ideal, problem.disagreement])).max())


@pytest.mark.parametrize("name", promising("individual_rationality"))
@given(problem=st.one_of(polytopes(), point_lists(), point_lists(lotteries=False)))
def test_nobody_is_worse_off_and_the_answer_is_feasible(name, problem):
    assume(fits(name, problem))
    answer = run(name, problem)
    scale = np.abs(problem.disagreement).max() + np.nan_to_num(np.abs(problem.ideal)).max()
    assert (answer.gains >= -1e-8 * scale).all()
    if not answer.agreed:
        assert (answer.utilities == problem.disagreement).all()
        assert not np.isfinite(problem.ideal).all() or (problem.ideal <= problem.disagreement + 1e-9 * scale).all()
        return
    if problem.points is None:
        slack = problem.best(np.zeros(problem.n_players))
        assert slack.shape == answer.utilities.shape
        reached = problem.utilities @ problem.decide(
            np.zeros(problem.utilities.shape[1]),
            rational=False,
            rows=-problem.utilities / np.abs(problem.utilities).max(),
            limits=-(answer.utilities - 1e-8 * scale) / np.abs(problem.utilities).max(),
        )
        assert (reached >= answer.utilities - 2e-8 * scale).all()
    else:
        assert (problem.points == answer.utilities).all(axis=1).any()


@pytest.mark.parametrize("name", promising("pareto_efficiency"))
@given(problem=polytopes())
def test_nobody_can_gain_without_a_loss_to_another(name, problem):
    assume(fits(name, problem))
    answer = run(name, problem)
    better = problem.utilities @ problem.decide(
        np.ones(problem.n_players) @ problem.utilities,
        rational=False,
        rows=-problem.utilities / np.abs(problem.utilities).max(),
        limits=-(answer.utilities - 1e-7 * size(problem)) / np.abs(problem.utilities).max(),
    )
    assert better.sum() <= answer.utilities.sum() + 1e-6 * size(problem)


@pytest.mark.parametrize("name", promising("scale_invariance"))
@given(
    problem=polytopes(scales=(1.0,)), factors=st.lists(st.sampled_from([0.01, 0.5, 3.0, 40.0]), min_size=3, max_size=3)
)
def test_units_of_one_player_do_not_matter(name, problem, factors):
    scale = np.array(factors[: problem.n_players])
    other = gt.BargainingProblem(
        problem.players,
        problem.disagreement * scale,
        problem.utilities * scale[:, None],
        problem.rows,
        problem.limits,
    )
    assert run(name, other).utilities == pytest.approx(
        run(name, problem).utilities * scale, rel=1e-5, abs=1e-5 * size(other)
    )


@pytest.mark.parametrize("name", promising("symmetry"))
@given(problem=polytopes(players=2))
def test_equals_gain_the_same(name, problem):
    n = 2
    half = problem.rows[:, :n] - problem.rows[:, n:] * 0
    mirrored = np.vstack([half, half[:, ::-1]])
    scale = np.abs(problem.utilities).max()
    symmetric = gt.BargainingProblem.from_inequalities(
        LABELS[:n], mirrored, np.concatenate([problem.limits, problem.limits]) * scale, np.zeros(n)
    )
    gains = run(name, symmetric).gains
    assert gains[0] == pytest.approx(gains[1], abs=1e-6 * size(symmetric))


@given(problem=polytopes(players=2), cut=st.floats(0.0, 1.0))
def test_nash_does_not_look_at_what_it_does_not_choose(problem, cut):
    """Independence of irrelevant alternatives: a half-plane that leaves the answer in changes nothing."""
    chosen = run("nash_bargaining", problem)
    direction = np.array([cut, 1.0 - cut])
    edge = float(direction @ chosen.utilities)
    smaller = gt.BargainingProblem(
        problem.players,
        problem.disagreement,
        problem.utilities,
        np.vstack([problem.rows, direction @ problem.utilities / np.abs(problem.utilities).max()]),
        np.append(problem.limits, edge / np.abs(problem.utilities).max()),
    )
    again = run("nash_bargaining", smaller)
    assert again.utilities == pytest.approx(chosen.utilities, rel=1e-5, abs=1e-5 * size(problem))


@given(problem=polytopes())
def test_nash_is_certified_and_beats_random_agreements(problem):
    answer = run("nash_bargaining", problem)
    assume(answer.agreed)
    assert answer.certificate["gap"] <= 1e-7
    rng = np.random.default_rng(0)
    able = problem.ideal - problem.disagreement > 1e-7 * size(problem)
    best = np.log(answer.gains[able]).sum()
    for weights in rng.random((8, problem.n_players)):
        gains = problem.best(weights) - problem.disagreement
        if (gains[able] > 0).all():
            assert np.log(gains[able]).sum() <= best + 1e-6


@given(
    total=st.integers(1, 50).map(float),
    alone=st.lists(st.integers(-9, 0).map(float), min_size=3, max_size=3),
    weights=st.lists(st.integers(1, 5), min_size=3, max_size=3),
)
def test_money_is_split_by_weights_beyond_the_disagreement_point(total, alone, weights):
    pie = gt.BargainingProblem.from_total("abc", total, alone)
    answer = run("nash_bargaining", pie, weights=weights)
    shares = np.array(weights) / sum(weights)
    assert answer.utilities == pytest.approx(np.array(alone) + shares * (total - sum(alone)), rel=1e-6, abs=1e-8)


@given(caps=st.lists(st.integers(1, 30).map(float), min_size=3, max_size=3), total=st.integers(10, 60).map(float))
def test_caps_spill_over_like_water(caps, total):
    pie = gt.BargainingProblem.from_total("abc", total, [0.0] * 3, highest=caps)
    answer = run("nash_bargaining", pie)
    low, high = 0.0, total
    for _ in range(100):
        level = (low + high) / 2
        low, high = (level, high) if np.minimum(caps, level).sum() < total else (low, level)
    assert answer.utilities == pytest.approx(np.minimum(caps, high), rel=1e-6)
    leximin = run("egalitarian_bargaining", pie, lexicographic=True)
    assert leximin.utilities == pytest.approx(np.minimum(caps, high), rel=1e-6)


@given(first=st.floats(0.05, 0.95), second=st.floats(0.05, 0.95), proposer=st.integers(0, 1))
def test_alternating_offers_split_a_pie_as_rubinstein_found(first, second, proposer):
    pie = gt.BargainingProblem.from_total("ab", 1.0, [0.0, 0.0])
    answer = run("alternating_offers", pie, discount=(first, second), proposer=proposer)
    other = (second, first)[proposer]
    assert answer.utilities[proposer] == pytest.approx((1 - other) / (1 - first * second), abs=1e-7)


def test_patient_players_approach_the_nash_solution():
    pie = gt.BargainingProblem.from_inequalities("ab", [[1, 2], [3, 1]], [10, 15], [0, 0])
    near = run("alternating_offers", pie, discount=(0.9999, 0.9999))
    assert near.utilities == pytest.approx(run("nash_bargaining", pie).utilities, rel=1e-3)


def test_bill_and_jack():
    """Nash's own barter example: who gives what to whom."""
    bill = {"book": (2, 4), "whip": (2, 2), "ball": (2, 1), "bat": (2, 2), "box": (4, 1)}
    jack = {"pen": (10, 1), "toy": (4, 1), "knife": (6, 2), "hat": (2, 2)}
    moves = [*((-a, b) for a, b in bill.values()), *((a, -b) for a, b in jack.values())]
    points = [np.array(kept) @ np.array(moves) for kept in itertools.product((0, 1), repeat=len(moves))]
    barter = gt.BargainingProblem.from_points(["Bill", "Jack"], points, [0, 0], lotteries=False)
    assert run("nash_bargaining", barter).utilities.tolist() == [12, 5]


def test_a_cap_shows_how_the_solutions_differ():
    pie = gt.BargainingProblem.from_inequalities("ab", [[1, 1], [0, 1]], [100, 60], [0, 0])
    assert run("nash_bargaining", pie).utilities == pytest.approx([50, 50])
    assert run("kalai_smorodinsky", pie).utilities == pytest.approx([62.5, 37.5])
    assert run("egalitarian_bargaining", pie).utilities == pytest.approx([50, 50])


@pytest.mark.parametrize("name", NAMES)
def test_nothing_to_agree_on_is_a_finding(name):
    answer = run(name, gt.BargainingProblem.from_total("ab", 1.0, [2.0, 3.0]))
    assert not answer.agreed
    assert "no agreement improves" in str(answer)


@pytest.mark.parametrize("name", NAMES)
def test_hopes_that_are_rounding_are_none(name):
    """The disagreement point is on the frontier, in units in which it is so up to rounding only."""
    rows = np.array([[2.0, 3.0, -2.0, -3.0], [1.0, 0.0, -1.0, 0.0], [0.0, 1.0, 0.0, -1.0]])
    utilities = 0.0125 * np.hstack([np.eye(2), -np.eye(2)])
    problem = gt.BargainingProblem("ab", [0.0025, 0.0025], utilities, rows, [1.0, 1.0, 1.0])
    assert run(name, problem).utilities == pytest.approx([0.0025, 0.0025], abs=1e-10)


@pytest.mark.parametrize("name", NAMES)
def test_one_who_alone_can_gain_is_no_obstacle(name):
    """The other has nothing in any agreement, so its utility has no coefficient to scale by."""
    problem = gt.BargainingProblem.from_points("ab", [[3, 0], [0, 0]], [0, 0])
    answer = run(name, problem)
    assert answer.agreed
    assert answer.utilities == pytest.approx([0, 0] if name == "egalitarian_bargaining" else [3, 0])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scale", [1e-6, 1.0, 4e6])
def test_millions_are_no_harder_than_ones(name, scale):
    rows = [[2, 1], [1, 2], [1, 3], [3, 1], [1, 0], [0, 1]]
    limits = np.array([0.25, 0.25, 1, 1, 0.5, 0.5]) * scale
    answer = run(name, gt.BargainingProblem.from_inequalities("ab", rows, limits, [0, 0]))
    expected = [0.25 / 3, 0.25 / 3]
    if name == "alternating_offers":
        expected = run(name, gt.BargainingProblem.from_inequalities("ab", rows, limits / scale, [0, 0])).utilities
    assert answer.utilities / scale == pytest.approx(expected, rel=1e-6)


def test_of_equal_sums_in_a_list_the_one_best_for_the_least_is_taken():
    listed = gt.BargainingProblem.from_points("ab", [[3, 1], [1, 3], [2, 2]], [0, 0], lotteries=False)
    assert run("utilitarian_bargaining", listed).utilities.tolist() == [2, 2]
    assert run("utilitarian_bargaining", listed, weights=[2, 1]).utilities.tolist() == [3, 1]


@pytest.mark.parametrize("name", NAMES)
def test_an_unbounded_set_is_an_error(name):
    with pytest.raises(gt.InvalidInputError, match=r"^utility of a [^.]* must have a largest value\. Got [^.]*\.$"):
        run(name, gt.BargainingProblem.from_inequalities("ab", [[0, 1]], [1], [0, 0]))


def test_an_empty_set_is_an_error():
    with pytest.raises(gt.InvalidInputError, match="no feasible utilities"):
        run("nash_bargaining", gt.BargainingProblem.from_inequalities("ab", [[1, 0], [-1, 0]], [1, -2], [0, 0]))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: gt.BargainingProblem.from_inequalities("ab", [[1, 1], [1]], [1], [0, 0]),
            "rows of .* must be numbers",
        ),
        (lambda: gt.BargainingProblem.from_points("ab", [["x", 1]], [0, 0]), "points of .* must be numbers"),
        (lambda: gt.BargainingProblem.from_total("ab", np.inf, [0, 0]), "limits of .* must be finite"),
        (lambda: gt.BargainingProblem.from_total("ab", 1, [0, 0], highest=np.nan), "highest of .* must be"),
        (lambda: gt.BargainingProblem.from_total("ab", 1, [0, 0], highest=-np.inf), "highest of .* must be"),
        (lambda: gt.BargainingProblem.from_total("ab", 1, [0, 0], lowest=[0, 0, 0]), "lowest of .* must be"),
        (lambda: gt.BargainingProblem.from_points("ab", [[1, 2, 3]], [0, 0]), "points of .* must be one row or more"),
        (lambda: gt.BargainingProblem.from_points("ab", np.zeros((0, 2)), [0, 0]), "points of .* must be one row"),
    ],
)
def test_words_ragged_rows_and_infinite_sums_are_refused(make, message):
    with pytest.raises(gt.InvalidInputError, match=message):
        make()


@pytest.mark.parametrize("weights", [[1, 0], [1, -1], [1], [1, float("nan")], [1, "x"]])
def test_weights_must_be_positive(weights):
    pie = gt.BargainingProblem.from_total("ab", 1.0, [0, 0])
    with pytest.raises(gt.InvalidInputError, match="numbers above 0"):
        run("nash_bargaining", pie, weights=weights)
