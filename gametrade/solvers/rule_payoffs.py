"""Payoffs of a rule, whether it is named, called, already answered or written as numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import Allocation, CoalitionalGame, DispatchGame, IndividualTariffGame, SharingGame
from gametrade.registry import rules
from gametrade.typing import ArrayLike, FloatArray

Rule: TypeAlias = str | Callable[..., Any] | Allocation | ArrayLike
"""A registered rule, a function of the game, its answer, or plain payoffs."""


def rule_payoffs(game: CoalitionalGame, rule: Rule, owner: str) -> tuple[str, FloatArray]:
    """Name and payoffs of a rule.

    Parameters
    ----------
    game : CoalitionalGame
        n players.
    rule : str, callable, Allocation or array_like of shape (n,)
        The rule.
    owner : str
        Who asks, for messages.

    Returns
    -------
    name : str
        Of the rule; "payoffs" for plain numbers.
    payoffs : ndarray of shape (n,)
        [money]

    Raises
    ------
    InvalidInputError
        If numbers are not n and finite, or the rule needs meter data that the game has not.
    UnknownNameError
        If there is no such rule.
    """
    if isinstance(rule, str) or callable(rule):
        entry, options = rules.resolve(rule)
        fits = isinstance(game, SharingGame) or (
            entry.traits.get("also") == "dispatch" and isinstance(game, DispatchGame | IndividualTariffGame)
        )
        if entry.traits.get("needs") == "sharing" and not fits:
            raise InvalidInputError(f"{entry.name} needs a SharingGame of a community. Got {type(game).__name__}.")
        answer = entry.function(game, **options)
        rule = answer if isinstance(answer, Allocation) else Allocation(game, entry.name, answer)
    if isinstance(rule, Allocation):
        return rule.rule, np.asarray(rule.payoffs)
    payoffs = np.array(rule, dtype=float)
    if payoffs.shape != (game.n_players,) or not np.isfinite(payoffs).all():
        raise InvalidInputError(
            f"payoffs of {owner} must be {game.n_players} finite numbers. Got shape {payoffs.shape}."
        )
    return "payoffs", payoffs
