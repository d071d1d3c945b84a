"""Which home to branch on: the one whose two sides both bring the bound down, as trials have taught."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gametrade.solvers.coalition_search import FREE
from gametrade.solvers.price_program import PriceProgram, ProgramPoint
from gametrade.typing import FloatArray, IntArray

WHOLE = 1e-6
CANDIDATES = 8
TRIALS = 4
"""Trials of a home after which its past is trusted."""


@dataclass(eq=False, slots=True)
class Branching:
    """Losses of the bound per unit of weight moved, from trials (reliability branching [1]_).

    Parameters
    ----------
    rates : ndarray of shape (2, n)
        Sum of the losses per unit of weight, moved out (row 0) and in (row 1). [money]
    trials : ndarray of shape (n,)
        Number of trials of each home.
    turnover : ndarray of shape (n,)
        Money that each home trades: the first guess of its weight in the matter.

    References
    ----------
    .. [1] T. Achterberg, T. Koch and A. Martin, "Branching rules revisited", Oper. Res. Lett. 33 (2005) 42-54.
       :doi:`10.1016/j.orl.2004.04.002`
    """

    rates: FloatArray
    trials: IntArray
    turnover: FloatArray

    @classmethod
    def start(cls, turnover: FloatArray) -> Branching:
        """Nothing is known yet."""
        n = len(turnover)
        return cls(np.zeros((2, n)), np.zeros(n, dtype=np.int64), turnover)

    def choose(self, program: PriceProgram, state: IntArray, point: ProgramPoint, target: float) -> int:
        """Pick a free home.

        Parameters
        ----------
        program : PriceProgram
            To try homes with.
        state : ndarray of int, shape (n,)
            1 inside, 0 free, -1 outside; some home is free.
        point : ProgramPoint
            Prices and fractional coalition of the region.
        target : float
            Bound that closes a region; a larger fall is worth no more. [money]

        Returns
        -------
        int
        """
        free = np.flatnonzero(state == FREE)
        split = free[np.minimum(point.weights[free], 1 - point.weights[free]) > WHOLE]
        if not len(split):
            return int(free[self.turnover[free].argmax()])
        enough = max(point.excess - target, 0.0)
        first = np.argsort(-self._promise(split, point.weights, enough), kind="stable")[:CANDIDATES]
        for home in split[first]:
            if self.trials[home] < TRIALS:
                weight = point.weights[home]
                self.rates[:, home] += program.losses(state, int(home), point) / np.array([weight, 1 - weight])
                self.trials[home] += 1
        return int(split[self._promise(split, point.weights, enough).argmax()])

    def _promise(self, homes: IntArray, weights: FloatArray, enough: float) -> FloatArray:
        """Product of the two expected losses of each home."""
        weight = weights[homes]
        if not self.trials.any():
            return np.minimum(weight, 1 - weight) * self.turnover[homes]
        known = self.trials[homes] > 0
        mean = self.rates.sum(axis=1, keepdims=True) / self.trials.sum()
        rates = np.where(known, self.rates[:, homes] / np.maximum(1, self.trials[homes]), mean)
        losses = np.minimum(rates * np.array([weight, 1 - weight]), enough) if enough else rates
        return np.asarray((losses + 1e-9 * losses.max(initial=0.0)).prod(axis=0))
