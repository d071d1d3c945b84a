"""The least and the most that each home can get in the core, with the allocations that give it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gametrade.display import Shown, text_table
from gametrade.errors import InvalidInputError
from gametrade.games.coalitional import CoalitionalGame
from gametrade.games.coalitional.game import check_game
from gametrade.solvers.core_program import CorePoint, CoreProgram, CoreWeights
from gametrade.solvers.core_start import KnownPoint, known_point, supported_ends
from gametrade.solvers.deadline import deadline
from gametrade.tolerance import decision_tolerance
from gametrade.typing import ArrayLike, FloatArray


@dataclass(frozen=True, eq=False, slots=True)
class CoreIntervals(Shown):
    """Where each player's payoff lies over all allocations of the core, or of the least core if that is empty.

    Parameters
    ----------
    game : CoalitionalGame
        The game.
    epsilon : float
        What coalitions may still gain: 0, or the least-core excess if the core is empty. [money]
    low, high : ndarray of shape (n,)
        Least and most that a player gets in an allocation that was found and proved. [money]
    low_bound, high_bound : ndarray of shape (n,)
        What the weights prove: no allocation gives a player less, or more. [money]
    lowest, highest : ndarray of shape (n, n)
        Row i is the allocation with the least, or the most, for player i. [money]
    low_weights, high_weights : tuple of CoreWeights
        The proof of each bound.
    """

    game: CoalitionalGame
    epsilon: float
    low: FloatArray
    high: FloatArray
    low_bound: FloatArray
    high_bound: FloatArray
    lowest: FloatArray
    highest: FloatArray
    low_weights: tuple[CoreWeights, ...]
    high_weights: tuple[CoreWeights, ...]

    @property
    def width(self) -> float:
        """Largest distance between what was found and what is proved. [money]"""
        return float(max((self.low - self.low_bound).max(), (self.high_bound - self.high).max(), 0.0))

    @property
    def exact(self) -> bool:
        """Whether every end was attained to the tolerance of the game, and counts a few roundings."""
        return self.width <= 10 * decision_tolerance(self.game.tolerance, self.high)

    def outside(self, payoffs: ArrayLike) -> FloatArray:
        """How far payoffs lie outside: negative below the least, positive above the most, else 0, shape (n,). [money]

        Parameters
        ----------
        payoffs : array_like of shape (n,)
            Payoffs of a rule. [money]

        Returns
        -------
        ndarray of shape (n,)
            Zero for all says nothing: an allocation may respect every interval and still be blocked.
        """
        x = np.asarray(payoffs, dtype=float)
        return np.asarray(np.minimum(x - self.low_bound, 0) + np.maximum(x - self.high_bound, 0))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form with labels and the unit."""
        columns = zip(self.game.players, self.low, self.high, self.low_bound, self.high_bound, strict=True)
        rows = [dict(zip(("player", "low", "high", "low_bound", "high_bound"), row, strict=True)) for row in columns]
        intervals = [{name: v if isinstance(v, str) else float(v) for name, v in row.items()} for row in rows]
        return {"epsilon": self.epsilon, "exact": self.exact, "unit": self.game.unit, "intervals": intervals}

    def __str__(self) -> str:
        rows = zip(self.game.players, self.low_bound, self.low, self.high, self.high_bound, strict=True)
        header = ("player", "never below", "least found", "most found", "never above")
        table = text_table(header, [(label, *(f"{number:.4f}" for number in row)) for label, *row in rows])
        kind = f"least core (excess {self.epsilon:.6g})" if self.epsilon > self.game.tolerance else "core"
        return f"payoffs in the {kind}, {self.game.unit}\n{table}"


def core_intervals(game: CoalitionalGame, *, seconds: float = 600.0) -> CoreIntervals:
    r"""Find the least and the most that each player can get in the core.

    Parameters
    ----------
    game : CoalitionalGame
        A game with a table (at most 25 players), or a sharing or dispatch game of any size.
    seconds : float, default=600.0
        When the time is up, ends that are not reached yet stay brackets; a point of the core is found in any case.
        [s]

    Returns
    -------
    CoreIntervals
        Ends found, with the allocations that attain them, and ends proved, with their weights. Of the least core if
        the core is empty.

    Raises
    ------
    InvalidInputError
        If there is one player alone, or the time is no number of at least 0.
    SolverError
        If a linear program fails.

    Notes
    -----
    Two linear programs a player, from the last basis, over coalitions that are added as they are violated. An end is
    found once no coalition is wronged: by the table, or by the price tree of
    :func:`~gametrade.solvers.blocking_coalition.blocking_coalition`. Where the time runs out, the ends found
    are those over all prices that clear, or in a game without prices the point of the least core that shows whether
    the core is empty. The proof of an end is linear programming duality: weights
    :math:`\mu_S \ge 0` with :math:`\sum_{S \ni j} \mu_S + \nu = 1` for player i and 0 for the others give
    :math:`x_i \ge \sum_S \mu_S (v(S) - \varepsilon) + \nu v(N)`; what rounding leaves of the equations is charged at
    the widest payoffs.

    References
    ----------
    .. [1] L. S. Shapley, "On balanced sets and cores", Naval Res. Logist. Q. 14 (1967) 453-460.
       :doi:`10.1002/nav.3800140404`

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_values({("s1", "b"): 8, ("s2", "b"): 6, ("s1", "s2", "b"): 8})
    >>> found = core_intervals(game)
    >>> found.low.round(9), found.high.round(9)
    (array([0., 6., 0.]), array([2., 8., 0.]))
    """
    check_game(game, "core_intervals")
    if game.n_players < 2:
        raise InvalidInputError("core_intervals needs at least 2 players: one home alone gets everything.")
    until, known = deadline(seconds, "core_intervals"), known_point(game)
    epsilon = known.epsilon
    program = CoreProgram(game, epsilon, "core_intervals")
    ends = [_ends(game, program, i, known, until) for i in range(game.n_players)]
    points, bounds, weights = (list(column) for column in zip(*ends, strict=True))
    payoffs = np.array(points) + game.single_values
    proved = np.array(bounds) + game.single_values[:, None]
    each = np.arange(game.n_players)
    low, high = payoffs[:, 0][each, each], payoffs[:, 1][each, each]
    lower, upper = np.minimum(proved[:, 0], low), np.maximum(proved[:, 1], high)
    proofs = tuple(pair[0] for pair in weights), tuple(pair[1] for pair in weights)
    return CoreIntervals(game, epsilon, low, high, lower, upper, payoffs[:, 0], payoffs[:, 1], *proofs)


def _ends(
    game: CoalitionalGame, program: CoreProgram, i: int, start: KnownPoint, until: float
) -> tuple[tuple[FloatArray, FloatArray], tuple[float, float], tuple[CoreWeights, CoreWeights]]:
    """Allocations with the least and the most for player i, what is proved of both, and why."""
    tolerance, alone = game.tolerance, game.single_values
    points, bounds, proofs = [], [], []
    for sign, known in zip((1.0, -1.0), supported_ends(game, i) or (None, None), strict=True):
        aim = np.zeros(game.n_players)
        aim[i] = sign
        program.aim(aim)
        reach = np.inf if known is None else sign * known[i] - tolerance / 2
        point = program.solve(tolerance, until, lambda x, end=reach, to=sign: to * x[i] >= end)  # type: ignore[misc]
        bounds.append(sign * proved_least(program, point.weights, aim))
        proofs.append(point.weights)
        in_core = inside(point, program, tolerance)
        points.append(point.payoffs if in_core else start.or_given(known) - alone)
    return (points[0], points[1]), (bounds[0], bounds[1]), (proofs[0], proofs[1])


def inside(point: CorePoint, program: CoreProgram, tolerance: float) -> bool:
    """Whether the largest excess at a point is proved to be none.

    Parameters
    ----------
    point : CorePoint
        Payoffs and what is known about the excesses there.
    program : CoreProgram
        What it came from.
    tolerance : float
        Excess that counts as none. [money]

    Returns
    -------
    bool
        False also if nothing is proved.
    """
    return bool(point.largest.upper_bound <= program.epsilon + 1.001 * decision_tolerance(tolerance, point.payoffs))


def proved_least(program: CoreProgram, weights: CoreWeights, aim: FloatArray) -> float:
    """What weights prove about the least of a weighted sum of payoffs over being alone.

    Parameters
    ----------
    program : CoreProgram
        Values and bounds of payoffs.
    weights : CoreWeights
        Weights whose direction is nearly `aim`.
    aim : ndarray of shape (n,)
        Weights of the payoffs.

    Returns
    -------
    float
        The difference between the two is charged at the widest payoffs. [money]
    """
    rest = aim - weights.direction
    return program.guaranteed(weights) + float(np.minimum(rest * program.low, rest * program.high).sum())
