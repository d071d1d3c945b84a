"""The numbered notes under every study: assumptions, method, exactness and tolerance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gametrade.analysis.counting import PROGRAM_SAMPLES, SAMPLES
from gametrade.games.coalitional import CoalitionalGame, DispatchGame, SharingGame


def study_notes(
    game: CoalitionalGame, contract: str, claims: Iterable[Mapping[str, Any]], source: Sequence[str] = ()
) -> tuple[str, ...]:
    """Write the notes of a study from what its claims say, so that verification can write them again.

    Parameters
    ----------
    game : CoalitionalGame
        What was analysed.
    contract : str
        Length that coalitions commit to in the headline numbers.
    claims : iterable of mapping
        Claims with ``property`` and ``certificate``.
    source : sequence of str
        What is noted about the data: source, licence, citation.

    Returns
    -------
    tuple of str
    """
    claims = list(claims)
    notes = [
        "Ex post: coalitions know the realised period and change no behaviour.",
        "Free regrouping: any homes may leave together, at the same tariff, network charge and settlement step.",
        f"Largest excess [{game.unit}]: what the best proper coalition gains by leaving; above 0 the rule is blocked.",
        "Least subsidy: the least total payment on top of the payoffs after which nobody gains by leaving.",
        f"Tolerance: 1e-9 of the range of the values, {game.tolerance:.3g} {game.unit}.",
        _method([claim["certificate"] for claim in claims if claim["property"] == "core"]),
    ]
    if isinstance(game, SharingGame):
        notes += [
            "One tariff for all homes; fixed and demand charges unchanged; truthful metering.",
            "Coalitions do not affect each other: what one gains does not depend on what the others do.",
            f"Settlement step {60 * game.community.step_hours:g} minutes: netting over a longer step is another game.",
        ]
        notes += source
    if contract != "whole":
        notes.append(
            f"Contract {contract}: headline numbers describe the {contract} in which most is gained by leaving."
        )
    if any(claim["certificate"].get("standard_error") for claim in claims if claim["property"] == "n_blocking"):
        number = PROGRAM_SAMPLES if isinstance(game, DispatchGame) else SAMPLES
        size = f"{number:,}".replace(",", " ")
        notes.append(f"Shares of blocking coalitions are sampled: {size} proper coalitions, all with the same chance.")
    return tuple(notes)


def _method(certificates: Sequence[Mapping[str, Any]]) -> str:
    """How the largest excess was found and how far it is proved."""
    exact = sum(certificate["exact"] is True for certificate in certificates)
    kinds = sorted({"price tree" if "tree" in certificate else "all coalitions" for certificate in certificates})
    others = "" if exact == len(certificates) else ", bracketed for the others"
    largest = f"largest excess proved exact for {exact} of {len(certificates)} rules{others}"
    return f"Method: {', '.join(kinds) or 'none'}; {largest}."
