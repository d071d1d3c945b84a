"""Files of ``gametrade form`` and ``gametrade compete``, proved again claim by claim."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from gametrade.analysis.contract_document import CONTRACTS_SCHEMA
from gametrade.analysis.document import data_section
from gametrade.analysis.membership_documents import COMPETITION_SCHEMA, DESIGNS_SCHEMA, FORMATION_SCHEMA, NETWORK_SCHEMA
from gametrade.analysis.verification.case import ExactGame, Refuted
from gametrade.analysis.verification.comparing import equal, same
from gametrade.analysis.verification.guarding import guarded
from gametrade.analysis.verification.loading import game_of
from gametrade.analysis.verification.membership.choice_lists import check_lists
from gametrade.analysis.verification.membership.choices import Offers, check_charges, check_end, check_market
from gametrade.analysis.verification.membership.contracts import verify_contracts
from gametrade.analysis.verification.membership.designs import design_checks
from gametrade.analysis.verification.membership.feeder import network_checks
from gametrade.analysis.verification.membership.paid import Paid
from gametrade.analysis.verification.membership.structures import check_best, check_stable
from gametrade.analysis.verification.membership.switching import (
    check_blocking,
    check_pair,
    check_payoffs,
    check_single,
    check_steps,
)
from gametrade.analysis.verification.membership.verdicts import check_examined
from gametrade.analysis.verification.outcome import REFUTED, Outcome
from gametrade.games.coalitional import CoalitionalGame, SharingGame
from gametrade.games.competition.market import MOST_HOMES
from gametrade.solvers.provider_choice import MOST_PROFILES

Checks = Iterator[tuple[str, Callable[[], str]]]


def verify_formation(document: Mapping[str, Any], folder: str | Path | None) -> list[Outcome]:
    """Prove a file of schema ``gametrade-formation/1`` again: one outcome for the data and one for each claim."""
    return proved(document, folder, lambda game: formation_checks(ExactGame(game), document["formation"]))


def verify_competition(document: Mapping[str, Any], folder: str | Path | None) -> list[Outcome]:
    """Prove a file of schema ``gametrade-competition/1`` again: one outcome for the data and one for each claim."""
    return proved(document, folder, lambda game: competition_checks(ExactGame(game), document["competition"]))


def verify_designs(document: Mapping[str, Any], folder: str | Path | None) -> list[Outcome]:
    """Prove a file of schema ``gametrade-designs/1`` again: one outcome for the data and one for each design."""
    return proved(document, folder, lambda game: design_checks(ExactGame(game), document["designs"]))


def verify_network(document: Mapping[str, Any], folder: str | Path | None) -> list[Outcome]:
    """Prove a file of schema ``gametrade-network/1`` again: one outcome for the data and three for each rule."""
    return proved(document, folder, lambda game: network_checks(game, document["network"]))


def proved(
    document: Mapping[str, Any],
    folder: str | Path | None,
    checks: Callable[[CoalitionalGame], Checks],
) -> list[Outcome]:
    """Check the data of a file, and then its claims one by one.

    Parameters
    ----------
    document : mapping
        With ``data``, ``players``, ``unit`` and ``tolerance``.
    folder : str or Path, optional
        Where to look for files that it names.
    checks : callable
        Of the game: the claims by name, each with its check, which says how it was proved.

    Returns
    -------
    list of Outcome
        The data first; nothing else if they are refuted.

    Raises
    ------
    InvalidInputError
        If the data cannot be had.
    """
    game = game_of(document, folder)
    outcomes = [guarded("data", lambda: ("proved", check_source(document, game)))]
    if outcomes[0].outcome == REFUTED:
        return outcomes
    listed: list[tuple[str, Callable[[], str]]] = []

    def begin() -> tuple[str, str]:
        listed.extend(checks(game))
        return "proved", ""

    begun = guarded("structure", begin)
    if begun.outcome == REFUTED:
        return [*outcomes, begun]
    return outcomes + [guarded(name, partial(_said, check)) for name, check in listed]


def _said(check: Callable[[], str]) -> tuple[str, str]:
    return "proved", check()


def check_source(document: Mapping[str, Any], game: CoalitionalGame) -> str:
    """The data are those that the file was made from.

    Raises
    ------
    Refuted
        If they are others.
    """
    data = data_section(game)
    if data["sha256"] != document["data"]["sha256"]:
        raise Refuted(f"SHA-256 of the data is {data['sha256']}, the file says {document['data']['sha256']}")
    equal("players", list(document["players"]), list(game.players))
    equal("unit", document["unit"], game.unit)
    same("tolerance", document["tolerance"], game.tolerance, game.tolerance)
    return f"SHA-256 {data['sha256'][:16]}..., {len(game.players)} players"


def formation_checks(exact: ExactGame, part: Mapping[str, Any]) -> Checks:
    """The claims about one rule under which coalitions form.

    Parameters
    ----------
    exact : ExactGame
        The game.
    part : mapping
        ``rule``, ``players``, ``unit``, ``tolerance``, and either ``best``, ``stable``, ``path`` and ``certificate``,
        or ``examined``: verdicts on one structure.

    Yields
    ------
    tuple of str and callable
        Name of a claim, and what checks it.
    """
    paid = Paid(exact, part["rule"])
    equal("players", list(part["players"]), list(paid.game.players))
    equal("unit", part["unit"], paid.game.unit)
    same("tolerance", part["tolerance"], float(paid.tolerance), float(paid.tolerance))
    for row in part.get("examined", ()):
        yield str(row["property"]), partial(check_examined, paid, row)
    if "best" in part:
        yield from _study_checks(paid, part)
    if (proof := part.get("certificate")) is not None:
        yield from _certificate_checks(paid, part, proof)


def _study_checks(paid: Paid, part: Mapping[str, Any]) -> Checks:
    """The claims of a study: the best structure, lists, a path and its certificate."""
    yield "best", partial(check_best, paid, part["best"])
    for notion, told in part["stable"].items():
        yield f"stable/{notion}", partial(check_stable, paid, notion, told, part["best"]["value"])
    yield "path", partial(check_steps, paid, part["path"])


def _certificate_checks(paid: Paid, part: Mapping[str, Any], proof: Mapping[str, Any]) -> Checks:
    """The claims about what single homes, pairs and coalitions gain."""
    yield "certificate/structure", partial(_same_structure, paid, part)
    yield "certificate/payoffs", partial(check_payoffs, paid, proof)
    yield "certificate/single", partial(check_single, paid, proof)
    yield "certificate/pair", partial(check_pair, paid, proof)
    if proof["blocking"] is not None:
        yield "certificate/blocking", partial(check_blocking, paid, proof)


def _same_structure(paid: Paid, part: Mapping[str, Any]) -> str:
    """The certificate is about the end of the path, with the tolerance of the game."""
    proof = part["certificate"]
    if "path" in part:
        equal("structure of the certificate", paid.structure(proof["structure"]), paid.structure(part["path"]["final"]))
    same("tolerance of the certificate", proof["tolerance"], paid.game.tolerance, paid.game.tolerance)
    equal("unit of the certificate", proof["unit"], paid.game.unit)
    equal("kind of the certificate", proof["kind"], "switching")
    return "about the last structure of the path" if "path" in part else "about the structure that was given"


def competition_checks(exact: ExactGame, part: Mapping[str, Any]) -> Checks:
    """The claims about homes among providers.

    Parameters
    ----------
    exact : ExactGame
        Of the sharing game of all homes.
    part : mapping
        ``providers``, ``switching_cost``, ``tolerance``, ``options``, ``ends``, ``nash_stable``, ``core_stable``,
        ``charges`` and ``unit``.

    Yields
    ------
    tuple of str and callable
        Name of a claim, and what checks it.
    """
    if not isinstance(exact.game, SharingGame):
        raise TypeError("providers need meter data")
    offers = Offers(exact, part)
    yield "providers", partial(check_market, offers)
    for number, end in enumerate(part["ends"], start=1):
        yield f"end/{number}", partial(check_end, offers, end)
    yield "charges", partial(check_charges, offers)
    few = exact.game.n_players <= MOST_HOMES and len(part["options"]) ** exact.game.n_players <= MOST_PROFILES
    if few or part["nash_stable"] is not None or part["core_stable"] is not None:
        yield "stable choices", partial(check_lists, offers)


FILES: Mapping[str, Callable[[Mapping[str, Any], str | Path | None], list[Outcome]]] = {
    FORMATION_SCHEMA: verify_formation,
    COMPETITION_SCHEMA: verify_competition,
    DESIGNS_SCHEMA: verify_designs,
    CONTRACTS_SCHEMA: verify_contracts,
    NETWORK_SCHEMA: verify_network,
}
"""What proves a file, by its schema."""
