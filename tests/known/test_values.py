"""Published games: Shapley, Banzhaf, tau and Myerson values, in floats and exactly."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import gametrade as gt
from gametrade.games.coalitional import integer_table
from gametrade.solvers.banzhaf import banzhaf_fractions, banzhaf_values
from tests.known.test_cooperative import ENTRIES, TABLES, cases, game_of, near, point

pytestmark = pytest.mark.skipif(not ENTRIES, reason="the file of published games is not on this machine")
RULES = {"shapley": "shapley", "tau": "tau_value"}
CASES = [(entry, concept) for entry in TABLES for concept in RULES if isinstance(entry["exact"].get(concept), list)]


def exact_game(entry):
    """The game with its values as fractions."""
    game, sign = game_of(entry)
    coalitions = sorted(range(1, 2 ** entry["n"]), key=lambda mask: (mask.bit_count(), _members(mask)))
    numbers = np.zeros(2 ** entry["n"], dtype=object)
    for mask, worth in zip(coalitions, entry["v"], strict=True):
        numbers[mask] = sign * Fraction(worth)
    return gt.TableGame(game.players, numbers), sign


def _members(mask):
    return [i for i in range(mask.bit_length()) if mask >> i & 1]


@pytest.mark.parametrize(
    ("entry", "concept"), [pytest.param(*case, id=f"{case[0]['id']}-{case[1]}") for case in CASES] or [(None, None)]
)
def test_value(entry, concept):
    game, sign = exact_game(entry)
    answer = gt.allocate(game, RULES[concept], exact=True)
    assert list(answer.fractions) == [sign * Fraction(x) for x in entry["exact"][concept]]
    floats = gt.allocate(game, RULES[concept]).payoffs
    assert np.abs(floats - point(entry, concept, sign)).max() <= near(game, {"tolerance": "0"})


@pytest.mark.parametrize("entry", cases([e for e in TABLES if str(e["exact"].get("tau", "")).startswith("undef")]))
def test_no_tau_value(entry):
    game, _ = exact_game(entry)
    for exact in (True, False):
        with pytest.raises(gt.InvalidInputError, match="quasi-balanced"):
            gt.allocate(game, "tau_value", exact=exact)


@pytest.mark.parametrize("entry", cases([e for e in TABLES if "banzhaf" in e["exact"]]))
def test_banzhaf(entry):
    game, sign = exact_game(entry)
    assert banzhaf_fractions(game) == [sign * Fraction(x) for x in entry["exact"]["banzhaf"]]
    assert np.abs(banzhaf_values(game.table()) - point(entry, "banzhaf", sign)).max() <= near(game, {"tolerance": "0"})
    if "banzhaf_normalized" in entry["exact"]:
        total = sum(Fraction(x) for x in entry["exact"]["banzhaf_normalized"])
        numbers, denominator = integer_table(game)
        scale = Fraction(int(numbers[-1]), denominator) / total
        expected = tuple(scale * Fraction(x) for x in entry["exact"]["banzhaf_normalized"])
        assert gt.allocate(game, "banzhaf", exact=True).fractions == expected


@pytest.mark.parametrize("entry", cases([e for e in TABLES if "myerson" in e["exact"]]))
def test_myerson(entry):
    game, sign = exact_game(entry)
    links = [(game.players[i], game.players[j]) for i, j in entry["edges_0based"]]
    answer = gt.allocate(gt.GraphGame(game, links), "myerson", exact=True)
    assert list(answer.fractions) == [sign * Fraction(x) for x in entry["exact"]["myerson"]]
