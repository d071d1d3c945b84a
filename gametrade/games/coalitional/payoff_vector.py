"""Payoffs as people write them, turned into one number a player."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from gametrade.errors import InvalidInputError, UnknownNameError
from gametrade.games.coalitional.allocation import Allocation
from gametrade.games.coalitional.game import CoalitionalGame
from gametrade.typing import ArrayLike, FloatArray

PayoffsLike: TypeAlias = ArrayLike | Mapping[str, float] | Allocation
"""Numbers in player order, numbers by label, or the answer of a rule."""


def payoff_vector(game: CoalitionalGame, payoffs: PayoffsLike, owner: str) -> FloatArray:
    """Read one finite number a player.

    Parameters
    ----------
    game : CoalitionalGame
        n players.
    payoffs : array_like of shape (n,), mapping of str to float, or Allocation
        In player order, or by label: a mapping (also a pandas Series) names every player once. [money]
    owner : str
        Whose payoffs they are, for the message.

    Returns
    -------
    ndarray of shape (n,)
        A new array in player order. [money]

    Raises
    ------
    InvalidInputError
        If a player has no number or two, or there are too few or too many; or `game` is none.
    UnknownNameError
        If a label is not a player's.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("s", "b"): 6.0})
    >>> payoff_vector(game, {"b": 2, "s": 4}, "blocking_coalition")
    array([4., 2.])
    """
    if not isinstance(game, CoalitionalGame):
        raise InvalidInputError(
            f"game of {owner} must be a game, such as SharingGame(community). Got a {type(game).__name__}."
        )
    if isinstance(payoffs, Allocation):
        payoffs = dict(zip(payoffs.game.players, payoffs.payoffs, strict=True))
    if callable(getattr(payoffs, "keys", None)):
        payoffs = _in_player_order(game, payoffs, owner)
    n = game.n_players
    vector = _numbers(payoffs)
    if vector is None:
        raise InvalidInputError(
            f"payoffs of {owner} must be {n} finite numbers in player order, or by label. Got {_short(payoffs)}."
        )
    if vector.shape != (n,):
        raise InvalidInputError(f"payoffs of {owner} must be {n} finite numbers. Got shape {vector.shape}.")
    wrong = np.flatnonzero(~np.isfinite(vector))
    if wrong.size:
        raise InvalidInputError(
            f"payoffs of {owner} must be {n} finite numbers. Got {vector[wrong[0]]:g} for {game.players[wrong[0]]!r}."
        )
    return vector


def exact_payoff_vector(game: CoalitionalGame, payoffs: Any, owner: str) -> list[Fraction]:
    """Read one finite number a player, as in :func:`payoff_vector`, and keep fractions as they are.

    Parameters
    ----------
    game : CoalitionalGame
        n players.
    payoffs : array_like of shape (n,), mapping of str to number, or Allocation
        In player order, or by label. [money]
    owner : str
        Whose payoffs they are, for the message.

    Returns
    -------
    list of Fraction, length n
        In player order. [money]

    Raises
    ------
    InvalidInputError
        As for :func:`payoff_vector`.
    """
    vector = payoff_vector(game, payoffs, owner)
    if isinstance(payoffs, Allocation):
        return list(payoffs.fractions) if payoffs.fractions is not None else [Fraction(x) for x in vector.tolist()]
    if callable(getattr(payoffs, "keys", None)):
        return [Fraction(x) for x in _in_player_order(game, payoffs, owner)]
    return [Fraction(x) for x in np.asarray(payoffs).tolist()]


def _in_player_order(game: CoalitionalGame, payoffs: Any, owner: str) -> list[Any]:
    labels = list(payoffs.keys())
    known = set(game.players)
    for label in labels:
        if label not in known:
            raise UnknownNameError(f"player in the payoffs of {owner}", label, game.players)
    if len(set(labels)) < len(labels):
        twice = next(label for label in labels if labels.count(label) > 1)
        raise InvalidInputError(f"payoffs of {owner} must name every player once. Got {twice!r} twice.")
    missing = [player for player in game.players if player not in set(labels)]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise InvalidInputError(f"payoffs of {owner} must name every player. Got none for {missing[0]!r}{more}.")
    return [payoffs[player] for player in game.players]


def _numbers(payoffs: object) -> FloatArray | None:
    """Copy as floats; None if they are no numbers. A text is none, even if it looks like one."""
    try:
        array = np.asarray(payoffs)
        objects = array.ravel() if array.dtype.kind == "O" else ()
        if array.dtype.kind not in "biufO" or any(entry is None or isinstance(entry, str) for entry in objects):
            return None
        return np.array(array, dtype=float)
    except (TypeError, ValueError):
        return None


def _short(value: object) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."
