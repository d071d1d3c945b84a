"""Least cost of a leader over a follower's program, proved: a tree of rows that bind or are idle, in fractions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from gametrade.games.stackelberg.bilevel import BilevelGame
from gametrade.solvers.complementarity import lemke_path
from gametrade.solvers.follower_conditions import INFINITE, FollowerConditions
from gametrade.typing import FloatArray

MOST_WORK = 20_000_000
"""Entries of tables that are pivoted before the proof is given up: some seconds."""

Node = dict[str, Any]
Rows = frozenset[int]


@dataclass(frozen=True)
class LeastCost:
    """What no choice of the leader can cost less than, with the tree that proves it.

    Parameters
    ----------
    bound : Fraction or None
        The least cost, exactly; None if no choice has a best answer.
    tree : mapping
        JSON-ready: a ``row`` that is decided, with a branch where it is ``binding`` and one where it is ``idle``, its
        multiplier being 0; or a leaf with ``multipliers``, and the ``point`` at which the cost was replaced by its
        tangent (null if the leaf is empty).
    leaves : int
        Number of leaves.
    """

    bound: Fraction | None
    tree: Mapping[str, Any]
    leaves: int


def least_cost(game: BilevelGame, near: FloatArray | None = None) -> LeastCost | None:
    r"""Prove what an optimistic leader has to pay at least.

    Parameters
    ----------
    game : BilevelGame
        Any number of variables on both sides; the leader's cost is convex, or becomes so once a multiple of the
        vanishing function of `FollowerConditions` is added to it: linear costs, convex ones, revenues price times
        energy.
    near : ndarray of shape (d,), optional
        An answer that is thought to be best; its branch is looked at first.

    Returns
    -------
    LeastCost or None
        None if the leader's cost is of another kind, falls for ever, or the tree grows too large.

    Notes
    -----
    Without the complementary pairs the problem is a convex quadratic program, solved by Lemke's pivots on integers; its
    optimum bounds the cost. A pair that it violates is decided both ways [1]_. Leaves are closed by multipliers: weak
    duality, or Farkas' lemma where nothing is left. Checking a leaf takes one product of a matrix and a vector.

    References
    ----------
    .. [1] J. F. Bard and J. T. Moore, "A branch and bound algorithm for the bilevel programming problem",
       SIAM J. Sci. Stat. Comput. 11 (1990) 281-292.

    Examples
    --------
    >>> game = BilevelGame.of({"linear": [1, 3]}, {"linear": [0, -1], "rows": [[1, 1], [-1, -4], [1, 2], [-7, 2]],
    ...     "limits": [8, -8, 13, 0]}, n_leader=1, n_follower=1, bounds=[(0, 8), (-100, 5)])
    >>> least_cost(game).bound
    Fraction(92, 15)
    """
    conditions = FollowerConditions.of(game)
    if conditions is None:
        return None
    search = _Search(conditions, _guessed(game, near))
    tree = search.node(frozenset(), frozenset())
    if tree is None:
        return None
    bounds = list(leaf_bounds(conditions, tree))
    least = None if not bounds or None in bounds else min(b for b in bounds if b is not None)
    if least is None:
        return None
    return LeastCost(None if least == INFINITE else least, tree, len(bounds))


def leaf_bounds(
    conditions: FollowerConditions, tree: Mapping[str, Any], binding: Rows = frozenset(), idle: Rows = frozenset()
) -> Iterator[Fraction | None]:
    """Bound of every leaf, from its multipliers alone; None where they prove nothing.

    Parameters
    ----------
    conditions : FollowerConditions
        The problem.
    tree : mapping
        A node; both branches of every row are there, so its leaves cover everything.
    binding, idle : frozenset of int
        Rows decided above it.
    """
    if "row" in tree:
        row = int(tree["row"])
        if not 0 <= row < conditions.m:
            yield None
            return
        yield from leaf_bounds(conditions, tree["binding"], binding | {row}, idle)
        yield from leaf_bounds(conditions, tree["idle"], binding, idle | {row})
        return
    point = None if tree["point"] is None else [Fraction(value) for value in tree["point"]]
    multipliers = [Fraction(value) for value in tree["multipliers"]]
    sizes = (len(conditions.rows) + len(conditions.equal), conditions.d + conditions.m)
    if len(multipliers) != sizes[0] or (point is not None and len(point) != sizes[1]):
        yield None
        return
    yield conditions.bound(binding, idle, multipliers, point)


def _guessed(game: BilevelGame, near: FloatArray | None) -> Rows:
    """Rows that seem to bind at a point."""
    if near is None:
        return frozenset()
    room = game.follower_limits - game.follower_rows @ near
    return frozenset(np.flatnonzero(room <= 1e-7 * (1 + np.abs(game.follower_limits))).tolist())


@dataclass
class _Search:
    """Depth first, the likelier branch before the other."""

    conditions: FollowerConditions
    likely: Rows
    best: Fraction = INFINITE
    work: int = field(default=0)

    def node(self, binding: Rows, idle: Rows) -> Node | None:
        """A leaf, or both branches; None where the proof is given up."""
        relaxed = Relaxation(self.conditions, binding, idle)
        self.work += relaxed.size**3
        if self.work > MOST_WORK:
            return None
        found = relaxed.solve()
        if found is None:
            empty = relaxed.empty()
            return empty or self._branch(self._undecided(binding, idle), binding, idle)
        v, leaf = found
        if self.conditions.cost(v) >= self.best:
            return leaf
        row = self._violated(v)
        if row is None:
            self.best = self.conditions.cost(v)
            return leaf
        return self._branch(row, binding, idle)

    def _branch(self, row: int | None, binding: Rows, idle: Rows) -> Node | None:
        if row is None:
            return None
        sides: dict[str, Node | None] = {}
        for side in ("binding", "idle") if row in self.likely else ("idle", "binding"):
            sides[side] = self.node(
                binding | {row} if side == "binding" else binding, idle | {row} if side == "idle" else idle
            )
            if sides[side] is None:
                return None
        return {"row": row, "binding": sides["binding"], "idle": sides["idle"]}

    def _violated(self, v: Sequence[Fraction]) -> int | None:
        """The pair whose product is largest; None if all are 0."""
        pairs = [price * room for price, room in zip(v[self.conditions.d :], self.conditions.slacks(v), strict=True)]
        worst = max(range(len(pairs)), key=pairs.__getitem__, default=None)
        return None if worst is None or not pairs[worst] else worst

    def _undecided(self, binding: Rows, idle: Rows) -> int | None:
        return next((k for k in range(self.conditions.m) if k not in binding | idle), None)


class Relaxation:
    r"""The problem of a node without the pairs that are not decided: a convex quadratic program.

    Parameters
    ----------
    conditions : FollowerConditions
        The problem.
    binding, idle : frozenset of int
        Rows that bind, and rows whose multiplier is 0.

    Notes
    -----
    Variables at least 0: multipliers that are not idle, variables measured from a lower bound, other free variables as
    a difference. Their positions are `columns`, pairs of variable and sign.
    """

    def __init__(self, conditions: FollowerConditions, binding: Rows, idle: Rows) -> None:
        self.conditions, self.binding, self.idle = conditions, binding, idle
        self.origins = _origins(conditions)
        d, m = conditions.d, conditions.m
        self.columns = [(k, s) for k in range(d) for s in ((1,) if k in self.origins else (1, -1))]
        self.columns += [(d + k, 1) for k in range(m) if k not in idle]
        taken = set(self.origins.values())
        r = conditions.n_leader_rows
        self.kept = [k for k in range(len(conditions.rows)) if k not in taken]
        self.held = [r + k for k in sorted(binding)]
        equal = conditions.equal
        self.rows = np.concatenate([conditions.rows[self.kept], -conditions.rows[self.held], equal, -equal])
        levels = conditions.levels
        self.limits = np.concatenate([conditions.limits[self.kept], -conditions.limits[self.held], levels, -levels])
        self.start = np.array([Fraction(0)] * (d + m), dtype=object)
        for k, row in self.origins.items():
            self.start[k] = conditions.limits[row] / conditions.rows[row][k]
        signs = np.array([sign for _, sign in self.columns], dtype=object)
        self.where = [k for k, _ in self.columns]
        self.turned = self.rows[:, self.where] * signs
        self.signs = signs

    @property
    def size(self) -> int:
        """Conditions of the complementarity problem."""
        return len(self.columns) + len(self.limits)

    def solve(self) -> tuple[list[Fraction], Node] | None:
        """Optimum and the leaf that proves it; None if there is none or the cost falls for ever."""
        hessian = self.conditions.hessian[np.ix_(self.where, self.where)] * np.multiply.outer(self.signs, self.signs)
        slope = (self.conditions.hessian @ self.start + self.conditions.linear)[self.where] * self.signs
        found = convex_program(hessian, slope, self.turned, self.limits - self.rows @ self.start)
        if found is None:
            return None
        values, prices = found
        v = self.start.copy()
        for (k, sign), value in zip(self.columns, values, strict=True):
            v[k] += sign * value
        tangent = self.conditions.hessian @ v + self.conditions.linear
        return list(v), {"point": [str(x) for x in v], "multipliers": self._multipliers(prices, tangent)}

    def empty(self) -> Node | None:
        """A leaf that proves by Farkas' lemma that nothing is left; None if something is."""
        k = len(self.columns)
        wider = np.concatenate([self.turned, np.array([[Fraction(-1)]] * len(self.limits), dtype=object)], axis=1)
        slope = np.array([Fraction(0)] * k + [Fraction(1)], dtype=object)
        nothing = np.array([[Fraction(0)] * (k + 1)] * (k + 1), dtype=object)
        found = convex_program(nothing, slope, wider, self.limits - self.rows @ self.start)
        if found is None or not found[0][-1]:
            return None
        none = np.array([Fraction(0)] * (self.conditions.d + self.conditions.m), dtype=object)
        return {"point": None, "multipliers": self._multipliers(found[1], none)}

    def _multipliers(self, prices: list[Fraction], tangent: np.ndarray) -> list[str]:
        """Prices of the kept rows, binding rows and equations as multipliers of all; origins take what is left."""
        n, e = len(self.conditions.rows), len(self.conditions.equal)
        u = np.array([Fraction(0)] * n, dtype=object)
        kept, held = len(self.kept), len(self.held)
        u[self.kept] = prices[:kept]
        for row, price in zip(self.held, prices[kept : kept + held], strict=True):
            u[row] -= price
        plus, minus = prices[kept + held : kept + held + e], prices[kept + held + e :]
        w = np.array([a - b for a, b in zip(plus, minus, strict=True)], dtype=object)
        left = tangent + self.conditions.rows.T @ u + self.conditions.equal.T @ w
        for k, row in self.origins.items():
            u[row] -= left[k] / self.conditions.rows[row][k]
        return [str(value) for value in (*u, *w)]


def convex_program(
    hessian: np.ndarray, slope: np.ndarray, rows: np.ndarray, limits: np.ndarray
) -> tuple[list[Fraction], list[Fraction]] | None:
    """Optimum and multipliers of a convex program over rows, all variables at least 0; None on a ray."""
    n, k = len(slope), len(limits)
    matrix = np.array([[Fraction(0)] * (n + k)] * (n + k), dtype=object)
    matrix[:n, :n], matrix[:n, n:], matrix[n:, :n] = hessian, rows.T, -rows
    found = lemke_path(matrix, np.concatenate([slope, limits]))
    return None if found is None else (found[:n], found[n:])


def _origins(conditions: FollowerConditions) -> dict[int, int]:
    """For variables with a lower bound among the rows, that row."""
    found: dict[int, int] = {}
    for i, row in enumerate(conditions.rows):
        where = [k for k, value in enumerate(row) if value]
        if len(where) == 1 and row[where[0]] < 0 and where[0] not in found:
            found[where[0]] = i
    return found
