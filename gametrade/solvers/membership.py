"""Whether a payoff vector belongs to a set of stable vectors, and who says that it does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gametrade.display import Shown
from gametrade.errors import TooManyPlayersError
from gametrade.games.coalitional import CoalitionalGame, integer_table, subset_sums
from gametrade.games.coalitional.game import check_game
from gametrade.games.coalitional.integer_table import over_one_denominator
from gametrade.games.coalitional.payoff_vector import exact_payoff_vector, payoff_vector
from gametrade.tolerance import decision_tolerance
from gametrade.typing import Coalition

MEMBERSHIP_PLAYERS = 12
"""Most players for which membership in the kernel or the bargaining set is decided."""


@dataclass(frozen=True, eq=False, slots=True)
class Membership(Shown):
    """The decision, by what margin, and the players and the coalition that come closest to contradicting it.

    Parameters
    ----------
    holds : bool or None
        Whether the payoffs belong to the set, to the tolerance; None if exact arithmetic could not decide.
    margin : float
        Slack of the tightest condition; negative by how much it fails. [money]
    reason : str
        The tightest condition in words.
    witness : tuple of str
        The coalition that shows it.
    tolerance : float
        What counted as zero; 0 in exact arithmetic. [money]
    evidence : mapping
        What a reader needs to check it: the players, coalitions and payoffs of the condition.
    """

    holds: bool | None
    margin: float
    reason: str
    witness: Coalition
    tolerance: float
    evidence: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        word = {True: "belongs", False: "does not belong", None: "is not decided"}[self.holds]
        return f"{word} (margin {self.margin:+.6g}): {self.reason}"


@dataclass(frozen=True, eq=False, slots=True)
class Excesses:
    r"""Excesses of all coalitions and what players get over being alone, as floats or in whole numbers.

    Parameters
    ----------
    game : CoalitionalGame
        n players.
    excess : ndarray of shape (2**n,)
        :math:`v(S) - x(S)` times `unit`, in bitmask order.
    over_alone : ndarray of shape (n,)
        :math:`x_i - v(\{i\})` times `unit`.
    unit : int
        1 for floats.
    tolerance : float
        What counts as zero. [money]
    """

    game: CoalitionalGame
    excess: NDArray[Any]
    over_alone: NDArray[Any]
    unit: int
    tolerance: float

    @classmethod
    def of(cls, game: CoalitionalGame, payoffs: Sequence[Any], *, exact: bool, what: str) -> Excesses:
        """Check the payoffs and tabulate the excesses."""
        check_game(game, what)
        n = game.n_players
        if n > MEMBERSHIP_PLAYERS:
            raise TooManyPlayersError(
                f"{what} is decided for at most {MEMBERSHIP_PLAYERS} players. Got {n}; "
                "blocking_coalition(game, payoffs) decides the core of hundreds."
            )
        x = payoff_vector(game, payoffs, what)
        if exact:
            numbers, denominator = integer_table(game)
            given = exact_payoff_vector(game, payoffs, what)
            whole, common = over_one_denominator([*given, Fraction(1, denominator)])
            excess = numbers.astype(object) * whole[-1] - subset_sums(np.array(whole[:-1], dtype=object))
            return cls(game, excess, -excess[1 << np.arange(n)], common, 0.0)
        excess = game.table() - subset_sums(x)
        return cls(game, excess, -excess[1 << np.arange(n)], 1, decision_tolerance(game.tolerance, x))

    def labels(self, mask: int) -> Coalition:
        """Labels of the players whose bits are set."""
        return tuple(label for i, label in enumerate(self.game.players) if mask >> i & 1)

    def money(self, number: Any) -> float:
        """A multiple of the unit as money."""
        return float(Fraction(number) / self.unit) if self.unit != 1 else float(number)

    def surplus(self, i: int, j: int) -> tuple[Any, int]:
        """Largest excess of a coalition with i and without j, and that coalition."""
        masks = np.arange(self.excess.size)
        masks = masks[(masks >> i & 1 == 1) & (masks >> j & 1 == 0)]
        best = int(masks[np.argmax(self.excess[masks])])
        return self.excess[best], best

    def no_imputation(self) -> Membership | None:
        """Why the payoffs are no imputation: not all is shared, or somebody gets less than alone."""
        grand = self.excess.size - 1
        missing, least = self.money(abs(self.excess[grand])), int(np.argmin(self.over_alone))
        if missing > self.tolerance:
            reason = f"the payoffs miss v(N) by {missing:.6g}"
            return Membership(False, -missing, reason, self.labels(grand), self.tolerance)
        short = self.money(self.over_alone[least])
        if short < -self.tolerance:
            reason = f"{self.game.players[least]} gets {-short:.6g} less than alone"
            return Membership(False, short, reason, self.labels(1 << least), self.tolerance)
        return None
