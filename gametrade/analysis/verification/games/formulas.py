"""Equilibria of continuous games of formulas, in interval arithmetic."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gametrade.analysis.verification.case import Refuted
from gametrade.analysis.verification.games.case import GameCase, NotCertified
from gametrade.analysis.verification.games.intervals import Intervals, proved_below
from gametrade.analysis.verification.games.parts import prove_payoffs, prove_regret
from gametrade.games.continuous import ContinuousGame
from gametrade.games.equilibrium import Equilibrium
from gametrade.games.symbolic import payoff_formulas
from gametrade.solvers.regret_bounds import interval

SHARE = 1e-9
"""Share of the payoffs by which a stated number may be off."""


@prove_payoffs.register
def _payoffs(game: ContinuousGame, case: GameCase, equilibrium: Equilibrium) -> str:
    x = np.concatenate(equilibrium.strategies)
    formulas = _formulas(case)
    if formulas is None:
        got = game.payoff(x)
        size = max(1.0, float(np.abs(got).max()))
        if not (np.abs(got - equilibrium.payoffs) <= SHARE * size).all():
            raise Refuted(f"payoffs are {got.tolist()}, the report says {equilibrium.payoffs.tolist()}")
        return "recomputed in floating point, to 1e-9"
    intervals = Intervals()
    at = {symbol: intervals.exact(float(value)) for symbol, value in zip(formulas[1], x, strict=True)}
    for name, formula, stated in zip(game.players, formulas[0], equilibrium.payoffs, strict=True):
        found = intervals(formula, at)
        room = SHARE * max(1.0, abs(float(stated)))
        if not (math.isfinite(stated) and found.a - room <= stated <= found.b + room):
            raise Refuted(f"{name} gets {float(found.mid):.9g}, the report says {float(stated):.9g}")
    return "recomputed in interval arithmetic, to 1e-9"


@prove_regret.register
def _regret(game: ContinuousGame, case: GameCase, equilibrium: Equilibrium) -> str:
    """Branch and bound over the interval of each player's only variable, concave or not."""
    x = np.concatenate(equilibrium.strategies)
    formulas = _formulas(case)
    if formulas is None:
        raise NotCertified("payoffs are functions that are not evaluated without rounding")
    size = max(1.0, float(np.abs(equilibrium.payoffs).max()))
    for player, name in enumerate(game.players):
        points, part = game.deviations(player, x), game.slices[player]
        stated = float(equilibrium.regrets[player])
        if points.dimension > 1 or len(points.equal_rows):
            raise NotCertified(f"{name} chooses several numbers: its payoff is not bounded over boxes")
        low, high = interval(points)
        if not (math.isfinite(low) and math.isfinite(high) and math.isfinite(stated)):
            raise NotCertified(f"the interval or the regret of {name} has no end")
        alone = _alone(formulas, part.start, x)
        own = float(x[part.start])
        if not proved_below(alone, formulas[1][part.start], (low, high), own, stated + SHARE * size):
            _refuse_better(game, player, x, stated + SHARE * size, (low, high))
            raise NotCertified(f"the interval of {name} could not be closed")
    return f"nobody gains more than stated and {SHARE:g} of the payoffs, by branch and bound in interval arithmetic"


def _refuse_better(game: ContinuousGame, player: int, x: Any, gain: float, ends: tuple[float, float]) -> None:
    """Look for a strategy that gains more than is stated."""
    here, moved = float(game.payoff(x)[player]), x.copy()
    for value in np.linspace(*ends, 2001):
        moved[game.slices[player].start] = value
        found = float(game.payoffs[player](moved))
        if found > here + 2 * gain:
            name = game.players[player]
            raise Refuted(f"{name} gains {found - here:.6g} by choosing {value:.6g}, more than the regret stated")


def _formulas(case: GameCase) -> tuple[list[Any], list[Any]] | None:
    """Payoffs as formulas with numbers for parameters, and the variables in order."""
    data = case.description
    if "variables" not in data:
        return None
    players = list(case.game.players)
    return payoff_formulas(
        {player: data["payoffs"][player] for player in players},
        [name for player in players for name in data["variables"][player]],
        data.get("parameters", {}),
    )


def _alone(formulas: tuple[list[Any], list[Any]], position: int, x: Any) -> Any:
    """The payoff of the owner of a variable in that variable alone, the others fixed as fractions."""
    import sympy

    symbols = formulas[1]
    fixed = {
        symbol: sympy.Rational(*float(value).as_integer_ratio())
        for k, (symbol, value) in enumerate(zip(symbols, x, strict=True))
        if k != position
    }
    return formulas[0][_owner(position, formulas)].subs(fixed)


def _owner(position: int, formulas: tuple[list[Any], list[Any]]) -> int:
    """Player of a variable where each has one."""
    if len(formulas[0]) != len(formulas[1]):
        raise NotCertified("some player chooses several numbers: its payoff is not bounded over boxes")
    return position
