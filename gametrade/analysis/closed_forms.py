"""Closed forms of games of formulas: best responses, equilibrium and derivatives in letters, checked in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gametrade.analysis.symbolic import SymbolicEquilibrium, symbolic_equilibrium
from gametrade.errors import InvalidInputError
from gametrade.games.equilibrium import Equilibrium
from gametrade.games.quadratic import QuadraticGame

MOST_VARIABLES = 3
MOST_PARAMETERS = 6
"""Sizes up to which letters are tried without being asked for."""

NEAR = 1e-8
"""Share of the numbers within which a closed form has to give the equilibrium that was computed."""


@dataclass(frozen=True, eq=False)
class ClosedForm:
    """An equilibrium inside all limits, in letters.

    Parameters
    ----------
    formulas : SymbolicEquilibrium
        Best responses, equilibrium and derivatives.
    values : mapping of str to float
        Numbers of the parameters.
    """

    formulas: SymbolicEquilibrium
    values: Mapping[str, float]

    def rows(self) -> list[tuple[str, str, str, dict[str, str]]]:
        """For each variable its name, best response, equilibrium, and derivative by each parameter, as text."""
        found = self.formulas
        slopes = {name: found.derivatives(name) for name in self.values}
        return [
            (
                variable,
                str(found.best_responses[variable]),
                str(value),
                {name: str(by[variable]) for name, by in slopes.items()},
            )
            for variable, value in found.equilibrium.items()
        ]

    def derivative(self, variable: str, parameter: str) -> float:
        """Derivative at the numbers of the game."""
        return float(self._number(self.formulas.derivatives(parameter)[variable]))

    def level(self, variable: str) -> float:
        """Value at the numbers of the game."""
        return float(self._number(self.formulas.equilibrium[variable]))

    def _number(self, formula: Any) -> Any:
        import sympy

        exact = {self.formulas.symbols[name]: sympy.Rational(str(value)) for name, value in self.values.items()}
        return formula.subs(exact)


def closed_form(description: Mapping[str, Any], equilibrium: Equilibrium) -> ClosedForm | None:
    """Derive the equilibrium of a quadratic game of formulas in its parameters, if it lies inside all limits.

    Parameters
    ----------
    description : mapping
        A game of formulas, as `described_game` takes it.
    equilibrium : Equilibrium
        What was computed; the closed form has to agree with it.

    Returns
    -------
    ClosedForm or None
        None for other games, more than 3 variables or 6 parameters, parameters that are not positive, or an equilibrium
        at a limit.

    Examples
    --------
    >>> import gametrade as gt
    >>> data = {"variables": {"a": {"x": [0, 9]}, "b": {"y": [0, 9]}},
    ...     "payoffs": {"a": "x*(p - x - y)", "b": "y*(p - x - y)"}, "parameters": {"p": 9.0}}
    >>> found = closed_form(data, gt.analyse_equilibria(data).solution[0])
    >>> found.rows()[0]
    ('x', '(p - y)/2', 'p/3', {'p': '1/3'})
    """
    game, values = equilibrium.game, description.get("parameters", {})
    if not isinstance(game, QuadraticGame) or "variables" not in description or not values:
        return None
    if game.dimension > MOST_VARIABLES or len(values) > MOST_PARAMETERS or min(values.values()) <= 0:
        return None
    x, (low, high) = np.concatenate(equilibrium.strategies), game.bounds
    room = NEAR * max(1.0, float(np.abs(x).max()))
    inside = bool((x > low + room).all() and (x < high - room).all())
    if not inside or (game.shared is not None and (game.shared.rows @ x > game.shared.limits - room).any()):
        return None
    if any(len(points.equal_rows) for points in (*game.sets, *([game.shared] if game.shared else []))):
        return None
    names = {player: list(description["variables"][player]) for player in game.players}
    payoffs = {player: description["payoffs"][player] for player in game.players}
    try:
        found = ClosedForm(symbolic_equilibrium(payoffs, names, list(values)), dict(values))
        levels = np.array([found.level(name) for own in names.values() for name in own])
    except (InvalidInputError, TypeError, KeyError):
        return None
    return found if float(np.abs(levels - x).max()) <= room else None
