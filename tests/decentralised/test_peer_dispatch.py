"""Multi-bilateral dispatch: closed forms, three negotiations against the central optimum, proofs in fractions."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest

import gametrade as gt
from gametrade.errors import InvalidInputError
from gametrade.games.contracts import PeerDispatch, distance_charge, uniform_charge, zonal_charge
from gametrade.games.systems.bilateral_dispatch import bilateral_dispatch
from gametrade.solvers.central_dispatch import central_dispatch
from gametrade.solvers.consensus_dispatch import consensus_dispatch
from gametrade.solvers.link_prices import link_prices
from gametrade.solvers.peer_replies import PeerReplies
from gametrade.solvers.relaxed_consensus import relaxed_consensus
from tests.decentralised.instances import FIVE, five, random_dispatch

NEGOTIATIONS = (consensus_dispatch, relaxed_consensus, link_prices)
METHODS = (*NEGOTIATIONS, central_dispatch)


@pytest.mark.parametrize("method", METHODS)
def test_two_players_have_the_closed_form(method):
    rng = np.random.default_rng(1)
    for _ in range(6):
        (a_s, a_b), (b_s, b_b) = rng.uniform(0.5, 3, 2), rng.uniform(0, 12, 2)
        fee = rng.choice([0.0, 1.0, 2.0])
        game = PeerDispatch("sb", [a_s, a_b], [b_s, b_b], [0, -50], [50, 0], [("s", "b")], fee)
        found = method(game)
        energy = max(0.0, (b_b - b_s - 2 * fee) / (a_s + a_b))
        assert found.trades[0] == pytest.approx(energy, abs=1e-5)
        if energy:
            assert found.link_price[0] == pytest.approx(b_s + a_s * energy + fee, abs=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_without_charges_every_link_has_the_pool_price(method):
    found = method(five())
    weights = 1 / np.array(FIVE["curvature"])
    pool = weights @ np.array(FIVE["slope"]) / weights.sum()
    assert pool == pytest.approx(5.0882353, abs=1e-7)
    np.testing.assert_allclose(found.link_price, pool, atol=1e-4)
    np.testing.assert_allclose(found.node_price, pool, atol=1e-4)


def test_the_pool_price_holds_on_a_sparse_graph_with_bounds_too():
    rng = np.random.default_rng(5)
    chain = [(f"h{i}", f"h{i + 1}") for i in range(5)]
    bend, slope = rng.uniform(0.5, 2, 6), rng.uniform(1, 9, 6)
    game = PeerDispatch([f"h{i}" for i in range(6)], bend, slope, [-1] * 6, [1] * 6, chain)
    found = consensus_dispatch(game)
    np.testing.assert_allclose(found.link_price, found.link_price[0], atol=1e-6)
    inside = np.abs(found.dispatch) < 1 - 1e-6
    np.testing.assert_allclose(slope[inside] + bend[inside] * found.dispatch[inside], found.link_price[0], atol=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_a_charge_of_a_half_at_either_end(method):
    found = method(five(0.5))
    np.testing.assert_allclose(found.dispatch, [1.7745, 0.5163, 2.8431, -1.6127, -3.5212], atol=1e-4)


@pytest.mark.parametrize("resale", [True, False])
@pytest.mark.parametrize("flat", [True, False])
def test_negotiations_reach_the_central_optimum_and_prove_it(resale, flat):
    rng = np.random.default_rng(7 + 2 * resale + flat)
    for _ in range(2 if flat else 5):
        game = random_dispatch(rng, resale=resale, flat=flat)
        best = central_dispatch(game)
        scale = 1 + abs(best.cost)
        for method in NEGOTIATIONS:
            found = method(game, tolerance=1e-7)
            assert found.talk.converged
            assert found.reciprocity <= 1e-6 * 6
            assert found.limit_breach <= 1e-5
            assert found.cost == pytest.approx(best.cost, abs=1e-4 * scale)
            assert best.cost >= found.cost_bound - 1e-9 * scale
            assert found.gaps.sum() <= 1e-4 * scale
            assert found.gaps.min() >= -1e-9 * scale


def exact_bound(found):
    """Least cost by weak duality in fractions, after a check that nobody gains by passing energy on."""
    game = found.game
    slack = Fraction(1, 10**12)
    price = [Fraction(x) for x in found.node_price]
    fee = [[Fraction(x) for x in row] for row in np.asarray(game.charge)]
    sells = game.may_sell.reshape(2, -1)
    for link, (i, j) in enumerate(game.ends):
        both = sum(fee[link])
        assert not sells[0][link] or price[j] <= price[i] + both + slack
        assert not sells[1][link] or price[i] <= price[j] + both + slack
    total = Fraction(0)
    rows = zip(price, game.curvature, game.slope, game.lower, game.upper, strict=True)
    for mu, *numbers in rows:
        a, b, low, high = map(Fraction, numbers)
        tries = [low, high]
        if a > 0 and low < (mu - b) / a < high:
            tries.append((mu - b) / a)
        total += min(a * y * y / 2 + b * y - mu * y for y in tries)
    return total


def test_the_bound_holds_in_fractions():
    rng = np.random.default_rng(3)
    for resale in (True, False):
        found = consensus_dispatch(random_dispatch(rng, resale=resale), tolerance=1e-9)
        assert float(exact_bound(found)) == pytest.approx(found.cost_bound, abs=1e-9)
        assert float(exact_bound(found)) == pytest.approx(found.cost, abs=1e-5)


def test_replies_are_best_among_random_other_plans():
    rng = np.random.default_rng(11)
    for resale in (True, False):
        game = random_dispatch(rng, resale=resale)
        aim, rho = rng.normal(size=2 * game.n_links), 1.3
        best = PeerReplies(game).answer(aim, rho)
        sold = game.positions(best)
        assert (sold >= np.asarray(game.lower) - 1e-9).all()
        assert (sold <= np.asarray(game.upper) + 1e-9).all()

        def value(plan, game=game, aim=aim, rho=rho):
            return game.cost(plan) + rho / 2 * np.bincount(game.owner, (plan - aim) ** 2, game.n_players)

        for _ in range(200):
            other = best + rng.normal(scale=10 ** rng.uniform(-4, 0), size=best.size)
            other = np.where(game.may_sell, other, np.minimum(other, 0))
            other = np.where(game.may_buy, other, np.maximum(other, 0))
            p = game.positions(other)
            fits = (p >= np.asarray(game.lower)) & (p <= np.asarray(game.upper))
            assert (value(other) >= value(best) - 1e-9)[fits].all()


def test_money_balances_and_reciprocity_is_kept():
    found = consensus_dispatch(five(0.5), max_rounds=3)
    assert not found.talk.converged
    assert "NOT converged" in str(found)
    assert found.reciprocity > 1e-3
    assert found.payoffs.sum() == pytest.approx(-found.cost, abs=1e-9)
    assert found.gaps.sum() > 0


def test_scales_do_not_matter():
    for scale in (1e-6, 1e6):
        game = random_dispatch(np.random.default_rng(2), scale=scale)
        base = random_dispatch(np.random.default_rng(2))
        np.testing.assert_allclose(consensus_dispatch(game).cost, scale * consensus_dispatch(base).cost, rtol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_nobody_trades_where_nobody_gains(method):
    for lower, upper in (([0, 0], [0, 0]), ([0, 0], [5, 5]), ([-5, -5], [0, 0])):
        found = method(PeerDispatch("ab", [1, 1], [3, 3], lower, upper, [("a", "b")]))
        np.testing.assert_allclose(found.trades, 0, atol=1e-6)
    lonely = method(PeerDispatch("a", [1], [3], [-1], [1], []))
    assert lonely.cost == 0


def test_parts_of_the_graph_have_their_own_prices():
    game = PeerDispatch("abcd", [1] * 4, [2, 12, 3, 5], [0, -9, 0, -9], [9, 0, 9, 0], [("a", "b"), ("c", "d")])
    assert game.parts == (("a", "b"), ("c", "d"))
    found = consensus_dispatch(game)
    np.testing.assert_allclose(found.link_price, [7, 4], atol=1e-6)
    assert "falls apart into 2 parts" in str(found)


def test_a_liked_partner_is_one_with_a_lower_charge():
    links = [("s", "b"), ("t", "b")]
    game = PeerDispatch("stb", [1, 1, 1], [2, 2, 12], [0, 0, -9], [9, 9, 0], links, [[0, 0], [0, 1]])
    found = consensus_dispatch(game)
    assert found.trades[0] > found.trades[1] > 0
    assert found.link_price[0] - found.link_price[1] == pytest.approx(1, abs=1e-6)


def test_charges_by_kind():
    links = [("a", "b"), ("b", "c")]
    assert uniform_charge(links, 1).sum() == 2
    far = distance_charge(links, 2, [[0, 1, 4], [1, 0, 3], [4, 3, 0]], "abc")
    np.testing.assert_allclose(far, [[1, 1], [3, 3]])
    zones = zonal_charge(links, {"a": "x", "b": "x", "c": "y"}, within=1, between=2, entry=3)
    np.testing.assert_allclose(zones, [[0.5, 0.5], [4, 4]])


BAD = {
    "charge of PeerDispatch must be": {"charge": -0.1},
    "links of PeerDispatch must join": {"links": [("a", "z")]},
    "links of PeerDispatch must be pairs of labels": {"links": ["ab"]},
    "links of PeerDispatch must be pairs of two": {"links": [("a", "b"), ("b", "a")]},
    "curvature of PeerDispatch must be": {"curvature": [-1, 1]},
    "slope of PeerDispatch must be": {"slope": [1, 2, 3]},
    "lower of PeerDispatch must be at most": {"lower": [9, -9], "upper": [5, 0]},
    "must let linked players balance": {"lower": [5, -4]},
    "players of PeerDispatch must be unique": {"players": "aa"},
}


@pytest.mark.parametrize(("sentence", "change"), BAD.items())
def test_bad_input_is_one_sentence(sentence, change):
    good = {"players": "ab", "curvature": [1, 1], "slope": [2, 12], "lower": [0, -9], "upper": [9, 0]}
    with pytest.raises(InvalidInputError, match=sentence) as caught:
        PeerDispatch(**{**good, "links": [("a", "b")], **change})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "call",
    [
        lambda: uniform_charge([("a", "b")], -1),
        lambda: distance_charge([("a", "b")], 1, [[0, 1], [2, 0]], "ab"),
        lambda: distance_charge([("a", "z")], 1, [[0, 1], [1, 0]], "ab"),
        lambda: zonal_charge([("a", "b")], {"a": "x"}),
        lambda: zonal_charge([("a", "b")], {"a": "x", "b": "x"}, within=-1),
        lambda: consensus_dispatch(five(), tolerance=0),
        lambda: consensus_dispatch(five(), max_rounds=0),
        lambda: relaxed_consensus(five(), consensus=1.0),
        lambda: link_prices(five(), step=float("nan")),
    ],
)
def test_bad_options_are_one_sentence(call):
    with pytest.raises(InvalidInputError):
        call()


def test_the_game_of_a_dispatch_has_the_same_answer():
    rng = np.random.default_rng(13)
    for _ in range(3):
        game = random_dispatch(rng, 5)
        numbers = {name: np.asarray(getattr(game, name)) for name in ("curvature", "slope", "lower", "upper", "charge")}
        whole = bilateral_dispatch(homes=game.players, links=game.links, **numbers)
        found = gt.solve(whole, "exchange_admm")[0]
        assert -found.payoffs.sum() == pytest.approx(consensus_dispatch(game).cost, abs=1e-4)
        assert found.regrets.max() <= 1e-5
    with pytest.raises(InvalidInputError, match="'c' has none"):
        bilateral_dispatch(
            homes="abc", curvature=[1] * 3, slope=[1] * 3, lower=[0] * 3, upper=[1] * 3, links=[("a", "b")]
        )


def test_relabelled_players_get_relabelled_trades():
    base = five(0.5)
    order = [3, 0, 4, 2, 1]
    names = [base.players[i] for i in order]
    numbers = [np.asarray(getattr(base, k))[order] for k in ("curvature", "slope", "lower", "upper")]
    turned = PeerDispatch(names, *numbers, links=list(itertools.combinations(names, 2)), charge=0.5)
    first, second = (dict(zip(g.players, consensus_dispatch(g).dispatch, strict=True)) for g in (base, turned))
    assert first == pytest.approx(second, abs=1e-6)
