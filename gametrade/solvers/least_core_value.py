"""The least core: the smallest excess that some coalition keeps under every payoff vector, with its proof."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from gametrade.display import Shown
from gametrade.errors import InvalidInputError, SolverError
from gametrade.games.coalitional import CoalitionalGame, all_coalitions
from gametrade.games.coalitional.game import check_game
from gametrade.solvers.exact_excess import largest_excess
from gametrade.solvers.exact_table import ExactTable
from gametrade.solvers.excess_levels import Level, LevelSearch
from gametrade.solvers.excess_scan import ExcessScan
from gametrade.solvers.integer_span import balancing_weights
from gametrade.solvers.kohlberg import everyone_alone, members_of
from gametrade.tolerance import RELATIVE_TOLERANCE, ROUNDING
from gametrade.typing import BoolArray, FloatArray

SOLVERS = ("highs", "pulp")


@dataclass(frozen=True, eq=False, slots=True)
class LeastCore(Shown):
    r"""Least largest excess, a payoff vector that has it, and the balanced collection that proves it is least.

    Parameters
    ----------
    epsilon : float
        Smallest number with :math:`x(S) \ge v(S) - \varepsilon` (or :math:`- \varepsilon |S|`) for all proper
        coalitions under some x; negative if the core has room to spare, positive if it is empty. [money]
    fraction : Fraction
        What the weights prove it cannot be below, without rounding. [money]
    payoffs : ndarray of shape (n,)
        A vector of the least core. [money]
    gap : float
        Most by which its largest excess is above `fraction`, rounding included. [money]
    coalitions : ndarray of bool, shape (k, n)
        A balanced collection.
    weights : tuple of Fraction, length k
        Positive, adding up to 1 over the coalitions of every player.
    weak : bool
        Whether the excess is per member.
    tolerance : float
        Below which an excess counts as none. [money]
    """

    epsilon: float
    fraction: Fraction
    payoffs: FloatArray
    gap: float
    coalitions: BoolArray
    weights: tuple[Fraction, ...]
    weak: bool
    tolerance: float

    def __str__(self) -> str:
        word = "weak" if self.weak else "strong"
        return f"{word} least core: excess {self.epsilon:.6g}, held up by {len(self.weights)} balanced coalitions"


def least_core_value(game: CoalitionalGame, *, weak: bool = False, solver: str = "highs") -> LeastCore:
    r"""Find how small the largest excess can be made.

    .. math:: \min \varepsilon \quad \text{s.t.} \quad x(N) = v(N),\quad x(S) \ge v(S) - \varepsilon
              \quad \forall\, \emptyset \ne S \subset N

    Parameters
    ----------
    game : CoalitionalGame
        At least 2 players, and a table.
    weak : bool, default=False
        Whether every member adds :math:`\varepsilon` (:math:`\varepsilon |S|` in all) instead of the coalition.
    solver : {"highs", "pulp"}
        Row generation with HiGHS, or one readable pulp model with all rows for at most 12 players.

    Returns
    -------
    LeastCore
        Value, point and proof. The bound from below is exact; the point is checked against every coalition.

    Raises
    ------
    InvalidInputError
        If there is one player alone, or no such solver.
    SolverError
        If the linear program fails or its answer is not certified.

    Notes
    -----
    The dual gives weights :math:`\lambda_S > 0` with :math:`\sum_{S \ni i} \lambda_S = 1` for every player, and
    :math:`\varepsilon = (\sum \lambda_S v(S) - v(N)) / \sum \lambda_S`, with :math:`\lambda_S |S|` below the line
    if weak [1]_. The weights are whole numbers over one denominator, and both sides are checked exactly. A few
    passes over the table.

    References
    ----------
    .. [1] M. Maschler, B. Peleg and L. S. Shapley, "Geometric properties of the kernel, nucleolus, and related
       solution concepts", Math. Oper. Res. 4 (1979) 303-338. :doi:`10.1287/moor.4.4.303`

    Examples
    --------
    >>> import gametrade as gt
    >>> game = gt.TableGame.from_function("abc", lambda coalition: float(len(coalition) >= 2))
    >>> answer = least_core_value(game)
    >>> str(answer.fraction), [str(weight) for weight in answer.weights]
    ('1/3', ['1/2', '1/2', '1/2'])
    """
    check_question(game, "least_core_value", solver)
    table = ExactTable.of_size(game, "least_core")
    if solver == "pulp":
        from gametrade.solvers.core_models import solved_least_core

        level, payoffs = solved_least_core(game, weak=weak)
    else:
        search = level_search(table, weak)
        level, payoffs = (next(iter(search.levels(1)))[0], search.payoffs) if search else no_gains(table)
    return proved(table, level, payoffs, weak)


def check_question(game: CoalitionalGame, what: str, solver: str = "highs") -> None:
    """Refuse what is no game of two or more players, and solvers that are not there.

    Parameters
    ----------
    game : CoalitionalGame
        What was given as the game.
    what : str
        Function that was called, for the message.
    solver : str, default="highs"
        Name of the solver.

    Raises
    ------
    InvalidInputError
        If it is no coalitional game, there is one player alone, or no such solver.
    """
    check_game(game, what)
    if game.n_players < 2:
        raise InvalidInputError(f"{what} needs at least 2 players: one alone has no proper coalition. Got 1.")
    if solver not in SOLVERS:
        raise InvalidInputError(f"solver of {what} must be one of {', '.join(SOLVERS)}. Got {solver!r}.")


def level_search(table: ExactTable, per_member: bool) -> LevelSearch | None:
    """A search without bounds on single players; None for a game without gains."""
    scan, alone = ExcessScan(table.floats), table.alone
    low, high = scan.spread(alone)
    if high - low <= ROUNDING * float(np.abs(alone).sum()):
        return None
    return LevelSearch(scan, alone, high - low, per_member, bounded=False)


def no_gains(table: ExactTable) -> tuple[Level, FloatArray]:
    """Players alone hold the level up where coalitions gain nothing."""
    everyone, alone = np.arange(table.n_players), table.alone
    return Level(1 << everyone, everyone[:0]), alone + (table.grand_value - float(alone.sum())) / table.n_players


def proved(table: ExactTable, level: Level, payoffs: FloatArray, weak: bool) -> LeastCore:
    """Weights in whole numbers, the value that they prove, and how far the point is from it."""
    numbers = weights_of(level, table.n_players)
    fraction, weights = dual_value(table, level, numbers, weak)
    point = [Fraction(x) for x in payoffs.tolist()]
    gap = float(largest_excess(table, point, per_member=weak, exact=False) - fraction)
    tolerance = allowed_gap(table, point)
    if gap > tolerance:
        raise SolverError(f"The least core is only proved up to {gap:.3g}.", "not certified")
    members = all_coalitions(table.n_players, level.masks)
    return LeastCore(float(fraction), fraction, payoffs, max(0.0, gap), members, weights, weak, tolerance)


def allowed_gap(table: ExactTable, point: list[Fraction]) -> float:
    """Tolerance of the game, or the rounding of its numbers. [money]"""
    low, high = ExcessScan(table.floats).spread(table.alone)
    size = sum(abs(float(x)) for x in point)
    return max(RELATIVE_TOLERANCE * (high - low), ROUNDING * size, 8 * table.rounding(point))


def weights_of(level: Level, n_players: int) -> list[int]:
    """Positive whole numbers with which the coalitions of the first level balance."""
    numbers = balancing_weights(everyone_alone(n_players), members_of(level, n_players))
    if numbers is None or min(numbers) <= 0:
        raise SolverError("The coalitions that hold the least core up do not balance.", "not certified")
    return numbers


def dual_value(
    table: ExactTable, level: Level, numbers: list[int], weak: bool
) -> tuple[Fraction, tuple[Fraction, ...]]:
    """Excess that no payoff vector gets below, from weights that balance; and the weights over their sum on a player.

    Raises
    ------
    InvalidInputError
        If the weights do not add up to the same on every player.
    """
    rows = all_coalitions(table.n_players, level.masks)
    loads = [sum(w for w, row in zip(numbers, rows, strict=True) if row[i]) for i in range(rows.shape[1])]
    if len(set(loads)) != 1 or min(numbers) <= 0:
        raise InvalidInputError("balancing weights must be positive and add up to the same on every player.")
    values, denominator = table.values(np.append(level.masks, len(table.floats) - 1))
    total = sum(w * int(v) for w, v in zip(numbers, values[:-1], strict=True)) - loads[0] * int(values[-1])
    sizes = rows.sum(axis=1).tolist() if weak else [1] * len(numbers)
    below = sum(w * size for w, size in zip(numbers, sizes, strict=True))
    return Fraction(total, denominator * below), tuple(Fraction(w, loads[0]) for w in numbers)
