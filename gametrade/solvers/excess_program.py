"""The linear program of one level: how low the largest unsettled excess can be pushed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.errors import SolverError
from gametrade.optimise import SHARPEST, silent_highs
from gametrade.typing import FloatArray, IntArray

FLOOR = -1e4
"""Excess, in ranges of the game, that no level can reach: it keeps programs of few coalitions bounded."""

NO_DUAL = 1e-9
"""Dual variable, of duals that sum to 1, below which a coalition does not hold a level up."""


@dataclass(frozen=True, eq=False)
class Optimum:
    """The lowest level, where it is reached, and the duals of the rows."""

    step: FloatArray
    level: float
    duals: FloatArray


class ExcessProgram:
    r"""Minimise :math:`\varepsilon` subject to :math:`a_j t + g_j \varepsilon \ge h_j`, row by row.

    Parameters
    ----------
    freedom : int
        Number of variables t, which are free.

    Notes
    -----
    HiGHS, dual simplex; rows that are added keep the basis of the last optimum.
    """

    def __init__(self, freedom: int) -> None:
        self._freedom, self._rows = freedom, 0
        self._solver = silent_highs()
        for name, value in (
            ("presolve", "off"),
            ("solver", "simplex"),
            ("primal_feasibility_tolerance", SHARPEST),
            ("dual_feasibility_tolerance", SHARPEST),
        ):
            self._solver.setOptionValue(name, value)
        lower = np.full(freedom + 1, -np.inf)
        lower[-1] = FLOOR
        cost = np.zeros(freedom + 1)
        cost[-1] = 1.0
        none = np.zeros(0, dtype=np.int32)
        self._solver.addCols(freedom + 1, cost, lower, np.full(freedom + 1, np.inf), 0, none, none, np.zeros(0))

    def add(self, coefficients: FloatArray, sizes: FloatArray, least: FloatArray) -> None:
        """Add rows a_j, g_j, h_j of shapes (k, freedom), (k,) and (k,)."""
        matrix = np.column_stack([coefficients, sizes])
        matrix[np.abs(matrix) < 1e-14] = 0.0
        rows, columns = np.nonzero(matrix)
        starts = np.searchsorted(rows, np.arange(len(matrix))).astype(np.int32)
        self._solver.addRows(
            len(matrix),
            least,
            np.full(len(matrix), np.inf),
            len(rows),
            starts,
            columns.astype(np.int32),
            matrix[rows, columns],
        )
        self._rows += len(matrix)

    def solve(self) -> Optimum:
        """Find the lowest level over the rows so far.

        Raises
        ------
        SolverError
            If HiGHS does not end with an optimum.
        """
        import highspy

        self._solver.run()
        status = self._solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise SolverError("The lowest level of excess was not found.", self._solver.modelStatusToString(status))
        answer = self._solver.getSolution()
        variables = np.array(answer.col_value)
        return Optimum(variables[:-1], float(variables[-1]), np.array(answer.row_dual))


def holding(duals: FloatArray) -> IntArray:
    """Positions of the rows that hold the level up."""
    return np.flatnonzero(duals > NO_DUAL)
