"""What a rule hands back, checked before anybody builds on it: a rule may be anybody's function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gametrade.errors import GametradeError, InvalidInputError, UnknownOptionError
from gametrade.games.coalitional import Allocation, CoalitionalGame, payoff_vector
from gametrade.registry import Entry


def answer_of(entry: Entry, game: CoalitionalGame, options: Mapping[str, Any]) -> Allocation:
    """Ask a rule for payoffs, and refuse what cannot be payoffs of the game.

    Parameters
    ----------
    entry : Entry
        The rule.
    game : CoalitionalGame
        n players.
    options : mapping
        Options of the rule.

    Returns
    -------
    Allocation
        One finite payoff a player. [money]

    Raises
    ------
    InvalidInputError
        If the rule stops with an exception of its own, which is kept as the cause, or does not return one
        finite number a player.
    UnknownNameError
        If the rule has no such option, or names somebody who is not a player.
    """
    owner = f"allocation rule {entry.name!r}"
    for name in options:
        if not entry.accepts(name):
            raise UnknownOptionError(entry.name, name, entry.options)
    try:
        answer = entry.function(game, **options)
    except GametradeError:
        raise
    except Exception as accident:
        told = f": {accident}" if str(accident) else ""
        raise InvalidInputError(f"{owner} must return payoffs. It stopped with {type(accident).__name__}{told}.") from (
            accident
        )
    if isinstance(answer, Allocation):
        return _of_game(answer, game, owner)
    if answer is None:
        raise InvalidInputError(
            f"{owner} must return {game.n_players} finite numbers in player order, numbers by label or an "
            "Allocation. Got None; is a return statement missing?"
        )
    label = entry.name + "".join(f":{name}={value}" for name, value in options.items())
    return Allocation(game, label, payoff_vector(game, answer, owner))


def _of_game(answer: Allocation, game: CoalitionalGame, owner: str) -> Allocation:
    """An allocation of this game, with prices for each of its steps or none."""
    if answer.game.players != game.players:
        raise InvalidInputError(f"{owner} must return an Allocation of the game it was given. Got other players.")
    prices = (answer.buy_price, answer.sell_price)
    if (prices[0] is None) != (prices[1] is None):
        raise InvalidInputError(f"{owner} must return buy_price and sell_price, or neither. Got one of them.")
    community = getattr(game, "community", None)
    steps = 0 if community is None else community.n_steps
    for name, price in zip(("buy_price", "sell_price"), prices, strict=True):
        if price is not None and price.shape != (steps,):
            raise InvalidInputError(
                f"{name} of {owner} must have one number a settlement step, {steps}. Got shape {price.shape}."
            )
    return answer if answer.game is game else replace(answer, game=game)
