"""Equilibria of continuous games of formulas, in interval arithmetic."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.games.case import GameCase, NotCertified
from gametrade.analysis.verification.games.intervals import Intervals
from gametrade.analysis.verification.games.parts import prove_payoffs, prove_regret
from gametrade.games.continuous import ContinuousGame
from gametrade.games.equilibrium import Equilibrium
from gametrade.games.formula_bounds import BoundedFormula, proved_below
from gametrade.games.intervals import NoBounds
from gametrade.games.polyhedron import Polyhedron
from gametrade.solvers.formula_regret import alone, is_small
from gametrade.solvers.regret_bounds import interval, linear_multipliers

SHARE = 1e-9
"""Share of the payoffs by which a stated number may be off."""


@prove_payoffs.register
def _payoffs(game: ContinuousGame, case: GameCase, equilibrium: Equilibrium) -> str:
    x = np.concatenate(equilibrium.strategies)
    if game.formulas is None:
        got = game.payoff(x)
        size = max(1.0, float(np.abs(got).max()))
        if not (np.abs(got - equilibrium.payoffs) <= SHARE * size).all():
            raise Refuted(f"payoffs are {got.tolist()}, the report says {equilibrium.payoffs.tolist()}")
        return "recomputed in floating point, to 1e-9"
    intervals = Intervals()
    at = {symbol: intervals.exact(float(value)) for symbol, value in zip(game.formulas.symbols, x, strict=True)}
    for name, formula, stated in zip(game.players, game.formulas.payoffs, equilibrium.payoffs, strict=True):
        found = intervals(formula, at)
        room = SHARE * max(1.0, abs(float(stated)))
        if not (math.isfinite(stated) and found.a - room <= stated <= found.b + room):
            raise Refuted(f"{name} gets {float(found.mid):.9g}, the report says {float(stated):.9g}")
    return "recomputed in interval arithmetic, to 1e-9"


@prove_regret.register
def _regret(game: ContinuousGame, case: GameCase, equilibrium: Equilibrium) -> str:
    """Branch and bound over the variables of each player, up to three, concave or not."""
    x = np.concatenate(equilibrium.strategies)
    if game.formulas is None:
        raise NotCertified("payoffs are functions that are not evaluated without rounding")
    size = max(1.0, float(np.abs(equilibrium.payoffs).max()))
    for player, name in enumerate(game.players):
        points, part = game.deviations(player, x), game.slices[player]
        stated = float(equilibrium.regrets[player])
        if points.dimension == 1 and not len(points.equal_rows):
            low, high = interval(points)
            points = Polyhedron.of([low], [high])
        if not is_small(game, points) or not math.isfinite(stated):
            raise NotCertified(f"{name} chooses more than three numbers, or they or its regret have no end")
        slope = game.gradient(player, x)
        rows = linear_multipliers(slope, points)[0] if len(points.rows) and np.isfinite(slope).all() else None
        bounded = BoundedFormula(*alone(game, player, x), points, x[part], rows)
        if not _closed(bounded, stated + SHARE * size):
            _refuse_better(game, player, x, stated + SHARE * size, points)
            raise NotCertified(f"the set of {name} could not be closed")
    return f"nobody gains more than stated and {SHARE:g} of the payoffs, by branch and bound in interval arithmetic"


def _closed(bounded: BoundedFormula, limit: float) -> bool:
    try:
        return proved_below(bounded, limit)
    except NoBounds as reason:
        raise NotCertified(str(reason)) from None


def _refuse_better(game: ContinuousGame, player: int, x: Any, gain: float, points: Polyhedron) -> None:
    """Look for a strategy that gains more than is stated."""
    here, moved, part = float(game.payoff(x)[player]), x.copy(), game.slices[player]
    steps = max(2, round(2001 ** (1 / points.dimension)))
    for value in itertools.product(
        *(np.linspace(*ends, steps) for ends in zip(points.lower, points.upper, strict=True))
    ):
        if points.violation(np.array(value)) > 0:
            continue
        moved[part] = value
        found = float(game.payoffs[player](moved))
        if found > here + 2 * gain:
            shown = ", ".join(f"{one:.6g}" for one in value)
            raise Refuted(
                f"{game.players[player]} gains {found - here:.6g} by choosing {shown}, more than the regret stated"
            )
