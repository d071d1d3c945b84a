"""Published cooperative games: table values, Shapley payoffs, core membership and least-core excess."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import gametrade as gt
from gametrade.solvers.exit_cost import exit_cost_per_member
from gametrade.solvers.least_subsidy import least_subsidy

FILE = Path(__file__).resolve().parents[2].parent / "shared" / "known_values" / "cooperative.json"
ENTRIES = json.loads(FILE.read_text(encoding="utf-8"))["entries"] if FILE.exists() else []
TABLES = [entry for entry in ENTRIES if "v" in entry]
pytestmark = pytest.mark.skipif(not ENTRIES, reason="the file of published games is not on this machine")


def cases(entries=TABLES):
    return [pytest.param(entry, id=entry["id"]) for entry in entries] or [pytest.param(None, id="none")]


def game_of(entry):
    """The game of an entry; a cost game is the gains game of minus its costs."""
    n, sign = entry["n"], -1 if entry["game_type"] == "cost" else 1
    coalitions = [c for size in range(1, n + 1) for c in combinations(range(n), size)]
    worth = {c: sign * Fraction(v) for c, v in zip(coalitions, entry["v"], strict=True)}
    numbers = np.zeros(2**n)
    for coalition, value in worth.items():
        numbers[sum(1 << i for i in coalition)] = float(value)
    return gt.TableGame(tuple(f"p{i}" for i in range(n)), numbers), sign


def point(entry, name, sign):
    """A published point as gains."""
    return sign * np.array([float(Fraction(x)) for x in entry["exact"][name]])


def near(game, entry):
    return 1e-9 * np.abs(game.numbers).max() + float(Fraction(entry["tolerance"]))


@pytest.mark.parametrize("entry", cases([e for e in TABLES if "shapley" in e["exact"]]))
def test_shapley(entry):
    game, sign = game_of(entry)
    assert gt.allocate(game, "shapley").payoffs == pytest.approx(point(entry, "shapley", sign), abs=near(game, entry))


@pytest.mark.parametrize(
    "entry", cases([e for e in TABLES if {"prenucleolus", "least_core_epsilon"} <= set(e["exact"])])
)
def test_the_prenucleolus_has_the_least_core_excess(entry):
    """Its largest excess over proper coalitions is the least-core value: no payoff vector does better."""
    game, sign = game_of(entry)
    payoffs = point(entry, "prenucleolus", sign)
    epsilon = float(Fraction(entry["exact"]["least_core_epsilon"]))
    found = gt.blocking_coalition(game, payoffs)
    assert found.excess == pytest.approx(epsilon, abs=near(game, entry))
    assert exit_cost_per_member(game, payoffs).lower_bound <= max(0.0, epsilon) + near(game, entry)
    if entry["game_type"] == "value" and "shapley" in entry["exact"]:
        shapley = gt.blocking_coalition(game, point(entry, "shapley", sign))
        assert shapley.excess >= epsilon - near(game, entry)


@pytest.mark.parametrize("entry", cases([e for e in TABLES if "core_empty" in e["exact"] and "shapley" in e["exact"]]))
def test_no_rule_is_in_an_empty_core(entry):
    game, _ = game_of(entry)
    study = gt.analyse_stability(game, ["shapley", "equal_split"])
    if entry["exact"]["core_empty"]:
        assert all(result.status == "blocked" for result in study)
        assert all(result.subsidy.upper_bound > 0 for result in study)
    if entry["exact"].get("convex"):
        assert study["shapley"].status == "core"


@pytest.mark.parametrize("entry", cases([e for e in TABLES if {"core_empty", "prenucleolus"} <= set(e["exact"])]))
def test_the_prenucleolus_is_in_the_core_when_there_is_one(entry):
    game, sign = game_of(entry)
    payoffs = point(entry, "prenucleolus", sign)
    assert (gt.blocking_coalition(game, payoffs).excess <= near(game, entry)) == (not entry["exact"]["core_empty"])
    subsidy = least_subsidy(game, payoffs)
    assert (subsidy.upper_bound <= game.n_players * near(game, entry)) == (not entry["exact"]["core_empty"])
