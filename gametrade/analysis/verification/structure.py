"""Nothing is left out of a report, and nothing stands in it twice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gametrade.analysis.contracts import CONTRACTS, settles_the_whole
from gametrade.analysis.game_claims import GAME
from gametrade.analysis.verification.case import Case, Refuted
from gametrade.analysis.verification.comparing import equal
from gametrade.analysis.verification.fields import ANSWER, CONTRACT, SUMMARY, check_fields
from gametrade.analysis.verification.scene import HEADLINES
from gametrade.games.coalitional import SharingGame

OF_EVERY_RULE = ("payoffs", "budget_balance", "individual_rationality", *HEADLINES)


def check_structure(case: Case) -> str:
    """Every rule has an answer, all of its claims and a row, and every claim and row has its rule.

    Raises
    ------
    Refuted
        If something is missing, stands twice or belongs to nothing.
    """
    document = case.document
    for name, fields in (("answers", ANSWER), ("summary", SUMMARY), ("contracts", CONTRACT)):
        for row in document[name]:
            check_fields(f"{name} of {row.get('rule', 'a rule')}", row, fields)
    if document["contract"] not in CONTRACTS or (document["contract"] != "whole" and not _has_periods(case)):
        raise Refuted(f"contract of the report must not be {document['contract']!r}")
    answers = _distinct("answer", (answer["rule"] for answer in document["answers"]))
    rows = _distinct("row of the summary", (row["rule"] for row in document["summary"]))
    _matching("rows of the summary", rows, "answers", answers)
    if twice := answers & set(document["skipped"]):
        raise Refuted(f"{sorted(twice)} are left out and answered")
    claims = _distinct("claim", (claim["id"] for claim in document["claims"]))
    contracts = _distinct("row of contracts", ((row["rule"], row["contract"]) for row in document["contracts"]))
    wanted = {f"{rule}/{name}" for rule in answers for name in OF_EVERY_RULE}
    wanted |= {f"{rule}/core_{name}" for rule, name in contracts}
    _matching("claims", claims, "rules and contracts", wanted | {f"{GAME}/{name}" for name in _about_the_game(case)})
    _check_contracts(case, contracts)
    for answer in document["answers"]:
        equal(f"unit of {answer['rule']}", answer["unit"], case.game.unit)
        equal(f"price unit of {answer['rule']}", answer["price_unit"], f"{case.game.unit}/kWh")
    return f"{len(answers)} rules, {len(claims)} claims, none left out"


def _about_the_game(case: Case) -> tuple[str, ...]:
    """Claims about the game itself: two more where the section on the core states their numbers."""
    core = case.document.get("core")
    return ("balanced", *(("least_core_excess", "cost_of_stability") if core and core["numbers"] else ()))


def _check_contracts(case: Case, rows: set[Any]) -> None:
    """Every rule that can be settled by period has the contracts that the others have, the report's included."""
    names = {name for _, name in rows} | ({case.document["contract"]} - {"whole"})
    if not names <= set(CONTRACTS[1:]) or (names and not _has_periods(case)):
        raise Refuted(f"contracts must be of {CONTRACTS[1:]} and need a sharing game")
    settled = [rule for rule in case.answers if not (case.sampled(rule) or settles_the_whole(rule))]
    _matching("rows of contracts", rows, "rules", {(rule, name) for rule in settled for name in names})


def _has_periods(case: Case) -> bool:
    return isinstance(case.game, SharingGame)


def _distinct(what: str, names: Iterable[Any]) -> set[Any]:
    """The names as a set; refuted if one stands twice."""
    listed = list(names)
    if len(set(listed)) != len(listed):
        raise Refuted(f"one {what} stands twice: {sorted({n for n in listed if listed.count(n) > 1})}")
    return set(listed)


def _matching(what: str, found: set[Any], of: str, wanted: set[Any]) -> None:
    if found != wanted:
        missing, extra = (sorted(map(str, names))[:3] for names in (wanted - found, found - wanted))
        raise Refuted(f"{what} and {of} do not match: missing {missing}, without counterpart {extra}")
