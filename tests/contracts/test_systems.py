"""Every named system keeps its contract, without being named here."""

from __future__ import annotations

import json

import pytest

import gametrade as gt
from gametrade.registry import systems

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
