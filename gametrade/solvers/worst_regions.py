"""What a follower's best answers cost a leader with several variables: exact regions on which an answer is affine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from gametrade.errors import InvalidInputError
from gametrade.games.stackelberg.bilevel import BilevelGame
from gametrade.solvers.worst_replies import ExactCost, combined, exact_rows, null_space, reduced

Affine = tuple[Fraction, ...]
"""Numbers a, b_1, ..., b_p of the function a + b . x."""


@dataclass(frozen=True)
class Region:
    """An answer y(x), a best one of the follower wherever all rows are at least 0, and what it is worth.

    Parameters
    ----------
    rows : tuple of Affine
        Functions of the leader's choice.
    answer : tuple of Affine
        Each entry of y.
    worth : Affine
        Cost.
    """

    rows: tuple[Affine, ...]
    answer: tuple[Affine, ...]
    worth: Affine

    def holds(self, x: Sequence[Fraction]) -> bool:
        """Whether a choice is in the region."""
        return all(value(row, x) >= 0 for row in self.rows)


def value(function: Affine, x: Sequence[Fraction]) -> Fraction:
    """Value of an affine function."""
    return function[0] + sum((b * v for b, v in zip(function[1:], x, strict=True)), Fraction(0))


def reply_regions(game: BilevelGame, cost: ExactCost) -> list[Region]:
    r"""Find regions among which, for every choice, the dearest and the cheapest best answer of the follower are.

    Parameters
    ----------
    game : BilevelGame
        Any number of variables; the follower's answers are bounded.
    cost : ExactCost
        What is to be as large or as small as possible over the best answers.

    Returns
    -------
    list of Region
        In rational arithmetic; none of them is contained in another one with the same answer.

    Raises
    ------
    InvalidInputError
        If the cost is not affine along an answer.

    Notes
    -----
    As :func:`~gametrade.solvers.worst_replies.reply_curves`: on the smallest face of the best answers that holds the
    dearest one, rows that bind and no slope of the cost along the face determine the answer.
    """
    own = exact_rows(game.follower_rows[:, game.n_leader :])
    found: dict[tuple[tuple[Affine, ...], tuple[Affine, ...]], Region] = {}
    for count in range(game.n_follower + 1):
        for tight in combinations(range(len(own)), count):
            if count and len(reduced([own[k] for k in tight], game.n_follower)[1]) < count:
                continue
            # As many rows as variables fix the answer; all of them may then have multipliers.
            for size in range(count if count == game.n_follower else 0, count + 1):
                for active in combinations(tight, size):
                    region = _region(game, cost, tight, active)
                    if region is not None:
                        found.setdefault((region.answer, region.rows), region)
    return list(found.values())


def _region(game: BilevelGame, cost: ExactCost, tight: tuple[int, ...], active: tuple[int, ...]) -> Region | None:
    """The answer with these rows binding, those active with multipliers, and where it is a best one."""
    p, q = game.n_leader, game.n_follower
    rows, limits = exact_rows(game.follower_rows), [Fraction(v) for v in game.follower_limits.tolist()]
    slopes = [
        [*row[p:], -Fraction(c), *(-v for v in row[:p])]
        for row, c in zip(exact_rows(game.follower.hessian[p:]), game.follower.linear[p:].tolist(), strict=True)
    ]
    free = null_space([rows[k][p:] for k in active], q)
    still = [combined(n, slopes) for n in free]
    binding = [[*rows[k][p:], limits[k], *(-v for v in rows[k][:p])] for k in tight]
    rates = [[*cost.hessian[k][p:], -cost.linear[k], *(-v for v in cost.hessian[k][:p])] for k in range(p, p + q)]
    along = null_space([row[:q] for row in (*binding, *still)], q)
    solved, pivots = reduced([*binding, *still, *(combined(n, rates) for n in along)], q)
    if len(pivots) < q:
        return None
    answer = tuple(tuple(row[q:]) for row in solved[:q])
    signs = [tuple(s * v for v in row[q:]) for row in solved[q:] for s in (1, -1)]
    signs += [
        _put([-v for v in row[p:]], answer, (limit, *(-v for v in row[:p])))
        for row, limit in zip(rows, limits, strict=True)
    ]
    push = [_put([-v for v in row[:q]], answer, tuple(row[q:])) for row in slopes]
    columns = [[*(rows[k][p + j] for k in active), *push[j]] for j in range(q)]
    weights = reduced(columns, len(active))[0] if active else []
    signs += [tuple(row[len(active) :]) for row in weights[: len(active)]]
    kept = _useful(signs)
    return None if kept is None else Region(kept, answer, _worth(cost, answer, p))


def _useful(signs: Sequence[Affine]) -> tuple[Affine, ...] | None:
    """Rows that depend on the choice, scaled and each once; None if a constant one is negative."""
    kept = set()
    for row in signs:
        size = max(map(abs, row[1:]))
        if size:
            kept.add(tuple(v / size for v in row))
        elif row[0] < 0:
            return None
    return tuple(sorted(kept))


def _put(row: Sequence[Fraction], answer: Sequence[Affine], rest: Affine) -> Affine:
    """``rest + row . y(x)``."""
    return tuple(
        r + sum((v * part[k] for v, part in zip(row, answer, strict=True)), Fraction(0)) for k, r in enumerate(rest)
    )


def _worth(cost: ExactCost, answer: Sequence[Affine], p: int) -> Affine:
    """The cost of an answer as a function of the choice."""
    line = [tuple(Fraction(int(j == k)) for j in range(-1, p)) for k in range(p)] + list(answer)
    worth = [cost.constant, *([Fraction(0)] * p)]
    bent = [[Fraction(0)] * p for _ in range(p)]
    for i, first in enumerate(line):
        for k, v in enumerate(first):
            worth[k] += cost.linear[i] * v
        for j, second in enumerate(line):
            half = cost.hessian[i][j] / 2
            if not half:
                continue
            worth[0] += half * first[0] * second[0]
            for k in range(p):
                worth[k + 1] += half * (first[0] * second[k + 1] + first[k + 1] * second[0])
                for m in range(p):
                    bent[k][m] += half * first[k + 1] * second[m + 1]
    if any(bent[k][m] + bent[m][k] for k in range(p) for m in range(p)):
        raise InvalidInputError(
            "cost of a leader with several variables must be affine along every answer for pessimistic_leader: "
            "linear, or price times energy with blocks of energy that do not depend on prices. Got a quadratic one."
        )
    return tuple(worth)


def own_box(game: BilevelGame) -> Iterator[tuple[Fraction, Fraction]]:
    """Ends that rows with one variable of the leader alone leave to it.

    Raises
    ------
    InvalidInputError
        If a variable has no end.
    """
    rows = exact_rows(game.leader_rows) + exact_rows(game.follower_rows)
    limits = [Fraction(v) for v in (*game.leader_limits.tolist(), *game.follower_limits.tolist())]
    for k in range(game.n_leader):
        ends = [
            (row[k], limit / row[k])
            for row, limit in zip(rows, limits, strict=True)
            if row[k] and not any(v for j, v in enumerate(row) if j != k)
        ]
        lows, highs = [end for a, end in ends if a < 0], [end for a, end in ends if a > 0]
        if not lows or not highs:
            raise InvalidInputError(f"choice x{k + 1} of the leader of BilevelGame must have two bounds of its own.")
        yield max(lows), min(highs)
