"""Why a game has an equilibrium: one function for each kind of game."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from gametrade.games.evolutionary import EvolutionaryGame
from gametrade.games.normal_form import NormalFormGame
from gametrade.solvers.pure_equilibria import pure_equilibria


@singledispatch
def existence_arguments(game: Any) -> list[dict[str, Any]]:
    """Arguments that apply, the first the most general; empty if none is known for this kind of game.

    Parameters
    ----------
    game : StrategicGame
        Any game; further kinds register their own function.

    Returns
    -------
    list of dict
        JSON-ready: ``argument``, what kind of equilibrium it ``gives``, and a ``source``.
    """
    return []


@existence_arguments.register
def _(game: NormalFormGame) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{"argument": "finite", "gives": "mixed", "source": "Nash 1951, 10.2307/1969529"}]
    pure = pure_equilibria(game)
    if len(pure):
        found.append({"argument": "enumeration", "gives": "pure", "count": len(pure), "source": "every profile"})
    return found


@existence_arguments.register
def _(game: EvolutionaryGame) -> list[dict[str, Any]]:
    if game.pairwise is None:
        return []
    gives = "symmetric mixed" if game.symmetric else "mixed"
    return [{"argument": "finite", "gives": gives, "source": "Nash 1951, 10.2307/1969529"}]
