"""What the stability analyser is asked, checked before anything is computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from gametrade.analysis.contracts import CONTRACTS
from gametrade.community import Community
from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.coalitional import CoalitionalGame, SharingGame

Rule = str | Callable[..., Any]


def playable(game: Any) -> CoalitionalGame:
    """Take a community as its sharing game; refuse what is neither a game nor a community.

    Raises
    ------
    InvalidInputError
        If there is nothing to analyse in it.
    """
    if isinstance(game, Community):
        game = SharingGame(game)
    if not isinstance(game, CoalitionalGame):
        hint = "; read_community reads meter data from files" if isinstance(game, str) or hasattr(game, "open") else ""
        raise InvalidInputError(
            f"game of analyse_stability must be a CoalitionalGame or a Community{hint}. "
            f"Got {type(game).__name__} {game!r:.60}."
        )
    if game.n_players < 2:
        raise InvalidInputError(
            f"analyse_stability needs at least 2 players. Got {game.n_players}: one home alone shares nothing."
        )
    return game


def contract_lengths(contract: Any, contracts: Any) -> list[str]:
    """Contract lengths to look at: that of the headline numbers and those of the table.

    Raises
    ------
    UnknownNameError
        If a name is none of the four.
    InvalidInputError
        If something is not a name or not a sequence of names.
    """
    if contracts is None:
        contracts = CONTRACTS
    elif isinstance(contracts, str):
        contracts = (contracts,)
    elif not isinstance(contracts, Iterable):
        raise InvalidInputError(
            f"contracts of analyse_stability must be names among {', '.join(CONTRACTS)}. "
            f"Got {type(contracts).__name__} {contracts!r}."
        )
    names = [contract, *contracts]
    for name in names:
        if not isinstance(name, str):
            raise InvalidInputError(
                f"contract of analyse_stability must be one of {', '.join(CONTRACTS)}. Got {name!r:.60}."
            )
        if name not in CONTRACTS:
            raise UnknownNameError("contract", name, CONTRACTS)
    return names


def rules_asked_for(rules: Any) -> Sequence[Rule]:
    """Rules as a sequence of names and functions; one alone is a sequence of one.

    Raises
    ------
    InvalidInputError
        If something is neither a name nor a function.
    """
    if isinstance(rules, str) or callable(rules):
        return [rules]
    listed = list(rules) if isinstance(rules, Iterable) else [rules]
    for rule in listed:
        if not isinstance(rule, str) and not callable(rule):
            raise InvalidInputError(
                "rules of analyse_stability must be names of rules, functions of a game, or a sequence of them. "
                f"Got {type(rule).__name__} {rule!r:.60}."
            )
    return listed
