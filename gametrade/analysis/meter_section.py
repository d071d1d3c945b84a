"""What a home could gain at its own meter in the looked-at steps, under every split rule that is cheap to run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from gametrade.analysis.checking import check
from gametrade.analysis.properties.meter_changes import WAYS
from gametrade.analysis.studies.market_allocation import split
from gametrade.analysis.verdict import Verdict
from gametrade.games.coalitional import SharingGame
from gametrade.registry import rules
from gametrade.rules import rule_applies

MOST_CHANGES = 26
"""Changes that are tried of each rule and way where the question is not decided exactly."""

TABLE_PLAYERS = 14
"""Most homes for which rules that need a table of all coalitions are run."""

MeterVerdicts = Mapping[tuple[str, str], Verdict]
"""By rule and way."""


def meter_rules(game: SharingGame) -> list[str]:
    """Rules of reports and their variants, without those that solve a program for every change that is tried."""
    return [
        name
        for name in rules.variants()
        if (traits := rules.resolve(name)[0].traits).get("default", True)
        and "same_as" not in traits
        and traits.get("settles") != "whole"
        and (game.n_players <= TABLE_PLAYERS or not (traits.get("table") or traits.get("needs") == "quasi_balanced"))
        and rule_applies(rules.resolve(name)[0], game)
    ]


def meter_game(game: SharingGame, steps: Iterable[int]) -> SharingGame:
    """The game of some steps, in order of time."""
    return SharingGame(game.community.steps(np.unique(list(steps))))


def meter_verdicts(game: SharingGame) -> dict[tuple[str, str], Verdict]:
    """Whether a home pays less by what it does at its meter, for every rule and way.

    Parameters
    ----------
    game : SharingGame
        A few steps.

    Returns
    -------
    dict
        Verdicts of ``meter_truthfulness`` by rule and way.
    """
    found = {}
    for rule in meter_rules(game):
        allocation = split(game, rule)
        for way in WAYS:
            found[rule, way] = check(allocation, "meter_truthfulness", way=way, most=MOST_CHANGES)
    return found
