"""What every shape check needs: the table, its tolerance, and a verdict about its tightest inequality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gametrade.analysis.verdict import Verdict
from gametrade.games.coalitional import CoalitionalGame, integer_table
from gametrade.tolerance import decision_tolerance
from gametrade.typing import Coalition, IntArray

Term = tuple[int, int | Fraction]
"""Bitmask of a coalition and its weight in an inequality: the weighted values add up to the margin."""


@dataclass(frozen=True, eq=False)
class Shape:
    """All values of a game, as floats with a tolerance or exactly without one.

    Parameters
    ----------
    game : CoalitionalGame
        n players.
    values : ndarray of shape (2**n,)
        Values times `denominator`, in bitmask order: floats, or whole numbers if exact.
    denominator : int
        1 for floats.
    tolerance : float
        What counts as zero; 0 if exact. [money]
    """

    game: CoalitionalGame
    values: NDArray[Any]
    denominator: int
    tolerance: float

    @classmethod
    def of(cls, game: CoalitionalGame, exact: bool) -> Shape:
        """Tabulate a game of at most 25 players, or take the table of at most 28."""
        if exact:
            values, denominator = integer_table(game, terms=(2 * game.n_players + 2) ** 2)
            return cls(game, values, denominator, 0.0)
        return cls(game, game.table(), 1, decision_tolerance(game.tolerance, game.single_values))

    @property
    def grand(self) -> int:
        """Bitmask of the grand coalition."""
        return (1 << self.game.n_players) - 1

    @property
    def alone(self) -> IntArray:
        """Bitmasks of the single players, shape (n,)."""
        return 1 << np.arange(self.game.n_players)

    def labels(self, mask: int) -> Coalition:
        """Labels of the players whose bits are set, in player order."""
        return tuple(label for i, label in enumerate(self.game.players) if mask >> i & 1)

    def margin(self, terms: Sequence[Term]) -> Fraction:
        """Weighted sum of values, without rounding. [money]"""
        total = sum((Fraction(weight) * _fraction(self.values[mask]) for mask, weight in terms), Fraction(0))
        return total / self.denominator

    def inequality(
        self,
        property: str,
        statement: str,
        terms: Sequence[Term],
        *,
        count: int,
        strict: bool = False,
        witness: int | None = None,
    ) -> Verdict:
        """Say whether the tightest of some inequalities holds.

        Parameters
        ----------
        property, statement : str
            Name of the property, and the claim in words.
        terms : sequence of (int, number)
            The tightest inequality: coalitions and weights whose sum must not be negative. Empty if there is
            nothing to check.
        count : int
            How many inequalities were looked at.
        strict : bool, default=False
            Whether the sum must be positive.
        witness : int, optional
            Bitmask of the witness; the first coalition of the terms if not given.

        Returns
        -------
        Verdict
            Its certificate lists the terms.
        """
        margin = self.margin(terms)
        holds = margin > self.tolerance if strict else margin >= -Fraction(self.tolerance)
        certificate = {
            "kind": "enumeration" if holds else "coalitions",
            "count": count,
            "margin": str(margin),
            "terms": self.listed(terms),
        }
        if witness is None:
            witness = terms[0][0] if terms else 0
        return self.verdict(property, statement, holds, float(margin), self.labels(witness), certificate)

    def listed(self, terms: Sequence[Term]) -> list[dict[str, Any]]:
        """Terms for a certificate: labels, weights and values, fractions as text."""
        return [
            {"coalition": list(self.labels(mask)), "weight": str(weight), "value": str(self.margin([(mask, 1)]))}
            for mask, weight in terms
        ]

    def verdict(
        self, property: str, statement: str, holds: bool | None, margin: float, *rest: Any, unit: str | None = None
    ) -> Verdict:
        """Put a verdict about the game together from its margin, witness and certificate."""
        witness, certificate = rest
        to = f", to {self.tolerance:.3g} {self.game.unit}" if self.tolerance else ", exactly"
        return Verdict("game", property, statement + to, holds, margin, unit or self.game.unit, witness, certificate)


def _fraction(number: Any) -> Fraction:
    return Fraction(int(number)) if isinstance(number, int | np.integer) else Fraction(float(number))
