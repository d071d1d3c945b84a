"""Who joins whom as files that carry their data and their proofs, for ``gametrade verify``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gametrade.analysis.document import data_section
from gametrade.analysis.membership_parts import (
    blocking_part,
    certificate_part,
    competition_part,
    formation_part,
    network_part,
)
from gametrade.analysis.studies.formation import FormationStudy, game_tolerance
from gametrade.analysis.studies.market_designs import DesignStudy
from gametrade.analysis.studies.network_stability import NetworkStability
from gametrade.analysis.studies.provider_study import ProviderStudy
from gametrade.analysis.verdict import Verdict
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import CoalitionalGame, DispatchGame, SharingGame
from gametrade.games.formation import FormationGame
from gametrade.solvers.certified_structure import SwitchingCertificate

FORMATION_SCHEMA = "gametrade-formation/1"
COMPETITION_SCHEMA = "gametrade-competition/1"
DESIGNS_SCHEMA = "gametrade-designs/1"
NETWORK_SCHEMA = "gametrade-network/1"


def source_of(schema: str, game: CoalitionalGame) -> dict[str, Any]:
    """Head of a file: its schema, where its numbers come from, players, unit and tolerance of the game.

    Raises
    ------
    InvalidInputError
        If the value of a coalition is a linear program, which such a file does not prove.
    """
    if isinstance(game, DispatchGame):
        raise InvalidInputError("game of the file must have values without programs. Got a DispatchGame.")
    return {
        "schema": schema,
        "data": data_section(game),
        "players": list(game.players),
        "unit": game.unit,
        "tolerance": game.tolerance,
    }


def formation_document(study: FormationStudy) -> dict[str, Any]:
    """Write a formation study as a file that ``gametrade verify`` proves again.

    Parameters
    ----------
    study : FormationStudy
        Of a registered rule.

    Returns
    -------
    dict
        ``schema``, ``data``, ``players``, ``unit``, ``tolerance`` and ``formation``, see the schema in the
        documentation.

    Raises
    ------
    InvalidInputError
        If the rule is a function of the user's, which cannot be run again from the file.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.analysis.studies.formation import formation_study
    >>> from gametrade.analysis.verification import verify_document
    >>> game = gt.TableGame.from_values({("a", "b"): 4.0, ("a", "b", "c"): 4.5})
    >>> document = formation_document(formation_study(game, "equal_split", ["core"]))
    >>> [f"{each.id}: {each.outcome}" for each in verify_document(document)]
    ['data: proved', 'best: proved', 'stable/core: proved', 'path: proved']
    """
    _registered(study.formation)
    return {**source_of(FORMATION_SCHEMA, study.formation.game), "formation": formation_part(study)}


def structure_document(formation: FormationGame, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Write verdicts on one structure as a file that ``gametrade verify`` proves again.

    Parameters
    ----------
    formation : FormationGame
        Of a registered rule.
    verdicts : sequence of Verdict
        Of :func:`~gametrade.analysis.partition_verdict.partition_verdict`.

    Returns
    -------
    dict
        As :func:`formation_document`, with ``examined`` in place of what a study found.

    Raises
    ------
    InvalidInputError
        If the rule is a function of the user's.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.analysis.partition_verdict import partition_verdict
    >>> from gametrade.analysis.verification import verify_document
    >>> formation = FormationGame(gt.TableGame.from_values({("a", "b"): 4.0, ("a", "b", "c"): 4.5}))
    >>> document = structure_document(formation, [partition_verdict(formation, [["a", "b", "c"]], "core")])
    >>> [f"{each.id}: {each.outcome}, {each.detail}" for each in verify_document(document)][1:]
    ['core_stable: proved, gains of a, b: +0.5, +0.5']
    """
    part = {
        "rule": _registered(formation),
        "players": list(formation.players),
        "unit": formation.game.unit,
        "tolerance": game_tolerance(formation),
        "examined": [verdict.to_dict() for verdict in verdicts],
    }
    return {**source_of(FORMATION_SCHEMA, formation.game), "formation": part}


def certificate_document(proof: SwitchingCertificate) -> dict[str, Any]:
    """Write the certificate of one structure of many homes as a file that ``gametrade verify`` proves again.

    Parameters
    ----------
    proof : SwitchingCertificate
        Of :func:`~gametrade.solvers.certified_structure.certified_structure`.

    Returns
    -------
    dict
        As :func:`formation_document`, with the ``certificate`` alone.

    Raises
    ------
    InvalidInputError
        If the rule is a function of the user's.
    """
    formation = proof.formation
    part = {
        "rule": _registered(formation),
        "players": list(formation.players),
        "unit": formation.game.unit,
        "tolerance": game_tolerance(formation),
        "certificate": certificate_part(proof),
    }
    return {**source_of(FORMATION_SCHEMA, formation.game), "formation": part}


def _registered(formation: FormationGame) -> str:
    """Name of the rule."""
    if not isinstance(formation.rule, str):
        raise InvalidInputError("rule of a formation file must be a registered name. Got a function.")
    return formation.rule


def competition_document(study: ProviderStudy) -> dict[str, Any]:
    """Write a provider study as a file that ``gametrade verify`` proves again.

    Parameters
    ----------
    study : ProviderStudy
        Of providers with registered rules.

    Returns
    -------
    dict
        ``schema``, ``data``, ``players``, ``unit``, ``tolerance`` and ``competition``, see the schema in the
        documentation.

    Raises
    ------
    InvalidInputError
        If the rule of a provider is a function of the user's, which cannot be run again from the file.
    """
    part = competition_part(study)
    for offer in part["providers"]:
        if offer["rule"] is None:
            raise InvalidInputError(f"rule of provider {offer['name']!r} of a file must be registered. Got a function.")
    return {**source_of(COMPETITION_SCHEMA, study.market.game), "competition": part}


def designs_document(study: DesignStudy) -> dict[str, Any]:
    """Write market designs of one community as a file that ``gametrade verify`` proves again.

    Parameters
    ----------
    study : DesignStudy
        Of registered designs.

    Returns
    -------
    dict
        ``schema``, ``data``, ``players``, ``unit``, ``tolerance`` and ``designs``, see the schema in the documentation.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.analysis.studies.market_designs import market_designs
    >>> from gametrade.analysis.verification import verify_document
    >>> day = gt.communities.fontana("flat").select(start="2017-06-01", end="2017-06-02")
    >>> document = designs_document(market_designs(day, ["alone", "coordinated"]))
    >>> [f"{each.id}: {each.outcome}" for each in verify_document(document)]
    ['data: proved', 'designs: proved', 'alone: proved', 'coordinated: proved']
    """
    told = study.to_dict()
    for row, found in zip(told["designs"], study.rows, strict=True):
        row["blocking"] = blocking_part(found.blocking)
    return {**source_of(DESIGNS_SCHEMA, SharingGame(study.community)), "designs": told}


def network_document(study: NetworkStability) -> dict[str, Any]:
    """Write the stability of split rules on a feeder as a file that ``gametrade verify`` proves again.

    Parameters
    ----------
    study : NetworkStability
        Of registered rules and :func:`~gametrade.analysis.studies.network_stability.locational_price`.

    Returns
    -------
    dict
        ``schema``, ``data``, ``players``, ``unit``, ``tolerance`` and ``network``, see the schema in the documentation.

    Examples
    --------
    >>> import gametrade as gt
    >>> from gametrade.analysis.studies.network_stability import network_stability
    >>> from gametrade.analysis.verification import verify_document
    >>> from gametrade.community.feeder import Feeder
    >>> street = gt.Community(["Ada", "Bob"], [[0], [4]], [[10], [0]], ["2023-06-01T12:00"], 1.0,
    ...                       gt.Tariff(import_price=0.30, export_price=0.08))
    >>> feeder = Feeder([("grid", "a"), ("a", "b")], [0.1, 0.1], [0, 0], homes={"Ada": "a", "Bob": "b"}, capacity=5)
    >>> document = network_document(network_stability(street, feeder, ["mid_market_rate"]))
    >>> [f"{each.id}: {each.outcome}" for each in verify_document(document)][1:3]
    ['plan: proved', 'mid_market_rate/payoffs: proved']
    """
    return {**source_of(NETWORK_SCHEMA, study.game), "network": network_part(study)}
