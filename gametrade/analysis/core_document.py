"""The section on the core as plain data, with the weights that prove its bounds."""

from __future__ import annotations

from typing import Any

import numpy as np

from gametrade.analysis.core_section import CoreSection
from gametrade.games.coalitional import CoalitionalGame
from gametrade.solvers.core_body import CoreBody
from gametrade.solvers.core_intervals import CoreIntervals
from gametrade.solvers.core_picture import CoreSlice
from gametrade.solvers.core_program import CoreWeights
from gametrade.solvers.fee_limits import FeeLimits
from gametrade.solvers.nearest_core_allocation import NearestCoreAllocation

NUMBERS = ("least_core", "cost_of_stability", "least_subsidy", "least_subsidy_lower")
"""The numbers that are often taken for one another."""


def core_to_dict(core: CoreSection) -> dict[str, Any]:
    """Write the section as JSON-ready data; parts that were not made are null.

    Parameters
    ----------
    core : CoreSection
        What was found.

    Returns
    -------
    dict
        ``rule``, ``intervals``, ``numbers``, ``projections``, ``joining``, ``fees``, ``picture`` and ``left_out``.
    """
    numbers, picture = core.numbers, core.picture
    projections = [found for found in (core.projection, core.fee_projection) if found is not None]
    return {
        "rule": core.rule,
        "intervals": None if core.intervals is None else _intervals(core.intervals),
        "numbers": None if numbers is None else {name: getattr(numbers, name) for name in NUMBERS},
        "projections": [_projection(found) for found in projections],
        "joining": [{"rule": found.rule, "gains": found.gains.tolist()} for found in core.joining],
        "fees": None if core.fees is None else _fees(core.fees),
        "picture": None if picture is None else _picture(picture),
        "left_out": dict(core.left_out),
    }


def _intervals(found: CoreIntervals) -> dict[str, Any]:
    """Ends of each player with the weights behind both."""
    game = found.game
    rows = zip(*(a.tolist() for a in (found.low, found.high, found.low_bound, found.high_bound)), strict=True)
    proofs = zip(found.low_weights, found.high_weights, strict=True)
    names = ("low", "high", "low_bound", "high_bound")
    return {
        "epsilon": found.epsilon,
        "players": [
            {
                "player": player,
                **dict(zip(names, row, strict=True)),
                "low_weights": _weights(game, low),
                "high_weights": _weights(game, high),
            }
            for player, row, (low, high) in zip(game.players, rows, proofs, strict=True)
        ],
    }


def _weights(game: CoalitionalGame, weights: CoreWeights) -> dict[str, Any]:
    """Weights by coalition, as labels."""
    return {
        "coalitions": [list(game.labels(np.asarray(row))) for row in weights.coalitions],
        "weights": weights.weights.tolist(),
        "everyone": weights.everyone,
    }


def _projection(found: NearestCoreAllocation) -> dict[str, Any]:
    """The nearest allocation, its distance and the weights behind the bound."""
    return {
        "norm": found.norm,
        "payoffs": found.payoffs.tolist(),
        "transfers": found.transfers.tolist(),
        "distance": found.distance,
        "lower_bound": found.lower_bound,
        "epsilon": found.epsilon,
        "largest_excess": found.largest_excess,
        "supported": found.price_position is not None,
        "weights": _weights(found.game, found.weights),
    }


def _fees(found: FeeLimits) -> dict[str, Any]:
    """Largest fees, in money and money per kWh."""
    names = ("per_member", "per_member_bound", "per_kwh", "rule_per_member")
    return {name: getattr(found, name) for name in names}


def _picture(found: CoreSlice | CoreBody) -> dict[str, Any]:
    """A slice with where it is laid, or the solid of four players."""
    if isinstance(found, CoreBody):
        return {
            "players": list(found.players),
            "corners": found.corners.tolist(),
            "edges": [list(pair) for pair in found.edges],
        }
    return {
        "players": list(found.players),
        "payoffs": found.payoffs.tolist(),
        "low": found.low.tolist(),
        "high": found.high.tolist(),
        "corners": found.corners.tolist(),
    }
