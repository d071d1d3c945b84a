"""What a player gains at most by another strategy, where its payoff is a formula of few variables."""

from __future__ import annotations

from typing import Any

import numpy as np

from gametrade.games.continuous import ContinuousGame
from gametrade.games.formula_bounds import BoundedFormula, largest
from gametrade.games.polyhedron import Polyhedron
from gametrade.typing import FloatArray

MOST_VARIABLES = 3
"""Variables of a player up to which boxes are halved: their number grows like a power of it."""

MOST_BOXES = 1500

GAP = 1e-10
"""Share of the payoff by which a bound may exceed the best payoff that is found."""


def alone(game: ContinuousGame, player: int, x: FloatArray) -> tuple[Any, list[Any]]:
    """A player's payoff in its own variables, the others fixed as the fractions they are, and its symbols.

    Parameters
    ----------
    game : ContinuousGame
        With formulas.
    player : int
        Position of the player.
    x : ndarray of shape (d,)
        The profile.

    Returns
    -------
    tuple of sympy expression and list of sympy Symbols
        Without rounding.
    """
    import sympy

    formulas, part = game.formulas, game.slices[player]
    assert formulas is not None
    fixed = {
        symbol: sympy.Rational(*float(value).as_integer_ratio())
        for k, (symbol, value) in enumerate(zip(formulas.symbols, x, strict=True))
        if not part.start <= k < part.stop
    }
    return formulas.payoffs[player].subs(fixed), list(formulas.symbols[part])


def is_small(game: ContinuousGame, points: Polyhedron) -> bool:
    """Whether boxes can bound the payoff over a set: formulas, few variables, finite bounds."""
    bounded = bool(np.isfinite(points.lower).all() and np.isfinite(points.upper).all())
    return game.formulas is not None and points.dimension <= MOST_VARIABLES and bounded


def formula_regret(
    game: ContinuousGame, player: int, x: FloatArray, points: Polyhedron, rows: FloatArray
) -> dict[str, Any] | None:
    """Bound a regret by branch and bound in interval arithmetic, concave or not.

    Parameters
    ----------
    game : ContinuousGame
        With formulas.
    player : int
        Position of the player.
    x : ndarray of shape (d,)
        The profile.
    points : Polyhedron
        What the player may change to, within finite bounds.
    rows : ndarray
        Multipliers of its rows at the profile.

    Returns
    -------
    dict or None
        ``bound``, the best ``reply`` found, ``boxes`` looked at; None if nothing is proved.
    """
    formula, symbols = alone(game, player, x)
    own = x[game.slices[player]]
    payoff = float(game.payoffs[player](x))
    found = largest(
        BoundedFormula(formula, symbols, points, own, rows), gap=GAP * max(1.0, abs(payoff)), most=MOST_BOXES
    )
    if not np.isfinite(found.bound):
        return None
    bound = float(np.nextafter(found.bound - payoff, np.inf))
    return {
        "method": "intervals",
        "bound": max(0.0, bound),
        "reply": list(found.at),
        "proved": True,
        "boxes": found.boxes,
    }
