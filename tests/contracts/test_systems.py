"""Every named system keeps its contract, without being named here."""

from __future__ import annotations

import contextlib
import inspect
import json
import re

import pytest

import gametrade as gt
from gametrade.errors import UnknownOptionError
from gametrade.games.named_system import named_system
from gametrade.registry import systems
from gametrade.reports.story.game_answer import game_sentences

ENTRIES = [pytest.param(entry, id=entry.name) for entry in systems]


@pytest.mark.parametrize("entry", ENTRIES)
def test_the_example_of_a_system_is_data_and_can_be_answered(entry):
    example = entry.traits["example"]
    assert json.loads(json.dumps(example)) == example
    assert entry.traits["source"]
    game = entry.function(**example)
    assert entry.function(**json.loads(json.dumps(example))).players == game.players
    solution = gt.solve(game)
    assert len(solution) or solution.finding
    for equilibrium in solution:
        assert equilibrium.regrets.min() >= 0
        assert equilibrium.certificate["kind"]


CARD = re.compile(
    r"Players: .+?\.\sStrategies:\s.+?\.\sPayoffs:\s.+?\.\sSource:\s.+?\.\sInterpretation:\s.+?\.", re.DOTALL
)
UNITS = re.compile(r"\[(money|kWh|money/kWh|degC)\]|without unit|shares?\b|on or off")


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_system_says_who_plays_what_for_what_and_what_is_an_interpretation(entry):
    told = inspect.getdoc(inspect.unwrap(entry.function))
    card = CARD.search(told.partition("Notes\n-----\n")[2].partition("\n\n")[0])
    assert card, entry.name
    _, strategies, payoffs = re.split(r"\.\s(?:Strategies|Payoffs):\s", card[0].partition("Source: ")[0])
    assert UNITS.search(strategies)
    assert UNITS.search(payoffs)
    assert inspect.getdoc(entry.traits["of_step"])


@pytest.mark.parametrize("entry", ENTRIES)
def test_what_is_wrong_with_numbers_from_a_file_is_one_sentence(entry):
    example = entry.traits["example"]
    for word in example:
        for wrong in ("text", None, [], [[1.0, 2.0], [3.0]], {"a": 1}, float("nan"), [float("nan")] * 2, "missing"):
            numbers = {key: value for key, value in example.items() if key != word or wrong != "missing"}
            if wrong != "missing":
                numbers[word] = wrong
            with contextlib.suppress(gt.GametradeError):
                named_system(entry.name, numbers)
    with pytest.raises(UnknownOptionError):
        named_system(entry.name, {**example, "no_such_number": 1.0})
    first = inspect.signature(entry.function).parameters
    needed = next(name for name, p in first.items() if p.default is p.empty)
    with pytest.raises(gt.InvalidInputError, match=f"must be given .*{needed}"):
        named_system(entry.name, {})


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_number_that_is_none_builds_no_game(entry):
    for word, value in entry.traits["example"].items():
        if not isinstance(value, str):
            with pytest.raises(gt.GametradeError):
                named_system(entry.name, {**entry.traits["example"], word: missing(value)})


def missing(value):
    """The same lists with not-a-number in every place."""
    return [missing(part) for part in value] if isinstance(value, list) else float("nan")


@pytest.mark.parametrize("entry", ENTRIES)
def test_the_answer_about_a_system_is_three_sentences(entry):
    study = gt.analyse_equilibria(entry.function(**entry.traits["example"]), parameters=[])
    sentences = game_sentences(study)
    assert len(sentences) == 3
    assert all(text[0].isupper() and text.endswith(".") and "e−16" not in text.split("gain")[0] for text in sentences)
    existence = study.get("existence")
    assert len(study.solution) or existence is None or existence.holds is None
