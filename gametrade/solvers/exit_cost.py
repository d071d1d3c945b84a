"""The exit cost per member at which no coalition gains by leaving."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.games.coalitional import CoalitionalGame
from gametrade.solvers.blocking_coalition import BlockingCoalition, blocking_coalition
from gametrade.typing import ArrayLike

ROUNDS = 20


@dataclass(frozen=True, eq=False, slots=True)
class ExitCost:
    """Smallest cost of leaving per member that keeps everybody in, with the coalition that needs it.

    Parameters
    ----------
    lower_bound, upper_bound : float
        Bracket of the cost per member. [money]
    coalition : BlockingCoalition or None
        The coalition with the largest excess per member, or None if nobody gains at no cost.
    proof : BlockingCoalition
        The answer at the final cost, whose upper bound proves that nobody gains.
    """

    lower_bound: float
    upper_bound: float
    coalition: BlockingCoalition | None
    proof: BlockingCoalition


def exit_cost_per_member(game: CoalitionalGame, payoffs: ArrayLike, *, engine: str = "auto") -> ExitCost:
    r"""Find the smallest exit cost per member at which no coalition gains by leaving.

    .. math:: c^* = \max\Bigl(0,\ \max_{\emptyset \neq S \subsetneq N} \frac{v(S) - x(S)}{|S|}\Bigr)

    Parameters
    ----------
    game : CoalitionalGame
        n players.
    payoffs : array_like of shape (n,)
        Payoff of each player. [money]
    engine : str, default="auto"
        Passed to :func:`blocking_coalition`.

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
    x = np.array(payoffs, dtype=float)
    cost, leaver = 0.0, None
    for _ in range(ROUNDS):
        found = blocking_coalition(game, x, engine=engine, exit_cost_per_member=cost, floor=0.0)
        if found.excess <= game.tolerance:
            break
        members = int(found.members.sum())
        cost += found.excess / members
        leaver = found
    slack = max(0.0, found.upper_bound) if found.excess <= game.tolerance else np.inf
    return ExitCost(cost, cost + slack, leaver, found)
