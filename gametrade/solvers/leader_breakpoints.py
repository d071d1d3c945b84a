"""The best price of a leader, exactly: every piece between the prices at which somebody's answer kinks."""

from __future__ import annotations

import numpy as np

from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.games.stackelberg import PriceLeaderGame
from gametrade.games.stackelberg.pieces import Maxima, PiecewiseQuadratic
from gametrade.games.stackelberg.price_pieces import price_pieces
from gametrade.registry import solvers

MOST_SHOWN = 100
"""Tied optima that become equilibria, and local ones that are listed; how many there are is always told."""


@solvers.register(plays=("PriceLeaderGame",), first_choice_for=("PriceLeaderGame",), source="von Stackelberg 1934")
def leader_breakpoints(game: PriceLeaderGame) -> Solution:
    r"""Find the leader's best price among all prices, not on a grid, and every price that ties with it.

    Parameters
    ----------
    game : PriceLeaderGame
        Followers with quadratic utility on intervals, any number of them.

    Returns
    -------
    Solution
        One equilibrium for each tied global optimum, complete; no equilibrium if demand exceeds the capacity
        at every price, or if the payoff grows without bound. The trace lists the local maxima.

    Notes
    -----
    The 2n prices at which a follower reaches a bound are sorted; between two of them the payoff is a quadratic
    whose coefficients follow from running sums, and its vertex and both ends are compared with all others. Every
    piece counts, so the optimum is global: the leader's regret is the largest value of any piece, rounding
    included, less the payoff evaluated afresh at the price. Cost O(n log n).

    Where the largest value is attained on a flat stretch, its ends are reported.

    Examples
    --------
    A retailer could serve both customers, or the one who pays more:

    >>> from gametrade.games.stackelberg import PriceLeaderGame
    >>> answer = leader_breakpoints(PriceLeaderGame([10.0, 4.0], [1.0, 0.1], unit_cost=1.0))
    >>> round(float(answer[0].strategies[0][0]), 4), round(float(answer[0].payoffs[0]), 4)
    (2.7727, 34.5682)
    >>> [(round(step["price"], 4), round(step["payoff"], 4)) for step in answer.trace if not step["global"]]
    [(5.5, 20.25), (10.0, 0.0)]
    """
    pieces = price_pieces(game)
    if pieces is None:
        told = f"Followers take more than the capacity of {game.capacity:g} at every price allowed."
        return Solution(game, "leader_breakpoints", (), complete=True, finding=told)
    maxima = pieces.maxima()
    if not maxima.bounded:
        told = "The leader's payoff grows without bound as the price does: bound the price."
        return Solution(game, "leader_breakpoints", (), complete=True, finding=told)
    best = np.flatnonzero(maxima.tied)
    equilibria = tuple(_equilibrium(game, float(maxima.points[k]), maxima, pieces) for k in best[:MOST_SHOWN])
    trace = tuple(
        {"price": float(p), "payoff": float(v), "global": bool(t)}
        for p, v, t in zip(*(part[:MOST_SHOWN] for part in _best_first(maxima)), strict=True)
    )
    return Solution(game, "leader_breakpoints", equilibria, complete=True, finding=_told(maxima), trace=trace)


def _equilibrium(game: PriceLeaderGame, price: float, maxima: Maxima, pieces: PiecewiseQuadratic) -> Equilibrium:
    """One optimal price with the followers' answer and what proves it."""
    demands = game.demands(price)
    payoff = game.objective(price, demands)
    losses = game.follower_losses(price, demands)
    regrets = np.array([max(0.0, maxima.bound - payoff), losses.max()])
    certificate = {
        "kind": "leader_pieces",
        "price": price,
        "payoff": payoff,
        "bound": maxima.bound,
        "follower_gap": float(losses.max()),
        "feasible_from": float(pieces.lower[0]),
        **pieces.to_dict(),
    }
    payoffs = np.array([payoff, game.consumer_surplus(price, demands)])
    notes = ("The followers' payoff is that of all together, their regret the largest of any one.",)
    return Equilibrium(game, (np.array([price]), demands), payoffs, regrets, "Stackelberg", certificate, notes)


def _best_first(maxima: Maxima) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    order = np.argsort(-maxima.values, kind="stable")
    return maxima.points[order], maxima.values[order], maxima.tied[order]


def _told(maxima: Maxima) -> str:
    ties, others = int(maxima.tied.sum()), int((~maxima.tied).sum())
    head = f"Global optimum over {maxima.pieces} pieces"
    tie = f"; {ties} prices tie" if ties > 1 else ""
    return f"{head}{tie}; {others} other local {'maximum' if others == 1 else 'maxima'}."
