"""The few values that simple splits need, in floats or in fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gametrade.games.coalitional import Allocation, CoalitionalGame, integer_table


def numbers_of(game: CoalitionalGame, *, exact: bool) -> tuple[NDArray[Any], NDArray[Any], Any]:
    r"""Read what every player is worth alone, what all lose without it, and what all are worth.

    Parameters
    ----------
    game : CoalitionalGame
        n players.
    exact : bool
        Fractions, from the table, instead of floats.

    Returns
    -------
    alone, added : ndarray of shape (n,)
        :math:`v(\{i\})` and :math:`v(N) - v(N \setminus i)`. [money]
    total : float or Fraction
        :math:`v(N)`. [money]
    """
    n = game.n_players
    if not exact:
        grand = game.grand_value
        return game.single_values, grand - game.values(~np.eye(n, dtype=bool)), grand
    numbers, denominator = integer_table(game)
    bits = 1 << np.arange(n)
    alone, without = (
        np.array([Fraction(int(number), denominator) for number in numbers[masks]], dtype=object)
        for masks in (bits, numbers.size - 1 - bits)
    )
    total = Fraction(int(numbers[-1]), denominator)
    return alone, total - without, total


def allocation_of(game: CoalitionalGame, rule: str, payoffs: NDArray[Any], *, exact: bool) -> Allocation:
    """Wrap payoffs, keeping fractions where they were asked for."""
    return Allocation.of_fractions(game, rule, list(payoffs)) if exact else Allocation(game, rule, payoffs)
