"""Assignment games: sellers and buyers who trade in pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gametrade.community.finite_numbers import finite_numbers
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional.game import CoalitionalGame, check_table_size
from gametrade.tolerance import absolute_tolerance
from gametrade.typing import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class AssignmentGame(CoalitionalGame):
    r"""What sellers and buyers gain by trading in pairs, each at most once: the best matching of a coalition.

    Parameters
    ----------
    sellers, buyers : sequence of str
        Labels of the two sides; the players are the sellers, then the buyers.
    gains : array_like of shape (m, k)
        Gain of each pair of a seller and a buyer; a pair with a negative gain does not trade. [money]

    Raises
    ------
    InvalidInputError
        If labels repeat, a side is empty, or the gains are not finite numbers of that shape.

    Notes
    -----
    :math:`v(S) = \max_\mu \sum_{(i, j) \in \mu} a_{ij}` over matchings of S: a linear program with whole
    solutions [1]_. Its dual solutions are the core, which is never empty. Values take one assignment problem a
    coalition, the table O(k 2^n) additions.

    References
    ----------
    .. [1] L. S. Shapley and M. Shubik, "The assignment game I: the core", Int. J. Game Theory 1 (1971) 111-130.
       :doi:`10.1007/BF01753437`

    Examples
    --------
    >>> game = AssignmentGame(["s0", "s1"], ["b0", "b1"], [[8, 5], [6, 2]])
    >>> game.grand_value, game.matching
    (11.0, (('s0', 'b1'), ('s1', 'b0')))
    """

    sellers: Sequence[str]
    buyers: Sequence[str]
    gains: FloatArray

    def __post_init__(self) -> None:
        sides = tuple(tuple(str(label) for label in side) for side in (self.sellers, self.buyers))
        labels = sides[0] + sides[1]
        if not all(sides) or len(set(labels)) < len(labels):
            raise InvalidInputError(f"sellers and buyers of AssignmentGame must be unique, one at least. Got {sides}.")
        gains = finite_numbers(self.gains, "gains", "AssignmentGame", (len(sides[0]), len(sides[1])))
        for name, value in zip(("sellers", "buyers", "gains"), (*sides, gains), strict=True):
            object.__setattr__(self, name, value)

    @property
    def players(self) -> tuple[str, ...]:
        """Labels of the sellers, then of the buyers."""
        return (*self.sellers, *self.buyers)

    @property
    def single_values(self) -> FloatArray:
        """Nobody trades alone: zeros of shape (n,). [money]"""
        return np.zeros(self.n_players)

    @property
    def tolerance(self) -> float:
        """1e-9 of the gains of all. [money]"""
        return absolute_tolerance(self.grand_value)

    @property
    def matching(self) -> tuple[tuple[str, str], ...]:
        """A best matching of all players: pairs with a gain."""
        rows, columns = best_matching(self.gains)
        return tuple((self.sellers[i], self.buyers[j]) for i, j in zip(rows, columns, strict=True))

    def values(self, members: BoolArray) -> FloatArray:
        """Gain of the best matching of each coalition, shape (c, n) to (c,). [money]"""
        m = len(self.sellers)
        answer = np.zeros(len(members))
        for row, inside in enumerate(np.asarray(members, dtype=bool)):
            part = self.gains[np.ix_(inside[:m], inside[m:])]
            answer[row] = part[best_matching(part)].sum()
        return answer

    def table(self) -> FloatArray:
        """Values of all coalitions in bitmask order, the best partner of one seller after the other. [money]"""
        check_table_size(self.n_players, "a table of all coalitions")
        m, k = self.gains.shape
        table = np.zeros((2**k, 2**m))
        for i, row in enumerate(self.gains):
            before = table[:, : 1 << i]
            best = before.copy()
            for j, gain in enumerate(row):
                alone = before.reshape(-1, 2, 1 << j, 1 << i)[:, 0]
                paired = best.reshape(-1, 2, 1 << j, 1 << i)[:, 1]
                np.maximum(paired, alone + gain, out=paired)
            table[:, 1 << i : 2 << i] = best
        return table.ravel()


def best_matching(gains: FloatArray) -> tuple[IntArray, IntArray]:
    """Rows and columns of the pairs with a gain in a matching of the largest sum.

    Parameters
    ----------
    gains : ndarray of shape (m, k)
        Gain of each pair; not trading gains nothing. [money]

    Returns
    -------
    rows, columns : ndarray of int
        The pairs.
    """
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(np.maximum(gains, 0), maximize=True)
    worth = gains[rows, columns] > 0
    return rows[worth], columns[worth]
