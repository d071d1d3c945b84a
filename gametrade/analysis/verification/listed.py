"""The coalitions that a report lists beside the most profitable one gain what it says."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

from gametrade.analysis.verification.case import Case, Refuted, Row
from gametrade.analysis.verification.comparing import close
from gametrade.analysis.verification.scene import Scene, coalition_excess


def check_listed(scene: Scene, answer: Row) -> None:
    """Check the most profitable coalitions and each home's alternative of one rule.

    Raises
    ------
    Refuted
        If a coalition gains something else, the list is out of order, or an alternative leaves its home out.

    Notes
    -----
    That no other coalition belongs on the lists is not proved, but for the largest excess by the core claim.
    """
    rule, alternatives = answer["rule"], answer["alternatives"]
    excesses = [_excess(scene, rule, entry) for entry in answer["most_profitable"]]
    names = {frozenset(entry["coalition"]) for entry in answer["most_profitable"]}
    if not excesses or len(names) != len(excesses):
        raise Refuted(f"the most profitable coalitions of {rule} must be one or more, each listed once")
    if any(later > earlier + scene.tolerance for earlier, later in pairwise(excesses)):
        raise Refuted(f"the most profitable coalitions of {rule} are not in order")
    if alternatives and set(alternatives) != set(scene.exact.game.players):
        raise Refuted(f"alternatives of {rule} do not name the players of the game")
    for home, entry in alternatives.items():
        if home not in entry["coalition"]:
            raise Refuted(f"the alternative of {home} under {rule} leaves {home} out")
        _excess(scene, rule, entry)


def check_named(case: Case, answer: Row) -> None:
    """Coalitions whose excess nothing re-proves name players of the game, each once, and the homes they stand for.

    Raises
    ------
    Refuted
        If one does not.
    """
    rule, alternatives = answer["rule"], answer["alternatives"]
    if set(alternatives) - set(case.game.players):
        raise Refuted(f"alternatives of {rule} do not name the players of the game")
    for entry in (*answer["most_profitable"], *alternatives.values()):
        if case.game.members(entry["coalition"]).sum() != len(entry["coalition"]):
            raise Refuted(f"a coalition under {rule} names a home twice")


def _excess(scene: Scene, rule: str, entry: Any) -> Fraction:
    """Excess of one listed coalition. [money]"""
    found = coalition_excess(scene, entry["coalition"])
    close(f"excess of {', '.join(entry['coalition'])} under {rule}", entry["excess"], found, scene.tolerance)
    return found
