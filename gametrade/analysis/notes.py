"""The numbered notes under every study: assumptions, method, exactness and tolerance."""

from __future__ import annotations

from collections.abc import Sequence

from gametrade.analysis.rule_stability import RuleStability
from gametrade.games.coalitional import CoalitionalGame, DispatchGame, SharingGame


def study_notes(game: CoalitionalGame, contract: str, results: Sequence[RuleStability]) -> tuple[str, ...]:
    """Write the notes of a study."""
    notes = [
        "Ex post: coalitions know the realised period and change no behaviour.",
        "Free regrouping: any homes may leave together, at the same tariff, network charge and settlement step.",
        f"Largest excess [{game.unit}]: what the best proper coalition gains by leaving; above 0 the rule is blocked.",
        "Least subsidy: the least total payment on top of the payoffs after which nobody gains by leaving.",
        f"Tolerance: 1e-9 of the range of the values, {game.tolerance:.3g} {game.unit}.",
        _method(game, results),
    ]
    if isinstance(game, SharingGame):
        notes += [
            "One tariff for all homes; fixed and demand charges unchanged; truthful metering.",
            "Coalitions do not affect each other: what one gains does not depend on what the others do.",
            f"Settlement step {60 * game.community.step_hours:g} minutes: netting over a longer step is another game.",
        ]
        notes += game.community.source.notes
    if contract != "whole":
        notes.append(
            f"Contract {contract}: headline numbers describe the {contract} in which most is gained by leaving."
        )
    if any(result.blocking_error for result in results):
        size = "200" if isinstance(game, DispatchGame) else "4 000"
        notes.append(f"Shares of blocking coalitions are sampled: {size} proper coalitions, all with the same chance.")
    return tuple(notes)


def _method(game: CoalitionalGame, results: Sequence[RuleStability]) -> str:
    """How the largest excess was found and how far it is proved."""
    proved = sum(result.blocking.proved for result in results)
    engines = sorted({result.blocking.engine for result in results})
    others = "" if proved == len(results) else ", bracketed for the others"
    exact = f"proved exact for {proved} of {len(results)} rules{others}"
    return f"Method: {', '.join(engines) or 'none'}; largest excess {exact}."
