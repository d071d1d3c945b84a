"""The answer to the question who gains most by leaving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gametrade.display import Shown
from gametrade.games.coalitional import CoalitionalGame
from gametrade.solvers.dispatch_proof import DispatchProof
from gametrade.solvers.price_tree import PriceTree
from gametrade.tolerance import decision_tolerance
from gametrade.typing import BoolArray, Coalition, FloatArray

ROUNDED = 1.001
"""Multiple of the tolerance up to which a bound may come out above it by rounding."""


def gains_by_leaving(excess: float, upper_bound: float, tolerance: float) -> bool | None:
    """Whether some coalition gains by leaving; None if the bracket straddles the tolerance.

    Parameters
    ----------
    excess, upper_bound : float
        Bracket of the largest excess. [money]
    tolerance : float
        Excess below which nobody is said to gain. [money]

    Returns
    -------
    bool or None

    Examples
    --------
    >>> gains_by_leaving(2.0, 3.0, 1e-9), gains_by_leaving(-2.0, 0.0, 1e-9), gains_by_leaving(-2.0, 3.0, 1e-9)
    (True, False, None)
    """
    if excess > tolerance:
        return True
    return False if upper_bound <= ROUNDED * tolerance else None


@dataclass(frozen=True, eq=False)
class BlockingCoalition(Shown):
    """The allowed coalition with the largest excess, and an upper bound on every other.

    Parameters
    ----------
    game : CoalitionalGame
        The game.
    payoffs : ndarray of shape (n,)
        The payoff vector under test. [money]
    members : ndarray of bool, shape (n,)
        The best coalition found.
    excess : float
        What it gains by leaving, net of exit costs; negative if it loses. A lower bound on the largest
        excess. [money]
    upper_bound : float
        No allowed coalition gains more. [money]
    proved : bool
        Whether the two agree to the tolerance of the game; otherwise they bracket the truth.
    engine : str
        What found it.
    price_tree : PriceTree or None
        Proof of the upper bound for a sharing game.
    others : tuple of (coalition, excess)
        The next most profitable ones, when asked for.
    smallest, largest : int
        Sizes of the coalitions that were allowed.
    exit_cost, exit_cost_per_member : float
        Cost of leaving that the excess is net of. [money]
    groups : tuple of coalitions
        Groups inside which a coalition had to lie; empty if any home may join any other.
    dispatch_proof : DispatchProof or None
        Proof of the upper bound for a dispatch game.
    """

    game: CoalitionalGame
    payoffs: FloatArray
    members: BoolArray
    excess: float
    upper_bound: float
    proved: bool
    engine: str
    price_tree: PriceTree | None = None
    others: tuple[tuple[Coalition, float], ...] = ()
    smallest: int = 1
    largest: int = 0
    exit_cost: float = 0.0
    exit_cost_per_member: float = 0.0
    groups: tuple[Coalition, ...] = ()
    dispatch_proof: DispatchProof | None = None

    @property
    def tolerance(self) -> float:
        """Excess below which nobody is said to gain. [money]"""
        return decision_tolerance(self.game.tolerance, self.payoffs)

    @property
    def coalition(self) -> Coalition:
        """Labels of the members, in player order."""
        return self.game.labels(self.members)

    @property
    def blocks(self) -> bool | None:
        """Whether some coalition gains by leaving; None if the bracket straddles the tolerance."""
        if self.proved:
            return self.excess > self.tolerance
        return gains_by_leaving(self.excess, self.upper_bound, self.tolerance)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form with labels and the unit."""
        return {
            "coalition": list(self.coalition),
            "excess": self.excess,
            "upper_bound": self.upper_bound,
            "status": "proved" if self.proved else "bracketed",
            "engine": self.engine,
            "unit": self.game.unit,
            "others": [{"coalition": list(labels), "excess": excess} for labels, excess in self.others],
        }

    def __str__(self) -> str:
        verb = {True: "gains", False: "does not gain", None: "may gain"}[self.blocks]
        status = "proved" if self.proved else f"largest excess at most {self.upper_bound:.4f}, not proved exact"
        names = ", ".join(self.coalition[:12]) + (", ..." if len(self.coalition) > 12 else "")
        return (
            f"{{{names}}} ({len(self.coalition)} of {self.game.n_players}) {verb} by leaving: "
            f"{self.excess:+.4f} {self.game.unit} ({status})"
        )
