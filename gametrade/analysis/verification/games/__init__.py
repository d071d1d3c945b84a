"""Re-prove a report on a strategic game from the data in it: equilibria first, then every claim."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gametrade.analysis.equilibrium_document import SCHEMA, checksum
from gametrade.analysis.verification.case import MALFORMED, Refuted
from gametrade.analysis.verification.fields import LIST, OR_NULL, TABLE, TEXT, broken, check_fields
from gametrade.analysis.verification.games import bilevel, finite, formulas, leader, leaders, prices, quadratic
from gametrade.analysis.verification.games.case import GameCase, NotCertified
from gametrade.analysis.verification.games.claims import check_claim, check_completeness, check_list
from gametrade.analysis.verification.games.concept import prove_concept
from gametrade.analysis.verification.games.parts import prove_payoffs, prove_regret, prove_strategies
from gametrade.analysis.verification.outcome import NOT_PROVED, PROVED, REFUTED, Outcome
from gametrade.errors import GametradeError, InvalidInputError
from gametrade.games.described import described_game

KINDS_OF_GAMES = (bilevel, finite, formulas, leader, leaders, prices, quadratic)
"""Modules that register proofs for their kinds of games."""

FIELDS = {
    "data": TABLE,
    "kind": TEXT,
    "unit": TEXT,
    "players": LIST,
    "solver": TEXT,
    "complete": "true or false",
    "finding": TEXT,
    "equilibria": LIST,
    "cycle": LIST,
    "trace": LIST,
    "dynamics": TABLE + OR_NULL,
    "properties": TEXT,
    "claims": LIST,
    "skipped": TABLE,
    "statics": LIST,
    "closed_form": LIST + OR_NULL,
    "notes": LIST,
}

PARTS = {
    "strategies": prove_strategies,
    "payoffs": prove_payoffs,
    "regrets": prove_regret,
    "concept": prove_concept,
}
"""What is proved of each equilibrium."""

Check = Callable[[], str]


def verify_equilibria(document: Mapping[str, Any]) -> list[Outcome]:
    """Check a report on a strategic game.

    Parameters
    ----------
    document : mapping
        Schema ``gametrade-equilibria/1``.

    Returns
    -------
    list of Outcome
        One for the data, one for completeness, four an equilibrium (strategies, payoffs, regrets, concept), one for the
        list of equilibria, one a claim, and one for what is computed and not certified.

    Raises
    ------
    InvalidInputError
        If fields are missing, or the report holds no data of the game.

    Examples
    --------
    >>> import gametrade as gt
    >>> study = gt.analyse_equilibria(gt.NormalFormGame.bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]]))
    >>> {outcome.outcome for outcome in verify_equilibria(study.to_dict()) if outcome.id.startswith("equilibrium")}
    {'proved'}
    """
    try:
        check_fields("the report", document, FIELDS)
    except Refuted as reason:
        raise InvalidInputError(f"report must be of the schema {SCHEMA}. Got: {reason}.") from None
    if document["data"].get("source") != "described":
        raise InvalidInputError("report must hold the data of its game. Got a game that was given as functions.")
    case: list[GameCase] = []
    outcomes = [_guard("data", lambda: _check_data(document, case))]
    if not case:
        return outcomes
    outcomes.append(_guard("completeness", lambda: check_completeness(case[0])))
    outcomes += _equilibria(case[0])
    outcomes.append(_guard("list of equilibria", lambda: check_list(case[0])))
    outcomes += [_claim(case[0], claim) for claim in document["claims"]]
    free = "traces, comparative statics, closed forms, findings and notes are computed, not certified"
    return [*outcomes, Outcome("rest", NOT_PROVED, free)]


def _check_data(document: Mapping[str, Any], kept: list[GameCase]) -> str:
    """Make the game again; players, unit and kind are those of the report."""
    description = document["data"]["description"]
    digest = checksum(description)
    if digest != document["data"]["sha256"]:
        raise Refuted(f"SHA-256 of the data is {digest}, the report says {document['data']['sha256']}")
    try:
        game = described_game(description, "the report")
    except GametradeError as problem:
        raise Refuted(f"the data make no game: {problem}") from None
    for what, stated, found in (
        ("players", list(document["players"]), list(game.players)),
        ("unit", document["unit"], game.unit),
        ("kind", document["kind"], type(game).__name__),
    ):
        if stated != found:
            raise Refuted(f"{what} of the game are {found!r}, the report says {stated!r}")
    kept.append(GameCase(document, game))
    return f"SHA-256 {digest[:16]}..., {len(game.players)} players"


def _equilibria(case: GameCase) -> list[Outcome]:
    """Four outcomes an equilibrium; one where they cannot be read."""
    outcomes: list[Outcome] = []
    try:
        stated = case.equilibria
    except (Refuted, *MALFORMED) as reason:
        told = str(reason) if isinstance(reason, Refuted) else broken("the equilibria", reason)
        return [Outcome("equilibria", REFUTED, told)]
    for k, equilibrium in enumerate(stated, 1):
        for part, prove in PARTS.items():
            outcomes.append(
                _guard(f"equilibrium {k}/{part}", lambda p=prove, e=equilibrium: p(case.game, case, e))  # type: ignore[misc]
            )
    return outcomes


def _claim(case: GameCase, claim: Any) -> Outcome:
    name = str(claim.get("id")) if isinstance(claim, Mapping) else "claim"
    return _guard(name, lambda: check_claim(case, claim))


def _guard(name: str, check: Check) -> Outcome:
    """Turn a broken certificate into a refutation; malformed ones are refuted too."""
    try:
        return Outcome(name, PROVED, check())
    except Refuted as reason:
        return Outcome(name, REFUTED, str(reason))
    except NotCertified as reason:
        return Outcome(name, NOT_PROVED, f"computed, not certified ({reason})")
    except MALFORMED as reason:
        return Outcome(name, REFUTED, broken("the report" if name == "data" else f"the claim {name}", reason))
