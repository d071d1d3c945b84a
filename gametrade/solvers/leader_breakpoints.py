"""The best price of a leader, exactly: every piece between the prices at which somebody's answer kinks."""

from __future__ import annotations

from typing import Any

import numpy as np

from gametrade.games.equilibrium import Equilibrium, Solution
from gametrade.games.stackelberg import PriceLeaderGame
from gametrade.games.stackelberg.pieces import Maxima, PiecewiseQuadratic
from gametrade.games.stackelberg.price_pieces import price_pieces
from gametrade.registry import solvers
from gametrade.typing import IntArray

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
    searched = [(part, pieces) for part in game.parts() if (pieces := price_pieces(part)) is not None]
    if not searched:
        told = f"Followers take more than the capacity of {game.capacity:g} at every price allowed."
        return Solution(game, "leader_breakpoints", (), complete=True, finding=told)
    found = [pieces.maxima() for _, pieces in searched]
    if not all(maxima.bounded for maxima in found):
        told = "The leader's payoff grows without bound as the price does: bound the price."
        return Solution(game, "leader_breakpoints", (), complete=True, finding=told)
    maxima, where = _joined(found)
    best = np.flatnonzero(maxima.tied)
    listed = _listed([pieces for _, pieces in searched])
    equilibria = tuple(
        _equilibrium(game, float(maxima.points[k]), searched[where[k]][0], {"bound": maxima.bound, **listed})
        for k in best[:MOST_SHOWN]
    )
    trace = tuple(
        {"price": float(p), "payoff": float(v), "global": bool(t)}
        for p, v, t in zip(*(part[:MOST_SHOWN] for part in _best_first(maxima)), strict=True)
    )
    return Solution(game, "leader_breakpoints", equilibria, complete=True, finding=_told(maxima), trace=trace)


def _equilibrium(game: PriceLeaderGame, price: float, part: PriceLeaderGame, proof: dict[str, Any]) -> Equilibrium:
    """One optimal price with the followers' answer and what proves it."""
    demands = part.demands(price)
    payoff = game.objective(price, demands)
    losses = game.follower_losses(price, demands)
    gap = float(losses.max())
    regrets = np.array([max(0.0, proof["bound"] - payoff), gap])
    certificate = {"kind": "leader_pieces", "price": price, "payoff": payoff, "follower_gap": gap, **proof}
    payoffs = np.array([payoff, game.consumer_surplus(price, demands)])
    notes = ("The followers' payoff is that of all together, their regret the largest of any one.",)
    return Equilibrium(game, (np.array([price]), demands), payoffs, regrets, "Stackelberg", certificate, notes)


def _joined(found: list[Maxima]) -> tuple[Maxima, IntArray]:
    """Maxima over adjoining intervals, and the interval of each; where two meet, the higher one counts."""
    where = np.repeat(np.arange(len(found)), [maxima.points.size for maxima in found])
    points = np.concatenate([maxima.points for maxima in found])
    values = np.concatenate([maxima.values for maxima in found])
    top = max(maxima.values.max() for maxima in found)
    close = top - max(float(maxima.values.max() - maxima.values[maxima.tied].min()) for maxima in found)
    tied = np.concatenate([maxima.tied for maxima in found]) & (values >= close)
    order = np.lexsort((-values, points))
    kept = order[np.append(True, np.diff(points[order]) > 0)]
    bound, pieces = max(maxima.bound for maxima in found), sum(maxima.pieces for maxima in found)
    return Maxima(points[kept], values[kept], tied[kept], bound, pieces), where[kept]


def _listed(searched: list[PiecewiseQuadratic]) -> dict[str, Any]:
    """All pieces of all intervals, JSON-ready."""
    listed = [pieces.to_dict() for pieces in searched]
    return {
        "feasible_from": float(searched[0].lower[0]),
        "n_pieces": sum(part["n_pieces"] for part in listed),
        "columns": listed[0]["columns"],
        "pieces": [row for part in listed for row in part["pieces"]],
    }


def _best_first(maxima: Maxima) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    order = np.argsort(-maxima.values, kind="stable")
    return maxima.points[order], maxima.values[order], maxima.tied[order]


def _told(maxima: Maxima) -> str:
    ties, others = int(maxima.tied.sum()), int((~maxima.tied).sum())
    head = f"Global optimum over {maxima.pieces} pieces"
    tie = f"; {ties} prices tie" if ties > 1 else ""
    return f"{head}{tie}; {others} other local {'maximum' if others == 1 else 'maxima'}."
