"""Solving joint programs: one coalition, or many in a row from the last basis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gametrade.errors import SolverError
from gametrade.games.coalitional.dispatch_program import JointProgram
from gametrade.games.coalitional.dispatch_terms import PricePath
from gametrade.optimise import silent_highs
from gametrade.typing import BoolArray, FloatArray

SHARPEST = 1e-10
"""Least feasibility tolerance that HiGHS accepts; programs are in units of order one."""


@dataclass(frozen=True, eq=False)
class Dispatch:
    """Optimum of a joint program.

    Parameters
    ----------
    cost : float
        Least cost of its homes. [money]
    plans : tuple of ndarray
        What each home does, its columns. [kWh]
    prices : PricePath
        Dual prices.
    values : tuple of ndarray of shape (T,)
        Each home's own value of a kWh. [money/kWh]
    multipliers : tuple of ndarray
        Dual values of each home's own rows. [money/kWh]
    peak : float
        Largest joint import, 0 if there is no peak charge. [kWh]
    """

    cost: float
    plans: tuple[FloatArray, ...]
    prices: PricePath
    values: tuple[FloatArray, ...]
    multipliers: tuple[FloatArray, ...]
    peak: float


class Solver:
    """A joint program in HiGHS whose coalition, energies and costs can change while the last basis is kept.

    Parameters
    ----------
    program : JointProgram
        The template.
    """

    def __init__(self, program: JointProgram) -> None:
        self.program = program
        self.template = program.arrays
        widths = np.diff(program.first_column)
        self._home_of_column = np.concatenate(
            [np.full(program.first_column[0], -1), np.repeat(np.arange(widths.size), widths)]
        )
        self._highs: Any = None

    def cost(self, members: BoolArray) -> float | None:
        """Least cost of a coalition, None if its limits cannot be met. [money]"""
        if not self.solve(members):
            return None
        chosen = self._highs.getInfo().objective_function_value if self._highs else 0.0
        return float((chosen + self.template.fixed_cost @ members.astype(float)) * self.program.money_unit)

    def solve(self, members: BoolArray) -> bool:
        """Solve for a coalition; False if its limits cannot be met.

        Parameters
        ----------
        members : ndarray of bool, shape (n,)
            The coalition.

        Returns
        -------
        bool
            Whether there is an optimum.

        Raises
        ------
        SolverError
            If HiGHS ends with neither an optimum nor a proof that there is none.
        """
        low, high = self.template.limits(members)
        inside = np.append(members, True)[self._home_of_column]
        upper = np.where(inside, self.template.upper, 0.0)
        if not upper.size:
            return bool((high >= -SHARPEST).all())
        if self._highs is None:
            self._highs = silent_highs()
            self._highs.passModel(self.template.model(low, high, upper))
        else:
            columns = np.arange(upper.size, dtype=np.int32)
            self._highs.changeColsBounds(upper.size, columns, np.zeros(upper.size), upper)
            self._highs.changeRowsBounds(high.size, np.arange(high.size, dtype=np.int32), low, high)
        return run(self._highs, "the joint program of a coalition")

    def answer(self) -> tuple[FloatArray, FloatArray]:
        """Columns and row duals of the last optimum, in scaled units."""
        if self._highs is None:
            return np.zeros(0), np.zeros(self.template.constant.size)
        solution = self._highs.getSolution()
        return np.array(solution.col_value), np.array(solution.row_dual)


def dispatch(program: JointProgram) -> Dispatch | None:
    """Best joint plan of all homes of a program, None if their limits cannot be met.

    Parameters
    ----------
    program : JointProgram
        Homes and terms.

    Returns
    -------
    Dispatch or None
        Cost, plans and dual prices.
    """
    everyone = np.ones(len(program.homes), dtype=bool)
    solver = Solver(program)
    cost = solver.cost(everyone)
    if cost is None:
        return None
    columns, duals = solver.answer()
    return read_dispatch(program, cost, columns, duals)


def read_dispatch(program: JointProgram, cost: float, columns: FloatArray, duals: FloatArray) -> Dispatch:
    """Take the optimum of a joint program apart, home by home.

    Parameters
    ----------
    program : JointProgram
        Homes and terms.
    cost : float
        Its least cost. [money]
    columns, duals : ndarray
        Columns and row duals in scaled units.

    Returns
    -------
    Dispatch
        In kWh and money.
    """
    homes = range(len(program.homes))
    own = [program.home_duals(duals, home) for home in homes]
    return Dispatch(
        cost,
        tuple(program.plan(columns, home) for home in homes),
        program.prices(duals),
        tuple(value for value, _ in own),
        tuple(multipliers for _, multipliers in own),
        program.peak(columns),
    )


def quiet_highs() -> Any:
    """A silent HiGHS with its sharpest tolerances."""
    highs = silent_highs()
    highs.setOptionValue("primal_feasibility_tolerance", SHARPEST)
    highs.setOptionValue("dual_feasibility_tolerance", SHARPEST)
    return highs


def run(highs: Any, task: str) -> bool:
    """Solve; False if infeasible.

    Raises
    ------
    SolverError
        If there is neither an optimum nor a proof of infeasibility.
    """
    import highspy

    highs.run()
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return False
    if status != highspy.HighsModelStatus.kOptimal:
        raise SolverError(f"HiGHS must solve {task}.", highs.modelStatusToString(status))
    return True
