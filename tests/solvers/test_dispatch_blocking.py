"""Blocking coalitions of dispatch games: every engine against the table of all coalitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.community.flexibility import CurtailableLoad
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.coalitional import all_coalitions
from gametrade.solvers.coalition_search import FREE
from gametrade.solvers.dispatch_proof import leaf_limit
from tests.dispatch_games import dispatch_games, make_dispatch
from tests.strategies import payoff_vectors

checked = settings(max_examples=40, deadline=None, derandomize=True)


@st.composite
def questions(draw, **options):
    """A game with at least two homes and payoffs."""
    game = draw(dispatch_games(min_homes=2, **options))
    return game, draw(payoff_vectors(game))


def slack_of(answer):
    return 4 * answer.tolerance


@checked
@given(questions(max_homes=5, max_steps=3))
@pytest.mark.parametrize("engine", ["tree", "milp"])
def test_tree_and_table_agree(engine, question):
    game, payoffs = question
    table = gt.blocking_coalition(game, payoffs, engine="table")
    found = gt.blocking_coalition(game, payoffs, engine=engine)
    assert found.proved
    assert found.excess == pytest.approx(table.excess, abs=slack_of(table))
    assert found.upper_bound >= table.excess - slack_of(table)
    assert game.value(found.coalition) - payoffs[found.members].sum() == pytest.approx(
        found.excess, abs=slack_of(found)
    )


@checked
@given(questions(max_homes=5, max_steps=3))
def test_the_bracket_holds_the_truth(question):
    game, payoffs = question
    table = gt.blocking_coalition(game, payoffs, engine="table")
    bracket = gt.blocking_coalition(game, payoffs, engine="bracket")
    assert bracket.excess <= table.excess + slack_of(table)
    assert table.excess <= bracket.upper_bound + slack_of(table)
    assert len(bracket.dispatch_proof.leaves) == 1


@checked
@given(questions(max_homes=5, max_steps=3))
def test_leaves_cover_every_proper_coalition_and_bound_it(question):
    game, payoffs = question
    found = gt.blocking_coalition(game, payoffs, engine="tree")
    n = game.n_players
    for row, excess in zip(all_coalitions(n), game.table() - all_coalitions(n) @ payoffs, strict=True):
        if not 0 < row.sum() < n:
            continue
        leaves = found.dispatch_proof.leaves
        home_of = [leaf for leaf in leaves if ((leaf.state == FREE) | (leaf.state == np.where(row, 1, -1))).all()]
        assert len(home_of) == 1
        assert excess <= leaf_limit(home_of[0], payoffs, 1, n - 1) + slack_of(found)


@checked
@given(questions(max_homes=5, max_steps=2), st.data())
def test_options_agree_with_the_table(question, data):
    game, payoffs = question
    n = game.n_players
    options = {
        "min_size": data.draw(st.integers(1, n - 1)),
        "containing": data.draw(st.sampled_from([(), game.players[:1]])),
        "exit_cost": data.draw(st.sampled_from([0.0, 0.1])),
        "exit_cost_per_member": data.draw(st.sampled_from([0.0, 0.1])),
    }
    if data.draw(st.booleans()):
        options["allowed"] = [game.players[: n - 1], game.players]
    table = gt.blocking_coalition(game, payoffs, engine="table", **options)
    found = gt.blocking_coalition(game, payoffs, engine="tree", **options)
    assert found.excess == pytest.approx(table.excess, abs=slack_of(table))
    assert found.upper_bound >= table.excess - slack_of(table)


@pytest.fixture(scope="module")
def street():
    """14 homes for two days, half of them with batteries."""
    community = gt.communities.street(14, 2, rng=3, start="2023-05-01", import_price=0.3)
    energy = np.where(np.arange(14) % 2, 6.4, 0.0)
    homes = {name: getattr(community, name) for name in ("names", "demand", "generation", "times", "tariff")}
    return gt.DispatchGame(
        gt.Community(**homes, step_hours=1.0, batteries=gt.Batteries(energy, np.full(14, 5.0), np.full(14, 0.9)))
    )


def test_engines_agree_on_a_street(street):
    payoffs = np.full(14, street.grand_value / 14)
    tree = gt.blocking_coalition(street, payoffs, engine="tree")
    assert tree.proved
    assert tree.blocks
    milp = gt.blocking_coalition(street, payoffs, engine="milp")
    assert milp.excess == pytest.approx(tree.excess, abs=street.tolerance * 4)
    auto = gt.blocking_coalition(street, payoffs)
    assert auto.excess <= tree.excess + street.tolerance
    assert auto.upper_bound >= tree.upper_bound - street.tolerance


def test_dual_prices_are_proved_stable_at_the_root(street):
    payoffs = gt.allocate(street, "competitive_price").payoffs
    answer = gt.blocking_coalition(street, payoffs)
    assert answer.blocks is False
    assert answer.upper_bound <= street.tolerance
    assert answer.dispatch_proof.leaves[0].bound.excess_bound(payoffs) <= street.tolerance


def test_a_question_without_time_is_answered_by_a_bracket(street):
    payoffs = np.full(14, street.grand_value / 14)
    answer = gt.blocking_coalition(street, payoffs, engine="tree", seconds=0.0)
    exact = gt.blocking_coalition(street, payoffs, engine="tree")
    assert answer.excess - street.tolerance <= exact.excess <= answer.upper_bound + street.tolerance


def test_a_shared_connection_is_bounded_too():
    loads = [CurtailableLoad(home, 1.0, 1.0) for home in "ABC"]
    game = make_dispatch([[2.0, -1.0], [2.0, 0.0], [-1.0, 2.0]], flexibility=loads, connection_limit=2.0)
    for payoffs in (np.zeros(3), np.array([-1.0, 0.5, 0.2])):
        table = gt.blocking_coalition(game, payoffs, engine="table")
        tree = gt.blocking_coalition(game, payoffs, engine="tree")
        assert tree.excess == pytest.approx(table.excess)
        assert tree.upper_bound >= table.excess - 1e-9


def test_unknown_engines_and_bad_payoffs_are_refused(street):
    with pytest.raises(UnknownNameError, match="engine of blocking_coalition"):
        gt.blocking_coalition(street, np.zeros(14), engine="magic")
    with pytest.raises(InvalidInputError, match="payoffs of blocking_coalition"):
        gt.blocking_coalition(street, np.zeros(3))
