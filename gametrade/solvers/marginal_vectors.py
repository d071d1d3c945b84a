"""Marginal vectors: what players add when they arrive one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gametrade.errors import InvalidInputError, TooManyPlayersError
from gametrade.games.coalitional import CoalitionalGame, integer_table
from gametrade.games.coalitional.game import check_game

ALL_ORDERS_PLAYERS = 9
"""Most players for which all n! orders are listed: 362 880."""


def marginal_vectors(
    game: CoalitionalGame, orders: Iterable[Sequence[str]] | None = None, *, exact: bool = False
) -> NDArray[Any]:
    r"""Pay every player what it adds to those who came before it, for each order of arrival.

    Parameters
    ----------
    game : CoalitionalGame
        n players.
    orders : iterable of sequences of str, optional
        Orders of arrival by label, first comer first; all :math:`n!` of them, in lexicographic order of positions,
        for at most 9 players if not given.
    exact : bool, default=False
        Fractions instead of floats; needs the table.

    Returns
    -------
    ndarray of shape (k, n)
        One row an order, one column a player. [money]

    Raises
    ------
    TooManyPlayersError
        If all orders of more than 9 players are asked for.
    InvalidInputError
        If an order does not list every player once.

    Notes
    -----
    The mean over all orders is the Shapley value. A game is convex if and only if every marginal vector is in
    the core, and they are then its extreme points [1]_. k n values of the game.

    References
    ----------
    .. [1] L. S. Shapley, "Cores of convex games", Int. J. Game Theory 1 (1971) 11-26. :doi:`10.1007/BF01753431`

    Examples
    --------
    >>> import gametrade as gt
    >>> marginal_vectors(gt.TableGame.from_values({("a",): 1, ("b",): 2, ("a", "b"): 4}))
    array([[1., 3.],
           [2., 2.]])
    """
    check_game(game, "marginal_vectors")
    n = game.n_players
    rows = _all_orders(n) if orders is None else np.array([_positions(game, order) for order in orders]).reshape(-1, n)
    answer: NDArray[Any] = np.empty(rows.shape, dtype=object if exact else float)
    if exact:
        numbers, denominator = integer_table(game)
        masks = np.cumsum(1 << rows, axis=1)
        reached = numbers.astype(object)[np.column_stack([np.zeros(len(rows), np.int64), masks])]
        added = np.vectorize(lambda number: Fraction(number, denominator), otypes=[object])(np.diff(reached, axis=1))
    else:
        inside = np.zeros((len(rows), n + 1, n), dtype=bool)
        for k in range(n):
            inside[np.arange(len(rows)), k + 1 :, rows[:, k]] = True
        added = np.diff(game.values(inside.reshape(-1, n)).reshape(-1, n + 1), axis=1)
    np.put_along_axis(answer, rows, added, axis=1)
    return answer


def _all_orders(n: int) -> NDArray[np.int64]:
    if n > ALL_ORDERS_PLAYERS:
        raise TooManyPlayersError(
            f"marginal_vectors lists all n! orders for at most {ALL_ORDERS_PLAYERS} players. Got {n}; "
            "give some orders, or take shapley for their mean."
        )
    return np.array(list(permutations(range(n))), dtype=np.int64)


def _positions(game: CoalitionalGame, order: Sequence[str]) -> list[int]:
    if isinstance(order, str) or sorted(order) != sorted(game.players):
        raise InvalidInputError(f"an order of marginal_vectors must list every player once. Got {order!r}.")
    return [game.players.index(label) for label in order]
