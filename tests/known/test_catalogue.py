"""Every answer of the catalogue, recomputed by the solvers and by brute force from the definitions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import gametrade as gt
from gametrade.games.coalitional import all_coalitions, integer_table
from tests.solvers import values_by_definition as definition

RULES = ("shapley", "nucleolus", "tau_value", "myerson")
TABLE_PLAYERS = 16


def worths(entry):
    numbers, denominator = integer_table(entry.game)
    return [Fraction(int(number), denominator) for number in numbers]


def of_concept(*concepts):
    return [
        pytest.param(entry, concept, id=f"{entry.name}-{concept}")
        for entry in gt.catalogue.values()
        for concept in entry.known
        if concept in concepts
    ]


@pytest.mark.parametrize(("entry", "concept"), of_concept(*RULES))
def test_solvers_find_the_answer(entry, concept):
    answer = gt.allocate(entry.game, concept, exact=True)
    assert answer.fractions == entry.payoffs(concept)
    scale = max(map(abs, worths(entry)))
    floats = gt.allocate(entry.game, concept).payoffs
    assert np.abs(floats - [float(x) for x in entry.payoffs(concept)]).max() <= 1e-9 * float(scale)


@pytest.mark.parametrize(("entry", "concept"), of_concept("shapley", "tau_value", "banzhaf"))
def test_definitions_give_the_answer(entry, concept):
    v, n = worths(entry), entry.game.n_players
    if concept == "shapley" and n <= 7:
        assert tuple(definition.shapley(v, n)) == entry.payoffs(concept)
    if concept == "tau_value":
        assert tuple(definition.tau(v, n)) == entry.payoffs(concept)
    if concept == "banzhaf" and n <= 7:
        absolute = definition.banzhaf(v, n)
        assert tuple(x * v[-1] / sum(absolute) for x in absolute) == entry.payoffs(concept)


@pytest.mark.parametrize(("entry", "concept"), of_concept("banzhaf"))
def test_banzhaf(entry, concept):
    assert gt.allocate(entry.game, concept, exact=True).fractions == entry.payoffs(concept)


@pytest.mark.parametrize(("entry", "concept"), of_concept("seller_optimal", "buyer_optimal"))
def test_ends_of_the_core_of_a_market(entry, concept):
    answer = getattr(gt.assignment_core(entry.game), concept)
    assert answer.payoffs.tolist() == [float(x) for x in entry.payoffs(concept)]


@pytest.mark.parametrize("name", gt.catalogue)
def test_answers_share_everything_and_the_nucleolus_is_in_a_core_that_is_not_empty(name):
    entry = gt.catalogue[name]
    total = Fraction(entry.game.grand_value)
    for concept in entry.known:
        assert len(entry.known[concept]) == entry.game.n_players
        assert sum(entry.payoffs(concept)) == total
    if "nucleolus" in entry.known and entry.game.n_players <= TABLE_PLAYERS:
        rows = all_coalitions(entry.game.n_players)[1:-1].tolist()
        x = entry.payoffs("nucleolus")
        numbers, denominator = integer_table(entry.game)
        excess = max(
            Fraction(int(number), denominator) - sum(pay for pay, inside in zip(x, row, strict=True) if inside)
            for number, row in zip(numbers[1:-1], rows, strict=True)
        )
        assert (excess > 0) == entry.facts["core_empty"]
        assert excess == entry.facts.get("least_core_epsilon", excess)


def test_the_price_of_a_horse():
    """Every trade of a core allocation is at one price, which lies in the published interval."""
    entry = gt.catalogue["horse_market"]
    core = gt.assignment_core(entry.game)
    asks, low, high = 10, float(entry.facts["lowest_price"]), float(entry.facts["highest_price"])
    assert asks + core.buyer_optimal.payoffs[0] == low
    assert asks + core.seller_optimal.payoffs[0] == high
    assert entry.game.grand_value == 57
    assert len(core.matching) == 5


def test_looking_up():
    assert gt.catalogue["airport"].is_cost
    assert gt.catalogue["airport"].payoffs("shapley")[0] == Fraction(-1, 4)
    with pytest.raises(gt.UnknownNameError, match="Did you mean 'talmud'"):
        gt.catalogue["talmut"]
    with pytest.raises(gt.UnknownNameError, match="nucleolus"):
        gt.catalogue["talmud"].payoffs("nucleus")
    assert set(gt.catalogue) == {entry.name for entry in gt.catalogue.values()}
    assert "Talmud" in str(gt.catalogue)
    assert "150" in str(gt.catalogue["talmud_300"])
    assert all(entry.source and entry.title for entry in gt.catalogue.values())
