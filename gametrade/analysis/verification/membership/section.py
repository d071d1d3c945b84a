"""The section on formation and competition of a report, proved again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gametrade.analysis.verification.case import Case, Refuted
from gametrade.analysis.verification.membership.files import Checks, competition_checks, formation_checks


def check_membership(case: Case) -> str:
    """Check everything that the section says.

    Returns
    -------
    str
        How many claims were proved.

    Raises
    ------
    Refuted
        If one of them is not so; its name comes first.
    """
    section, count = case.document["membership"], 0
    for where, checks in _parts(case, section):
        for name, check in checks:
            try:
                check()
            except Refuted as reason:
                raise Refuted(f"{where}, {name}: {reason}") from None
            count += 1
    return f"{count} claims about who joins whom"


def _parts(case: Case, section: Mapping[str, Any]) -> list[tuple[str, Checks]]:
    parts = [(part["rule"], formation_checks(case.exact, part)) for part in section["formation"]]
    if section["competition"] is not None:
        parts.append(("providers", competition_checks(case.exact, section["competition"])))
    return parts
