"""The core, the least core and the projection on them as readable pulp models: the second method."""

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
    everyone : pulp.LpConstraint
        The constraint of the grand coalition.
    """

    problem: pulp.LpProblem
    payoffs: list[pulp.LpVariable]
    rows: dict[int, pulp.LpConstraint]
    everyone: pulp.LpConstraint


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
            everyone = inside == float(table[mask])
            problem.addConstraint(everyone, "everyone")
        elif members.any():
            times = int(members.sum()) if weak else 1
            rows[mask] = inside + times * excess >= float(table[mask])
            problem.addConstraint(rows[mask], f"coalition_{mask}")
    return CoreModel(problem, payoffs, rows, everyone)


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


def projection_model(game: CoalitionalGame, start: FloatArray, norm: str, epsilon: float) -> CoreModel:
    """Write the point of the core nearest to some payoffs as a linear program.

    Parameters
    ----------
    game : CoalitionalGame
        At most 12 players.
    start : ndarray of shape (n,)
        Payoffs from which the distance is minimised. [money]
    norm : {"l1", "linf", "fee"}
        Sum of the changes, largest change, or largest loss.
    epsilon : float
        Excess that every coalition may keep, 0 for the core. [money]

    Returns
    -------
    CoreModel
        The model: one constraint a coalition, and two a player for the size of its change.

    Examples
    --------
    >>> import gametrade as gt
    >>> model = projection_model(gt.TableGame.from_values({("s", "b"): 6.0}), np.array([7.0, -1.0]), "linf", 0.0)
    >>> print(model.problem.objective)
    change
    """
    import pulp

    model = core_model(game, fixed_excess=epsilon)
    variable = getattr(model.problem, "add_variable", pulp.LpVariable)
    one = variable("change", lowBound=0) if norm != "l1" else None
    changes = [variable(f"change_{i}", lowBound=0) if one is None else one for i in range(game.n_players)]
    for i, (payoff, paid, change) in enumerate(zip(model.payoffs, start.tolist(), changes, strict=True)):
        model.problem.addConstraint(payoff + change >= paid, f"loss_{i}")
        if norm != "fee":
            model.problem.addConstraint(payoff - change <= paid, f"gain_{i}")
    model.problem.setObjective(pulp.lpSum(changes if one is None else [one]))
    return model


def solved_projection(
    game: CoalitionalGame, start: FloatArray, norm: str, epsilon: float
) -> tuple[FloatArray, FloatArray, float]:
    """Solve the model of the projection: the payoffs, and the multipliers of the coalitions.

    Parameters
    ----------
    game : CoalitionalGame
        At most 12 players.
    start : ndarray of shape (n,)
        Payoffs from which the distance is minimised. [money]
    norm : {"l1", "linf", "fee"}
        Which distance; least squares are no linear program.
    epsilon : float
        Excess that every coalition may keep. [money]

    Returns
    -------
    payoffs : ndarray of shape (n,)
        The nearest point. [money]
    multipliers : ndarray of shape (2**n,)
        Of the coalitions in bitmask order, at least 0; that of the empty and of the grand coalition is 0.
    everyone : float
        Multiplier of the grand coalition.

    Raises
    ------
    SolverError
        If pulp's solver does not end with an optimum.
    """
    import pulp

    gains, alone, unit = _in_units_of_gains(game)
    unit *= (size := max(1.0, float(np.abs(start - alone).max()) / unit))
    scaled = TableGame(game.players, gains.numbers / size)
    model = projection_model(scaled, (start - alone) / unit, norm, epsilon / unit)
    model.problem.solve(pulp.HiGHS(msg=False))
    if model.problem.status != pulp.LpStatusOptimal:
        raise SolverError("The pulp model of the projection was not solved.", pulp.LpStatus[model.problem.status])
    payoffs = alone + unit * np.array([variable.value() for variable in model.payoffs])
    multipliers = np.zeros(2**game.n_players)
    for mask, row in model.rows.items():
        multipliers[mask] = max(0.0, row.pi)
    return payoffs, multipliers, float(model.everyone.pi)


def _in_units_of_gains(game: CoalitionalGame) -> tuple[TableGame, FloatArray, float]:
    """The game of the gains over being alone in units of their range, what players get alone, and the unit."""
    check_table_size(game.n_players, "core_model", MODEL_PLAYERS)
    table, alone = ExactTable.zero_normalised(game, "core_model")
    unit = float(table.floats.max() - table.floats.min()) or 1.0
    return TableGame(game.players, table.floats / unit), np.array([float(value) for value in alone]), unit
