"""Turn what goes wrong in a check into an outcome."""

from __future__ import annotations

from collections.abc import Callable

from gametrade.analysis.verification.case import MALFORMED, Refuted
from gametrade.analysis.verification.fields import broken
from gametrade.analysis.verification.outcome import NOT_PROVED, REFUTED, Outcome
from gametrade.errors import TooManyPlayersError

SECTIONS = ("data", "completeness", "tables", "notes", "market", "membership", "structure")
"""Outcomes that are about no single claim."""


def guarded(name: str, check: Callable[[], tuple[str, str]]) -> Outcome:
    """Turn a broken certificate into a refutation; malformed ones are refuted too."""
    try:
        return Outcome(name, *check())
    except Refuted as reason:
        return Outcome(name, REFUTED, str(reason))
    except TooManyPlayersError as reason:
        return Outcome(name, NOT_PROVED, f"too large to be checked here: {reason}")
    except MALFORMED as reason:
        what = "the report" if name in SECTIONS else f"the claim {name}"
        return Outcome(name, REFUTED, broken(what, reason))
