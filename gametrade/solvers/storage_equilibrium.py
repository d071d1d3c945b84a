"""Storage investment under a spot market: the theorem's capacities, checked firm by firm."""

from __future__ import annotations

import numpy as np

from gametrade.games.equilibrium import Solution
from gametrade.games.stackelberg.storage_investment import StorageInvestmentGame
from gametrade.registry import solvers
from gametrade.solvers.diagonalisation import diagonalisation
from gametrade.solvers.leader_reply import leader_reply
from gametrade.solvers.leader_scan import stackelberg_point


@solvers.register(
    plays=("StorageInvestmentGame",), first_choice_for=("StorageInvestmentGame",), source="Kalathil et al. 2019"
)
def storage_equilibrium(game: StorageInvestmentGame, *, gap: float = 1e-7) -> Solution:
    """Give each firm the storage it expects to need on a day when all storage is just enough.

    Parameters
    ----------
    game : StorageInvestmentGame
        Firms with jointly normal peak demands.
    gap : float, default=1e-7
        Share of a firm's range of costs at which the search for a better capacity stops.

    Returns
    -------
    Solution
        The theorem's capacities with every firm's regret, bounded by branch and bound on its non-convex cost;
        complete under alignment. Where they are no equilibrium, what taking turns finds, or that it found none.

    Notes
    -----
    Alignment is checked, not assumed: without it the theorem says nothing, the answer says so, and the regrets
    decide.

    Examples
    --------
    >>> from gametrade.games.stackelberg import StorageInvestmentGame
    >>> firms = StorageInvestmentGame([10, 6], [[4, 1], [1, 3]], high_price=54, low_price=21.5, storage_cost=13)
    >>> answer = storage_equilibrium(firms)
    >>> answer.complete, answer[0].regret < 1e-4
    (True, True)
    """
    capacities = game.closed_form()
    lower = np.concatenate([points.lower for points in game.sets])
    upper = np.concatenate([points.upper for points in game.sets])
    warning = "" if game.aligned else f"Not aligned: demand of {_against(game)} falls when that of all rises."
    if ((capacities >= lower) & (capacities <= upper)).all():
        replies = tuple(leader_reply(game, firm, capacities, gap=gap) for firm in range(game.n_leaders))
        point = stackelberg_point(game, capacities, replies)
        spread = max(float(np.ptp(reply.values)) + abs(reply.value) for reply in replies)
        if point.regrets[:-1].max() <= 1e-5 * spread:
            told = "The only equilibrium, and the social optimum." if game.aligned else warning
            return Solution(game, "storage_equilibrium", (point,), complete=game.aligned, finding=told)
    reached = diagonalisation(game)
    told = f"{warning} The theorem's capacities are no equilibrium here. {reached.finding}".strip()
    return Solution(game, "storage_equilibrium", reached.equilibria, False, told, reached.trace, reached.cycle)


def _against(game: StorageInvestmentGame) -> str:
    """Firms whose demand moves against the total."""
    return ", ".join(label for label, load in zip(game.leaders, game.loadings, strict=True) if load < 0)
