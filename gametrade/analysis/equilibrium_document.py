"""The equilibrium-property report as plain data, schema ``gametrade-equilibria/1``."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from gametrade.analysis.closed_forms import ClosedForm
from gametrade.analysis.equilibrium_study import EquilibriumStudy
from gametrade.games.equilibrium import Equilibrium, Solution

SCHEMA = "gametrade-equilibria/1"

MOST_STEPS = 400
"""Steps of a trace that are kept: the first and the last ones."""


def game_document(study: EquilibriumStudy) -> dict[str, Any]:
    """Write a study as JSON-ready data.

    Returns
    -------
    dict
        ``schema``, ``data`` (description and SHA-256), ``kind``, ``unit``, ``players``, ``solver``, ``complete``,
        ``finding``, ``equilibria``, ``cycle``, ``trace``, ``dynamics``, ``properties``, ``claims``, ``skipped``,
        ``statics``, ``closed_form``, ``notes``.

    Notes
    -----
    Not a number becomes null, infinity the text ``"inf"``.
    """
    solution = study.solution
    document = {
        "schema": SCHEMA,
        "data": data_of(study.description),
        "kind": type(study.game).__name__,
        "unit": study.game.unit,
        "players": list(study.game.players),
        "solver": study.asked or solution.solver,
        "complete": solution.complete,
        "finding": solution.finding,
        "equilibria": [equilibrium_to_dict(equilibrium) for equilibrium in solution],
        "cycle": [[strategy.tolist() for strategy in profile] for profile in solution.cycle],
        "trace": _shortened(solution),
        "dynamics": None if study.dynamics is None else _process(study.dynamics),
        "properties": "all" if study.all_properties else "chosen",
        "claims": [verdict.to_dict() for verdict in study.properties],
        "skipped": dict(study.skipped),
        "statics": [moves.to_dict() for moves in study.statics],
        "closed_form": None if study.closed_form is None else closed_form_to_dict(study.closed_form),
        "notes": list(study.notes),
    }
    answer: dict[str, Any] = plain(document)
    return answer


def data_of(description: Mapping[str, Any] | None) -> dict[str, Any]:
    """The data of a game with their checksum."""
    if description is None:
        return {"source": "not included", "sha256": None}
    kept = plain(dict(description))
    return {"source": "described", "sha256": checksum(kept), "description": kept}


def checksum(description: Mapping[str, Any]) -> str:
    """SHA-256 of the description as JSON with sorted keys."""
    text = json.dumps(description, sort_keys=True, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def equilibrium_to_dict(equilibrium: Equilibrium) -> dict[str, Any]:
    """One equilibrium: strategies as lists in the order of their names, numbers by player."""
    players = equilibrium.game.players
    return {
        "concept": equilibrium.concept,
        "strategies": {
            player: {
                "names": list(equilibrium.game.components(k)),
                "values": equilibrium.strategies[k].tolist(),
            }
            for k, player in enumerate(players)
        },
        "payoffs": dict(zip(players, equilibrium.payoffs.tolist(), strict=True)),
        "regrets": dict(zip(players, equilibrium.regrets.tolist(), strict=True)),
        "certificate": dict(equilibrium.certificate),
        "notes": list(equilibrium.notes),
    }


def closed_form_to_dict(found: ClosedForm) -> list[dict[str, Any]]:
    """Best response, equilibrium and derivatives of each variable, as text."""
    return [
        {"variable": name, "best_response": reply, "equilibrium": value, "derivatives": slopes}
        for name, reply, value, slopes in found.rows()
    ]


def plain(value: Any) -> Any:
    """Data that JSON has words for."""
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value


def _process(solution: Solution) -> dict[str, Any]:
    """An adjustment process: where it ended, and its steps."""
    return {
        "solver": solution.solver,
        "finding": solution.finding,
        "reached": len(solution) > 0,
        "trace": _shortened(solution),
        "cycle": [[strategy.tolist() for strategy in profile] for profile in solution.cycle],
    }


def _shortened(solution: Solution) -> list[Any]:
    steps = [dict(step) for step in solution.trace]
    return steps if len(steps) <= MOST_STEPS else steps[: MOST_STEPS // 2] + steps[-MOST_STEPS // 2 :]
