"""Uniqueness, stability and existence of continuous games, and regret bounds proved in rationals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.regrets import prove_regrets
from gametrade.games.equilibrium import Equilibrium
from gametrade.solvers.regret_bounds import certified
from tests.solvers.continuous_games import cournot, monotone, profile

seeds = st.integers(0, 2**32 - 1)


@given(seeds, st.lists(st.integers(1, 3), min_size=1, max_size=4))
def test_monotone_games_are_proved_to_have_one_equilibrium(seed, sizes):
    game = monotone(np.random.default_rng(seed), sizes)
    verdict = gt.check(game, "unique_equilibrium")
    assert verdict.holds
    assert verdict.margin > 0


def test_a_continuum_of_equilibria_is_not_proved_unique():
    game = gt.ContinuousGame.from_expressions(
        {"a": "-(x-y)**2/2", "b": "-(x-y)**2/2"}, {"a": {"x": (0, 1)}, "b": {"y": (0, 1)}}
    )
    verdict = gt.check(game, "unique_equilibrium")
    assert verdict.holds is False
    assert verdict.certificate["equal_weights_eigenvalue"] == pytest.approx(0, abs=1e-12)
    assert verdict.certificate["reply_radius"] == pytest.approx(1)


@given(st.integers(2, 8), st.floats(0.1, 10))
def test_cournot_replies_are_stable_for_two_firms_and_with_damping_for_more(n, slope):
    game = cournot([10.0] * n, slope=slope)
    verdict = gt.check(game, "stable_replies")
    assert verdict.certificate["radius"] == pytest.approx(max(0.5, (n - 1) / 2))
    assert verdict.holds == (n == 2)
    assert verdict.certificate["damping_below"] == pytest.approx(4 / (n + 1))
    assert gt.check(game, "stable_replies", simultaneous=False).holds


def test_existence_names_the_arguments_that_apply():
    names = [row["argument"] for row in gt.check(cournot([1, 2]), "existence").certificate["arguments"]]
    assert names == ["concave", "potential"]
    prices = gt.ContinuousGame.from_expressions(
        {"a": "p*(9-2*p+q)", "b": "q*(9-2*q+p/2)"}, {"a": {"p": (0, 9)}, "b": {"q": (0, 9)}}
    )
    names = [row["argument"] for row in gt.check(prices, "existence").certificate["arguments"]]
    assert names == ["concave", "supermodular"]
    assert gt.check(cournot([1], capacity=np.inf), "existence").holds is None


@given(seeds, st.lists(st.integers(1, 2), min_size=1, max_size=3), st.integers(0, 2))
def test_regret_bounds_are_proved_in_rationals(seed, sizes, rows):
    game = monotone(np.random.default_rng(seed), sizes, rows)
    found = gt.solve(game)[0]
    proved = prove_regrets(found)
    assert max(proved.values()) < 1e-7
    away = certified(game, profile(found) * 0.5, "none")
    bounds = prove_regrets(away)
    assert [float(bounds[name]) for name in game.players] == pytest.approx(away.regrets, abs=1e-8)


def test_false_certificates_are_refuted():
    game = cournot([1.0, 2.0])
    found = gt.solve(game)[0]

    def forged(x, regrets, **changes):
        certificate = dict(certified(game, x, "Nash").certificate)
        certificate["players"] = {k: {**v, **changes} for k, v in certificate["players"].items()}
        return Equilibrium(game, game.split(x), game.payoff(x), regrets, "Nash", certificate)

    with pytest.raises(Refuted, match="proved to be at most"):
        prove_regrets(forged(np.array([10.0, 10.0]), [0.0, 0.0]))
    with pytest.raises(Refuted, match="curvature"):
        prove_regrets(forged(profile(found), [0.0, 0.0], curvature=99.0))
    with pytest.raises(Refuted, match="no best reply"):
        prove_regrets(forged(profile(found), [0.0, 0.0], method="scan"))
