"""The most profitable blocking coalition: every engine against every coalition, every option, every scale."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.solvers import blocking_milp
from gametrade.solvers.blocking_answer import BlockingCoalition
from gametrade.solvers.blocking_coalition import ENGINES
from tests.analysis.exact_checks import small_leaves, tree_is_proof
from tests.solvers.brute_force import (
    every_coalition,
    exact_value,
    excesses,
    money_scale,
    proper_coalitions,
)
from tests.strategies import (
    games_with_payoffs,
    make_community,
    one_step,
    payoff_vectors,
    relabelled,
    sharing_games,
    table_games,
)

SEARCHES = tuple(engine for engine in ENGINES if engine != "table")


def slack_of(game, payoffs):
    return 1.01 * game.tolerance + 1e-12 * money_scale(game, payoffs)


def check_answer(answer: BlockingCoalition, truth: dict, slack: float, *, exact: bool = True):
    """Its coalition is allowed, its excess is that coalition's, and its bracket holds the largest."""
    members = tuple(np.flatnonzero(answer.members))
    assert members in truth
    assert answer.excess == pytest.approx(truth[members], abs=slack)
    best = max(truth.values())
    assert answer.excess <= best + slack
    assert answer.upper_bound >= best - slack
    if answer.proved:
        assert answer.excess >= best - slack
    if exact:
        assert answer.proved


@pytest.mark.parametrize("engine", ENGINES)
@given(pair=games_with_payoffs())
def test_every_engine_finds_the_largest_excess(engine, pair):
    game, payoffs = pair
    answer = gt.blocking_coalition(game, payoffs, engine=engine)
    check_answer(answer, excesses(game, payoffs), slack_of(game, payoffs), exact=engine != "bracket")


@given(games_with_payoffs(sharing_games(min_homes=7, max_homes=9, max_steps=6)))
def test_tree_and_table_agree_on_more_homes(pair):
    game, payoffs = pair
    tree, table = (gt.blocking_coalition(game, payoffs, engine=engine) for engine in ("tree", "table"))
    assert tree.proved
    assert tree.excess == pytest.approx(table.excess, abs=slack_of(game, payoffs))


@pytest.mark.parametrize("seed", range(6))
def test_tree_table_and_milp_agree_on_twelve_homes(seed):
    rng = np.random.default_rng(seed)
    net = rng.normal(0.2, 1, size=(12, 24)) if seed % 2 else rng.integers(-2, 3, size=(12, 24)).astype(float)
    game = gt.SharingGame(make_community(net, 0.3, 0.08))
    payoffs = gt.allocate(game, ["mid_market_rate", "equal_split", "bill_sharing"][seed % 3]).payoffs
    found = [gt.blocking_coalition(game, payoffs, engine=engine) for engine in ("tree", "table", "milp")]
    assert all(answer.proved for answer in found)
    for answer in found:
        assert answer.excess == pytest.approx(found[1].excess, abs=2 * game.tolerance)


@given(pair=games_with_payoffs(), data=st.data())
def test_options_against_every_allowed_coalition(pair, data):
    game, payoffs = pair
    n = game.n_players
    must = data.draw(st.sets(st.integers(0, n - 1), max_size=n - 1))
    min_size = data.draw(st.integers(1, n - 1))
    groups = data.draw(st.none() | st.lists(st.sets(st.integers(0, n - 1)), min_size=1, max_size=3))
    cost, each = (data.draw(st.sampled_from([0.0, 0.1, 1.0, 7.5])) for _ in range(2))
    truth = excesses(game, payoffs, must=must, min_size=min_size, groups=groups, cost=cost, cost_per_member=each)
    names = game.players
    options = {
        "containing": [names[i] for i in must],
        "min_size": min_size,
        "allowed": None if groups is None else [[names[i] for i in group] for group in groups],
        "exit_cost": cost,
        "exit_cost_per_member": each,
    }
    engine = data.draw(st.sampled_from(ENGINES))
    if not truth:
        with pytest.raises(gt.InvalidInputError):
            gt.blocking_coalition(game, payoffs, engine=engine, **options)
        return
    answer = gt.blocking_coalition(game, payoffs, engine=engine, **options)
    slack = slack_of(game, payoffs) + 1e-12 * (cost + n * each)
    check_answer(answer, truth, slack, exact=engine != "bracket")
    assert set(options["containing"]) <= set(answer.coalition)


@pytest.mark.parametrize("engine", ["tree", "table"])
@given(pair=games_with_payoffs(sharing_games(min_homes=2, max_homes=5)), count=st.integers(1, 12))
def test_the_most_profitable_ones(engine, pair, count):
    game, payoffs = pair
    truth = excesses(game, payoffs)
    answer = gt.blocking_coalition(game, payoffs, engine=engine, count=count)
    listed = [(answer.coalition, answer.excess), *answer.others]
    assert len({names for names, _ in listed}) == len(listed) == min(count, len(truth))
    position = {name: i for i, name in enumerate(game.players)}
    slack = slack_of(game, payoffs)
    wanted = sorted(truth.values(), reverse=True)[:count]
    for (names, excess), best in zip(listed, wanted, strict=True):
        assert excess == pytest.approx(truth[tuple(position[name] for name in names)], abs=slack)
        assert excess == pytest.approx(best, abs=slack)
    assert [excess for _, excess in listed] == sorted((e for _, e in listed), reverse=True)


@given(games_with_payoffs(), st.sampled_from(SEARCHES))
def test_floor_zero_answers_whether_anybody_gains(pair, engine):
    game, payoffs = pair
    best = max(excesses(game, payoffs).values())
    answer = gt.blocking_coalition(game, payoffs, engine=engine, floor=0.0)
    slack = slack_of(game, payoffs)
    assert answer.upper_bound >= max(best, 0.0) - slack
    if engine != "bracket":
        if best > game.tolerance + slack:
            assert answer.blocks is True
            assert answer.excess == pytest.approx(best, abs=slack)
        elif best < game.tolerance - slack:
            assert not answer.blocks


@pytest.mark.parametrize("cost", [1.1, 7.3])
def test_floor_zero_decides_with_an_exit_cost_too(cost):
    game = one_step([3, 1.7, -1.1, -2.9], 0.3, 0.08)
    payoffs = gt.allocate(game, "competitive_price").payoffs
    assert gt.blocking_coalition(game, payoffs, exit_cost=cost, floor=0.0).blocks is False


@given(games_with_payoffs(sharing_games(min_homes=2, max_homes=6)), st.sampled_from([1, 3, 10]))
def test_an_unfinished_tree_still_brackets_in_exact_arithmetic(pair, nodes):
    game, payoffs = pair
    answer = gt.blocking_coalition(game, payoffs, engine="tree", nodes=nodes)
    exact_payoffs = [Fraction(float(x)) for x in payoffs]
    best = max(
        exact_value(game.community, members) - sum(exact_payoffs[i] for i in members)
        for members in proper_coalitions(game.n_players)
    )
    rounding = 1e-14 * money_scale(game, payoffs)
    assert Fraction(answer.upper_bound) >= best - Fraction(rounding)
    assert Fraction(answer.excess) <= best + Fraction(rounding)


@given(pair=games_with_payoffs(table_games(min_players=2)), data=st.data())
def test_table_games(pair, data):
    game, payoffs = pair
    must = data.draw(st.sets(st.integers(0, game.n_players - 1), max_size=game.n_players - 1))
    truth = excesses(game, payoffs, must=must)
    answer = gt.blocking_coalition(game, payoffs, containing=[game.players[i] for i in must])
    check_answer(answer, truth, 1e-12 * money_scale(game, payoffs))
    assert answer.price_tree is None
    assert answer.engine == "table"


@given(games_with_payoffs(), st.sampled_from(ENGINES))
def test_same_answer_twice_and_input_untouched(pair, engine):
    game, payoffs = pair
    before = payoffs.copy()
    first, second = (gt.blocking_coalition(game, payoffs, engine=engine) for _ in range(2))
    assert np.array_equal(payoffs, before)
    assert first.coalition == second.coalition
    assert (first.excess, first.upper_bound, first.proved) == (second.excess, second.upper_bound, second.proved)
    if first.price_tree is not None:
        assert np.array_equal(first.price_tree.paths, second.price_tree.paths)


@given(games_with_payoffs(), st.randoms(use_true_random=False))
def test_permuted_players_give_the_permuted_answer(pair, random):
    game, payoffs = pair
    order = list(range(game.n_players))
    random.shuffle(order)
    other = gt.blocking_coalition(relabelled(game, order), payoffs[order])
    answer = gt.blocking_coalition(game, payoffs)
    slack = slack_of(game, payoffs)
    assert other.excess == pytest.approx(answer.excess, abs=slack)
    truth = sorted(excesses(game, payoffs).values())
    if len(truth) < 2 or truth[-1] - truth[-2] > 2 * slack:
        assert set(other.coalition) == set(answer.coalition)


@pytest.mark.parametrize("engine", SEARCHES)
@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_scales(engine, scale):
    net = np.array([[2.0, -1.0, 3.0], [-1.0, 2.5, -1.0], [1.0, -1.0, -1.5], [-0.5, -0.5, 1.0]])
    game = gt.SharingGame(make_community(net * scale, 0.3, 0.08))
    for name in ("mid_market_rate", "equal_split", "competitive_price"):
        payoffs = gt.allocate(game, name).payoffs
        answer = gt.blocking_coalition(game, payoffs, engine=engine)
        truth = max(excesses(game, payoffs).values())
        assert answer.excess <= truth + game.tolerance
        assert answer.upper_bound >= truth - game.tolerance
        if engine != "bracket":
            assert answer.proved
            assert answer.excess == pytest.approx(truth, abs=1.01 * game.tolerance)


@pytest.mark.parametrize("ratio", [1e3, 1e6, 1e9])
def test_a_tiny_solar_home_beside_a_factory(ratio):
    rng = np.random.default_rng(0)
    net = np.vstack([rng.uniform(0.5, 1, (1, 200)) * ratio, -rng.uniform(0, 1, (4, 200)), rng.uniform(0, 1, (2, 200))])
    game = gt.SharingGame(make_community(net, 0.3, 0.08))
    payoffs = gt.allocate(game, "equal_split").payoffs
    answer, truth = gt.blocking_coalition(game, payoffs, engine="tree"), max(excesses(game, payoffs).values())
    assert answer.excess == pytest.approx(truth, abs=2 * game.tolerance)
    assert answer.upper_bound >= truth - 2 * game.tolerance
    assert answer.proved


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("net", [np.zeros((3, 2)), np.ones((3, 2)), -np.ones((3, 2)), [[1, 0], [0, -1], [0, 0]]])
def test_nothing_to_share(engine, net):
    game = gt.SharingGame(make_community(net))
    answer = gt.blocking_coalition(game, [0, 0, 0], engine=engine)
    assert answer.excess == 0
    assert 0 <= answer.upper_bound <= game.tolerance <= 1e-12
    assert answer.proved
    assert answer.blocks is False
    robbed = gt.blocking_coalition(game, [-1, 0, 2], engine=engine)
    assert robbed.excess == 1
    assert "A" in robbed.coalition
    assert robbed.blocks is True


def test_two_homes_can_only_leave_alone():
    game = one_step([1, -1])
    answer = gt.blocking_coalition(game, [9, -1])
    assert answer.coalition == ("B",)
    assert answer.excess == 1
    assert gt.blocking_coalition(game, [5, 3]).excess == -3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"payoffs": [1, 2]}, r"must be 3 finite numbers\. Got shape \(2,\)"),
        ({"payoffs": [1, 2, np.nan]}, "must be 3 finite numbers"),
        ({"payoffs": [1, 2, np.inf]}, "must be 3 finite numbers"),
        ({"min_size": 0}, r"min_size of blocking_coalition must be from 1 to 2\. Got 0"),
        ({"min_size": 3}, "min_size"),
        ({"count": 0}, r"count of blocking_coalition must be at least 1\. Got 0"),
        ({"exit_cost": -1.0}, "must not be negative"),
        ({"exit_cost_per_member": -1.0}, "must not be negative"),
        ({"allowed": []}, "leave no coalition"),
        ({"allowed": [["A"]], "containing": ["B"]}, "leave no coalition"),
        ({"allowed": [["A"]], "min_size": 2}, "leave no coalition"),
        ({"containing": ["A", "B", "C"]}, "must leave out at least one player"),
        ({"containing": "AB"}, "not one string"),
        ({"containing": ["Z"]}, "player must be one of"),
        ({"engine": "tabel"}, "Did you mean 'table'"),
    ],
)
def test_bad_options_are_refused(options, message):
    game = one_step([1, 1, -1])
    payoffs = options.pop("payoffs", [1, 2, 3])
    with pytest.raises(gt.GametradeError, match=message):
        gt.blocking_coalition(game, payoffs, **options)


def test_one_home_and_other_games_are_refused_by_name():
    with pytest.raises(gt.InvalidInputError, match="at least 2 players"):
        gt.blocking_coalition(one_step([1]), [0])
    table = gt.TableGame.from_values({("s", "b"): 6.0})
    with pytest.raises(gt.InvalidInputError, match=r"must be 'table' for a TableGame\. Got 'tree'"):
        gt.blocking_coalition(table, [3, 3], engine="tree")


def test_overlapping_groups_list_no_coalition_twice():
    game = one_step([1, 1, -1, -1])
    options = {"count": 6, "allowed": [["A", "C"], ["A", "D"]]}
    tree, table = (gt.blocking_coalition(game, [1, 2, 3, 4], engine=e, **options) for e in ("tree", "table"))
    assert dict(tree.others) == dict(table.others)
    assert (tree.coalition, tree.excess) == (table.coalition, table.excess) == (("A", "C"), 4)


def test_forms_of_display():
    game = one_step([1, 1, -1])
    answer = gt.blocking_coalition(game, [6, 6, -4], count=2)
    data = answer.to_dict()
    assert data["coalition"] == ["A", "C"]
    assert data["excess"] == 6.0
    assert data["status"] == "proved"
    assert data["unit"] == "EUR"
    assert len(data["others"]) == 1
    assert str(answer) == "{A, C} (2 of 3) gains by leaving: +6.0000 EUR (proved)"
    assert "does not gain" in str(gt.blocking_coalition(game, [0, 0, 8]))
    assert answer.smallest == 1
    assert answer.largest == 2


def test_a_bracket_says_so_and_may_leave_the_question_open():
    rng = np.random.default_rng(5)
    net = rng.normal(0, 1, size=(10, 40))
    game = gt.SharingGame(make_community(net, 0.3, 0.08))
    payoffs = gt.allocate(game, "shapley").payoffs
    with small_leaves(0):
        bracket, exact = (gt.blocking_coalition(game, payoffs, engine=engine) for engine in ("bracket", "tree"))
    assert bracket.excess <= exact.excess + game.tolerance
    assert bracket.upper_bound >= exact.excess - game.tolerance
    assert not bracket.proved
    assert "not proved exact" in str(bracket)
    if bracket.excess <= game.tolerance:
        assert bracket.blocks is None
        assert "may gain" in str(bracket)


def test_more_than_fifty_homes_stop_at_the_root_once_the_verdict_is_known():
    rng = np.random.default_rng(6)
    game = gt.SharingGame(make_community(rng.normal(0, 1, size=(60, 30)), 0.3, 0.08))
    blocked = gt.blocking_coalition(game, gt.allocate(game, "bill_sharing").payoffs)
    assert blocked.blocks is True
    stable = gt.blocking_coalition(game, gt.allocate(game, "competitive_price").payoffs)
    assert stable.blocks is False
    milp = gt.blocking_coalition(game, blocked.payoffs, engine="milp", nodes=1, seconds=5)
    assert milp.engine == "milp + price tree"
    assert milp.upper_bound >= blocked.excess


@given(pair=games_with_payoffs(), engine=st.sampled_from(ENGINES))
def test_a_community_is_taken_as_its_sharing_game(pair, engine):
    game, payoffs = pair
    first = gt.blocking_coalition(game, payoffs, engine=engine, min_size=1, floor=0.0)
    second = gt.blocking_coalition(game.community, payoffs, engine=engine, min_size=1, floor=0.0)
    assert (first.coalition, first.excess, first.upper_bound) == (second.coalition, second.excess, second.upper_bound)
    assert isinstance(second.game, gt.SharingGame)


@given(pair=games_with_payoffs(), data=st.data())
def test_near_another_answer_the_answer_is_the_same(pair, data):
    """Whatever the start: an answer for other payoffs, or one without prices."""
    game, payoffs = pair
    engine = data.draw(st.sampled_from(SEARCHES))
    other = data.draw(payoff_vectors(game))
    near = gt.blocking_coalition(game, other, engine=data.draw(st.sampled_from(["bracket", "tree", "table"])))
    answer = gt.blocking_coalition(game, payoffs, engine=engine, near=near)
    check_answer(answer, excesses(game, payoffs), slack_of(game, payoffs), exact=engine != "bracket")


def test_brackets_of_many_homes_start_near_another_answer():
    rng = np.random.default_rng(7)
    game = gt.SharingGame(make_community(rng.normal(0, 1, size=(60, 30)), 0.3, 0.08))
    payoffs = gt.allocate(game, "equal_split").payoffs
    cold = gt.blocking_coalition(game, payoffs, engine="bracket")
    for cost in (0.0, 0.01, 0.1):
        options = {"engine": "bracket", "exit_cost_per_member": cost}
        warm, fresh = (gt.blocking_coalition(game, payoffs, **options, near=near) for near in (cold, None))
        assert warm.engine == "saddle point"
        net = game.value(warm.coalition) - payoffs[warm.members].sum() - cost * warm.members.sum()
        assert warm.excess == pytest.approx(net, abs=game.tolerance)
        assert warm.excess <= fresh.upper_bound + game.tolerance
        assert fresh.excess <= warm.upper_bound + game.tolerance
        assert warm.upper_bound <= fresh.upper_bound + 0.01 * game.grand_value
        assert tree_is_proof(game, payoffs + cost, warm.price_tree)


def test_a_solver_that_rounds_to_a_forbidden_size_is_found_out(monkeypatch):
    game = one_step([1, 1, -1])

    class Everybody:
        variables = np.ones(4)

    monkeypatch.setattr(blocking_milp, "in_time", lambda program, seconds: Everybody)
    with pytest.raises(gt.SolverError, match="a size that is not allowed"):
        gt.blocking_coalition(game, [1, 1, 1], engine="milp")


def test_no_coalition_is_missing_from_the_reference():
    assert len(every_coalition(5)) == 32
    assert len(proper_coalitions(5)) == 30
