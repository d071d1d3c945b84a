"""How money is split: one allocation (revenue-split) rule per file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gametrade.community import Community
from gametrade.errors import InvalidInputError, TooManyPlayersError
from gametrade.games.coalitional import (
    Allocation,
    CoalitionalGame,
    DispatchGame,
    GraphGame,
    IndividualTariffGame,
    SharingGame,
)
from gametrade.games.coalitional.game import check_game
from gametrade.registry import Entry, rules
from gametrade.rules.answers import answer_of

__all__ = ["allocate", "rule_applies", "rules"]


def allocate(
    game: CoalitionalGame | Community, rule: str | Callable[..., Any] = "mid_market_rate", **options: Any
) -> Allocation:
    """Share the gains of a community or game by one rule.

    Parameters
    ----------
    game : CoalitionalGame or Community
        A community is taken as its sharing game.
    rule : str or callable
        Registered name, optionally with options as in ``"proportional:to=demand"``, or any function
        ``rule(game) -> payoffs``: n numbers in player order, numbers by label, or an `Allocation`.
    **options
        Options of the rule; a misspelled one is an error that names the rule.

    Returns
    -------
    Allocation
        Payoff of each player over being alone, and prices where the rule sets them. [money]

    Raises
    ------
    UnknownNameError
        If there is no such rule or option.
    InvalidInputError
        If the rule needs meter data and the game has none, or if a function given as rule stops with an
        exception of its own (kept as the cause) or does not return one finite number a player.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("s", "b"): 6.0})
    >>> gt.allocate(game, "equal_split").payoffs
    array([3., 3.])
    """
    if isinstance(game, Community):
        game = SharingGame(game)
    check_game(game, "allocate")
    entry, written = rules.resolve(rule)
    options = {**written, **options}
    if entry.traits.get("needs") == "graph" and not isinstance(game, GraphGame):
        raise InvalidInputError(
            f"{entry.name} needs a GraphGame, which says who is linked with whom. Got {type(game).__name__}."
        )
    if entry.traits.get("needs") != "quasi_balanced" and not rule_applies(entry, game):
        raise InvalidInputError(
            f"{entry.name} splits money by meter data and tariff and needs a SharingGame of a community. "
            f"Got {type(game).__name__}."
        )
    return answer_of(entry, game, options)


def rule_applies(entry: Entry, game: CoalitionalGame) -> bool:
    """Whether the rule can split the gains of this game: any, those of its kind, or those it also knows."""
    if isinstance(game, DispatchGame | IndividualTariffGame) and entry.traits.get("also") == "dispatch":
        return True
    needs = entry.traits.get("needs", "any")
    if needs == "quasi_balanced":
        return _quasi_balanced_or_too_large(game)
    return needs == "any" or isinstance(game, GraphGame if needs == "graph" else SharingGame)


def _quasi_balanced_or_too_large(game: CoalitionalGame) -> bool:
    """Only a game small enough to be examined is found not to be quasi-balanced."""
    from gametrade.solvers.tau_value import is_quasi_balanced

    try:
        return is_quasi_balanced(game)
    except TooManyPlayersError:
        return True
