"""Properties of finite games beside their definitions."""

from __future__ import annotations

import itertools
import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.registry import properties
from tests.solvers.finite_games import normal_form_games

any_players = normal_form_games(players=(1, 3), most_actions=3)
few_values = normal_form_games(players=(2, 3), most_actions=3, scales=(1.0,))
NAMES = [e.name for e in properties if e.traits["of"] == "strategic" and "NormalFormGame" in e.traits["plays"]]


def profiles(game):
    return list(itertools.product(*map(range, game.shape)))


def moves(game):
    """Every change of one player: from, to, who, gain in fractions."""
    for where in profiles(game):
        for player, size in enumerate(game.shape):
            for k in range(size):
                there = (*where[:player], k, *where[player + 1 :])
                if k != where[player]:
                    table = game.payoffs[player]
                    yield where, there, player, Fraction(float(table[there])) - Fraction(float(table[where]))


def positions(game, cycle):
    """Profiles of labels as positions."""
    return [tuple(row.index(a) for row, a in zip(game.actions, profile, strict=True)) for profile in cycle]


def numbers(table, game):
    """A nested list of fractions as a function of the profile."""
    flat = np.array(table, dtype=object).reshape(game.shape)
    return {where: Fraction(flat[where]) for where in profiles(game)}


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("risk_dominance", "lattice_bounds")])
def test_verdicts_are_complete_repeatable_and_ready_for_files(name):
    @given(any_players)
    def holds(game):
        first, second = gt.check(game, name), gt.check(game, name)
        assert first.to_dict() == second.to_dict()
        assert json.loads(json.dumps(first.to_dict())) == first.to_dict()
        assert (first.rule, first.property) == ("game", name)
        assert np.isfinite(first.margin)
        assert first.certificate["kind"] != "none" or first.certificate["why"]

    holds()


@given(any_players)
def test_an_exact_potential_changes_by_what_the_mover_gains(game):
    verdict = gt.check(game, "exact_potential", exact=True)
    if verdict.holds:
        potential = numbers(verdict.certificate["potential"], game)
        assert all(potential[b] - potential[a] == gain for a, b, _, gain in moves(game))
        assert gt.check(game, "ordinal_potential").holds
        best = max(potential.values())
        pure = [tuple(e.certificate["actions"]) for e in gt.solve(game, "pure_equilibria")]
        assert {where for where, value in potential.items() if value == best} <= set(pure)
    else:
        cycle = positions(game, verdict.certificate["profiles"])
        gains = {(a, b): gain for a, b, _, gain in moves(game)}
        total = sum(gains[step] for step in zip(cycle, cycle[1:] + cycle[:1], strict=True))
        assert abs(total) == Fraction(verdict.certificate["sum"]) > 0
        assert verdict.margin == -float(abs(total))


@given(normal_form_games(players=(2, 3), most_actions=3, scales=(1.0, 0.1)), st.integers(0, 2**16))
def test_common_interest_plus_what_a_player_cannot_change_is_a_potential_game(game, seed):
    rng = np.random.default_rng(seed)
    common = game.payoffs[0]
    sizes = [[1 if j == i else s for j, s in enumerate(game.shape)] for i in range(game.n_players)]
    tables = [common + rng.integers(0, 9, size) for size in sizes]
    assert gt.check(gt.NormalFormGame(np.stack(tables)), "exact_potential").holds


@given(few_values, st.booleans())
def test_an_ordinal_potential_rises_where_the_mover_gains(game, generalized):
    verdict = gt.check(game, "ordinal_potential", generalized=generalized)
    if verdict.holds:
        potential = numbers(verdict.certificate["potential"], game)
        for a, b, _, gain in moves(game):
            rise = potential[b] - potential[a]
            assert rise > 0 if gain > 0 else generalized or rise == 0 or gain < 0
        assert len(gt.solve(game, "pure_equilibria"))
    else:
        cycle = positions(game, verdict.certificate["profiles"])
        gains = {(a, b): gain for a, b, _, gain in moves(game)}
        steps = [gains[step] for step in zip(cycle, cycle[1:] + cycle[:1], strict=True)]
        assert max(steps) > 0
        assert min(steps) >= 0
        assert not generalized or min(steps) > 0
        assert not gt.check(game, "exact_potential", exact=True).holds


@given(any_players)
def test_supermodular_by_all_pairs_of_actions(game):
    verdict = gt.check(game, "supermodular", exact=True)
    least = []
    for i, j in itertools.permutations(range(game.n_players), 2):
        for where in profiles(game):
            for up in profiles(game):
                same = all(up[k] == where[k] for k in range(game.n_players) if k not in (i, j))
                if same and up[i] > where[i] and up[j] > where[j]:
                    mixed = [list(where), list(where)]
                    mixed[0][i], mixed[1][j] = up[i], up[j]
                    u = [Fraction(float(game.payoffs[i][tuple(w)])) for w in (up, mixed[0], mixed[1], where)]
                    least.append(u[0] - u[1] - u[2] + u[3])
    assert verdict.holds == (min(least, default=Fraction(0)) >= 0)
    turned = gt.check(gt.NormalFormGame(np.flip(game.payoffs, axis=1)), "supermodular", exact=True)
    assert turned.margin == gt.check(game, "supermodular", reversed_players=game.players[:1], exact=True).margin


@given(any_players)
def test_supermodular_games_have_pure_equilibria(game):
    if gt.check(game, "supermodular", exact=True):
        assert len(gt.solve(game, "pure_equilibria"))


@given(normal_form_games(scales=(1.0,)))
def test_prices_of_anarchy_and_stability(game):
    for equilibria in ("pure_equilibria", "vertex_enumeration"):
        names = "price_of_anarchy", "price_of_stability"
        worst, best = (gt.check(game, name, equilibria=equilibria) for name in names)
        optimum = max(sum(Fraction(float(t[w])) for t in game.payoffs) for w in profiles(game))
        assert Fraction(worst.certificate["optimum"]) == optimum
        if equilibria == "pure_equilibria" and not len(gt.solve(game, equilibria)):
            assert worst.holds is best.holds is None
            continue
        welfare = [float(e.payoffs.sum()) for e in gt.solve(game, equilibria)]
        assert worst.margin == pytest.approx(min(welfare) - float(optimum), abs=1e-9)
        assert best.margin == pytest.approx(max(welfare) - float(optimum), abs=1e-9)
        assert worst.margin <= best.margin <= 0
        if worst.certificate["ratio"] is not None:
            assert worst.certificate["ratio"] >= best.certificate["ratio"] >= 1


@given(normal_form_games(scales=(1.0,)))
def test_payoff_dominance_by_definition(game):
    verdict = gt.check(game, "payoff_dominance", equilibria="vertex_enumeration")
    rows = [tuple(map(Fraction, e.certificate["payoffs"])) for e in gt.solve(game, "vertex_enumeration")]
    assert verdict.holds == any(all(a >= b for o in rows for a, b in zip(row, o, strict=True)) for row in rows)


def test_not_decided_where_the_list_may_be_short():
    hunt = gt.NormalFormGame.bimatrix([[4, 0], [3, 3]], [[4, 3], [0, 3]])
    assert gt.check(hunt, "payoff_dominance", equilibria="lemke_howson").holds is None
    found = gt.check(hunt, "price_of_anarchy", equilibria="lemke_howson")
    assert found.holds in (False, None)
    assert gt.check(hunt, "price_of_stability", equilibria="lemke_howson").holds in (True, None)


@given(st.tuples(*[st.integers(0, 9)] * 4))
def test_risk_dominance_is_what_the_larger_basin_says(values):
    """In a symmetric game the risk-dominant action is the reply to a player who tosses a coin."""
    a, b, c, d = values
    game = gt.NormalFormGame.bimatrix([[a, b], [c, d]], [[a, c], [b, d]])
    if a > c and d > b:
        verdict = gt.check(game, "risk_dominance")
        first, second = a + b, c + d
        expected = ("1", "1") if first > second else ("2", "2") if second > first else ()
        assert verdict.witness == expected
        assert (verdict.certificate["payoff_dominant"] == ["1", "1"]) == (a > d)
    elif not (a < c and d < b):
        with pytest.raises(gt.InvalidInputError, match="two strict pure equilibria"):
            gt.check(game, "risk_dominance")


def test_wrong_questions():
    game = gt.NormalFormGame.bimatrix(np.eye(2))
    with pytest.raises(gt.UnknownNameError, match="reversed_players"):
        gt.check(game, "supermodular", reversed_players=["nobody"])
    with pytest.raises(gt.InvalidInputError, match="3 x 3 actions"):
        gt.check(gt.NormalFormGame.bimatrix(np.eye(3)), "risk_dominance")
    with pytest.raises(gt.InvalidInputError, match="is a property of NormalFormGame"):
        gt.check(gt.communities.fontana("flat"), "exact_potential")
