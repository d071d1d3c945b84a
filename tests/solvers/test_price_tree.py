"""The price tree: a proof that an exact checker accepts, and that it refuses once it is tampered with."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.encoding import tree_from_dict, tree_to_dict
from gametrade.solvers.coalition_search import CoalitionSearch
from gametrade.solvers.price_tree import PriceTree, clearing_price, coalition_bound, search_price_tree
from tests.analysis.exact_checks import refuses, small_leaves, tree_is_proof
from tests.solvers.brute_force import excesses
from tests.strategies import games_with_payoffs, make_community, sharing_games


def hard_case(n=8, steps=16, seed=3, rule="mid_market_rate"):
    """A community whose tree needs several nodes."""
    rng = np.random.default_rng(seed)
    game = gt.SharingGame(make_community(rng.normal(0, 1, size=(n, steps)), 0.3, 0.08))
    payoffs = gt.allocate(game, rule).payoffs
    with small_leaves(0):
        answer = gt.blocking_coalition(game, payoffs, engine="tree")
    assert answer.proved
    assert len(answer.price_tree.homes) > 3
    return game, payoffs, answer


@given(games_with_payoffs(), st.sampled_from([1, 3, 20_000]), st.sampled_from([-np.inf, 0.0]), st.sampled_from([0, 4]))
def test_every_tree_is_a_proof(pair, nodes, floor, bits):
    game, payoffs = pair
    with small_leaves(bits):
        answer = gt.blocking_coalition(game, payoffs, engine="tree", nodes=nodes, floor=floor)
    assert tree_is_proof(game, payoffs, answer.price_tree)
    assert answer.price_tree.limit <= answer.upper_bound + 1e-15 * abs(answer.upper_bound)


@given(games_with_payoffs(sharing_games(min_homes=2, max_homes=6, max_steps=3)), st.sampled_from([0, 4, 26]))
def test_no_tree_proves_less_than_the_truth(pair, bits):
    game, payoffs = pair
    with small_leaves(bits):
        answer = gt.blocking_coalition(game, payoffs, engine="tree")
    size = np.abs(payoffs).sum() + np.abs(game.position).sum()
    assume(size > 0)
    limit = max(excesses(game, payoffs).values()) - 1e-9 * size
    assert refuses(game, payoffs, replace(answer.price_tree, limit=float(limit)))


def test_integer_data_with_exact_ties_is_proved_exactly():
    game = gt.SharingGame(make_community([[-1, 1], [-1, 1], [1, -1], [1, -1]], 12, 4))
    payoffs = np.full(4, 4.0)
    answer = gt.blocking_coalition(game, payoffs, engine="tree")
    assert answer.excess == 0.0 + max(excesses(game, payoffs).values())
    assert tree_is_proof(game, payoffs, answer.price_tree)


def test_a_lowered_limit_is_refused():
    game, payoffs, answer = hard_case()
    assert tree_is_proof(game, payoffs, answer.price_tree)
    assert refuses(game, payoffs, replace(answer.price_tree, limit=answer.excess - 1e-6))
    assert refuses(game, payoffs, replace(answer.price_tree, limit=float("nan")))


def test_payoffs_other_than_those_of_the_tree_are_refused():
    game, payoffs, answer = hard_case()
    home = int(np.flatnonzero(answer.members)[0])
    lower = payoffs.copy()
    lower[home] -= 0.05
    assert refuses(game, lower, answer.price_tree)


def test_no_changed_path_byte_makes_a_false_proof():
    """A tree with any paths at all is either a proof of a true limit, or refused."""
    game, payoffs, answer = hard_case()
    tree, rng = answer.price_tree, np.random.default_rng(0)
    refused = 0
    for _ in range(25):
        paths = tree.paths.copy()
        paths[rng.integers(len(paths))] = rng.integers(0, 129, size=paths.shape[1])
        with small_leaves(0):
            refused += refuses(game, payoffs, replace(tree, paths=paths))
        assert refuses(game, payoffs, replace(tree, paths=paths, limit=answer.excess - 1e-6))
    assert refused > 0
    beyond = tree.paths.copy()
    beyond[0, 0] = 129
    assert refuses(game, payoffs, replace(tree, paths=beyond))
    assert refuses(game, payoffs, replace(tree, paths=tree.paths[:, :-1]))


def test_cut_and_swapped_branches_are_refused():
    game, payoffs, answer = hard_case()
    tree = answer.price_tree
    root_in, root_out = tree.inside[0], tree.outside[0]
    assert tree.homes[0] >= 0
    as_leaf = replace(tree, homes=(-1, *tree.homes[1:]), inside=(-1, *tree.inside[1:]), outside=(-1, *tree.outside[1:]))
    alone = PriceTree(tree.limit, tree.paths[:1], (-1,), (-1,), (-1,))
    for few in (as_leaf, alone):
        assert tree_is_proof(game, payoffs, few), "all coalitions are few enough to be looked at"
        with small_leaves(0):
            assert refuses(game, payoffs, few)
    for inside, outside in ((root_in, -1), (-1, root_out), (root_in, root_in), (root_in, 10**6), (0, root_out)):
        cut = replace(tree, inside=(inside, *tree.inside[1:]), outside=(outside, *tree.outside[1:]))
        assert refuses(game, payoffs, cut)


def test_a_region_is_looked_at_whole_and_exactly():
    """Coalitions that gain as much as the limit pass, one that gains a rounding error more does not."""
    game = gt.SharingGame(make_community([[-1, 1], [-1, 1], [1, -1], [1, -1]], 12, 4))
    payoffs = np.full(4, 4.0)
    answer = gt.blocking_coalition(game, payoffs, engine="tree")
    best = answer.excess
    assert tree_is_proof(game, payoffs, replace(answer.price_tree, limit=best))
    assert refuses(game, payoffs, replace(answer.price_tree, limit=float(np.nextafter(best, -np.inf))))


def test_swapped_children_prove_nothing_false():
    game, payoffs, answer = hard_case()
    tree = answer.price_tree
    swapped = replace(tree, inside=tree.outside, outside=tree.inside, limit=answer.excess - 1e-6)
    assert refuses(game, payoffs, swapped)


def test_round_trip_through_json_form():
    game, _, answer = hard_case()
    again = tree_from_dict(tree_to_dict(answer.price_tree, game.players), game.players)
    assert np.array_equal(again.paths, answer.price_tree.paths)
    assert again.homes == answer.price_tree.homes
    assert (again.inside, again.outside) == (answer.price_tree.inside, answer.price_tree.outside)
    assert again.limit == answer.price_tree.limit


@given(games_with_payoffs(sharing_games(min_homes=2, max_homes=6)), st.data())
def test_hints_are_used_and_never_trusted(pair, data):
    game, payoffs = pair
    n = game.n_players
    hint = np.array(data.draw(st.lists(st.booleans(), min_size=n, max_size=n)))
    search = CoalitionSearch(game.position, payoffs, 1, n - 1)
    slack = 0.5 * game.tolerance + 1e-12 * np.abs(payoffs).sum()
    found = search_price_tree(search, np.zeros(n, dtype=np.int64), slack=slack, hints=(hint,))
    assert found.complete
    best = max(excesses(game, payoffs).values())
    assert found.excesses[0] == pytest.approx(best, abs=3 * slack + 1e-12 * np.abs(game.position).sum())
    assert search.allows(found.coalitions[0])
    assert found.tree.limit >= found.excesses[0]


@given(sharing_games(min_homes=2), st.data())
def test_coalition_bound_is_the_best_sum_of_an_allowed_size(game, data):
    n = game.n_players
    margins = np.array(data.draw(st.lists(st.integers(-4, 4).map(float), min_size=n, max_size=n)))
    state = np.array(data.draw(st.lists(st.sampled_from([-1, 0, 1]), min_size=n, max_size=n)))
    smallest = data.draw(st.integers(0, n))
    largest = data.draw(st.integers(smallest, n))
    sums = [
        margins[list(members)].sum() for members in every_region_coalition(state) if smallest <= len(members) <= largest
    ]
    assert coalition_bound(margins, state, smallest, largest) == max(sums, default=-np.inf)


def every_region_coalition(state):
    from tests.solvers.brute_force import every_coalition

    must = {i for i, side in enumerate(state) if side == 1}
    never = {i for i, side in enumerate(state) if side == -1}
    return [c for c in every_coalition(len(state)) if must <= set(c) and not never & set(c)]


def test_clearing_price_of_long_short_and_balanced_steps():
    position = np.array([[2.0, 1.0, 3.0, 0.1], [-1.0, -2.0, -3.0, 0.2], [0, 0, 0, -0.3]])
    assert clearing_price(position).tolist() == [0.0, 1.0, 0.5, 0.5]


def test_limits_of_the_tree_hold_in_rational_arithmetic():
    game, payoffs, answer = hard_case(rule="equal_split")
    worst = max(excesses(game, payoffs).values())
    assert Fraction(answer.price_tree.limit) >= Fraction(worst) - Fraction(1, 10**14)


def test_competitive_payoffs_of_many_homes_are_decided_at_the_root():
    """The clearing prices prove the core where a first-order path alone would leave a gap."""
    game = gt.SharingGame(gt.communities.street(60, 30, rng=1))
    payoffs = gt.allocate(game, "competitive_price").payoffs
    answer = gt.blocking_coalition(game, payoffs)
    assert answer.blocks is False
    assert len(answer.price_tree.homes) == 1
