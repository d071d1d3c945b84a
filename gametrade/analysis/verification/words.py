"""The words of a report: written again from its numbers, and compared to the letter."""

from __future__ import annotations

from fractions import Fraction

from gametrade.analysis.game_claims import GAME
from gametrade.analysis.notes import study_notes
from gametrade.analysis.statements import Facts, write_statement
from gametrade.analysis.verification.case import Case, Claim, Refuted, tolerance_of
from gametrade.analysis.verification.comparing import equal
from gametrade.analysis.verification.scene import HEADLINES, headline_contract
from gametrade.errors import TooManyPlayersError
from gametrade.games.coalitional import SharingGame
from gametrade.rules import allocate


def check_statement(case: Case, claim: Claim) -> None:
    """A claim says in words what it says in numbers.

    Raises
    ------
    Refuted
        If the statement is another than the one that is written from its numbers.
    """
    equal("the statement", claim["statement"], write_statement(claim["property"], facts_of(case, claim)))


def facts_of(case: Case, claim: Claim) -> Facts:
    """What the statement of a claim is written from."""
    rule, name, certificate = claim["rule"], claim["property"], claim["certificate"]
    n_players, unit = case.game.n_players, case.game.unit
    if rule == GAME:
        return Facts(GAME, unit, case.game.tolerance, n_players, certificate)
    tolerance = float(case.tolerance(case.payoffs(rule)))
    if name.startswith("core_"):
        contract = name.removeprefix("core_")
        row = case.contract_rows[rule, contract]
        numbers = {"periods": row["periods"], "blocked": row["blocked"]}
        return Facts(rule, unit, tolerance, n_players, certificate, contract, **numbers)
    contract = headline_contract(case, rule) if name in HEADLINES else "whole"
    if contract == "whole":
        return Facts(rule, unit, tolerance, n_players, certificate)
    period = case.contract_rows[rule, contract]["period"]
    game = case.periods(contract).games[case.position(contract, certificate["steps"])]
    own = tolerance_of(game, [Fraction(float(x)) for x in certificate["payoffs"]])
    return Facts(rule, unit, float(own), n_players, certificate, contract, period)


def check_notes(case: Case) -> str:
    """Notes of the report and of its answers, the description of the data and reasons for what is left out.

    Returns
    -------
    str
        Which words nothing can be compared with.

    Raises
    ------
    Refuted
        If a note is another than the one that goes with the numbers.
    """
    document, free = case.document, set()
    data = document["data"]
    source = data.get("notes", [])
    if isinstance(case.game, SharingGame):
        known = case.game.community.source
        if data["source"] == "embedded":
            free.add("label and notes of embedded data")
        else:
            equal("label of the data", data["label"], known.label)
            equal("notes of the data", list(source), list(known.notes))
    again = study_notes(case.game, document["contract"], document["claims"], source)
    for stated, note in zip(document["notes"], again, strict=False):
        equal("a note", stated, note)
    equal("number of notes", len(document["notes"]), len(again))
    for rule, answer in case.answers.items():
        if case.known_rule(rule) and not case.sampled(rule):
            equal(f"notes of {rule}", list(answer["notes"]), list(case.recomputed(rule).notes))
        else:
            free.add(f"notes of {rule}")
    for rule, reason in document["skipped"].items():
        if case.known_rule(rule):
            _check_skipped(case, rule, reason)
        else:
            free.add(f"why {rule} is left out")
    rest = f"; nothing to compare with: {', '.join(sorted(free))}" if free else ""
    return f"{len(again)} notes are those that go with the numbers{rest}"


def _check_skipped(case: Case, rule: str, reason: str) -> None:
    """A rule of ours is left out only if it cannot be applied, for the reason that it gives itself."""
    try:
        allocate(case.game, rule)
    except TooManyPlayersError as again:
        equal(f"why {rule} is left out", reason, str(again))
        return
    raise Refuted(f"{rule} is left out, though it can be applied to these data")
