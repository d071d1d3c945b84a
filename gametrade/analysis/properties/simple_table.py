"""Which coalitions of a simple game win, or what keeps a game from being simple."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.analysis.properties.shape import Shape, Term
from gametrade.analysis.properties.worst_addition import worst_addition
from gametrade.analysis.verdict import Verdict
from gametrade.games.coalitional import subset_sums
from gametrade.games.coalitional.marginal_values import added_by
from gametrade.typing import BoolArray, IntArray

LARGE = 2**61
"""Denominators from here on are not subtracted in 64 bits."""


@dataclass(frozen=True, eq=False)
class SimpleTable:
    """Winning coalitions, and the fault if the game is not simple.

    Parameters
    ----------
    wins : ndarray of bool, shape (2**n,)
        Coalitions worth about 1, in bitmask order.
    fault : str
        Why the game is not simple; empty if it is.
    margin : float
        Minus the distance from being simple. [money]
    terms : tuple of (int, int)
        Coalitions that show the fault.
    """

    wins: BoolArray
    fault: str = ""
    margin: float = 0.0
    terms: tuple[Term, ...] = ()

    @classmethod
    def of(cls, shape: Shape) -> SimpleTable:
        """Look for values other than 0 and 1, for a losing coalition with a winning one inside, for no winner."""
        one = shape.denominator
        values = shape.values if one < LARGE else shape.values.astype(object)
        away = np.minimum(np.abs(values), np.abs(values - one))
        wins = np.asarray(2 * values > one, dtype=bool)
        worst = int(away.argmax())
        if away[worst] > shape.tolerance:
            distance = float(min(abs(shape.margin([(worst, 1)])), abs(shape.margin([(worst, 1)]) - 1)))
            return cls(wins, "a coalition is worth neither 0 nor 1", -distance, ((worst, 1),))
        n = shape.game.n_players
        smaller, player = worst_addition(wins.astype(np.int8), np.zeros(n, dtype=np.int8), empty=True)
        larger = smaller | 1 << player
        if wins[smaller] and not wins[larger]:
            return cls(wins, "a winning coalition loses with one more player", -1.0, ((larger, 1), (smaller, -1)))
        if not wins[-1]:
            return cls(wins, "all players together lose", -1.0, ((shape.grand, 1),))
        return cls(wins)

    def refusal(self, shape: Shape, property: str) -> Verdict:
        """The verdict that the game is not simple."""
        certificate = {"kind": "coalitions", "fault": self.fault, "terms": shape.listed(self.terms)}
        witness = shape.labels(self.terms[0][0])
        return shape.verdict(property, f"the game is simple ({self.fault})", False, self.margin, witness, certificate)

    def smallest_winner(self) -> int:
        """Bitmask of the first of the smallest winning coalitions."""
        n = len(self.wins).bit_length() - 1
        sizes = subset_sums(np.ones(n, dtype=np.int64))
        return int(np.where(self.wins, sizes, n + 1).argmin())

    def extreme(self, winning: bool) -> IntArray:
        """Bitmasks of the minimal winning or of the maximal losing coalitions."""
        n = len(self.wins).bit_length() - 1
        pivotal = self.wins.copy() if winning else ~self.wins
        for i in range(n):
            changes = added_by(self.wins.view(np.int8), i) != 0
            cube = pivotal.reshape(-1, 2, 1 << i)
            cube[:, 1 if winning else 0] &= changes
        return np.flatnonzero(pivotal)
