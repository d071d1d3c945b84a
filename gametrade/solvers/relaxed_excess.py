"""The linear relaxation of the largest excess in a sharing game, kept warm in HiGHS: its duals are price paths."""

from __future__ import annotations

import numpy as np

from gametrade.errors import SolverError
from gametrade.optimise import SHARPEST, silent_highs
from gametrade.solvers.coalition_search import INSIDE, OUTSIDE
from gametrade.typing import FloatArray, IntArray


class RelaxedExcess:
    r"""Largest excess over fractional coalitions of a region.

    .. math:: \max_{z, u}\ \sum_i (d_i - x_i) z_i + \sum_t u_t \quad\text{s.t.}\quad
              u_t \le \sum_i p_{it} z_i, \quad u_t \le 0, \quad 0 \le z_i \le 1

    with p the money-weighted net surplus of each home and d its money-weighted deficit. The dual of a row is a price
    position from 0 to 1, and every price path bounds the excess from above.

    Parameters
    ----------
    position : ndarray of shape (n, T')
        p. [money]
    payoffs : ndarray of shape (n,)
        x. [money]

    Notes
    -----
    Dual simplex; a region differs from the last one by bounds alone, so the last basis stays dual feasible.
    """

    def __init__(self, position: FloatArray, payoffs: FloatArray) -> None:
        self._solver = silent_highs()
        for name, value in (
            ("presolve", "off"),
            ("solver", "simplex"),
            ("primal_feasibility_tolerance", SHARPEST),
            ("dual_feasibility_tolerance", SHARPEST),
        ):
            self._solver.setOptionValue(name, value)
        n, steps = position.shape
        self._homes = np.arange(n, dtype=np.int32)
        self._position = position
        self._gain = np.maximum(-position, 0).sum(axis=1) - payoffs
        empty, no_numbers = np.zeros(0, dtype=np.int32), np.zeros(0)
        self._solver.addCols(n, -self._gain, np.zeros(n), np.ones(n), 0, empty, empty, no_numbers)
        low = np.full(steps, -np.inf)
        self._solver.addCols(steps, -np.ones(steps), low, np.zeros(steps), 0, empty, empty, no_numbers)
        for step in range(steps):
            inside = np.flatnonzero(position[:, step])
            columns = np.append(inside, n + step).astype(np.int32)
            self._solver.addRow(0.0, np.inf, len(columns), columns, np.append(position[inside, step], -1.0))

    def solve(self, state: IntArray) -> tuple[FloatArray, FloatArray]:
        """Best fractional coalition of a region, and the margins of all homes at the prices of its dual.

        Parameters
        ----------
        state : ndarray of int, shape (n,)
            1 for homes inside, -1 for homes outside, 0 for the rest.

        Returns
        -------
        weights, margins : ndarray of shape (n,)
            Shares of homes, and :math:`w_i - x_i` at one price path. [money]

        Raises
        ------
        SolverError
            If HiGHS does not end with an optimum.
        """
        import highspy

        lower, upper = (state == INSIDE).astype(float), (state != OUTSIDE).astype(float)
        self._solver.changeColsBounds(len(self._homes), self._homes, lower, upper)
        self._solver.run()
        status = self._solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise SolverError("A relaxation of the largest excess failed.", self._solver.modelStatusToString(status))
        answer = self._solver.getSolution()
        return np.array(answer.col_value)[: len(state)], self.margins(np.array(answer.row_dual))

    def margins(self, price: FloatArray) -> FloatArray:
        """What each home gains at price positions beyond its payoff, shape (T',) to (n,). [money]"""
        return np.asarray(self._gain + self._position @ np.clip(price, 0.0, 1.0))
