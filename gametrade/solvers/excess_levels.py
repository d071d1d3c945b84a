"""Push the largest excess down, settle what holds it up, and go on with the rest: the sequence of levels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from gametrade.games.coalitional import all_coalitions
from gametrade.solvers.alike_players import alike_players, turned
from gametrade.solvers.excess_program import ExcessProgram, Optimum, holding
from gametrade.solvers.excess_scan import ExcessScan
from gametrade.solvers.integer_span import IntegerSpan
from gametrade.typing import BoolArray, FloatArray, IntArray

VIOLATION = 3e-10
"""Share of the range of the game by which an excess must lie above the level to be met by a new row."""

POOL = 4096
"""Coalitions wanted from one pass over the table."""

SMALL_POOL = 512
"""The same where a pass costs less than keeping so many."""

QUICK_PASS = 20
"""Most players of whose table a pass takes a few milliseconds."""

FLOOD = 2**17
"""Coalitions after which a pass takes only those that are needed."""

ADDED = 48
"""Rows added to the program at once."""

SMALL = 10
"""Up to this many players all coalitions are rows from the start."""

TURNED = 4
"""New coalitions in which alike players are put in each other's places: otherwise ties go on without end."""

SAMPLE = 2**13
"""Coalitions of every size that are looked at before the first pass."""


@dataclass(frozen=True, eq=False, slots=True)
class Level:
    """Coalitions that hold one level of excess up, and players held at what they get alone.

    Parameters
    ----------
    masks : ndarray of int, shape (k,)
        Coalitions with this excess whose weighted members balance against what is settled before.
    alone : ndarray of int, shape (r,)
        Positions of players whose bound "no less than alone" is needed for it.
    """

    masks: IntArray
    alone: IntArray


@dataclass(eq=False, slots=True)
class LevelSearch:
    """The state of the search for one point after another level of excess.

    Parameters
    ----------
    scan : ExcessScan
        All excesses.
    origin : ndarray of shape (n,)
        Payoffs that are subtracted: the values of the players alone. [money]
    scale : float
        Range of the values after subtraction, which becomes 1. [money]
    per_member : bool
        Whether excesses are divided by the number of members.
    bounded : bool
        Whether nobody may get less than alone.
    """

    scan: ExcessScan
    origin: FloatArray
    scale: float
    per_member: bool
    bounded: bool
    span: IntegerSpan = field(init=False)
    point: FloatArray = field(init=False)
    _masks: IntArray = field(init=False)
    _rows: FloatArray = field(init=False)
    _gains: FloatArray = field(init=False)
    _alike: tuple[IntArray, ...] = field(init=False)

    def __post_init__(self) -> None:
        n = self.scan.n_players
        self._alike = alike_players(self.scan.table) if n > SMALL else ()
        self.span = IntegerSpan(n)
        self.span.add([1] * n)
        share = (float(self.scan.table[-1]) - float(self.origin.sum())) / self.scale / n
        self.point = np.full(n, share)
        self._masks = np.zeros(0, dtype=np.int64)
        self._rows, self._gains = np.zeros((0, n)), np.zeros(0)
        self._remember(first_coalitions(n))

    @property
    def payoffs(self) -> FloatArray:
        """The point in money, shape (n,)."""
        return self.origin + self.scale * self.point

    def levels(self, most: int | None = None) -> Iterator[tuple[Level, float]]:
        """Levels with their scaled excesses, until everything is settled or `most` were found."""
        found = 0
        while self.span.freedom and found != most:
            yield self.next_level()
            found += 1

    def next_level(self) -> tuple[Level, float]:
        """Lowest level of the unsettled coalitions; settles what holds it up."""
        self.forget_settled()
        basis = np.linalg.qr(self.span.normals.astype(float))[0]
        used, optimum = self._solve(basis)
        tight = holding(optimum.duals)
        held = len(self._floors)
        alone, chosen = self._floors[tight[tight < held]], used[tight[tight >= held] - held]
        self._move(basis, optimum, chosen, alone)
        level = Level(self._masks[chosen], alone)
        for row in [*self._rows[chosen].astype(int), *np.eye(len(self.point), dtype=int)[alone]]:
            self.span.add(row)
        return level, optimum.level

    def violated(self, point: FloatArray, level: float) -> IntArray:
        """Masks of unsettled coalitions with an excess above a level, the worst first; none only if there are none."""
        while True:
            over = self._excess(point) - level * self._sizes()
            worst = best_of(over, ADDED)
            worst = worst[over[worst] > VIOLATION]
            if len(worst) or not self._pass(point, level):
                return self._masks[worst]

    def known(self, masks: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Members, scaled values and sizes of coalitions that were met."""
        order = np.argsort(self._masks)
        where = order[np.searchsorted(self._masks, masks, sorter=order)]
        return self._rows[where], self._gains[where], self._sizes()[where]

    @property
    def _floors(self) -> IntArray:
        """Players whose bound is not settled."""
        n = len(self.point)
        if not self.bounded:
            return np.zeros(0, dtype=np.int64)
        return np.flatnonzero(~self.span.contains(np.eye(n, dtype=np.int64)))

    def _solve(self, basis: FloatArray) -> tuple[IntArray, Optimum]:
        """Row generation: from the coalitions met before, then from passes over the table."""
        program = ExcessProgram(basis.shape[1])
        floors = self._floors
        if len(floors):
            program.add(basis[floors], np.zeros(len(floors)), -self.point[floors])
        size = self._sizes()
        used = np.argsort(-self._excess(self.point) / size, kind="stable")[: 3 * len(self.point) + ADDED]
        self._add_rows(program, basis, used)
        while True:
            optimum = program.solve()
            point = self.point + basis @ optimum.step
            over = self._excess(point) - optimum.level * self._sizes()
            over[used] = -np.inf
            worst = best_of(over, ADDED)
            worst = worst[over[worst] > VIOLATION]
            if not len(worst):
                met = self._pass(point, optimum.level)
                if not met:
                    return used, optimum
                continue
            self._add_rows(program, basis, worst)
            used = np.concatenate([used, worst])

    def _add_rows(self, program: ExcessProgram, basis: FloatArray, which: IntArray) -> None:
        rows = self._rows[which]
        program.add(rows @ basis, self._sizes()[which], self._gains[which] - rows @ self.point)

    def _sizes(self) -> FloatArray:
        """What the level is multiplied by for each coalition met."""
        return self._rows.sum(axis=1) if self.per_member else np.ones(len(self._rows))

    def _excess(self, point: FloatArray) -> FloatArray:
        return np.asarray(self._gains - self._rows @ point)

    def _move(self, basis: FloatArray, optimum: Optimum, chosen: IntArray, alone: IntArray) -> None:
        """Go to the optimum, corrected so that what holds the level is tight to rounding."""
        point = self.point + basis @ optimum.step
        matrix = np.column_stack([self._rows[chosen] @ basis, self._sizes()[chosen]])
        if len(alone):
            matrix = np.vstack([matrix, np.column_stack([basis[alone], np.zeros(len(alone))])])
        missing = np.concatenate([self._excess(point)[chosen] - optimum.level * self._sizes()[chosen], -point[alone]])
        self.point = point + basis @ np.linalg.lstsq(matrix, missing)[0][:-1]

    def forget_settled(self) -> None:
        """Drop coalitions that follow from what is settled."""
        kept = ~self.span.contains(self._rows.astype(np.int64))
        self._keep_rows(kept)

    def _keep_rows(self, kept: BoolArray) -> None:
        self._masks, self._rows, self._gains = self._masks[kept], self._rows[kept], self._gains[kept]

    def _remember(self, masks: IntArray) -> bool:
        """Keep coalitions that were met; whether any is new."""
        masks = np.setdiff1d(masks, self._masks)
        rows = all_coalitions(self.scan.n_players, masks).astype(float)
        self._masks = np.concatenate([self._masks, masks])
        self._rows = np.vstack([self._rows, rows])
        self._gains = np.concatenate([self._gains, (self.scan.table[masks] - rows @ self.origin) / self.scale])
        return len(masks) > 0

    def _pass(self, point: FloatArray, level: float) -> bool:
        """Look at every coalition; keep those above the level and some just below. Whether any is above."""
        if len(self._masks) + 2 >= len(self.scan.table) - 2:
            return False
        payoffs = self.origin + self.scale * point
        wanted = min(self._promising(point), level + VIOLATION)
        found: list[IntArray] = []
        count = 0
        for masks in self._above(payoffs, wanted):
            found.append(masks)
            count += len(masks)
            if count > FLOOD:
                break
        if count > FLOOD:
            found = [next(self._above(payoffs, level + VIOLATION), np.zeros(0, dtype=np.int64))]
        before = len(self._masks)
        self._remember(self._worst(np.concatenate([np.zeros(0, dtype=np.int64), *found]), payoffs))
        self._turn(point, before)
        over = self._excess(point)[before:] - level * self._sizes()[before:]
        return bool((over > VIOLATION).any())

    def _turn(self, point: FloatArray, before: int) -> None:
        """Remember the worst of the new coalitions with alike players in each other's places too."""
        if self._alike and len(self._masks) > before:
            worst = before + best_of((self._excess(point) / self._sizes())[before:], TURNED)
            rows = turned(self._rows[worst].astype(bool), self._alike)
            self._remember(rows @ (1 << np.arange(self.scan.n_players)))

    def _worst(self, masks: IntArray, payoffs: FloatArray) -> IntArray:
        """The coalitions of a pass that are worth keeping, so that ties by the million do not fill the memory."""
        if len(masks) <= 2 * POOL:
            return masks
        rows = all_coalitions(self.scan.n_players, masks)
        sizes = rows.sum(axis=1) if self.per_member else 1
        return masks[best_of((self.scan.table[masks] - rows @ payoffs) / sizes, 2 * POOL)]

    def _above(self, payoffs: FloatArray, level: float) -> Iterator[IntArray]:
        def unsettled(masks: IntArray) -> BoolArray:
            return ~self.span.contains(all_coalitions(self.scan.n_players, masks).astype(np.int64))

        return self.scan.above(payoffs, level * self.scale, per_member=self.per_member, keep=unsettled)

    def _promising(self, point: FloatArray) -> float:
        """Excess above which as many coalitions lie as are wanted, judged by a sample."""
        n = self.scan.n_players
        if n <= 13:
            return -np.inf
        masks = np.random.default_rng(0).integers(1, 2**n - 1, SAMPLE)
        rows = all_coalitions(n, masks)
        sizes = rows.sum(axis=1) if self.per_member else 1
        excess = (self.scan.table[masks] - rows @ (self.origin + self.scale * point)) / self.scale / sizes
        rank = max(1, SAMPLE * (SMALL_POOL if n <= QUICK_PASS else POOL) >> n)
        return float(np.partition(excess, SAMPLE - rank)[SAMPLE - rank])


def best_of(numbers: FloatArray, count: int) -> IntArray:
    """Positions of the largest numbers, largest first."""
    if len(numbers) > count:
        some = np.argpartition(-numbers, count)[:count]
        return some[np.argsort(-numbers[some], kind="stable")]
    return np.argsort(-numbers, kind="stable")


def first_coalitions(n_players: int) -> IntArray:
    """All proper coalitions of few players; of many, those of one, two, all but one and all but two players."""
    everyone = (1 << n_players) - 1
    if n_players <= SMALL:
        return np.arange(1, everyone)
    single = 1 << np.arange(n_players)
    pairs = (single[:, None] | single[None, :]).ravel()
    small = np.unique(np.concatenate([single, pairs]))
    return np.concatenate([small, everyone - small])
