"""Quadratic forms that are positive wherever some directions only go up: decided in fractions."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction

Matrix = Sequence[Sequence[Fraction]]


def least_value(matrix: Matrix) -> tuple[Fraction, list[Fraction]] | None:
    r"""The least of :math:`y^T S y` over weights y that are not negative and add up to one.

    Parameters
    ----------
    matrix : sequence of sequences of Fraction, shape (k, k)
        S, symmetric.

    Returns
    -------
    (Fraction, list of Fraction), or None
        The value and where it is reached; None for k = 0.

    Notes
    -----
    A minimiser with as few positive weights as possible solves :math:`S_{TT} y = \lambda 1` on its support T and is the
    only solution there that adds up to one; all 2^k - 1 supports are tried. The matrix S is strictly copositive if and
    only if the value is positive.

    Examples
    --------
    >>> one = Fraction(1)
    >>> least_value([[one, -one / 2], [-one / 2, one]])
    (Fraction(1, 4), [Fraction(1, 2), Fraction(1, 2)])
    """
    k = len(matrix)
    best: tuple[Fraction, list[Fraction]] | None = None
    for size in range(1, k + 1):
        for used in itertools.combinations(range(k), size):
            rows = [[matrix[i][j] for j in used] + [Fraction(-1)] for i in used]
            solution = solve(rows + [[Fraction(1)] * size + [Fraction(0)]], [Fraction(0)] * size + [Fraction(1)])
            if solution is None or min(solution[:size]) <= 0:
                continue
            if best is None or solution[size] < best[0]:
                weights = [Fraction(0)] * k
                for position, weight in zip(used, solution, strict=False):
                    weights[position] = weight
                best = solution[size], weights
    return best


def solve(rows: Matrix, right: Sequence[Fraction]) -> list[Fraction] | None:
    """Solve a square system by elimination in fractions, None if it is singular.

    Parameters
    ----------
    rows : sequence of sequences of Fraction, shape (k, k)
        Coefficients.
    right : sequence of Fraction
        Right-hand side.

    Returns
    -------
    list of Fraction or None
        The solution.
    """
    table = [[*row, value] for row, value in zip(rows, right, strict=True)]
    k = len(table)
    for c in range(k):
        lead = next((i for i in range(c, k) if table[i][c]), None)
        if lead is None:
            return None
        table[c], table[lead] = table[lead], table[c]
        table[c] = [value / table[c][c] for value in table[c]]
        for i in range(k):
            if i != c and table[i][c]:
                table[i] = [a - table[i][c] * b for a, b in zip(table[i], table[c], strict=True)]
    return [row[k] for row in table]


def without_free(matrix: Matrix, free: int) -> list[list[Fraction]] | None:
    r"""Take out directions that may go both ways: the least of the form over them, as a form of the others.

    Parameters
    ----------
    matrix : sequence of sequences of Fraction, shape (k, k)
        Symmetric.
    free : int
        How many of the first variables may have any sign.

    Returns
    -------
    list of lists of Fraction, or None
        The Schur complement of the first block; None if that is not positive definite.
    """
    table = [list(row) for row in matrix]
    for _ in range(free):
        lead = table[0][0]
        if lead <= 0:
            return None
        rest = range(1, len(table))
        table = [[table[i][j] - table[i][0] * table[0][j] / lead for j in rest] for i in rest]
    return table
