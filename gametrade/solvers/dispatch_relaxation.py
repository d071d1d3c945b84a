"""The blocking question of a dispatch game with shares of homes: one linear program, kept warm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gametrade.games.coalitional.dispatch import DispatchGame
from gametrade.games.coalitional.dispatch_program import highs_model
from gametrade.games.coalitional.dispatch_solving import quiet_highs, read_dispatch, run
from gametrade.optimise import silent_highs
from gametrade.solvers.coalition_search import INSIDE, OUTSIDE
from gametrade.solvers.dispatch_prices import PriceBound
from gametrade.solvers.dispatch_proof import Leaf
from gametrade.typing import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

INTERIOR_ROWS = 40_000
"""From this many rows on the first solve is by the interior-point method."""


@dataclass(frozen=True, eq=False, slots=True)
class Relaxed:
    """Optimum of the relaxation: shares of homes and the leaf whose prices bound all coalitions."""

    shares: FloatArray
    leaf: Leaf


class DispatchRelaxation:
    r"""Let homes join in parts, with all that they own.

    .. math:: \max_{0 \le z \le 1}\ \sum_i z_i \bigl(c(\{i\}) - x_i\bigr) - C(z)

    C(z) is the least cost of homes scaled by z. Its duals are a price path that bounds every coalition. Only
    costs and bounds change from one question to the next, so each solve starts from the last basis.

    Parameters
    ----------
    game : DispatchGame
        n homes.
    smallest, largest : int
        Allowed sizes of a coalition.
    """

    def __init__(self, game: DispatchGame, smallest: int, largest: int) -> None:
        self.game = game
        self._template = game.program.arrays
        self._columns = self._template.matrix.shape[1]
        matrix, low, high = self._rows(smallest, largest)
        upper = np.concatenate([np.full(self._columns, np.inf), np.ones(game.n_players)])
        cost = np.concatenate([self._template.cost, np.zeros(game.n_players)])
        self._highs: Any = quiet_highs()
        self._highs.passModel(highs_model(matrix, low, high, upper, cost))
        self._highs.setOptionValue("solver", "ipm" if matrix.shape[0] > INTERIOR_ROWS else "simplex")

    def _rows(self, smallest: int, largest: int) -> tuple[csr_matrix, FloatArray, FloatArray]:
        """Rows of the template, capacities in proportion to the share of their home, and the size."""
        from scipy.sparse import csr_matrix, hstack, vstack

        template, n = self._template, self.game.n_players
        owner = np.repeat(np.arange(n), np.diff(self.game.program.first_column))
        bounded = np.flatnonzero(np.isfinite(template.upper))
        k = bounded.size
        first = self.game.program.first_column[0]
        capacity = csr_matrix((np.ones(k), (np.arange(k), bounded)), shape=(k, self._columns))
        share = csr_matrix((-template.upper[bounded], (np.arange(k), owner[bounded - first])), shape=(k, n))
        matrix = vstack(
            [
                hstack([template.matrix, -template.right]),
                hstack([capacity, share]),
                hstack([csr_matrix((1, self._columns)), csr_matrix(np.ones((1, n)))]),
            ]
        )
        low = np.where(template.equal, template.constant, -np.inf)
        return (
            csr_matrix(matrix),
            np.concatenate([low, np.full(k, -np.inf), [smallest]]),
            np.concatenate([template.constant, np.zeros(k), [largest]]),
        )

    def solve(self, price_of_leaving: FloatArray, state: IntArray) -> Relaxed | None:
        """Best shares of homes, None if no coalition of that state has an allowed size.

        Parameters
        ----------
        price_of_leaving : ndarray of shape (n,)
            Payoff given up by each home, with its exit cost. [money]
        state : ndarray of int, shape (n,)
            1 inside, -1 outside, 0 either.

        Returns
        -------
        Relaxed or None
            Shares z and the leaf of the state.
        """
        self._ask(price_of_leaving, state)
        if not run(self._highs, "the relaxed blocking program"):
            return None
        self._highs.setOptionValue("solver", "simplex")
        answer = self._highs.getSolution()
        columns, duals = np.array(answer.col_value), np.array(answer.row_dual)
        program = self.game.program
        found = read_dispatch(program, 0.0, columns, duals[: program.first_row[-1]])
        leaf = Leaf(state.copy(), PriceBound(self.game, found.prices, found.values, found.multipliers))
        return Relaxed(np.clip(columns[self._columns :], 0.0, 1.0), leaf)

    def solve_whole(self, price_of_leaving: FloatArray, state: IntArray, seconds: float) -> BoolArray | None:
        """Best coalition by the mixed-integer program with one binary a home, None if none was found in time."""
        import highspy

        n = self.game.n_players
        homes = np.arange(self._columns, self._columns + n, dtype=np.int32)
        whole = silent_highs()
        whole.passModel(self._highs.getLp())
        whole.setOptionValue("time_limit", float(seconds))
        whole.setOptionValue("mip_rel_gap", 0.0)
        self._ask(price_of_leaving, state, whole)
        whole.changeColsIntegrality(n, homes, np.full(n, highspy.HighsVarType.kInteger.value, dtype=np.uint8))
        whole.run()
        if whole.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        return np.asarray(np.array(whole.getSolution().col_value)[self._columns :] > 0.5)

    def _ask(self, price_of_leaving: FloatArray, state: IntArray, highs: Any = None) -> None:
        """Set the gains from joining and the homes that are fixed."""
        highs, n = highs or self._highs, self.game.n_players
        homes = np.arange(self._columns, self._columns + n, dtype=np.int32)
        joining = (price_of_leaving - self.game.alone_costs) / self.game.program.money_unit
        highs.changeColsCost(n, homes, joining + self._template.fixed_cost)
        highs.changeColsBounds(n, homes, (state == INSIDE).astype(float), (state != OUTSIDE).astype(float))
