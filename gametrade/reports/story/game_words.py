"""How games, strategies and numbers of the equilibrium-property report are put into words."""

from __future__ import annotations

import math

import numpy as np

from gametrade.games.equilibrium import Equilibrium
from gametrade.reports.story.numbers import MINUS, NOTHING, SPACE

SHOWN = 6
"""Entries of a strategy that a table shows."""

NEGLIGIBLE = 1e-10
"""Share of the largest entry of all strategies below which an entry is not shown."""

KINDS = {
    "NormalFormGame": "finite game",
    "ContinuousGame": "continuous game",
    "QuadraticGame": "quadratic game",
    "SparseQuadraticGame": "quadratic game",
    "EvolutionaryGame": "population game",
    "BilevelGame": "bilevel game",
}
"""Kinds of games in words; all others are games of leaders and followers."""


def figure(value: float, digits: int = 6) -> str:
    """Write a number with some significant digits and a true minus sign.

    Examples
    --------
    >>> figure(-0.25), figure(1234567.0), figure(float("nan")), figure(float("inf")), figure(5.8e-15, 2)
    ('−0.25', '1,234,567', '–', 'no bound', '5.8e−15')
    """
    if math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return "no bound" if value > 0 else f"{MINUS}\N{INFINITY}"
    whole = value == int(value) and abs(value) < 1e12
    text = f"{value:,.0f}" if whole else f"{value:,.{digits}g}"
    return "0" if text in ("-0", "0") else text.replace("-", MINUS)


def amount(value: float, unit: str, digits: int = 6) -> str:
    """A number with its unit."""
    return f"{figure(value, digits)}{SPACE}{unit}".rstrip() if math.isfinite(value) else figure(value)


def strategy_words(equilibrium: Equilibrium, player: str, limit: int = SHOWN) -> str:
    """What a player does: entries that are not negligible, an action alone if it is certain.

    Examples
    --------
    >>> import gametrade as gt
    >>> dilemma = gt.NormalFormGame.bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    >>> strategy_words(gt.solve(dilemma)[0], "player 1")
    '2'
    """
    entries = equilibrium.strategy(player)
    least = NEGLIGIBLE * max(float(np.abs(row).max(initial=0.0)) for row in equilibrium.strategies)
    used = {name: value for name, value in entries.items() if abs(value) > least}
    if mixes(equilibrium) and len(used) == 1 and next(iter(used.values())) == 1:
        return next(iter(used))
    if not used and len(entries) > 1:
        return f"all{SPACE}0"
    shown = list((used or dict.fromkeys(entries, 0.0)).items())[:limit]
    more = f" and {len(used) - limit:,} more" if len(used) > limit else ""
    return ", ".join(entry_words(name, figure(value)) for name, value in shown) + more


def entry_words(name: str, value: str) -> str:
    r"""An entry of a strategy with its value, told apart where the name ends in a number.

    Examples
    --------
    >>> entry_words("price", "0.25"), entry_words("price 0", "0.25")
    ('price\xa00.25', 'price 0:\xa00.25')
    """
    return f"{name}:{SPACE}{value}" if name[-1:].isdigit() else f"{name}{SPACE}{value}"


def mixes(equilibrium: Equilibrium) -> bool:
    """Whether strategies are probabilities or shares of actions."""
    return type(equilibrium.game).__name__ in ("NormalFormGame", "EvolutionaryGame")


def kind_words(kind: str) -> str:
    """A kind of game in words."""
    return KINDS.get(kind, "game of leaders and followers")
