"""Is a payoff vector in the core? The coalition that gains most by leaving decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gametrade.display import Shown
from gametrade.games.coalitional import CoalitionalGame, all_coalitions
from gametrade.games.coalitional.payoff_vector import exact_payoff_vector
from gametrade.solvers.exact_excess import most_wronged
from gametrade.solvers.exact_table import ExactTable
from gametrade.solvers.least_core_value import allowed_gap, check_question
from gametrade.typing import Coalition, FloatArray


@dataclass(frozen=True, eq=False, slots=True)
class CoreMembership(Shown):
    """Whether a payoff vector is in the core, and the coalition that is most, or least far from being, wronged.

    Parameters
    ----------
    inside : bool
        Whether payoffs share what all gain and no excess is above the tolerance.
    excess : Fraction
        Excess of the coalition, exactly. [money]
    coalition : tuple of str
        A proper coalition with the largest excess.
    imbalance : Fraction
        Payoffs in all less the value of all players, exactly. [money]
    tolerance : float
        Below which an excess or imbalance counts as none; 0 for exact payoffs. [money]
    """

    inside: bool
    excess: Fraction
    coalition: Coalition
    imbalance: Fraction
    tolerance: float

    def __str__(self) -> str:
        word = "in the core" if self.inside else "not in the core"
        return f"{word}: {{{', '.join(self.coalition)}}} has the excess {float(self.excess):.6g}"


def core_membership(
    game: CoalitionalGame, payoffs: Sequence[float | Fraction] | FloatArray, *, exact: bool = False
) -> CoreMembership:
    """Decide whether payoffs share what all gain and leave no coalition a gain from leaving.

    Parameters
    ----------
    game : CoalitionalGame
        At least 2 players, and a table. For hundreds of homes see
        :func:`~gametrade.solvers.blocking_coalition.blocking_coalition`.
    payoffs : sequence of float or Fraction, length n
        Payoffs. [money]
    exact : bool, default=False
        Whether there is no tolerance at all.

    Returns
    -------
    CoreMembership
        The answer with the coalition that decides it.

    Raises
    ------
    InvalidInputError
        If there is one player alone, or payoffs are not n numbers.

    Notes
    -----
    One pass over the table in floats; excesses that floats cannot tell apart are compared in whole numbers.

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("s1", "b"): 6, ("s2", "b"): 6, ("s1", "s2", "b"): 6})
    >>> print(core_membership(game, [1, 4, 1]))
    not in the core: {s1, b} has the excess 1
    """
    check_question(game, "core_membership")
    point = exact_payoff_vector(game, payoffs, "core_membership")
    table = ExactTable.of(game, "core_membership")
    mask, excess = most_wronged(table, point)
    grand, denominator = table.values(np.array([len(table.floats) - 1]))
    imbalance = sum(point, Fraction(0)) - Fraction(int(grand[0]), denominator)
    tolerance = 0.0 if exact else allowed_gap(table, point)
    inside = excess <= tolerance and abs(imbalance) <= tolerance
    coalition = game.labels(all_coalitions(len(point), np.array([mask]))[0])
    return CoreMembership(bool(inside), excess, coalition, imbalance, tolerance)
