"""The linear program of the best supporting prices, kept small and warm from one region to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gametrade.optimise import silent_highs
from gametrade.solvers.coalition_search import INSIDE, OUTSIDE, CoalitionSearch
from gametrade.solvers.saddle_point import on_grid
from gametrade.typing import FloatArray, IntArray

NEAR_BALANCE = 0.01
"""Steps whose net position is at most this share of their turnover have a price to be found from the start."""

FIRST_STEPS = 150
MORE_STEPS = 50
ROUNDS = 40
ENOUGH = 0.02
"""Steps are added until what they can still take off is this share of the distance to the target."""

TOLERANCE = 1e-9
TRIAL_PIVOTS = 25


@dataclass(frozen=True, eq=False, slots=True)
class ProgramPoint:
    """Prices of a region with the fractional coalition that answers them.

    Parameters
    ----------
    excess : float
        Best supporting-price bound, as the solver sees it: a guide, never a proof. [money]
    price : ndarray of shape (T',)
        Price position of each trade step, a multiple of 1/128.
    weights : ndarray of shape (n,)
        Fractional coalition.
    basis : object, optional
        Where the simplex method starts in a part of the region.
    """

    excess: float
    price: FloatArray
    weights: FloatArray
    basis: Any = None


@dataclass(eq=False, slots=True)
class PriceProgram:
    r"""The relaxed blocking problem with one row for each step whose price is not obvious.

    .. math:: \max_{z \in [0,1]^n,\ u \ge 0}\ \sum_i z_i (w_i(\beta) - x_i) - \sum_{t \in R} u_t, \qquad
              u_t \ge \pm \sum_i z_i a_{it}, \quad k \le \sum_i z_i \le K

    The base price :math:`\beta_t` is 0 where the fractional coalition sells on balance and 1 where it buys;
    a row pays for the steps where that is not so. The other steps keep their base price, which bounds all
    coalitions like any price does; those that would lower the bound get a row. Few ever need one: with a
    thousand homes over a year some fifty, and as many prices lie between the grid's. The prices are the duals.

    Parameters
    ----------
    search : CoalitionSearch
        n homes, T' trade steps, allowed sizes.
    solver : highspy.Highs
        Columns: n weights, then one payment a row. Rows: the size of the coalition, then the steps.
    base : ndarray of shape (T',)
        Base prices, 0 or 1.
    steps : ndarray of int, shape (R,)
        The steps with a row.
    unit : float
        Largest gain, which the solver sees as 1. [money]
    """

    search: CoalitionSearch
    solver: Any
    base: FloatArray
    steps: IntArray
    unit: float

    @classmethod
    def of(cls, search: CoalitionSearch, weights: FloatArray) -> PriceProgram:
        """Write the program around a fractional coalition of shape (n,) that is not far from the best one."""
        net, turnover = weights @ search.position, np.abs(search.position).sum(axis=0)
        base = (net < 0).astype(float)
        gain = search.margins(base)
        unit = float(np.abs(gain).max()) or 1.0
        program = cls(search, _solver(search, gain / unit), base, np.zeros(0, dtype=np.int64), unit)
        distance = np.abs(net) / np.maximum(turnover, np.finfo(float).tiny)
        nearest = np.argsort(distance, kind="stable")[:FIRST_STEPS]
        program._add(nearest[distance[nearest] <= NEAR_BALANCE])
        return program

    def solve(self, state: IntArray, target: float, basis: Any = None) -> ProgramPoint | None:
        """Find the best prices for a region.

        Parameters
        ----------
        state : ndarray of int, shape (n,)
            1 inside, 0 free, -1 outside.
        target : float
            Bound that would close the region; minus infinity for the best prices that there are. [money]
        basis : object, optional
            Of a region that contains this one.

        Returns
        -------
        ProgramPoint or None
            None if the region has no coalition of an allowed size, or the solver failed.
        """
        self._enter(state, basis)
        for _ in range(ROUNDS):
            self.solver.run()
            if not self._optimal():
                return None
            weights, paid = self._solution()
            excess, missing = self._excess(), self._missing(weights)
            distance = excess - target if np.isfinite(target) else 0.0
            if missing.sum() <= max(ENOUGH * distance, TOLERANCE * self.unit):
                break
            worst = np.argsort(-missing, kind="stable")[:MORE_STEPS]
            self._add(worst[missing[worst] > 0])
        else:
            self.solver.run()
            weights, paid = self._solution()
            excess = self._excess()
        return ProgramPoint(excess, self._prices(paid), weights, (self.solver.getBasis(), len(self.steps)))

    def losses(self, state: IntArray, home: int, point: ProgramPoint) -> tuple[float, float]:
        """By how much the bound falls, after a few pivots, with a home outside and with it inside. [money]"""
        self.solver.setOptionValue("simplex_iteration_limit", TRIAL_PIVOTS)
        losses = []
        for side in (0.0, 1.0):
            self._enter(state, point.basis)
            self.solver.changeColBounds(int(home), side, side)
            self.solver.run()
            losses.append(max(0.0, point.excess - self._excess()))
        self.solver.setOptionValue("simplex_iteration_limit", np.iinfo(np.int32).max)
        return losses[0], losses[1]

    def _enter(self, state: IntArray, basis: Any) -> None:
        """Set the bounds of the weights, and the basis if no row came since it was kept."""
        n = len(state)
        lower, upper = (state == INSIDE).astype(float), (state != OUTSIDE).astype(float)
        self.solver.changeColsBounds(n, np.arange(n, dtype=np.int32), lower, upper)
        if basis is not None and basis[1] == len(self.steps):
            self.solver.setBasis(basis[0])

    def _optimal(self) -> bool:
        import highspy

        return bool(self.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal)

    def _excess(self) -> float:
        return float(self.solver.getInfo().objective_function_value) * self.unit

    def _solution(self) -> tuple[FloatArray, FloatArray]:
        """Weights of the homes, and for each row the share of its payment that is taken, both in [0, 1]."""
        found = self.solver.getSolution()
        weights = np.clip(np.array(found.col_value[: len(self.search.payoffs)]), 0.0, 1.0)
        duals = np.abs(np.array(found.row_dual[1:])) * self.unit / self._size(self.steps)
        return weights, np.clip(duals, 0.0, 1.0)

    def _size(self, steps: IntArray) -> FloatArray:
        """Largest position of any home in some steps: the scale of their rows. [money]"""
        return np.asarray(np.abs(self.search.position[:, steps]).max(axis=0, initial=0.0))

    def _missing(self, weights: FloatArray) -> FloatArray:
        """What each step without a row would take off the excess, shape (T',). [money]"""
        net = weights @ self.search.position
        missing = np.maximum(0.0, np.where(self.base == 0, -net, net))
        missing[self.steps] = 0.0
        return missing

    def _prices(self, paid: FloatArray) -> FloatArray:
        """Base prices, moved to the other side as far as the rows say, on the grid of certificates."""
        price = self.base.copy()
        price[self.steps] += (1.0 - 2.0 * self.base[self.steps]) * paid
        return on_grid(price)

    def _add(self, steps: IntArray) -> None:
        """Give rows to some steps."""
        if not len(steps):
            return
        first, size, count = self.solver.getNumCol(), self._size(steps), len(steps)
        rows = (self.search.position[:, steps] * np.where(self.base[steps] == 0, -1.0, 1.0) / size).T
        everyone = np.arange(rows.shape[1], dtype=np.int32)
        nobody, none = np.zeros(count, dtype=np.int32), np.zeros(0, dtype=np.int32)
        self.solver.addCols(count, -size / self.unit, np.zeros(count), np.full(count, np.inf), 0, nobody, none, none)
        columns = np.hstack([np.tile(everyone, (count, 1)), first + np.arange(count, dtype=np.int32)[:, None]])
        values = np.hstack([rows, np.full((count, 1), -1.0)])
        starts = np.arange(count, dtype=np.int32) * columns.shape[1]
        self.solver.addRows(
            count, np.full(count, -np.inf), np.zeros(count), columns.size, starts, columns.ravel(), values.ravel()
        )
        self.steps = np.concatenate([self.steps, steps])


def _solver(search: CoalitionSearch, gain: FloatArray) -> Any:
    """Give HiGHS one column a home and the limits on the size of a coalition."""
    import highspy

    n = len(gain)
    solver = silent_highs()
    solver.setOptionValue("presolve", "off")
    solver.setOptionValue("primal_feasibility_tolerance", TOLERANCE)
    solver.setOptionValue("dual_feasibility_tolerance", TOLERANCE)
    solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
    homes = np.arange(n, dtype=np.int32)
    solver.addVars(n, np.zeros(n), np.ones(n))
    solver.changeColsCost(n, homes, gain)
    solver.addRow(float(search.smallest), float(search.largest), n, homes, np.ones(n))
    return solver
