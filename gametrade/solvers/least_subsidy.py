"""The least money that, paid on top of an allocation, leaves no coalition a gain from leaving."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.display import Shown
from gametrade.games.coalitional import (
    CoalitionalGame,
    DispatchGame,
    PayoffsLike,
    SharingGame,
    all_coalitions,
    payoff_vector,
)
from gametrade.games.coalitional.dispatch import PROGRAM_PLAYERS
from gametrade.optimise import Program, maximise
from gametrade.solvers.blocking_answer import BlockingCoalition
from gametrade.solvers.blocking_coalition import blocking_coalition
from gametrade.solvers.saddle_point import PRICE_GRID
from gametrade.tolerance import decision_tolerance
from gametrade.typing import BoolArray, FloatArray

TABLE_LIMIT = 16
"""Most players for which the subsidy is exact over all coalitions."""

BATCH = 24
"""Coalitions added to the linear program at once."""

ROUNDS = 4
"""Rounds of row generation when the oracle is a bracket."""

NARROW = 0.01
"""Relative width at which a bracket is narrow enough."""


@dataclass(frozen=True, eq=False, slots=True)
class LeastSubsidy(Shown):
    """Least total subsidy, who gets it, and the weights on coalitions that prove it cannot be less.

    Parameters
    ----------
    subsidy : ndarray of shape (n,)
        Payment to each player with which nobody leaves. [money]
    lower_bound, upper_bound : float
        Bracket of the least total; the upper end is the total of `subsidy`. [money]
    coalitions : ndarray of bool, shape (k, n)
        Coalitions whose excesses need the subsidy.
    weights : ndarray of shape (k,)
        Non-negative weights, at most 1 in sum over the coalitions of any player.
    from_price_path : bool
        Whether the subsidy tops every home up to its gain at one price path, rather than being the least.
    """

    subsidy: FloatArray
    lower_bound: float
    upper_bound: float
    coalitions: BoolArray
    weights: FloatArray
    from_price_path: bool = False

    def __str__(self) -> str:
        return (
            f"least subsidy from {self.lower_bound:.6g} to {self.upper_bound:.6g}, "
            f"paid to {int((self.subsidy > 0).sum())} of {len(self.subsidy)} players"
        )


def least_subsidy(
    game: CoalitionalGame, payoffs: PayoffsLike, *, known: BlockingCoalition | None = None
) -> LeastSubsidy:
    r"""Find the least total subsidy under which no coalition gains by leaving.

    .. math:: \min \sum_i t_i \quad \text{s.t.}\quad t \ge 0,\quad x(S) + t(S) \ge v(S)\ \ \forall S \subseteq N

    Parameters
    ----------
    game : CoalitionalGame
        A sharing or dispatch game of any size, or any game with at most 16 players.
    payoffs : array_like of shape (n,), mapping of label to payoff, or Allocation
        Payoff of each player. [money]
    known : BlockingCoalition, optional
        The most profitable coalition, if it has been found already.

    Returns
    -------
    LeastSubsidy
        Exact for at most 16 players; above, a bracket from the coalitions met and from one price path.

    Notes
    -----
    Row generation: the linear program over the coalitions met so far gives a subsidy and, by its dual
    (the weights), a lower bound [1]_. Any price path gives a feasible subsidy
    :math:`t_i = \max(0, w_i(\lambda) - x_i)`, so largest excess <= least subsidy <= its total. It is not
    the largest excess: disjoint or overlapping coalitions may have to be paid at the same time.

    References
    ----------
    .. [1] L. S. Shapley, "On balanced sets and cores", Naval Res. Logist. Q. 14 (1967) 453-460.
       :doi:`10.1002/nav.3800140404`

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("a", "c"): 6.0, ("b", "c"): 6.0, ("a", "b", "c"): 6.0})
    >>> round(least_subsidy(game, [2.0, 2.0, 2.0]).upper_bound, 9)
    2.0
    """
    x = payoff_vector(game, payoffs, "least_subsidy")
    most = PROGRAM_PLAYERS if isinstance(game, DispatchGame) else TABLE_LIMIT
    if game.n_players <= most or not isinstance(game, SharingGame | DispatchGame):
        return _exact(game, x)
    return _bracket(game, x, known)


def _exact(game: CoalitionalGame, x: FloatArray) -> LeastSubsidy:
    """Row generation over the table of all coalitions."""
    rows, table = all_coalitions(game.n_players), game.table()
    excess = table - rows @ x
    tolerance = decision_tolerance(game.tolerance, x)
    chosen = np.array([len(rows) - 1])
    while True:
        subsidy, weights, total = _program(rows[chosen], excess[chosen])
        left = excess - rows @ subsidy
        left[chosen] = -np.inf
        worst = np.argsort(-left, kind="stable")[:BATCH]
        worst = worst[left[worst] > tolerance]
        if not len(worst):
            return LeastSubsidy(subsidy, total, float(subsidy.sum()), rows[chosen], weights)
        chosen = np.concatenate([chosen, worst])


def _bracket(game: SharingGame | DispatchGame, x: FloatArray, known: BlockingCoalition | None) -> LeastSubsidy:
    """A few rounds of row generation from below, the best single price path from above."""
    answer = known or blocking_coalition(game, x, engine="bracket")
    feasible = _top_up(game, answer, x)
    rows = np.array([np.ones(game.n_players, dtype=bool), answer.members])
    for _ in range(ROUNDS):
        excess = game.values(rows) - rows @ x
        subsidy, weights, total = _program(rows, excess)
        if total >= (1 - NARROW) * float(feasible.sum()):
            break
        found = blocking_coalition(game, x + subsidy, engine="bracket", near=answer)
        if found.excess <= found.tolerance:
            break
        rows = np.vstack([rows, found.members])
    return LeastSubsidy(feasible, total, max(total, float(feasible.sum())), rows[: len(weights)], weights, True)


def _top_up(game: SharingGame | DispatchGame, answer: BlockingCoalition, x: FloatArray) -> FloatArray:
    """What lifts every home to its gain at the prices of an answer, with the worth of a joint limit on top."""
    if isinstance(game, SharingGame):
        assert answer.price_tree is not None
        return np.asarray(np.maximum(0, game.price_values(answer.price_tree.paths[0] / PRICE_GRID) - x))
    assert answer.dispatch_proof is not None
    bound = answer.dispatch_proof.leaves[0].bound
    return np.asarray(np.maximum(0, bound.gains - x) + bound.joint_value)


def _program(rows: BoolArray, excess: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    """Maximise the weighted excess with at most weight 1 on each player; its row duals are the subsidy."""
    from scipy.sparse import csr_matrix

    k, n = rows.shape
    scale = max(float(np.abs(excess).max()), 1e-300)
    answer = maximise(
        Program(
            gain=excess / scale,
            matrix=csr_matrix(rows.T.astype(float)),
            row_lower=np.full(n, -np.inf),
            row_upper=np.ones(n),
            lower=np.zeros(k),
            upper=np.full(k, np.inf),
        )
    )
    weights = np.maximum(0, answer.variables)
    weights /= max(1.0, float((rows.T @ weights).max()))
    return np.abs(answer.row_duals) * scale, weights, max(0.0, float(weights @ excess))
