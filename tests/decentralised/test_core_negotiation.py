"""Assignment markets negotiated without a centre: core, lattice, several contracts a player."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import gametrade as gt
from gametrade.errors import InvalidInputError
from gametrade.games.contracts.unit_market import UnitMarket, community_units
from gametrade.solvers.core_negotiation import core_negotiation
from tests.strategies import make_community

EXAMPLE = gt.AssignmentGame(["s0", "s1"], ["b0", "b1"], [[8, 5], [6, 2]])


def random_game(rng, m=3, k=3):
    return gt.AssignmentGame([f"s{i}" for i in range(m)], [f"b{i}" for i in range(k)], rng.integers(-2, 9, (m, k)))


def test_negotiation_ends_in_the_core_by_enumeration():
    rng = np.random.default_rng(2)
    for shape in ((1, 1), (1, 3), (3, 2), (3, 3)):
        game = random_game(rng, *shape)
        found = core_negotiation(game)
        assert found.talk.converged
        table = gt.TableGame(game.players, game.table())
        scale = 1 + game.grand_value
        assert gt.blocking_coalition(table, found.allocation.payoffs).excess <= 1e-5 * scale
        assert found.allocation.payoffs.sum() == pytest.approx(game.grand_value, abs=1e-6 * scale)


def test_any_connected_sequence_of_graphs_will_do():
    pairs = [("s0", "b0"), ("b0", "s1"), ("s1", "b1")]
    for graphs in ([pairs], [[pair] for pair in pairs], [pairs[:2], [], pairs[2:]]):
        found = core_negotiation(EXAMPLE, graphs=graphs)
        assert found.talk.converged
        assert found.excess <= 1e-5
    assert found.talk.messages == 2 * sum(len(graphs[r % 3]) for r in range(found.talk.rounds))


def test_what_is_agreed_on_in_the_core_stays():
    middle = gt.assignment_core(EXAMPLE).midpoint.payoffs
    found = core_negotiation(EXAMPLE, start=np.tile(middle, (4, 1)))
    np.testing.assert_allclose(found.allocation.payoffs, middle, atol=1e-12)


def test_lattice_of_core_points():
    """The better of two core points for every seller, with the worse for every buyer, is in the core."""
    rng = np.random.default_rng(3)
    for _ in range(5):
        game = random_game(rng)
        ends = gt.assignment_core(game)
        starts = rng.uniform(0, game.grand_value, (2, 6, 6))
        first, second = (core_negotiation(game, start=start).allocation.payoffs for start in starts)
        for better in (np.maximum, np.minimum):
            other = np.minimum if better is np.maximum else np.maximum
            point = np.concatenate([better(first[:3], second[:3]), other(first[3:], second[3:])])
            assert gt.blocking_coalition(game, point).excess <= 1e-4
        for point in (first, second):
            assert (point[:3] <= ends.seller_optimal.payoffs[:3] + 1e-4).all()
            assert (point[3:] <= ends.buyer_optimal.payoffs[3:] + 1e-4).all()


def test_a_negotiation_that_is_cut_off_says_so():
    found = core_negotiation(EXAMPLE, max_rounds=2)
    assert not found.talk.converged
    assert found.excess > 0


def test_nobody_gains_from_anybody():
    found = core_negotiation(gt.AssignmentGame(["s"], ["b"], [[-1]]))
    assert found.talk.converged
    np.testing.assert_array_equal(found.allocation.payoffs, 0)


def test_core_of_units_is_a_core_of_owners():
    rng = np.random.default_rng(6)
    for _ in range(4):
        market = UnitMarket({"s": 2, "t": 1}, {"a": 1, "b": 2}, rng.integers(0, 9, (2, 2)))
        units = gt.assignment_core(market.game).midpoint.payoffs
        owners = market.of_owners(units)
        for members in itertools.product([False, True], repeat=4):
            assert market.value(np.array(members)) <= owners[np.array(members)].sum() + 1e-9
        assert owners.sum() == pytest.approx(market.game.grand_value)


def test_units_of_a_community():
    street = make_community([[-2.5], [1.0], [1.2]], network_charge=2.0)
    market = community_units(street, 0, energy=0.5)
    assert (market.sellers, market.buyers) == ({"A": 5}, {"B": 2, "C": 2})
    assert market.game.grand_value == pytest.approx(4 * 0.5 * 6)
    liked = np.zeros((3, 3))
    liked[0, 2] = 1
    assert community_units(street, 0, energy=0.5, preference=liked).game.grand_value == pytest.approx(14)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: core_negotiation(EXAMPLE, graphs=[[("s0", "b0")]]), "'s1' is apart"),
        (lambda: core_negotiation(EXAMPLE, graphs=[[("s0", "z")]]), "'z'"),
        (lambda: core_negotiation(EXAMPLE, start=[1, 2]), "shape"),
        (lambda: core_negotiation(EXAMPLE, tolerance=-1), "above 0"),
        (lambda: UnitMarket({"s": 0}, {"b": 1}, [[1]]), "whole numbers"),
        (lambda: community_units(make_community([[-1.0], [1.0]]), 0, energy=0), "above 0"),
        (lambda: community_units(make_community([[1.0], [1.0]]), 0, energy=1), "a unit of surplus"),
    ],
)
def test_bad_input_is_one_sentence(call, sentence):
    with pytest.raises(InvalidInputError, match=sentence):
        call()
