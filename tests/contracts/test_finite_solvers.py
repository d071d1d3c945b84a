"""Every solver of finite games keeps its contract, without being named here."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import gametrade as gt
from gametrade.analysis.verification.regret import check_regret
from gametrade.registry import solvers
from tests.solvers.finite_games import normal_form_games

ENTRIES = [entry for entry in solvers if "NormalFormGame" in entry.traits.get("plays", ())]
NAMES = [name for name in solvers.variants() if name.split(":")[0] in {entry.name for entry in ENTRIES}]
checked = settings(max_examples=12, deadline=None, derandomize=True)
DYNAMICS = ("fictitious_play", "replicator_dynamics")


def subjects(name, **options):
    """Games that a solver takes."""
    n = solvers.get(name.split(":")[0]).traits.get("players")
    games = normal_form_games(players=(n, n) if n else (1, 3), most_actions=3, **options)
    if name.startswith("zero_sum"):
        return games.map(lambda game: gt.NormalFormGame.bimatrix(game.payoffs[0]))
    return games


def solve(game, name):
    if name.split(":")[-1] in ("proposals=quantecon",):
        pytest.importorskip("quantecon")
    return gt.solve(game, name, **({"rounds": 200} if name == "fictitious_play" else {}))


@pytest.mark.parametrize("name", NAMES)
def test_answers_are_repeatable_certified_and_ready_for_files(name):
    @checked
    @given(subjects(name))
    def holds(game):
        before = game.payoffs.tobytes()
        first, second = solve(game, name), solve(game, name)
        assert game.payoffs.tobytes() == before
        assert first.to_dict() == second.to_dict()
        assert json.loads(json.dumps(first.to_dict())) == first.to_dict()
        assert first.solver == name.split(":")[0]
        for equilibrium in first:
            assert equilibrium.game is game
            assert check_regret(game.payoffs, equilibrium.certificate, equilibrium.regrets.tolist())
        if first.complete and not len(first):
            assert first.finding

    holds()


@pytest.mark.parametrize("name", [name for name in NAMES if name not in DYNAMICS])
def test_money_in_another_unit_changes_no_strategy(name):
    @checked
    @given(subjects(name, scales=(1.0,)), st.sampled_from([2.0**-20, 2.0**35]))
    def holds(game, factor):
        assume(np.isfinite(game.payoffs * factor).all())
        other = gt.NormalFormGame(game.payoffs * factor)
        before, after = solve(game, name), solve(other, name)
        assert len(before) == len(after)
        for a, b in zip(before, after, strict=True):
            assert all(np.array_equal(x, y) for x, y in zip(a.strategies, b.strategies, strict=True))
            assert b.payoffs == pytest.approx(a.payoffs * factor, rel=1e-12)

    holds()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_entry_is_complete(entry):
    assert entry.traits["source"]
    assert entry.summary.endswith(".")
    assert "Examples" in entry.function.__doc__
    assert "Notes" in entry.function.__doc__
