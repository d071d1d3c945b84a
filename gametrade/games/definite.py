"""Definiteness of symmetric matrices without rounding."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def is_definite(matrix: Sequence[Sequence[Fraction]], *, strict: bool = True) -> bool:
    """Whether a symmetric matrix is positive definite, by elimination in fractions.

    Parameters
    ----------
    matrix : sequence of sequences of Fraction, shape (d, d)
        Symmetric.
    strict : bool, default=True
        Definite; otherwise semidefinite is enough.

    Returns
    -------
    bool
        Every pivot is positive, or 0 with nothing beside it if semidefinite is enough; about d^3 / 3 operations.

    Examples
    --------
    >>> one = Fraction(1)
    >>> is_definite([[one, one], [one, one]]), is_definite([[one, one], [one, one]], strict=False)
    (False, True)
    """
    exact = [list(row) for row in matrix]
    d = len(exact)
    for k in range(d):
        if exact[k][k] < 0 or (strict and exact[k][k] == 0):
            return False
        if exact[k][k] == 0:
            if any(exact[k][j] for j in range(k, d)):
                return False
            continue
        for i in range(k + 1, d):
            factor = exact[i][k] / exact[k][k]
            if factor:
                exact[i] = [a - factor * b for a, b in zip(exact[i], exact[k], strict=True)]
    return True
