"""Published cooperative games: table values, Shapley payoffs, core membership and least-core excess."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import gametrade as gt
from gametrade.games.coalitional import all_coalitions
from gametrade.solvers.core_emptiness import core_emptiness
from gametrade.solvers.cost_of_stability import cost_of_stability
from gametrade.solvers.exit_cost import exit_cost_per_member
from gametrade.solvers.least_core_value import least_core_value
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


def exact_game(entry):
    """The game of an entry with its values as fractions."""
    game, sign = game_of(entry)
    n, numbers = entry["n"], [Fraction(0)] * 2 ** entry["n"]
    coalitions = [c for size in range(1, n + 1) for c in combinations(range(n), size)]
    for coalition, v in zip(coalitions, entry["v"], strict=True):
        numbers[sum(1 << i for i in coalition)] = sign * Fraction(v)
    return gt.TableGame(game.names, np.array(numbers, dtype=object)), sign


def fractions(entry, name, sign):
    return tuple(sign * Fraction(x) for x in entry["exact"][name])


def states(entry, name):
    return isinstance(entry["exact"].get(name), list)


POINTS = ("nucleolus", "prenucleolus", "per_capita_nucleolus")


@pytest.mark.parametrize("rule", POINTS)
@pytest.mark.parametrize("entry", cases([e for e in TABLES if any(states(e, name) for name in POINTS)]))
def test_nucleolus_to_1e9_and_exactly(entry, rule):
    if not states(entry, rule):
        return
    game, sign = exact_game(entry)
    assert gt.allocate(game, rule, exact=True).fractions == fractions(entry, rule, sign)
    size = np.abs(game.numbers).max()
    assert np.abs(gt.allocate(game, rule).payoffs - point(entry, rule, sign)).max() <= 1e-9 * size
    floats = gt.allocate(game_of(entry)[0], rule)
    assert np.abs(floats.payoffs - point(entry, rule, sign)).max() <= 1e-9 * size


@pytest.mark.parametrize(
    "entry", cases([e for e in TABLES if str(e["exact"].get("nucleolus")).startswith("undefined")])
)
def test_where_the_nucleolus_is_undefined_the_prenucleolus_is_given_with_a_sentence(entry):
    game, sign = exact_game(entry)
    found = gt.allocate(game, "nucleolus", exact=True)
    assert found.fractions == fractions(entry, "prenucleolus", sign)
    assert "prenucleolus" in found.notes[0]


@pytest.mark.parametrize("entry", cases([e for e in TABLES if "least_core_epsilon" in e["exact"]]))
def test_least_core_and_emptiness(entry):
    game, _ = exact_game(entry)
    epsilon = Fraction(entry["exact"]["least_core_epsilon"])
    for solver in ("highs", "pulp"):
        assert least_core_value(game, solver=solver).fraction == epsilon
        assert core_emptiness(game, solver=solver).empty == entry["exact"]["core_empty"]
    assert Fraction(gt.allocate(game, "least_core", exact=True).certificate["epsilon"]) == epsilon


@pytest.mark.parametrize("entry", cases([e for e in TABLES if "cost_of_stability" in e["exact"]]))
def test_cost_of_stability(entry):
    """Of cost games the file demands payoffs of at least 0, which asks somebody outside to pay all costs."""
    game, sign = exact_game(entry)
    stated, found = Fraction(entry["exact"]["cost_of_stability"]), cost_of_stability(game).fraction
    if sign > 0:
        assert found == stated
    else:
        assert not entry["exact"]["core_empty"]
        assert (found, stated) == (0, Fraction(entry["v"][-1]))


def generated(entry):
    """A large game from the recipe of its entry."""
    n, recipe = entry["n"], entry["generator"]
    sizes = np.bitwise_count(np.arange(2**n))
    if recipe["kind"] == "weighted_voting":
        weights = all_coalitions(n) @ np.array(recipe["weights"])
        return gt.TableGame(tuple(f"p{i}" for i in range(n)), (weights >= recipe["quota"]).astype(int))
    first = {1: 1, 2: 3, 4: 1}[recipe["type"]]
    masks = np.arange(first, 2**n - (recipe["type"] == 1))
    masks = masks[sizes[masks] > 1]
    draws = rand(recipe["seed"], len(masks) + (recipe["type"] == 1))
    numbers = np.zeros(2**n, dtype=np.int64)
    if recipe["type"] == 1:
        numbers[-1] = draws[0] % 201 + 100 * (n - 2)
        numbers[masks] = draws[1:] % (100 * sizes[masks].astype(np.int64)) + 1
    else:
        numbers[masks] = draws % {2: 50 * n, 4: n}[recipe["type"]] + 1
    return gt.TableGame(tuple(f"p{i}" for i in range(n)), numbers)


def rand(seed, count):
    """The linear congruential generator of the entries, in blocks: state after k steps is a linear map of the seed."""
    factor, shift, modulus = 214013, 2531011, 2**32
    states, power, added = np.array([(factor * seed + shift) % modulus], dtype=np.uint64), factor, shift
    while len(states) < count:
        states = np.concatenate([states, (states * np.uint64(power) + np.uint64(added)) % np.uint64(modulus)])
        power, added = power * power % modulus, (power * added + added) % modulus
    return ((states[:count] >> np.uint64(16)) & np.uint64(0x7FFF)).astype(np.int64)


@pytest.mark.parametrize("entry", cases([e for e in ENTRIES if "generator" in e and e["n"] <= 20]))
def test_large_games(entry):
    game = generated(entry)
    found = gt.allocate(game, "nucleolus", exact=True)
    assert found.fractions == fractions(entry, "nucleolus", 1)
    assert (
        np.abs(gt.allocate(game, "nucleolus").payoffs - point(entry, "nucleolus", 1)).max() <= 1e-9 * game.numbers.max()
    )


@pytest.mark.parametrize("entry", cases([e for e in ENTRIES if "generator" in e and e["n"] > 20]))
def test_published_games_of_25_players(entry):
    found = gt.allocate(generated(entry), "nucleolus").payoffs
    assert found == pytest.approx(np.array(entry["published"]["nucleolus"]), abs=float(entry["tolerance"]))
