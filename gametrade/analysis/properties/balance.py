"""How much a core has to spare: balancing weights from below, a payoff vector from above."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from gametrade.analysis.properties.shape import Shape, Term
from gametrade.analysis.verdict import Verdict
from gametrade.games.coalitional import TableGame
from gametrade.solvers.exact_excess import largest_excess
from gametrade.solvers.exact_table import ExactTable
from gametrade.solvers.least_core_value import least_core_value
from gametrade.solvers.prenucleolus import prenucleolus
from gametrade.typing import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Balance:
    """What the coalitions of a game have to spare, between two proofs.

    Parameters
    ----------
    terms : tuple of (int, Fraction)
        Balanced collection: the weighted values add up to `margin`, the grand coalition first.
    margin : Fraction
        No payoff vector leaves every coalition more than this. [money]
    reached : Fraction
        What the payoff vector leaves every coalition, rounding included. [money]
    payoffs : tuple of Fraction, length n
        The payoff vector. [money]
    """

    terms: tuple[Term, ...]
    margin: Fraction
    reached: Fraction
    payoffs: tuple[Fraction, ...]

    @classmethod
    def of(cls, game: TableGame, exact: bool) -> Balance:
        """Least core of a game of at least 2 players; where rounding could decide, its exact prenucleolus."""
        core = least_core_value(game)
        total = sum(core.weights, Fraction(0))
        masks = core.coalitions @ (1 << np.arange(game.n_players))
        grand = (1 << game.n_players) - 1
        terms = ((grand, 1 / total), *((int(m), -w / total) for m, w in zip(masks, core.weights, strict=True)))
        table = ExactTable.of(game, "balanced")
        payoffs = _shared_out(core.payoffs, table)
        reached = -largest_excess(table, payoffs, exact=exact)
        if exact and reached < 0 <= -core.fraction:
            payoffs = list(prenucleolus(game, exact=True).fractions or payoffs)
            reached = -largest_excess(table, payoffs, exact=True)
        return cls(terms, -core.fraction, reached, tuple(payoffs))

    def holds(self, tolerance: float) -> bool | None:
        """Whether the core is not empty; None if neither proof decides."""
        if self.margin < -Fraction(tolerance):
            return False
        return True if self.reached >= -Fraction(tolerance) else None

    def verdict(self, shape: Shape, property: str, statement: str, *, masks: IntArray | None = None) -> Verdict:
        """Say whether there is a core.

        Parameters
        ----------
        shape : Shape
            The whole game.
        property, statement : str
            Name of the property, and the claim in words.
        masks : ndarray of shape (2**k,), optional
            Coalitions of the whole game by mask of the subgame that this is about; the witness is then the
            whole subgame, otherwise the coalition with the largest weight.

        Returns
        -------
        Verdict
            With balancing weights and payoff vector.
        """
        place = (lambda mask: mask) if masks is None else (lambda mask: int(masks[mask]))
        terms = [(place(mask), weight) for mask, weight in self.terms]
        witness = terms[0][0] if masks is not None else min(terms[1:], key=lambda term: term[1])[0]
        members = shape.labels(terms[0][0])
        payoffs = dict(zip(members, map(str, self.payoffs), strict=True))
        kind = {True: "point", False: "balancing_weights", None: "none"}[self.holds(shape.tolerance)]
        proof = {"kind": kind, "payoffs": payoffs, "reached": str(self.reached)}
        found = shape.inequality(property, statement, terms, count=len(terms) - 1, witness=witness, proof=proof)
        return replace(found, holds=self.holds(shape.tolerance))


def _shared_out(payoffs: FloatArray, table: ExactTable) -> list[Fraction]:
    """The payoffs as fractions that share the gains without the rounding of their sum."""
    fractions = [Fraction(x) for x in payoffs.tolist()]
    numbers, denominator = table.values(np.array([len(table.floats) - 1]))
    missing = Fraction(int(numbers[0]), denominator) - sum(fractions)
    return [x + missing / len(fractions) for x in fractions]
