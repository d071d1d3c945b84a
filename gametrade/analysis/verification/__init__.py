"""Re-prove every claim of a report from its data, in exact arithmetic and without any solver."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from gametrade.analysis.document import SCHEMA, data_section
from gametrade.analysis.verification.case import Case, Refuted, same
from gametrade.analysis.verification.loading import game_of
from gametrade.analysis.verification.tables import check_tables
from gametrade.errors import GametradeError, InvalidInputError
from gametrade.registry import checks

PROVED, REFUTED, NOT_PROVED = "proved", "refuted", "not proved"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What verification says of one claim.

    Parameters
    ----------
    id : str
        The claim.
    outcome : {"proved", "refuted", "not proved"}
        "not proved" means that the report itself gives no certificate for it.
    detail : str
        How tightly it was proved, or what is wrong.
    """

    id: str
    outcome: str
    detail: str


def verify_document(document: Mapping[str, Any], data_folder: str | Path | None = None) -> list[Outcome]:
    """Check every claim of a report.

    Parameters
    ----------
    document : mapping
        A report, schema ``gametrade-report/1``.
    data_folder : str or Path, optional
        Where to look for the meter data when the report names files.

    Returns
    -------
    list of Outcome
        One for the data, one for the tables and one for each claim.

    Raises
    ------
    InvalidInputError
        If this is not a report of that schema or its data cannot be had.

    Notes
    -----
    Every float is a whole number over a power of two, so values, payoffs and price bounds are compared
    without rounding. Only payoffs are recomputed in floating point, by the rule itself, to 1e-9.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("s", "b"): 6.0})
    >>> document = gt.analyse_stability(game, ["equal_split"]).to_dict()
    >>> {outcome.outcome for outcome in verify_document(document)}
    {'proved'}
    """
    if document.get("schema") != SCHEMA:
        raise InvalidInputError(f"schema of the report must be {SCHEMA!r}. Got {document.get('schema')!r}.")
    case = Case(document, game_of(document, data_folder))
    outcomes = [_guard("data", lambda: _check_data(case))]
    if outcomes[0].outcome == REFUTED:
        return outcomes
    outcomes.append(_guard("tables", lambda: (PROVED, check_tables(case))))
    return outcomes + [_guard(str(claim.get("id")), partial(_check, case, claim)) for claim in document["claims"]]


def _guard(name: str, check: Callable[[], tuple[str, str]]) -> Outcome:
    """Turn a broken certificate into a refutation; malformed ones are refuted too."""
    try:
        return Outcome(name, *check())
    except Refuted as reason:
        return Outcome(name, REFUTED, str(reason))
    except (GametradeError, KeyError, TypeError, ValueError, IndexError, RecursionError) as reason:
        return Outcome(name, REFUTED, f"malformed: {reason}")


def _check_data(case: Case) -> tuple[str, str]:
    """The data are those that the report was made from, and its headline totals follow from them."""
    found = data_section(case.game)["sha256"]
    if found != case.document["data"]["sha256"]:
        raise Refuted(f"SHA-256 of the data is {found}, the report says {case.document['data']['sha256']}")
    if list(case.game.players) != list(case.document["players"]):
        raise Refuted("players of the report are not those of the data")
    same("gains", case.document["gains"], case.game.grand_value, case.game.grand_value)
    same("tolerance", case.document["tolerance"], case.game.tolerance, case.game.tolerance)
    return PROVED, f"SHA-256 {found[:16]}..., {len(case.game.players)} players"


def _check(case: Case, claim: Mapping[str, Any]) -> tuple[str, str]:
    """Check one claim by the property that it is about."""
    certificate = claim["certificate"]
    if claim["id"] != f"{claim['rule']}/{claim['property']}":
        raise Refuted("the id does not name the rule and the property")
    if certificate["kind"] == "none":
        return NOT_PROVED, f"computed, not certified ({certificate.get('why', 'no reason given')})"
    name = "core_of_periods" if claim["property"].startswith("core_") else claim["property"]
    return PROVED, checks.get(name).function(case, claim, certificate)
