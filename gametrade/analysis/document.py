"""The report as plain data, schema ``gametrade-report/1``: all that verification needs."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np

from gametrade.analysis.community_document import EMBEDDED_NUMBERS, community_to_dict
from gametrade.analysis.contracts import ContractStability
from gametrade.analysis.core_document import core_to_dict
from gametrade.analysis.dispatch_document import dispatch_to_dict, evidence_of
from gametrade.analysis.encoding import allocation_prices, digest, path_to_dict
from gametrade.analysis.game_document import game_to_dict
from gametrade.analysis.market_document import market_to_dict
from gametrade.analysis.rule_stability import RuleStability
from gametrade.analysis.study import StabilityStudy
from gametrade.games.coalitional import CoalitionalGame, DispatchGame, SharingGame, TableGame
from gametrade.solvers.saddle_point import PRICE_GRID

SCHEMA = "gametrade-report/1"
LISTED_PLAYERS = 10
"""Most players of a game of another kind whose values are listed beside its recipe."""


def report_document(study: StabilityStudy) -> dict[str, Any]:
    """Write a study as JSON-ready data.

    Returns
    -------
    dict
        ``schema``, ``data`` (source and SHA-256), ``unit``, ``tolerance``, ``contract``, ``answers`` (one a
        rule: payoffs by name and price paths), ``claims`` (id, rule, property, statement, holds, margin,
        unit, witness, certificate), ``summary`` (one row a rule), ``contracts``, ``skipped``, ``notes`` and, where
        they were made, ``core``, ``market`` and ``membership``.
    """
    game = study.game
    return {
        "schema": SCHEMA,
        "data": data_section(game),
        **({"evidence": evidence_of(game)} if isinstance(game, DispatchGame) else {}),
        "unit": game.unit,
        "players": list(game.players),
        "gains": game.grand_value,
        "tolerance": game.tolerance,
        "contract": study.contract,
        "answers": [_answer(result) for result in study.results],
        "claims": [verdict.to_dict() for verdict in study.verdicts],
        "summary": [_finite(result.row()) for result in study.results],
        "contracts": [_contract(result, entry) for result in study.results for entry in result.contracts],
        "skipped": dict(study.skipped),
        "notes": list(study.notes),
        **({} if study.core is None else {"core": core_to_dict(study.core)}),
        **({} if study.market is None else {"market": market_to_dict(study.market)}),
        **({} if study.membership is None else {"membership": study.membership.to_dict()}),
    }


def data_section(game: CoalitionalGame) -> dict[str, Any]:
    """Where the numbers come from: a table, a bundled community, embedded data, or files with checksums."""
    if not isinstance(game, SharingGame | DispatchGame):
        return _table_or_recipe(game)
    community = game.community
    source = {
        "label": community.source.label,
        "sha256": community.fingerprint,
        "notes": list(community.source.notes),
        "homes": community.n_prosumers,
        "steps": community.n_steps,
        "step_hours": community.step_hours,
    }
    if isinstance(game, DispatchGame):
        return {"source": "dispatch", **source, **community_to_dict(community), **dispatch_to_dict(game)}
    if community.source.kind == "bundled" and community.source.recipe:
        return {"source": "bundled", "recipe": dict(community.source.recipe), **source}
    if community.demand.size <= EMBEDDED_NUMBERS:
        return {"source": "embedded", **source, **community_to_dict(community)}
    if community.source.recipe:
        return {"source": community.source.kind, "recipe": dict(community.source.recipe), **source}
    return {"source": "not included", **source}


def _table_or_recipe(game: CoalitionalGame) -> dict[str, Any]:
    """Everything that a game of another kind is made of; its values if it is a table or not the package's own."""
    recipe = None if isinstance(game, TableGame) else game_to_dict(game)
    if recipe is not None:
        values = {"values": game.table().tolist()} if game.n_players <= LISTED_PLAYERS else {}
        return {"source": "game", "sha256": digest(recipe), "unit": game.unit, "game": recipe, **values}
    table = game.table()
    checksum = hashlib.sha256(np.ascontiguousarray(table, dtype="<f8").tobytes()).hexdigest()
    return {"source": "table", "sha256": checksum, "values": table.tolist(), "unit": game.unit}


def _answer(result: RuleStability) -> dict[str, Any]:
    """Payoffs by name, price paths and notes of one rule."""
    allocation = result.allocation
    return {
        "rule": result.rule,
        "unit": allocation.game.unit,
        "payoffs": dict(zip(allocation.game.players, allocation.payoffs.tolist(), strict=True)),
        "standard_errors": None if allocation.standard_errors is None else allocation.standard_errors.tolist(),
        **allocation_prices(allocation),
        "supporting_path": _supporting_path(result),
        "price_unit": f"{allocation.game.unit}/kWh",
        "most_profitable": [{"coalition": list(names), "excess": excess} for names, excess in result.most_profitable],
        "alternatives": {
            home: {"coalition": list(names), "excess": excess} for home, (names, excess) in result.alternatives.items()
        },
        "notes": list(allocation.notes),
    }


def _supporting_path(result: RuleStability) -> dict[str, Any] | None:
    """The price path that comes closest to supporting the payoffs, and by how much money it falls short."""
    if result.price_position is None or not np.isfinite(result.price_shortfall):
        return None
    return {
        **path_to_dict(np.round(result.price_position * PRICE_GRID)),
        "contract": result.contract if result.focus else "whole",
        "period": result.focus_period,
        "supports": result.supported,
        "shortfall": result.price_shortfall,
    }


def _contract(result: RuleStability, entry: ContractStability) -> dict[str, Any]:
    """One rule at one contract length."""
    return {
        "rule": result.rule,
        "contract": entry.contract,
        "periods": entry.periods,
        "blocked": entry.blocked,
        "largest_excess": entry.largest_excess,
        "upper_bound": entry.upper_bound,
        "coalition": list(entry.coalition),
        "period": entry.period,
        "smallest_gain": entry.smallest_gain,
        "loser": entry.loser,
        "exact": entry.exact,
    }


def _finite(row: dict[str, Any]) -> dict[str, Any]:
    """Replace NaN, which JSON does not have, by null."""
    return {name: None if isinstance(value, float) and not np.isfinite(value) else value for name, value in row.items()}
