"""Programs over the core with coalitions as rows: the extreme or nearest allocation, and weights that prove it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gametrade.errors import SolverError
from gametrade.games.coalitional import CoalitionalGame
from gametrade.optimise import SHARPEST, silent_highs
from gametrade.solvers.core_oracles import CoreOracle, Wronged, core_oracle
from gametrade.solvers.core_projection import project
from gametrade.typing import BoolArray, FloatArray

NORMS = ("l1", "l2", "linf", "fee")
"""Sum of changes, Euclidean length, largest change, and largest loss."""


@dataclass(frozen=True, eq=False, slots=True)
class CoreWeights:
    r"""Weights on coalitions: what every allocation of the core must satisfy.

    For x in the core, :math:`g \cdot x = \sum_S \mu_S x(S) + \nu x(N) \ge \sum_S \mu_S v(S) + \nu v(N)`.

    Parameters
    ----------
    coalitions : ndarray of bool, shape (k, n)
        Proper coalitions S.
    weights : ndarray of shape (k,)
        :math:`\mu_S \ge 0`.
    everyone : float
        :math:`\nu`, of any sign.
    """

    coalitions: BoolArray
    weights: FloatArray
    everyone: float

    @property
    def direction(self) -> FloatArray:
        """The vector g, shape (n,)."""
        return np.asarray(self.weights @ self.coalitions + self.everyone)


@dataclass(frozen=True, eq=False, slots=True)
class CorePoint:
    """An optimum over the rows met so far.

    Parameters
    ----------
    payoffs : ndarray of shape (n,)
        Payoffs over being alone. [money]
    weights : CoreWeights
        What holds it in place.
    largest : Wronged
        What is proved about the largest excess there.
    """

    payoffs: FloatArray
    weights: CoreWeights
    largest: Wronged


class CoreProgram:
    r"""Minimise over :math:`x(N) = v(N)`, :math:`x(S) \ge v(S) - \varepsilon`, rows added as they are violated.

    Parameters
    ----------
    game : CoalitionalGame
        At least 2 players.
    epsilon : float
        What every proper coalition may still gain. [money]
    what : str
        What needs it, for messages.
    start : ndarray of shape (n,), optional
        Payoffs over being alone from which the distance is minimised. [money]
    norm : {"l1", "l2", "linf", "fee"}
        Which distance.

    Notes
    -----
    Players alone and all others without a player are bounds of the payoffs; other coalitions are rows. HiGHS: dual
    simplex from the last basis; "l2" by :func:`~gametrade.solvers.core_projection.project`. Money is in units of
    the gains.
    """

    def __init__(
        self,
        game: CoalitionalGame,
        epsilon: float,
        what: str,
        start: FloatArray | None = None,
        norm: str = "l1",
    ) -> None:
        n = game.n_players
        everyone, alone = np.ones((1, n), dtype=bool), game.single_values
        self._n, self._everyone = n, everyone[0]
        self.total = float(game.values(everyone)[0] - alone.sum())
        self.tolerance = game.tolerance
        self.epsilon, self.unit = epsilon, max(abs(self.total), epsilon) or 1.0
        self.without = game.values(~np.eye(n, dtype=bool)) - (alone.sum() - alone)
        self.low = np.full(n, -epsilon)
        self.high = np.maximum(self.low, self.total - self.without + epsilon)
        self.oracle: CoreOracle = core_oracle(game, what)
        self._rows, self._values = np.zeros((0, n), dtype=bool), np.zeros(0)
        self._known: set[bytes] = set()
        self._start = None if start is None else start / self.unit
        self._norm, self._what = norm, what
        self._solver = self._build()

    def aim(self, gain: FloatArray) -> None:
        """Minimise a weighted sum of payoffs instead; gain has shape (n,)."""
        self._solver.changeColsCost(self._n, np.arange(self._n, dtype=np.int32), gain)

    def solve(
        self, tolerance: float, until: float, enough: Callable[[FloatArray], bool] = lambda payoffs: False
    ) -> CorePoint:
        """Add rows until no coalition gains more than the tolerance, or the time is up.

        Parameters
        ----------
        tolerance : float
            Excess that counts as none. [money]
        until : float
            Clock of :func:`time.monotonic` at which to stop.
        enough : callable
            Whether an optimum over the rows so far, payoffs over being alone, is as good as something known.

        Returns
        -------
        CorePoint
            In the core if its largest excess is proved to be within the tolerance.
        """
        level = self.epsilon + tolerance / 2
        unproved = Wronged(self._rows[:0], self._values[:0], np.inf)
        while True:
            payoffs, weights = self.optimum()
            left = until - time.monotonic()
            if left <= 0 or enough(payoffs):
                return CorePoint(payoffs, weights, unproved)
            found = self.oracle.cheap(payoffs, level, weights.coalitions)
            if not self.add(found):
                found = self.oracle.exact(payoffs, level, left)
                if not self.add(found):
                    return CorePoint(payoffs, weights, found)

    def optimum(self) -> tuple[FloatArray, CoreWeights]:
        """Optimum over the rows so far.

        Returns
        -------
        payoffs : ndarray of shape (n,)
            Over being alone. [money]
        weights : CoreWeights
            What holds it in place.
        """
        return self._squares() if self._norm == "l2" else self._linear()

    def add(self, found: Wronged) -> bool:
        """Add the coalitions that are new.

        Parameters
        ----------
        found : Wronged
            Coalitions and their values.

        Returns
        -------
        bool
            Whether there were any.
        """
        fresh = np.array([row.tobytes() not in self._known for row in found.rows], dtype=bool)
        for row, value in zip(found.rows[fresh], found.values[fresh], strict=True):
            members = np.flatnonzero(row).astype(np.int32)
            least = (value - self.epsilon) / self.unit
            self._solver.addRow(least, np.inf, members.size, members, np.ones(members.size))
            self._known.add(row.tobytes())
        self._rows = np.vstack([self._rows, found.rows[fresh]])
        self._values = np.append(self._values, found.values[fresh])
        return bool(fresh.any())

    def _linear(self) -> tuple[FloatArray, CoreWeights]:
        """Payoffs over being alone, and the weights of rows and bounds."""
        import highspy

        self._solver.run()
        status = self._solver.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise SolverError(f"{self._what} found no optimum.", self._solver.modelStatusToString(status))
        answer, n = self._solver.getSolution(), self._n
        payoffs = np.array(answer.col_value[:n]) * self.unit
        payoffs += (self.total - payoffs.sum()) / n
        reduced, duals = np.array(answer.col_dual[:n]), np.array(answer.row_dual)
        rows = np.maximum(duals[duals.size - len(self._rows) :], 0)
        own, others = np.maximum(reduced, 0), np.maximum(-reduced, 0)
        return payoffs, self._weights(rows, own, others, float(duals[0]))

    def _squares(self) -> tuple[FloatArray, CoreWeights]:
        """The same for the least sum of squared changes."""
        assert self._start is not None
        bounds = self.low / self.unit, self.high / self.unit
        least = (self._values - self.epsilon) / self.unit
        found = project(self._start, bounds, self.total / self.unit, self._rows, least)
        return found.point * self.unit, self._weights(found.rows, found.low, found.high, found.everyone)

    def _weights(self, rows: FloatArray, low: FloatArray, high: FloatArray, everyone: float) -> CoreWeights:
        """Multipliers of rows and bounds as weights on coalitions: a cap on one is a floor for all others."""
        singles = np.eye(self._n, dtype=bool)
        every, weights = np.vstack([self._rows, singles, ~singles]), np.concatenate([rows, low, high])
        used = weights > 0
        return CoreWeights(every[used], weights[used], everyone - float(high.sum()))

    def value_of(self, coalitions: BoolArray) -> FloatArray:
        """Value over being alone of coalitions that have a row or bound, shape (k,). [money]"""
        known = {row.tobytes(): float(value) for row, value in zip(self._rows, self._values, strict=True)}
        singles = np.eye(self._n, dtype=bool)
        known.update({row.tobytes(): float(value) for row, value in zip(~singles, self.without, strict=True)})
        known.update({row.tobytes(): 0.0 for row in singles})
        return np.array([known[row.tobytes()] for row in coalitions])

    def guaranteed(self, weights: CoreWeights) -> float:
        """What the weights prove of g . x for every x over being alone, [money]."""
        least = self.value_of(weights.coalitions) - self.epsilon
        return float(weights.weights @ least + weights.everyone * self.total)

    def _build(self) -> Any:
        """Columns of payoffs and of the distance, and the rows that tie them together."""
        solver = silent_highs()
        options = {"presolve": "off"}
        sharp = {"primal_feasibility_tolerance": SHARPEST, "dual_feasibility_tolerance": SHARPEST}
        for name, value in {**options, **sharp}.items():
            solver.setOptionValue(name, value)
        n = self._n
        none, every = np.zeros(0, dtype=np.int32), np.arange(n, dtype=np.int32)
        low, high = self.low / self.unit, self.high / self.unit
        solver.addCols(n, np.zeros(n), low, high, 0, none, none, np.zeros(0))
        solver.addRow(self.total / self.unit, self.total / self.unit, n, every, np.ones(n))
        if self._start is not None:
            add = {"l1": _sum_of_changes, "linf": _largest_change, "fee": _largest_loss}.get(self._norm)
            if add is not None:
                add(solver, self._start)
        return solver


def _sum_of_changes(solver: Any, start: FloatArray) -> None:
    """Payoff - more + less = start, at the cost more + less."""
    n = start.size
    none = np.zeros(0, dtype=np.int32)
    solver.addCols(2 * n, np.ones(2 * n), np.zeros(2 * n), np.full(2 * n, np.inf), 0, none, none, np.zeros(0))
    for i, paid in enumerate(start):
        solver.addRow(paid, paid, 3, np.array([i, n + i, 2 * n + i], dtype=np.int32), np.array([1.0, -1.0, 1.0]))


def _largest_change(solver: Any, start: FloatArray) -> None:
    """No payoff moves by more than one number."""
    _largest_loss(solver, start)
    for i, paid in enumerate(start):
        solver.addRow(-np.inf, paid, 2, np.array([i, start.size], dtype=np.int32), np.array([1.0, -1.0]))


def _largest_loss(solver: Any, start: FloatArray) -> None:
    """No payoff falls by more than one number."""
    none = np.zeros(0, dtype=np.int32)
    solver.addCols(1, np.ones(1), np.zeros(1), np.full(1, np.inf), 0, none, none, np.zeros(0))
    for i, paid in enumerate(start):
        solver.addRow(paid, np.inf, 2, np.array([i, start.size], dtype=np.int32), np.ones(2))
