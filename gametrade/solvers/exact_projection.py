"""The point of a least core nearest to the even split of the gains, in fractions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from gametrade.errors import SolverError
from gametrade.games.coalitional import all_coalitions
from gametrade.games.coalitional.integer_table import over_one_denominator
from gametrade.solvers.exact_excess import excesses_of, most_wronged
from gametrade.solvers.exact_levels import solve_whole
from gametrade.solvers.exact_table import ExactTable
from gametrade.solvers.excess_levels import Level
from gametrade.solvers.integer_span import IntegerSpan
from gametrade.solvers.kohlberg import everyone_alone
from gametrade.typing import IntArray

STEPS = 2000
"""Coalitions taken in after which the exact projection gives up."""


class Pulled:
    """The even split, pulled to where some coalitions have a given excess.

    Parameters
    ----------
    table : ExactTable
        Values of all coalitions. [money]
    levels : sequence of Level
        Coalitions whose excess is fixed; they may pull either way.
    epsilon : Fraction
        The excess, per member if `weak`. [money]
    weak : bool
        Whether the excess is per member.
    """

    def __init__(self, table: ExactTable, levels: Sequence[Level], epsilon: Fraction, weak: bool) -> None:
        self._table, self._epsilon, self._weak = table, epsilon, weak
        n = table.n_players
        numbers, unit = table.values(np.append(1 << np.arange(n), 2**n - 1))
        *alone, grand = (Fraction(int(number), unit) for number in numbers)
        share = (grand - sum(alone)) / n
        self._even = [a + share for a in alone]
        self._span = everyone_alone(n)
        self._rows, self._gaps = [[1] * n], [Fraction(0)]
        for row, gap in self._coalitions(np.concatenate([level.masks for level in levels])):
            if self._span.add(row):
                self._rows.append(row)
                self._gaps.append(gap)

    def point(self, active: Sequence[int] | IntArray) -> tuple[list[Fraction], list[Fraction]]:
        """Payoffs with the excess at the active coalitions too, and how hard each of these pulls."""
        kept = self.independent(active)
        more = self._coalitions(kept)
        rows = [*self._rows, *(row for row, _ in more)]
        pulls = self._solve(rows, [*self._gaps, *(gap for _, gap in more)])
        payoffs = [
            x + sum((pull for pull, row in zip(pulls, rows, strict=True) if row[i]), Fraction(0))
            for i, x in enumerate(self._even)
        ]
        return payoffs, pulls[len(self._rows) :]

    def independent(self, active: Sequence[int] | IntArray) -> list[int]:
        """The active coalitions that do not follow from those before them."""
        span, kept = self._span.copy(), list[int]()
        for mask in active:
            if self._add(span, int(mask)):
                kept.append(int(mask))
        return kept

    def without_wrong_pulls(self, active: IntArray) -> IntArray:
        """Drop the coalition that pulls hardest the wrong way until there is none."""
        kept = self.independent(active)
        while kept:
            pulls = self.point(kept)[1]
            worst = min(range(len(kept)), key=pulls.__getitem__)
            if pulls[worst] >= 0:
                break
            del kept[worst]
        return np.array(kept, dtype=np.int64)

    def all_satisfied(self) -> IntArray:
        """Active coalitions of the point at which no coalition has a larger excess (Goldfarb and Idnani)."""
        active, pulls = list[int](), list[Fraction]()
        for _ in range(STEPS):
            mask, excess = most_wronged(self._table, self.point(active)[0], per_member=self._weak)
            if excess <= self._epsilon:
                return np.array(active, dtype=np.int64)
            active, pulls = self._take_in(mask, active, pulls)
        raise SolverError("The exact fair point was not found.", "too many steps")

    def _take_in(self, mask: int, active: list[int], pulls: list[Fraction]) -> tuple[list[int], list[Fraction]]:
        """Make one more coalition active; those whose pull would turn are let go one by one."""
        own = Fraction(0)
        while True:
            if len(self.independent([*active, mask])) > len(active):
                wanted = self.point([*active, mask])[1]
                share, leaving = _first_to_turn(pulls, [new - old for new, old in zip(wanted, pulls, strict=False)])
                if leaving is None or share >= 1:
                    return [*active, mask], wanted
                pulls = [old + share * (new - old) for new, old in zip(wanted, pulls, strict=False)]
                own += share * (wanted[-1] - own)
            else:
                parts = self._parts(mask, active)
                share, leaving = _first_to_turn(pulls, [-part for part in parts])
                if leaving is None:
                    raise SolverError("No point has an excess as low as that.", "infeasible")
                pulls = [pull - share * part for pull, part in zip(pulls, parts, strict=True)]
                own += share
            active = [kept for k, kept in enumerate(active) if k != leaving]
            pulls = [kept for k, kept in enumerate(pulls) if k != leaving]

    def _parts(self, mask: int, active: list[int]) -> list[Fraction]:
        """How a coalition follows from the active ones."""
        rows = [*self._rows, *(row for row, _ in self._coalitions(active))]
        (row, _), *_ = self._coalitions([mask])
        products = [Fraction(sum(a * b for a, b in zip(row, other, strict=True))) for other in rows]
        return self._solve(rows, products)[len(self._rows) :]

    def _coalitions(self, masks: Sequence[int] | IntArray) -> list[tuple[list[int], Fraction]]:
        """Members of coalitions, and what they lack at the even split."""
        chosen = np.array(masks, dtype=np.int64)
        numbers, denominator, sizes = excesses_of(self._table, self._even, chosen, self._weak)
        members = all_coalitions(self._table.n_players, chosen).astype(int).tolist()
        gaps = [
            Fraction(int(number), denominator) - self._epsilon * int(size)
            for number, size in zip(numbers, sizes, strict=True)
        ]
        return list(zip(members, gaps, strict=True))

    def _add(self, span: IntegerSpan, mask: int) -> bool:
        return span.add([mask >> i & 1 for i in range(self._table.n_players)])

    @staticmethod
    def _solve(rows: list[list[int]], amounts: Sequence[Fraction]) -> list[Fraction]:
        """Multipliers u with rows rows' u = amounts."""
        matrix = np.array(rows, dtype=object)
        right, denominator = over_one_denominator(amounts)
        found = solve_whole(matrix @ matrix.T, np.array(right, dtype=object), denominator, len(rows), len(rows))
        if found is None:
            raise SolverError("The coalitions of the fair point depend on each other.", "not certified")
        return found


def _first_to_turn(pulls: Sequence[Fraction], changes: Sequence[Fraction]) -> tuple[Fraction, int | None]:
    """How far the changes can go before a pull turns negative, and which one it is."""
    ends = [(pull / -change, k) for k, (pull, change) in enumerate(zip(pulls, changes, strict=True)) if change < 0]
    return min(ends, default=(Fraction(1), None))
