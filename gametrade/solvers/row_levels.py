"""Levels of excess of a sharing game from the coalitions met so far, with a search for those that were missed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import numpy as np

from gametrade.errors import SolverError
from gametrade.games.coalitional import SharingGame
from gametrade.solvers.blocking_milp import bound_blocking_milp
from gametrade.solvers.coalition_search import FREE, CoalitionSearch
from gametrade.solvers.excess_levels import ADDED, VIOLATION, best_of
from gametrade.solvers.excess_program import ExcessProgram, Optimum, holding
from gametrade.solvers.integer_span import IntegerSpan, balancing_weights
from gametrade.solvers.span_search import Separation, SpanSearch
from gametrade.typing import BoolArray, FloatArray, IntArray

CLIMBERS = 30
"""Coalitions from which the local search starts."""

CLIMB = 6
"""Most moves of a local search."""

MOST_REGIONS = 40_000
"""Regions after which a mixed-integer program is asked where it can be."""

PAIRED_PLAYERS = 80
"""Up to this many homes all pairs, and all but two homes, are looked at from the start."""


@dataclass(frozen=True, eq=False, slots=True)
class Stage:
    """One level of excess, what holds it up, and whether all other coalitions were shown to lie below.

    Parameters
    ----------
    level : float
        Excess of the coalitions. [money]
    rows : ndarray of bool, shape (k, n)
        Coalitions that hold it up.
    weights : tuple of int
        Positive whole numbers with which their members add up to a vector of what was settled before.
    upper_bound : float
        No coalition that was unsettled before has a larger excess at the payoffs of this stage. [money]
    proved : bool
        Whether that is the level, to the tolerance of the game; otherwise the search ran out of time.
    searches, regions : int
        Searches with proof, and relaxations that they solved.
    """

    level: float
    rows: BoolArray
    weights: tuple[int, ...]
    upper_bound: float
    proved: bool
    searches: int
    regions: int


@dataclass(eq=False, slots=True)
class RowLevels:
    """The search for one level after another, in units of the gains of all.

    Parameters
    ----------
    game : SharingGame
        A game with gains in which every home counts.
    until : float
        Monotonic clock time after which nothing more is proved.
    twins : tuple of ndarray of int
        Groups of homes with the same position.
    """

    game: SharingGame
    until: float
    twins: tuple[IntArray, ...]
    span: IntegerSpan = field(init=False)
    point: FloatArray = field(init=False)
    _search: SpanSearch = field(init=False)
    _rows: BoolArray = field(init=False)
    _gains: FloatArray = field(init=False)
    _met: set[bytes] = field(init=False)

    def __post_init__(self) -> None:
        n = self.game.n_players
        self.span = settled_at_first(n, self.twins)
        self.point = np.full(n, 1.0 / n)
        self._search = SpanSearch(self.game.position / self.game.grand_value, self.twins)
        self._rows, self._gains, self._met = np.zeros((0, n), dtype=bool), np.zeros(0), set()
        self._remember(first_rows(n))

    def next_stage(self) -> Stage:
        """Lowest level of the unsettled coalitions; settles what holds it up."""
        kept = ~self.span.contains(self._rows.astype(np.int64))
        self._rows, self._gains = self._rows[kept], self._gains[kept]
        basis = np.linalg.qr(self.span.normals.astype(float))[0]
        used, optimum, answer, searches, regions = self._solve(basis)
        chosen = used[holding(optimum.duals)]
        self._move(basis, optimum, chosen)
        rows = self._rows[chosen]
        weights = balancing_weights(self.span, rows.astype(np.int64))
        if weights is None or min(weights) <= 0:
            raise SolverError("The coalitions of a level of excess do not balance.", "not certified")
        for row in rows.astype(int):
            self.span.add(row)
        unit = self.game.grand_value
        top = max(optimum.level, answer.upper_bound) * unit
        return Stage(optimum.level * unit, rows, tuple(weights), top, answer.complete, searches, regions)

    def _solve(self, basis: FloatArray) -> tuple[IntArray, Optimum, Separation, int, int]:
        """Row generation: from the coalitions met before, then by local search, then by search with proof."""
        program = ExcessProgram(basis.shape[1])
        used = best_of(self._excess(self.point), 3 * len(self.point) + ADDED)
        self._add_rows(program, basis, used)
        searches = regions = 0
        while True:
            optimum = program.solve()
            point = self.point + basis @ optimum.step
            over = self._excess(point) - optimum.level
            over[used] = -np.inf
            worst = best_of(over, ADDED)
            worst = worst[over[worst] > VIOLATION]
            if len(worst):
                self._add_rows(program, basis, worst)
                used = np.concatenate([used, worst])
                continue
            if self._remember(self._climb(point, optimum.level, used[holding(optimum.duals)])):
                continue
            most = MOST_REGIONS if self._nothing_settled else np.inf
            answer = self._search.above(point, optimum.level, VIOLATION, self.span, until=self.until, most=most)
            searches, regions = searches + 1, regions + answer.regions
            if self._nothing_settled and not answer.complete and not len(answer.rows):
                answer = self._ask_solver(point, optimum.level, answer)
            if not self._remember(answer.rows):
                return used, optimum, answer, searches, regions

    @property
    def _nothing_settled(self) -> bool:
        """Whether every proper coalition is unsettled, so that a program without the span finds the best of them."""
        return self.span.freedom == len(self.point) - 1

    def _ask_solver(self, point: FloatArray, level: float, answer: Separation) -> Separation:
        """Narrow an open bracket by the bound that a mixed-integer solver states, which is not taken as a proof."""
        left, unit, n = self.until - time.monotonic(), self.game.grand_value, len(point)
        if left <= 0:
            return answer
        search = CoalitionSearch(self.game.position, point * unit, 1, n - 1)
        found = bound_blocking_milp(search, np.full(n, FREE), seconds=left)
        if found is None:
            return answer
        row, bound = found
        rows = row[None, :] if search.excess(row) > (level + VIOLATION) * unit else answer.rows
        return replace(answer, rows=rows, upper_bound=max(level, min(answer.upper_bound, bound / unit)))

    def _add_rows(self, program: ExcessProgram, basis: FloatArray, which: IntArray) -> None:
        rows = self._rows[which]
        program.add(rows @ basis, np.ones(len(which)), self._gains[which] - rows @ self.point)

    def _excess(self, point: FloatArray) -> FloatArray:
        return np.asarray(self._gains - self._rows @ point)

    def _climb(self, point: FloatArray, level: float, tight: IntArray) -> BoolArray:
        """Unsettled coalitions above the level near those that hold it up, one home in or out at a time."""
        n = len(point)
        flips = np.eye(n, dtype=bool)
        here = self._rows[np.concatenate([tight, best_of(self._excess(point), CLIMBERS)])[: 2 * CLIMBERS]]
        found = np.zeros((0, n), dtype=bool)
        for _ in range(CLIMB):
            if not len(here) or time.monotonic() > self.until:
                break
            around = np.unique((here[:, None, :] ^ flips[None, :, :]).reshape(-1, n), axis=0)
            excess = self.game.values(around) / self.game.grand_value - around @ point
            best = best_of(excess, 4 * CLIMBERS)
            best = best[excess[best] > level + VIOLATION]
            around = around[best][~self.span.contains(around[best].astype(np.int64))]
            here = around[[row.tobytes() not in self._met for row in around]][:CLIMBERS]
            found = np.vstack([found, here])
        return found

    def _remember(self, rows: BoolArray) -> bool:
        """Keep coalitions that were not met before; whether there are any."""
        rows = np.unique(rows, axis=0)
        rows = rows[[row.tobytes() not in self._met for row in rows]] if len(rows) else rows
        self._met.update(row.tobytes() for row in rows)
        self._rows = np.vstack([self._rows, rows])
        self._gains = np.append(self._gains, self.game.values(rows) / self.game.grand_value)
        return len(rows) > 0

    def _move(self, basis: FloatArray, optimum: Optimum, chosen: IntArray) -> None:
        """Go to the optimum, corrected so that what holds the level is tight to rounding."""
        point = self.point + basis @ optimum.step
        matrix = np.column_stack([self._rows[chosen] @ basis, np.ones(len(chosen))])
        missing = self._excess(point)[chosen] - optimum.level
        self.point = point + basis @ np.linalg.lstsq(matrix, missing)[0][:-1]


def settled_at_first(n_players: int, twins: tuple[IntArray, ...]) -> IntegerSpan:
    """The span of the grand coalition and of the differences of homes that are paid alike."""
    span = IntegerSpan(n_players)
    span.add([1] * n_players)
    for group in twins:
        for home in group[1:]:
            span.add([int(i == group[0]) - int(i == home) for i in range(n_players)])
    return span


def first_rows(n_players: int) -> BoolArray:
    """Coalitions of one, two, all but one and all but two homes; of many homes no pairs."""
    rows = np.eye(n_players, dtype=bool)
    if n_players <= PAIRED_PLAYERS:
        rows = np.vstack([rows, (rows[:, None, :] | rows[None, :, :]).reshape(-1, n_players)])
    rows = np.unique(np.vstack([rows, ~rows]), axis=0)
    return rows[rows.any(axis=1) & ~rows.all(axis=1)]


def twin_homes(position: FloatArray) -> tuple[IntArray, ...]:
    """Groups of two or more homes with the same position, shape (n, T')."""
    groups: dict[bytes, list[int]] = {}
    for home, row in enumerate(position):
        groups.setdefault((row + 0.0).tobytes(), []).append(home)
    return tuple(np.array(group) for group in groups.values() if len(group) > 1)
