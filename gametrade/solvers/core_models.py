"""The core and the least core as readable pulp models with one row a coalition: the second method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gametrade.errors import SolverError
from gametrade.games.coalitional import CoalitionalGame, TableGame, all_coalitions
from gametrade.games.coalitional.game import check_table_size
from gametrade.solvers.exact_table import ExactTable
from gametrade.solvers.excess_levels import Level
from gametrade.solvers.excess_program import NO_DUAL
from gametrade.typing import FloatArray

if TYPE_CHECKING:
    import pulp

MODEL_PLAYERS = 12
"""Most players of a model that writes every coalition down."""


@dataclass(frozen=True, eq=False, slots=True)
class CoreModel:
    """A pulp model of the core or the least core, with its parts at hand.

    Parameters
    ----------
    problem : pulp.LpProblem
        The model.
    payoffs : list of pulp.LpVariable, length n
        Payoff of each player. [money]
    rows : dict of int to pulp.LpConstraint
        The constraint of each proper coalition, by bitmask.
    """

    problem: pulp.LpProblem
    payoffs: list[pulp.LpVariable]
    rows: dict[int, pulp.LpConstraint]


def core_model(game: CoalitionalGame, *, weak: bool = False, fixed_excess: float | None = None) -> CoreModel:
    """Write the least core, or the core, of a game as a linear program.

    Parameters
    ----------
    game : CoalitionalGame
        At most 12 players.
    weak : bool, default=False
        Whether the excess is per member.
    fixed_excess : float, optional
        Excess that every coalition may keep, e.g. 0 for the core; by default it is minimised. [money]

    Returns
    -------
    CoreModel
        The model; one constraint a coalition.

    Examples
    --------
    >>> import gametrade as gt
    >>> model = core_model(gt.TableGame.from_values({("s", "b"): 6.0}))
    >>> print(model.problem.objective)
    excess
    """
    import pulp

    n = game.n_players
    check_table_size(n, "core_model", MODEL_PLAYERS)
    problem = pulp.LpProblem("core", pulp.LpMinimize)
    variable = getattr(problem, "add_variable", pulp.LpVariable)
    payoffs = [variable(f"payoff_{i}") for i in range(n)]
    excess = variable("excess") if fixed_excess is None else fixed_excess
    problem.setObjective(pulp.lpSum([excess]))
    rows = {}
    table = game.table()
    for mask, members in enumerate(all_coalitions(n)):
        inside = pulp.lpSum(x for x, i in zip(payoffs, members, strict=True) if i)
        if members.all():
            problem.addConstraint(inside == float(table[mask]), "everyone")
        elif members.any():
            times = int(members.sum()) if weak else 1
            rows[mask] = inside + times * excess >= float(table[mask])
            problem.addConstraint(rows[mask], f"coalition_{mask}")
    return CoreModel(problem, payoffs, rows)


def solved_least_core(game: CoalitionalGame, *, weak: bool) -> tuple[Level, FloatArray]:
    """Solve the model of the least core: the coalitions with a positive dual, and the payoffs.

    Parameters
    ----------
    game : CoalitionalGame
        At most 12 players.
    weak : bool
        Whether the excess is per member.

    Returns
    -------
    level : Level
        What holds the least core up.
    payoffs : ndarray of shape (n,)
        A point of it. [money]

    Raises
    ------
    SolverError
        If pulp's solver does not end with an optimum.

    Notes
    -----
    The model is that of the gains over being alone, in units of their range: the solver's tolerances are absolute.
    """
    import pulp

    gains, alone, unit = _in_units_of_gains(game)
    model = core_model(gains, weak=weak)
    model.problem.solve(pulp.HiGHS(msg=False))
    if model.problem.status != pulp.LpStatusOptimal:
        raise SolverError("The pulp model of the least core was not solved.", pulp.LpStatus[model.problem.status])
    payoffs = alone + unit * np.array([variable.value() for variable in model.payoffs])
    masks = [mask for mask, row in model.rows.items() if abs(row.pi) > NO_DUAL]
    return Level(np.array(sorted(masks)), np.zeros(0, dtype=np.int64)), payoffs


def _in_units_of_gains(game: CoalitionalGame) -> tuple[TableGame, FloatArray, float]:
    """The game of the gains over being alone in units of their range, what players get alone, and the unit."""
    check_table_size(game.n_players, "core_model", MODEL_PLAYERS)
    table, alone = ExactTable.zero_normalised(game, "core_model")
    unit = float(table.floats.max() - table.floats.min()) or 1.0
    return TableGame(game.players, table.floats / unit), np.array([float(value) for value in alone]), unit
