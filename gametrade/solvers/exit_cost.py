"""The exit cost per member at which no coalition gains by leaving."""

from __future__ import annotations

from dataclasses import dataclass

from gametrade.display import Shown
from gametrade.games.coalitional import (
    CoalitionalGame,
    DispatchGame,
    IndividualTariffGame,
    PayoffsLike,
    SharingGame,
    payoff_vector,
)
from gametrade.solvers.blocking_answer import BlockingCoalition
from gametrade.solvers.blocking_coalition import blocking_coalition
from gametrade.solvers.saddle_point import PRICE_GRID
from gametrade.typing import FloatArray

ROUNDS = 20
BRACKET_PLAYERS = 25
"""From this many homes on the cost is bracketed: at the critical cost many coalitions are nearly tied."""
ENOUGH = 0.002
"""A bracket is not improved for less than this share of the cost."""
OVERSHOOT = 0.05
"""Newton steps are stretched by this much, so that a handful of them ends above the root."""


@dataclass(frozen=True, eq=False, slots=True)
class ExitCost(Shown):
    """Smallest cost of leaving per member that keeps everybody in, with the coalition that needs it.

    Parameters
    ----------
    lower_bound, upper_bound : float
        Bracket of the cost per member. [money]
    coalition : BlockingCoalition or None
        The coalition with the largest excess per member, or None if nobody gains at no cost.
    proof : BlockingCoalition
        The answer at the upper end, whose own upper bound proves that nobody gains there.
    """

    lower_bound: float
    upper_bound: float
    coalition: BlockingCoalition | None
    proof: BlockingCoalition

    def __str__(self) -> str:
        leaver = (
            "nobody gains at no cost"
            if self.coalition is None
            else f"needed by {{{', '.join(self.coalition.coalition)}}}"
        )
        return f"exit cost per member from {self.lower_bound:.6g} to {self.upper_bound:.6g}: {leaver}"


def exit_cost_per_member(
    game: CoalitionalGame, payoffs: PayoffsLike, *, engine: str = "auto", known: BlockingCoalition | None = None
) -> ExitCost:
    r"""Find the smallest exit cost per member at which no coalition gains by leaving.

    .. math:: c^* = \max\Bigl(0,\ \max_{\emptyset \neq S \subsetneq N} \frac{v(S) - x(S)}{|S|}\Bigr)

    Parameters
    ----------
    game : CoalitionalGame
        n players.
    payoffs : array_like of shape (n,), mapping of label to payoff, or Allocation
        Payoff of each player. [money]
    engine : str, default="auto"
        Passed to :func:`blocking_coalition`; "auto" is the bracket for 25 homes and more.
    known : BlockingCoalition, optional
        The most profitable coalition at no cost, if it has been found already.

    Returns
    -------
    ExitCost
        Its two ends agree, to the tolerance of the game, where every step was proved.

    Notes
    -----
    Dinkelbach's method [1]_: raise the cost to the excess per member of the best coalition at the present
    cost until none gains. Usually two to five calls of :func:`blocking_coalition`.

    References
    ----------
    .. [1] W. Dinkelbach, "On nonlinear fractional programming", Manag. Sci. 13 (1967) 492-498.
       :doi:`10.1287/mnsc.13.7.492`

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("a", "c"): 6.0, ("b", "c"): 6.0, ("a", "b", "c"): 6.0})
    >>> exit_cost_per_member(game, [2.0, 2.0, 2.0]).lower_bound
    1.0
    """
    x = payoff_vector(game, payoffs, "exit_cost_per_member")
    if engine == "auto" and isinstance(game, SharingGame | DispatchGame) and game.n_players >= BRACKET_PLAYERS:
        engine = "bracket"
    cost, leaver = 0.0, None
    found = known or blocking_coalition(game, x, engine=engine, floor=0.0)
    for _ in range(ROUNDS):
        more = found.excess / int(found.members.sum())
        if found.excess <= found.tolerance or (engine == "bracket" and more <= ENOUGH * cost):
            break
        cost, leaver = cost + more, found
        found = blocking_coalition(game, x, engine=engine, exit_cost_per_member=cost, floor=0.0, near=found)
    proof = _raise_until_proved(game, x, found, engine)
    return ExitCost(cost, max(cost, proof.exit_cost_per_member), leaver, proof)


def _raise_until_proved(
    game: CoalitionalGame, x: FloatArray, found: BlockingCoalition, engine: str
) -> BlockingCoalition:
    """Raise the cost, by Newton's method on the price bound, until the bound shows that nobody gains."""
    for _ in range(ROUNDS):
        gains = _gains_at_prices(found)
        if found.upper_bound <= 1.001 * found.tolerance or gains is None:
            break
        margins = gains - x - found.exit_cost_per_member
        step = found.upper_bound / max(1, int((margins > 0).sum()))
        cost = found.exit_cost_per_member + (1 + OVERSHOOT) * step
        found = blocking_coalition(game, x, engine=engine, exit_cost_per_member=cost, floor=0.0, near=found)
    return found


def _gains_at_prices(found: BlockingCoalition) -> FloatArray | None:
    """What each player gains at the prices of an answer, None if it has none. [money]"""
    if found.dispatch_proof is not None:
        return found.dispatch_proof.leaves[0].bound.gains
    if found.price_tree is None:
        return None
    assert isinstance(found.game, SharingGame | IndividualTariffGame)
    return found.game.price_values(found.price_tree.paths[0] / PRICE_GRID)
